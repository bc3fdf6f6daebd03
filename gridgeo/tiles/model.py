"""What a tile is, where it lies, and what may be asked of it."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from ..objects import filters

#: Coordinates inside of a tile go from 0 to this.
EXTENT = 4096

#: The deepest zoom tiles are made for, and the deepest grids are simplified for: beyond they are drawn larger.
DEEPEST, GRIDS_DEEPEST = 22, 16

#: A tile of objects shows 2^5 cells each way; cells are kept down to those of zoom 20.
CELL_BITS, CELLS_DEEPEST, CELLS_UPPERMOST = 5, 20, 5

#: From this zoom on objects are single points, unless more than so many stand in a tile.
POINTS_FROM, POINTS_MOST = 16, 6000

#: The same of events, which are drawn larger; and the zoom from which more than a year of them may be asked for.
EVENTS_FROM, EVENTS_MOST, YEARS_FROM = 15, 500, 13

#: What cells know of objects: a filter that speaks of these alone is answered from them. One that speaks of more, or of a day in the
#: past, is answered from the objects themselves, from this zoom on.
IN_CELLS, FILTERED_FROM = frozenset(("category", "major", "status")), 14

#: From these zooms on buildings are drawn, and objects have names.
BUILDINGS_FROM, NAMES_FROM = 15, 17

#: The world in the whole numbers of functions/tiles.sql: 2^31.
WORLD_BITS = 31


class Collection(StrEnum):
    """What tiles are made of."""

    GRIDS = "grids"
    OBJECTS = "objects"
    BUILDINGS = "buildings"
    EVENTS = "events"


class Tile(NamedTuple):
    """A tile of WebMercatorQuad: x (column) to the east from 180 W, y (row) to the south from 85.05 N."""

    z: int
    x: int
    y: int

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        side = 2**self.z
        return self.x / side * 360 - 180, _lat(self.y + 1, side), (self.x + 1) / side * 360 - 180, _lat(self.y, side)

    @property
    def exists(self) -> bool:
        """Whether there is such a tile."""
        return 0 <= self.z <= DEEPEST and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z


@dataclass(frozen=True)
class Filter:
    """Which objects a tile shows. Statuses None: those that stand, unless `only` speaks of it; categories None: all.

    With a day they are shown as they were then, where they were then.
    """

    categories: tuple[int, ...] | None = None
    statuses: tuple[str, ...] | None = None
    only: filters.Filter | None = None
    day: date | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing is asked otherwise than usual."""
        return self == PLAIN

    @property
    def in_cells(self) -> bool:
        """Whether cells, and counts of units, know all that is asked."""
        return self.day is None and (self.only is None or self.only.names <= IN_CELLS)

    @property
    def any_status(self) -> bool:
        """Whether objects that do not stand are meant, too, as far as the rest lets them through."""
        return self.statuses is None and self.only is not None and "status" in self.only.names


PLAIN = Filter()


@dataclass(frozen=True, slots=True)
class Packed:
    """A tile's bytes compressed by gzip, and their strong entity tag."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, body: bytes) -> Packed:
        """Return the tile of compressed bytes; what makes the same bytes makes the same tag."""
        return cls(body, f'"{hashlib.blake2b(body, digest_size=9).hexdigest()}"')


def column(lon: float, z: int) -> int:
    """Return the column of the tiles of a zoom a longitude (degrees) lies in."""
    return min(max(math.floor((lon + 180) / 360 * 2**z), 0), 2**z - 1)


def row(lat: float, z: int) -> int:
    """Return the row of the tiles of a zoom a latitude (degrees) lies in."""
    return min(max(math.floor((0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)) * 2**z), 0), 2**z - 1)


def _lat(row: int, side: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / side))))
