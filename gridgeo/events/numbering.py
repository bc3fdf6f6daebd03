"""Event codes of ours: an organisation's code, the day, and a number of the day that nobody else is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from ..codes import credit
from ..codes import event as codes
from ..db import queries
from ..errors import Conflict

SQL = queries.load(__package__, "numbering.sql")

#: Whose events they are where the installation does not say: an organisation there is none of.
NOBODY = "ZZ000000" + credit.organisation_check("ZZ000000")

#: Numbers of one counter.
_MOST = 99_999


def number(conn, organisation: str, days: Sequence[date]) -> list[str]:
    """Return a code for an event of each of some days; raises InvalidCode for a faulty organisation, Conflict for a day that is full."""
    free = _few(conn, organisation, days[0], len(days)) if len(set(days)) == 1 else None
    free = free or _many(conn, organisation, days)
    return [codes.build(organisation, day, next(free[day])).value for day in days]


def _few(conn, organisation: str, day: date, count: int) -> dict[date, Iterator[int]] | None:
    """The next numbers of a day, of a counter that is free and has as many; None where there is none."""
    asked = {"organisation": organisation, "day": day, "count": count, "days": [day]}
    with conn.cursor() as cur:
        for _ in range(2):
            queries.prepared(cur, SQL["number_few"], asked)
            found = cur.fetchone()
            if found:
                return {day: iter(range(found[0] - count + 1, found[0] + 1))}
            cur.execute(SQL["make_counters"], asked)
    return None


def _many(conn, organisation: str, days: Sequence[date]) -> dict[date, Iterator[int]]:
    """The next numbers of each day, as many as it is in the list."""
    wanted: dict[date, int] = defaultdict(int)
    for day in days:
        wanted[day] += 1
    asked = {"organisation": organisation, "days": list(wanted)}
    with conn.cursor() as cur:
        cur.execute(SQL["make_counters"], asked)
        cur.execute(SQL["lock_counters"], asked)
        taken: dict[date, list[int]] = defaultdict(list)
        counters = []
        for day, counter, last in cur.fetchall():
            upto = min(_MOST, last + wanted[day] - len(taken[day]))
            taken[day] += range(counter * (_MOST + 1) + last + 1, counter * (_MOST + 1) + upto + 1)
            counters.append((day, counter, upto))
        for day, count in wanted.items():
            if len(taken[day]) < count:
                raise Conflict(f"all numbers of the events of {day.isoformat()} are given")
        of_day, of_counter, lasts = map(list, zip(*counters, strict=True))
        cur.execute(SQL["set_counters"], {"organisation": organisation, "days": of_day, "counters": of_counter, "lasts": lasts})
    return {day: iter(numbers) for day, numbers in taken.items()}
