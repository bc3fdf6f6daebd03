"""The address base: millions of houses out of a file, against plain COPY of the same rows, and where 600,000 buildings lie."""

from __future__ import annotations

import io
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pandas as pd

from gridgeo import sample
from gridgeo.addresses import assignment
from gridgeo.db import connection
from gridgeo.ingest import addresses as loads
from gridgeo.sample import addresses as invented

from .copying import copied
from .figures import Result, a_second, fastest
from .ground import SEED, Ground, alone, say

_HOUSES, _HOUSES_QUICK = 2_000_000, 200_000
_BUILDINGS, _BUILDINGS_QUICK = 600_000, 60_000
_TIMES, _TIMES_QUICK = 2, 1

#: A table as the houses' own, with the same indexes and constraints, and the same rows as a file that fits it column by column.
_TWIN = "CREATE TABLE public.twin (LIKE gridgeo.house INCLUDING ALL)"
_ROWS = "COPY (SELECT * FROM gridgeo.house ORDER BY house_code) TO STDOUT (FORMAT csv)"
_COPY = "COPY public.twin FROM STDIN (FORMAT csv)"


def addresses(ground: Ground, quick: bool) -> Result:
    """Load buildings, then houses against COPY, half of them, all of them a second time; say where very many buildings lie."""
    houses = _HOUSES_QUICK if quick else _HOUSES
    result = Result("addresses", f"an address base of {houses:,} houses loaded from CSV, and buildings assigned to micro-grids")
    with tempfile.TemporaryDirectory(prefix="gridgeo-bench-") as folder, closing(connection.connect(ground.database("addresses"))) as conn:
        say("addresses: making the district and its houses")
        files = {
            path.stem: path for path in invented.write(invented.make("baoan", SEED, houses, units=ground.frame("baoan")), Path(folder))
        }
        with conn:
            ground.active(conn)
        say("addresses: buildings")
        seconds, rows = _load(conn, "buildings", files["buildings"])
        result.add(f"load {rows:,} buildings and say where they lie", seconds, "s", note=a_second(rows, seconds))
        _houses(result, conn, files["houses"], _TIMES_QUICK if quick else _TIMES)
        say("addresses: names")
        seconds, rows = _load(conn, "names", files["names"])
        result.add(f"load {rows:,} names", seconds, "s", note=a_second(rows, seconds))
    _assign(result, ground, _BUILDINGS_QUICK if quick else _BUILDINGS)
    return result


def _houses(result: Result, conn, path: Path, times: int) -> None:
    half = path.with_name("half.csv")
    ours, ours_half, copy = [], [], []
    alone(conn, _TWIN)
    for _ in range(times):
        say("addresses: houses, half of them")
        seconds, rows_half = _load(conn, "houses", _first_half(path, half))
        ours_half.append(seconds)
        alone(conn, "TRUNCATE gridgeo.house", "CHECKPOINT")
        say("addresses: houses")
        seconds, rows = _load(conn, "houses", path)
        ours.append(seconds)
        say("addresses: COPY of the same rows")
        copy.append(copied(conn, _ROWS, _COPY))
        if len(ours) < times:
            alone(conn, "TRUNCATE gridgeo.house, public.twin", "CHECKPOINT")
    say("addresses: the same houses again")
    again, _ = _load(conn, "houses", path)
    ours, ours_half, copy = min(ours), min(ours_half), min(copy)
    result.add(f"load {rows:,} houses", ours, "s", note=a_second(rows, ours))
    checked = f"{a_second(rows, copy)}; it reads and checks nothing"
    result.add("COPY into a table with the same indexes and constraints", copy, "s", copy / ours, checked)
    result.add(f"load {rows_half:,} houses", ours_half, "s", note=a_second(rows_half, ours_half))
    result.add("load the same file again: nothing to change", again, "s", note=a_second(rows, again))
    result.goal("houses load in at most 3 times the time of COPY", f"{ours / copy:.2f} times", ours <= 3 * copy)
    more, growth = rows / rows_half, ours / ours_half
    result.goal(f"{more:.1f} times the houses take at most {1.2 * more:.1f} times the time", f"{growth:.2f} times", growth <= 1.2 * more)


def _assign(result: Result, ground: Ground, count: int) -> None:
    """Say for a new edition where very many buildings lie."""
    say(f"addresses: {count:,} buildings assigned")
    frame = ground.frame("baoan")
    with closing(connection.connect(ground.database("assign"))) as conn:
        with conn:
            edition_id = ground.active(conn).edition_id
        scatter(conn, frame, count)
        with conn:
            seconds, assigned = fastest(lambda: assignment.assign(conn, edition_id), 1)
    units = int((frame["level"] == "micro").sum())
    result.add(f"assign {assigned:,} buildings to {units:,} micro-grids", seconds, "s", note=a_second(assigned, seconds))
    result.goal(f"{count:,} buildings assigned in less than a minute", f"{seconds:.1f} s", seconds < 60)


def _load(conn, kind: str, path: Path) -> tuple[float, int]:
    """Return the seconds a file takes from its first byte to the end of the transaction, and its rows."""
    start = time.perf_counter()
    with conn:
        plan = loads.plan(conn, kind, [path], datum="cgcs2000" if kind == "buildings" else "", storing=True)
        loads.commit(conn, plan, {issue.code for issue in plan.errors()})
    return time.perf_counter() - start, plan.rows


def _first_half(path: Path, half: Path) -> Path:
    """Write the first half of a file, to the end of a line."""
    with path.open("rb") as whole, half.open("wb") as part:
        part.write(whole.read(path.stat().st_size // 2))
        part.write(whole.readline())
    return half


def scatter(conn, frame, count: int) -> None:
    """Put buildings anywhere in a district, numbered on in its micro-grids."""
    points = pd.DataFrame(sample.points(frame, count, SEED), columns=["lon", "lat"])
    grids = frame.loc[frame["level"] == "micro", "code"].to_numpy(object)
    points["code"] = [f"{grids[place % len(grids)]}{place // len(grids) + 1:05}" for place in range(count)]
    rows = io.BytesIO(points.to_csv(index=False, header=False).encode())
    with conn, conn.cursor() as cur:
        cur.execute("CREATE TEMP TABLE scattered (lon float8, lat float8, code text)")
        cur.copy_expert("COPY scattered FROM STDIN (FORMAT csv)", rows, size=1 << 20)
        cur.execute(
            "INSERT INTO gridgeo.building (zone, building_code, building_use, status, point, valid_from) SELECT left(code, 12), code,"
            " 'other', 'in_use', ST_SetSRID(ST_MakePoint(lon, lat), 4490), '2000-01-01' FROM scattered"
        )
        cur.execute("ANALYZE gridgeo.building")
