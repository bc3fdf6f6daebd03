"""Where everything starts: the landing page, the OpenAPI document and the documentation made of it."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gridgeo.tiles import tilesets
from maps.qgis import project

from .. import answers, conditional, depends, ogc, openapi, pages, schemas
from ..parameters import Query, form

router = APIRouter(tags=["service"])

_LANDING, _NONE = Query(form("json", "html")), Query()


def _links(request: Request) -> list[dict[str, str]]:
    """Where to go on, with whole addresses. The words of OGC API come first; its older and its registered names are both in use."""
    ways = (
        ("/", "self", "this page", conditional.JSON),
        ("/?f=html", "alternate", "this page for people", conditional.HTML),
        ("/api", "service-desc", "OpenAPI 3.0 document", openapi.MEDIA_TYPE),
        ("/api.html", "service-doc", "documentation", conditional.HTML),
        ("/conformance", "conformance", "standards held to", conditional.JSON),
        ("/conformance", "http://www.opengis.net/def/rel/ogc/1.0/conformance", "standards held to", conditional.JSON),
        ("/collections", "data", "数据集 collections", conditional.JSON),
        ("/collections", "http://www.opengis.net/def/rel/ogc/1.0/data", "数据集 collections", conditional.JSON),
        ("/processes", "http://www.opengis.net/def/rel/ogc/1.0/processes", "处理 processes", conditional.JSON),
        ("/jobs", "http://www.opengis.net/def/rel/ogc/1.0/job-list", "任务 jobs", conditional.JSON),
        ("/tileMatrixSets", tilesets.TILING_SCHEMES, "瓦片方案 how tiles are cut", conditional.JSON),
        ("/maps/", "map", "网格一张图 grids on one map", conditional.HTML),
        ("/downloads", "enclosure", "下载 whole collections as files", conditional.JSON),
        ("/qgis/project.qgz", "alternate", "QGIS 工程 project for QGIS", project.MEDIA_TYPE),
        ("/grids/summary", "summary", "all levels in figures", conditional.JSON),
        ("/editions", "editions", "all editions", conditional.JSON),
        ("/healthz", "status", "the process is there", conditional.JSON),
        ("/readyz", "status", "questions can be answered", conditional.JSON),
    )
    return [ogc.link(request, path, rel, title, media_type) for path, rel, title, media_type in ways]


@router.get(
    "/",
    summary="Where everything starts",
    openapi_extra=_LANDING.as_dict(),
    responses={200: {"model": schemas.Landing, "content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def landing(request: Request) -> Response:
    """Links to what is here; as a page for people, when a browser asks."""
    asked = _LANDING(request)
    wanted = conditional.chosen(request, ("json", "html"), asked.f)
    if wanted == "html":
        live = depends.live(request)
        closed = not depends.principal(request).may("read")
        editions = [] if closed else [answers.of(live.now(scheme)) for scheme in live.schemes]
        figures = [(each.snapshot, each.summary) for each in editions]
        return pages.response(request, pages.render("landing.html", app=request.app, editions=figures, closed=closed))
    body = {"title": request.app.title, "description": request.app.description, "version": request.app.version, "links": _links(request)}
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=body["links"][1:])


@router.get(
    "/api",
    summary="The OpenAPI document",
    openapi_extra=_NONE.as_dict(),
    responses={200: {"content": {openapi.MEDIA_TYPE: {"schema": {"type": "object"}}}}},
)
async def api(request: Request) -> Response:
    """Version 3.0, for tools."""
    _NONE(request)
    return conditional.send(request, request.app.state.document, openapi.MEDIA_TYPE)


@router.get("/api.html", summary="The documentation", openapi_extra=_NONE.as_dict(), response_class=HTMLResponse)
async def api_page(request: Request) -> Response:
    """For people: every resource with its parameters, and addresses to try."""
    _NONE(request)
    return pages.response(request, request.app.state.reference)
