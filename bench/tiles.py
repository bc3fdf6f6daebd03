"""Vector tiles at full size: how long each takes to make and to answer, against tipg on the same database in the same run."""

from __future__ import annotations

import asyncio
import gzip
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import cycle, takewhile
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

import numpy as np
import psycopg2.extensions

from api.server import listening
from gridgeo.db import connection
from gridgeo.tiles import cells, grids, objects, seed
from gridgeo.tiles.model import PLAIN, Collection, Tile

from .figures import Result
from .ground import SEED, Ground, Loaded, say
from .serving import served

_OBJECTS, _OBJECTS_QUICK = 1_600_000, 160_000
_ZOOMS = (8, 10, 11, 12, 13, 14, 15, 16, 17, 18)
_CONNECTIONS = 8
_PEERS = Path(__file__).with_name("tile-peers.txt")

#: Objects enough to fill tiles, laid where the sample lays them; what a load checks is measured elsewhere.
_CATEGORIES = """
INSERT INTO category (major, minor, name) SELECT 'M' || i % 6, 'm' || i % 20, 'n' || i FROM generate_series(1, 153) AS i
"""
_FILL = """
INSERT INTO object (element_code, category_id, status, name, point, since)
SELECT '00000000X' || lpad(n::text, 10, '0'), 1 + n %% 153, CASE WHEN n %% 17 = 0 THEN 'removed' ELSE 'in_use' END, 'No ' || n,
       ST_SetSRID(ST_MakePoint(lon, lat), 4490), '2026-01-01'
  FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) WITH ORDINALITY AS p (lon, lat, n)
"""


def tiles(ground: Ground, quick: bool) -> Result:
    """Make tiles of every zoom, seed them, and ask for them over HTTP, made anew and kept; the same of tipg."""
    count = _OBJECTS_QUICK if quick else _OBJECTS
    loaded = ground.loaded("baoan")
    result = Result("tiles", f"vector tiles of {len(loaded.leaves):,} micro-grids and {count:,} objects")
    with closing(connection.connect(loaded.url)) as conn:
        edition_id = _filled(result, conn, loaded, count)
        _made(result, conn, edition_id)
        _seeded(result, conn)
        places = _places(conn, edition_id)
    _asked(result, ground, loaded, places, 2.0 if quick else 10.0)
    return result


def _filled(result: Result, conn, loaded: Loaded, count: int) -> int:
    """Fill the tables; return the edition."""
    say(f"tiles: {count:,} objects")
    edition_id = loaded.snapshot.edition.edition_id
    lon, lat = loaded.points(count)
    with connection.transaction(conn), conn.cursor() as cur:
        cur.execute(_CATEGORIES)
        cur.execute(_FILL, {"lon": lon.tolist(), "lat": lat.tolist()})
        cur.execute("INSERT INTO object_changed (x, y) VALUES (NULL, NULL)")
        cur.execute("ANALYZE object")
    with connection.transaction(conn):
        result.add("add up all objects in cells of every zoom", _timed(lambda: cells.drain(conn)), "s", note="once; then only what changed")
    with connection.transaction(conn), conn.cursor() as cur:
        cur.execute("UPDATE object SET status = 'damaged' WHERE object_id = (SELECT min(object_id) FROM object)")
        cur.execute(
            "INSERT INTO object_changed (x, y) SELECT mercator_x(ST_X(point)) >> 11, mercator_y(ST_Y(point)) >> 11"
            " FROM object WHERE object_id = (SELECT min(object_id) FROM object)"
        )
    with connection.transaction(conn):
        result.add("add up one object that changed", _timed(lambda: cells.drain(conn)) * 1000, "ms")
        result.add("simplify the grids for every zoom", _timed(lambda: grids.prepare(conn, edition_id)), "s", note="once an edition")
    with connection.transaction(conn), conn.cursor() as cur:
        cur.execute("ANALYZE tile_grid")
        cur.execute("SELECT pg_total_relation_size('object_cell'), pg_total_relation_size('tile_grid')")
        for name, size in zip(("cells", "simplified grids"), cur.fetchone(), strict=True):
            result.add(f"{name} in the database", size / 1e6, "MB")
    return edition_id


