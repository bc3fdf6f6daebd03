"""Refusals of the whole service: which error is which status, and what a caller is told of it."""

from __future__ import annotations

from http import HTTPStatus

import psycopg2
from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from gridgeo import errors
from gridgeo.errors import GridgeoError

from . import conditional, problems, rooted
from .jobs import ResultNotReady

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

#: What is told of errors whose own words are for our log alone.
_UNSAID: dict[type[Exception], str] = {
    errors.DatabaseUnavailable: "the database is away; try again soon",
    errors.StoreUnavailable: "where files are kept cannot be reached; try again soon",
    errors.Damaged: "it was kept, and is damaged or lost: whoever runs this service puts it back from a backup",
}

_RETRY = {"Retry-After": "2"}


def tell(app: FastAPI) -> None:
    """Let an application tell its callers of every error as a problem."""

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


def known() -> list[tuple[int, str, str]]:
    """Return every problem there is: status, code and title."""
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
