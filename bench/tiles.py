"""Vector tiles at full size: how long each takes to make and to answer, against tipg and pygeoapi on the same database in the same run."""

from __future__ import annotations

import gzip
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from itertools import cycle, takewhile
from pathlib import Path
from urllib.parse import SplitResult

import numpy as np

from gridgeo.access import rules
from gridgeo.access import store as access
from gridgeo.addresses import assignment
from gridgeo.db import connection
from gridgeo.tiles import buildings, cells, grids, kept, objects, seed
from gridgeo.tiles.model import BUILDINGS_FROM, FILTERED_FROM, PLAIN, POINTS_FROM, Collection, Filter, Tile, column, row

from . import asking
from .addresses import scatter
from .figures import Result, timed
from .ground import SEED, Ground, Loaded, say
from .serving import process, served
from .tile_peers import PEERS

_OBJECTS, _OBJECTS_QUICK = 1_600_000, 160_000
_BUILDINGS, _BUILDINGS_QUICK = 600_000, 60_000
_ZOOMS = (8, 10, 11, 12, 13, 14, 15, 16, 17, 18)
_ASKED = (12, 13, 14, 15, 16)
_COLLECTIONS = (Collection.GRIDS, Collection.OBJECTS)
_CONNECTIONS, _ROUNDS = 8, 3

Rates = dict[tuple[Collection, int], float]

#: Objects enough to fill tiles, laid where the sample lays them; what a load checks is measured elsewhere.
CATEGORIES = """
INSERT INTO category (major, minor, name) SELECT 'M' || i % 6, 'm' || i % 20, 'n' || i FROM generate_series(1, 153) AS i
"""
FILL = """
INSERT INTO object (element_code, category_id, status, name, point, since)
SELECT '00000000X' || lpad(n::text, 10, '0'), 1 + n %% 153, CASE WHEN n %% 17 = 0 THEN 'removed' ELSE 'in_use' END, 'No ' || n,
       ST_SetSRID(ST_MakePoint(lon, lat), 4490), '2026-01-01'
  FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) WITH ORDINALITY AS p (lon, lat, n)
"""
#: What every tenth was before, some metres beside.
PAST = """
INSERT INTO object_history (object_id, change_no, category_id, status, lon, lat, valid, recorded, source)
SELECT object_id, 1, category_id, 'in_use', ST_X(point) + 0.0001, ST_Y(point), daterange('2020-01-01', since),
       tstzrange('2020-01-01', recorded_at), ''
  FROM object
 WHERE object_id % 10 = 0
"""
#: The lowest units of each street, and a place in each.
STREETS = """
SELECT array_agg(unit_id), array_agg(ST_X(inside)), array_agg(ST_Y(inside))
  FROM unit_above
  JOIN (SELECT edition_id, unit_id, ST_PointOnSurface(geom) AS inside FROM grid_unit_version WHERE leaf) AS v USING (edition_id, unit_id)
 WHERE edition_id = %(edition_id)s AND above_id IS NOT NULL
 GROUP BY above_id
 ORDER BY above_id
"""


def tiles(ground: Ground, quick: bool) -> Result:
    """Make tiles of every zoom, seed them, and ask for them over HTTP, made anew and kept; the same of others."""
    count = _OBJECTS_QUICK if quick else _OBJECTS
    loaded = ground.loaded("baoan")
    result = Result("tiles", f"vector tiles of {len(loaded.leaves):,} micro-grids and {count:,} objects")
    with closing(connection.connect(loaded.url)) as conn:
        edition_id = _filled(result, conn, loaded, count)
        _made(result, conn, edition_id)
        _of_a_day(result, conn)
        _of_a_street(result, conn, ground, edition_id, _BUILDINGS_QUICK if quick else _BUILDINGS)
        _seeded(result, conn)
        places = _places(conn)
    _remembered(result, ground, loaded)
    _asked(result, ground, loaded, places, 2.0 if quick else 10.0)
    return result


