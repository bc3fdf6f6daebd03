"""Open311 GeoReport v2, what is read: where it is spoken, services, and service requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.errors import NotFound
from gridgeo.events import classes, store
from gridgeo.events.classes import EventClass
from gridgeo.events.model import Event, Stage, Where

from .. import depends, events, open311
from .. import schemas_open311 as said
from ..parameters import Parameter, Query, moment
from ..problems import Fault, InvalidRequest

#: The standard's: so many days at most, and so many service requests.
_SPAN, _MOST = timedelta(days=90), 1000

#: Service requests that may be named.
_NAMED = 100

#: When what this answers changed last.
_CHANGESET = "2026-11-22T00:00:00+08:00"

_STATUSES = {
    "open": tuple(str(stage) for stage in Stage if stage.open),
    "closed": tuple(str(stage) for stage in Stage if not stage.open),
}

REFUSED = {
    "4XX": {
        "model": list[said.Open311Error],
        "description": "The request is at fault; the body says how.",
        "content": {"text/xml": {"schema": {"type": "string"}}},
    }
}
router = APIRouter(prefix="/open311/v2", tags=["events"], route_class=open311.Spoken, responses=REFUSED)


def answers(model: Any) -> dict[str, Any]:
    """Return what the OpenAPI document says of an answer."""
    return {"model": model, "content": {"text/xml": {"schema": {"type": "string"}}}}


def _optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: read(text) if text else None


def _refs(text: str) -> tuple[str, ...]:
    refs = tuple(dict.fromkeys(text.split(",")))
    if len(refs) > _NAMED or not all(map(events.is_ref, refs)):
        raise ValueError(f"is no list of at most {_NAMED} numbers of service requests")
    return refs


def _stages(text: str) -> tuple[str, ...]:
    words = text.split(",")
    if not set(words) <= set(_STATUSES):
        raise ValueError("is not open, closed, or both with a comma between")
    return tuple(stage for word in dict.fromkeys(words) for stage in _STATUSES[word])


def _parameter(name: str, description: str, read: Callable[[str], Any]) -> Parameter:
    return Parameter(name, description, _optional(read), {"type": "string"})


JURISDICTION = _parameter("jurisdiction_id", "Not needed: there is one.", lambda text: text[:0])
_CODE = Parameter("code", "A service_code.", str, {"type": "string"}, place="path")
_TOKEN = Parameter("token", "The number of a service request, which is its token too.", str, {"type": "string"}, place="path")
_DISCOVERY, _SERVICES, _SERVICE, _REQUEST, _OF_TOKEN = (
    Query(*path, open311.FORM, JURISDICTION) for path in ((), (), (_CODE,), (events.REF,), (_TOKEN,))
)
_REQUESTS = Query(
    open311.FORM,
    JURISDICTION,
    _parameter("service_request_id", "These alone, with commas between; nothing else that is asked then holds.", _refs),
    _parameter("service_code", "Only of these services, with commas between.", events.CLASS.read),
    _parameter("start_date", "Reported from then on; 90 days ago, or before end_date, when absent.", moment),
    _parameter("end_date", "Reported before then; at most 90 days after start_date.", moment),
    _parameter("status", "open, closed, or both with a comma between.", _stages),
)


@router.get(
    "/discovery.{form}",
    summary="Open311: where it is spoken",
    openapi_extra=_DISCOVERY.as_dict(),
    responses={200: answers(said.Open311Discovery)},
)
def discovery(request: Request) -> Response:
    """The endpoint, its formats, and who gives keys."""
    _DISCOVERY(request)
    endpoint = {
        "specification": open311.SPECIFICATION,
        "url": str(request.base_url).rstrip("/") + "/open311/v2",
        "changeset": _CHANGESET,
        "type": "production",
        "formats": [media_type.partition(";")[0] for media_type in open311.FORMATS.values()],
    }
    authority = depends.settings(request).authority
    keys = "本系统管理员发放具有 report 权限的密钥。 The administrator of this installation gives keys with the scope report."
    told = {"changeset": _CHANGESET, "contact": authority, "key_service": keys, "endpoints": [endpoint]}
    return open311.send(request, "discovery", told)


@router.get(
    "/services.{form}",
    summary="Open311: services",
    openapi_extra=_SERVICES.as_dict(),
    responses={200: answers(list[said.Open311Service])},
)
def services(request: Request) -> Response:
    """The classes in use today that are public, in their order."""
    _SERVICES(request)
    found = [one for one in depends.read(request, classes.valid) if one.public]
    return open311.send(request, "services", [open311.service(one) for one in found])


@router.get(
    "/services/{code}.{form}",
    summary="Open311: one service",
    openapi_extra=_SERVICE.as_dict(),
    responses={200: answers(said.Open311Definition)},
)
def service(request: Request) -> Response:
    """What a service wants to know besides where and what: nothing."""
    _SERVICE(request)
    found = of_code(request, request.path_params["code"])
    return open311.send(request, "service_definition", {"service_code": str(found.class_id), "attributes": []})


@router.get(
    "/requests.{form}",
    summary="Open311: service requests",
    openapi_extra=_REQUESTS.as_dict(),
    responses={200: answers(list[said.Open311Request])},
)
def requests(request: Request) -> Response:
    """Events of public classes, the newest first: at most 90 days of them, and 1,000."""
    asked = _REQUESTS(request)
    named = asked.service_request_id
    where = None if named else _where(asked, datetime.now(UTC))

    def work(conn) -> tuple[list[Event], events.Words]:
        return _of_refs(conn, named) if named else store.listed(conn, where, limit=_MOST), events.words(conn)

    found, words = depends.read(request, work)
    return open311.send(request, "service_requests", [open311.told(one, words) for one in found if open311.is_public(one, words)])


@router.get(
    "/requests/{ref}.{form}",
    summary="Open311: one service request",
    openapi_extra=_REQUEST.as_dict(),
    responses={200: answers(list[said.Open311Request])},
)
def one(request: Request) -> Response:
    """An event of a public class; of others there is none here."""
    _REQUEST(request)
    return open311.send(request, "service_requests", [open311.told(*_public(request, request.path_params["ref"]))])


@router.get(
    "/tokens/{token}.{form}",
    summary="Open311: the number of a token",
    openapi_extra=_OF_TOKEN.as_dict(),
    responses={200: answers(list[said.Open311Token])},
)
def token(request: Request) -> Response:
    """Numbers are given at once, so that a token is the number of its service request."""
    _OF_TOKEN(request)
    found, _ = _public(request, request.path_params["token"])
    return open311.send(request, "service_requests", [{"service_request_id": found.event_code, "token": request.path_params["token"]}])


def of_code(request: Request, code: str) -> EventClass:
    """Return the class in use today, and public, that a service_code means; raises NotFound."""
    found = next((one for one in depends.read(request, classes.valid) if one.public and str(one.class_id) == code), None)
    if found is None:
        raise NotFound("service_code", code)
    return found


def _public(request: Request, ref: str) -> tuple[Event, events.Words]:
    """The event a number or code means, where anybody may be told of it."""
    found, words = depends.read(request, lambda conn: (_of_refs(conn, (ref,)) if events.is_ref(ref) else [], events.words(conn)))
    if not found or not open311.is_public(found[0], words):
        raise NotFound("service request", ref)
    return found[0], words


def _of_refs(conn, refs: tuple[str, ...]) -> list[Event]:
    found = []
    for ref in refs:
        try:
            found.append(store.find(conn, ref))
        except NotFound:
            continue
    return found


def _where(asked: SimpleNamespace, now: datetime) -> Where:
    """Which events are meant: 90 days of them at most. Raises InvalidRequest."""
    if asked.start_date and asked.end_date and asked.end_date - asked.start_date > _SPAN:
        raise InvalidRequest([Fault("end_date", "invalid-parameter", "is more than 90 days after start_date")])
    try:
        since = asked.start_date or (asked.end_date or now) - _SPAN
        until = asked.end_date or since + _SPAN
    except OverflowError:
        raise InvalidRequest([Fault("start_date", "invalid-parameter", "is at an end of the calendar")]) from None
    return Where(stages=asked.status, classes=asked.service_code, since=since, until=until, public=True)
