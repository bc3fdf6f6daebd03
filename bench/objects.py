"""Managed objects at full size: out of a file against plain COPY, ogr2ogr and geopandas; assigned anew; counted at every level."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

import geopandas
import pandas as pd

from gridgeo.access import rules
from gridgeo.access import store as access
from gridgeo.db import connection
from gridgeo.ingest import objects as loads
from gridgeo.objects import assignment, categories, counts
from gridgeo.sample import objects as invented

from .copying import copied
from .figures import Result, a_second, fastest, median
from .ground import SEED, Ground, alone, say

_OBJECTS, _OBJECTS_QUICK = 1_600_000, 160_000
_NEW, _NEW_QUICK = 100_000, 10_000
_TIMES = 20

#: A row of the sample's file, as far as it is changed: its status, and since when it is so.
_ROW = re.compile(rb"^([^,\n]+,[^,\n]+),[^,\n]*,([^,\n]*,[^,\n]*,[^,\n]*),[^,\n]*,", re.MULTILINE)
_CHANGED = rb"\1,damaged,\2,2025-01-01,"

#: Tables as our own, with the same indexes and constraints, references too; and the rows as a file that fits them column by column.
_TWINS = """
CREATE TABLE public.twin (LIKE gridgeo.object INCLUDING ALL);
ALTER TABLE public.twin ADD FOREIGN KEY (category_id) REFERENCES gridgeo.category, ADD FOREIGN KEY (status) REFERENCES gridgeo.object_status
"""
_COLUMNS = "element_code, category_id, status, name, point, shape, floor, place, inspected_on, attributes, since, source"
_ROWS = f"COPY (SELECT {_COLUMNS} FROM gridgeo.object ORDER BY element_code) TO STDOUT (FORMAT csv)"
_COPY = f"COPY public.twin ({_COLUMNS}) FROM STDIN (FORMAT csv)"
#: What a peer that only brings the rows in still has to do.
_AND_PLACED = """
CREATE INDEX ON public.{table} USING gist ({point});
ANALYZE public.{table};
CREATE TABLE public.{table}_grid AS
SELECT o.element_code, u.unit_id
  FROM public.{table} AS o
  LEFT JOIN LATERAL (
    SELECT v.unit_id
      FROM gridgeo.grid_unit_version AS v
     WHERE v.edition_id = {edition} AND v.leaf AND ST_Intersects(v.geom, ST_SetSRID(o.{point}, 4490))
     ORDER BY v.code COLLATE "C"
     LIMIT 1
  ) AS u ON true
