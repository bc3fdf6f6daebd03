"""Webhooks: who is told of the change feed's transactions; for administrators, each for his part of the city."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.changes.model import ENTITIES
from gridgeo.changes.webhooks import delivery, letters, store
from gridgeo.changes.webhooks.model import Dead, Letter, Webhook
from gridgeo.errors import NotFound
from gridgeo.letters.model import Outcome
from gridgeo.letters.seals import Seal

from .. import answers, bodies, conditional, depends, rooted
from .. import schemas_webhooks as told
from ..parameters import Parameter, Query, in_path
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/changes/webhooks", tags=["changes"])

_HERE = "/changes/webhooks"
_NO_STORE = {"Cache-Control": "no-store"}
_HIGHEST = 2**63 - 1

#: Seconds a letter may take that somebody waits for.
_PATIENCE_S = 5.0


def _number(name: str, description: str) -> Parameter:
    schema = {"type": "integer", "minimum": 1, "maximum": _HIGHEST}
    return Parameter(name, description, str, schema, example=1, place="path")


_ID = _number("webhook_id", "Of a webhook, as the list has it.")
_NONE, _ONE = Query(), Query(_ID)
_LETTER = Query(_ID, _number("number", "Of a transaction that was left out."))
_FIELDS = {
    "url": {"type": "string", "description": "http:// or https://; its host was entered by whoever runs the service."},
    "entities": {
        "type": "array",
        "items": {"type": "string", "enum": list(ENTITIES)},
        "description": "What it is told of; all when absent.",
    },
}
_EXAMPLE = {"url": "https://copy.example/hook", "entities": ["object"]}
_BODY = bodies.described(
    "One webhook, for the part of the city the caller is for.",
    {"type": "object", "required": ["url"], "properties": _FIELDS},
    _EXAMPLE,
)


@router.get("", summary="Who is told", openapi_extra=_NONE.as_dict(), responses={200: {"model": told.Webhooks}})
def listed(request: Request) -> Response:
    """Webhooks for the caller's part of the city, how far each was told, and why it is not told further."""
    _NONE(request)
    found = [_shown(one) for one in depends.write(request, store.listed) if _is_his(request, one)]
    return _send({"webhooks": found, "links": [answers.link(_HERE, "self", "webhooks")]})


@router.post(
    "",
    summary="Tell a service of every transaction",
    openapi_extra={**_NONE.as_dict(), "requestBody": _BODY},
    status_code=201,
    responses={201: {"model": told.NewWebhook, "headers": {"Location": {"description": "Of the webhook.", "schema": {"type": "string"}}}}},
)
async def add(request: Request) -> Response:
    """From the next one on, in order and signed; the secret is in this answer and in no other. Of a host nobody entered: 409."""
    _NONE(request)
    given = bodies.members(await bodies.received(request, "webhooks"), request.headers.get("content-type", ""), ["url"], ["entities"])
    _require_words(given)
    area, seal = depends.principal(request).area, _seal(request)
    made, secret = await run_in_threadpool(depends.write, request, store.add, seal, given["url"], given.get("entities", ()), area)
    headers = {"Location": rooted.at(f"{_HERE}/{made.webhook_id}"), **_NO_STORE}
    return Response(orjson.dumps({**_shown(made), "secret": secret}), 201, headers, conditional.JSON)


@router.get("/{webhook_id}", summary="One webhook", openapi_extra=_ONE.as_dict(), responses={200: {"model": told.Webhook}})
def one(request: Request) -> Response:
    """How far it was told, and why it is not told further."""
    _ONE(request)
    return _send(_shown(_his(request)))


@router.post("/{webhook_id}/remove", summary="Tell it no more", openapi_extra=_ONE.as_dict(), responses={200: {"model": told.Removed}})
def remove(request: Request) -> Response:
    """What was left out of what it was told is forgotten with it."""
    _ONE(request)
    webhook = _his(request)
    depends.write(request, store.remove, webhook.webhook_id)
    return _send({"webhook_id": webhook.webhook_id})


