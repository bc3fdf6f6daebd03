"""What answers about the limits of events look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from .schemas import Link, Schema


class TimeLeft(Schema):
    """By when something is to be over, and how much time is left."""

    due_at: datetime
    minutes: float = Field(description="Until then; below zero since it was to be over. While the clock stands still, what was left.")
    working: bool = Field(description="Whether these are minutes of working time, as its limit is counted.")


class EventLimits(Schema):
    """How much time is left of an event and of its stage; null where no limit is said, or nothing is to be done any more."""

    event_id: int
    event_code: str
    now: datetime
    whole: TimeLeft | None
    stage: TimeLeft | None
    links: list[Link]
