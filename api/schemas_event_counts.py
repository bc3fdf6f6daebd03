"""What answers about how many events a map shows look like, for the OpenAPI document."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .schemas import Schema
from .schemas_objects import Department


class _Count(Schema):
    n: int = Field(description="Events.")
    o: int = Field(0, description="Open in time; 0 where it is left out, as of the others.")
    s: int = Field(0, description="Due soon: a fifth of their time is left.")
    v: int = Field(0, description="Overdue.")
    c: int = Field(0, description="Over: closed; rejected or merged where these are asked for.")
    part: bool = Field(False, description="Whether it is of what the caller may see of a unit that is larger.")


class EventsOfUnit(_Count):
    """Of a unit."""

    unit_id: int
    code: str | None


class EventsOfKind(_Count):
    """Of a class, or of a department; null: of none yet."""

    class_id: int | None = None
    department: Department | None = None


class EventCounts(_Count):
    """How many events there are, and how they stand."""

    unit: str | None
    level: str | None
    by: Literal["unit", "class", "department"]
    units: list[EventsOfUnit] | None = Field(None, description="All of the level, also those of no event.")
    counts: list[EventsOfKind] | None = None
