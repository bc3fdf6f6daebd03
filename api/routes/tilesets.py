"""What there is of vector tiles, and by which squares they are cut: OGC API - Tiles."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from gridgeo.errors import NotFound
from gridgeo.features import collections, reading
from gridgeo.tiles import described, events, tilesets
from gridgeo.tiles.model import Collection

from .. import conditional, depends, ogc
from .. import schemas_tiles as told
from ..objects import valid_tree
from ..parameters import Parameter, Query
from .tiles import there

router = APIRouter(tags=["tiles"])

_COLLECTION = Parameter("collection", "grids, objects, buildings or events.", str, {"type": "string"}, example="grids", place="path")
_SET = Parameter("tileMatrixSet", f"{tilesets.NAME}, the only one.", str, {"type": "string"}, example=tilesets.NAME, place="path")
_ALL, _ONE, _TILESETS = Query(), Query(_SET), Query(_COLLECTION)


@router.get("/tileMatrixSets", summary="How tiles are cut", openapi_extra=_ALL.as_dict(), responses={200: {"model": told.TileMatrixSets}})
async def matrix_sets(request: Request) -> Response:
    """The squares that tiles are cut by: one set of them, which every web map knows."""
    _ALL(request)
    known = {"id": tilesets.NAME, "title": tilesets.NAME, "uri": tilesets.URI}
    links = [ogc.link(request, f"/tileMatrixSets/{tilesets.NAME}", "self", tilesets.NAME)]
    return _sent(request, {"tileMatrixSets": [{**known, "links": links}]})


@router.get(
    "/tileMatrixSets/{tileMatrixSet}",
    summary="How tiles are cut, by zoom",
    openapi_extra=_ONE.as_dict(),
    responses={200: {"model": told.TileMatrixSet}},
)
async def matrix_set(request: Request) -> Response:
    """Scale, cell size, origin and number of the squares of each zoom."""
    _ONE(request)
    if request.path_params["tileMatrixSet"] != tilesets.NAME:
        raise NotFound("set of tile matrices", request.path_params["tileMatrixSet"])
    return _sent(request, tilesets.matrix_set())


@router.get(
    "/collections/{collection}/tiles",
    summary="Sets of tiles of a collection",
    openapi_extra=_TILESETS.as_dict(),
    responses={200: {"model": told.TileSets}},
)
async def of_collection(request: Request) -> Response:
    """The sets of tiles there are of a collection: one."""
    _TILESETS(request)
    collection = _known(request)
    links = [ogc.link(request, f"/collections/{collection}/tiles", "self", _title(collection))]
    return _sent(request, {"tilesets": [tilesets.summary(collection, _title(collection), _base(request))], "links": links})


@router.get(
    f"/collections/{{collection}}/tiles/{tilesets.NAME}",
    summary="A set of tiles: TileJSON and OGC's metadata",
    openapi_extra=_TILESETS.as_dict(),
    responses={200: {"model": told.TileSetAndJSON}},
)
async def tileset(request: Request) -> Response:
    """Where the tiles are, from which zoom to which, what their layers hold; of objects and events also from which zoom they are single
    points, and of events which major classes m1, m2 and so on count.

    One document for both kinds of clients: those that read TileJSON and those that read OGC's metadata leave out what they do not know.
    """
    _TILESETS(request)
    collection = _known(request)
    bounds, levels = await there(request, levels=collection is Collection.GRIDS)
    if collection is not Collection.GRIDS:  # they lie where they lie: also where no unit is
        here = collections.find(str(collection))
        bounds = await run_in_threadpool(depends.read_from, request.app.state.pool, reading.bounds, here) or bounds
    tree = await run_in_threadpool(depends.read, request, valid_tree) if collection is Collection.OBJECTS else None
    majors = await run_in_threadpool(depends.read, request, events.majors) if collection is Collection.EVENTS else ()
    tilejson = described.tilejson(collection, str(request.base_url), bounds, levels, tree, majors)
    return _sent(request, tilejson | tilesets.metadata(collection, _title(collection), _base(request), tilejson))


def _known(request: Request) -> Collection:
    """The collection a path names; raises NotFound where there are no tiles of it."""
    asked = request.path_params["collection"]
    if asked not in set(Collection):
        raise NotFound("collection of tiles", asked)
    return Collection(asked)


def _title(collection: Collection) -> str:
    """What planners call a collection, Chinese first."""
    named = collections.find(str(collection))
    return f"{named.title} {named.title_en}"


def _base(request: Request) -> str:
    """The address of the API, without a slash at its end."""
    return str(request.base_url).rstrip("/")


def _sent(request: Request, body: dict[str, Any]) -> Response:
    return conditional.send(request, orjson.dumps(body), conditional.JSON)
