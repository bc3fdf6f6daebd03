"""The one geometry gate: every area from outside comes in here, or not at all.

Limits first, then form, then validity, then refusal: nothing is ever repaired. (Repairing one hostile ring of 3,001
vertices in the database has taken the whole server down; looking whether it is valid costs milliseconds.) A user's
text or bytes reach no parser of shapely or PostGIS: geometries are made from arrays of our own.

Two doors: :func:`polygons` for files, :func:`geojson` for one area in a request; :func:`points` for points.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import shapely

from .. import errors
from ..issues import Issue, Severity
from . import crs
from .shapes import Malformed, Shapes, from_geojson

_PLACE = re.compile(r"^(.*?)\s*\[(\S+) (\S+)\]$")

#: vertices judged in one go: what an interruption has to wait for
_BATCH = 500_000


@dataclass(frozen=True)
class Limits:
    """How large one feature may be."""

    ring_vertices: int
    feature_vertices: int
    rings: int


REQUEST = Limits(10_000, 10_000, 1_000)
FILE = Limits(200_000, 200_000, 20_000)


def polygons(
    shapes: Shapes,
    limits: Limits = FILE,
    convert: Callable[[np.ndarray], np.ndarray] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[np.ndarray, list[Issue]]:
    """Return the features as MultiPolygons in EPSG:4490 lon/lat, None where absent or refused, and why refused.

    Parameters
    ----------
    shapes
        Plain arrays in any datum, x (east, longitude) first.
    convert
        Carries (n, 2) coordinates into EPSG:4490 lon/lat; it is only given finite ones.
    progress
        Called with the features done and their total.

    Returns
    -------
    geometries, issues
        One issue for a refused feature, its first fault; `row` is the feature's place from 1. The codes:
        `too-many-vertices`, `too-many-rings`, `ring-too-short`, `not-finite`, `ring-open`, `outside-region`,
        `invalid-ring` (its geometry is the place).
    """
    issues: dict[int, Issue] = {}
    _refuse(issues, _oversized(shapes, limits))
    shapes = shapes.only(_left(shapes, issues))
    _refuse(issues, _misformed(shapes))
    shapes = shapes.only(_left(shapes, issues))
    if convert is not None:
        shapes = Shapes(convert(shapes.coords), shapes.rings, shapes.polygons, shapes.features)
    _refuse(issues, _misplaced(shapes))
    geometries = _build(shapes.only(_left(shapes, issues)))
    _refuse(issues, _unsound(geometries, progress))
    geometries[[row - 1 for row in issues]] = None
    return geometries, [issues[row] for row in sorted(issues)]


def geojson(geometry: object, limits: Limits = REQUEST) -> shapely.MultiPolygon:
    """Return the area of a decoded GeoJSON geometry, EPSG:4490 lon/lat, as a MultiPolygon.

    Raises
    ------
    InvalidGeometry
        For everything that is no valid, closed, two-dimensional Polygon or MultiPolygon within the region and the
        limits, and for a `crs` member: GeoJSON in a request is longitude, latitude (RFC 7946, 4).
    """
    if isinstance(geometry, dict) and "crs" in geometry:
        raise errors.InvalidGeometry("geometry", None, "coordinates of a request are longitude, latitude; leave crs out")
    _count_first(geometry, limits)
    try:
        rings, _ = from_geojson(geometry)
    except Malformed as fault:
        raise errors.InvalidGeometry("geometry", None, str(fault)) from None
    found, issues = polygons(Shapes.of([rings]), limits)
    if issues:
        raise errors.InvalidGeometry("geometry", issues[0].value or None, issues[0].message)
    if found[0] is None:
        raise errors.InvalidGeometry("geometry", None, "there is no area in it")
    return found[0]


def points(xy: np.ndarray, datum: crs.Datum = crs.CGCS2000) -> tuple[np.ndarray, np.ndarray]:
    """Return points (n, 2) of a datum as EPSG:4490 lon/lat, and a mask of those that are finite and in the region."""
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    sound = _tame(xy)
    lonlat = np.full(xy.shape, np.nan)
    lonlat[sound] = crs.to_storage(xy[sound], datum)
    return lonlat, sound & ~_outside(lonlat)


def _count_first(geometry: object, limits: Limits) -> None:
    """Refuse by the lengths of lists alone, before a coordinate is touched."""
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    level = [coordinates] if isinstance(coordinates, list) else []
    for _ in range(3):
        level = [part for whole in level for part in whole if isinstance(part, list)]
        if len(level) > limits.feature_vertices:
            raise errors.InvalidGeometry("geometry", None, f"more than {limits.feature_vertices:,} vertices: simplify it")


def _refuse(issues: dict[int, Issue], found: Iterable[Issue]) -> None:
    for issue in found:
        issues.setdefault(issue.row, issue)


def _left(shapes: Shapes, issues: dict[int, Issue]) -> np.ndarray:
    keep = np.ones(len(shapes), dtype=bool)
    keep[[row - 1 for row in issues]] = False
    return keep


def _issue(feature: int, code: str, message: str, value: str = "", geometry=None) -> Issue:
    return Issue(code, Severity.ERROR, message, row=int(feature) + 1, field="geometry", value=value, geometry=geometry)


def _oversized(shapes: Shapes, limits: Limits) -> Iterable[Issue]:
    of_ring, points_of_ring = shapes.feature_of_ring, np.diff(shapes.rings)
    rings = np.bincount(of_ring, minlength=len(shapes))
    vertices = np.bincount(of_ring, weights=points_of_ring, minlength=len(shapes)).astype(int)
    for feature in np.flatnonzero(rings > limits.rings):
        yield _issue(feature, "too-many-rings", f"{rings[feature]:,} rings, {limits.rings:,} is the most: split the unit")
    for feature in np.flatnonzero(vertices > limits.feature_vertices):
        yield _issue(feature, "too-many-vertices", f"{vertices[feature]:,} vertices, {limits.feature_vertices:,} is the most: simplify it")
    for ring in np.flatnonzero(points_of_ring > limits.ring_vertices):
        text = f"a ring of {points_of_ring[ring]:,} vertices, {limits.ring_vertices:,} is the most: simplify it"
        yield _issue(of_ring[ring], "too-many-vertices", text)


def _misformed(shapes: Shapes) -> Iterable[Issue]:
    of_ring, points_of_ring = shapes.feature_of_ring, np.diff(shapes.rings)
    for ring in np.flatnonzero(points_of_ring < 4):
        text = f"a ring of {points_of_ring[ring]} points: at least 4 are wanted, the last equal to the first"
        yield _issue(of_ring[ring], "ring-too-short", text)
    of_vertex = shapes.feature_of_vertex
    for vertex in _first_of_each(np.flatnonzero(~_tame(shapes.coords)), of_vertex):
        yield _issue(of_vertex[vertex], "not-finite", "a coordinate is not a finite number of sensible size", _text(shapes.coords[vertex]))
    filled = np.flatnonzero(points_of_ring)
    first, last = shapes.coords[shapes.rings[filled]], shapes.coords[shapes.rings[filled + 1] - 1]
    for at in np.flatnonzero((first != last).any(axis=1)):
        text = f"a ring does not end where it begins: it ends at {_text(last[at])}"
        yield _issue(of_ring[filled[at]], "ring-open", text, _text(first[at]))


def _misplaced(shapes: Shapes) -> Iterable[Issue]:
    of_vertex = shapes.feature_of_vertex
    west, south, east, north = crs.REGION
    for vertex in _first_of_each(np.flatnonzero(_outside(shapes.coords)), of_vertex):
        text = f"outside {west:g}–{east:g} °E, {south:g}–{north:g} °N: is the datum right, are the axes swapped?"
        yield _issue(of_vertex[vertex], "outside-region", text, _text(shapes.coords[vertex]))


def _build(shapes: Shapes) -> np.ndarray:
    """Make MultiPolygons, all at once, of arrays that passed; None where a feature has no polygon."""
    geometries = np.full(len(shapes), None, dtype=object)
    filled = np.diff(shapes.features) > 0
    if filled.any():
        offsets = (shapes.rings, shapes.polygons, np.append(shapes.features[:-1][filled], shapes.features[-1]))
        geometries[filled] = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, shapes.coords, offsets)
    return geometries


def _unsound(geometries: np.ndarray, progress: Callable[[int, int], None] | None) -> Iterable[Issue]:
    batch = np.cumsum(shapely.get_num_coordinates(geometries)) // _BATCH
    starts = np.flatnonzero(np.diff(batch, prepend=-1))
    for start, end in zip(starts, np.append(starts, len(geometries))[1:], strict=True):
        part = geometries[start:end]
        present = ~shapely.is_missing(part)
        for feature in np.flatnonzero(present & ~shapely.is_valid(part)):
            reason, place = _reason(part[feature])
            yield _issue(start + feature, "invalid-ring", reason, "" if place is None else _text(place.coords[0]), place)
        if progress is not None:
            progress(int(end), len(geometries))


def _reason(geometry) -> tuple[str, shapely.Point | None]:
    text = shapely.is_valid_reason(geometry)
    match = _PLACE.match(text)
    if not match:
        return text, None
    place = shapely.Point(float(match[2]), float(match[3]))
    return f"{match[1]} at {_text(place.coords[0])}: mend it where it was drawn", place


def _first_of_each(vertices: np.ndarray, of_vertex: np.ndarray) -> np.ndarray:
    return vertices[np.unique(of_vertex[vertices], return_index=True)[1]]


def _tame(xy: np.ndarray) -> np.ndarray:
    """Whether points are finite, and not so large (1e308) that a conversion would overflow; no plane on Earth reaches 1e9 m."""
    return (np.abs(xy) < 1e9).all(axis=1)


def _outside(lonlat: np.ndarray) -> np.ndarray:
    west, south, east, north = crs.REGION
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return ~((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _text(xy) -> str:
    return f"{float(xy[0]):.10g}, {float(xy[1]):.10g}"
