"""Names one slip of the hand away from another: one character other, missing or too many.

Of two names so close, the first or the second half is the same: names are kept by their halves, and only those that share one are
compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from . import comparable

#: a name shorter than this has too many neighbours to guess
SHORTEST = 3

_TELLING = re.compile("[0-9A-Z一二三四五六七八九十东西南北中上下新老旧前后]")


class Slips:
    """Keys of names by their halves."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._halves: dict[str, list[str]] = {}
        for key in keys:
            if len(key) >= SHORTEST:
                for half in _halves(key, len(key)):
                    self._halves.setdefault(half, []).append(key)

    def find(self, name: str) -> Iterator[str]:
        """Yield the keys one slip away from a key."""
        seen = {name}
        for length in (len(name), len(name) - 1, len(name) + 1) if len(name) >= SHORTEST else ():
            for half in _halves(name, length):
                for key, _, _ in process.extract_iter(name, self._halves.get(half, ()), scorer=Levenshtein.distance, score_cutoff=1):
                    if key not in seen and is_slip(name, key):
                        yield key
                    seen.add(key)


def swapped(name: str) -> list[str]:
    """Return a key with two neighbours the wrong way round, in every way."""
    ways = (name[:at] + name[at + 1] + name[at] + name[at + 2 :] for at in range(len(name) - 1) if not name[at : at + 2].isascii())
    return [way for way in map(comparable.key, ways) if way]


def _halves(name: str, length: int) -> tuple[str, str]:
    """Return the halves a name of some length would share with this one, marked with that length and which half it is."""
    middle = length // 2
    return f"{length}<{name[:middle]}", f"{length}>{name[len(name) - (length - middle) :]}"


def is_slip(name: str, other: str) -> bool:
    """Return whether two keys differ by one character that does not tell places apart: no numeral, letter or compass point."""
    edits = Levenshtein.editops(name, other)
    if len(edits) != 1:
        return False
    tag, at, to = edits[0]
    own = name[at : at + 1] if tag != "insert" else ""
    its = other[to : to + 1] if tag != "delete" else ""
    return not _TELLING.search(own + its)
