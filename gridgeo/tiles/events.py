"""Events in tiles: one by one where they can be told apart, else added up in cells by how they stand and by major class.

How an event stands follows from the hour: no tile is kept. Far out the whole city's are made of what is kept by place and day
(:mod:`..events.cells`), as long as nothing is asked that it does not tell apart; else the events are read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from ..db import queries
from ..events import cells
from ..events.shown import Shown
from .model import EVENTS_FROM, EVENTS_MOST, EXTENT, NAMES_FROM, WORLD_BITS, Tile

SQL = queries.load(__package__, "events.sql")

#: A tile shows 2^4 cells each way: events are fewer than objects, and drawn larger.
_CELL_BITS = 4

#: Events are found by the tiles of this zoom they lie in and by time; in tiles that hold so many of these, by time alone.
_CELLS, _FAR = 14, 10

#: Closed events are added up in the cells of tiles of these zooms: where a tile holds fewer they are read.
_SUMS_FROM, _SUMS_TO = 10, 12

#: Degrees by which what is looked for is wider than the tile; what lies on its edge is decided by whole numbers.
_EDGE = 1e-8


class Major(NamedTuple):
    """A major class, and the number of the property that counts it."""

    m: int
    major: str
    major_en: str
    kind: str
    colour: str


def tile(conn, at: Tile, shown: Shown, now: datetime | None = None) -> bytes:
    """Return the bytes of a tile of the whole city's events, to whom row-level security shows them all.

    From :data:`.model.EVENTS_FROM` on, unless more than :data:`.model.EVENTS_MOST` lie in it, the layer `events`, else `clusters` with
    exact counts.
    """
    return _made(conn, at, shown, None, now)


def tile_of_units(conn, at: Tile, shown: Shown, now: datetime | None = None) -> bytes:
    """Return the same to a caller of a part: of what lies in its units today, and what its department has or had to do."""
    with conn.cursor() as cur:
        cur.execute(SQL["units_near"], _box(at))
        units = [unit_id for (unit_id,) in cur.fetchall()]
    return _made(conn, at, shown, units, now)


def majors(conn) -> list[Major]:
    """Return the major classes of events in the order of their numbers."""
    with conn.cursor() as cur:
        cur.execute(SQL["majors"])
        return [Major(*row) for row in cur.fetchall()]


def _made(conn, at: Tile, shown: Shown, units: list[int] | None, now: datetime | None) -> bytes:
    days = shown.days(now) if units is None and at.z <= _SUMS_TO else None
    given = {**_lies(at), **_kept(at, days), **shown.given(now), "units": units}
    with conn.cursor() as cur:
        if at.z >= EVENTS_FROM:
            cur.execute(SQL["points"], {**given, "most": EVENTS_MOST, "named": at.z >= NAMES_FROM})
            count, body = cur.fetchone()
            if count <= EVENTS_MOST:
                return bytes(body)
        cur.execute(SQL["clusters"], given)
        return bytes(cur.fetchone()[0])


def _lies(at: Tile) -> dict[str, Any]:
    """Where a tile lies: in degrees, by cells, and in whole numbers of the world."""
    bits = WORLD_BITS - at.z
    side = 2**bits
    x, y = at.x * side, at.y * side
    numbers = {"column": at.x, "row": at.y, "tile_bits": bits, "cell_bits": bits - _CELL_BITS}
    square = {"x": x, "y": y, "to_east": x + side - 1, "to_south": y + side - 1, "unit": side / EXTENT}
    return {**_box(at), **numbers, **square, "cells": _cells(at), "near": at.z > _CELLS}


def _kept(at: Tile, days: tuple[int, int] | None) -> dict[str, Any]:
    """Which sums a tile is made of: those of the days it is of, in the tiles that lie in it. None: it is made of the events themselves."""
    first, last = days or (0, 0)
    zoom = min(max(at.z, _SUMS_FROM), _SUMS_TO)
    deeper = max(zoom - at.z, 0)
    side = 2**deeper
    spans = cells.spans(first, last)
    return {
        **{"kept": days is not None, "first_day": first, "last_day": last, "sum_zoom": zoom + _CELL_BITS, "sum_bits": deeper},
        **{"spans": [length for length, _ in spans], "numbers": [number for _, number in spans]},
        **{"from_x": at.x * side, "to_x": (at.x + 1) * side - 1, "from_y": at.y * side, "to_y": (at.y + 1) * side - 1},
    }


def _cells(at: Tile) -> list[int] | None:
    """The cells a tile holds, or the one it lies in, as the index of events numbers them; None: it holds too many."""
    if at.z <= _FAR:
        return None
    deeper = max(at.z - _CELLS, 0)
    side = 2 ** max(_CELLS - at.z, 0)
    x, y = (at.x >> deeper) * side, (at.y >> deeper) * side
    return [column << _CELLS | row for column in range(x, x + side) for row in range(y, y + side)]


def _box(at: Tile) -> dict[str, float]:
    west, south, east, north = at.bounds
    return {"west": west - _EDGE, "south": south - _EDGE, "east": east + _EDGE, "north": north + _EDGE}
