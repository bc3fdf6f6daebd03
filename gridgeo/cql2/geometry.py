"""Geometries of a filter: whether they are built as one, and where they lie. No user's text reaches a geometry parser."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import shapely

from .model import Geometry
from .words import BBOX, COLLECTION, GEOMETRIES

_STORAGE = 4490


def built(kind: str, coordinates: tuple) -> Geometry:
    """Return a geometry of nested positions; raises ValueError for lines and rings that are none."""
    _, depth = GEOMETRIES[kind]
    areas = "POLYGON" in kind
    for part in _parts(coordinates, depth - 1) if "POINT" not in kind else ():
        if len(part) < (4 if areas else 2):
            raise ValueError("a ring has four positions at least" if areas else "a line has two positions at least")
        if areas and part[0] != part[-1]:
            raise ValueError("a ring ends where it begins")
    return Geometry(kind, coordinates)


def box(numbers: tuple[float, ...]) -> Geometry:
    """Return a BBOX of west, south, east, north; with six numbers the heights (the third and the sixth) are left out."""
    if len(numbers) not in (4, 6):
        raise ValueError(f"a BBOX has 4 or 6 numbers, not {len(numbers)}")
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    if south > north:
        raise ValueError("the south of a BBOX lies north of its north; west and south come first")
    return Geometry(BBOX, (west, south, east, north))


def position(numbers: tuple[float, ...]) -> tuple[float, float]:
    """Return x and y of a position, without its height; raises ValueError."""
    if len(numbers) not in (2, 3):
        raise ValueError(f"a position has 2 numbers, or 3 with its height, not {len(numbers)}")
    return numbers[0], numbers[1]


def stored(of: Geometry, to_storage: Callable[[np.ndarray], np.ndarray] | None = None) -> str:
    """Return a geometry as PostGIS takes it (EWKB, hexadecimal, EPSG:4490); raises ValueError for what is none there.

    `to_storage` carries points (n, 2), x first, to EPSG:4490 lon/lat degrees, in which they are taken to be without it.
    """
    made = _shaped(of)
    if to_storage is not None:
        made = shapely.transform(made, to_storage)
    lonlat = shapely.get_coordinates(made)
    if not (np.isfinite(lonlat).all() and (np.abs(lonlat) <= (180, 90)).all()):
        raise ValueError(f"a {of.kind} of the filter lies beyond ±180 / ±90 degrees; x (longitude, easting) comes first")
    if not shapely.is_valid(made):
        raise ValueError(f"a {of.kind} of the filter is no valid geometry: {shapely.is_valid_reason(made)}")
    return shapely.to_wkb(shapely.set_srid(made, _STORAGE), hex=True, include_srid=True)


def _shaped(of: Geometry) -> shapely.Geometry:
    if of.kind == BBOX:
        return _boxed(*of.coordinates)
    if of.kind == COLLECTION:
        return shapely.GeometryCollection([_shaped(each) for each in of.coordinates])
    return shapely.geometry.shape({"type": GEOMETRIES[of.kind][0], "coordinates": of.coordinates})


def _boxed(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """A box; of one beyond 180 degrees both parts; of one without width or height the line or point it is."""
    if west > east:
        if not -180 <= east <= west <= 180:
            raise ValueError("the west of a BBOX of the filter lies east of its east; only in degrees may it cross the antimeridian")
        return shapely.union_all([_boxed(west, south, 180, north), _boxed(-180, south, east, north)])
    if west < east and south < north:
        return shapely.box(west, south, east, north)
    corners = (west, south), (east, north)
    return shapely.Point(corners[0]) if corners[0] == corners[1] else shapely.LineString(corners)


def _parts(coordinates: tuple, depth: int) -> list[tuple]:
    """The lines and rings of nested positions."""
    return [coordinates] if depth == 0 else [part for each in coordinates for part in _parts(each, depth - 1)]


def finite(value: object) -> float:
    """Return a coordinate; raises ValueError for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e9:
        raise ValueError("expected a coordinate: a number")
    return float(value)
