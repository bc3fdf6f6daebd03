"""Address text to its fields, by rules: what is written is found, what is not written stays empty.

`parse` normalises a text, takes the divisions off its front, then reads on from left to right: known names first, then names by the
words they end in, then numbered parts by theirs. Nothing is weighed and nothing is guessed: no district from a road, no floor from
a room. It never raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from . import consistency
from .assemble import Draft
from .beside import ADDRESSEE, is_company
from .comparable import key, number_key
from .divisions import LEVELS
from .front import here, take
from .lexicon import Lexicon, public
from .reading import Reader
from .text import ALL, Edit, Step, normalise

NUMBERED = frozenset({"plate", "block", "unit", "floor", "room"})


class Part(NamedTuple):
    """A field of an address: its value, what it is compared by, and where it stands in the normalised text."""

    value: str
    key: str
    start: int
    end: int


class Parsed(NamedTuple):
    """What was found in a text; a field that is not written is None.

    Parameters
    ----------
    text
        The normalised text, which the parts' places and the faults refer to.
    rest
        What was left over, pieces in order, a blank between.
    faults
        former-division, street-not-in-district, community-not-in-street, two-addresses, range-of-rooms, near, elsewhere, too-long.
    edits
        The changes from the text as given to the normalised one.
    """

    text: str
    province: Part | None = None
    city: Part | None = None
    district: Part | None = None
    street: Part | None = None
    community: Part | None = None
    area: Part | None = None
    road: Part | None = None
    plate: Part | None = None
    compound: Part | None = None
    block: Part | None = None
    unit: Part | None = None
    floor: Part | None = None
    room: Part | None = None
    rest: str = ""
    faults: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()

    def values(self) -> dict[str, str]:
        """Return the value of each field that is written."""
        return {name: part.value for name, part in zip(FIELDS, self[1:], strict=False) if part}


#: the fields, in the order they are written: what stands between the text and what was left over
FIELDS = Parsed._fields[1 : Parsed._fields.index("rest")]


def parse(text: str | None, lexicon: Lexicon | None = None, steps: Step = ALL) -> Parsed:
    """Return the fields of an address.

    Parameters
    ----------
    text
        As written; anything.
    lexicon
        What is known by name; without one the public divisions and best known places of Shenzhen.
    steps
        The steps of normalising to take.
    """
    return parse_all([text], lexicon, steps)[0]


def parse_all(texts: Iterable[str | None], lexicon: Lexicon | None = None, steps: Step = ALL) -> list[Parsed]:
    """Return the fields of each of some addresses, as `parse` does."""
    return [_parsed(draft) for draft in read_all(texts, lexicon, steps)]


def read_all(texts: Iterable[str | None], lexicon: Lexicon | None = None, steps: Step = ALL) -> list[Draft]:
    """Return each of some addresses as it was read, for who needs but some of the keys and no places of parts.

    All are normalised, then all are read: what a stage works with stays near the processor meanwhile, which saves a fifth of the time.
    """
    known = lexicon or public()
    given = [text or "" for text in texts]
    addressees = [_addressee(text, known) for text in given]
    plain = [normalise(text[len(addressee) :], steps) for text, addressee in zip(given, addressees, strict=True)]
    drafts = [_read(one.text, known) for one in plain]
    for draft, one, addressee in zip(drafts, plain, addressees, strict=True):
        _tell(draft, one.edits, addressee)
    return drafts


def _addressee(text: str, lexicon: Lexicon) -> str:
    """Return the name of a person a text begins with, where a name that is known follows, and it is none itself."""
    found = ADDRESSEE.match(text)
    if not found or lexicon.at(text, found.start("name")) or lexicon.division_at(text, found.start("name")):
        return ""
    follows = lexicon.at(text, found.end()) or lexicon.division_at(text, found.end()) or text.startswith(("深圳", "广东"), found.end())
    return found[0] if follows else ""


def _read(text: str, lexicon: Lexicon) -> Draft:
    draft = Draft(text)
    if is_company(text):
        draft.leave(0, len(text))
        return draft
    start, end = here(text, draft)
    read_on = take(text[:end], start, lexicon, draft)
    if "elsewhere" in draft.faults:
        draft.leave(read_on, end)
    else:
        Reader(text[:end], read_on, lexicon, draft).read()
        draft.settle()
        draft.doubt()
        written = (draft.fields.get(level, (None,))[0] for level in LEVELS)
        for fault in consistency.faults(*written, lexicon):
            draft.fault(fault)
    return draft


def _tell(draft: Draft, edits: tuple[Edit, ...], addressee: str) -> None:
    if edits and edits[0].step is Step.LENGTH:
        draft.fault("too-long")
    draft.edits = (Edit(Step.NOISE, addressee, "", 0), *edits) if addressee else edits


def _parsed(draft: Draft) -> Parsed:
    parts = {name: Part(value, COMPARED[name](value), start, end) for name, (value, start, end) in draft.fields.items()}
    return Parsed(draft.text, **parts, rest=draft.rest(), faults=tuple(draft.faults), edits=draft.edits)


@lru_cache(1 << 16)
def _key(value: str) -> str:
    return key(value) or value


@lru_cache(1 << 16)
def _number_key(value: str) -> str:
    return number_key(value) or value


#: what gives the key of each field
COMPARED = {name: _number_key if name in NUMBERED else _key for name in FIELDS}