def _made(result: Result, conn, edition_id: int) -> None:
    """Every zoom: a sample of its tiles, each made anew three times; the fastest counts, for what disturbs only slows down."""
    drawn = grids.levels(conn, edition_id)
    ways: dict[Collection, tuple[Callable[[Tile], bytes], float]] = {
        Collection.GRIDS: (lambda at: grids.tile(conn, edition_id, at, drawn), 25.0),
        Collection.OBJECTS: (lambda at: objects.tile(conn, at, PLAIN), 10.0),
    }
    for collection, (make, most) in ways.items():
        slowest = 0.0
        plan = seed.plan(conn, collection, _ZOOMS[0], _ZOOMS[-1])
        for zoom in _ZOOMS:
            taken, sizes = [], []
            for at in _some(plan, zoom):
                taken.append(min(_timed(lambda at=at, make=make: make(at)) for _ in range(3)) * 1000)
                sizes.append(len(gzip.compress(make(at), 5)))
            slowest = max(slowest, max(taken))
            note = f"99 % {np.percentile(taken, 99):.1f}, slowest {max(taken):.1f} ms; at most {max(sizes) / 1000:.1f} kB"
            result.add(f"make a tile of {collection}, zoom {zoom}", float(np.median(taken)), "ms", note=note)
        result.goal(f"any tile of {collection} is made in {most:g} ms", f"{slowest:.1f} ms", slowest <= most)
    conn.rollback()


def _seeded(result: Result, conn) -> None:
    say("tiles: seeding zoom 8-16")
    for collection in (Collection.GRIDS, Collection.OBJECTS):
        with connection.transaction(conn):
            plan = seed.plan(conn, collection, 8, 16)
        start = time.perf_counter()
        made = seed.seed(conn, plan, lambda _: None, connection.transaction)
        result.add(f"seed {collection}, zoom 8-16", time.perf_counter() - start, "s", note=f"{made.made:,} tiles, {made.size / 1e6:.1f} MB")


def _places(conn, edition_id: int) -> dict[Collection, list[Tile]]:
    """The tiles that are asked for over HTTP, of zooms a planner looks at; then what is kept is forgotten."""
    wanted = {}
    for collection in (Collection.GRIDS, Collection.OBJECTS):
        with connection.transaction(conn):
            plan = seed.plan(conn, collection, 12, 16)
        wanted[collection] = [at for zoom in (12, 13, 14, 15, 16) for at in _some(plan, zoom)]
    with connection.transaction(conn), conn.cursor() as cur:
        cur.execute("TRUNCATE tile_kept")
    return wanted


def _asked(result: Result, ground: Ground, loaded: Loaded, places: dict[Collection, list[Tile]], seconds: float) -> None:
    rates: dict[tuple[Collection, str], float] = {}
    with served(ground, loaded) as address:
        for collection, asked in places.items():
            paths = [f"/collections/{collection}/tiles/WebMercatorQuad/{at.z}/{at.y}/{at.x}" for at in asked]
            rates[collection, "made anew"] = _rate(result, address, f"{collection} made anew", iter(paths))
            rates[collection, "kept"] = _rate(result, address, f"{collection} kept", _during(paths, seconds))
    try:
        with _tipg(ground, loaded) as address:
            for collection, table in ((Collection.GRIDS, "public.micro_grid"), (Collection.OBJECTS, "gridgeo.object")):
                paths = [f"/collections/{table}/tiles/WebMercatorQuad/{at.z}/{at.x}/{at.y}" for at in places[collection]]
                theirs = _rate(result, address, f"tipg, {collection}", _during(paths, seconds))
                for how, least in (("made anew", 3), ("kept", 20)):
                    ratio = rates[collection, how] / theirs
                    result.add(f"{collection} {how}, against tipg", rates[collection, how], "tiles/s", ratio)
                    result.goal(f"{collection} {how}: {least} times the tiles of tipg", f"{ratio:.1f} times", ratio >= least)
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        result.add("tipg", None, "", note=f"not measured ({type(error).__name__}: {error})"[:120])


