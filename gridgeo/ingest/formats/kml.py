"""KML: placemarks, their extended data and one geometry each; WGS 84, longitude first. Source: OGC 12-007r2.

Entities are never expanded: a file that declares any is refused before it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from ...geo.shapes import Lines, Malformed, Rings, Shapes
from ...issues import Issue
from ..model import Table
from .refused import MOST_ROWS, Refused, columns, heights_dropped, note

_DECLARES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def read(name: str, path: Path) -> list[Table]:
    """Return the one table of a file. Raises Refused."""
    if _DECLARES.search(path.read_bytes()):
        raise Refused("is KML that declares entities or a document type: no map program writes that")
    rows: list[dict[str, str | None]] = []
    read: list[Rings] = []
    points: dict[int, tuple[float, float]] = {}
    lines: dict[int, Lines] = {}
    faults: list[Issue] = []
    flattened = 0
    described: dict[str, None] = {}
    for row, mark in enumerate(_placemarks(path, described), 1):
        rows.append(_cells(mark))
        rings: Rings = []
        try:
            rings, high = _areas(mark)
            flattened += high
        except Malformed as fault:
            faults.append(note(fault.code, str(fault), row=row, field="geometry"))
            if fault.point is not None:
                points[row] = fault.point
            if fault.lines:
                lines[row] = fault.lines
        read.append(rings)
    if not rows:
        raise Refused("is KML without a placemark")
    names = columns(list(described | dict.fromkeys(name for row in rows for name in row)))
    cells = {name: [row.get(name) for row in rows] for name in names}
    return [Table(name, cells, Shapes.of(read), "EPSG:4326", (*faults, *heights_dropped(flattened)), points, lines)]


def _placemarks(path: Path, described: dict[str, None]) -> Iterator[Element]:
    """Yield the placemarks; the fields their schema names are put into `described`."""
    found = 0
    try:
        for _, element in ElementTree.iterparse(path):
            if _tag(element) == "SimpleField":
                described[element.get("name", "")] = None
            if _tag(element) == "Placemark":
                found += 1
                if found > MOST_ROWS:
                    raise Refused(f"has more than {MOST_ROWS:,} placemarks")
                yield element
                element.clear()
    except ElementTree.ParseError as error:
        raise Refused(f"is damaged or no KML: {error}") from None


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _cells(mark: Element) -> dict[str, str | None]:
    """The extended data of a placemark, and its name and description where these have none of that name."""
    cells = {_tag(part): _text(part) for part in mark if _tag(part) in ("name", "description")}
    for part in mark.iter():
        if _tag(part) == "SimpleData":
            cells[part.get("name", "")] = _text(part)
        elif _tag(part) == "Data":
            cells[part.get("name", "")] = next((_text(value) for value in part if _tag(value) == "value"), None)
    return cells


def _text(element: Element) -> str | None:
    return (element.text or "").strip() or None


def _areas(mark: Element) -> tuple[Rings, bool]:
    """The polygons of a placemark and whether heights were dropped. Raises Malformed with what it is where it is no area."""
    drawn = [part for part in mark.iter() if _tag(part) in ("Point", "LineString", "Polygon")]
    kinds = {_tag(part) for part in drawn}
    if len(kinds) > 1 or (kinds == {"Point"} and len(drawn) > 1):
        raise Malformed("wrong-type", "a placemark of several kinds of geometry, or of several points")
    if kinds == {"Point"}:
        (place,) = _positions(drawn[0])[0][:1]
        raise Malformed("wrong-type", "Point is not an area: Polygon is wanted", (float(place[0]), float(place[1])))
    if kinds == {"LineString"}:
        raise Malformed("wrong-type", "LineString is not an area: Polygon is wanted", None, [_positions(part)[0][:, :2] for part in drawn])
    polygons = [_positions(part) for part in drawn]
    high = any(ring.shape[1] == 3 and ring[:, 2].any() for rings in polygons for ring in rings)
    return [[ring[:, :2] for ring in rings] for rings in polygons], high


def _positions(drawn: Element) -> list[np.ndarray]:
    """The positions of each list of coordinates in an element, in its order: of a polygon its outer ring first."""
    lists = [(part.text or "").split() for part in drawn.iter() if _tag(part) == "coordinates"]
    try:
        found = [np.array([position.split(",") for position in positions], float) for positions in lists]
    except ValueError:
        raise Malformed("malformed-geometry", "a coordinate is not a number") from None
    if not found or any(part.ndim != 2 or part.shape[1] not in (2, 3) for part in found):
        raise Malformed("malformed-geometry", "coordinates are not written as lon,lat or lon,lat,height")
    return found