def _filled(result: Result, conn, loaded: Loaded, count: int) -> int:
    """Fill the tables; return the edition."""
    say(f"tiles: {count:,} objects")
    edition_id = loaded.snapshot.edition.edition_id
    lon, lat = loaded.points(count)
    with connection.transaction(conn), conn.cursor() as cur:
        cur.execute(CATEGORIES)
        cur.execute(FILL, {"lon": lon.tolist(), "lat": lat.tolist()})
        cur.execute("INSERT INTO object_changed (x, y) VALUES (NULL, NULL)")
        cur.execute("ANALYZE object")
    with connection.transaction(conn):
        result.add("add up all objects in cells of every zoom", timed(lambda: cells.drain(conn)), "s", note="once; then only what changed")
    with connection.transaction(conn), conn.cursor() as cur:
        cur.execute("UPDATE object SET status = 'damaged' WHERE object_id = (SELECT min(object_id) FROM object)")
        cur.execute(
            "INSERT INTO object_changed (x, y) SELECT mercator_x(ST_X(point)) >> 11, mercator_y(ST_Y(point)) >> 11"
            " FROM object WHERE object_id = (SELECT min(object_id) FROM object)"
        )
    with connection.transaction(conn):
        result.add("add up one object that changed", timed(lambda: cells.drain(conn)) * 1000, "ms")
        result.add("simplify the grids for every zoom", timed(lambda: grids.prepare(conn, edition_id)), "s", note="once an edition")
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
            places = _some(plan, zoom)
            taken, sizes = _each(make, places), [len(gzip.compress(make(at), 5)) for at in places]
            slowest = max(slowest, max(taken))
            note = f"99 % {np.percentile(taken, 99):.1f}, slowest {max(taken):.1f} ms; at most {max(sizes) / 1000:.1f} kB"
            result.add(f"make a tile of {collection}, zoom {zoom}", float(np.median(taken)), "ms", note=note)
        result.goal(f"any tile of {collection} is made in {most:g} ms", f"{slowest:.1f} ms", slowest <= most)
    conn.rollback()


def _of_a_day(result: Result, conn) -> None:
    """Objects as they were, a tenth of them elsewhere: made of the objects themselves. Nothing is left of it."""
    say("tiles: objects of a day")
    with conn.cursor() as cur:
        cur.execute(PAST)
        cur.execute("ANALYZE object_history")
    plan = seed.plan(conn, Collection.OBJECTS, FILTERED_FROM, POINTS_FROM + 1)
    for zoom in range(FILTERED_FROM, POINTS_FROM + 2):
        for day in (date(2025, 6, 1), date(2026, 6, 1)):
            taken = _each(lambda at, day=day: objects.tile(conn, at, Filter(day=day)), _some(plan, zoom))
            note = f"{day}; 99 % {np.percentile(taken, 99):.1f}, slowest {max(taken):.1f} ms"
            result.add(f"make a tile of objects of a day, zoom {zoom}", float(np.median(taken)), "ms", note=note)
    conn.rollback()


def _of_a_street(result: Result, conn, ground: Ground, edition_id: int, count: int) -> None:
    """Buildings for callers of one street, each street in turn, and for callers of the whole city."""
    say(f"tiles: {count:,} buildings")
    scatter(conn, ground.frame("baoan"), count)
    with connection.transaction(conn), conn.cursor() as cur:
        assignment.assign(conn, edition_id)
        cur.execute("ANALYZE building, building_grid")
        cur.execute(STREETS, {"edition_id": edition_id})
        streets = cur.fetchall()
    for zoom in range(BUILDINGS_FROM, BUILDINGS_FROM + 3):
        taken: dict[str, list[float]] = {"one street": [], "the whole city": []}
        for units, lon, lat in streets:
            places = sorted({Tile(zoom, column(x, zoom), row(y, zoom)) for x, y in zip(lon, lat, strict=True)})
            some = [places[place] for place in np.random.default_rng(SEED).permutation(len(places))[:6]]
            sees = (partial(access.see, area=rules.written(units)), access.see_whole)
            for who, see in zip(taken, sees, strict=True):
                with connection.transaction(conn), conn.cursor() as cur:
                    cur.execute("SET LOCAL ROLE gridgeo_reader")
                    see(conn)
                    taken[who] += _each(lambda at: buildings.tile(conn, at), some)
        for who, times in taken.items():
            note = f"99 % {np.percentile(times, 99):.1f}, slowest {max(times):.1f} ms"
            result.add(f"make a tile of buildings for callers of {who}, zoom {zoom}", float(np.median(times)), "ms", note=note)
        if zoom == BUILDINGS_FROM:
            median = float(np.median(taken["one street"]))
            result.goal("a tile of buildings for callers of one street is made in 25 ms", f"{median:.1f} ms", median <= 25)


