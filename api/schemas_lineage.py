"""What the OpenAPI document says of the lineage of grids."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .schemas import EditionBrief, Link, Schema

Reason = Literal["unchanged", "rename", "recode", "redraw", "split", "merge", "transfer", "new", "ended"]


class Relative(Schema):
    """A unit of another edition that lies where one lies, and what they have in common."""

    code: str = Field(description="Code of the unit, or u and its unit_id.")
    name_zh: str
    reason: Reason
    area_m2: float | None = Field(description="Square metres both have in common; null for units without area.")
    area: float = Field(description="Share by area; those of one unit add up to 1.")
    households: float = Field(description="Share by households; those of one unit add up to 1.")
    href: str | None = Field(None, description="Its own lineage: where to go on.")


class Slivers(Schema):
    """What was left out as a border drawn twice."""

    pieces: int
    area_m2: float


class Relatives(Schema):
    """What a unit has in common with the units of another edition."""

    edition: EditionBrief
    households_by: Literal["houses", "area"] = Field(description="area: where houses lie is not known of both editions.")
    slivers: Slivers
    units: list[Relative] = Field(description="The largest first; none for a unit that is new, or has ended.")


class Named(Schema):
    """A unit as it was called in the edition asked about."""

    code: str | None = Field(description="Null where none was ever given.")
    unit_id: int
    level: str
    name_zh: str
    href: str


class Lineage(Schema):
    """Where a unit came from, and what became of it."""

    unit: Named
    edition: EditionBrief
    came_from: Relatives | None = Field(description="Of the edition before; shares of this unit. Null where there was none.")
    became: Relatives | None = Field(description="Of the edition after; shares of this unit. Null where there is none.")
    links: list[Link]


class Translated(Schema):
    """A code of one edition, and the units of the other that lie there."""

    code: str
    known: bool = Field(description="Whether the first edition has it at all.")
    units: list[Relative]


class Translations(Schema):
    """Codes of one edition in another."""

    before: EditionBrief
    after: EditionBrief
    households_by: Literal["houses", "area"]
    slivers: Slivers
    numberReturned: int
    codes: list[Translated]


class Codes(Schema):
    """Codes to translate."""

    codes: list[str] = Field(description="Codes of units, or u and their unit_id.", max_length=10_000)
