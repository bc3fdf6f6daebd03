"""What answers about links look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from .schemas import Schema

_KIND = Literal["person", "credit", "phone", "event"]


class LinkTold(Schema):
    """One code at one place."""

    link_id: int
    token: str = Field(description="The code's keyed hash: it says nothing to who has no key. See /linkage/tokens/{token}.")
    masked: str
    code: str | None = Field(description="The whole code, where it was asked for and may be seen; else null.")
    role: str
    valid_from: date | None = Field(description="Null where it is not known.")
    valid_to: date | None = Field(description="The first day it was no longer so.")
    recorded_from: datetime
    recorded_to: datetime | None = Field(description="Null for what is believed now.")
    method: str
    source: str
    evidence: str
    confidence: float = Field(ge=0, le=1)


class LinksByKind(Schema):
    """What is linked at one place."""

    person: list[LinkTold]
    credit: list[LinkTold]
    phone: list[LinkTold]
    event: list[LinkTold]


class CountsByKind(Schema):
    """How many links of each kind there are at one place, listed here or not."""

    person: int
    credit: int
    phone: int
    event: int


class Meeting(Schema):
    """A place, and what is linked there."""

    place: str = Field(description="25 characters; stars in a building but in no house, or outdoors.")
    form: Literal["house", "building", "outdoors"]
    code: str = Field(description="The place's code without stars: 25, 19 or 14 characters.")
    complete: bool = Field(description="Whether nothing follows: with the pages before, these are all links of the place.")
    cursor: str | None = Field(description="Where the list goes on, for /linkage/resolve; null where it is complete.")
    next: str | None = Field(description="The page that follows, masked; null where nothing does.")
    counts: CountsByKind
    links: LinksByKind


class Answer(Schema):
    """What is known of one code. Several places are all shown: which is meant is for the asker to say."""

    index: int
    kind: Literal["person", "credit", "phone", "event", "house"]
    masked: str
    token: str | None = Field(description="Null for a house and for a faulty code.")
    fault: str | None = Field(description="What is wrong with the code; then nothing was looked up.")
    ambiguous: bool = Field(description="Whether there are several places.")
    complete: bool = Field(description="Whether these are all places.")
    places: list[Meeting]


class Answers(Schema):
    """What is known of each code, in the order asked."""

    numberReturned: int
    as_of: date
    recorded: datetime | None = Field(
        description="When it was believed, as asked; or the moment of the answer where a list goes on: to be said again with its cursor."
    )
    answers: list[Answer]


class RoleTold(Schema):
    """What a code of some kind may be to a place."""

    kind: _KIND
    role: str
    name_zh: str
    name_en: str


class Roles(Schema):
    """All roles."""

    roles: list[RoleTold]


class MethodTold(Schema):
    """How links come to be known."""

    method: str
    confidence: float = Field(description="Of links that say none themselves.")
    name_zh: str
    name_en: str


class Methods(Schema):
    """All methods, the surest first."""

    methods: list[MethodTold]


class PurposeTold(Schema):
    """What a look-up may be for."""

    purpose: str
    unmask: bool = Field(description="Whether codes may be shown whole for it.")
    name_zh: str
    name_en: str


class Purposes(Schema):
    """All purposes."""

    purposes: list[PurposeTold]
