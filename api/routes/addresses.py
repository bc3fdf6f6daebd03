"""Addresses: found as one types, washed, made plain, and looked for from a point."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.addresses import search
from gridgeo.addresses.search import Found, Near, Where
from gridgeo.addresses.washing.model import Category, Fault, Result, Unit, Washed
from gridgeo.addresses.washing.parse import FIELDS, Parsed, parse
from gridgeo.addresses.washing.wash import wash
from gridgeo.geo import gate

from .. import bodies, conditional, depends, rooted
from .. import schemas_addresses as told
from ..parameters import CRS, LAT, LON, Parameter, Query, limit, location, matching, number
from ..problems import BodyTooLarge, InvalidRequest
from ..problems import Fault as Refusal

router = APIRouter(prefix="/addresses", tags=["addresses"])

#: Texts washed in one request, and characters of one that are read.
MOST, LONGEST = 5_000, 500

#: Seconds a request may wash, and texts that are washed in one transaction.
SECONDS, _PIECE = 15, 100

#: Where a kind of place is; units are grids.
_COLLECTIONS = {"house": "houses", "building": "buildings"}

_FIND, _COMPLETE_MOST, _WITHIN_M = 100, 50, 5_000


def _text(words: str) -> str:
    if len(words) > LONGEST:
        raise ValueError(f"has more than {LONGEST} characters")
    return words


def _metres(text: str) -> float:
    metres = number(text)
    if not 0 < metres <= _WITHIN_M:
        raise ValueError(f"is not above 0 and at most {_WITHIN_M}")
    return metres


_Q = Parameter("q", "Text: an address, a name, its pinyin or initials, or a code.", _text, {"type": "string", "maxLength": LONGEST}, "")
_TEXT = Parameter("q", "Text of an address.", _text, {"type": "string", "maxLength": LONGEST}, required=True, example="宝安区前进一路12号")
_UNIT = Parameter(
    "unit",
    "Only within this unit of today's grids: a code, or u and a unit_id.",
    matching("[0-9A-Z]{1,32}|u[1-9][0-9]{0,17}", "is no code of a grid unit"),
    {"type": "string"},
    "",
)
_AREA = Parameter(
    "default_area",
    "Unit (code or name) that is meant where the text names no district; the installation's own when absent.",
    _text,
    {"type": "string"},
)
_WITHIN = Parameter("within", "`ref` of the place chosen before; q is then only what follows it.", _text, {"type": "string"}, "")
_RADIUS = Parameter("within_m", "Metres around the point.", _metres, {"type": "number", "maximum": _WITHIN_M, "default": 1000}, 1000.0)
_AROUND = [replace(each, required=False, example=None) for each in (LON, LAT)]

_MANY = "Most places that are answered."
_SEARCH = Query(_Q, _UNIT, *_AROUND, _RADIUS, CRS, limit(_MANY, _FIND, 10))
_COMPLETE = Query(_Q, _WITHIN, limit(_MANY, _COMPLETE_MOST, 10))
_REVERSE = Query(*(replace(each, example=None) for each in (LON, LAT)), CRS, _RADIUS, limit(_MANY, _COMPLETE_MOST, 1))
_WASH = Query(_TEXT, _AREA)
_NORMALISE = Query(_TEXT)
_NONE = Query()

_TEXTS_BODY = bodies.described(
    f"At most {MOST} texts of at most {LONGEST} characters.",
    {
        "type": "object",
        "required": ["texts"],
        "properties": {
            "texts": {"type": "array", "maxItems": MOST, "items": {"type": "string", "nullable": True, "maxLength": LONGEST}},
            "default_area": {"type": "string", "description": "As for one text."},
        },
    },
    {"texts": ["宝安区前进一路12号", "东山新村3栋501"]},
)
_SEARCH_BODY = bodies.described(
    "A text, and the polygon to look in: GeoJSON, longitude and latitude. With an empty text: the buildings there.",
    {
        "type": "object",
        "required": ["polygon"],
        "properties": {
            "q": {"type": "string", "maxLength": LONGEST},
            "polygon": {"type": "object"},
            "limit": {"type": "integer", "minimum": 1, "maximum": _FIND, "default": 10},
        },
    },
    {
        "q": "",
        "polygon": {
            "type": "Polygon",
            "coordinates": [[[113.0, 22.8], [113.1, 22.8], [113.1, 22.9], [113.0, 22.9], [113.0, 22.8]]],
        },
    },
)


@router.get("", summary="Search", openapi_extra=_SEARCH.as_dict(), responses={200: {"model": told.FoundPlaces}})
def find(request: Request) -> Response:
    """Places a text may mean, the likeliest first: addresses, names of every kind, sounds, pinyin, initials, codes.

    A code of a building answers with the building and its houses. With a point only what lies around it is answered, with a
    unit only what lies in it; without a text the buildings there.
    """
    asked = _SEARCH(request)
    if (asked.lon is None) != (asked.lat is None):
        raise InvalidRequest([Refusal("lon" if asked.lon is None else "lat", "missing-parameter", "lon and lat are given together")])
    circle = None if asked.lon is None else (*location(asked), asked.within_m)
    return _found(request, asked.q, Where(circle=circle, unit=asked.unit), asked.limit)


@router.post(
    "/search",
    summary="Search in a polygon",
    openapi_extra={**_NONE.as_dict(), "requestBody": _SEARCH_BODY},
    responses={200: {"model": told.FoundPlaces}},
)
async def find_in(request: Request) -> Response:
    """As the search by address, within an area of one's own."""
    _NONE(request)
    body = await bodies.received(request, "texts")
    given = bodies.members(body, request.headers.get("content-type", ""), ["polygon"], ["q", "limit"])
    q, limit = given.get("q", ""), given.get("limit", 10)
    faults = []
    if not (isinstance(q, str) and len(q) <= LONGEST):
        faults.append(Refusal("/q", "invalid-text", f"is no text of at most {LONGEST} characters", True))
    if type(limit) is not int or not 1 <= limit <= _FIND:
        faults.append(Refusal("/limit", "invalid-number", f"is no whole number from 1 to {_FIND}", True))
    if faults:
        raise InvalidRequest(faults)
    polygon = await run_in_threadpool(gate.geojson, given["polygon"])
    return await run_in_threadpool(_found, request, q, Where(polygon=polygon), limit)


