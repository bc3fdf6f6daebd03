"""How others answer which micro-grid a point lies in, each in the way its makers recommend."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import psycopg2
import shapely

from gridgeo.db import connection
from gridgeo.geo import crs

from .ground import Loaded


class Unavailable(Exception):
    """A peer is not installed here; the message says what would have to be."""


def sjoin(areas: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> Callable[[], np.ndarray]:
    """geopandas: a spatial join of a ready frame of points to a ready frame of areas. The work returns an area for each point."""
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat), crs=4490)
    units = geopandas.GeoDataFrame(geometry=areas, crs=4490)

    def work() -> np.ndarray:
        joined = geopandas.sjoin(points, units, predicate="within")
        return _by_point(joined.index.to_numpy(), joined["index_right"].to_numpy(), len(points))

    return work


def boxes_then_prepared(areas: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> Callable[[], np.ndarray]:
    """shapely by hand: an STRtree for boxes, then the points of each box against its prepared area, all at once."""
    shapely.prepare(areas)

    def work() -> np.ndarray:
        tree = shapely.STRtree(areas)
        point, unit = tree.query(shapely.points(lon, lat))
        order = np.argsort(unit, kind="stable")
        point, unit = point[order], unit[order]
        found = np.full(len(lon), -1)
        starts = np.flatnonzero(np.r_[True, np.diff(unit) > 0])
        for start, end in zip(starts, [*starts[1:], len(unit)], strict=True):
            group = point[start:end]
            found[group[shapely.contains_xy(areas[unit[start]], lon[group], lat[group])]] = unit[start]
        return found

    return work


@contextmanager
def duckdb(areas: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> Iterator[Callable[[int], Callable[[], np.ndarray]]]:
    """DuckDB: its SPATIAL_JOIN over tables in memory, with so many threads. Raises Unavailable without its spatial extension."""
    try:
        import duckdb as engine
        import duckdb_extension_spatial as extension
    except ImportError as error:
        raise Unavailable(f"{error.name} is not installed (pip install -r requirements-bench.lock)") from None
    (library,) = Path(extension.__file__).parent.rglob("*.duckdb_extension")
    with closing(engine.connect()) as base:
        base.execute(f"LOAD '{library}'")
        points = pd.DataFrame({"n": np.arange(len(lon)), "lon": lon, "lat": lat})
        units = pd.DataFrame({"unit": np.arange(len(areas)), "wkb": shapely.to_wkb(areas)})
        base.register("given_points", points)
        base.register("given_units", units)
        base.execute("CREATE TABLE point AS SELECT n, ST_Point(lon, lat) AS geom FROM given_points")
        base.execute("CREATE TABLE unit AS SELECT unit, ST_GeomFromWKB(wkb) AS geom FROM given_units")

        def joined() -> np.ndarray:
            found = base.execute("SELECT n, unit FROM point JOIN unit ON ST_Within(point.geom, unit.geom)").fetchnumpy()
            return _by_point(found["n"], found["unit"], len(lon))

        def with_threads(threads: int) -> Callable[[], np.ndarray]:
            base.execute(f"SET threads = {threads}")
            return joined

        yield with_threads


@contextmanager
def postgis(loaded: Loaded, areas: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> Iterator[tuple[Callable, Callable]]:
    """PostGIS: a join of micro-grids to a table of indexed points, with or without parallel plans.

    Polygons drive and points are indexed: the better of its plans. The pairs stay on the server, as a table: fetching
    1.6 million rows would cost more than the join. Lends what makes the work, and what reads its answer afterwards.
    """
    with closing(connection.connect(loaded.url)) as conn, conn.cursor() as cur:
        cur.execute("CREATE TEMPORARY TABLE given (n integer, lon float8, lat float8)")
        cur.execute("CREATE TEMPORARY TABLE unit (unit integer, geom geometry(MultiPolygon, 4490))")
        _copy(cur, "given", pd.DataFrame({"n": np.arange(len(lon)), "lon": lon, "lat": lat}))
        hexed = shapely.to_wkb(shapely.set_srid(areas, crs.STORAGE), hex=True, include_srid=True)
        _copy(cur, "unit", pd.DataFrame({"unit": np.arange(len(areas)), "geom": hexed}))
        cur.execute("CREATE TEMPORARY TABLE point AS SELECT n, ST_SetSRID(ST_MakePoint(lon, lat), 4490) AS geom FROM given")
        cur.execute("CREATE INDEX ON point USING gist (geom)")
        cur.execute("ANALYZE point")
        cur.execute("ANALYZE unit")

        def joined() -> None:
            cur.execute("DROP TABLE IF EXISTS pair")
            cur.execute("CREATE TEMPORARY TABLE pair AS SELECT n, unit FROM unit JOIN point ON ST_Contains(unit.geom, point.geom)")

        def planned(parallel: bool) -> Callable[[], None]:
            cur.execute(f"SET max_parallel_workers_per_gather = {2 if parallel else 0}")
            return joined

        def read(_: None) -> np.ndarray:
            cur.execute("SELECT n, unit FROM pair")
            return _by_point(*np.array(cur.fetchall(), dtype=int).T, len(lon))

        yield planned, read


def prepared_tree(areas: np.ndarray) -> Callable[[float, float], int]:
    """shapely for one point: an STRtree for boxes, then each prepared area."""
    shapely.prepare(areas)
    tree = shapely.STRtree(areas)

    def at(lon: float, lat: float) -> int:
        for unit in tree.query(shapely.Point(lon, lat)):
            if shapely.intersects_xy(areas[unit], lon, lat):
                return unit
        return -1

    return at


@contextmanager
def psycopg(loaded: Loaded) -> Iterator[Callable[[float, float], object]]:
    """PostGIS for one point: a prepared statement over a Unix socket."""
    with closing(psycopg2.connect(loaded.url, options="-c search_path=gridgeo,public")) as conn, conn.cursor() as cur:
        cur.execute(
            "PREPARE at (float8, float8, bigint) AS SELECT unit_id FROM grid_unit_version"
            " WHERE edition_id = $3 AND leaf AND ST_Intersects(geom, ST_SetSRID(ST_MakePoint($1, $2), 4490))"
        )
        edition = loaded.snapshot.edition.edition_id

        def at(lon: float, lat: float) -> object:
            cur.execute("EXECUTE at (%s, %s, %s)", (lon, lat, edition))
            return cur.fetchone()

        yield at


def _copy(cur, table: str, rows: pd.DataFrame) -> None:
    text = io.StringIO()
    rows.to_csv(text, index=False, header=False)
    text.seek(0)
    cur.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv)", text)


def _by_point(point: np.ndarray, unit: np.ndarray, n: int) -> np.ndarray:
    found = np.full(n, -1)
    found[point] = unit
    return found
