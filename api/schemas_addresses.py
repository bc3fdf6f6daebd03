"""What answers about addresses look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from .schemas import Link, Schema


class UnitTold(Schema):
    """A grid unit in short."""

    level: str
    code: str | None = Field(description="Null where none was ever given.")
    name_zh: str


class Parts(Schema):
    """The parts of an address from the province down; null where there is none."""

    province: str | None
    city: str | None
    district: str | None
    street: str | None
    community: str | None
    road: str | None
    plate: str | None = Field(description="Number at the road, without 号.")
    compound: str | None = Field(description="Estate, village, park or named building.")
    block: str | None
    unit: str | None
    floor: int | None
    room: str | None


class NameTold(Schema):
    """What a building or house is or was called. Source: SZDB/Z 281-2017."""

    kind: Literal["full", "administrative", "geographic", "colloquial", "short", "other", "former"]
    name: str
    valid_from: date | None = Field(description="Null for a name composed of the parts.")
    valid_to: date | None
    composed: bool


class Building(Schema):
    """A building (楼栋) under its code for life."""

    code: str
    address: str = Field(description="Its full name.")
    parts: Parts
    use: str
    use_zh: str
    status: Literal["planned", "in_use", "under_investigation", "demolished", "retired"]
    floors: int | None
    floors_below: int | None
    lon: float = Field(description="EPSG:4490, degrees.")
    lat: float
    valid_from: date
    valid_to: date | None
    units: list[UnitTold] = Field(description="Where it lies in the edition of that time, the district first; empty where in none.")
    house_count: int
    names: list[NameTold]
    links: list[Link]


class HouseTold(Schema):
    """A house in a list."""

    code: str
    unit: str | None
    floor: int | None
    room: str | None
    use: str | None = Field(description="Null: as its building.")
    status: Literal["planned", "in_use", "under_investigation", "demolished", "retired"]
    area_m2: float | None
    href: str


class Houses(Schema):
    """The houses of a building, as one would walk through it: all, or a page of them with a link to the `next`."""

    building: str
    numberMatched: int
    numberReturned: int
    houses: list[HouseTold]
    links: list[Link]


class House(HouseTold):
    """A house (房屋) under its code for life, and the building it is in."""

    address: str
    parts: Parts
    building: str = Field(description="Where it is at that time: not always what its code begins with.")
    lon: float = Field(description="Of its building; EPSG:4490, degrees.")
    lat: float
    valid_from: date
    valid_to: date | None
    units: list[UnitTold]
    names: list[NameTold]
    links: list[Link]


class Ended(Schema):
    """A building or house that was ended. Asked for again it answers 410 with the same successors."""

    code: str
    since: date
    successors: list[str]
    links: list[Link]


class Happening(Schema):
    """One thing that happened to a building or house."""

    on: date
    what: str
    detail: str


class History(Schema):
    """Everything known to have happened to a building or house, oldest first; also of one that is gone."""

    code: str
    numberReturned: int
    changes: list[Happening]
    links: list[Link]


class Found(Schema):
    """A place found."""

    kind: Literal["house", "building", "compound", "road", "community", "street", "district"]
    ref: str = Field(description="Names it to autocomplete's `within`.")
    code: str | None = Field(description="Of a house, building or unit; null for a road or compound.")
    name: str
    address: str
    lon: float | None
    lat: float | None
    how: str = Field(description="What of it fits: code, address, name, beginning, sound, likeness, part, largest or inside.")
    count: int | None = Field(description="Buildings of a road or compound, houses of a building.")
    units: list[UnitTold]
    live: bool = Field(description="False for one that is no more.")
    successors: list[str]
    alias: bool = Field(description="Found by what it is called beside its address, or was formerly.")
    href: str | None


class FoundPlaces(Schema):
    """Places found, the likeliest first."""

    numberReturned: int
    places: list[Found]


class Near(Schema):
    """A building near a point."""

    code: str
    address: str
    lon: float
    lat: float
    inside: bool = Field(description="The point lies in its footprint.")
    metres: float
    units: list[UnitTold]
    href: str


class NearBuildings(Schema):
    """Buildings near a point, the nearest first."""

    numberReturned: int
    buildings: list[Near]


class Result(Schema):
    """A place of the address base."""

    level: Literal["house", "building", "compound", "road", "community", "street", "district"]
    code: str | None
    building: str | None
    address: str
    lon: float | None
    lat: float | None
    units: list[UnitTold]
    href: str | None


class EditTold(Schema):
    """One change between what was written and the answer."""

    part: str
    before: str
    after: str
    why: str


class FaultTold(Schema):
    """What is wrong with a text, in words."""

    zh: str
    en: str


class Washed(Schema):
    """What a text was washed to."""

    category: Literal["A", "B", "C", "none"] = Field(
        description="A: exactly this place is written. B: safe: something was repaired or left out, and only this place can be meant. "
        "C: unsure. none: no address of this base."
    )
    rule: str = Field(description="The rule that decided the category.")
    level: Literal["house", "building", "compound", "road", "community", "street", "district", "none"]
    coordinates_level: Literal["house", "building", "compound", "road", "community", "street", "district", "none"]
    results: list[Result] = Field(description="Exactly one with categories A and B.")
    faults: list[str] = Field(description="Explained in `faults` of the whole answer.")
    edits: list[EditTold]
    unparsed: str
    candidates: list[Result] = Field(description="With category C: what may be meant.")


class WashedTexts(Schema):
    """What many texts were washed to, in the order given."""

    numberReturned: int
    counts: dict[str, int] = Field(description="Number of texts by category.")
    faults: dict[str, FaultTold] = Field(description="The faults that occur.")
    washed: list[Washed]


class FieldTold(Schema):
    """A part of an address as it was read."""

    value: str
    key: str = Field(description="The same made comparable.")


class StepTold(Schema):
    """One change of normalising."""

    step: str
    before: str
    after: str


class Normalised(Schema):
    """A text made plain and read to its parts; nothing is looked up."""

    text: str
    normalised: str
    parts: dict[str, FieldTold]
    rest: str = Field(description="What was left over.")
    faults: list[str]
    steps: list[StepTold]