@router.get(
    "/autocomplete", summary="What may be typed next", openapi_extra=_COMPLETE.as_dict(), responses={200: {"model": told.FoundPlaces}}
)
def complete(request: Request) -> Response:
    """Step by step: street or community, road or compound, building, house; each answer's `ref` is the next `within`."""
    asked = _COMPLETE(request)
    found = depends.read(request, search.complete, asked.q, depends.base(request), asked.within, asked.limit)
    return conditional.send(request, orjson.dumps(_places(found)), conditional.JSON)


@router.get("/reverse", summary="Which building is here", openapi_extra=_REVERSE.as_dict(), responses={200: {"model": told.NearBuildings}})
def reverse(request: Request) -> Response:
    """The building whose footprint holds the point, else the nearest ones with their metres."""
    asked = _REVERSE(request)
    lon, lat = location(asked)
    found = depends.read(request, search.reverse, lon, lat, depends.base(request), asked.within_m, asked.limit)
    return conditional.send(
        request, orjson.dumps({"numberReturned": len(found), "buildings": [_near(one) for one in found]}), conditional.JSON
    )


@router.get("/wash", summary="Wash one text", openapi_extra=_WASH.as_dict(), responses={200: {"model": told.WashedTexts}})
def wash_one(request: Request) -> Response:
    """The house a text means, or the deepest level reached, with how sure that is and what was wrong with the text."""
    asked = _WASH(request)
    return conditional.send(request, _washed(request, [asked.q], asked.default_area), conditional.JSON)


@router.post(
    "/wash",
    summary=f"Wash up to {MOST:,} texts",
    openapi_extra={**_NONE.as_dict(), "requestBody": _TEXTS_BODY},
    responses={200: {"model": told.WashedTexts}},
)
async def wash_many(request: Request) -> Response:
    """Answers in the order given; the same engine as for one text."""
    _NONE(request)
    body = await bodies.received(request, "texts")
    given = bodies.members(body, request.headers.get("content-type", ""), ["texts"], ["default_area"])
    texts, area = given["texts"], given.get("default_area")
    _check(texts, area)
    written = await anyio.to_thread.run_sync(_washed, request, texts, area, limiter=request.app.state.washing)
    return Response(written, headers={"Cache-Control": "no-store"}, media_type=conditional.JSON)


@router.get("/normalize", summary="Read one text", openapi_extra=_NORMALISE.as_dict(), responses={200: {"model": told.Normalised}})
def normalise(request: Request) -> Response:
    """The text made plain and parted into district, street, road, building, room and so on; nothing is looked up."""
    asked = _NORMALISE(request)
    parsed = parse(asked.q, depends.base(request).lexicon)
    return conditional.send(request, orjson.dumps(_read(asked.q, parsed)), conditional.JSON)


