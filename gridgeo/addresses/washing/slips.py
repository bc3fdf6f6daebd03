"""Names one slip of the hand away from another: one character other, missing or too many.

Of two names so close, the first or the second half is the same: names are kept by their halves, and only those that share one are
compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import Levenshtein

#: a name shorter than this has too many neighbours to guess
SHORTEST = 3

_TELLING = re.compile("[0-9A-Z一二三四五六七八九十东西南北中上下新老旧前后]")


class Slips:
    """Entries by the halves of their keys."""

    def __init__(self, entries: Iterable) -> None:
        self._halves: dict[str, list] = {}
        for entry in entries:
            if len(entry.key) >= SHORTEST:
                for half in _halves(entry.key, len(entry.key)):
                    self._halves.setdefault(half, []).append(entry)

    def find(self, name: str) -> Iterator:
        """Yield the entries one slip away from a key."""
        if len(name) < SHORTEST:
            return
        seen = {name}
        for length in (len(name), len(name) - 1, len(name) + 1):
            for half in _halves(name, length):
                for entry in self._halves.get(half, ()):
                    if entry.key not in seen:
                        seen.add(entry.key)
                        if is_slip(name, entry.key):
                            yield entry


def _halves(name: str, length: int) -> tuple[str, str]:
    """Return the halves a name of some length would share with this one, marked with that length and which half it is."""
    middle = length // 2
    return f"{length}<{name[:middle]}", f"{length}>{name[len(name) - (length - middle) :]}"


def is_slip(name: str, other: str) -> bool:
    """Return whether two keys differ by one character that does not tell places apart: no numeral, letter or compass point."""
    if Levenshtein.distance(name, other, score_cutoff=1) != 1:
        return False
    edit = Levenshtein.editops(name, other)[0]
    own = name[edit.src_pos : edit.src_pos + 1] if edit.tag != "insert" else ""
    its = other[edit.dest_pos : edit.dest_pos + 1] if edit.tag != "delete" else ""
    return not _TELLING.search(own + its)