def _each(make: Callable[[Tile], bytes], places: Sequence[Tile]) -> list[float]:
    """Milliseconds that each tile takes, the fastest of three times."""
    return [min(timed(lambda at=at: make(at)) for _ in range(3)) * 1000 for at in places]


def _seeded(result: Result, conn) -> None:
    say("tiles: seeding zoom 8-16")
    for collection in _COLLECTIONS:
        with connection.transaction(conn):
            plan = seed.plan(conn, collection, 8, 16)
        start = time.perf_counter()
        made = seed.seed(conn, plan, lambda _: None, connection.transaction)
        result.add(f"seed {collection}, zoom 8-16", time.perf_counter() - start, "s", note=f"{made.made:,} tiles, {made.size / 1e6:.1f} MB")
    with conn.cursor() as cur:
        cur.execute("SELECT pg_total_relation_size('tile_kept')")
        result.add("kept tiles in the database", cur.fetchone()[0] / 1e6, "MB", note="zoom 8-16")
    conn.rollback()


def _places(conn) -> dict[Collection, list[Tile]]:
    """The tiles that are asked for over HTTP, of zooms a planner looks at."""
    wanted = {}
    for collection in _COLLECTIONS:
        with connection.transaction(conn):
            plan = seed.plan(conn, collection, _ASKED[0], _ASKED[-1])
        wanted[collection] = [at for zoom in _ASKED for at in _some(plan, zoom)]
    return wanted


