"""The application: its routes, and what stands around them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain

import orjson
from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import compile_path

from gridgeo import __version__
from gridgeo.jobs.folder import Folder
from gridgeo.settings import Settings
from maps import basemaps

from . import access, openapi, pages, problems, refusals, running
from .codings import Packing
from .direct import Direct
from .middleware import Door, Metrics
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
    app = FastAPI(
        title="gridgeo",
        version=__version__,
        description=_DESCRIPTION,
        license_info={"name": "MIT"},
        openapi_tags=_TAGS,
        lifespan=partial(running.opened, started),
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
        _open_to(app, settings.cors_origins)
    app.add_middleware(Door, metrics=app.state.metrics, root_path=settings.root_path)
    refusals.tell(app)
    described = openapi.document(app, app.state.gate.anonymous, settings.root_path)
    app.state.document, app.state.reference = orjson.dumps(described), pages.reference(described, refusals.known())
    app.state.paths = [(compile_path(path)[0], {method.upper() for method in item}) for path, item in described["paths"].items()]
    return app


def from_env() -> FastAPI:
    """Return the application of the environment's settings: for servers that want a factory."""
    return create_app(Settings.from_env(), settle)


def settle() -> None:
    """Keep what a process begins with out of the search for garbage: to look through it would stop it for a tenth of a second."""
    gc.collect()
    gc.freeze()


def _open_to(app: FastAPI, origins: Sequence[str]) -> None:
    """Let scripts of other origins ask."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=[
            *("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Prefer", "Receipt"),
            *("X-API-Key", "X-Request-Id"),
        ],
        expose_headers=_EXPOSED,
        max_age=3600,
    )
