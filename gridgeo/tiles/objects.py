"""Objects in tiles: added up in cells until single ones can be told apart.

A caller of the whole city is answered from the kept cells; one of a part from what row-level security lets it see:
far out from the counts of its units, nearer from the objects themselves.
"""

from __future__ import annotations

from typing import Any

from ..db import queries
from .model import CELL_BITS, EXTENT, NAMES_FROM, POINTS_FROM, POINTS_MOST, WORLD_BITS, Filter, Tile

SQL = queries.load(__package__, "objects.sql")

#: Up to this zoom a caller of a part sees the counts of its units: there a micro-grid is about as wide as a cell.
_UNITS_TO = 13

#: So many categories are looked for one by one in a cell.
_FEW = 12

#: Degrees by which what is looked for is wider than the tile; what lies on its edge is decided by whole numbers.
_EDGE = 1e-8


def tile(conn, at: Tile, wanted: Filter) -> bytes:
    """Return the bytes of a tile of the whole city's objects.

    Above :data:`.model.POINTS_FROM`, and where more than :data:`.model.POINTS_MOST` stand, the layer `clusters` with
    exact counts, else the layer `objects`. Never a part of them.
    """
    if at.z >= POINTS_FROM:
        return _near(conn, at, wanted)
    cells = {"cell_zoom": at.z + CELL_BITS, "column": at.x, "row": at.y}
    few = wanted.categories is not None and len(wanted.categories) <= _FEW
    query = "clusters" if wanted.categories is None else "clusters_of_few" if few else "clusters_of"
    return bytes(_one(conn, query, **_given(conn, at, wanted), **cells)[0])


def tile_seen(conn, at: Tile, wanted: Filter) -> bytes:
    """Return the bytes of a tile of the objects that the current transaction sees: those of a caller's units."""
    if at.z >= POINTS_FROM:
        return _near(conn, at, wanted)
    query = "clusters_of_units" if at.z <= _UNITS_TO else "clusters_seen"
    return bytes(_one(conn, query, **_given(conn, at, wanted))[0])


def standing(conn) -> list[str]:
    """Return the statuses of objects that stand."""
    with conn.cursor() as cur:
        cur.execute("SELECT status FROM object_status WHERE standing ORDER BY status")
        return [status for (status,) in cur.fetchall()]


def _near(conn, at: Tile, wanted: Filter) -> bytes:
    given = _given(conn, at, wanted)
    count, body = _one(conn, "points", **given, most=POINTS_MOST, named=at.z >= NAMES_FROM)
    return bytes(body if count <= POINTS_MOST else _one(conn, "clusters_seen", **given)[0])


def _given(conn, at: Tile, wanted: Filter) -> dict[str, Any]:
    """Where a tile lies, in degrees and in whole numbers of the world, and what is wanted of it."""
    west, south, east, north = at.bounds
    side = 2 ** (WORLD_BITS - at.z)
    return {
        **{"west": west - _EDGE, "south": south - _EDGE, "east": east + _EDGE, "north": north + _EDGE},
        **{"x": at.x * side, "y": at.y * side, "unit": side / EXTENT},
        "statuses": list(wanted.statuses) if wanted.statuses is not None else standing(conn),
        "categories": None if wanted.categories is None else list(wanted.categories),
    }


def _one(conn, query: str, **parameters) -> tuple:
    with conn.cursor() as cur:
        cur.execute(SQL[query], parameters)
        return cur.fetchone()
