"""Whether we are there, and whether we can answer."""

from __future__ import annotations

import psycopg2
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from gridgeo.changes import store
from gridgeo.errors import DatabaseUnavailable

from .. import conditional, depends, schemas
from ..parameters import Query

router = APIRouter(tags=["service"])

_NONE = Query()
_FRESH = {"Cache-Control": "no-store"}


@router.get("/healthz", summary="The process is there", openapi_extra=_NONE.as_dict(), responses={200: {"model": schemas.Health}})
async def healthz(request: Request) -> Response:
    """Answers as long as the process runs, whatever else does not."""
    _NONE(request)
    return Response(b'{"status":"ok"}', headers=_FRESH, media_type=conditional.JSON)


@router.get(
    "/readyz",
    summary="Questions can be answered",
    openapi_extra=_NONE.as_dict(),
    responses={
        200: {"model": schemas.Readiness},
        503: {"model": schemas.Readiness, "description": "Neither database nor memory can answer."},
    },
)
def readyz(request: Request) -> Response:
    """Ready: the database is there. Degraded: it is away, and what is in memory goes on answering (still 200)."""
    _NONE(request)
    editions = {scheme: depends.live(request).now(scheme).edition.edition_id for scheme in depends.live(request).schemes}
    there = _database_is_there(request)
    status = "ready" if there else "degraded" if editions else "away"
    told = schemas.Readiness(status=status, database="there" if there else "away", editions=editions)
    return Response(told.model_dump_json().encode(), 503 if status == "away" else 200, _FRESH, conditional.JSON)


@router.get("/metrics", summary="Counts and times of this process", openapi_extra=_NONE.as_dict(), response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Counters in the text format of Prometheus. Each worker process counts its own requests; the change feed is one of all."""
    _NONE(request)
    return PlainTextResponse(request.app.state.metrics.text() + _feed(request), headers=_FRESH)


def _feed(request: Request) -> str:
    """How far the numbering of the change feed lags; nothing while the database is away."""
    try:
        with request.app.state.pool.connection(wait_s=1) as conn:
            lag = store.lag(conn)
    except (DatabaseUnavailable, psycopg2.Error):
        return ""
    gauges = {"feed_number": lag.latest, "feed_waiting": lag.waiting, "feed_waiting_seconds": lag.waiting_s}
    return "".join(f"# TYPE gridgeo_{name} gauge\ngridgeo_{name} {value:.9g}\n" for name, value in gauges.items())


def _database_is_there(request: Request) -> bool:
    try:
        with request.app.state.pool.connection(wait_s=1) as conn, conn.cursor() as cur:
            cur.execute("SELECT 1")
        return True
    except (DatabaseUnavailable, psycopg2.Error):
        return False
