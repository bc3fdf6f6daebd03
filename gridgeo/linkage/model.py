"""What the room knows: links between a code and a place, how somebody came to know, and what may be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ..codes.model import Code, Kind

#: The kinds of codes that are linked to places; the fifth is the place's own, the house code.
KINDS = (Kind.PERSON, Kind.CREDIT, Kind.PHONE, Kind.EVENT)


@dataclass(frozen=True)
class Named:
    """A word of one of the room's lists, and what it is called."""

    name: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Role(Named):
    """What a code of some kind is to a place: resident, owner, registered …"""

    kind: Kind


@dataclass(frozen=True)
class Method(Named):
    """How somebody came to know; `confidence` (0 to 1) is that of links that say none themselves."""

    confidence: float


@dataclass(frozen=True)
class Purpose(Named):
    """What a look-up may be for; `unmask`: whether codes may be shown whole for it."""

    unmask: bool


@dataclass(frozen=True)
class Link:
    """One code at one place, while it was so (`valid`) and while it was believed (`recorded`).

    Parameters
    ----------
    token
        The keyed hash the code is found by, in hexadecimal digits: it says nothing to who has no key.
    place
        25 characters: a house, a building and stars, or a basic grid and stars (outdoors).
    valid_from, valid_to
        The first day it was so, and the first day it was no longer so; None where that is not known, or has not come.
    recorded_from, recorded_to
        Since when the database holds it for true, and until when it did.
    confidence
        0 to 1.
    masked, code
        What may be shown; the code itself only where somebody may see it and asked for it.
    """

    token: str
    link_id: int
    kind: Kind
    place: str
    role: str
    valid_from: date | None
    valid_to: date | None
    recorded_from: datetime
    recorded_to: datetime | None
    method: str
    source: str
    evidence: str
    confidence: float
    masked: str = ""
    code: Code | None = None


@dataclass(frozen=True, repr=False)
class Asked:
    """A code somebody asks about: one of :data:`KINDS`, or `house` for a place (25, 19 or 14 characters).

    `after` is the last link (link_id) of the page before, where the list of a place goes on; 0 where it begins.
    """

    kind: str
    code: str
    after: int = 0

    def __repr__(self) -> str:
        return f"<asked {self.kind}>"


@dataclass(frozen=True)
class Meeting:
    """What is linked at one place, by kind: all of it, or a page of a longer list.

    Parameters
    ----------
    counts
        How many links of each kind there are, listed here or not.
    complete
        Whether nothing follows: false where the list goes on after `last`.
    """

    place: str
    links: Mapping[Kind, tuple[Link, ...]]
    counts: Mapping[Kind, int]
    complete: bool = True

    @property
    def listed(self) -> tuple[Link, ...]:
        """The links listed here, in the order of the list."""
        return tuple(link for some in self.links.values() for link in some)

    @property
    def last(self) -> int:
        """The last link listed (link_id): where the list goes on; 0 where none is."""
        return self.listed[-1].link_id if self.links else 0


@dataclass(frozen=True)
class Resolved:
    """What is known of a code that was asked about: a meeting for each place it is linked to, none of them preferred.

    Parameters
    ----------
    masked, token
        The code as it may be shown; its token, empty for a place and for a faulty code.
    fault
        What is wrong with the code; then nothing was looked up.
    complete
        Whether these are all its places.
    """

    kind: str
    masked: str
    token: str = ""
    fault: str = ""
    meetings: tuple[Meeting, ...] = ()
    complete: bool = True

    @property
    def ambiguous(self) -> bool:
        """Whether the code is linked to several places: which is meant is for the asker to say."""
        return len(self.meetings) > 1


@dataclass(frozen=True)
class Head:
    """The last row of the audit: to be kept outside the database."""

    seq: int
    hash: bytes = field(repr=False)


@dataclass(frozen=True)
class Resolution:
    """The answers in the order asked, and the audit's head with this question in it.

    Parameters
    ----------
    as_of
        The day that was looked at.
    recorded
        When it was believed: as asked, or the moment of the question where a list of links goes on, which is to be asked of again.
    """

    answers: tuple[Resolved, ...]
    head: Head
    as_of: date
    recorded: datetime | None = None
