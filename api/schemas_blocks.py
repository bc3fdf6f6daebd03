"""What answers about blocks, completeness and the business address check look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from .schemas import Brief, Link, Schema

_HIDDEN = "Micro-grids whose count is below the threshold and not told; what is told is without them."


class BlockRule(Schema):
    """How counts of people are told."""

    suppress_under: int = Field(description="Counts of a micro-grid below this are not told.")
    round_to: int = Field(description="Others are rounded to multiples of this; larger areas are sums of what is told.")


class Counted(Schema):
    """Of which day the counts are, and when they were made."""

    as_of: date
    counted_at: datetime


class StockCount(Schema):
    """Buildings or houses of one use and status."""

    use: str
    use_zh: str
    use_en: str
    status: str
    status_zh: str
    status_en: str
    count: int
    area_m2: float | None = Field(description="Floor area of the houses whose area is known; null for buildings.")


class Stock(Schema):
    """Buildings or houses."""

    count: int = Field(description="Those that are there today.")
    by_use: list[StockCount]


class Buildings(Stock):
    """Buildings."""

    by_storeys: dict[str, int] = Field(description="Those that are there today, by number of floors.")


class RoleCount(Schema):
    """Codes linked in one role, each counted once in every micro-grid. least and most bound the true number; exact ones equal it."""

    role: str
    role_zh: str
    role_en: str
    count: int | None = Field(description="Null where nothing is told.")
    hidden: int = Field(description=_HIDDEN)
    least: int
    most: int


class Own(Schema):
    """Open facts of a building, or of a house and its building."""

    code: str
    building_code: str
    address: str
    use: str
    use_zh: str
    use_en: str
    status: str
    status_zh: str
    status_en: str
    floors: int | None = Field(description="Of the building.")
    houses: int = Field(description="Live houses of the building.")
    unit: str | None
    floor: int | None
    room: str | None
    area_m2: float | None
    href: str


class BlockContents(Schema):
    """What is in some micro-grids."""

    micro_grids: int
    buildings: Buildings
    houses: Stock
    organisations: list[RoleCount]
    persons: list[RoleCount]
    numbers: list[RoleCount]
    events: list[RoleCount]


class Block(BlockContents):
    """All about a block: counts, never a list of people. Of a building or a house the counts are those of its micro-grid."""

    kind: Literal["unit", "building", "house", "polygon"]
    code: str | None
    own: Own | None = Field(description="Of a building or a house.")
    chain: list[Brief] = Field(description="The units it lies in, the uppermost first; itself the last when it is one.")
    whole: list[str] = Field(description="Of a polygon: the micro-grids that lie wholly in it; the counts are theirs.")
    left_out: list[str] = Field(description="Of a polygon: the micro-grids it only cuts.")
    counted: Counted
    rule: BlockRule
    links: list[Link]


class BlockRow(BlockContents):
    """A unit with what is in it."""

    unit: Brief


class BlockTable(Schema):
    """All units of a level with what is in them."""

    level: str
    numberReturned: int
    rule: BlockRule
    blocks: list[BlockRow]


class Share(Schema):
    """Houses that have some code linked to them."""

    count: int | None
    hidden: int = Field(description=_HIDDEN)
    least: int
    most: int
    share: float | None = Field(description="Of the houses; null without houses, and where nothing is told.")


class CompletenessRow(Schema):
    """How many of a unit's houses have something linked to them."""

    unit: Brief
    houses: int
    persons: Share
    organisations: Share
    numbers: Share
    events: Share


class CompletenessTable(Schema):
    """Completeness of the linkage by grid."""

    level: str
    numberReturned: int
    counted: Counted
    rule: BlockRule
    completeness: list[CompletenessRow]


class CheckRule(Schema):
    """One rule of the business address check."""

    severity: Literal["error", "warning", "info"] = Field(description="A claim is suspicious when a rule of severity error is broken.")
    zh: str
    en: str


class CheckFinding(Schema):
    """A rule that is broken, and by what: codes of places, numbers, words; never anybody's code."""

    rule: str
    evidence: dict[str, Any]


class CheckedClaim(Schema):
    """What was found about one claim."""

    index: int = Field(description="Its place in the request, from 0.")
    suspicious: bool
    place: str | None = Field(description="The house or building that was checked.")
    category: str | None = Field(description="How sure the address text leads to its place: A, B, C, none; null without a text.")
    findings: list[CheckFinding]


class CheckedClaims(Schema):
    """What was found about each claim, in the order given."""

    numberReturned: int
    suspicious: int
    counts: dict[str, int] = Field(description="Claims by broken rule.")
    rules: dict[str, CheckRule] = Field(description="The rules that are broken.")
    claims: list[CheckedClaim]
