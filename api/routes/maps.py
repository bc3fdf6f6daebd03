"""The planner's page, its files, and the grids it draws."""

from __future__ import annotations

import gzip
import hashlib
import re
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from gridgeo import __version__
from gridgeo.errors import DatabaseUnavailable, NotFound
from gridgeo.events import classes
from gridgeo.hierarchy import store
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GOVERNANCE, Edition, Scheme
from gridgeo.moments import CHINA, day
from gridgeo.objects import categories
from maps import bundle, page

from .. import codings, conditional, depends, policies
from ..drawings import drawable
from ..parameters import DATETIME, SCHEME, Parameter, Query

router = APIRouter(prefix="/maps", tags=["maps"])

_PAGE = Query(SCHEME, DATETIME)
_ASSET = Query(
    Parameter("name", "Name of the file.", str, {"type": "string"}, example="planner.js", place="path"),
    Parameter("v", "Digest of the file; with it the answer may be kept for ever.", str, {"type": "string"}),
)
_GRIDS = Query(Parameter("version", "Version of an edition's grids, as the page names it.", str, {"type": "string"}, place="path"))

#: What the page asks by itself, and how.
_ASKED = {
    "addresses": ("GET", "/addresses"),
    "wash": ("POST", "/addresses/wash"),
    "blocks": ("GET", "/blocks/{code}"),
    "workers": ("GET", "/grids/{code}/workers"),
    "links": ("GET", "/houses/{code}/links"),
    "within": ("POST", "/objects/within"),
    "take": ("POST", "/objects/download"),
    "grids": ("GET", "/collections/grids/download"),
    "objects": ("GET", "/objects/counts"),
    "events": ("GET", "/events"),
}

_FOR_EVER = "public, max-age=31536000, immutable"
_VERSION = re.compile(r"([0-9]{1,18})-[0-9a-f]{12}", re.ASCII)


@router.get("", include_in_schema=False)
async def planner_elsewhere() -> Response:
    """The page's files lie beside it, so its address ends in a slash."""
    return RedirectResponse("maps/", 308)


@router.get("/", summary="The map", openapi_extra=_PAGE.as_dict(), response_class=HTMLResponse)
async def planner(request: Request) -> Response:
    """The page; where nothing is loaded yet it says how to load, where a scheme has no boundaries it says so."""
    asked = _PAGE(request)
    names = _drawable(request)
    access = await run_in_threadpool(_access, request)
    if not request.query_params:
        if not names:
            return _page(request, page.render(None, access=access))
        asked.scheme = GOVERNANCE if GOVERNANCE in names else names[0]
    shown = await depends.snapshot(request, asked)
    schemes = [_scheme(depends.live(request).now(name).scheme, name == asked.scheme) for name in names]
    if not drawable(shown.scheme):
        return _page(request, page.render(None, [_scheme(shown.scheme, True), *schemes], listed=True, access=access))
    editions = await run_in_threadpool(_editions, request, shown)
    under = request.app.state.basemaps
    return _page(request, page.render(_data(shown.edition), schemes, editions, query=request.url.query, access=access, basemaps=under))


@router.get("/assets/{name:path}", summary="A file of the map", openapi_extra=_ASSET.as_dict(), response_class=Response)
async def asset(request: Request, name: str) -> Response:
    """A file of the page; asked with its digest it may be kept for ever."""
    digest = _ASSET(request).v
    found = bundle.files().get(name)
    if found is None:
        raise NotFound("file of the map", name)
    kept = {"Cache_Control": _FOR_EVER} if digest == found.digest else {}
    return conditional.send(request, found.body, found.media_type, f'"{found.digest}"', **kept)


