"""Features that callers write: a body of GeoJSON read into what is kept of a managed object.

Geometry goes through the gate; all else is judged where it is kept. Source: RFC 7946; RFC 7396 (merge patch).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import orjson
import shapely
from starlette.requests import Request

from gridgeo.errors import InvalidGeometry, Unfit
from gridgeo.features import systems
from gridgeo.features.collections import COLLECTIONS
from gridgeo.features.systems import System
from gridgeo.geo import gate
from gridgeo.linkage.rules import names_somebody
from gridgeo.objects.model import ManagedObject

from . import bodies, conditional
from .problems import Fault, InvalidRequest, UnsupportedMediaType

MERGE_PATCH = "application/merge-patch+json"

_MOST_VERTICES = 10_000
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MEMBERS = ("type", "id", "geometry", "properties", "links", "bbox")
_GEOMETRY, _PROPERTIES = "/geometry", "/properties"


def _code(given: Any) -> str:
    if not (isinstance(given, str) and 0 < len(given) <= 64 and given.isascii() and given.isprintable()):
        raise ValueError("is no code of 1 to 64 letters and digits")
    return given


def _text(most: int) -> Callable[[Any], str]:
    def read(given: Any) -> str:
        if not (isinstance(given, str) and 0 < len(given) <= most and given.isprintable()):
            raise ValueError(f"is no text of 1 to {most} characters that can be seen")
        return _nobodys(given)

    return read


def _whole(lowest: int, highest: int) -> Callable[[Any], int]:
    def read(given: Any) -> int:
        if type(given) is not int or not lowest <= given <= highest:
            raise ValueError(f"is no whole number from {lowest} to {highest}")
        return given

    return read


def _day(given: Any) -> date:
    try:
        if isinstance(given, str) and _DATE.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise ValueError("is no day such as 2026-01-31")


def _attributes(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ValueError("is no object of attributes")
    for value in given.values():
        _nobodys(str(value))
    return given


def _nobodys(text: str) -> str:
    """A text, unless it holds somebody's number: it would be kept and told in the clear."""
    if names_somebody(text):
        raise ValueError("holds what looks like somebody's number, and is kept in the clear: take it out")
    return text


#: What may be given, and how it is read; null is nothing.
_READ: dict[str, Callable[[Any], Any]] = {
    "element_code": _code,
    "category_id": _whole(1, 2**31 - 1),
    "status": _text(30),
    "name": _text(200),
    "floor": _whole(-20, 200),
    "place": _text(25),
    "inspected_on": _day,
    "since": _day,
    "attributes": _attributes,
}
_NEEDED = ("category_id", "status")
#: What is told of an object and not given: it follows from the rest.
_TOLD = tuple(name for name in COLLECTIONS["objects"].by_name if name not in _READ)


def reason(given: str) -> str:
    """Return why something is done; raises ValueError."""
    return _text(200)(given.strip())


async def received(request: Request, *media_types: str) -> tuple[dict[str, Any], System]:
    """Return the feature of a body, and the system its coordinates are in (Content-Crs); raises InvalidRequest, UnsupportedMediaType."""
    body = await bodies.received(request, "vertices")
    kind, charset = bodies.media_type(request.headers.get("content-type", ""))
    if kind not in media_types or charset not in ("", "utf-8"):
        raise UnsupportedMediaType(f"this resource reads {', '.join(media_types)} in utf-8")
    try:
        system = systems.named(request.headers.get("content-crs", systems.CRS84.uri).strip().strip("<>"))
    except ValueError as error:
        raise InvalidRequest([Fault("Content-Crs", "invalid-parameter", str(error))]) from None
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _refused("", f"is no JSON: {error.msg} at character {error.pos}") from None
    if not isinstance(given, dict) or bodies.names_twice(body) or b"\\u0000" in body:
        raise _refused("", "is no JSON object that names its members once and holds no NUL")
    return given, system


def added(given: Mapping[str, Any], system: System) -> dict[str, Any]:
    """Return the row of a new object; raises InvalidRequest with all that is wrong."""
    return _row(given, system, None, (*_NEEDED, "element_code"))


