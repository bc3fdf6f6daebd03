"""A project for QGIS that opens this service."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.hierarchy import store
from maps.qgis import project
from maps.qgis.layers import Asked

from .. import conditional, depends
from ..objects import valid_tree
from ..parameters import Parameter, Query, matching
from .tiles import there

router = APIRouter(tags=["maps"])

_AUTH = Parameter(
    "authcfg",
    "Id of the authentication in QGIS that holds a key to this service: its seven letters and digits. Without it layers ask as nobody.",
    matching("[A-Za-z0-9]{7}", "is not the id of an authentication in QGIS: seven letters and digits"),
    {"type": "string", "pattern": "^[A-Za-z0-9]{7}$"},
)
_PROJECT = Query(_AUTH)


@router.get(
    "/qgis/project.qgz",
    summary="Project for QGIS",
    openapi_extra=_PROJECT.as_dict(),
    responses={200: {"content": {project.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def opened(request: Request) -> Response:
    """Every collection and the vector tiles as layers, in the colours of the map: QGIS 3.22 or newer. No data is in it."""
    asked = _PROJECT(request)
    bounds, levels = await there(request)
    tree, types = await run_in_threadpool(depends.read, request, _known)
    base = str(request.base_url).replace("'", "%27")
    of = Asked(base, levels, tree, types, asked.authcfg or "")
    body = await run_in_threadpool(project.written, of, depends.settings(request).authority or "gridgeo", bounds)
    headers = {"Content_Disposition": 'attachment; filename="gridgeo.qgz"'}
    return conditional.send(request, body, project.MEDIA_TYPE, **headers)


def _known(conn):
    """The categories valid now, and the types of grids by their names."""
    return valid_tree(conn), store.grid_types(conn)
