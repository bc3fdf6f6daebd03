"""Calendars in the database; that of China is there before any is loaded."""

from __future__ import annotations

from datetime import datetime

import psycopg2.extras

from ..db import queries
from ..errors import NotFound
from . import reading, rules
from .model import Calendar, Day

SQL = queries.load(__package__)

#: Calendars by name, and when each was loaded: one that was laid out is used again.
_KEPT: dict[str, tuple[datetime, Calendar]] = {}


def names(conn) -> list[str]:
    """Return the names of all calendars."""
    return sorted({reading.CHINA, *(name for (name,) in SQL.rows(conn, "names"))})


def find(conn, name: str = reading.CHINA) -> Calendar:
    """Return a calendar as it was loaded last; raises NotFound."""
    heads = SQL.rows(conn, "head", calendar=name)
    if not heads and name != reading.CHINA:
        raise NotFound("calendar", name)
    if not heads:
        return reading.china()
    _, *head, loaded_at = heads[0]
    kept = _KEPT.get(name)
    if kept is None or kept[0] != loaded_at:
        kept = _KEPT[name] = loaded_at, _calendar(name, *head, SQL.rows(conn, "days", calendar=name))
    return kept[1]


def load(conn, calendar: Calendar) -> None:
    """Store a calendar in the place of the one of that name. Raises InvalidInput."""
    rules.checked(calendar)
    with conn.cursor() as cur:
        cur.execute(SQL["clear"], {"calendar": calendar.calendar})
        hours = rules.hours_text(calendar.hours).split(",")
        head = {"calendar": calendar.calendar, "weekdays": sorted(calendar.weekdays), "hours": hours, "source": calendar.source}
        cur.execute(SQL["enter"], head)
        rows = [(calendar.calendar, day, one.working, one.name, one.certain, one.source) for day, one in sorted(calendar.days.items())]
        psycopg2.extras.execute_values(cur, SQL["add_days"], rows, page_size=1000)


def _calendar(name: str, weekdays: list[int], hours: list[str], source: str, days: list[tuple]) -> Calendar:
    return Calendar(name, frozenset(weekdays), rules.hours(",".join(hours)), {day: Day(*rest) for day, *rest in days}, source)
