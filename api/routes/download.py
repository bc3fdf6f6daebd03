"""Grids of an edition as a file."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool

from gridgeo.exports import rules
from gridgeo.exports.model import OF_EDITIONS, Format, Order, Source

from .. import conditional, depends, files
from ..parameters import DATETIME, LEVEL, SCHEME, Parameter, Query, matching

router = APIRouter(prefix="/collections/grids", tags=["grids"])

_NAME = "[a-z][a-z0-9_]{0,31}"

_LEVELS = replace(
    LEVEL,
    description="Levels wanted, with commas between; all that have units when absent.",
    read=matching(f"{_NAME}(,{_NAME}){{0,31}}", "is no list of levels such as community,micro"),
    schema={"type": "string", "pattern": f"^{_NAME}(,{_NAME}){{0,31}}$"},
    example="micro",
)
_MOST = 500  # units: what fits into an address
_CODE = "[0-9A-Z]{1,32}"
_CODES = Parameter(
    "codes",
    f"Codes of the units wanted, with commas between, {_MOST} at most; all units of the levels when absent.",
    matching(f"{_CODE}(,{_CODE}){{0,{_MOST - 1}}}", f"is no list of at most {_MOST} codes"),
    {"type": "string", "pattern": f"^{_CODE}(,{_CODE}){{0,{_MOST - 1}}}$"},
)
_FILE = Query(files.form(Format.GEOJSON, OF_EDITIONS), _LEVELS, _CODES, SCHEME, DATETIME, files.SYSTEM)


@router.get(
    "/download",
    summary="Grids as a file",
    openapi_extra=_FILE.as_dict(),
    responses=files.answers(OF_EDITIONS),
    response_class=FileResponse,
)
async def download(request: Request) -> Response:
    """The units of one or more levels, or those named, with their areas and their chain; authority, edition and dates stand inside.

    The same edition gives the same bytes; a part may be asked for by Range.
    """
    asked = _FILE(request)
    edition = await depends.snapshot(request, asked)
    source = Source(edition.scheme, edition.edition, edition.frame, depends.settings(request).authority)
    kind = Format(asked.f)
    codes = rules.chosen(edition.frame, asked.codes.split(",") if asked.codes else ())
    held = edition.frame[edition.frame["code"].isin(codes)] if codes else edition.frame
    levels = rules.levels(edition.scheme, held, asked.level.split(",") if asked.level else ())
    order = Order(kind, asked.crs or rules.usual_datum(kind), levels, codes)
    rules.fits(source, order)
    etag = f'"{rules.fingerprint(source, order)}"'
    not_modified = conditional.unchanged(request, etag)
    if not_modified is not None:
        return not_modified
    path = await run_in_threadpool(depends.shelf(request).file, source, order)
    headers = {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "Content-Disposition": files.attached(*rules.file_names(source, order)),
    }
    return FileResponse(path, headers=headers, media_type=kind.media_type)
