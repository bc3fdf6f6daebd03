"""Where the features of a batch are: their geometries moved to the coordinates of the file, and as text.

Points are most of what a city has, so they are taken by the whole column; everything else goes through GEOS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import shapely

from ...geo import crs
from .batches import Values, cut, of_bytes
from .columns import Kind

#: A point as WKB.
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


def drawn(geometry: Values, datum: crs.Datum) -> Values:
    """Return geometries (WKB, EPSG:4490) in another datum."""
    if datum.epsg in (crs.CGCS2000.epsg, crs.WGS84.epsg):
        return geometry
    known = points(geometry)
    if known is not None:
        return _of_points(crs.from_storage(known, datum))
    moved = crs.transform(shapes(geometry), crs.CGCS2000, datum)
    return of_bytes(shapely.to_wkb(moved, byte_order=1).tolist())


def points(geometry: Values) -> np.ndarray | None:
    """Return the coordinates (n, 2) where every geometry is a point, else None."""
    wkb, where = _points(geometry)
    return np.column_stack([wkb["x"], wkb["y"]]) if len(wkb) and where.all() else None


def shapes(geometry: Values) -> np.ndarray:
    """Return the geometries; None where there is none."""
    return shapely.from_wkb(np.array([*geometry.plain(), None], dtype=object)[:-1])


def told(geometry: Values, point: str, other: Callable[[np.ndarray], Iterable[str]], none: bytes) -> list[bytes]:
    """Return geometries as text: numbers are written so that they read back as the very same.

    Parameters
    ----------
    point
        A point, %s for x and for y.
    other
        Tells all else.
    none
        Where there is no geometry.
    """
    wkb, simple = _points(geometry)
    found = np.full(len(geometry), none, dtype=object)
    found[simple] = [(point % pair).encode() for pair in zip(map(repr, wkb["x"].tolist()), map(repr, wkb["y"].tolist()), strict=True)]
    rest = geometry.known & ~simple
    if rest.any():
        found[rest] = [text.encode() for text in other(shapes(geometry)[rest])]
    return found.tolist()


def geojson(geometry: Values) -> list[bytes]:
    """Return geometries as GeoJSON has them, outer rings counterclockwise (RFC 7946, 3.1.6)."""
    return told(geometry, '{"type":"Point","coordinates":[%s,%s]}', _geojson, b"null")


def wkt(geometry: Values) -> list[bytes]:
    """Return geometries as well-known text, nothing where there is none."""
    return told(geometry, "POINT (%s %s)", _wkt, b"")


def pairs(geometry: Values) -> list[bytes]:
    """Return points as two numbers with a comma between, two times nothing where there is none."""
    return told(geometry, "%s,%s", lambda shapes: [","] * len(shapes), b",")


def _points(geometry: Values) -> tuple[np.ndarray, np.ndarray]:
    """Points that are somewhere as their WKB, and which rows are such."""
    rows = np.flatnonzero(np.diff(geometry.offsets) == _POINT.itemsize)
    wkb = cut(geometry.data, geometry.offsets[rows], _POINT.itemsize).view(_POINT).ravel()
    sound = (wkb["kind"] == 1) & np.isfinite(wkb["x"]) & np.isfinite(wkb["y"])
    where = np.zeros(len(geometry), bool)
    where[rows[sound]] = True
    return wkb[sound], where


def _of_points(xy: np.ndarray) -> Values:
    made = np.zeros(len(xy), _POINT)
    made["order"], made["kind"], made["x"], made["y"] = 1, 1, xy[:, 0], xy[:, 1]
    offsets = np.arange(len(xy) + 1, dtype=np.int32) * _POINT.itemsize
    return Values(Kind.BYTES, np.ones(len(xy), bool), made.view(np.uint8), offsets)


def _geojson(shapes: np.ndarray) -> list[str]:
    return shapely.to_geojson(shapely.orient_polygons(shapes)).tolist()


def _wkt(shapes: np.ndarray) -> list[str]:
    return shapely.to_wkt(shapes, rounding_precision=-1).tolist()