def replaced(given: Mapping[str, Any], system: System, known: ManagedObject, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row that makes an object what a feature says, and nothing else; `told` is the feature as it is told now."""
    row = _row(given, system, told, _NEEDED)
    row = {**dict.fromkeys(("name", "floor", "place", "inspected_on", "attributes")), **row}
    return _since(row, known)


def changed(given: Mapping[str, Any], system: System, known: ManagedObject, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of what a merge patch changes of an object."""
    patch = dict(given)
    if isinstance(properties := patch.get("properties"), dict) and isinstance(attributes := properties.get("attributes"), dict):
        merged = {name: value for name, value in {**known.attributes, **attributes}.items() if value is not None}
        patch["properties"] = {**properties, "attributes": merged}
    return _since(_row({"type": "Feature", **patch}, system, told, ()), known)


def unfit(error: Unfit) -> list[Fault]:
    """Return what is wrong with a feature, each at its place."""
    return [Fault(_place(each.field), each.code, each.message, True) for each in error.issues]


def _place(field: str) -> str:
    if field in ("point", "shape"):
        return _GEOMETRY
    return f"{_PROPERTIES}/{field}" if field in _READ else f"{_PROPERTIES}/attributes/{field}"


def _row(given: Mapping[str, Any], system: System, told: Mapping[str, Any] | None, needed: tuple[str, ...]) -> dict[str, Any]:
    row, faults = {}, list(_odd(given, told))
    properties = given.get("properties", {})
    if not isinstance(properties, dict):
        raise _refused(_PROPERTIES, "is no object")
    for name, value in properties.items():
        try:
            if name in _READ:
                row[name] = None if value is None else _READ[name](value)
            elif name not in _TOLD or told is None or value != told["properties"].get(name):
                raise ValueError("follows from the rest: leave it out, or as it is" if name in _TOLD else "is no property of an object")
        except ValueError as error:
            faults.append(Fault(f"{_PROPERTIES}/{name}" if name in (*_READ, *_TOLD) else _PROPERTIES, "invalid-member", str(error), True))
    code = row.pop("element_code", None) if told is not None else None
    if code is not None and code != told["properties"]["element_code"]:
        faults.append(Fault(f"{_PROPERTIES}/element_code", "invalid-member", "stays what it is", True))
    faults += [Fault(f"{_PROPERTIES}/{name}", "missing-member", "is missing", True) for name in needed if row.get(name) is None]
    try:
        row |= _shape(given["geometry"], system) if "geometry" in given or needed else {}
    except (KeyError, ValueError, InvalidGeometry) as error:
        rule = "is missing" if isinstance(error, KeyError) else error.rule if isinstance(error, InvalidGeometry) else str(error)
        faults.append(Fault(_GEOMETRY, "invalid-geometry", rule, True))
    if faults:
        raise InvalidRequest(faults)
    return row


def _odd(given: Mapping[str, Any], told: Mapping[str, Any] | None) -> Iterator[Fault]:
    if given.get("type") != "Feature":
        yield Fault("/type", "invalid-member", "is not Feature", True)
    if given.keys() - set(_MEMBERS):
        yield Fault("", "unknown-member", f"holds a member other than {', '.join(_MEMBERS)}", True)
    if told is not None and given.get("id", told["id"]) not in (told["id"], str(told["id"])):
        yield Fault("/id", "invalid-member", "is another than that of the address", True)


def _since(row: dict[str, Any], known: ManagedObject) -> dict[str, Any]:
    """A day that is given back as it was told is no word on since when something else is so."""
    return {name: value for name, value in row.items() if name != "since" or value not in (None, known.since)}


def _shape(geometry: Any, system: System) -> dict[str, Any]:
    """Longitude and latitude of a point, or a shape; raises ValueError, InvalidGeometry."""
    if not (isinstance(geometry, dict) and geometry.keys() <= {"type", "coordinates", "bbox"}):
        raise ValueError("is no geometry of type and coordinates")
    kind = geometry.get("type")
    if kind not in ("Point", "LineString", "Polygon", "MultiPolygon"):
        raise ValueError("is no Point, LineString, Polygon or MultiPolygon")
    pairs = list(_pairs(geometry.get("coordinates"), {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}[kind]))
    if not pairs or len(pairs) > _MOST_VERTICES:
        raise ValueError(f"has {len(pairs):,} vertices, and may have 1 to {_MOST_VERTICES:,}")
    with np.errstate(all="ignore"):
        lonlat, sound = gate.points(system.points(np.array(pairs, dtype=float)))
    if not sound.all():
        raise ValueError(f"lies beyond where data may lie, or has its axes in another order than {system.number}")
    if kind == "Point":
        return {"lon": float(lonlat[0, 0]), "lat": float(lonlat[0, 1]), "shape": None}
    if kind == "LineString":
        if len(pairs) < 2 or (np.ptp(lonlat, axis=0) == 0).all():
            raise ValueError("is a line without length")
        return {"lon": None, "lat": None, "shape": shapely.LineString(lonlat)}
    placed = iter(lonlat.tolist())
    return {"lon": None, "lat": None, "shape": gate.geojson({"type": kind, "coordinates": _again(geometry["coordinates"], placed)})}


def _pairs(coordinates: Any, depth: int) -> Iterator[list]:
    """The positions of coordinates that lie so deep; raises ValueError."""
    if depth == 0:
        if not (isinstance(coordinates, list) and len(coordinates) == 2 and all(type(each) in (int, float) for each in coordinates)):
            raise ValueError("has a position that is not two numbers")
        yield coordinates
        return
    if not isinstance(coordinates, list):
        raise ValueError("has coordinates that are no list")
    for each in coordinates:
        yield from _pairs(each, depth - 1)


def _again(coordinates: list, placed: Iterator[list]) -> list:
    """Coordinates of the same form, with other positions."""
    if coordinates and not isinstance(coordinates[0], list):
        return next(placed)
    return [_again(each, placed) for each in coordinates]


def _refused(place: str, rule: str) -> InvalidRequest:
    return InvalidRequest([Fault(place, "invalid-body", rule, True)])


#: Media types of a whole feature.
WHOLE = (conditional.GEOJSON, conditional.JSON)