def _remembered(result: Result, ground: Ground, loaded: Loaded) -> None:
    """What our process takes with every kept tile in memory."""
    with closing(connection.connect(loaded.url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT collection, zoom, y, x FROM tile_kept")
        paths = [_path(Collection(collection), Tile(zoom, x, y)) for collection, zoom, y, x in cur.fetchall()]
    with process(ground, loaded) as (address, pid):
        before = _resident_mb(pid)
        say(f"tiles: {len(paths):,} in memory")
        asking.rate(address, iter(paths), _CONNECTIONS)
        note = f"{before:.0f} MB before; a process holds 96 MB of tiles at most"
        result.add(f"memory of our process with {len(paths):,} tiles", _resident_mb(pid), "MB", note=note)


def _asked(result: Result, ground: Ground, loaded: Loaded, places: dict[Collection, list[Tile]], seconds: float) -> None:
    """Ours and the peers', made anew zoom by zoom, and ours from memory."""
    with served(ground, loaded) as address:
        anew = _by_zoom(address, places, _path, lambda: _forgotten(loaded))
        kept = {each: _from_memory(result, address, each, places[each], seconds) for each in _COLLECTIONS}
    for collection in _COLLECTIONS:
        result.add(f"{collection} made anew", _all_zooms(anew, collection), "tiles/s", note=_told(anew, collection))
    for peer in PEERS:
        try:
            with peer.served(ground, loaded) as address:
                theirs = _by_zoom(address, places, peer.path, lambda: None, most_s=seconds)
        except (OSError, subprocess.SubprocessError, RuntimeError, TimeoutError) as error:
            result.add(peer.name, None, "", note=f"not measured ({type(error).__name__}: {error})"[:160])
            continue
        for collection in _COLLECTIONS:
            _compared(result, peer.name, collection, anew, kept[collection], theirs)


def _compared(result: Result, name: str, collection: Collection, anew: Rates, kept: float, theirs: Rates) -> None:
    ratios = {zoom: anew[collection, zoom] / theirs[collection, zoom] for zoom in _ASKED if (collection, zoom) in theirs}
    if not ratios:
        result.add(f"{name}, {collection}", None, "tiles/s", note="no tile within the time there is")
        return
    rate, least = _all_zooms(theirs, collection), min(ratios, key=ratios.get)
    result.add(f"{name}, {collection}", rate, "tiles/s", kept / rate, note=f"ours kept; {_told(theirs, collection)}")
    for zoom, ratio in ratios.items():
        result.add(f"{name}, {collection} of zoom {zoom}", theirs[collection, zoom], "tiles/s", ratio, note="ours made anew")
    if name == "tipg":
        whole = _all_zooms(anew, collection) / rate
        measured = f"{whole:.1f} times, {ratios[least]:.1f} at zoom {least}, {max(ratios.values()):.1f} at best"
        result.goal(f"{collection} made anew: 3 times the tiles of tipg, as many of each zoom", measured, whole >= 3)
        result.goal(f"{collection} kept: 20 times the tiles of tipg", f"{kept / rate:.1f} times", kept / rate >= 20)


def _by_zoom(
    address: SplitResult,
    places: dict[Collection, list[Tile]],
    path: Callable[[Collection, Tile], str],
    forget: Callable[[], None],
    most_s: float = 60.0,
) -> Rates:
    """Tiles a second of each zoom, the best of some rounds, the nearest first; one that takes longer leaves zooms out and is the last."""
    best: Rates = {}
    for _ in range(_ROUNDS):
        forget()
        for collection in _COLLECTIONS:
            say(f"tiles: {collection} made anew, port {address.port}")
            asking.rate(address, iter([path(collection, places[collection][-1])]), 1)
            until = time.perf_counter() + most_s
            for zoom in takewhile(lambda _, until=until: time.perf_counter() < until, reversed(_ASKED)):
                asked = [path(collection, at) for at in places[collection][:-1] if at.z == zoom]
                rate, _ = asking.rate(address, asking.until(asked, most_s / len(_ASKED)), _CONNECTIONS)
                best[collection, zoom] = max(rate, best.get((collection, zoom), 0.0))
        if len(best) < len(_COLLECTIONS) * len(_ASKED):
            break
    return dict(sorted(best.items()))


def _from_memory(result: Result, address: SplitResult, collection: Collection, places: list[Tile], seconds: float) -> float:
    """Tiles a second from memory by several connections; how long one and several wait for a tile."""
    paths, rate = [_path(collection, at) for at in places], 0.0
    for connections in (1, _CONNECTIONS):
        what = f"{collection} kept, {connections} connection{'s' if connections > 1 else ''}"
        say(f"tiles: {what}")
        rate, taken = asking.rate(address, asking.until(cycle(paths), seconds), connections)
        last = float(np.percentile(taken, 99))
        result.add(f"over HTTP, {what}", rate, "tiles/s", note=f"median {np.percentile(taken, 50):.2f} ms, 99 % {last:.2f} ms")
        if connections == 1:  # several that never rest wait for one another: they tell how many come out
            result.goal(f"{collection} kept: 99 % within 3 ms", f"{last:.2f} ms", last <= 3)
    return rate


def _forgotten(loaded: Loaded) -> None:
    """Forget what is kept, and wait until the server has: it looks by itself every two seconds."""
    with closing(connection.connect(loaded.url)) as conn, connection.transaction(conn):
        for collection in _COLLECTIONS:
            kept.forget(conn, collection)
    time.sleep(3)


def _all_zooms(rates: Rates, collection: Collection) -> float:
    """Tiles a second where as many of each zoom are asked for."""
    here = [rate for (each, _), rate in rates.items() if each is collection]
    return len(here) / sum(1 / rate for rate in here)


def _told(rates: Rates, collection: Collection) -> str:
    return "made anew " + ", ".join(f"{rate:.0f} at zoom {zoom}" for (each, zoom), rate in rates.items() if each is collection)


def _path(collection: Collection, at: Tile) -> str:
    return f"/collections/{collection}/tiles/WebMercatorQuad/{at.z}/{at.y}/{at.x}"


def _resident_mb(pid: int) -> float:
    """Memory a process really takes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:", 1)[1].split(None, 1)[0]) / 1000


def _some(plan: seed.Plan, zoom: int, most: int = 60) -> list[Tile]:
    """Some tiles of a zoom, the same at each call."""
    columns, rows = plan.sides(zoom)
    every = [Tile(zoom, x, y) for x in columns for y in rows]
    chosen = np.random.default_rng(SEED).permutation(len(every))[:most]
    return [every[place] for place in chosen]
