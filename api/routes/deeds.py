"""What is done to buildings and houses: codes given, addresses changed, ends. A route for each line of the table of deeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.codes.text import normalise
from gridgeo.errors import Gone, InvalidInput
from gridgeo.ingest import deeds
from gridgeo.ingest.deeds import BUILDING, DEEDS, FIELDS, HOUSE, Deed

from .. import answers, bodies, conditional, depends, problems
from .. import schemas_addresses as told
from ..parameters import Query
from ..problems import Fault, InvalidRequest
from .buildings import BUILDING_CODE, HOUSE_CODE, described

router = APIRouter(tags=["addresses"])

_CODES = {BUILDING: BUILDING_CODE, HOUSE: HOUSE_CODE}
_MODELS = {BUILDING: told.Building, HOUSE: told.House}
_LOCATION = {"Location": {"description": "Of what was made.", "schema": {"type": "string"}}}

#: Bodies that the examples of their fields do not make.
_EXAMPLES: dict[str, Any] = {
    "lon": 113.005,
    "lat": 22.895,
    "use": "residential",
    "road": "前进一路",
    "plate": "12",
    "room": "501",
    "floor": 5,
    "building": "4403060010010100002",
    "follower": "4403060010010100002",
    "into": ["4403060010010100002", "4403060010010100003"],
}


def _add(deed: Deed) -> None:
    """Add the route of a deed."""
    made = deed.makes and deed.name == "mint"
    status = 201 if made else 200
    model = told.Ended if deed.ends else _MODELS[deed.makes or deed.kind]
    asked = Query(*([_CODES[deed.kind]] if deed.kind else []))
    gone = {410: {"content": problems.CONTENT, "description": "It is no more, or was ended before."}} if deed.kind else {}
    router.add_api_route(
        path(deed),
        _endpoint(deed, asked, status),
        methods=["POST"],
        name=f"{deed.name} {deed.makes or deed.kind}",
        summary=f"{deed.name.capitalize()} a {deed.makes or deed.kind}",
        description=f"{deed.told[0].upper()}{deed.told[1:]}.",
        status_code=status,
        openapi_extra={**asked.as_dict(), "requestBody": _body(deed)},
        responses={status: {"model": model, **({"headers": _LOCATION} if made else {})}, **gone},
    )


def path(deed: Deed) -> str:
    """Return the path of a deed: what is made is one more of a collection, what is done to something is a word behind it."""
    if deed.name == "mint":
        return "/buildings/{code}/houses" if deed.kind else "/buildings"
    return f"/{deed.kind}s/{{code}}/{deed.name}"


def _body(deed: Deed) -> dict[str, Any]:
    names = (*deed.required, *deed.optional)
    fields = {name: {**FIELDS[name].schema, "description": f"{FIELDS[name].told[0].upper()}{FIELDS[name].told[1:]}."} for name in names}
    example = {name: _EXAMPLES[name] for name in names if name in _EXAMPLES and (deed.name != "mint" or deed.kind or name != "floor")}
    schema = {"type": "object", **({"required": list(deed.required)} if deed.required else {}), "properties": fields}
    return {"description": "One object.", "required": True, "content": {"application/json": {"schema": schema, "example": example}}}


def _endpoint(deed: Deed, asked: Query, status: int) -> Callable:
    async def done(request: Request) -> Response:
        asked(request)
        body = await bodies.received(request, "members")
        given = bodies.members(body, request.headers.get("content-type", ""), deed.required, deed.optional)
        return await run_in_threadpool(_done, request, deed, given, status)

    return done


def _done(request: Request, deed: Deed, given: dict[str, Any], status: int) -> Response:
    try:
        values = deed.values(given)
    except InvalidInput as error:
        raise InvalidRequest([Fault(f"/{error.field}", "invalid-member", error.rule, in_body=True)]) from None
    found = depends.write(request, _do, deed, request.path_params.get("code"), values)
    headers = {"Cache-Control": "no-store", **({"Location": found["links"][0]["href"]} if status == 201 else {})}
    return Response(orjson.dumps(found), status, headers, media_type=conditional.JSON)


def _do(conn, deed: Deed, code: str | None, values: dict[str, Any]) -> dict[str, Any]:
    """Do it, and tell what is there now, or who follows what is no more."""
    made = deeds.carry_out(conn, deed, code and normalise(code), values)
    try:
        return described(conn, made)
    except Gone as gone:
        links = [answers.link(f"/addresses/{gone.key}/history", "version-history", "what happened to it")]
        return {"code": gone.key, "since": gone.since, "successors": gone.successors, "links": links}


for _deed in DEEDS:
    _add(_deed)
