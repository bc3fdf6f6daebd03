"""Events at full size: taken in one by one and many at once, sent on by workers, counted, compared, and looked at for hot spots.

Each beside what the database itself takes for the least of it: rows into a table like ours, a count from scratch, the index alone.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta

import numpy as np
import orjson
from psycopg2.extras import execute_values

from gridgeo.access import keys
from gridgeo.access import store as access
from gridgeo.db import connection
from gridgeo.events import acting, channels, classes, counts, intake, limit_rows, limits, similar, statistics, tables
from gridgeo.events import store as events_kept
from gridgeo.events.hotspots import store as hotspots
from gridgeo.events.hotspots import surroundings
from gridgeo.events.model import Actor, Duty, Given, Stage, Where
from gridgeo.events.routing import matrix, matrix_rows, reading, rulesets
from gridgeo.events.similar import Seen
from gridgeo.events.statistics import Asked, By
from gridgeo.events.watching.worker import Watcher
from gridgeo.hierarchy import editions, store
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.sample import routing
from gridgeo.settings import Settings

from .event_tiles import event_tiles
from .figures import Result
from .ground import SEED, Ground, Loaded, say
from .serving import served

_EVENTS, _EVENTS_QUICK = 5_000_000, 10_000
_BULK, _BULK_QUICK = 50_000, 1000
_CONNECTIONS, _WORKERS, _WRITERS = 32, 2, 4
#: Processes of the service that take reports in, and seconds until they are counted.
_PROCESSES, _WARM = (1, 2), 3.0
#: Events filed a second while workers send them on.
_FILED = 100
_TIMES, _LOOKS, _LOOKS_QUICK = 5, 1000, 100
#: Events that lie filed when workers begin, and pages of a list that are asked for.
_WAITING, _WAITING_QUICK, _PAGES = 10_000, 300, 40
#: Days the many events were reported in.
_DAYS = 730
_CLERK = Actor("bench", frozenset(Duty))

_SETTLE = "VACUUM (ANALYZE) gridgeo.event, gridgeo.event_grid, gridgeo.event_fact, gridgeo.event_sum"

#: A table as the one of events, with the same indexes and references: what storing an event takes at the least.
_TWIN = """
CREATE TABLE public.twin (LIKE gridgeo.event INCLUDING ALL);
ALTER TABLE public.twin ADD FOREIGN KEY (class_id) REFERENCES gridgeo.event_class, ADD FOREIGN KEY (channel) REFERENCES gridgeo.channel
"""
_TWIN_ROWS = """
INSERT INTO public.twin (event_code, kind, class_id, grade, stage, channel, told, located, point, reported_at, due_at) VALUES %s
"""
_TWIN_ROW = "(%s, 'event', %s, 4, 'reported', %s, %s, 'point', ST_SetSRID(ST_MakePoint(%s, %s), 4490), now(), now())"

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
_SPENT = """
SELECT count(dispatched_at), extract(epoch FROM max(dispatched_at) - min(dispatched_at))::float8 FROM event WHERE event_id = ANY(%s)
"""
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
_LAGS = "SELECT extract(epoch FROM dispatched_at - filed_at)::float8 FROM event WHERE event_id = ANY(%s)"


def events(ground: Ground, quick: bool) -> Result:
    """Take events in, send them on, fill the table, then ask."""
    count = _EVENTS_QUICK if quick else _EVENTS
    result = Result("events", f"events: intake, sending on, and numbers of {count:,}; client and server on one machine")
    loaded = _prepared(ground, "small" if quick else "baoan")
    with closing(connection.connect(loaded.url)) as conn:
        taken = _bulk(result, conn, loaded, _BULK_QUICK if quick else _BULK)
        _one_by_one(result, ground, loaded, 3.0 if quick else 15.0)
        filed = _FILED * (3 if quick else 40)
        _sent_on(result, ground.settings, loaded, conn, taken[:filed])
        _caught_up(result, ground.settings, loaded, conn, taken[filed:][: _WAITING_QUICK if quick else _WAITING])
        now = _filled(result, conn, loaded, count)
        _numbers(result, conn, loaded, now, count)
        _pages(result, conn, loaded, now, count)
        event_tiles(result, conn, loaded.snapshot, now, count, _DAYS)
        _similar(result, conn, _LOOKS_QUICK if quick else _LOOKS, count)
        _hotspots(result, conn, loaded, now)
    return result


def _prepared(ground: Ground, profile: str) -> Loaded:
    """A district with classes, channels, limits, and who answers for what."""
    say("events: a district and its departments")
    url, frame = ground.database("events"), ground.frame(profile)
    with closing(connection.connect(url)) as conn:
        with conn:
            draft, _ = editions.stage(conn, GOVERNANCE, frame, name=profile)
            edition = editions.activate(conn, draft.edition_id)
        units = store.frame(conn, edition.edition_id)
        with conn:
            for module in (classes, channels):
                module.put(conn, module.read(tables.ours(module.OURS))[0])
            read = matrix_rows.read(routing.matrix(units), matrix.known(conn), "sample")
            matrix.stage(conn, read.rows, read.departments, None, whole=False)
            matrix.put(conn, None, whole=False)
            limits.load(conn, limit_rows.usual(), "sample")
            made = rulesets.stage(conn, reading.rules(routing.rules())[0], "rules", "sample")
            rulesets.test(conn, made.set_id)
            rulesets.activate(conn, made.set_id)
        return Loaded("events", url, Snapshot(store.scheme(conn, GOVERNANCE), edition, units))


def _given(conn, loaded: Loaded, count: int) -> list[Given]:
    """Reports of all classes of events by one channel, at points of the district."""
    kinds = [one for one in classes.valid(conn) if one.kind == "event"]
    way = channels.valid(conn)[0].channel
    lon, lat = loaded.points(count)
    places = zip(itertools.cycle(kinds), lon.tolist(), lat.tolist(), strict=False)
    return [Given(way, f"{of.name}，请处理", class_id=of.class_id, lon=x, lat=y) for of, x, y in places]


def _bulk(result: Result, conn, loaded: Loaded, count: int) -> list[int]:
    """Take many in within one transaction, against plain INSERT of their rows; return their numbers."""
    say(f"events: {count:,} at once")
    with conn:
        given = _given(conn, loaded, count)
    start = time.perf_counter()
    with conn:
        taken = intake.take_in(conn, given, _CLERK)
    ours = time.perf_counter() - start
    rows = [(f"ZZ0000000{n:014}", one.class_id, one.channel, one.told, one.lon, one.lat) for n, one in enumerate(given)]
    with conn, conn.cursor() as cur:
        cur.execute(_TWIN)
        start = time.perf_counter()
        execute_values(cur, _TWIN_ROWS, rows, _TWIN_ROW, page_size=1000)
    plain = time.perf_counter() - start
    result.add(f"{count:,} reports taken in at once: unit, class, limits, first step, counted", count / ours, "events/s")
    result.add("plain INSERT into a table like that of events", count / plain, "rows/s", ours and plain / ours, "the event's row alone")
    result.goal("500 events a second taken in at once, with their grids", f"{count / ours:,.0f}", count / ours >= 500)
    return [one.event_id for one in taken]


def _one_by_one(result: Result, ground: Ground, loaded: Loaded, seconds: float) -> None:
    """POST /events by eight connections, against one INSERT a transaction by as many."""
    say("events: over HTTP")
    made = keys.make()
    with closing(connection.connect(loaded.url)) as conn, conn:
        access.add_key(conn, made.key_id, made.digest, "bench", ("read", "report"), None)
        given = _given(conn, loaded, 2000)
    bodies = [orjson.dumps({name: getattr(one, name) for name in ("channel", "told", "class_id", "lon", "lat")}) for one in given]
    plain, rates = _inserted(loaded, given, seconds), []
    for processes in _PROCESSES:
        with served(ground, loaded, processes) as address:
            asyncio.run(_posted(address, made.text, bodies, _WARM, f"warm-{processes}"))  # until all processes answer
            taken = asyncio.run(_posted(address, made.text, bodies, seconds, f"bench-{processes}"))
        rates.append(len(taken) / seconds)
        note = f"median {np.percentile(taken, 50):.1f} ms, 99 % {np.percentile(taken, 99):.1f} ms"
        result.add(f"POST /events, {_CONNECTIONS} connections, processes: {processes}", rates[-1], "events/s", note=note)
    rate = max(rates)
    result.add(f"one INSERT a transaction, {_CONNECTIONS} connections", plain, "rows/s", rate / plain, "the event's row alone, no HTTP")
    result.goal(f"500 events a second taken in over HTTP by {_CONNECTIONS} connections", f"{rate:,.0f}", rate >= 500)


async def _posted(address, key: str, bodies: list[bytes], seconds: float, once: str) -> list[float]:
    """Return the milliseconds of each report that was answered."""
    taken: list[float] = []
    until, numbers = time.perf_counter() + seconds, itertools.count()

    async def client() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        while (start := time.perf_counter()) < until:
            number = next(numbers)
            writer.write(_post(key, f"{once}-{number}", bodies[number % len(bodies)]))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(head.split(b"\r\n", 1)[0].decode())
            await reader.readexactly(int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))
            taken.append((time.perf_counter() - start) * 1000)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(_CONNECTIONS)))
    return taken


def _post(key: str, once: str, body: bytes) -> bytes:
    head = f"POST /events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: {once}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _inserted(loaded: Loaded, given: list[Given], seconds: float) -> float:
    """Return how many rows a second as many connections commit one by one."""
    numbers, until = itertools.count(), time.perf_counter() + seconds
    done = []

    def write() -> None:
        with closing(connection.connect(loaded.url)) as conn, conn.cursor() as cur:
            while time.perf_counter() < until:
                number = next(numbers)
                one = given[number % len(given)]
                row = (f"ZZ0000001{number:014}", one.class_id, one.channel, one.told, one.lon, one.lat)
                cur.execute(_TWIN_ROWS.replace("%s", _TWIN_ROW), row)
                conn.commit()
                done.append(number)

    _together(write, _CONNECTIONS)
    return len(done) / seconds


def _together(work: Callable[[], None], times: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _sent_on(result: Result, settings: Settings, loaded: Loaded, conn, taken: list[int]) -> None:
    """File events at a steady rate while two workers send them on; how long each waited is what its own times say."""
    say(f"events: {len(taken):,} filed, {_WORKERS} workers")
    turns, began = iter(enumerate(taken)), time.monotonic()

    def file() -> None:
        with closing(connection.connect(loaded.url)) as filing:
            for turn, event_id in iter(lambda: next(turns, None), None):
                time.sleep(max(0.0, began + turn / _FILED - time.monotonic()))
                with filing:
                    acting.act(filing, event_id, "file", _CLERK, {})

    with _working(loaded.url, settings):
        began = time.monotonic()
        _together(file, _WRITERS)
        spent = time.monotonic() - began
        lags = _lags(conn, taken)
    p50, p99 = np.percentile(lags, [50, 99])
    note = f"99 % {p99 * 1e3:.0f} ms, longest {lags.max() * 1e3:.0f} ms; {len(taken) / spent:,.0f} a second were filed"
    result.add(f"filed to dispatched, {_WORKERS} workers", p50 * 1e3, "ms", note=note)
    result.goal("99 % are with their department within two seconds", f"{p99 * 1e3:.0f} ms", p99 <= 2)


def _caught_up(result: Result, settings: Settings, loaded: Loaded, conn, waiting: list[int]) -> None:
    """Workers that begin when many lie filed: how many a second are routed, and are with their department."""
    say(f"events: {len(waiting):,} lie filed")
    with conn, conn.cursor() as cur:
        cur.execute("UPDATE event SET stage = 'filed', filed_at = clock_timestamp(), version = 2 WHERE event_id = ANY(%s)", (waiting,))
    with _working(loaded.url, settings):
        lags = _lags(conn, waiting)
    with conn:
        ((there, seconds),) = _rows(conn, _SPENT, waiting)
    rate = there / max(seconds, 1e-3)
    result.add(
        f"{len(waiting):,} that lie filed are routed and sent on by {_WORKERS} workers", rate, "events/s", note="from the first to the last"
    )
    result.goal("500 events a second routed", f"{rate:,.0f}", bool(np.isfinite(lags).all()) and rate >= 500)


def _lags(conn, taken: list[int]) -> np.ndarray:
    """Return the seconds from filing to sending on, once all are sent on; who waits for ever counts as that."""
    patience = time.monotonic() + 30
    while True:
        with conn, conn.cursor() as cur:
            cur.execute(_LAGS, (taken,))
            lags = [lag for (lag,) in cur.fetchall()]
        if None not in lags or time.monotonic() > patience:
            return np.array([np.inf if lag is None else lag for lag in lags])
        time.sleep(0.1)


@contextmanager
def _working(url: str, settings: Settings) -> Iterator[None]:
    """Let workers work, each in a process of its own, while the block runs."""
    context = multiprocessing.get_context("spawn")
    ready, over = context.Semaphore(0), context.Event()
    workers = [context.Process(target=_work, args=(url, settings, ready, over), daemon=True) for _ in range(_WORKERS)]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.acquire()
    try:
        yield
    finally:
        over.set()
        for worker in workers:
            worker.join()


def _work(url: str, settings: Settings, ready, over) -> None:
    watcher = Watcher(url, settings).start()
    ready.release()
    over.wait()
    watcher.stop()


def _filled(result: Result, conn, loaded: Loaded, count: int) -> datetime:
    """Fill the table with many events and count them; return the moment they were made."""
    say(f"events: {count:,} more")
    points = min(count, 200_000)
    lon, lat = loaded.points(points)
    found = loaded.snapshot.at_many(lon, lat, nearest=False).unit
    units = loaded.snapshot.frame["unit_id"].to_numpy()[found]
    now = datetime.now(UTC)
    given = {"now": now, "days": _DAYS, "count": count, "points": points, "lon": lon.tolist(), "lat": lat.tolist()}
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
    conn.autocommit = True
    with conn.cursor() as cur:
        cur.execute(_SETTLE)
    conn.autocommit = False
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
    for trigger in ("change_inserted", "change_updated", "change_deleted"):
        cur.execute(f"ALTER TABLE event ENABLE ALWAYS TRIGGER {trigger}")


def _numbers(result: Result, conn, loaded: Loaded, now: datetime, count: int) -> None:
    """Every way to tell a year apart, against the rates of the units counted in the tables of events."""
    say("events: numbers")
    edition = loaded.snapshot
    year = Asked(edition.edition.edition_id, date(now.year, 1, 1), date(now.year + 1, 1, 1))
    streets = edition.above("street", edition.lowest())
    slowest = 0.0
    communities = edition.above("community", edition.lowest())
    ways = [(f"by {by}", by, None) for by in (By.CLASS, By.CHANNEL, By.DEPARTMENT, By.MONTH)]
    for how, by, parents in [
        ("all together", By.ALL, None),
        ("by street", By.UNIT, streets),
        ("by community", By.UNIT, communities),
        *ways,
    ]:
        seconds = _seconds(conn, lambda by=by, parents=parents: statistics.numbers(conn, year, by, parents, now))
        result.add(f"a year's numbers, {how}", seconds * 1e3, "ms")
        slowest = max(slowest, seconds)
    scratch = _seconds(conn, lambda: _rows(conn, _SCRATCH, edition.edition.edition_id, year.begin, now), 1)
    result.add("closing and on-time rates of every unit, counted from scratch", scratch * 1e3, "ms", scratch / slowest)
    result.goal(f"numbers of {count:,} events in less than 200 ms, however told apart", f"{slowest * 1e3:.0f} ms", slowest < 0.2)


def _pages(result: Result, conn, loaded: Loaded, now: datetime, count: int) -> None:
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
            taken = [_taken(turn) for turn in _turned(conn, where)]
        p95 = float(np.percentile(taken, 95))
        result.add(f"a page of a hundred, {what}: 95 % within", p95 * 1e3, "ms", note=f"{len(taken)} pages on end")
        slowest = max(slowest, p95)
    with conn:
        alone = float(np.median([_taken(lambda: _rows(conn, _HUNDRED)) for _ in range(_PAGES)]))
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


def _similar(result: Result, conn, looks: int, count: int) -> None:
    """Which may be the same, of events anywhere among the many; against asking the index how many are there."""
    say("events: similar ones")
    with conn, conn.cursor() as cur:
        cur.execute("SELECT min(event_id), max(event_id) FROM event")
        chosen = np.random.default_rng(SEED).integers(*cur.fetchone(), looks).tolist()
        cur.execute(_SEEN, (chosen,))
        seen = [Seen(told, at, "event", kind, grade, x, y, None, number) for told, at, kind, grade, x, y, number in cur.fetchall()]
    with conn:
        similar.similar(conn, seen[0])
        ours = np.array([_taken(lambda one=one: similar.similar(conn, one)) for one in seen])
        week = timedelta(days=7)
        index = np.array([_taken(lambda one=one: _rows(conn, _AROUND, one.lon, one.lat, one.at - week, one.at + week)) for one in seen])
    p95, alone = np.percentile(ours, 95), np.percentile(index, 95)
    result.add("similar events: 95 % within", p95 * 1e3, "ms", note=f"median {np.median(ours) * 1e3:.1f} ms, {len(seen):,} looks")
    result.add("how many lie about the same place and week", alone * 1e3, "ms", alone / p95, "the index alone")
    result.goal(f"similar events among {count:,} in at most 20 ms for 95 of 100", f"{p95 * 1e3:.1f} ms", p95 <= 0.02)


def _hotspots(result: Result, conn, loaded: Loaded, now: datetime) -> None:
    """Hot grids and rising classes of a quarter that is over."""
    say("events: hot spots")
    month = (now - timedelta(days=120)).date().replace(day=1)
    end = (month + timedelta(days=93)).replace(day=1)
    asked, edition = Asked(loaded.snapshot.edition.edition_id, month, end), loaded.snapshot
    first = _seconds(conn, lambda: surroundings.touching(edition), 1)
    grids = _seconds(conn, lambda: hotspots.grids(conn, asked, edition, now=now))
    result.add(f"hot grids of a quarter: {len(edition.lowest()):,} tested", grids * 1e3, "ms", note=f"who touches whom once: {first:.2f} s")
    result.add("rising classes of a quarter", _seconds(conn, lambda: hotspots.rising(conn, asked, now=now)) * 1e3, "ms")


def _rows(conn, query: str, *parameters) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(query, parameters)
        return cur.fetchall()


def _taken(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _seconds(conn, work: Callable[[], object], times: int = _TIMES) -> float:
    """Return the median of some runs, each in a transaction of its own."""
    spent = []
    for _ in range(times):
        with conn:
            spent.append(_taken(work))
    return float(np.median(spent))
