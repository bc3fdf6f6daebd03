"""Areas a caller names: a box in the query, a polygon or a circle in a body. All become geometries in EPSG:4490 lon/lat."""

from __future__ import annotations

from typing import Any

import shapely

from gridgeo.geo import crs, gate

from .parameters import Parameter, number, range_rule
from .problems import Fault, InvalidRequest

#: Metres of the largest circle, and the corners it has: its edge lies within 0.0075 % of its radius.
MOST_M = 50_000
_CORNERS = 256

_WEST, _SOUTH, _EAST, _NORTH = crs.REGION


def corners(text: str) -> tuple[float, float, float, float]:
    """Return the four numbers of a box, in the order given; heights are taken for what they are and left out. Raises ValueError."""
    texts = text.split(",", 6)
    if len(texts) not in (4, 6):
        raise ValueError("is not four numbers such as 113.8,22.5,113.9,22.6, or six with the lowest and highest height")
    numbers = [number(each) for each in texts]
    if len(numbers) == 6:
        lowest, highest = numbers.pop(2), numbers.pop(4)
        if lowest > highest:
            raise ValueError("has its lowest height above its highest")
    return tuple(numbers)


def bbox(text: str) -> shapely.Geometry:
    """Return the box of four or six numbers (west, south, [lowest,] east, north[, highest]); raises ValueError.

    A box whose west is greater than its east crosses the antimeridian. Where it leaves the region of the data it is cut off;
    nothing of it may be left. One without width or height is a line or a point. Source: OGC 17-069r4, 7.15.3.
    """
    west, south, east, north = corners(text)
    for x, y in ((west, south), (east, north)):
        if not (abs(x) <= 180 and abs(y) <= 90):
            raise ValueError(range_rule(x, y, crs.WGS84))
    if south > north:
        raise ValueError("has its south above its north")
    parts = ((west, east),) if west <= east else ((west, 180.0), (-180.0, east))
    return shapely.union_all([_cut(left, south, right, north) for left, right in parts])


def _cut(west: float, south: float, east: float, north: float) -> shapely.Geometry | None:
    west, south, east, north = max(west, _WEST), max(south, _SOUTH), min(east, _EAST), min(north, _NORTH)
    if west > east or south > north:
        return None
    if west == east and south == north:
        return shapely.Point(west, south)
    flat = west == east or south == north
    return shapely.LineString([(west, south), (east, north)]) if flat else shapely.box(west, south, east, north)


BBOX = Parameter(
    "bbox",
    "Only what lies in this box: west,south,east,north in degrees (CRS84), or six numbers with the lowest and highest height, "
    "which are not looked at. West greater than east crosses the antimeridian.",
    bbox,
    {"type": "string"},
)


def drawn(given: dict[str, Any]) -> shapely.MultiPolygon | None:
    """Return the area of a body's member `polygon` or `circle`, None where it has neither.

    Raises InvalidRequest for a circle that is none, InvalidGeometry for a polygon the geometry gate refuses.
    """
    if "polygon" in given:
        return gate.geojson(given["polygon"])
    return _circle(given["circle"]) if "circle" in given else None


def _circle(given: object) -> shapely.MultiPolygon:
    """The circle {"lon", "lat", "metres"} as a polygon of the plane EPSG:4547."""
    members = ("lon", "lat", "metres")
    if not (isinstance(given, dict) and given.keys() == set(members)):
        raise _fault("", "is not {lon, lat, metres}")
    for name in members:
        if type(given[name]) not in (int, float):
            raise _fault(f"/{name}", "is no number")
    if not 0 < given["metres"] <= MOST_M:
        raise _fault("/metres", f"is not above 0 and at most {MOST_M}")
    lonlat, sound = gate.points([[float(given["lon"]), float(given["lat"])]])
    if not sound[0]:
        raise _fault("/lon", "the centre lies beyond the region of the data: lon (longitude) comes first")
    centre = crs.to_metric([shapely.Point(lonlat[0])])[0]
    circle = crs.from_metric([shapely.buffer(centre, float(given["metres"]), quad_segs=_CORNERS // 4)])[0]
    return shapely.MultiPolygon([circle])


def _fault(member: str, rule: str) -> InvalidRequest:
    return InvalidRequest([Fault(f"/circle{member}", "invalid-circle", rule, in_body=True)])
