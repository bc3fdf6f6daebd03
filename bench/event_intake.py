"""Events taken in: many at once, and one by one over HTTP; against the rows alone in a table like theirs."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import closing

import numpy as np
import orjson
from psycopg2.extras import execute_values

from gridgeo.access import keys
from gridgeo.access import store as access
from gridgeo.db import connection
from gridgeo.events import channels, classes, intake
from gridgeo.events.model import Actor, Duty, Given

from .figures import Result
from .ground import Ground, Loaded, say, together
from .serving import served

_CONNECTIONS = 32
#: Processes of the service that take reports in, and seconds until they are counted.
_PROCESSES, _WARM = (1, 2), 3.0
CLERK = Actor("bench", frozenset(Duty))

#: A table as the one of events, with the same indexes and references: what storing an event takes at the least.
_TWIN = """
CREATE TABLE public.twin (LIKE gridgeo.event INCLUDING ALL);
ALTER TABLE public.twin ADD FOREIGN KEY (class_id) REFERENCES gridgeo.event_class, ADD FOREIGN KEY (channel) REFERENCES gridgeo.channel
"""
_TWIN_ROWS = """
INSERT INTO public.twin (event_code, kind, class_id, grade, stage, channel, told, located, point, reported_at, due_at) VALUES %s
"""
_TWIN_ROW = "(%s, 'event', %s, 4, 'reported', %s, %s, 'point', ST_SetSRID(ST_MakePoint(%s, %s), 4490), now(), now())"


def at_once(result: Result, conn, loaded: Loaded, count: int) -> list[int]:
    """Take many in within one transaction, against plain INSERT of their rows; return their numbers."""
    say(f"events: {count:,} at once")
    with conn:
        given = _given(conn, loaded, count)
    start = time.perf_counter()
    with conn:
        taken = intake.take_in(conn, given, CLERK)
    ours = time.perf_counter() - start
    rows = [(f"ZZ0000000{n:014}", one.class_id, one.channel, one.told, one.lon, one.lat) for n, one in enumerate(given)]
    with conn, conn.cursor() as cur:
        cur.execute(_TWIN)
        start = time.perf_counter()
        execute_values(cur, _TWIN_ROWS, rows, _TWIN_ROW, page_size=1000)
    plain = time.perf_counter() - start
    result.add(f"{count:,} reports taken in at once: unit, class, limits, first step, counted", count / ours, "events/s")
    result.add("plain INSERT into a table like that of events", count / plain, "rows/s", plain / ours, "the event's row alone")
    result.goal("500 events a second taken in at once, with their grids", f"{count / ours:,.0f}", count / ours >= 500)
    return [one.event_id for one in taken]


def one_by_one(result: Result, ground: Ground, loaded: Loaded, seconds: float) -> None:
    """POST /events by many connections, against one INSERT a transaction by as many."""
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


def _given(conn, loaded: Loaded, count: int) -> list[Given]:
    """Reports of all classes of events by one channel, at points of the district."""
    kinds = [one for one in classes.valid(conn) if one.kind == "event"]
    way = channels.valid(conn)[0].channel
    lon, lat = loaded.points(count)
    places = zip(itertools.cycle(kinds), lon.tolist(), lat.tolist(), strict=False)
    return [Given(way, f"{of.name}，请处理", class_id=of.class_id, lon=x, lat=y) for of, x, y in places]


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

    together(write, _CONNECTIONS)
    return len(done) / seconds
