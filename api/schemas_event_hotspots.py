"""What answers about hot spots of events look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from .schemas import Schema


class Hotspot(Schema):
    """A grid, building or house with more events than explained, or (`class_id`) a class that rises."""

    unit_id: int | None = None
    code: str | None = Field(default=None, description="Of the grid; of a building or house the grid its events lie in.")
    name_zh: str | None = None
    name_en: str | None = None
    place: str | None = Field(default=None, description="The code of the building (19) or house (25).")
    n: int = Field(description="Events reported in the period, without rejected and merged ones.")
    households: int | None = None
    expected: float | None = Field(default=None, description="Events its households would have at the city's rate.")
    class_id: int | None = None
    class_: str | None = Field(default=None, alias="class")
    beside: Literal["period", "year"] | None = Field(default=None, description="The period before, or the same a year earlier.")
    days: float | None = None
    n_before: int | None = None
    days_before: float | None = None
    ratio: float | None = Field(description="How many times as many as expected, or as many a day as before; null where there were none.")
    low: float = Field(description="The ratio's exact interval of 95 %.")
    high: float | None
    q: float = Field(description="The share of false discoveries among all at least as striking.")
    gi: float | None = Field(default=None, description="Gi* of the grid and those around it, a standard normal score.")
    gi_q: float | None = None


class Hotspots(Schema):
    """Hot spots of a period, and what they were found among."""

    from_: date = Field(alias="from")
    until: date = Field(description="The day after its last.")
    by: Literal["grid", "building", "house", "class"]
    unit: str | None
    least: int
    part: bool = Field(default=False, description="The rate is of a part of the city: of what the caller may see.")
    n: int | None = Field(default=None, description="Events the rate is made of.")
    households: int | None = None
    unjudged: int | None = Field(default=None, description="Events of grids of which nobody says how many households they have.")
    tested: int | None = None
    per_1000: float | None = Field(default=None, description="The rate: events of 1000 households.")
    found: int = Field(description="How many hot spots there are, also beyond the limit.")
    rows: list[Hotspot]