@router.post("/{webhook_id}/test", summary="Send it a letter", openapi_extra=_ONE.as_dict(), responses={200: {"model": told.Told}})
def test(request: Request) -> Response:
    """One that says nothing but that it came, signed as all are."""
    _ONE(request)
    webhook = _his(request)
    return _outcome(delivery.sent(_seal(request), webhook, depends.write(request, letters.test), _PATIENCE_S))


@router.get("/{webhook_id}/dead", summary="What was left out", openapi_extra=_ONE.as_dict(), responses={200: {"model": told.LeftOuts}})
def dead(request: Request) -> Response:
    """Transactions it refused time and again: it was told those after them."""
    _ONE(request)
    webhook = _his(request)
    found = [{"number": one.number, "died_at": one.died_at, "failure": one.failure} for one in _left_out(request, webhook)]
    links = [
        answers.link(f"{_HERE}/{webhook.webhook_id}/dead", "self", "left out"),
        answers.link(f"{_HERE}/{webhook.webhook_id}", "up", "webhook"),
    ]
    return _send({"dead": found, "links": links})


@router.post(
    "/{webhook_id}/dead/{number}/retry",
    summary="Tell it again what was left out",
    openapi_extra=_LETTER.as_dict(),
    responses={200: {"model": told.Told}},
)
def retry(request: Request) -> Response:
    """At once; where it takes it now it is left out no more."""
    _LETTER(request)
    webhook = _his(request)
    again, letter = depends.write(request, _again, webhook, in_path(request, "number", "transaction left out"))
    outcome = delivery.sent(_seal(request), webhook, letter, _PATIENCE_S)
    depends.write(request, store.settle_dead, again, outcome)
    return _outcome(outcome)


def _again(conn, webhook: Webhook, number: int) -> tuple[Dead, Letter]:
    return store.one_dead(conn, webhook.webhook_id, number), letters.of(conn, webhook, number)


def _left_out(request: Request, webhook: Webhook) -> list[Dead]:
    return depends.write(request, store.dead, webhook.webhook_id)


def _his(request: Request) -> Webhook:
    """The webhook of a path; raises NotFound, also for one of another part of the city."""
    webhook = depends.write(request, store.find, in_path(request, "webhook_id", "webhook"))
    if not _is_his(request, webhook):
        raise NotFound("webhook", webhook.webhook_id)
    return webhook


def _is_his(request: Request, webhook: Webhook) -> bool:
    area = depends.principal(request).area
    return area is None or webhook.area == area


def _require_words(given: dict[str, Any]) -> None:
    """Raise InvalidRequest where what was given is no text, and no list of texts."""
    faults = [] if isinstance(given["url"], str) else [Fault("/url", "invalid-member", "is no text", True)]
    names = given.get("entities", ["object"])
    if not (isinstance(names, list) and names and all(isinstance(name, str) and name in ENTITIES for name in names)):
        faults.append(Fault("/entities", "invalid-member", f"is no list of some of {', '.join(ENTITIES)}", True))
    if faults:
        raise InvalidRequest(faults)


def _shown(webhook: Webhook) -> dict[str, Any]:
    here = f"{_HERE}/{webhook.webhook_id}"
    names = ("webhook_id", "url", "entities", "area", "made_at", "told", "tries", "failing_since", "next_at", "failure", "dead")
    links = [answers.link(here, "self", "webhook"), answers.link(f"{here}/dead", "related", "left out")]
    return {**{name: getattr(webhook, name) for name in names}, "links": links}


def _seal(request: Request) -> Seal:
    return Seal(depends.settings(request))


def _outcome(outcome: Outcome) -> Response:
    return _send({"taken": outcome.failure is None, "failure": outcome.failure})


def _send(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), headers=_NO_STORE, media_type=conditional.JSON)
