"""Tiles made ahead: kept in the database, or written into a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..errors import NotFound
from ..hierarchy import store
from ..hierarchy.model import GOVERNANCE
from . import cells, grids, kept, making
from .model import GRIDS_DEEPEST, Collection, Tile, column, row

#: Tiles of one transaction: what an interruption costs at most.
_AT_ONCE = 200

#: A tile in which nothing is, as gzip writes it.
EMPTY = making.packed(b"")


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
    def size(self) -> int:
        """How many tiles the bounds hold."""
        return sum(len(columns) * len(rows) for columns, rows in map(self.sides, self.zooms))


def plan(conn, collection: Collection, first: int, last: int, scheme: str = GOVERNANCE) -> Plan:
    """Return what there is to make of a collection from a zoom to another; grids are simplified first where nobody has.

    Raises NotFound where no edition of the scheme is valid now: its bounds are those of the city.
    """
    edition = store.edition_at(conn, scheme) or _none(scheme)
    levels = tuple(grids.prepare(conn, edition.edition_id))
    frame = store.frame(conn, edition.edition_id)
    deepest = GRIDS_DEEPEST if collection is Collection.GRIDS else last
    zooms = tuple(range(first, min(last, deepest) + 1))
    bounds = tuple(frame.total_bounds.tolist())
    if collection is Collection.GRIDS:
        return Plan(collection, edition.edition_id, bounds, zooms, levels)
    return Plan(collection, kept.NO_EDITION, bounds, zooms)


def tiles(conn, wanted: Plan) -> Iterator[tuple[Tile, bytes]]:
    """Yield every tile of a plan, compressed, zoom by zoom, row by row; kept ones as they are kept.

    Below an empty tile nothing is looked for: what is empty far out is empty near.
    """
    holding: set[tuple[int, int]] | None = None
    for zoom in wanted.zooms:
        columns, rows = wanted.sides(zoom)
        found = set()
        for y in rows:
            for x in columns:
                if holding is not None and (x >> 1, y >> 1) not in holding:
                    continue
                body = make(conn, wanted, Tile(zoom, x, y))
                if body != EMPTY:
                    found.add((x, y))
                yield Tile(zoom, x, y), body
        holding = found if wanted.collection is Collection.OBJECTS else None


def make(conn, wanted: Plan, at: Tile) -> bytes:
    """Return one tile of a plan, compressed."""
    if wanted.collection is Collection.GRIDS:
        return making.grids_tile(conn, wanted.edition_id, at, wanted.levels)
    if wanted.collection is Collection.BUILDINGS:
        return making.buildings_tile(conn, at)
    return making.objects_tile(conn, at)


def seed(conn, wanted: Plan, told: Callable[[int], None], transaction: Callable) -> tuple[int, int]:
    """Make every tile of a plan and keep it; return how many tiles and bytes.

    In pieces, each in a transaction of its own: what was made before an interruption stays, and is not made again.

    Parameters
    ----------
    told
        Called with the number of tiles made so far.
    transaction
        A context manager that commits what the block does on the connection.
    """
    with transaction(conn):
        cells.drain(conn)
        change_no = cells.last_change(conn)[0]
    made, size, waiting = 0, 0, []
    for at, body in tiles(conn, wanted):
        made, size = made + 1, size + len(body)
        waiting.append((wanted.collection, wanted.edition_id, at, body))
        if len(waiting) == _AT_ONCE:
            change_no = _keep(conn, waiting, change_no, transaction)
            waiting.clear()
            told(made)
    _keep(conn, waiting, change_no, transaction)
    return made, size


def _keep(conn, waiting: list, change_no: int, transaction: Callable) -> int:
    """Keep some tiles, and return the change those that follow are made after."""
    with transaction(conn):
        if waiting:
            kept.put(conn, waiting, change_no)
        return cells.last_change(conn)[0]


def _none(scheme: str):
    raise NotFound("active edition of scheme", scheme)