"""


def objects(ground: Ground, quick: bool) -> Result:
    """Load a tenth and all of them, against three peers on the same file; load again, assign, recount and count; then change all, and
    load more.
    """
    count = _OBJECTS_QUICK if quick else _OBJECTS
    result = Result("objects", f"{count:,} managed objects: loaded from CSV, assigned to micro-grids, counted")
    url = ground.database("objects")
    with tempfile.TemporaryDirectory(prefix="gridgeo-bench-") as folder, closing(connection.connect(url)) as conn:
        say(f"objects: making {count:,}")
        frame = ground.frame("baoan")
        start = time.perf_counter()
        files = [invented.write(invented.make("baoan", SEED, n, units=frame), Path(folder) / str(n)) for n in (count // 10, count)]
        result.add(f"make and write {count + count // 10:,} objects", time.perf_counter() - start, "s")
        with conn:
            edition_id = ground.active(conn).edition_id
            categories.activate(conn, categories.stage(conn, invented.categories(), "sample", "sample"))
        tenth, _ = _load(conn, files[0][0])
        _empty(conn)
        ours, rows = _load(conn, files[1][0])
        result.add(f"load {rows:,} objects: read, checked, assigned, counted", ours, "s", note=a_second(rows, ours))
        _peers(result, conn, url, files[1][0], edition_id, ours)
        say("objects: the same again")
        again, _ = _load(conn, files[1][0])
        result.add("load the same file again: nothing to change", again, "s", note=a_second(rows, again))
        growth = ours / tenth
        result.add(f"load {rows // 10:,} objects", tenth, "s", note=a_second(rows // 10, tenth))
        result.goal("ten times the objects take at most 12 times the time", f"{growth:.1f} times", growth <= 12)
        _assign(result, conn, edition_id, rows)
        _count(result, conn, ground, edition_id, rows)
        _part(result, conn, edition_id)
        _more(result, conn, files[1][0], rows, _NEW_QUICK if quick else _NEW)
    return result


def _load(conn, path: Path) -> tuple[float, int]:
    """Return the seconds a file takes from its first byte to the end of the transaction, and its rows."""
    say(f"objects: {path.parent.name}")
    start = time.perf_counter()
    with conn:
        plan = loads.plan(conn, [path], datum="cgcs2000", storing=True)
        loads.commit(conn, plan)
    return time.perf_counter() - start, plan.rows


def _peers(result: Result, conn, url: str, path: Path, edition_id: int, ours: float) -> None:
    say("objects: COPY of the same rows")
    with conn, conn.cursor() as cur:
        cur.execute(_TWINS)
    copy = copied(conn, _ROWS, _COPY)
    result.add(
        "COPY into a table with the same indexes and constraints", copy, "s", copy / ours, "its file has every value ready; nothing checked"
    )
    result.goal("checks and assignment included, at most 1.5 times COPY", f"{ours / copy:.2f} times", ours <= 1.5 * copy)
    others = {"geopandas.to_postgis": _geopandas(conn, url, path, edition_id)}
    if shutil.which("ogr2ogr"):
        others["ogr2ogr"] = _ogr2ogr(conn, url, path, edition_id)
    for name, (brought, placed) in others.items():
        note = f"{brought:.1f} s to bring the rows in unchecked, {placed:.1f} s to find their units in SQL"
        result.add(f"{name}, then the assignment in SQL", brought + placed, "s", (brought + placed) / ours, note)
    best = min(map(sum, others.values()))
    result.goal("at least twice as fast as the better of ogr2ogr and geopandas", f"{best / ours:.1f} times", best >= 2 * ours)


def _geopandas(conn, url: str, path: Path, edition_id: int) -> tuple[float, float]:
    """GeoPandas writes through SQLAlchemy, which is no part of the project: what it does is done by hand, hex WKB and COPY."""
    say("objects: geopandas")
    start = time.perf_counter()
    table = pd.read_csv(path, dtype=str)
    made = geopandas.GeoDataFrame(table, geometry=geopandas.points_from_xy(table.pop("lon").astype(float), table.pop("lat").astype(float)))
    rows = made.to_wkb(hex=True)
    buffer = io.StringIO()
    rows.to_csv(buffer, index=False, header=False, quoting=csv.QUOTE_MINIMAL)
    columns = ", ".join(f'"{name}" {"geometry" if name == "geometry" else "text"}' for name in rows.columns)
    with conn, conn.cursor() as cur:
        cur.execute(f"CREATE TABLE public.by_geopandas ({columns})")
        cur.copy_expert("COPY public.by_geopandas FROM STDIN (FORMAT csv)", io.BytesIO(buffer.getvalue().encode()), size=1 << 20)
    brought = time.perf_counter() - start
    return brought, _placed(conn, "by_geopandas", "geometry", edition_id)


def _ogr2ogr(conn, url: str, path: Path, edition_id: int) -> tuple[float, float]:
    say("objects: ogr2ogr")
    given = conn.get_dsn_parameters()
    target = " ".join(f"{key}={given[key]}" for key in ("host", "port", "user", "dbname") if key in given)
    options = [
        "-oo",
        "X_POSSIBLE_NAMES=lon",
        "-oo",
        "Y_POSSIBLE_NAMES=lat",
        "-a_srs",
        "EPSG:4490",
        "-nln",
        "public.by_ogr",
        "-lco",
        "GEOMETRY_NAME=geom",
    ]
    start = time.perf_counter()
    command = [
        "ogr2ogr",
        "-f",
        "PostgreSQL",
        f"PG:{target}",
        str(path),
        *options,
        "-lco",
        "SPATIAL_INDEX=NONE",
        "--config",
        "PG_USE_COPY",
        "YES",
    ]
    subprocess.run(command, check=True, capture_output=True, env=dict(os.environ))
    brought = time.perf_counter() - start
    return brought, _placed(conn, "by_ogr", "geom", edition_id)


def _placed(conn, table: str, point: str, edition_id: int) -> float:
    start = time.perf_counter()
    with conn, conn.cursor() as cur:
        cur.execute(_AND_PLACED.format(table=table, point=point, edition=edition_id))
    return time.perf_counter() - start


def _assign(result: Result, conn, edition_id: int, rows: int) -> None:
    """What the activation of an edition has to do for all objects."""
    say("objects: assigned anew")
    with conn:
        assignment.clear(conn, edition_id)
        seconds, assigned = fastest(lambda: assignment.assign(conn, edition_id), 1)
        assert assigned == rows
    result.add(f"an edition becomes valid: {rows:,} objects assigned and counted", seconds, "s", note=a_second(rows, seconds))
    seconds = median(lambda: counts.refresh(conn, edition_id), 1, conn)
    result.add("counts made from scratch", seconds, "s")
    with conn:
        assert counts.difference(conn, edition_id) == []


def _count(result: Result, conn, ground: Ground, edition_id: int, rows: int) -> None:
    """How many of each category in a unit, and how many in each unit of a level."""
    with conn, conn.cursor() as cur:
        cur.execute("ANALYZE gridgeo.object_count")
        cur.execute("SELECT unit_id, level, leaf, parent_id FROM gridgeo.grid_unit_version WHERE edition_id = %s", (edition_id,))
        units = pd.DataFrame(cur.fetchall(), columns=["unit_id", "level", "leaf", "parent_id"])
    above = dict(zip(units["unit_id"], units["parent_id"], strict=True))
    level = dict(zip(units["unit_id"], units["level"], strict=True))
    leaves = units.loc[units["leaf"], "unit_id"].tolist()
    slowest = 0.0
    for wanted in ("district", "street", "micro"):
        parent = {leaf: _up(leaf, wanted, above, level) for leaf in leaves}
        one = next(iter(parent.values()))
        inside = [leaf for leaf in leaves if parent[leaf] == one]
        by_category = median(lambda inside=inside: counts.of_units(conn, edition_id, inside, by=("category",)), _TIMES, conn)
        by_unit = median(lambda parent=parent: counts.by_unit(conn, edition_id, parent), _TIMES, conn)
        result.add(f"one {wanted} by category", by_category * 1e3, "ms", note=f"median of {_TIMES}")
        result.add(f"every {wanted} unit", by_unit * 1e3, "ms", note=f"{len(set(parent.values())):,} units")
        slowest = max(slowest, by_category, by_unit)
    scratch = median(lambda: counts.difference(conn, edition_id), 1, conn)
    result.add("the same counted in the table of objects", scratch * 1e3, "ms", scratch / slowest)
    result.goal(
        f"counts by category and unit of {rows:,} objects in less than 100 ms at every level", f"{slowest * 1e3:.0f} ms", slowest < 0.1
    )


def _part(result: Result, conn, edition_id: int) -> None:
    """What a caller of every second micro-grid is told: no unit above lies in its area whole, so that all counts are added up.

    Vacuumed first, as the database does by itself within a minute or so after a load: indexes then answer alone.
    """
    alone(conn, "VACUUM ANALYZE gridgeo.object_count")
    with conn, conn.cursor() as cur:
        cur.execute("SELECT unit_id FROM gridgeo.grid_unit_version WHERE edition_id = %s AND leaf ORDER BY code", (edition_id,))
        half = [unit_id for (unit_id,) in cur.fetchall()][::2]

    def told() -> None:
        with conn.cursor() as cur:
            cur.execute("SET LOCAL ROLE gridgeo_reader")
        access.see(conn, rules.written(half))
        counts.of_units(conn, edition_id, half, by=("category",))

    seconds = median(told, _TIMES, conn)
    result.add(f"all a caller of every second micro-grid sees, by category ({len(half):,} units)", seconds * 1e3, "ms")
    result.goal("counts for a caller of every second micro-grid in less than 100 ms", f"{seconds * 1e3:.0f} ms", seconds < 0.1)


def _more(result: Result, conn, path: Path, rows: int, new: int) -> None:
    """Loads into a table that is full: another status for every object, and new ones out of files of four kinds."""
    say("objects: each is changed")
    changed = path.with_name("changed.csv")
    head, _, body = path.read_bytes().partition(b"\n")
    changed.write_bytes(head + b"\n" + _ROW.sub(_CHANGED, body))
    seconds, _ = _load(conn, changed)
    result.add(f"load another status of all {rows:,} objects", seconds, "s", note=f"{a_second(rows, seconds)}; what was goes into history")
    table = pd.read_csv(path, dtype=str, nrows=new, encoding="utf-8-sig")
    for place, kind in enumerate(("csv", "gpkg", "geojson", "shp")):
        seconds, _ = _load(conn, _written(table, path.with_name(f"new.{kind}"), f"{9 - place}"))
        note = f"{a_second(new, seconds)}{'; the codes and what every object has alone' if kind == 'shp' else ''}"
        result.add(f"load {new:,} new objects to {rows:,} out of {kind}", seconds, "s", note=note)


def _written(table: pd.DataFrame, path: Path, digit: str) -> Path:
    """Write objects to a file, with element codes that begin their number with another digit."""
    table = table.assign(element_code=table["element_code"].str[:-11] + digit + table["element_code"].str[-10:])
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
        return path
    points = geopandas.points_from_xy(table.pop("lon").astype(float), table.pop("lat").astype(float), crs=4490)
    if path.suffix == ".shp":  # names of ten letters at most
        table = table[["element_code", "category", "status", "since", "source"]].rename(columns={"element_code": "code"})
    geopandas.GeoDataFrame(table, geometry=points).to_file(path, encoding="utf-8")
    return path


def _up(unit: int, wanted: str, above: dict[int, int], level: dict[int, str]) -> int:
    while level[unit] != wanted:
        unit = above[unit]
    return unit


def _empty(conn) -> None:
    with conn, conn.cursor() as cur:
        cur.execute("TRUNCATE gridgeo.object, gridgeo.object_grid, gridgeo.object_history, gridgeo.object_count RESTART IDENTITY")
