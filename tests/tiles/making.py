"""A drawn district with objects, and tiles of it as a client reads them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager

from gridgeo.access import store as access
from gridgeo.hierarchy import editions
from gridgeo.objects import writing
from gridgeo.tiles.model import Tile, column, row
from tests.objects import making as objects

#: Where the district of `tests/objects/making.py` lies: west, south, east, north.
WEST, SOUTH, EAST, NORTH = 113.0, 22.88, 113.06, 22.9


def town(conn) -> tuple[int, dict[str, int]]:
    """Make the district and the tree of categories valid; return the edition and the categories by path."""
    ids = objects.tree(conn)
    edition_id = objects.draft(conn)
    editions.activate(conn, edition_id)
    return edition_id, ids


def cover(number: int, category_id: int, lon: float, lat: float, status: str = "in_use") -> dict:
    """Return the row of a manhole cover."""
    return {
        "element_code": f"{objects.LIGHTS}{number:08}",
        "category_id": category_id,
        "status": status,
        "lon": lon,
        "lat": lat,
        "name": f"井{number}",
    }


def put(conn, rows: Iterable[dict]) -> None:
    """Write objects; none may be refused."""
    written = writing.put(conn, rows)
    assert not written.issues, written.issues


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """Return the tile a place lies in."""
    return Tile(z, column(lon, z), row(lat, z))


def tiles_of(z: int) -> list[Tile]:
    """Return the tiles of a zoom that the district lies in."""
    columns = range(column(WEST, z), column(EAST, z) + 1)
    return [Tile(z, x, y) for x in columns for y in range(row(NORTH, z), row(SOUTH, z) + 1)]


@contextmanager
def seeing(conn, area: str):
    """The rest of the block sees what a reader of an area does."""
    with conn.cursor() as cur:
        cur.execute("SAVEPOINT before; SET LOCAL ROLE gridgeo_reader")
        access.see(conn, area)
        yield
        cur.execute("ROLLBACK TO SAVEPOINT before")