def _rate(result: Result, address: SplitResult, what: str, paths: Iterator[str]) -> float:
    """Tiles a second of a server that is asked for some by several connections at once."""
    say(f"tiles: {what}")
    taken: list[float] = []
    start = time.perf_counter()
    asyncio.run(_all(address, paths, taken))
    rate, last = len(taken) / (time.perf_counter() - start), float(np.percentile(taken, 99))
    note = f"{_CONNECTIONS} connections; median {np.percentile(taken, 50):.1f} ms, 99 % {last:.1f} ms"
    result.add(f"over HTTP, {what}", rate, "tiles/s", note=note)
    if what.endswith("kept"):
        result.goal(f"{what}: 99 % over HTTP within 3 ms", f"{last:.1f} ms", last <= 3)
    return rate


def _during(paths: list[str], seconds: float) -> Iterator[str]:
    """The same paths again and again, for some seconds."""
    until = time.perf_counter() + seconds
    yield from takewhile(lambda _: time.perf_counter() < until, cycle(paths))


async def _all(address: SplitResult, paths: Iterator[str], taken: list[float]) -> None:
    await asyncio.gather(*(_client(address, paths, taken) for _ in range(_CONNECTIONS)))


async def _client(address: SplitResult, paths: Iterator[str], taken: list[float]) -> None:
    """One connection that asks for the next tile as soon as it has one."""
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    for path in paths:
        start = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = head.split(b" ", 2)[1]
        if status not in (b"200", b"204"):
            raise RuntimeError(f"{path}: {head.splitlines()[0].decode()}")
        if b"transfer-encoding: chunked" in head:
            while await reader.readuntil(b"\r\n") != b"0\r\n":
                await reader.readuntil(b"\r\n")
            await reader.readuntil(b"\r\n")
        elif status == b"200":
            await reader.readexactly(int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))
        taken.append((time.perf_counter() - start) * 1000)
    writer.close()
    await writer.wait_closed()


@contextmanager
def _tipg(ground: Ground, loaded: Loaded) -> Iterator[SplitResult]:
    """tipg over the same tables, from an environment of its own that is made when there is none. Its tiles hold 10,000 objects at most."""
    home = ground.settings.home / "bench-peers"
    python = home / "bin" / "python"
    if not python.exists():
        say("tiles: installing tipg")
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", _PEERS], check=True)
    with closing(connection.connect(loaded.url)) as conn, connection.transaction(conn), conn.cursor() as cur:
        cur.execute("CREATE TABLE public.micro_grid AS SELECT unit_id, code, name_zh, geom FROM grid_unit_version WHERE leaf")
        cur.execute("ALTER TABLE public.micro_grid ADD PRIMARY KEY (unit_id)")
        cur.execute("CREATE INDEX ON public.micro_grid USING gist (geom)")
    with listening(replace(ground.settings, port=0)) as listener:
        port = listener.getsockname()[1]
    given = psycopg2.extensions.parse_dsn(loaded.url)
    told = {
        # A socket's folder is no host to it unless it is percent-encoded.
        "DATABASE_URL": f"postgresql://{given['user']}@{quote(given['host'], safe='')}:{given.get('port', '5432')}/{given['dbname']}",
        **{"TIPG_DB_SCHEMAS": '["public","gridgeo"]', "TIPG_DB_SPATIAL_EXTENT": "false", "TIPG_DB_DATETIME_EXTENT": "false"},
    }
    command = [python, "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, env={**os.environ, **told}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield urlsplit(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: subprocess.Popen, port: int, most_s: float = 90.0) -> None:
    until = time.monotonic() + most_s
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("tipg did not start")


def _some(plan: seed.Plan, zoom: int, most: int = 60) -> list[Tile]:
    """Some tiles of a zoom, the same at each call."""
    columns, rows = plan.sides(zoom)
    every = [Tile(zoom, x, y) for x in columns for y in rows]
    chosen = np.random.default_rng(SEED).permutation(len(every))[:most]
    return [every[place] for place in chosen]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
