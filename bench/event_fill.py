"""The table of events filled: as many as there are in years, by sets, as their steps would have left them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from gridgeo.events import cells, counts

from .figures import Result
from .ground import Loaded, alone, say

#: Days the many events were reported in.
DAYS = 730
_SETTLE = """
VACUUM (ANALYZE) gridgeo.event, gridgeo.event_grid, gridgeo.event_fact, gridgeo.event_sum, gridgeo.event_shift, gridgeo.event_standing,
  gridgeo.event_closed_sum
"""
#: Many events: everywhere in the district, of all classes and ways, in two years; each class has its department, and of what is older than
#: some days 99.78 of a hundred are closed, as a real district tells.
_MANY = """
WITH kind AS (SELECT class_id, grade, name, row_number() OVER (ORDER BY class_id) - 1 AS n, count(*) OVER () AS of FROM event_class),
way AS (SELECT channel, row_number() OVER (ORDER BY channel) - 1 AS n, count(*) OVER () AS of FROM channel),
office AS (SELECT department_code, row_number() OVER (ORDER BY department_code) - 1 AS n, count(*) OVER () AS of FROM department),
given AS (
  SELECT s.n, 1 + s.n %% %(points)s AS spot, random() AS fate,
         %(now)s::timestamptz - (%(count)s - s.n + random()) / %(count)s * %(days)s * interval '1 day' AS at
    FROM generate_series(1, %(count)s) AS s (n)
)
INSERT INTO event (event_id, event_code, kind, class_id, grade, stage, channel, told, located, point, department_code,
  reported_at, filed_at, dispatched_at, responded_at, handled_at, verified_at, closed_at, due_at, stars)
OVERRIDING SYSTEM VALUE
SELECT %(first)s + g.n, 'ZZ9999990' || to_char(g.n, 'FM00000000000000'), 'event', k.class_id, k.grade,
       CASE WHEN c.closed THEN 'closed' ELSE 'dispatched' END, w.channel, k.name || '，现场第' || g.n %% 977 || '处', 'point',
       ST_SetSRID(ST_MakePoint((%(lon)s::float8[])[g.spot], (%(lat)s::float8[])[g.spot]), 4490), o.department_code, g.at, g.at, g.at,
       g.at + interval '1 hour',
       CASE WHEN c.closed THEN g.at + g.fate * interval '2 days' END, CASE WHEN c.closed THEN g.at + g.fate * interval '3 days' END,
       CASE WHEN c.closed THEN g.at + g.fate * interval '4 days' END, g.at + interval '3 days',
       CASE WHEN c.closed AND g.fate < 0.2 THEN 1 + g.n %% 5 END
  FROM given AS g
  JOIN kind AS k ON k.n = g.n %% k.of
  JOIN way AS w ON w.n = g.n %% w.of
  JOIN office AS o ON o.n = k.n %% o.of
 CROSS JOIN LATERAL (
   SELECT g.n %% 10000 >= 22 AND g.at + g.fate * interval '4 days' < %(now)s::timestamptz AS closed
 ) AS c
"""
_PLACED = """
INSERT INTO event_grid (event_id, edition_id, unit_id, outcome)
SELECT %(first)s + s.n, %(edition)s, (%(units)s::bigint[])[1 + s.n %% %(points)s], 'inside'
  FROM generate_series(1, %(count)s) AS s (n)
"""
#: Nobody asks while the tables are filled: what every row would be looked up in and entered into is made in the end.
_INDEXES = """
SELECT format('DROP INDEX %%s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
  FROM pg_index AS i
 WHERE i.indrelid = ANY(%s::text[]::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
"""
_FIRST = "SELECT setval(pg_get_serial_sequence('event', 'event_id'), coalesce(max(event_id), 0) + %(count)s + 1) - %(count)s - 1 FROM event"


def filled(result: Result, conn, loaded: Loaded, count: int) -> datetime:
    """Fill the table with many events and count them; return the moment they were made."""
    say(f"events: {count:,} of two years")
    points = min(count, 200_000)
    lon, lat = loaded.points(points)
    found = loaded.snapshot.at_many(lon, lat, nearest=False).unit
    units = loaded.snapshot.frame["unit_id"].to_numpy()[found]
    now = datetime.now(UTC)
    given = {"now": now, "days": DAYS, "count": count, "points": points, "lon": lon.tolist(), "lat": lat.tolist()}
    given |= {"edition": loaded.snapshot.edition.edition_id, "units": units.tolist()}
    with conn, conn.cursor() as cur, _indexed_later(cur, "event", "event_grid"):
        cur.execute(_FIRST, given)
        given["first"] = cur.fetchone()[0]
        cur.execute(_MANY, given)
        cur.execute(_PLACED, given)
    start = time.perf_counter()
    with conn:
        counts.refresh(conn, loaded.snapshot.edition.edition_id)
    result.add(f"{count:,} events counted from scratch, as a new edition does", time.perf_counter() - start, "s")
    with conn:
        cells.refresh(conn)
    alone(conn, _SETTLE)
    return now


@contextmanager
def _indexed_later(cur, *tables: str) -> Iterator[None]:
    """Let the block fill tables that have no indexes but those of their keys, references are not looked at, and nothing is told."""
    cur.execute(_INDEXES, (list(tables),))
    indexes = cur.fetchall()
    for drop, _ in indexes:
        cur.execute(drop)
    cur.execute("SET LOCAL session_replication_role = replica")
    cur.execute("ALTER TABLE event DISABLE TRIGGER USER")
    yield
    cur.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for _, make in indexes:
        cur.execute(make)
    for trigger in ("inserted", "updated", "deleted"):
        cur.execute(f"ALTER TABLE event ENABLE ALWAYS TRIGGER change_{trigger}, ENABLE ALWAYS TRIGGER drawn_{trigger}")
