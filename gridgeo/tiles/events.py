"""Events in tiles: one by one where they can be told apart, else added up in cells by how they stand and by major class.

They are read as they are when a tile is asked for: how an event stands follows from the hour, and nothing of it is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ..db import queries
from ..events.shown import Shown
from .model import EVENTS_FROM, EVENTS_MOST, EXTENT, NAMES_FROM, WORLD_BITS, Tile

SQL = queries.load(__package__, "events.sql")

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
    """Return the bytes of a tile of the events that row-level security shows the current transaction.

    From :data:`.model.EVENTS_FROM` on, unless more than :data:`.model.EVENTS_MOST` lie in it, the layer `events`, else `clusters` with
    exact counts.
    """
    return _made(conn, at, shown, None, now)


def tile_of_units(conn, at: Tile, shown: Shown, now: datetime | None = None) -> bytes:
    """Return the same of the events in the caller's units: those that lie in them today."""
    with conn.cursor() as cur:
        cur.execute(SQL["units_near"], _box(at))
        units = [unit_id for (unit_id,) in cur.fetchall()]
    return _made(conn, at, shown, units, now) if units else b""


def majors(conn) -> list[Major]:
    """Return the major classes of events in the order of their numbers."""
    with conn.cursor() as cur:
        cur.execute(SQL["majors"])
        return [Major(*row) for row in cur.fetchall()]


def _made(conn, at: Tile, shown: Shown, units: list[int] | None, now: datetime | None) -> bytes:
    side = 2 ** (WORLD_BITS - at.z)
    lies = {**_box(at), "x": at.x * side, "y": at.y * side, "unit": side / EXTENT}
    drawn = {"most": EVENTS_MOST if at.z >= EVENTS_FROM else -1, "named": at.z >= NAMES_FROM}
    with conn.cursor() as cur:
        cur.execute(SQL["tile"], {**lies, **drawn, **shown.given(now), "units": units})
        return bytes(cur.fetchone()[0])


def _box(at: Tile) -> dict[str, float]:
    west, south, east, north = at.bounds
    return {"west": west - _EDGE, "south": south - _EDGE, "east": east + _EDGE, "north": north + _EDGE}
