"""What maps of the whole city are made of: events that are open one by one, and those that are closed added up by place and day.

Triggers keep both true to the events (`db/functions/events_cells.sql`). What is closed is appended, so that writers never wait for each
other; :func:`fold` adds that to the sums, whenever. Whoever asks takes sums and what waits together, so that tiles are exact at any moment.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from ..db import queries
from ..moments import CHINA

SQL = queries.load(__package__, "cells.sql")

#: So many days, counted from 1970-01-01, are one sum: of any thirty days ten sums tell, of a year some twenty.
SPANS = (64, 8, 1)

_FIRST, _TICK = date(1970, 1, 1), timedelta(microseconds=1)

#: When time begins and, from today on, ends that has no end: nothing is reported that far ahead.
_BEFORE, _AHEAD = datetime.combine(_FIRST, time(), CHINA), timedelta(days=400)


def midnight(moment: datetime) -> datetime:
    """Return when the day of a moment (timezone-aware) began in China."""
    return datetime.combine(moment.astimezone(CHINA).date(), time(), CHINA)


def day_number(moment: datetime) -> int:
    """Return the day of a moment (timezone-aware) in China as days since 1970-01-01.

    >>> day_number(datetime.fromisoformat("1970-01-01T16:00:00+00:00"))
    1
    """
    return (moment.astimezone(CHINA).date() - _FIRST).days


def days(since: datetime | None, until: datetime | None, now: datetime) -> tuple[int, int] | None:
    """Return from which day until before which other two moments (both included; None: no end) are whole days; else None."""
    since, after = since or _BEFORE, until + _TICK if until else midnight(now) + _AHEAD
    if since != midnight(since) or after != midnight(after):
        return None
    return day_number(since), day_number(after)


def spans(first: int, last: int) -> list[tuple[int, int]]:
    """Return the fewest spans, length and number, that are the days from one until before another.

    >>> spans(6, 17)
    [(1, 6), (1, 7), (8, 1), (1, 16)]
    """
    found, day = [], first
    while day < last:
        length = next(span for span in SPANS if day % span == 0 and day + span <= last)
        found.append((length, day // length))
        day += length
    return found


def fold(conn) -> int:
    """Add to the sums what was closed since; return how much that was, 0 also while somebody else does it."""
    ((folded,),) = SQL.rows(conn, "fold")
    return folded


def refresh(conn) -> None:
    """Make all of it anew; whoever writes events waits until the transaction ends."""
    SQL.run(conn, "refresh")


def false(conn) -> int:
    """Return in how many ways it is not what the events are: 0, as long as nobody writes past the triggers."""
    ((closed,),), ((waiting,),) = SQL.rows(conn, "closed"), SQL.rows(conn, "waiting")
    ((standing,),), ((sums,),) = SQL.rows(conn, "false_standing"), SQL.rows(conn, "false_sums", n=closed - waiting)
    return standing + sums
