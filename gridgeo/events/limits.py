"""By when an event, or its stage, is to be over: limits by city, class, grade and stage, in working time or time as it goes by."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from .model import Event, Part


class Due(NamedTuple):
    """When an event is to be closed, and when its stage is to be over; None where no limit is said."""

    due_at: datetime | None
    stage_due_at: datetime | None


def due(conn, event: Event, stage: str, since: datetime) -> Due:
    """Return when an event is due that comes to a stage at a moment: as it is now but for the stage (class, grade, place).

    The whole is counted from the filing, or the last reopening, without the pauses since: from `since` where the stage is filed or reopened.
    """
    raise NotImplementedError


def part_due(conn, event: Event, part: Part, since: datetime) -> datetime | None:
    """Return by when a department is to be done with its part: that of the stage dispatched where nothing is said of the part."""
    raise NotImplementedError


def moved_on(conn, event: Event, resumed_at: datetime) -> Due:
    """Return when a paused event is due that goes on at a moment."""
    raise NotImplementedError


def due_many(conn, table: str) -> int:
    """Set `due_at` and `stage_due_at` of a temporary table's rows and return how many have one.

    It has the columns event_id, class_id, grade, stage, begun_at (filed or reopened), since (of the stage), due_at, stage_due_at.
    """
    raise NotImplementedError
