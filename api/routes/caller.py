"""Who asks, as we know them: what a page shows beside the key somebody gave it."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from .. import conditional, depends, schemas
from ..parameters import Query

router = APIRouter(tags=["service"])

_NONE = Query()


@router.get("/caller", summary="Who asks", openapi_extra=_NONE.as_dict(), responses={200: {"model": schemas.Caller}})
async def caller(request: Request) -> Response:
    """The caller's name, the id of its key (never the key), its scopes, and whether it is for the whole city."""
    _NONE(request)
    principal = depends.principal(request)
    body = {
        "name": principal.name,
        "key": principal.key_id,
        "scopes": sorted(principal.scopes),
        "area": "whole" if principal.area is None else "part",
    }
    return Response(orjson.dumps(body), headers={"Cache-Control": "no-store"}, media_type=conditional.JSON)