@router.get("/data/{version}/grids.topojson", summary="An edition's grids, to be drawn", openapi_extra=_GRIDS.as_dict())
async def grids(request: Request, version: str) -> Response:
    """An edition's grids as TopoJSON. The name holds all that decides them, so the answer never changes."""
    _GRIDS(request)
    etag = f'"{version}"'
    unchanged = conditional.unchanged(request, etag)
    if unchanged is not None:
        return unchanged
    packed = await run_in_threadpool(lambda: depends.drawings(request).of(_named(request, version)))
    headers = {"ETag": etag, "Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if codings.takes(request.headers.get("accept-encoding", ""), "gzip"):
        return Response(packed, 200, {**headers, "Content-Encoding": "gzip"}, conditional.JSON)
    return Response(gzip.decompress(packed), 200, headers, conditional.JSON)


def version_of(edition: Edition) -> str:
    """Return the name of an edition's grids as they are drawn by this version of gridgeo."""
    decides = (__version__, edition.edition_id, edition.digest, edition.name, edition.valid_from, edition.valid_to)
    return f"{edition.edition_id}-{hashlib.sha256(repr(decides).encode()).hexdigest()[:12]}"


def _page(request: Request, made: page.Page) -> Response:
    return conditional.send(
        request,
        made.html.encode(),
        conditional.HTML,
        Content_Security_Policy=made.policy,
    )


def _access(request: Request) -> page.Access:
    """What the page may ask with no key, and whether there are addresses, managed objects and events to ask for."""
    base = depends.base(request)
    needs = {name: policies.of(*route) for name, route in _ASKED.items()}
    return page.Access(
        request.app.state.gate.anonymous.scopes, needs, bool(base.roads or base.compounds), _objects(request), _events(request)
    )


def _objects(request: Request) -> bool:
    """Whether a tree of categories is valid; with the database away none is known."""
    now = datetime.now(CHINA)
    try:
        trees = depends.read(request, categories.trees)
    except DatabaseUnavailable:
        return False
    return any(tree.valid_from and tree.valid_from <= now and (tree.valid_to is None or now < tree.valid_to) for tree in trees)


def _events(request: Request) -> bool:
    """Whether a class of events is in use; with the database away none is known."""
    try:
        return bool(depends.read(request, classes.valid))
    except DatabaseUnavailable:
        return False


def _drawable(request: Request) -> list[str]:
    """Schemes that have areas to draw."""
    return [snapshot.scheme.scheme for snapshot in depends.live(request).current if drawable(snapshot.scheme)]


def _scheme(scheme: Scheme, chosen: bool) -> page.Choice:
    return page.Choice(scheme.name_zh, scheme.name_en, "?" + urlencode({"scheme": scheme.scheme}), chosen)


def _editions(request: Request, shown: Snapshot) -> list[page.Choice]:
    """The editions that can be chosen, newest first; with the database away only the one shown."""
    try:
        known = depends.read(request, store.editions, shown.scheme.scheme)
    except DatabaseUnavailable:
        return []
    begun = [edition for edition in known if edition.valid_from is not None]
    return [_edition(edition, edition.edition_id == shown.edition.edition_id) for edition in reversed(begun)]


def _edition(edition: Edition, chosen: bool) -> page.EditionChoice:
    asked = {"scheme": edition.scheme, "datetime": edition.valid_from.astimezone(CHINA).isoformat()}
    begins, ends = day(edition.valid_from), edition.valid_to and day(edition.valid_to)
    href, data = "?" + urlencode(asked), _data(edition)
    return page.EditionChoice(
        f"{edition.name}（{begins} – {ends or '…'}）", "", href, chosen, edition.edition_id, edition.name, begins, ends, data
    )


def _data(edition: Edition) -> str:
    """Return where an edition's grids are, relative to the page."""
    return f"data/{version_of(edition)}/grids.topojson"


def _named(request: Request, named: str) -> Snapshot:
    """Return the edition a name of grids stands for; raises NotFound."""
    match = _VERSION.fullmatch(named)
    if match is None:
        raise NotFound("map data", named)
    live = depends.live(request)
    snapshot = next((one for one in live.current if version_of(one.edition) == named), None)
    if snapshot is None:
        edition = depends.read(request, store.edition, int(match[1]))
        if edition.valid_from is None or version_of(edition) != named:
            raise NotFound("map data", named)
        snapshot = live.at(edition.scheme, edition.valid_from)
    return snapshot
