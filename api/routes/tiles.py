"""Vector tiles of grids, objects and buildings, and how other map clients find them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Hashable
from types import SimpleNamespace

import orjson
from fastapi import APIRouter
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from gridgeo.access import store as access
from gridgeo.errors import NotFound
from gridgeo.hierarchy.model import GOVERNANCE, SchemeKind
from gridgeo.moments import CHINA
from gridgeo.objects.model import Status
from gridgeo.tiles import described, making, tilesets
from gridgeo.tiles.cache import Place
from gridgeo.tiles.kept import NO_EDITION
from gridgeo.tiles.live import Live
from gridgeo.tiles.model import DEEPEST, FILTERED_FROM, IN_CELLS, Collection, Filter, Packed, Tile

from .. import codings, conditional, depends, filters
from ..access import require_thread
from ..objects import CATEGORY, STATUS, THEN, valid_tree
from ..parameters import DATETIME, SCHEME, Parameter, Query
from ..problems import Fault, InvalidRequest

router = APIRouter(tags=["tiles"])

AT = "tiles/WebMercatorQuad/{z}/{y}/{x}"
_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
CONTENT = {200: {"content": {tilesets.MVT: {"schema": {"type": "string", "format": "binary"}}}}}


def _coordinate(name: str, description: str, example: int) -> Parameter:
    return Parameter(name, description, str, {"type": "integer", "minimum": 0}, example=example, place="path")


TILE = (
    _coordinate("z", f"Zoom of WebMercatorQuad, 0 to {DEEPEST}.", 14),
    _coordinate("y", "Row, from the north.", 7125),
    _coordinate("x", "Column, from the west.", 13333),
)
_STYLE = Query()
_GRIDS, _BUILDINGS = Query(*TILE, SCHEME, DATETIME), Query(*TILE)
_OBJECTS = Query(*TILE, CATEGORY, STATUS, filters.FILTER, filters.LANGUAGE, THEN)


@router.get(
    "/collections/grids/tiles/WebMercatorQuad/{z}/{y}/{x}", summary="A tile of grids", openapi_extra=_GRIDS.as_dict(), responses=CONTENT
)
async def grids(request: Request) -> Response:
    """Grids of the edition valid at a moment: a layer for each level that is large enough to be seen at this zoom."""
    asked, at, tiles = _GRIDS(request), tile(request), _tiles(request)
    shown = await depends.snapshot(request, asked)
    if shown.scheme.kind is SchemeKind.LISTED:
        raise NotFound("areas of scheme", asked.scheme)
    edition_id = shown.edition.edition_id
    place = Place(Collection.GRIDS, edition_id, at)

    def make() -> bytes:
        drawn = tiles.levels(edition_id) or tiles.prepare(edition_id)
        return depends.read_city(request, making.grids_tile, edition_id, at, drawn)

    return await _answer(request, place, None, make, keep=asked.datetime is None)


@router.get(
    f"/collections/objects/{AT}",
    summary="A tile of objects",
    openapi_extra=_OBJECTS.as_dict(),
    responses=CONTENT,
)
async def objects(request: Request) -> Response:
    """Objects: far out the layer `clusters` with exact counts (n, and m1 to m9 by major class), near the layer `objects`.

    Near too there are clusters where more objects stand in a tile than can be drawn. A filter of other properties than category,
    major and status is answered from zoom 14 on, and so is `datetime`: objects as they were on a day, where they were then.
    """
    asked, at = _OBJECTS(request), tile(request)
    wanted, seen = _wanted(request, asked, at), _sees(request)
    whole = seen == access.WHOLE

    def make() -> bytes:
        return (depends.read_city if whole else depends.read)(request, making.objects_tile, at, wanted, whole)

    if wanted.day is not None:
        # What was is corrected from anywhere: nobody tells which tiles show it.
        require_thread()
        return sent(request, Packed.of(await run_in_threadpool(make)))
    return await _answer(request, Place(Collection.OBJECTS, NO_EDITION, at), (seen, wanted), make, keep=whole and wanted.plain)


@router.get(
    f"/collections/buildings/{AT}",
    summary="A tile of buildings",
    openapi_extra=_BUILDINGS.as_dict(),
    responses=CONTENT,
)
async def buildings(request: Request) -> Response:
    """Buildings from zoom 15 on: the footprint where it is known, else a point; code, use, status, floors."""
    _BUILDINGS(request)
    at = tile(request)
    place = Place(Collection.BUILDINGS, NO_EDITION, at)
    return await _answer(request, place, _sees(request), lambda: depends.read(request, making.buildings_tile, at), keep=False)


#: What maps ask many of at once (:mod:`..direct`).
DIRECT = (grids, objects, buildings)


@router.get("/maps/style.json", summary="Style document for MapLibre", openapi_extra=_STYLE.as_dict())
async def style(request: Request) -> Response:
    """A style that draws grids, buildings and objects from the tiles here, without sprites and glyphs."""
    _STYLE(request)
    _, levels = await there(request)
    tree = await run_in_threadpool(depends.read, request, valid_tree)
    told = described.style(str(request.base_url), tree, levels, depends.settings(request).authority)
    return conditional.send(request, orjson.dumps(told), conditional.JSON)


async def there(request: Request, levels: bool = True) -> tuple[list[float] | None, list[tuple[str, int]]]:
    """Return the bounds of the governance edition valid now, and its levels by zoom; nothing where there is none.

    Whoever asks first for the levels of an edition waits until it is simplified: without `levels` nobody does, and there are none.
    """
    try:
        shown = depends.live(request).now(GOVERNANCE)
    except NotFound:
        return None, []
    bounds = shown.frame.total_bounds.tolist()
    if not levels:
        return bounds, []
    tiles, edition_id = _tiles(request), shown.edition.edition_id
    return bounds, tiles.levels(edition_id) or await run_in_threadpool(tiles.prepare, edition_id)


def tile(request: Request) -> Tile:
    """Return the tile of a path; raises InvalidRequest where it is not written in whole numbers, NotFound where there is no such tile."""
    given = {name: request.path_params[name] for name in Tile._fields}
    faults = [
        Fault(name, "invalid-parameter", "is not a whole number from 0 on, in plain digits")
        for name, text in given.items()
        if not _NUMBER.fullmatch(text) or (len(text) > 1 and text[0] == "0")
    ]
    if faults:
        raise InvalidRequest(faults)
    at = Tile(**{name: int(text) for name, text in given.items()})
    if not at.exists:
        raise NotFound("tile", "/".join((given["z"], given["y"], given["x"])))
    return at


def _wanted(request: Request, asked: SimpleNamespace, at: Tile) -> Filter:
    """The objects a tile is to show; raises InvalidRequest where so many objects would have to be looked at one by one."""
    statuses = tuple(sorted(asked.status or Status)) if "status" in request.query_params else None
    day = asked.datetime and asked.datetime.astimezone(CHINA).date()
    wanted = Filter(asked.category, statuses, asked.filter, day)
    if at.z < FILTERED_FROM and day is not None:
        rule = f"is what tiles know from zoom {FILTERED_FROM} on; below they show what is"
        raise InvalidRequest([Fault("datetime", "invalid-parameter", rule)])
    if at.z < FILTERED_FROM and not wanted.in_cells:
        more = ", ".join(sorted(asked.filter.names - IN_CELLS))
        rule = f"speaks of {more}, which tiles know from zoom {FILTERED_FROM} on; below of {', '.join(sorted(IN_CELLS))}"
        raise InvalidRequest([Fault("filter", "invalid-parameter", rule)])
    return wanted


def _sees(request: Request) -> Hashable:
    """What the caller sees, as tiles of it are told apart; of a part with the edition: units keep their number when their area changes."""
    area = request.app.state.gate.area(request)
    if area == access.WHOLE:
        return area
    try:
        return area, depends.live(request).now(GOVERNANCE).edition.edition_id
    except NotFound:
        return area, None


def _tiles(request: Request) -> Live:
    return request.app.state.tiles


async def _answer(request: Request, place: Place, variant: Hashable, make: Callable[[], bytes], keep: bool) -> Response:
    """A tile from memory; else it is made in a thread."""
    tiles = _tiles(request)
    found = tiles.cache.get(place, variant)
    if found is None:
        require_thread()
        found = await run_in_threadpool(_made, tiles, place, variant, make, keep)
    return sent(request, found)


def _made(tiles: Live, place: Place, variant: Hashable, make: Callable[[], bytes], keep: bool) -> Packed:
    seen = tiles.seen(place.collection)
    return tiles.hold(place, variant, make(), seen, keep)


def sent(request: Request, made: Packed) -> Response:
    """Return the answer with a tile: packed or not as the caller takes it, or that he has it already."""
    unchanged = conditional.unchanged(request, made.etag)
    if unchanged is not None:
        return unchanged
    headers = {"ETag": made.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if codings.takes(request.headers.get("accept-encoding", ""), "gzip"):
        return Response(made.body, 200, {**headers, "Content-Encoding": "gzip"}, tilesets.MVT)
    return Response(gzip.decompress(made.body), 200, headers, tilesets.MVT)
