"""Well-known binary of areas, as GDAL hands it over. Two levels deep, never more."""

from __future__ import annotations

import struct

import numpy as np

from ...geo.shapes import Lines, Malformed, Rings

_NAMES = {
    1: "Point",
    2: "LineString",
    4: "MultiPoint",
    5: "MultiLineString",
    7: "GeometryCollection",
    10: "CurvePolygon",
    12: "MultiSurface",
}


def parse(data: bytes) -> tuple[Rings, bool]:
    """Return the rings of a Polygon or MultiPolygon, and whether heights were dropped.

    Raises
    ------
    Malformed
        `wrong-type`, or `malformed-geometry` for measures (M) and for bytes that end too soon.
    """
    try:
        kind, width, at = _head(data, 0)
        if kind == 3:
            return [_polygon(data, at, width)[0]], width == 3
        if kind != 6:
            rule = f"{_NAMES.get(kind, f'geometry of type {kind}')} is not an area: Polygon or MultiPolygon is wanted"
            raise Malformed("wrong-type", rule, struct.unpack_from("<2d", data, at) if kind == 1 else None, _lines(data, kind, at, width))
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
        polygons = []
        for _ in range(count):
            kind, inner, at = _head(data, at)
            if kind != 3 or inner != width:
                raise Malformed("malformed-geometry", "a MultiPolygon holds something else than polygons")
            polygon, at = _polygon(data, at, width)
            polygons.append(polygon)
        return polygons, width == 3
    except (struct.error, ValueError) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("malformed-geometry", "the geometry's bytes end too soon") from None


def _lines(data: bytes, kind: int, at: int, width: int) -> Lines | None:
    """The lines of a LineString or a MultiLineString."""
    if kind not in (2, 5):
        return None
    lines, count = [], 1
    if kind == 5:
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    for _ in range(count):
        if kind == 5:
            part, inner, at = _head(data, at)
            if part != 2 or inner != width:
                raise Malformed("malformed-geometry", "a MultiLineString holds something else than lines")
        (points,) = struct.unpack_from("<I", data, at)
        line = np.frombuffer(data, "<f8", points * width, at + 4).reshape(-1, width)
        lines.append(line[:, :2])
        at += 4 + line.nbytes
    return lines


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    order, kind = struct.unpack_from("<BI", data, at)
    if order != 1:
        raise Malformed("malformed-geometry", "the geometry's bytes are in a foreign order")
    high, measured = bool(kind & 0x80000000), bool(kind & 0x40000000)
    thousand, kind = divmod(kind & 0x0FFFFFFF, 1000)
    if measured or thousand in (2, 3):
        raise Malformed("malformed-geometry", "measures (M) are no part of an area: export without them")
    return kind, 3 if high or thousand == 1 else 2, at + 5


def _polygon(data: bytes, at: int, width: int) -> tuple[list[np.ndarray], int]:
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    rings = []
    for _ in range(count):
        (points,) = struct.unpack_from("<I", data, at)
        ring = np.frombuffer(data, "<f8", points * width, at + 4).reshape(-1, width)
        rings.append(ring[:, :2])
        at += 4 + ring.nbytes
    return rings, at
