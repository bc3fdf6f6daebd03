"""All about a block: a grid unit, a building, a house, or an area drawn by hand; and the completeness of the linkage by grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.addresses.model import Status
from gridgeo.exports.rules import neutral
from gridgeo.geo import gate
from gridgeo.linkage import blocks, completeness
from gridgeo.linkage.blocks import Block, Own, Words
from gridgeo.linkage.completeness import Completeness
from gridgeo.linkage.contents import Contents, Stock
from gridgeo.linkage.counts import Counted
from gridgeo.linkage.disclosure import Control, Told
from gridgeo.linkage.units import Unit

from .. import answers, bodies, conditional, depends, rooted
from .. import schemas_blocks as told
from ..parameters import CODE, SCHEME, Parameter, Query, form, matching, one_of
from ..problems import Fault, InvalidRequest

router = APIRouter(tags=["linkage"])

_LEVELS = ("district", "street", "community", "micro")
_LEVEL = Parameter(
    "level",
    "Level of the units in the table.",
    one_of(*_LEVELS),
    {"type": "string", "enum": list(_LEVELS), "default": "street"},
    "street",
)
_unit_ref = matching("[0-9A-Z]{1,32}|u[1-9][0-9]{0,17}", "is no code of a grid unit")
_WITHIN = Parameter(
    "within",
    "Only units in this one: a code, or u and a unit_id.",
    _unit_ref,
    {"type": "string"},
)
_NONE, _ONE, _TABLE = Query(), Query(CODE, SCHEME), Query(_LEVEL, _WITHIN, form("json", "csv"))

_KINDS = ("unit", "building", "house", "polygon")
_OF_KIND = {"organisations": "credit", "persons": "person", "numbers": "phone", "events": "event"}
_BODY = bodies.described(
    "One of unit (a code, or u and a unit_id), building (19), house (25), polygon (GeoJSON, longitude and latitude). "
    "An area answers for the micro-grids that lie wholly in it. With unit, scheme may name another scheme made of micro-grids.",
    {
        "type": "object",
        "properties": {
            "unit": {"type": "string"},
            "scheme": {"type": "string"},
            "building": {"type": "string"},
            "house": {"type": "string"},
            "polygon": {"type": "object", "description": "GeoJSON Polygon or MultiPolygon."},
        },
    },
    {"unit": "440306"},
)
_STORE = {"Cache-Control": "no-store"}
_LIVE = frozenset(status for status in Status if status.live)


@router.post(
    "/blocks",
    summary="All about a block",
    openapi_extra={**_NONE.as_dict(), "requestBody": _BODY},
    responses={200: {"model": told.Block}},
)
async def block(request: Request) -> Response:
    """Counts of what stands there and of what is linked to it; never a list of people.

    Counts of people below a threshold are not told, others are rounded, and larger areas are sums of what is told of their
    micro-grids: no difference of two answers says more than each of them. Of a building or a house: its own facts, and the
    counts of the micro-grid it lies in.
    """
    _NONE(request)
    body = await bodies.received(request, "vertices")
    asked = _asked(bodies.members(body, request.headers.get("content-type", ""), (), (*_KINDS, "scheme")))
    return await run_in_threadpool(_answer, request, asked)


@router.get("/blocks", summary="All blocks of a level", openapi_extra=_TABLE.as_dict(), responses={200: {"model": told.BlockTable}})
def table(request: Request) -> Response:
    """Every unit of a level with what is in it, the lower code first."""
    asked, control = _TABLE(request), _control(request)
    rows, words = depends.linked(request, lambda conn: (blocks.by_level(conn, asked.level, control, asked.within), blocks.words(conn)))
    if conditional.chosen(request, ("json", "csv"), asked.f) == "csv":
        return _csv([_flat(unit, contents) for unit, contents in rows])
    # Each is written as soon as it is told: thousands kept as objects would be looked through for garbage again and again.
    made = [orjson.Fragment(orjson.dumps({"unit": _brief(unit), **_contents(contents, words)})) for unit, contents in rows]
    return _json({"level": asked.level, "numberReturned": len(made), "rule": vars(control), "blocks": made})


@router.get("/blocks/{code}", summary="All about a grid unit", openapi_extra=_ONE.as_dict(), responses={200: {"model": told.Block}})
def unit(request: Request) -> Response:
    """As POST, for a grid unit."""
    asked = _ONE(request)
    ref = _read(_unit_ref, request.path_params["code"], "code")
    return _answer(request, lambda conn, control: blocks.of_unit(conn, ref, control, asked.scheme))


@router.get(
    "/linkage/completeness",
    summary="Completeness of the linkage by grid",
    openapi_extra=_TABLE.as_dict(),
    responses={200: {"model": told.CompletenessTable}},
)
def complete(request: Request) -> Response:
    """The share of houses that have persons, organisations, numbers and events linked to them."""
    asked, control = _TABLE(request), _control(request)
    rows, counted = depends.linked(request, completeness.by_level, asked.level, control, asked.within)
    made = [_completeness(one) for one in rows]
    if conditional.chosen(request, ("json", "csv"), asked.f) == "csv":
        return _csv([{**_named(one.unit), "houses": one.houses, **_shares(row)} for one, row in zip(rows, made, strict=True)])
    head = {"level": asked.level, "numberReturned": len(made), "counted": _counted(counted), "rule": vars(control)}
    return _json({**head, "completeness": made})


def _asked(given: dict[str, Any]) -> Callable[[Any, Control], Block]:
    """What a body asks for; raises InvalidRequest, InvalidGeometry."""
    named = [kind for kind in _KINDS if kind in given]
    if len(named) != 1:
        raise InvalidRequest([Fault("", "invalid-body", f"names {len(named)} blocks: give one of {', '.join(_KINDS)}", in_body=True)])
    (kind,) = named
    value, scheme = given[kind], given.get("scheme", SCHEME.default)
    if kind == "polygon":
        area = gate.geojson(value)
        return lambda conn, control: blocks.of_polygon(conn, area, control)
    wrong = [name for name, text in ((kind, value), ("scheme", scheme)) if not (isinstance(text, str) and 0 < len(text) <= 40)]
    if wrong:
        raise InvalidRequest([Fault(f"/{name}", "invalid-code", "is no text of 1 to 40 characters", in_body=True) for name in wrong])
    if kind == "unit":
        ref, scheme = _read(_unit_ref, value, "/unit", in_body=True), _read(SCHEME.read, scheme, "/scheme", in_body=True)
        return lambda conn, control: blocks.of_unit(conn, ref, control, scheme)
    of = blocks.of_building if kind == "building" else blocks.of_house
    return lambda conn, control: of(conn, value, control)


def _read(rule: Callable[[str], str], text: str, place: str, in_body: bool = False) -> str:
    """What a rule makes of a text; raises InvalidRequest."""
    try:
        return rule(text)
    except ValueError as error:
        raise InvalidRequest([Fault(place, "invalid-code", str(error), in_body)]) from None


def _answer(request: Request, asked: Callable[[Any, Control], Block]) -> Response:
    control = _control(request)
    found, words = depends.linked(request, lambda conn: (asked(conn, control), blocks.words(conn)))
    return _json(
        {
            "kind": found.kind,
            "code": found.ref or None,
            "own": None if found.own is None else _own(found.own, words),
            "chain": [_brief(each) for each in found.chain],
            "whole": found.whole,
            "left_out": found.cut,
            **_contents(found.contents, words),
            "counted": _counted(found.counted),
            "rule": vars(control),
            "links": [answers.link(f"/grids/{each.ref}", "up", each.name_zh) for each in reversed(found.chain)],
        }
    )


def _control(request: Request) -> Control:
    return Control.of(depends.settings(request))


def _contents(contents: Contents, words: Words) -> dict[str, Any]:
    linked: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _OF_KIND.values()}
    for (kind, role), count in contents.linked.items():
        linked[kind].append(_linked(role, words.roles[kind, role], count))
    return {
        "micro_grids": contents.micro_grids,
        "buildings": {**_stock(contents.buildings, words), "by_storeys": contents.storeys},
        "houses": _stock(contents.houses, words),
        **{name: linked[kind] for name, kind in _OF_KIND.items()},
    }


@lru_cache(maxsize=16384)
def _linked(role: str, names: tuple[str, str], count: int | Told) -> dict[str, Any]:
    """What is said of a role: of thousands of micro-grids the same again and again. To be read only."""
    return {**_words("role", role, names), **_told(count)}


def _stock(stock: Iterable[Stock], words: Words) -> dict[str, Any]:
    rows = [
        {
            **_state(one.use, words.uses.get(one.use, (one.use, one.use)), one.status, words.statuses[one.status]),
            "count": one.count,
            "area_m2": one.area_m2,
        }
        for one in stock
    ]
    return {"count": _live(stock), "by_use": rows}


def _live(stock: Iterable[Stock]) -> int:
    return sum([one.count for one in stock if one.status in _LIVE])


def _own(own: Own, words: Words) -> dict[str, Any]:
    named = _state(own.use, words.uses.get(own.use, (own.use, own.use)), own.status, words.statuses[own.status])
    return {**vars(own), **named, "href": rooted.at(f"/{'buildings' if own.code == own.building_code else 'houses'}/{own.code}")}


@lru_cache(maxsize=1024)
def _state(use: str, use_names: tuple[str, str], status: str, status_names: tuple[str, str]) -> dict[str, str]:
    return {**_words("use", use, use_names), **_words("status", status, status_names)}


def _words(name: str, word: str, names: tuple[str, str]) -> dict[str, str]:
    return {name: word, f"{name}_zh": names[0], f"{name}_en": names[1]}


def _told(count: int | Told) -> dict[str, int | None]:
    count = count if isinstance(count, Told) else Told(count, 0, count, count)
    return {"count": count.count, "hidden": count.hidden, "least": count.least, "most": count.most}


def _completeness(one: Completeness) -> dict[str, Any]:
    shares = {name: {**_told(one.covered[kind]), "share": one.share(kind)} for name, kind in _OF_KIND.items()}
    return {"unit": _brief(one.unit), "houses": one.houses, **shares}


def _shares(row: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_{member}": row[name][member] for name in _OF_KIND for member in ("count", "hidden", "share")}


def _flat(unit: Unit, contents: Contents) -> dict[str, Any]:
    """A unit as a line of a table: what is there today, and every role."""
    area = sum(one.area_m2 or 0 for one in contents.houses if one.status in _LIVE)
    row = {**_named(unit), "micro_grids": contents.micro_grids, "buildings": _live(contents.buildings), "houses": _live(contents.houses)}
    row["floor_area_m2"] = round(area, 1)
    for name, kind in _OF_KIND.items():
        for role, count in contents.of_kind(kind).items():
            row[f"{name}_{role}"] = _told(count)["count"]
    return row


def _named(unit: Unit) -> dict[str, Any]:
    return {"code": unit.code, "unit_id": unit.unit_id, "level": unit.level, "name_zh": unit.name_zh, "name_en": unit.name_en}


def _brief(unit: Unit) -> dict[str, Any]:
    return {**_named(unit), "href": rooted.at(f"/grids/{unit.ref}")}


def _counted(counted: Counted) -> dict[str, Any]:
    return {"as_of": counted.as_of, "counted_at": counted.counted_at}


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), headers=_STORE, media_type=conditional.JSON)


def _csv(rows: list[dict[str, Any]]) -> Response:
    columns = list(rows[0]) if rows else []
    lines = ([neutral(row[name]) for name in columns] for row in rows)
    return Response(answers.written(columns, lines), headers=_STORE, media_type=conditional.CSV)
