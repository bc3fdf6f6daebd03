"""Buildings in tiles, as far as the current transaction sees them."""

from __future__ import annotations

from ..db import queries
from .model import BUILDINGS_FROM, Tile

SQL = queries.load(__package__, "buildings.sql")

#: How far beyond its edges a tile looks for buildings, as a share of its side: outlines do not end at an edge.
_EDGE = 1 / 64


def tile(conn, at: Tile) -> bytes:
    """Return the bytes of a tile of buildings that stand; empty above :data:`.model.BUILDINGS_FROM`."""
    if at.z < BUILDINGS_FROM:
        return b""
    west, south, east, north = at.bounds
    dx, dy = (east - west) * _EDGE, (north - south) * _EDGE
    box = {"west": west - dx, "south": south - dy, "east": east + dx, "north": north + dy}
    placed = {"left": west, "bottom": south, "right": east, "top": north, **box}
    with conn.cursor() as cur:
        cur.execute(SQL["sees_whole"])
        if cur.fetchone()[0]:
            queries.prepared(cur, SQL["tile"], placed)
        else:
            cur.execute(SQL["units_near"], box)
            queries.prepared(cur, SQL["tile_of_units"], {"units": [unit_id for (unit_id,) in cur.fetchall()], **placed})
        return bytes(cur.fetchone()[0])
