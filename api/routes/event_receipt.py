"""The page of a receipt: its secret is typed into a form and posted; it shows how far the event is, takes stars and pictures, and
opens it again.

The secret stands in no address. Whoever has it needs no key.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from gridgeo.access import store as access
from gridgeo.errors import Conflict, ForbiddenTransition, InvalidInput, NotFound, TooMany
from gridgeo.events import rules, store
from gridgeo.events.media import store as held
from gridgeo.events.model import Action, Stage

from .. import access as gate
from .. import bodies, depends, event_pages, forms, media
from ..parameters import Query
from ..problems import BodyTooLarge, TooManyRequests
from ..receipts import followed

router = APIRouter(prefix="/events", tags=["events"], route_class=event_pages.Page, responses=event_pages.RESPONSES)

_NONE = Query()

#: Bytes of the form (2,000 characters of a reason take nine each), and the longest of its fields.
_BYTES, _LONGEST = 32 * 1024, {"secret": 200, "reason": 2000}
_FIELDS = {
    "secret": "Of the receipt.",
    "action": "rate or reopen; nothing is done without.",
    "stars": "1 to 5, with rate.",
    "reason": "Why, with reopen.",
}
_SCHEMA = {
    "type": "object",
    "required": ["secret"],
    "properties": {name: {"type": "string", "description": told} for name, told in _FIELDS.items()},
}
_PICTURE = {
    "type": "object",
    "required": ["secret", "picture"],
    "properties": {"secret": _SCHEMA["properties"]["secret"], "picture": {"type": "string", "format": "binary"}},
}
_BODY = {
    "description": "A form of the page; the one with a picture, video or paper for the event as multipart/form-data.",
    "required": True,
    "content": {forms.KIND: {"schema": _SCHEMA, "example": {"secret": "A" * 32}}, forms.WITH_FILE: {"schema": _PICTURE}},
}

#: The steps a resident is shown: what became of it, without how departments arranged it among themselves.
_SHOWN = (
    *(Action.REPORT, Action.FILE, Action.REJECT, Action.MERGE, Action.DISPATCH, Action.REFER, Action.ACCEPT, Action.CLAIM, Action.HANDLE),
    *(Action.REWORK, Action.VERIFY, Action.CLOSE, Action.REOPEN, Action.RATE, Action.PAUSE, Action.RESUME),
)
#: The way most take: where an event stands on it is drawn.
WAY = (Stage.REPORTED, Stage.FILED, Stage.DISPATCHED, Stage.HANDLED, Stage.VERIFIED, Stage.CLOSED)


@router.get("/receipt", summary="The page of a receipt", openapi_extra=_NONE.as_dict(), response_class=HTMLResponse)
async def ask(request: Request) -> Response:
    """A page with a form for the secret of a receipt."""
    _NONE(request)
    return event_pages.secret("event_receipt.html", event=None, wrong=None)


@router.post(
    "/receipt",
    summary="What became of a report, as a page",
    openapi_extra={**_NONE.as_dict(), "requestBody": _BODY},
    response_class=HTMLResponse,
)
async def follow(request: Request) -> Response:
    """The page of the event that a secret is of; it is rated, opened again, or given a picture where the form says so."""
    _NONE(request)
    kind, own = request.headers.get("content-type", ""), request.app.state.gate
    try:
        own.look(request)
        gate.require_thread()
        if bodies.media_type(kind)[0] == forms.WITH_FILE:
            body = await bodies.received(request, "pictures", media.most(request) + forms.BESIDE, media.WITHIN_S)
            given, picture = forms.with_file(body, kind, ("secret",), "picture")
            facts = await media.beside(request, _pictured, request, given, picture)
        else:
            body = await bodies.received(request, "words", _BYTES)
            given = forms.fields(body, kind, _FIELDS, len(_FIELDS), lambda _: "is no field of this form")
            facts = await run_in_threadpool(_followed, request, given)
    except NotFound:
        own.wrong(request)
        return _again(404, ("没有这张回执，请核对密语", "There is no such receipt: look at its secret again"))
    except TooManyRequests as error:
        made = _again(429, ("尝试过多，请稍候", "Too many tries: wait a little"))
        made.headers["Retry-After"] = str(error.retry_s)
        return made
    except BodyTooLarge as error:
        if bodies.media_type(kind)[0] != forms.WITH_FILE:
            raise
        return _again(*media.refusal(request, error))
    most = media.most(request) // 1_000_000
    return event_pages.secret("event_receipt.html", secret=given["secret"].strip(), most=most, **facts)


def _followed(request: Request, given: dict[str, str]) -> dict[str, Any]:
    """What the page shows; what was asked and may not be done is said on it."""
    secret = _secret(given)
    try:
        return depends.write(request, _facts, {**_asked(given), "secret": secret}, None)
    except (ForbiddenTransition, InvalidInput, TooMany) as error:
        facts = depends.write(request, _facts, {"secret": secret}, _why(error, given))
        return facts | {"status": 400 if isinstance(error, InvalidInput) else 409}


def _pictured(request: Request, given: dict[str, str], picture: bytes) -> dict[str, Any]:
    """What the page shows once the event has a picture, or why it has not."""
    secret, wrong = _secret(given), None
    try:
        media.keep(request, depends.write(request, _going_on, secret), picture, True)
    except media.REFUSED as error:
        wrong = media.refusal(request, error)
    facts = depends.write(request, _facts, {"secret": secret}, wrong and wrong[1])
    return facts | ({"status": wrong[0]} if wrong else {"done": "picture"})


def _going_on(conn, secret: str) -> int:
    """The number of the event of a receipt; raises NotFound, and Conflict where it is over."""
    with access.regardless(conn):
        event = store.find(conn, store.of_receipt(conn, secret))
    if not event.stage.open:
        raise Conflict(f"event {event.event_code} is {event.stage}: the reporter may open it again first")
    return event.event_id


def _secret(given: dict[str, str]) -> str:
    secret = given.get("secret", "").strip()
    if not secret or any(len(given.get(name, "")) > most for name, most in _LONGEST.items()):
        raise NotFound("receipt", None)
    return secret


def _asked(given: dict[str, str]) -> dict[str, Any]:
    """What a form asks to be done, as the action takes it."""
    if given.get("action") == Action.RATE:
        stars = given.get("stars", "")
        return {"action": "rate", "stars": int(stars) if stars in tuple("12345") else None}
    return {"action": "reopen", "reason": given.get("reason", "")} if given.get("action") == Action.REOPEN else {}


def _facts(conn, given: dict[str, Any], wrong: tuple[str, str] | None) -> dict[str, Any]:
    event, may, said = followed(conn, given)
    with access.regardless(conn):
        steps = store.timeline(conn, event.event_id)
        sent = [one for one in held.listed(conn, event.event_id) if one.kept is not None and one.actor == media.RECEIPT]
    return {
        "event": event,
        "of": said.classes.get(event.class_id) if event.class_id is not None else None,
        "department": said.departments.get(event.department_code or ""),
        "steps": [(step, said.departments.get(step.department_code or "")) for step in steps if step.action in _SHOWN],
        "may": may,
        "sent": sent,
        "accepted": media.ACCEPTED,
        "way": WAY,
        "days": rules.REOPEN_DAYS,
        "done": given.get("action"),
        "wrong": wrong,
    }


def _why(error: Exception, given: dict[str, str]) -> tuple[str, str]:
    if isinstance(error, InvalidInput) and given.get("action") == Action.RATE:
        return "请选择一到五颗星", "Choose one to five stars"
    if isinstance(error, InvalidInput):
        return "请写明重新打开的原因", "Say why it is to be opened again"
    return "现在不能这样做：可能已评价过，或已超过时限", "It cannot be done now: it was rated already, or the time for it is over"


def _again(status: int, wrong: tuple[str, str]) -> Response:
    return event_pages.secret("event_receipt.html", status, event=None, wrong=wrong)
