"""What is asked of very many events: numbers, pages of lists, similar ones, hot spots."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import numpy as np

from gridgeo.events import similar, statistics
from gridgeo.events import store as events_kept
from gridgeo.events.hotspots import store as hotspots
from gridgeo.events.hotspots import surroundings
from gridgeo.events.model import Stage, Where
from gridgeo.events.similar import Seen
from gridgeo.events.statistics import Asked, By

from .figures import Result, median, timed
from .ground import SEED, Loaded, say

_TIMES, _PAGES = 5, 40
_SCRATCH = """
SELECT g.unit_id, count(*) FILTER (WHERE e.closed_at IS NOT NULL), count(*) FILTER (WHERE e.closed_at <= e.due_at)
  FROM event AS e
  JOIN event_grid AS g ON g.event_id = e.event_id AND g.edition_id = %s
 WHERE e.due_at >= %s AND e.due_at < %s AND e.stage NOT IN ('rejected', 'merged')
 GROUP BY 1
"""
_AROUND = """
SELECT count(*) FROM event AS e
 WHERE e.point && ST_Expand(ST_SetSRID(ST_MakePoint(%s, %s), 4490), 0.001) AND e.reported_at BETWEEN %s AND %s
"""
_SEEN = "SELECT told, reported_at, class_id, grade, ST_X(point), ST_Y(point), event_id FROM event WHERE event_id = ANY(%s)"
_HUNDRED = "SELECT * FROM event ORDER BY reported_at DESC, event_id DESC LIMIT 100"


def numbers(result: Result, conn, loaded: Loaded, now: datetime, count: int) -> None:
    """Every way to tell a year apart, against the rates of the units counted in the tables of events."""
    say("events: numbers")
    edition = loaded.snapshot
    year = Asked(edition.edition.edition_id, date(now.year, 1, 1), date(now.year + 1, 1, 1))
    ways = [("all together", By.ALL, None)]
    ways += [(f"by {level}", By.UNIT, edition.above(level, edition.lowest())) for level in ("street", "community")]
    ways += [(f"by {by}", by, None) for by in (By.CLASS, By.CHANNEL, By.DEPARTMENT, By.MONTH)]
    slowest = 0.0
    for how, by, parents in ways:
        seconds = median(lambda by=by, parents=parents: statistics.numbers(conn, year, by, parents, now), _TIMES, conn)
        result.add(f"a year's numbers, {how}", seconds * 1e3, "ms")
        slowest = max(slowest, seconds)
    scratch = median(lambda: _rows(conn, _SCRATCH, edition.edition.edition_id, year.begin, now), 1, conn)
    result.add("closing and on-time rates of every unit, counted from scratch", scratch * 1e3, "ms", scratch / slowest)
    result.goal(f"numbers of {count:,} events in less than 200 ms, however told apart", f"{slowest * 1e3:.0f} ms", slowest < 0.2)


def pages(result: Result, conn, loaded: Loaded, now: datetime, count: int) -> None:
    """Pages of a hundred as lists have them, one after the other; against a hundred rows from the index of their time."""
    say("events: pages")
    snapshot = loaded.snapshot
    street = [unit_id for unit_id, above in snapshot.above("street", snapshot.lowest()).items() if above is not None]
    kinds = (
        ("the newest", Where()),
        ("open ones", Where(stages=tuple(stage for stage in Stage if stage.open))),
        ("overdue ones", Where(overdue_at=now)),
        ("of a part of the district", Where(units=tuple(street[: len(street) // 20]))),
        ("of a micro-grid", Where(units=tuple(street[:1]))),
    )
    slowest = 0.0
    for what, where in kinds:
        with conn:
            taken = [timed(turn) for turn in _turned(conn, where)]
        p95 = float(np.percentile(taken, 95))
        result.add(f"a page of a hundred, {what}: 95 % within", p95 * 1e3, "ms", note=f"{len(taken)} pages on end")
        slowest = max(slowest, p95)
    with conn:
        alone = median(lambda: _rows(conn, _HUNDRED), _PAGES)
    result.add("a hundred rows by the index of their time", alone * 1e3, "ms", alone / slowest, "no unit, no condition")
    result.goal(f"pages of {count:,} events in at most 20 ms for 95 of 100", f"{slowest * 1e3:.1f} ms", slowest <= 0.02)


def _turned(conn, where: Where) -> Iterator[Callable[[], None]]:
    """Yield how to turn to the first page, and to each that follows."""
    after: list[tuple[datetime, int] | None] = [None]

    def turn() -> None:
        page = events_kept.listed(conn, where, after[0])
        after[0] = (page[-1].reported_at, page[-1].event_id) if page else None

    for number in range(_PAGES):
        if number and after[0] is None:
            return
        yield turn


def similar_ones(result: Result, conn, looks: int, count: int) -> None:
    """Which may be the same, of events anywhere among the many; against asking the index how many are there."""
    say("events: similar ones")
    with conn, conn.cursor() as cur:
        cur.execute("SELECT min(event_id), max(event_id) FROM event")
        chosen = np.random.default_rng(SEED).integers(*cur.fetchone(), looks).tolist()
        cur.execute(_SEEN, (chosen,))
        seen = [Seen(told, at, "event", kind, grade, x, y, None, number) for told, at, kind, grade, x, y, number in cur.fetchall()]
    with conn:
        similar.similar(conn, seen[0])
        ours = np.array([timed(lambda one=one: similar.similar(conn, one)) for one in seen])
        week = timedelta(days=7)
        index = np.array([timed(lambda one=one: _rows(conn, _AROUND, one.lon, one.lat, one.at - week, one.at + week)) for one in seen])
    p95, alone = np.percentile(ours, 95), np.percentile(index, 95)
    result.add("similar events: 95 % within", p95 * 1e3, "ms", note=f"median {np.median(ours) * 1e3:.1f} ms, {len(seen):,} looks")
    result.add("how many lie about the same place and week", alone * 1e3, "ms", alone / p95, "the index alone")
    result.goal(f"similar events among {count:,} in at most 20 ms for 95 of 100", f"{p95 * 1e3:.1f} ms", p95 <= 0.02)


def hot_spots(result: Result, conn, loaded: Loaded, now: datetime) -> None:
    """Hot grids and rising classes of a quarter that is over."""
    say("events: hot spots")
    month = (now - timedelta(days=120)).date().replace(day=1)
    end = (month + timedelta(days=93)).replace(day=1)
    asked, edition = Asked(loaded.snapshot.edition.edition_id, month, end), loaded.snapshot
    first = timed(lambda: surroundings.touching(edition))
    grids = median(lambda: hotspots.grids(conn, asked, edition, now=now), _TIMES, conn)
    result.add(f"hot grids of a quarter: {len(edition.lowest()):,} tested", grids * 1e3, "ms", note=f"who touches whom once: {first:.2f} s")
    rising = median(lambda: hotspots.rising(conn, asked, now=now), _TIMES, conn)
    result.add("rising classes of a quarter", rising * 1e3, "ms")


def _rows(conn, query: str, *parameters) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(query, parameters)
        return cur.fetchall()
