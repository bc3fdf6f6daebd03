"""Which unit is here: one point, or up to ten thousand at once."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from .. import answers, batch, bodies, conditional, depends, schemas
from ..parameters import CRS, DATETIME, LAT, LEVEL, LON, SCHEME, Query, form, location

router = APIRouter(prefix="/grids", tags=["grids"])

_ONE = Query(LON, LAT, CRS, SCHEME, DATETIME, LEVEL, form("json"))
_MANY = Query(CRS, SCHEME, DATETIME, LEVEL, form("json", "ndjson", "csv"))

_BODY = {
    "description": f"At most {bodies.MOST} points and {bodies.BODY_BYTES} bytes. CSV: the first line names the columns, lon and lat "
    "(经度, 纬度) among them; all columns come back; UTF-8, or charset=gbk. NDJSON: one {lon, lat, id} or [lon, lat] a line.",
    "required": True,
    "content": {
        "application/json": {
            "schema": {"oneOf": [{"$ref": "#/components/schemas/Points"}, {"$ref": "#/components/schemas/Points/properties/points"}]},
            "example": {"points": [[113.883, 22.555], [113.9, 22.6]]},
        },
        "text/csv": {"schema": {"type": "string"}, "example": "id,lon,lat\nA1,113.883,22.555\n"},
        "application/x-ndjson": {"schema": {"type": "string"}, "example": '{"lon":113.883,"lat":22.555,"id":"A1"}\n'},
    },
}


@router.get("/at", summary="Which unit is at a point", openapi_extra=_ONE.as_dict(), responses={200: {"model": schemas.Place}})
async def one(request: Request) -> Response:
    """The unit a point lies in with all units above it.

    On a border the lower code is chosen and the others are listed; in no unit the nearest is named with its distance in metres.
    """
    asked = _ONE(request)
    lon, lat = location(asked)
    edition = await depends.snapshot(request, asked)
    known = answers.of(edition)
    return conditional.send(request, known.place(edition.at(lon, lat, asked.level)), conditional.JSON, known.tag("place"))


@router.post(
    "/at",
    summary="Which units are at up to 10,000 points",
    openapi_extra={**_MANY.as_dict(), "requestBody": _BODY},
    responses={
        200: {
            "model": schemas.Places,
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}, "text/csv": {"schema": {"type": "string"}}},
        },
    },
)
async def many(request: Request) -> Response:
    """Answers in the order given, in the form of the body unless f= or the Accept header ask for another."""
    asked = _MANY(request)
    edition = await depends.snapshot(request, asked)
    body = await bodies.received(request, "points")
    wanted, written = await run_in_threadpool(_answer, request, body, asked, edition)
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding"}
    return Response(written, headers=headers, media_type=conditional.MEDIA_TYPES[wanted])


def _answer(request: Request, body: bytes, asked, edition) -> tuple[str, bytes]:
    points = bodies.parse(body, request.headers.get("content-type", ""))
    forms = dict.fromkeys((points.form, "json", "ndjson", "csv"))
    wanted = conditional.chosen(request, forms, asked.f)
    return wanted, batch.answer(points, wanted, asked.crs, edition, asked.level)