def _found(request: Request, q: str, where: Where, limit: int) -> Response:
    area = depends.settings(request).default_area
    found = depends.read(request, search.search, q, depends.base(request), where, limit, area)
    return conditional.send(request, orjson.dumps(_places(found)), conditional.JSON)


def _washed(request: Request, texts: Sequence[str | None], area: str | None) -> bytes:
    area = depends.settings(request).default_area if area is None else area
    done: list[Washed] = []
    deadline = time.monotonic() + SECONDS
    # Piece by piece: a transaction stays short, whatever a text costs, and a request ends in time.
    for start in range(0, len(texts), _PIECE):
        if time.monotonic() > deadline:
            raise BodyTooLarge(f"{start:,} of {len(texts):,} texts were washed in {SECONDS} s; send fewer at a time")
        done += depends.read(request, wash, texts[start : start + _PIECE], depends.base(request), area)
    counts = Counter(one.category for one in done)
    faults: dict[Fault, None] = dict.fromkeys(fault for one in done for fault in one.faults)
    return orjson.dumps(
        {
            "numberReturned": len(done),
            "counts": {str(category): counts[category] for category in Category},
            "faults": {str(fault): {"zh": fault.zh, "en": fault.en} for fault in faults},
            "washed": [_one(each) for each in done],
        }
    )


def _check(texts: object, area: object) -> None:
    """Raise InvalidRequest, naming places, for what are no texts to wash."""
    if not isinstance(texts, list) or len(texts) > MOST:
        raise InvalidRequest([Refusal("/texts", "invalid-body", f"is no list of at most {MOST:,} texts", True)])
    wrong = (place for place, text in enumerate(texts) if not (text is None or (isinstance(text, str) and len(text) <= LONGEST)))
    rule = f"is no text of at most {LONGEST} characters"
    faults = [Refusal(f"/texts/{place}", "invalid-text", rule, True) for place, _ in zip(wrong, range(bodies.FAULTS), strict=False)]
    if not (area is None or isinstance(area, str)):
        faults.append(Refusal("/default_area", "invalid-text", "is no code or name of a unit", True))
    if faults:
        raise InvalidRequest(faults)


def _one(washed: Washed) -> dict[str, Any]:
    return {
        "category": washed.category,
        "rule": washed.rule,
        "level": washed.level,
        "coordinates_level": washed.coordinates_level,
        "results": [_result(one) for one in washed.results],
        "faults": washed.faults,
        "edits": [{"part": one.part, "before": one.before, "after": one.after, "why": one.why} for one in washed.edits],
        "unparsed": washed.unparsed,
        "candidates": [_result(one) for one in washed.candidates],
    }


def _result(one: Result) -> dict[str, Any]:
    return {"level": one.level, "building": one.building, **_standing(one, one.level)}


def _places(found: Sequence[Found]) -> dict[str, Any]:
    return {"numberReturned": len(found), "places": [_place(one) for one in found]}


def _place(one: Found) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("kind", "ref", "name", "how", "count", "live", "successors", "alias")}
    return {**told, **_standing(one, one.kind)}


def _near(one: Near) -> dict[str, Any]:
    return {**_standing(one, "building"), "inside": one.inside, "metres": round(one.metres, 2)}


def _standing(one: Result | Found | Near, kind: str) -> dict[str, Any]:
    """What is told of every place: its code, how it is written, where it is."""
    return {
        "code": one.code,
        "address": one.address,
        "lon": one.lon,
        "lat": one.lat,
        "units": _units(one.units),
        "href": _href(kind, one.code),
    }


def _units(units: Iterable[Unit]) -> list[dict[str, Any]]:
    return [{"level": unit.level, "code": unit.code, "name_zh": unit.name} for unit in units]


def _href(kind: str, code: str | None) -> str | None:
    if code is None:
        return None
    return rooted.at(f"/{_COLLECTIONS.get(kind, 'grids')}/{code}")


def _read(text: str, parsed: Parsed) -> dict[str, Any]:
    parts = {name: part for name in FIELDS if (part := getattr(parsed, name)) is not None}
    return {
        "text": text,
        "normalised": parsed.text,
        "parts": {name: {"value": part.value, "key": part.key} for name, part in parts.items()},
        "rest": parsed.rest,
        "faults": parsed.faults,
        "steps": [{"step": (edit.step.name or "").lower(), "before": edit.before, "after": edit.after} for edit in parsed.edits],
    }
