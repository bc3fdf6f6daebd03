"""Millions of features into files: our command against ogr2ogr with the same statement on the same database, in time and in memory.

Both write the same columns and the same geometries: in a table points as two columns, everything else as well-known text. Ours has a
column more there, the name of the coordinate system, and tells moments in China's time with their zone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from psycopg2 import sql

from gridgeo.db import connection
from gridgeo.exports.bulk import columns
from gridgeo.exports.model import Format
from gridgeo.features import statements
from gridgeo.features.collections import COLLECTIONS
from gridgeo.features.question import Question
from gridgeo.ingest import addresses, objects
from gridgeo.objects import categories
from gridgeo.sample import addresses as invented_addresses
from gridgeo.sample import objects as invented_objects

from .figures import Result
from .ground import SEED, Ground, alone, say

_LOOKS_S = 0.02
_HOUSES, _OBJECTS, _QUICK = 2_000_000, 1_600_000, 10
_DRIVERS = {Format.GPKG: "GPKG", Format.FGB: "FlatGeobuf", Format.CSV: "CSV", Format.GEOJSON: "GeoJSON"}
#: Formats ogr2ogr does not write in the same way, or not at all: ours alone.
_ALONE = {"houses": (Format.PARQUET, Format.SHP), "objects": (Format.PARQUET,)}
_SIDE_BY_SIDE = ("houses", "objects")
#: What memory is looked at for, and whether it may not grow: GDAL holds the index of a FlatGeobuf until all is written.
_FLAT = {Format.GPKG: True, Format.PARQUET: True, Format.CSV: True, Format.GEOJSON: True, Format.FGB: False}


class Run(NamedTuple):
    """What a command took: seconds, and megabytes of memory at its peak."""

    seconds: float
    megabytes: float
    size: int

    def __str__(self) -> str:
        return f"{self.megabytes:,.0f} MB of memory, a file of {self.size / 1e6:,.0f} MB"


def files(ground: Ground, quick: bool) -> Result:
    """Write all houses and all objects, side by side with ogr2ogr; a quarter of the objects, to see what memory does; and all downloads."""
    part = _QUICK if quick else 1
    houses, things = _HOUSES // part, _OBJECTS // part
    result = Result("files", f"{houses:,} houses and {things:,} managed objects into files")
    url = ground.database("files")
    with tempfile.TemporaryDirectory(prefix="gridgeo-bench-") as folder:
        _fill(ground, url, Path(folder), houses, things)
        for name in _SIDE_BY_SIDE:
            for kind in _DRIVERS:
                _both(result, url, Path(folder), name, kind)
            for kind in _ALONE[name]:
                say(f"files: {name} as {kind}")
                run = _ours(url, Path(folder), name, kind)
                result.add(f"{name} as {kind}", run.seconds, "s", note=str(run))
        _memory(result, url, Path(folder), things)
        _downloads(result, url, Path(folder))
    return result


def _fill(ground: Ground, url: str, folder: Path, houses: int, things: int) -> None:
    say("files: making and loading")
    frame = ground.frame("baoan")
    bases = invented_addresses.write(invented_addresses.make("baoan", SEED, houses, units=frame), folder / "bases")
    made = invented_objects.write(invented_objects.make("baoan", SEED, things, units=frame), folder / "things")
    with closing(connection.connect(url)) as conn:
        with conn:
            ground.active(conn)
            categories.activate(conn, categories.stage(conn, invented_objects.categories(), "sample", "sample"))
        for kind in ("buildings", "houses"):
            with conn:
                (path,) = [path for path in bases if path.stem == kind]
                plan = addresses.plan(conn, kind, [path], datum="cgcs2000" if kind == "buildings" else "", storing=True)
                addresses.commit(conn, plan, {issue.code for issue in plan.errors()})
        with conn:
            objects.commit(conn, objects.plan(conn, [path for path in made if path.stem == "objects"], datum="cgcs2000", storing=True))
        alone(conn, "VACUUM ANALYZE")


def _both(result: Result, url: str, folder: Path, name: str, kind: Format) -> None:
    say(f"files: {name} as {kind}")
    ours = _ours(url, folder, name, kind)
    theirs = _theirs(url, folder, name, kind) if shutil.which("ogr2ogr") else None
    result.add(f"{name} as {kind}", ours.seconds, "s", note=str(ours))
    if theirs is not None:
        result.add(f"ogr2ogr, the same {name} as {kind}", theirs.seconds, "s", theirs.seconds / ours.seconds, str(theirs))
        result.goal(
            f"{name} as {kind} at least as fast as ogr2ogr", f"{theirs.seconds / ours.seconds:.2f} times", ours.seconds <= theirs.seconds
        )


def _memory(result: Result, url: str, folder: Path, things: int) -> None:
    """Four times the features take the same memory: nothing waits for anything but the next batches."""
    for kind, flat in _FLAT.items():
        say(f"files: memory of {kind}")
        some = _ours(url, folder, "objects", kind, "--filter", f"object_id <= {things // 4}")
        everything = _ours(url, folder, "objects", kind)
        told = f"of a quarter {some}; of all {everything}"
        if flat:
            more = everything.megabytes - some.megabytes
            result.goal(f"objects as {kind}: at most 60 MB more memory for all than for a quarter", told, more <= 60)
        else:
            result.add(f"objects as {kind}, memory", everything.megabytes, "MB", note=f"{told}; its index is held until all is written")


def _downloads(result: Result, url: str, folder: Path) -> None:
    say("files: downloads")
    home = folder / "home"
    home.mkdir()
    run = _run([sys.executable, "-m", "gridgeo", "downloads", "make"], home, DATABASE_URL=url, GRIDGEO_HOME=str(home))
    result.add("all downloads: each collection as gpkg, parquet and csv", run.seconds, "s", note=str(run).replace("a file", "files"))


def _ours(url: str, folder: Path, name: str, kind: Format, *more: str) -> Run:
    path = folder / f"ours{kind.ending}"
    command = [sys.executable, "-m", "gridgeo", "export", name, str(path), *more]
    return _run(command, path, DATABASE_URL=url)


def _theirs(url: str, folder: Path, name: str, kind: Format) -> Run:
    """The same columns, read by ogr2ogr with the statement ours is, and points and shapes as ours tells them."""
    path = folder / f"theirs{kind.ending}"
    collection = COLLECTIONS[name]
    with closing(connection.connect(url)) as conn, conn.cursor() as cur:
        told = [sql.SQL(f"{each.told} AS {each.field.name}") for each in columns.of(collection)]
        asked = cur.mogrify(*statements.selected(collection, Question(), [*told, sql.SQL("f.geom")])).decode()
        given = conn.get_dsn_parameters()
    source = " ".join(f"{key}={given[key]}" for key in ("host", "port", "user", "dbname") if key in given)
    layout = ["-lco", f"GEOMETRY=AS_{'XY' if collection.geometry == 'point' else 'WKT'}"] if kind is Format.CSV else []
    command = ["ogr2ogr", "-f", _DRIVERS[kind], str(path), f"PG:{source}", "-sql", asked, "-nln", name, *layout]
    return _run(command, path, PGOPTIONS="-c search_path=gridgeo,public -c gridgeo.area=all")


def _run(command: list[str], path: Path, **variables: str) -> Run:
    start = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    most = 0.0
    while process.poll() is None:
        most = max(most, _peak(process.pid))
        time.sleep(_LOOKS_S)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command[0], stderr=process.stderr.read())
    run = Run(time.perf_counter() - start, most, _size(path))
    if path.is_file():
        path.unlink()
    return run


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    return path.stat().st_size if path.is_file() else sum(each.stat().st_size for each in path.rglob("*") if each.is_file())


def _peak(pid: int) -> float:
    """Megabytes a process has held at most so far. (What the system tells when it has ended begins with its parent's.)"""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)
