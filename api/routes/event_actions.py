"""Acting on events: every step by somebody whose duty it is, on the state they know."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.errors import InvalidInput, Unfit
from gridgeo.events import acting
from gridgeo.events.model import Event

from .. import conditional, depends, event_bodies, events, objects
from .. import schemas_events as said
from ..parameters import Parameter, Query
from ..problems import Fault, InvalidRequest, UnfitReport

router = APIRouter(prefix="/events", tags=["events"])

_MATCH = Parameter(
    "If-Match",
    "ETag of the event as it is known; without it nothing is done (428), nor to another state (412).",
    str,
    {"type": "string"},
    required=True,
    example='"1"',
    place="header",
)
_ACT = Query(events.REF, _MATCH)
_BODY = event_bodies.described(
    event_bodies.ACTION, "What is done, and what it needs. What may be done is in the answer of the event.", {"action": "file"}
)


@router.post(
    "/{ref}/actions",
    summary="Act on an event",
    openapi_extra={**_ACT.as_dict(), "requestBody": _BODY},
    responses={200: {"model": said.EventTold, "headers": {"ETag": {"schema": {"type": "string"}}}}},
)
async def act(request: Request) -> Response:
    """One step. What may not be done now is 409, and `allowed` lists what may; whom it names departments and duties decide."""
    _ACT(request)
    known = event_bodies.versions(request)
    given, _ = await event_bodies.received(request, event_bodies.ACTION)
    today = await run_in_threadpool(objects.edition, request)
    found, may, words = await run_in_threadpool(_acted, request, known, given)
    body = {**events.told(found, words, True, today), "actions": events.actions(may), "links": []}
    headers = {"ETag": events.tag(found), "Cache-Control": "no-cache"}
    return Response(events.dumps(body), 200, headers, conditional.JSON)


def _acted(request: Request, known: list[int] | None, given: dict[str, Any]) -> tuple[Event, tuple, events.Words]:
    try:
        return depends.write(request, _act, request, known, given)
    except Unfit as error:
        raise UnfitReport([Fault(f"/{issue.field}", issue.code, issue.message, True) for issue in error.issues]) from None
    except InvalidInput as error:
        raise InvalidRequest([Fault(f"/{error.field}", "invalid-member", error.rule, True)]) from None


def _act(conn, request: Request, known: list[int] | None, given: dict[str, Any]) -> tuple[Event, tuple, events.Words]:
    before, actor = events.find(conn, request), events.actor(request)
    version = None if known is None else before.version if before.version in known else 0
    done = acting.act(conn, before.event_id, given["action"], actor, given, version=version)
    return done, acting.legal(conn, done, actor), events.words(conn)
