"""Buildings and houses by their codes: as they are, as they were on a day, and what happened to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
import shapely
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.addresses import rules, store
from gridgeo.addresses.model import Building, House, Name, NameKind, Place
from gridgeo.errors import InvalidCode, NotFound
from gridgeo.moments import CHINA

from .. import answers, conditional, depends, problems, rooted
from .. import schemas_addresses as told
from ..parameters import DATETIME, Parameter, Query, form, limit

router = APIRouter(tags=["addresses"])

BUILDING_CODE = Parameter(
    "code",
    "Code of a building: 19 characters.",
    str,
    {"type": "string", "pattern": "^[0-9]{14}[0-9A-Z]{5}$"},
    place="path",
)
HOUSE_CODE = Parameter(
    "code",
    "Code of a house: 25 characters.",
    str,
    {"type": "string", "pattern": "^[0-9]{14}[0-9A-Z]{5}[0-9]{6}$"},
    place="path",
)
_EITHER_CODE = Parameter("code", "Code of a building (19) or a house (25).", str, {"type": "string"}, place="path")

_MOST = 10_000


def _house_code(text: str) -> str:
    try:
        return rules.house_code(text)
    except InvalidCode as error:
        raise ValueError(error.rule) from None


_BUILDING = Query(BUILDING_CODE, DATETIME, form("json", "geojson"))
_LIMIT = limit("So many houses at most.", _MOST, 1000)
_AFTER = Parameter("after", "Only houses after this one: the code of the last house of the page before.", _house_code, {"type": "string"})
_HOUSES = Query(BUILDING_CODE, DATETIME, _LIMIT, _AFTER)
_HOUSE = Query(HOUSE_CODE, DATETIME)
_HISTORY = Query(_EITHER_CODE)

_GONE = {410: {"content": problems.CONTENT, "description": "It is no more; `since` and `successors` say when and who follows."}}


@router.get(
    "/buildings/{code}",
    summary="One building",
    openapi_extra=_BUILDING.as_dict(),
    responses={
        200: {"model": told.Building, "content": {conditional.GEOJSON: {"schema": {"$ref": "#/components/schemas/Feature"}}}},
        **_GONE,
    },
)
def building(request: Request) -> Response:
    """What is known of a building, with its names and where it lies; with its footprint, or else its point, as GeoJSON."""
    asked = _BUILDING(request)
    found, shape = depends.read(request, _building, request.path_params["code"], _day(asked))
    if conditional.chosen(request, ("json", "geojson"), asked.f) == "json":
        return conditional.send(request, orjson.dumps(found), conditional.JSON, links=found["links"])
    properties = {name: value for name, value in found.items() if name not in ("lon", "lat", "links")}
    written = orjson.dumps({"type": "Feature", "id": found["code"], "properties": properties})
    body = written[:-1] + b',"geometry":' + shapely.to_geojson(shape).encode() + b"}"
    return conditional.send(request, body, conditional.GEOJSON, links=found["links"])


@router.get(
    "/buildings/{code}/houses",
    summary="The houses of a building",
    openapi_extra=_HOUSES.as_dict(),
    responses={200: {"model": told.Houses}, **_GONE},
)
def houses(request: Request) -> Response:
    """The houses that are in a building, by unit, floor and room, a page at a time."""
    asked = _HOUSES(request)
    code, matched, found, more = depends.read(request, _houses, request.path_params["code"], asked)
    links = [answers.link(f"/buildings/{code}/houses", "self", "houses"), answers.link(f"/buildings/{code}", "up", "building")]
    if more:
        page = {"limit": asked.limit, "after": found[-1].code, **({"datetime": _day(asked)} if asked.datetime else {})}
        links.append(answers.link(f"/buildings/{code}/houses?{urlencode(page)}", "next", "more houses"))
    body = {
        "building": code,
        "numberMatched": matched,
        "numberReturned": len(found),
        "houses": [_listed(one) for one in found],
        "links": links,
    }
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=links)


@router.get("/houses/{code}", summary="One house", openapi_extra=_HOUSE.as_dict(), responses={200: {"model": told.House}, **_GONE})
def house(request: Request) -> Response:
    """What is known of a house. Who or what is linked to it is another resource, which needs another scope."""
    asked = _HOUSE(request)
    found = depends.read(request, _house, request.path_params["code"], _day(asked))
    return conditional.send(request, orjson.dumps(found), conditional.JSON, links=found["links"])


@router.get(
    "/addresses/{code}/history",
    summary="What happened to a building or house",
    openapi_extra=_HISTORY.as_dict(),
    responses={200: {"model": told.History}},
)
def history(request: Request) -> Response:
    """When its code was issued, how it was written and called, in which unit it lay, whom it follows and who follows it."""
    _HISTORY(request)
    code, changes = depends.read(request, _history, request.path_params["code"])
    links = [answers.link(f"/addresses/{code}/history", "self", "history"), answers.link(_href(code), "up", code)]
    body = {
        "code": code,
        "numberReturned": len(changes),
        "changes": [{"on": one.on, "what": one.what, "detail": one.detail} for one in changes],
        "links": links,
    }
    return conditional.send(request, orjson.dumps(body), conditional.JSON)


def _day(asked) -> date | None:
    return asked.datetime.astimezone(CHINA).date() if asked.datetime else None


def _building(conn, code: str, on: date | None) -> tuple[dict[str, Any], Any]:
    found = store.building(conn, code, on)
    here = f"/buildings/{found.code}"
    count = store.house_count(conn, found.code, on)
    body = {
        "code": found.code,
        **_described(conn, found.code, found, on),
        "use": found.use,
        "use_zh": store.uses(conn)[found.use][0],
        "status": found.status,
        "floors": found.floors,
        "floors_below": found.floors_below,
        "valid_from": found.valid_from,
        "valid_to": found.valid_to,
        "house_count": count,
        "links": [
            answers.link(here, "self", found.code),
            answers.link(f"{here}?f=geojson", "alternate", "with its footprint", conditional.GEOJSON),
            answers.link(f"{here}/houses", "children", "its houses"),
            answers.link(f"/addresses/{found.code}/history", "version-history", "what happened to it"),
        ],
    }
    return body, found.footprint or shapely.Point(found.lon, found.lat)


def described(conn, code: str) -> dict[str, Any]:
    """Return what is told of a building or house as it is today; raises as :func:`gridgeo.addresses.store.building` does."""
    return _building(conn, code, None)[0] if rules.is_building(rules.code(code)) else _house(conn, code, None)


def _houses(conn, code: str, asked) -> tuple[str, int, list[House], bool]:
    """The building's code, the number of its houses, a page of them, and whether there are more."""
    on = _day(asked)
    code = store.building(conn, code, on).code
    found = store.houses(conn, code, on, after=asked.after, limit=asked.limit + 1)
    return code, store.house_count(conn, code, on), found[: asked.limit], len(found) > asked.limit


