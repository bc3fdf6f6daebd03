"""How much time an event has left."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.events import limits

from .. import answers, conditional, depends, events, schemas_event_limits
from ..parameters import Query

router = APIRouter(prefix="/events", tags=["events"])

_OF_ONE = Query(events.REF)


@router.get(
    "/{ref}/limits",
    summary="How much time is left",
    openapi_extra=_OF_ONE.as_dict(),
    responses={200: {"model": schemas_event_limits.EventLimits}},
)
def left(request: Request) -> Response:
    """By when an event is to be closed and its stage to be over, and the time left: in working time where the limit is counted so."""
    _OF_ONE(request)
    now = datetime.now(UTC)

    def work(conn):
        found = events.find(conn, request)
        return found, limits.left(conn, found, now)

    found, ends = depends.read(request, work)
    whole, stage = (end and {**end._asdict(), "minutes": round(end.minutes, 1)} for end in ends)
    here = f"/events/{found.event_id}"
    links = [answers.link(f"{here}/limits", "self", "limits"), answers.link(here, "up", found.event_code)]
    body = {"event_id": found.event_id, "event_code": found.event_code, "now": now, "whole": whole, "stage": stage, "links": links}
    return conditional.send(request, events.dumps(body), conditional.JSON, links=links)
