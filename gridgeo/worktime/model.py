"""What a calendar of working time is, and an amount of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum


@dataclass(frozen=True)
class Day:
    """A day that is not as its weekday: a holiday, or a workday that one was shifted to (调休).

    Parameters
    ----------
    certain
        Whether it was announced; else it is what the law alone says.
    """

    working: bool
    name: str
    certain: bool = True
    source: str = ""


@dataclass(frozen=True, eq=False)
class Calendar:
    """When work is done. One is itself alone: what is laid out of it (:func:`.rules.line`) is kept with the object.

    Parameters
    ----------
    weekdays
        Those that are worked on; 1 is Monday.
    hours
        From when to when, in the time of China, in order and apart; `time.max` as an end is midnight.
    days
        Those that are not as their weekday.
    """

    calendar: str
    weekdays: frozenset[int]
    hours: tuple[tuple[time, time], ...]
    days: Mapping[date, Day] = field(repr=False)
    source: str = ""

    def works(self, day: date) -> bool:
        """Return whether work is done on a day."""
        known = self.days.get(day)
        return known.working if known else day.isoweekday() in self.weekdays


class Unit(StrEnum):
    """In what time is counted."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True)
class Amount:
    """So much time: working time of a calendar, or time as it goes by (`calendar` is None)."""

    amount: int
    unit: Unit
    calendar: str | None = None


#: From when to when a clock stood still; None: it does still.
Pause = tuple[datetime, datetime | None]
