"""Coordinate systems features are given in, each with the order of axes its definition has.

The order is the register's, for it is what a client believes that is told a URI: EPSG 4326 and 4490 have latitude first, 4547 the
northing; CRS84 and 3857 have x (longitude, easting) first. Source: OGC 18-058r1 (Part 2), 6.2 and 7; the EPSG dataset.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from ..geo import crs

#: Corners put on an edge of a box of a plane: in degrees such an edge is bent.
_CORNERS = 16


@dataclass(frozen=True)
class System:
    """A coordinate system: its URI, what it refers to, whether its definition has y (latitude, northing) first.

    `drawn` is the SQL that has a geometry `{}` of EPSG:4490 in it, x first; `decimals` are those of a tenth of a millimetre.
    """

    uri: str
    datum: crs.Datum
    flipped: bool
    drawn: str
    decimals: int = 9

    @property
    def told(self) -> str:
        """The SQL that has a geometry in the order of axes of the definition."""
        return f"ST_FlipCoordinates({self.drawn})" if self.flipped else self.drawn

    @property
    def number(self) -> str:
        """What it is called in short."""
        return self.uri.rsplit("/", 1)[-1]

    @cached_property
    def planar(self) -> bool:
        """Whether its coordinates are metres in a plane."""
        return crs.is_planar(self.datum)

    def points(self, xy: np.ndarray) -> np.ndarray:
        """Return points (n, 2) in the order of axes of this system as EPSG:4490, lon/lat degrees; what cannot be is not finite."""
        return crs.to_storage(xy[:, ::-1] if self.flipped else xy, self.datum)


def _epsg(number: int, flipped: bool, drawn: str = "{}", decimals: int = 9) -> System:
    return System(f"http://www.opengis.net/def/crs/EPSG/0/{number}", crs.parse(number), flipped, drawn, decimals)


CRS84 = System("http://www.opengis.net/def/crs/OGC/1.3/CRS84", crs.WGS84, False, "{}")
CGCS2000 = _epsg(crs.STORAGE, True)

#: All there are; the first is the default. Mercator is WGS 84's: no shift of datum is to be looked for.
SYSTEMS = (
    CRS84,
    _epsg(4326, True),
    CGCS2000,
    _epsg(crs.METRIC, True, f"ST_Transform({{}}, {crs.METRIC})", 4),
    _epsg(3857, False, "ST_Transform(ST_SetSRID({}, 4326), 3857)", 4),
)
_BY_URI = {system.uri: system for system in SYSTEMS}
_SHORT = re.compile(r"\[?(?:EPSG:|OGC:)?([A-Z0-9]{4,5})\]?", re.ASCII)


def named(text: str) -> System:
    """Return the system of a URI, or of its short form EPSG:4547; raises ValueError."""
    found = _BY_URI.get(text.replace("https://", "http://", 1))
    short = _SHORT.fullmatch(text)
    if found is None and short:
        found = next((system for system in SYSTEMS if system.number == short[1]), None)
    if found is None:
        raise ValueError(f"is not one of {', '.join(_BY_URI)}")
    return found


def box(numbers: Sequence[float], system: System) -> shapely.Geometry:
    """Return the box of (x, y, x, y) in the order of a system's axes as EPSG:4490, cut to where data may lie; empty where nothing is left.

    One that is not of a plane and whose west is greater than its east crosses the antimeridian. Raises ValueError.
    """
    first, second, third, fourth = numbers
    west, south, east, north = (second, first, fourth, third) if system.flipped else (first, second, third, fourth)
    if south > north:
        raise ValueError("has its lower corner above its upper one")
    if system.planar:
        return _plane(west, south, east, north, system)
    for x, y in ((west, south), (east, north)):
        if not (abs(x) <= 180 and abs(y) <= 90):
            first_axis = "latitude" if system.flipped else "longitude"
            raise ValueError(f"lies beyond ±180 / ±90 degrees; {first_axis} comes first in {system.number}")
    if west <= east:
        return _cut(west, south, east, north, *crs.REGION)
    return shapely.union_all([_cut(left, south, right, north, *crs.REGION) for left, right in ((west, 180.0), (-180.0, east))])


def _plane(west: float, south: float, east: float, north: float, system: System) -> shapely.Geometry:
    if west > east:
        raise ValueError("has its west beyond its east")
    edges = shapely.segmentize(shapely.box(*crs.region(system.datum)), 0.5)
    bounds = shapely.bounds(shapely.transform(edges, lambda xy: crs.from_storage(xy, system.datum)))
    there = _cut(west, south, east, north, *bounds)
    if shapely.is_empty(there):
        return there
    longest = max(np.ptp(shapely.bounds(there)[[0, 2]]), np.ptp(shapely.bounds(there)[[1, 3]]), 1.0)
    return shapely.transform(shapely.segmentize(there, longest / _CORNERS), lambda xy: crs.to_storage(xy, system.datum))


def _cut(west: float, south: float, east: float, north: float, left: float, low: float, right: float, high: float) -> shapely.Geometry:
    west, south, east, north = max(west, left), max(south, low), min(east, right), min(north, high)
    if west > east or south > north:
        return shapely.Polygon()
    if west == east and south == north:
        return shapely.Point(west, south)
    return shapely.LineString([(west, south), (east, north)]) if west == east or south == north else shapely.box(west, south, east, north)
