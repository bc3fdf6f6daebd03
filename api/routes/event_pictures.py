"""The page of an event's pictures, videos and papers, for those who carry it on: seen, and sent by a form.

They come with a key, which no browser sends by itself: a form of another site can send nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from gridgeo.errors import Conflict, NotFound
from gridgeo.events.media import store as held
from gridgeo.events.model import Event
from gridgeo.hierarchy.locate import Snapshot

from .. import bodies, depends, event_pages, events, forms, media, objects
from ..parameters import Query
from ..problems import BodyTooLarge

router = APIRouter(prefix="/events", tags=["events"], route_class=event_pages.Page, responses=event_pages.RESPONSES)

_OF_ONE = Query(events.REF)
_SCHEMA = {"type": "object", "required": ["picture"], "properties": {"picture": {"type": "string", "format": "binary"}}}
_BODY = {"description": "The form of the page: one file.", "required": True, "content": {forms.WITH_FILE: {"schema": _SCHEMA}}}


@router.get("/{ref}/pictures", summary="Pictures and papers, as a page", openapi_extra=_OF_ONE.as_dict(), response_class=HTMLResponse)
def shown(request: Request) -> Response:
    """A page: what an event has, each to be opened, and a form that takes one more."""
    _OF_ONE(request)
    return _page(request)


@router.post(
    "/{ref}/pictures",
    summary="Send a picture or paper by a form",
    openapi_extra={**_OF_ONE.as_dict(), "requestBody": _BODY},
    response_class=HTMLResponse,
)
async def sent(request: Request) -> Response:
    """The same page once the event has the file, or why it has not: as `POST /events/{ref}/media`."""
    _OF_ONE(request)
    try:
        body = await bodies.received(request, "pictures", media.most(request) + forms.BESIDE, media.WITHIN_S)
    except BodyTooLarge as error:
        return await run_in_threadpool(_refused, request, error)
    return await media.beside(request, _taken, request, body)


def _refused(request: Request, error: BodyTooLarge) -> Response:
    try:
        return _page(request, *media.refusal(request, error))
    except NotFound:
        raise error from None  # there is no page to say it on


def _taken(request: Request, body: bytes) -> Response:
    found = depends.read(request, events.find, request)
    _, picture = forms.with_file(body, request.headers.get("content-type", ""), (), "picture")
    try:
        media.keep(request, _going_on(found), picture, False)
    except media.REFUSED as error:
        return _page(request, *media.refusal(request, error))
    return _page(request, done=True)


def _going_on(found: Event) -> int:
    """The number of an event; raises Conflict where all goes on with another."""
    if found.merged_into is not None:
        raise Conflict(f"event {found.event_code} was merged: all goes on with {found.merged_into}")
    return found.event_id


def _page(request: Request, status: int = 200, wrong: tuple[str, str] | None = None, done: bool = False) -> Response:
    facts = depends.read(request, _facts, request, objects.edition(request))
    more = {"accepted": media.ACCEPTED, "most": media.most(request) // 1_000_000, "wrong": wrong, "done": done}
    return event_pages.fresh("event_pictures.html", status, now=datetime.now(UTC), **facts, **more)


def _facts(conn, request: Request, today: Snapshot) -> dict[str, Any]:
    found, said = events.find(conn, request), events.words(conn)
    return {
        "event": found,
        "of": said.classes.get(found.class_id) if found.class_id is not None else None,
        "place": event_pages.place(today, found.unit_id),
        "map": event_pages.on_map(found),
        "files": [one for one in held.listed(conn, found.event_id) if one.kept is not None],
    }
