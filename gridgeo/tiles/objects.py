"""Objects in tiles: added up in cells until single ones can be told apart.

A caller of the whole city is answered from the kept cells; one of a part from what row-level security lets it see:
far out from the counts of its units, nearer from the objects themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..db import queries
from ..objects.conditions import condition
from ..objects.model import Status
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
    if not wanted.in_cells:
        return _seen(conn, at, wanted)
    wanted = _plainer(conn, wanted)
    given = {**_given(conn, at, wanted), "cell_zoom": at.z + CELL_BITS, "column": at.x, "row": at.y}
    with conn.cursor() as cur:
        if wanted.plain:
            queries.prepared(cur, SQL["clusters"], given)
        else:
            cur.execute(SQL[_of_cells(wanted)], given)
        return bytes(cur.fetchone()[0])


def tile_seen(conn, at: Tile, wanted: Filter) -> bytes:
    """Return the bytes of a tile of the objects that the current transaction sees: those of a caller's units.

    They are those of today: what lies in one of them now may have stood elsewhere on a day in the past.
    """
    units = _units_near(conn, at)
    if not units and wanted.day is None:
        return b""
    if at.z >= POINTS_FROM:
        return _near(conn, at, wanted, units)
    if at.z > _UNITS_TO or not wanted.in_cells:
        return _seen(conn, at, wanted, units)
    return bytes(_one(conn, "clusters_of_units", **_given(conn, at, wanted), units=units)[0])


def standing(conn) -> list[str]:
    """Return the statuses of objects that stand."""
    with conn.cursor() as cur:
        queries.prepared(cur, SQL["standing"])
        return [status for (status,) in cur.fetchall()]


def _plainer(conn, wanted: Filter) -> Filter:
    """The same wanted in categories and statuses, where a filter lets the same categories through of each status: these are looked for."""
    if wanted.only is None:
        return wanted
    with conn.cursor() as cur:
        cur.execute(SQL["let_through"], _asked(conn, wanted))
        through = {status: categories and tuple(categories) for status, categories in cur.fetchall()}
    alike = set(through.values()) or {()}
    return Filter(alike.pop(), tuple(through)) if len(alike) == 1 else wanted


def _of_cells(wanted: Filter) -> str:
    if wanted.only is not None:
        return "clusters_of"
    if wanted.categories is None:
        return "clusters"
    return "clusters_of_few" if len(wanted.categories) <= _FEW else "clusters_of"


def _units_near(conn, at: Tile) -> list[int]:
    with conn.cursor() as cur:
        cur.execute(SQL["units_near"], _box(at))
        return [unit_id for (unit_id,) in cur.fetchall()]


def _seen(conn, at: Tile, wanted: Filter, units: Sequence[int] | None = None) -> bytes:
    """Added up one by one: all that are seen, or those of some units."""
    return bytes(_one(conn, "clusters_seen", **_given(conn, at, wanted), units=units)[0])


def _near(conn, at: Tile, wanted: Filter, units: Sequence[int] | None = None) -> bytes:
    count, body = _one(conn, "points", **_given(conn, at, wanted), units=units, most=POINTS_MOST, named=at.z >= NAMES_FROM)
    return bytes(body) if count <= POINTS_MOST else _seen(conn, at, wanted, units)


def _box(at: Tile) -> dict[str, float]:
    west, south, east, north = at.bounds
    return {"west": west - _EDGE, "south": south - _EDGE, "east": east + _EDGE, "north": north + _EDGE}


def _given(conn, at: Tile, wanted: Filter) -> dict[str, Any]:
    """Where a tile lies, in degrees and in whole numbers of the world, and what is wanted of it."""
    side = 2 ** (WORLD_BITS - at.z)
    return {**_box(at), **{"x": at.x * side, "y": at.y * side, "unit": side / EXTENT}, **_asked(conn, wanted)}


def _asked(conn, wanted: Filter) -> dict[str, Any]:
    statuses = list(Status) if wanted.any_status else wanted.statuses
    return {
        "statuses": list(map(str, statuses)) if statuses is not None else standing(conn),
        "categories": None if wanted.categories is None else list(wanted.categories),
        "filter": condition(wanted.only),
        "day": wanted.day,
    }


def _one(conn, query: str, **parameters) -> tuple:
    with conn.cursor() as cur:
        cur.execute(SQL[query], parameters)
        return cur.fetchone()
