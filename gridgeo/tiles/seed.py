"""Tiles made ahead: kept in the database, or written into a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from pmtiles.tile import zxy_to_tileid

from ..db import queries
from ..errors import InvalidInput, NotFound
from ..hierarchy import store
from ..hierarchy.model import GOVERNANCE
from . import cells, grids, kept, making
from .model import BUILDINGS_FROM, GRIDS_DEEPEST, Collection, Tile, column, row

SQL = queries.load(__package__, "seed.sql")

#: So many tiles of one zoom are too many to be made ahead.
MOST = 4_000_000

#: A zoom at which the whole city is a few tiles.
_FAR = 8

#: Pauses (seconds) before tiles are made again that changed while they were made.
_PAUSES = (0.05, 0.2, 1.0, 2.0, 0.0)

#: Tiles of one transaction: what an interruption costs at most.
_AT_ONCE = 200


@dataclass(frozen=True)
class Plan:
    """What is made: tiles of a collection within some bounds (EPSG:4490 degrees: west, south, east, north), zoom by zoom."""

    collection: Collection
    edition_id: int
    bounds: tuple[float, float, float, float]
    zooms: tuple[int, ...]
    levels: tuple[tuple[str, int], ...] = ()

    def sides(self, zoom: int) -> tuple[range, range]:
        """Return the columns and rows of a zoom."""
        west, south, east, north = self.bounds
        return range(column(west, zoom), column(east, zoom) + 1), range(row(north, zoom), row(south, zoom) + 1)

    @property
    def begins(self) -> int:
        """The zoom from which on is looked what holds something: there are few tiles, and something in them."""
        return BUILDINGS_FROM if self.collection is Collection.BUILDINGS else min(self.zooms[0], _FAR)

    @property
    def size(self) -> int:
        """How many tiles the bounds hold: there are not more."""
        return sum(len(columns) * len(rows) for columns, rows in map(self.sides, self.zooms))


class Seeded(NamedTuple):
    """How many tiles were made, how many of them are kept, and their bytes."""

    made: int
    kept: int
    size: int


def plan(conn, collection: Collection, first: int, last: int, scheme: str = GOVERNANCE) -> Plan:
    """Return what there is to make of a collection from a zoom to another; grids are simplified first where nobody has.

    Bounds are those of the city and of all that lies beyond it. Raises NotFound where no edition of the scheme is valid now,
    InvalidInput where grids are asked for from a zoom on to which they are not simplified.
    """
    if collection is Collection.GRIDS and first > GRIDS_DEEPEST:
        raise InvalidInput("zoom", f"{first}-{last}", f"grids are simplified to zoom {GRIDS_DEEPEST}; nearer maps draw that one larger")
    edition = store.edition_at(conn, scheme) or _none(scheme)
    levels = tuple(grids.prepare(conn, edition.edition_id))
    frame = store.frame(conn, edition.edition_id)
    deepest = GRIDS_DEEPEST if collection is Collection.GRIDS else last
    zooms = tuple(range(first, min(last, deepest) + 1))
    bounds = tuple(frame.total_bounds.tolist())
    if collection is Collection.GRIDS:
        return Plan(collection, edition.edition_id, bounds, zooms, levels)
    return Plan(collection, kept.NO_EDITION, _around(bounds, _extent(conn, collection)), zooms)


def tiles(conn, wanted: Plan) -> Iterator[tuple[Tile, bytes]]:
    """Yield the tiles of a plan, compressed, zoom by zoom, along the curve PMTiles numbers them by; kept ones as they are kept.

    Below an empty tile nothing is looked for: what is empty far out is empty near. So memory holds the numbers of one zoom's
    tiles that hold something, and no more. Raises InvalidInput where there are more than :data:`MOST`.
    """
    above = _uppermost(wanted)
    for zoom in range(wanted.begins, wanted.zooms[-1] + 1):
        holding = []
        for x, y in above:
            body = make(conn, wanted, Tile(zoom, x, y))
            if body != making.EMPTY:
                holding.append((x, y))
            if zoom in wanted.zooms:
                yield Tile(zoom, x, y), body
        if len(holding) * 4 > MOST:
            raise InvalidInput(
                "zoom", f"{wanted.zooms[0]}-{wanted.zooms[-1]}", f"more than {MOST:,} tiles at zoom {zoom + 1}: ask for fewer zooms"
            )
        above = (child for at in holding for child in _below(zoom, *at))


def _uppermost(wanted: Plan) -> list[tuple[int, int]]:
    columns, rows = wanted.sides(wanted.begins)
    return sorted(((x, y) for x in columns for y in rows), key=lambda at: zxy_to_tileid(wanted.begins, *at))


def _below(zoom: int, x: int, y: int) -> list[tuple[int, int]]:
    """The four tiles below one, which follow on each other along the curve."""
    four = [(2 * x + right, 2 * y + down) for right in (0, 1) for down in (0, 1)]
    return sorted(four, key=lambda at: zxy_to_tileid(zoom + 1, *at))


def make(conn, wanted: Plan, at: Tile) -> bytes:
    """Return one tile of a plan, compressed."""
    if wanted.collection is Collection.GRIDS:
        return making.grids_tile(conn, wanted.edition_id, at, wanted.levels)
    if wanted.collection is Collection.BUILDINGS:
        return making.buildings_tile(conn, at)
    return making.objects_tile(conn, at)


def seed(conn, wanted: Plan, told: Callable[[int], None], transaction: Callable) -> Seeded:
    """Make every tile of a plan and keep it.

    In pieces, each in a transaction of its own: what was made before an interruption stays, and is not made again. A piece in
    which something changed meanwhile is made again, some times.

    Parameters
    ----------
    told
        Called with the number of tiles made so far.
    transaction
        A context manager that commits what the block does on the connection.
    """
    with transaction(conn):
        cells.drain(conn)
        change_no = kept.number(conn, wanted.collection)
    made, there, size = 0, 0, 0
    pieces = tiles(conn, wanted)
    while piece := list(islice(pieces, _AT_ONCE)):
        made, size = made + len(piece), size + sum(len(body) for _, body in piece)
        is_kept, change_no = _keep(conn, wanted, piece, change_no, transaction)
        there += len(piece) if is_kept else 0
        told(made)
    return Seeded(made, there, size)


def _keep(conn, wanted: Plan, piece: list[tuple[Tile, bytes]], change_no: int, transaction: Callable) -> tuple[bool, int]:
    """Keep some tiles, made again while they change; return whether they are kept, and the change those that follow are made after."""
    for pause in _PAUSES:
        with transaction(conn):
            if kept.put(conn, [(wanted.collection, wanted.edition_id, *each) for each in piece], change_no):
                return True, change_no
        time.sleep(pause)
        with transaction(conn):
            cells.drain(conn)
            change_no = kept.number(conn, wanted.collection)
        piece = [(at, make(conn, wanted, at)) for at, _ in piece]
    return False, change_no


def _extent(conn, collection: Collection) -> tuple | None:
    with conn.cursor() as cur:
        cur.execute(SQL["extent_of_objects" if collection is Collection.OBJECTS else "extent_of_buildings"])
        found = cur.fetchone()
    return None if found[0] is None else found


def _around(bounds: tuple, extent: tuple | None) -> tuple[float, float, float, float]:
    if extent is None:
        return bounds
    return (*map(min, bounds[:2], extent[:2]), *map(max, bounds[2:], extent[2:]))


def _none(scheme: str):
    raise NotFound("active edition of scheme", scheme)
