"""Pictures, videos and papers of events: sent by who works on them or by the reporter, seen by those who work on them alone."""

from __future__ import annotations

import base64
import logging
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from gridgeo.access import store as access
from gridgeo.errors import Conflict, Damaged, NotFound
from gridgeo.events import store
from gridgeo.events.media import places
from gridgeo.events.media import store as media
from gridgeo.events.media.model import Form, Held
from gridgeo.events.model import Event

from .. import answers, bodies, conditional, depends, events, rooted
from .. import media as files
from .. import schemas_events as said
from ..parameters import Parameter, Query, in_path
from ..problems import Fault, InvalidRequest

LOG = logging.getLogger(__name__)

router = APIRouter(prefix="/events", tags=["events"])

_LONGEST_SECRET = 200
_NO_STORE = {"Cache-Control": "no-store"}
_RECEIPT = Parameter(
    "Receipt",
    "The secret of the event's receipt: with it the reporter sends media, who has no duty.",
    str,
    {"type": "string", "maxLength": _LONGEST_SECRET},
    place="header",
)
_NUMBER = {"type": "string", "pattern": "^[1-9][0-9]{0,3}$"}
_NO = Parameter("media_no", "Its number within the event.", str, _NUMBER, example="1", place="path")
_LIST, _ADD, _ONE = Query(events.REF), Query(events.REF, _RECEIPT), Query(events.REF, _NO)
_BODY = {
    "description": "The bytes of one file: JPEG, PNG, WebP, MP4 or PDF, which is told by its content. Where and by whom a picture or "
    "video was taken is cut out of it before it is kept.",
    "required": True,
    "content": {form: {"schema": {"type": "string", "format": "binary"}} for form in Form},
}
_FILES = {form: {"schema": {"type": "string", "format": "binary"}} for form in Form}


@router.get("/{ref}/media", summary="Pictures and papers", openapi_extra=_LIST.as_dict(), responses={200: {"model": said.Media}})
def listed(request: Request) -> Response:
    """What an event has, in the order it came; what a report only named has no `href` yet."""
    _LIST(request)
    found, held = depends.read(request, _held, request)
    here = f"/events/{found.event_id}"
    links = [answers.link(f"{here}/media", "self", "media"), answers.link(here, "up", found.event_code)]
    rows = [events.medium(found.event_id, each) for each in held]
    body = {"event_id": found.event_id, "event_code": found.event_code, "numberReturned": len(rows), "media": rows, "links": links}
    return conditional.send(request, events.dumps(body), conditional.JSON, links=links)


@router.post(
    "/{ref}/media",
    summary="Send a picture or paper",
    status_code=201,
    openapi_extra={**_ADD.as_dict(), "requestBody": _BODY},
    responses={
        201: {"model": said.Medium, "headers": {"Location": {"schema": {"type": "string"}}}},
        200: {"model": said.Medium, "description": "The event has it already."},
    },
)
async def add(request: Request) -> Response:
    """One file, kept by the SHA-256 of its content: sent twice it is one, and what a report named by its digest is now there."""
    _ADD(request)
    secret = _secret(request)
    body = await bodies.received(request, "media", files.most(request), files.WITHIN_S)
    found = await run_in_threadpool(depends.write, request, _meant, request, secret)
    held, new = await files.beside(request, files.keep, request, found.event_id, body, secret is not None)
    told = events.medium(found.event_id, held)
    headers = {**_NO_STORE, "Location": rooted.at(f"/events/{found.event_id}/media/{held.media_no}")}
    return Response(events.dumps(told), 201 if new else 200, headers, conditional.JSON)


@router.get(
    "/{ref}/media/{media_no}",
    summary="A picture or paper",
    openapi_extra=_ONE.as_dict(),
    responses={
        200: {"content": _FILES},
        206: {"description": "The part that Range asks for."},
        416: {"description": "There is no such part."},
    },
    response_class=FileResponse,
)
async def one(request: Request) -> Response:
    """The file, to be saved and not to be run; or a part of it by Range. It is read and compared with its digest first."""
    _ONE(request)
    found, held = await run_in_threadpool(depends.read, request, _one, request)
    path, release = await files.beside(request, _opened, request, held)
    name = f"{found.event_code}-{held.media_no}{media.form_of(held).ending}"
    headers = {
        **_NO_STORE,
        "ETag": f'"{held.kept.hex()[:32]}"',
        "Repr-Digest": f"sha-256=:{base64.b64encode(held.kept).decode()}:",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Encoding": "identity",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return FileResponse(path, headers=headers, media_type=held.media_type, background=release)


def _held(conn, request: Request) -> tuple[Event, list[Held]]:
    found = events.find(conn, request)
    return found, media.listed(conn, found.event_id)


def _one(conn, request: Request) -> tuple[Event, Held]:
    found, number = events.find(conn, request), in_path(request, "media_no", "medium", 4)
    held = media.find(conn, found.event_id, number)
    if held.kept is None:
        raise NotFound("medium", number)
    return found, held


def _opened(request: Request, held: Held) -> tuple[Path, BackgroundTask]:
    place = places.of(depends.settings(request))
    try:
        path = places.sound(place, held.kept.hex())
    except Damaged as error:
        LOG.error("a medium cannot be given: %s", error)
        raise
    return path, BackgroundTask(place.release, path)


def _secret(request: Request) -> str | None:
    """The secret of a receipt; raises InvalidRequest where there is none, and the caller has no duty."""
    given = request.headers.getlist("receipt")
    if len(given) > 1 or (given and not 0 < len(given[0]) <= _LONGEST_SECRET):
        raise InvalidRequest([Fault("Receipt", "invalid-parameter", "is given once, and is the secret of a receipt")])
    if not given and not events.works(request):
        rule = "is wanted of callers without a duty: the secret of the event's receipt"
        raise InvalidRequest([Fault("Receipt", "missing-parameter", rule)])
    return given[0] if given else None


def _meant(conn, request: Request, secret: str | None) -> Event:
    """The event that is to have it; raises NotFound, Conflict."""
    found = events.find(conn, request) if secret is None else _of_receipt(conn, request, secret)
    if found.merged_into is not None:
        raise Conflict(f"event {found.event_code} was merged: all goes on with {found.merged_into}")
    if secret is not None and not found.stage.open:
        raise Conflict(f"event {found.event_code} is {found.stage}: the reporter may open it again first")
    return found


def _of_receipt(conn, request: Request, secret: str) -> Event:
    """The event of a receipt; the path names it, or one that was merged into it. Raises NotFound."""
    ref = request.path_params["ref"]
    with access.regardless(conn):
        found = store.find(conn, store.of_receipt(conn, secret))
        if not events.is_ref(ref) or store.find(conn, ref).event_id not in store.family(conn, found.event_id):
            raise NotFound("receipt", None)
    return found
