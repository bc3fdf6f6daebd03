"""What answers look like, for the OpenAPI document. Answers are written as bytes elsewhere; the tests hold them to this."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Schema(BaseModel):
    """What an answer looks like: with these members, and no others."""

    model_config = ConfigDict(extra="forbid")


class Link(Schema):
    """Where to go on."""

    href: str
    rel: str
    type: str
    title: str
    datetime: str | None = Field(None, description="Of a version: since when.")
    length: int | None = Field(None, description="Of a file, in bytes.")


class EditionBrief(Schema):
    """The edition an answer is from."""

    edition_id: int
    scheme: str
    name: str
    authority: str
    valid_from: datetime | None = Field(description="Absent (null) for a draft.")
    valid_to: datetime | None = Field(description="Null while no end is set.")
    href: str


class Brief(Schema):
    """A grid unit in short."""

    code: str | None = Field(description="Null where none was ever given.")
    unit_id: int = Field(description="The unit's own number, for ever.")
    level: str
    name_zh: str
    name_en: str | None
    href: str


class OtherCode(Schema):
    """What one system called a unit at one time."""

    system: str = Field(description="Whose code: statistics, gridoffice …")
    vintage: str = Field(description="Of which year, month or day.")
    code: str


class OtherCodes(Schema):
    """What other systems call a unit."""

    unit: Brief
    codes: list[OtherCode]
    links: list[Link]


class Worker(Schema):
    """Somebody in charge of a unit; `phone` is the duty's, by E.164. `valid_to` is the first day without them."""

    role: Literal["worker", "head"]
    name: str
    phone: str | None
    valid_from: date
    valid_to: date | None
    source: str


class Vacancy(Schema):
    """How many units of a level there are below a unit, and of how many nobody is in charge."""

    level: str
    name_zh: str
    name_en: str
    units: int
    vacant: int


class Workers(Schema):
    """Who is in charge of a unit, and where nobody is of those below it."""

    unit: Brief
    workers: list[Worker]
    below: list[Vacancy]
    links: list[Link]


class Row(Brief):
    """A grid unit in a list."""

    parent_id: int | None
    kind: Literal["administrative", "functional"]
    grid_type: str | None
    household_count: int | None
    area_m2: float | None = Field(description="Square metres in EPSG:4547.")


class Unit(Row):
    """A grid unit (网格)."""

    parent: Brief | None
    chain: list[Brief] = Field(description="From the uppermost unit down to this one.")
    children: int
    bbox: list[float] | None = Field(description="West, south, east, north; EPSG:4490 degrees.", min_length=4, max_length=4)
    edition: EditionBrief
    links: list[Link]


class Units(Schema):
    """Grid units in some relation to one."""

    relation: Literal["ancestors", "children", "descendants", "siblings", "neighbours"]
    unit: Brief
    numberReturned: int
    units: list[Row]
    edition: EditionBrief
    links: list[Link]


class Nearest(Brief):
    """The nearest grid unit."""

    metres: float


Outcome = Literal["inside", "boundary", "several", "none"]


class Place(Schema):
    """Where a point lies."""

    outcome: Outcome = Field(
        description="inside: in exactly one unit. boundary: on a border; the lower code is chosen. several: units overlap here; the lower "
        "code is chosen. none: in no unit; the nearest is named."
    )
    unit: Brief | None
    chain: list[Brief] = Field(description="From the uppermost unit down; with outcome none down to the deepest unit that holds the point.")
    others: list[Brief] = Field(description="Further units the point lies in or on.")
    nearest: Nearest | None
    edition: EditionBrief


class PlaceRow(Schema):
    """Where one of many points lies; units by their codes."""

    id: str | int | None = None
    outcome: Outcome
    unit: str | None
    chain: list[str]
    names: list[str]
    others: list[str]
    nearest: str | None
    metres: float | None


class Places(Schema):
    """Where many points lie, in the order given."""

    edition: EditionBrief
    numberReturned: int
    points: list[PlaceRow]


class Points(Schema):
    """Points to locate."""

    points: list[list[float]] = Field(description="[lon, lat] each, x first.", max_length=10_000)


class LevelSummary(Schema):
    """One level in figures."""

    level: str
    name_zh: str
    name_en: str
    count: int
    area_m2: float | None
    household_count: int | None = Field(description="Sum of the units whose number is known.")
    grid_types: dict[str, int]


class Summary(Schema):
    """An edition in figures."""

    levels: list[LevelSummary]
    edition: EditionBrief
    links: list[Link]


class Landing(Schema):
    """Where everything starts."""

    title: str
    description: str
    version: str
    links: list[Link]


class Caller(Schema):
    """Who asks."""

    name: str = Field(description="As the key or token names it; empty for a caller without either.")
    key: str = Field(description="Id of the key, never the key itself; jwt for a token.")
    scopes: list[str]
    area: Literal["whole", "part"] = Field(description="Whether it is for the whole city or for a part of its grids.")


class Health(Schema):
    """Whether the process is there."""

    status: Literal["ok"]


class Readiness(Schema):
    """Whether questions can be answered. degraded: from memory only, the database is away."""

    status: Literal["ready", "degraded", "away"]
    database: Literal["there", "away"]
    editions: dict[str, int] = Field(description="Edition in memory, by scheme.")


class Feature(Schema):
    """A GeoJSON feature; lon/lat degrees of EPSG:4490."""

    type: Literal["Feature"]
    id: str | int
    properties: dict[str, Any]
    geometry: dict[str, Any] | None
    links: list[Link] | None = Field(None, description="Of one alone: itself in other forms, and what it belongs to.")


class FeatureCollection(Schema):
    """GeoJSON features; lon/lat degrees of EPSG:4490."""

    model_config = ConfigDict(extra="allow")

    type: Literal["FeatureCollection"]
    numberReturned: int
    features: list[Feature]


class ProblemFault(Schema):
    """One thing wrong with a request."""

    parameter: str | None = None
    pointer: str | None = Field(None, description="JSON pointer into the body, or line of it.")
    code: str
    detail: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    code: str
    errors: list[ProblemFault]


def files(media_types: Iterable[str]) -> dict[str, Any]:
    """Return the content of an answer that is a file of one of some media types: JSON is told as what it is, all else as bytes."""
    kinds = {True: {"type": "object"}, False: {"type": "string", "format": "binary"}}
    return {media_type: {"schema": kinds[media_type.partition(";")[0].endswith("json")]} for media_type in media_types}
