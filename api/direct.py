"""Routes asked many times a second: looked for first, and answered without what FastAPI does for parameters and bodies.

Nothing else is otherwise: the same gate, the same function, the same answers to errors, the same headers and line in the log.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from . import access, rooted
from .room import Recorded


class Direct(BaseRoute):
    """A way to routes that FastAPI has, too, for other methods and for the OpenAPI document: of functions that take the request alone."""

    def __init__(self, routes: Iterable[APIRoute], endpoints: Iterable[Callable]) -> None:
        wanted = set(endpoints)
        self.routes = [route for route in routes if route.endpoint in wanted]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether a request is for one of the routes."""
        if scope["type"] == "http":
            path = rooted.within(scope)
            for route in self.routes:
                if scope["method"] in route.methods and (found := route.path_regex.match(path)):
                    return Match.FULL, {"route": route, "endpoint": route.endpoint, "path_params": found.groupdict()}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, and answer it."""
        route = scope["route"]
        answer = route.recording(_answer) if isinstance(route, Recorded) else _answer
        response = await answer(Request(scope, receive))
        await response(scope, receive, send)


async def _answer(request: Request) -> Response:
    await access.admit(request)
    endpoint = request.scope["endpoint"]
    return await (endpoint(request) if inspect.iscoroutinefunction(endpoint) else run_in_threadpool(endpoint, request))
