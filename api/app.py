"""The application: what is opened and closed, which error is which status, and the routes."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from itertools import chain

import anyio
import anyio.to_thread
import orjson
import psycopg2
from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import compile_path

from gridgeo import __version__, errors
from gridgeo.addresses.washing.live import Live as Addresses
from gridgeo.errors import GridgeoError
from gridgeo.hierarchy import store
from gridgeo.hierarchy.live import Live
from gridgeo.jobs.folder import Folder
from gridgeo.jobs.worker import Worker
from gridgeo.processes import catalogue
from gridgeo.processes.model import Means
from gridgeo.settings import Settings
from gridgeo.tiles.live import Live as Tiles
from maps import basemaps

from . import access, conditional, depends, openapi, pages, problems, rooted
from .codings import Packing
from .direct import Direct
from .drawings import Drawings, drawable
from .feed import Feed
from .gathering import Gathering
from .jobs import ResultNotReady
from .kept import Kept
from .middleware import Door, Metrics
from .pools import READER, Pools
from .routes import (
    addresses,
    at,
    blocks,
    buildings,
    caller,
    categories,
    changes,
    checks,
    codes,
    collections,
    deeds,
    download,
    downloads,
    editions,
    event_actions,
    event_community,
    event_digest,
    event_hotspots,
    event_limits,
    event_media,
    event_original,
    event_pages,
    event_pictures,
    event_receipt,
    event_reports,
    event_stats,
    event_tiles,
    events,
    features_download,
    grids,
    health,
    items,
    items_written,
    jobs,
    landing,
    lineage,
    linkage,
    maps,
    object_counts,
    objects,
    objects_download,
    objects_drawn,
    open311,
    open311_reports,
    processes,
    qgis,
    routing,
    rulesets,
    tiles,
    tilesets,
    versions,
    webhooks,
    workers,
)
from .streams import ENDING

#: The one table of which foreseen error is which status; an error not named here is what its parent is.
STATUS: dict[type[Exception], int] = {
    errors.InvalidInput: 400,
    problems.InvalidRequest: 400,
    problems.UnfitFeature: 422,
    problems.PreconditionFailed: 412,
    problems.PreconditionRequired: 428,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    ResultNotReady: 404,
    problems.TooSlow: 408,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.NotThen: 410,
    errors.Stale: 412,
    errors.KeyReused: 422,
    problems.UnfitReport: 422,
    errors.TooMany: 429,
    problems.Forgotten: 410,
    problems.BodyTooLarge: 413,
    problems.AnswerTooLarge: 413,
    problems.UriTooLong: 414,
    problems.UnsupportedMediaType: 415,
    problems.TooManyRequests: 429,
    problems.Busy: 503,
    errors.DatabaseUnavailable: 503,
    errors.StoreUnavailable: 503,
    errors.Damaged: 500,
    GridgeoError: 500,
}

#: Each has a `router`. Its routes are let in by their lines in :mod:`.policies`. What comes first is matched first.
_RESOURCES = (
    at,
    lineage,
    grids,
    workers,
    download,
    downloads,
    collections,
    versions,
    items_written,
    items,
    tiles,
    tilesets,
    editions,
    addresses,
    buildings,
    deeds,
    categories,
    object_counts,
    objects_drawn,
    objects_download,
    features_download,
    objects,
    event_tiles,
    event_stats,
    event_hotspots,
    event_pages,
    event_pictures,
    event_community,
    event_receipt,
    event_digest,
    event_reports,
    event_actions,
    event_media,
    event_original,
    event_limits,
    events,
    open311,
    open311_reports,
    routing,
    rulesets,
    changes,
    webhooks,
    processes,
    jobs,
    codes,
    linkage,
    blocks,
    checks,
    maps,
    qgis,
    landing,
    caller,
    health,
)

#: What is told of errors whose own words are for our log alone.
_UNSAID: dict[type[Exception], str] = {
    errors.DatabaseUnavailable: "the database is away; try again soon",
    errors.StoreUnavailable: "where files are kept cannot be reached; try again soon",
    errors.Damaged: "it was kept, and is damaged or lost: whoever runs this service puts it back from a backup",
}

_RETRY = {"Retry-After": "2"}
#: What scripts of other origins may read of an answer.
_EXPOSED = (
    "ETag",
    "Link",
    "Content-Crs",
    "Location",
    "Preference-Applied",
    "Memento-Datetime",
    "X-Request-Id",
    "Content-Disposition",
    "Retry-After",
    "RateLimit",
    "WWW-Authenticate",
)
_DESCRIPTION = "网格 · A city by its grids: which unit is here, what is it called, who are its neighbours, and how was it before."
_TAGS = [
    {"name": "grids", "description": "网格 · Grid units and where points lie."},
    {"name": "collections", "description": "数据集 · Features for GIS clients: OGC API - Features."},
    {"name": "editions", "description": "版本 · Boundaries as they were, are and will be."},
    {"name": "addresses", "description": "地址 · Buildings and houses, their names, and any text led to one of them."},
    {"name": "objects", "description": "部件 · Managed objects: their categories, where they are, how many there are."},
    {"name": "events", "description": "事件 · What happens and what residents ask for: from the report to the closing."},
    {"name": "changes", "description": "变更 · What changed, in the order it was committed, for services that keep a copy."},
    {"name": "processes", "description": "处理 · What takes longer than a request: OGC API - Processes, with jobs."},
    {"name": "codes", "description": "编码 · Whether codes are sound, and what is wrong with them."},
    {
        "name": "linkage",
        "description": "五码关联 · What is linked to a house: persons, organisations, numbers, events; never a list of people.",
    },
    {"name": "tiles", "description": "瓦片 · Vector tiles, for maps of any kind."},
    {"name": "maps", "description": "地图 · The map for planners."},
    {"name": "service", "description": "服务 · This service itself."},
]


def create_app(settings: Settings, started: Callable[[], None] = lambda: None) -> FastAPI:
    """Return the application. It opens the database when it starts, and starts without any edition too; then `started` is called."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # As many threads as connections: more would only wait for them, and slow the rest down.
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.pool_size
        # However much is to be washed, other questions find a thread.
        app.state.washing = anyio.CapacityLimiter(max(1, settings.pool_size // 2))
        # A file takes a connection for seconds, and so may an area with thousands of corners.
        app.state.downloads = anyio.CapacityLimiter(max(1, settings.pool_size // 4))
        app.state.areas = anyio.CapacityLimiter(max(1, settings.pool_size // 2))
        # Where media are kept may be far away and slow; who waits for it keeps no thread from others.
        app.state.media = anyio.CapacityLimiter(settings.pool_size)
        app.state.pools = await anyio.to_thread.run_sync(Pools, settings)
        app.state.pool = app.state.pools.reader
        app.state.drawings = Drawings(lambda: depends.read_from(app.state.pool, store.grid_types))
        app.state.tiles = Tiles(settings.database_url, lambda: _drawn(app.state.live))
        look = app.state.drawings.look, app.state.tiles.look
        app.state.live = await anyio.to_thread.run_sync(Live(settings.database_url, READER, lambda: [each() for each in look]).start)
        app.state.drawings.follow(app.state.live)
        app.state.addresses = await anyio.to_thread.run_sync(Addresses(settings.database_url, READER).start)
        app.state.tiles.start()
        app.state.kept = Kept(settings.database_url).start()
        app.state.feed = Feed(settings).start()
        app.state.reports = Gathering(event_reports.take_in)
        app.state.worker = _worker(app).start()
        started()
        yield {ENDING: app.state.feed.end}
        app.state.worker.stop()
        app.state.feed.stop()
        app.state.kept.stop()
        app.state.tiles.stop()
        app.state.addresses.stop()
        app.state.drawings.stop()
        app.state.live.stop()
        app.state.pools.close()

    app = FastAPI(
        title="gridgeo",
        version=__version__,
        description=_DESCRIPTION,
        license_info={"name": "MIT"},
        openapi_tags=_TAGS,
        lifespan=lifespan,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(access.admit)],
        responses={"4XX": {"description": "The request is at fault; the body says how.", "content": problems.CONTENT}},
    )
    app.state.settings, app.state.metrics, app.state.gate = settings, Metrics(), access.Gate(settings)
    app.state.basemaps = basemaps.parse(settings.basemaps)
    app.state.jobs_folder = Folder.under(settings.home)
    app.state.routes = []
    often = (tiles, event_tiles, items, event_reports)
    app.router.routes.append(Direct(chain(*(each.router.routes for each in often)), chain(*(each.DIRECT for each in often))))
    for resource in _RESOURCES:
        app.include_router(resource.router)
        app.state.routes += resource.router.routes
    app.add_middleware(Packing)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                *("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Prefer", "Receipt"),
                *("X-API-Key", "X-Request-Id"),
            ],
            expose_headers=_EXPOSED,
            max_age=3600,
        )
    app.add_middleware(Door, metrics=app.state.metrics, root_path=settings.root_path)
    _add_handlers(app)
    described = openapi.document(app, app.state.gate.anonymous, settings.root_path)
    app.state.document, app.state.reference = orjson.dumps(described), pages.reference(described, _problems())
    app.state.paths = [(compile_path(path)[0], {method.upper() for method in item}) for path, item in described["paths"].items()]
    return app


def _worker(app: FastAPI) -> Worker:
    """What does jobs beside the requests."""
    settings = app.state.settings
    means = Means(lambda: app.state.addresses.base, settings.default_area, settings.authority)
    return Worker(settings.database_url, app.state.jobs_folder, catalogue.does(means))


def _drawn(live: Live) -> list[int]:
    """The editions valid now that have areas."""
    return [snapshot.edition.edition_id for snapshot in live.current if drawable(snapshot.scheme)]


def from_env() -> FastAPI:
    """Return the application of the environment's settings: for servers that want a factory."""
    return create_app(Settings.from_env(), settle)


def settle() -> None:
    """Keep what a process begins with out of the search for garbage: to look through it would stop it for a tenth of a second."""
    gc.collect()
    gc.freeze()


def _add_handlers(app: FastAPI) -> None:
    @app.exception_handler(GridgeoError)
    async def foreseen(request: Request, error: GridgeoError) -> Response:
        status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        detail, faults = problems.describe(error)
        if status >= 500 and not isinstance(error, problems.Busy):
            detail = next((said for kind, said in _UNSAID.items() if isinstance(error, kind)), "something went wrong here")
        more = {"since": error.since and str(error.since), "successors": error.successors} if isinstance(error, errors.Gone) else {}
        more |= {"stage": error.stage, "allowed": error.allowed} if isinstance(error, errors.ForbiddenTransition) else {}
        more |= {"type": error.uri} if hasattr(error, "uri") else {}
        code, title = problems.code_of(type(error)), problems.title_of(type(error))
        return problems.response(status, code, title, detail, _number(request), faults, _said_besides(request, error, status), **more)

    @app.exception_handler(psycopg2.OperationalError)
    async def interrupted(request: Request, error: psycopg2.OperationalError) -> Response:
        return problems.of_status(503, "the database took too long or went away; try again soon", _number(request), _RETRY)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:
            allowed = ", ".join(sorted(_methods(request, error)))
            return problems.of_status(405, f"this resource takes {allowed}", _number(request), {"Allow": allowed})
        detail = "there is nothing at this address; / says what there is" if error.status_code == 404 else str(error.detail)
        return problems.of_status(error.status_code, detail, _number(request), error.headers)


def _said_besides(request: Request, error: GridgeoError, status: int) -> dict[str, str] | None:
    """Headers of a refusal: when to come again, or what to say of oneself."""
    if isinstance(error, problems.Forgotten):
        return {"Link": f'<{error.instead}>; rel="alternate"'}
    if isinstance(error, errors.Gone) and error.links:
        return {"Link": conditional.linked(error.links)}
    if isinstance(error, problems.TooManyRequests):
        return {"Retry-After": str(error.retry_s)}
    if isinstance(error, errors.TooMany):
        return {"Retry-After": "10"}
    if isinstance(error, errors.Forbidden):
        return {"WWW-Authenticate": f'Bearer realm="gridgeo", error="insufficient_scope", scope="{error.scope}"'}
    if status == 401:
        given = request.headers.get("authorization") or request.headers.get("x-api-key")
        return {"WWW-Authenticate": 'Bearer realm="gridgeo"' + (', error="invalid_token"' if given else "")}
    return _RETRY if status == 503 else None


def _problems() -> list[tuple[int, str, str]]:
    """Every problem there is: status, code and title."""
    bare = [(status, HTTPStatus(status).phrase) for status in (400, 404, 405, 500, 503)]
    found = [(status, problems.code_of(kind), problems.title_of(kind)) for kind, status in STATUS.items() if kind is not GridgeoError]
    return sorted(found + [(status, phrase.lower().replace(" ", "-"), phrase) for status, phrase in bare])


def _methods(request: Request, error: HTTPException) -> set[str]:
    """What may be done at the address of a request: the router names the methods of the first route alone."""
    path = rooted.within(request.scope)
    methods = set((error.headers or {}).get("Allow", "").split(", "))
    methods.update(*(methods for pattern, methods in request.app.state.paths if pattern.match(path)))
    return methods | ({"HEAD"} if "GET" in methods else set())


def _number(request: Request) -> str:
    return request.scope.get("request_id", "")