def _house(conn, code: str, on: date | None) -> dict[str, Any]:
    one = store.house(conn, code, on)
    of = store.building(conn, one.building_code, on)
    here = _href(one.code)
    return {
        **_listed(one),
        **_described(conn, one.code, of, on),
        "building": of.code,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "links": [
            answers.link(here, "self", one.code),
            answers.link(f"/buildings/{of.code}", "up", "its building"),
            answers.link(f"{here}/links", "related", "who and what is linked to it, masked"),
            answers.link(f"/addresses/{one.code}/history", "version-history", "what happened to it"),
        ],
    }


def _history(conn, code: str):
    return rules.code(code), store.history(conn, code)


def _described(conn, code: str, of: Building, on: date | None) -> dict[str, Any]:
    """What is said of a building and of a house in it alike: how it is written and called, and where it lies."""
    parts, names = store.parts(conn, code, on), store.names(conn, code, on)
    full = next((one.name for one in names if one.kind is NameKind.FULL and one.valid_to is None), "")
    return {
        "address": full,
        "parts": vars(parts),
        "lon": of.lon,
        "lat": of.lat,
        "units": [{"level": unit.level, "code": unit.code, "name_zh": unit.name_zh} for unit in _place(conn, of, on)],
        "names": [_name(one) for one in names],
    }


def _place(conn, of: Building, on: date | None) -> tuple:
    moment = datetime(on.year, on.month, on.day, 12, tzinfo=CHINA) if on else None
    try:
        place: Place = store.grid_of(conn, of.code, moment)
    except NotFound:
        return ()
    return place.chain


def _name(one: Name) -> dict[str, Any]:
    return {"kind": one.kind, "name": one.name, "valid_from": one.valid_from, "valid_to": one.valid_to, "composed": one.composed}


def _listed(one: House) -> dict[str, Any]:
    return {
        "code": one.code,
        "unit": one.unit,
        "floor": one.floor,
        "room": one.room,
        "use": one.use,
        "status": one.status,
        "area_m2": one.area_m2,
        "href": _href(one.code),
    }


def _href(code: str) -> str:
    return rooted.at(f"/buildings/{code}" if rules.is_building(code) else f"/houses/{code}")
