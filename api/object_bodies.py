"""Bodies that say which managed objects are meant: an area or a unit, and filters."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from gridgeo.objects.filters import Filter
from gridgeo.objects.model import STANDING, Status

from . import areas, bodies, objects
from .problems import Fault, InvalidRequest

#: Objects that are listed beside their counts, and the most of them.
LISTED, MOST = 100, 1000

_FILTERS = {
    "categories": {"type": "array", "items": {"type": "integer"}, "description": "Only of these categories."},
    "statuses": {
        "type": "array",
        "items": {"type": "string", "enum": list(Status)},
        "description": f"Only of these statuses; {', '.join(STANDING)} when absent.",
    },
}
_AREAS = {
    "polygon": {"type": "object", "description": "GeoJSON Polygon or MultiPolygon, longitude and latitude."},
    "circle": {
        "type": "object",
        "properties": {name: {"type": "number"} for name in ("lon", "lat", "metres")},
        "description": f"At most {areas.MOST_M:,} metres; drawn with 256 corners.",
    },
}
_EXAMPLE = {"circle": {"lon": 113.883, "lat": 22.555, "metres": 500}}


def described(description: str, **properties: Any) -> dict[str, Any]:
    """Return what the OpenAPI document says of a body that names an area."""
    schema = {"type": "object", "properties": {**_AREAS, **_FILTERS, **properties}}
    return {"description": description, "required": True, "content": {"application/json": {"schema": schema, "example": _EXAMPLE}}}


async def read(request: Request, ways: tuple[str, ...], more: tuple[str, ...] = (), only: Filter | None = None) -> SimpleNamespace:
    """Return what a body asks for, and `only` of the query: the area of one of some ways, filters, and more.

    Raises InvalidRequest, InvalidGeometry, BodyTooLarge, TooSlow, UnsupportedMediaType.
    """
    received = await bodies.received(request, "vertices")
    given = bodies.members(received, request.headers.get("content-type", ""), (), (*ways, *_FILTERS, *more))
    named = [way for way in ways if way in given]
    if len(named) != 1:
        rule = f"names {len(named)} areas: give one of {', '.join(ways)}"
        raise InvalidRequest([Fault("", "invalid-body", rule, in_body=True)])
    limit = given.get("limit", LISTED)
    faults = [
        *_wrong(
            "categories", given, lambda each: type(each) is int and 0 < each < 2**31, "is no list of at most 200 numbers of categories"
        ),
        *_wrong("statuses", given, lambda each: each in list(Status), f"is no list of {', '.join(Status)}"),
    ]
    if type(limit) is not int or not 0 <= limit <= MOST:
        faults.append(Fault("/limit", "invalid-member", f"is no whole number from 0 to {MOST}", in_body=True))
    if faults:
        raise InvalidRequest(faults)
    unit = given.get("unit")
    if "unit" in given:
        unit = _unit(unit)
    area = await run_in_threadpool(areas.drawn, given)
    statuses = objects.meant_statuses(given.get("statuses", STANDING), only, "statuses" in given)
    return SimpleNamespace(area=area, unit=unit, categories=given.get("categories"), statuses=statuses, limit=limit, only=only)


def _wrong(name: str, given: dict[str, Any], sound, rule: str) -> list[Fault]:
    if name not in given:
        return []
    listed = given[name]
    if isinstance(listed, list) and 0 < len(listed) <= 200 and all(sound(each) for each in listed):
        return []
    return [Fault(f"/{name}", "invalid-member", rule, in_body=True)]


def _unit(given: object) -> str:
    if isinstance(given, str):
        try:
            return objects.UNIT.read(given)
        except ValueError:
            pass
    raise InvalidRequest([Fault("/unit", "invalid-member", "is no code of a grid unit", in_body=True)])
