"""The locked room as the API enters it: a deed and its row in the audit are one transaction, refusals are recorded too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg2
from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from gridgeo.errors import GridgeoError
from gridgeo.linkage import audit, keys, resolve
from gridgeo.linkage.model import Resolution
from gridgeo.linkage.vault import Vault

from . import depends, problems


class Recorded(APIRoute):
    """A route of the room: what it refuses to a caller it knows is recorded, and no word of a fault goes to the log."""

    def get_route_handler(self) -> Callable:
        """Return what answers a request."""
        return self.recording(super().get_route_handler())

    def recording(self, answer: Callable) -> Callable:
        """Return what answers a request as `answer` does, and records what it refuses."""

        async def recorded(request: Request) -> Response:
            try:
                return await answer(request)
            except GridgeoError as error:
                await run_in_threadpool(_record, request, self.name, problems.code_of(type(error)))
                raise
            except psycopg2.OperationalError:
                raise
            except Exception as error:  # a code may stand in its words
                raise RuntimeError(f"{self.name} failed: {type(error).__name__}").with_traceback(error.__traceback__) from None

        return recorded


def ask(request: Request, question: Callable[..., Resolution], *given: Any, **asked: Any) -> Resolution:
    """Return question(conn, vault, …) of a transaction that records it; the audit's head is then written outside the database.

    Blocks. Raises Conflict where the room has no keys yet.
    """

    def within(conn) -> Resolution:
        return question(conn, vault(request, conn), *given, actor=depends.principal(request).actor, **asked)

    found = depends.linked(request, within)
    audit.anchor(depends.settings(request), found.head)
    return found


def vault(request: Request, conn) -> Vault:
    """Return the vault, kept as long as the database uses the same keys."""
    state = request.app.state
    kept = getattr(state, "vault", None)
    if kept is None or not keys.is_current(conn, kept):
        kept = state.vault = keys.unlock(conn, depends.settings(request))
    return kept


def _record(request: Request, action: str, why: str) -> None:
    """Record a refusal; of callers nobody knows there is nothing to tell but that they were refused, and they may be many."""
    admitted = request.scope.get("admitted")
    if admitted is None or not admitted.principal.known:
        return

    def within(conn) -> audit.Head:
        refused = {"purpose": "", "actor": admitted.principal.actor, "subjects": 0, "why": why, "action": action}
        return resolve.refuse(conn, vault(request, conn), **refused)

    with suppress(GridgeoError, psycopg2.Error):  # the caller is told of the refusal, not of this
        audit.anchor(depends.settings(request), depends.linked(request, within))
