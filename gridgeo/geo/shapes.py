"""Areas as plain numbers: what crosses a border before anything is trusted enough to be a geometry.

Four arrays, as in GeoArrow: coordinates, and the offsets of rings, polygons and features into them. No parser of
shapely or PostGIS has seen them, so nothing nested, endless or not finite can reach one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

#: one feature: its polygons, each a list of rings, each an (n, 2) array; empty where there is no geometry
Rings = list[list[np.ndarray]]

#: the lines of one feature, each an (n, 2) array
Lines = list[np.ndarray]

#: the geometry types that are areas
AREAS = ("Polygon", "MultiPolygon")
#: those that are none, and may be named: whatever else is given for a type is not repeated
_OTHERS = ("Point", "MultiPoint", "LineString", "MultiLineString", "GeometryCollection")


class Malformed(ValueError):
    """A geometry that is not built as an area is.

    Carries the issue `code` and the reason; of a point, its `point` (x, y); of a line or several, their vertices in `lines`;
    and of both the system they declare, as ``EPSG:4490``, in `srid`.
    """

    def __init__(
        self, code: str, reason: str, point: tuple[float, float] | None = None, lines: Lines | None = None, srid: str = ""
    ) -> None:
        super().__init__(reason)
        self.code, self.point, self.lines, self.srid = code, point, lines, srid


@dataclass(frozen=True)
class Shapes:
    """Polygons of n features: `coords` (m, 2) as x, y, and three arrays of offsets.

    Feature i has the polygons ``features[i]:features[i + 1]``, and so on down.
    """

    coords: np.ndarray
    rings: np.ndarray
    polygons: np.ndarray
    features: np.ndarray

    @classmethod
    def of(cls, features: Sequence[Rings]) -> Shapes:
        """Return the arrays of a list of features."""
        polygons = list(chain.from_iterable(features))
        rings = list(chain.from_iterable(polygons))
        coords = np.concatenate(rings) if rings else np.empty((0, 2))
        return cls(coords.astype(float, copy=False), _offsets(rings), _offsets(polygons), _offsets(features))

    def __len__(self) -> int:
        return len(self.features) - 1

    @property
    def feature_of_ring(self) -> np.ndarray:
        """The feature each ring belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.polygons[self.features]))

    @property
    def feature_of_vertex(self) -> np.ndarray:
        """The feature each vertex belongs to."""
        return np.repeat(self.feature_of_ring, np.diff(self.rings))

    def only(self, keep: np.ndarray) -> Shapes:
        """Return the shapes with the polygons of the features not in the mask `keep` taken out; the features stay, empty."""
        of_ring = self.feature_of_ring
        polygon_counts = np.diff(self.features)
        of_polygon = np.repeat(np.arange(len(self)), polygon_counts)
        return Shapes(
            self.coords[keep[self.feature_of_vertex]],
            _cumulate(np.diff(self.rings)[keep[of_ring]]),
            _cumulate(np.diff(self.polygons)[keep[of_polygon]]),
            _cumulate(np.where(keep, polygon_counts, 0)),
        )

    def consistent(self) -> bool:
        """Whether the four arrays fit each other: to be asked of arrays that came from elsewhere."""
        levels = [(self.features, len(self.polygons) - 1), (self.polygons, len(self.rings) - 1), (self.rings, len(self.coords))]
        ordered = all(len(offsets) and offsets[0] == 0 and offsets[-1] == end and (np.diff(offsets) >= 0).all() for offsets, end in levels)
        return ordered and self.coords.ndim == 2 and self.coords.shape[1] == 2


def from_geojson(geometry: object, heights: bool = False) -> tuple[Rings, bool]:
    """Return the rings of a decoded GeoJSON geometry, and whether heights were dropped; null has no rings.

    The depth is fixed and every number is looked at: strings, booleans and nulls are no coordinates.

    Raises
    ------
    Malformed
        `wrong-type` for what is no Polygon or MultiPolygon, `malformed-geometry` for what is not built as one.
    """
    if geometry is None:
        return [], False
    if not isinstance(geometry, dict):
        raise Malformed("malformed-geometry", "a geometry is an object with type and coordinates")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in AREAS:
        rule = f"{kind if kind in _OTHERS else 'its type'} is not an area: Polygon or MultiPolygon is wanted"
        raise Malformed("wrong-type", rule, _point(coordinates) if kind == "Point" else None, _lines(kind, coordinates))
    polygons = _list([coordinates] if kind == "Polygon" else coordinates, "a MultiPolygon is a list of polygons")
    nested = [[_ring(ring) for ring in _list(polygon, "a polygon is a list of rings")] for polygon in polygons]
    if any(not polygon for polygon in nested):
        raise Malformed("malformed-geometry", "a polygon has no ring")
    return _flat(nested, heights)


def _point(coordinates: object) -> tuple[float, float] | None:
    if not (isinstance(coordinates, list) and len(coordinates) in (2, 3)):
        return None
    sound = all(isinstance(number, int | float) and not isinstance(number, bool) for number in coordinates)
    return (float(coordinates[0]), float(coordinates[1])) if sound else None


def _lines(kind: object, coordinates: object) -> Lines | None:
    if kind not in ("LineString", "MultiLineString"):
        return None
    lines = [coordinates] if kind == "LineString" else coordinates
    try:
        return [_ring(line)[:, :2] for line in _list(lines, "a MultiLineString is a list of lines")]
    except Malformed:
        return None


def _flat(nested: Rings, heights: bool) -> tuple[Rings, bool]:
    widths = {ring.shape[1] for polygon in nested for ring in polygon if len(ring)}
    if len(widths) > 1:
        raise Malformed("malformed-geometry", "some positions have heights, others have none")
    if widths == {3} and not heights:
        raise Malformed("malformed-geometry", "a position has 3 numbers: 2 are wanted")
    if widths == {3}:
        return [[ring[:, :2] for ring in polygon] for polygon in nested], True
    return nested, False


def _list(value: object, rule: str) -> list:
    if not isinstance(value, list):
        raise Malformed("malformed-geometry", rule)
    return value


def _ring(positions: object) -> np.ndarray:
    if not all(type(position) is list for position in _list(positions, "a ring is a list of positions")):
        raise Malformed("malformed-geometry", "a position is a list of numbers")
    lengths = set(map(len, positions))
    if lengths - {2, 3}:
        raise Malformed("malformed-geometry", f"a position has {min(lengths - {2, 3})} numbers: 2 are wanted")
    if len(lengths) > 1:
        raise Malformed("malformed-geometry", "some positions have heights, others have none")
    if set(map(type, chain.from_iterable(positions))) - {int, float}:
        raise Malformed("malformed-geometry", "a coordinate is not a number")
    try:
        return np.array(positions, dtype=float).reshape(len(positions), max(lengths, default=2))
    except OverflowError:
        raise Malformed("not-finite", "a coordinate is too large for a number") from None


def _offsets(parts: Sequence) -> np.ndarray:
    return _cumulate(np.fromiter(map(len, parts), dtype=np.int64, count=len(parts)))


def _cumulate(counts: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
