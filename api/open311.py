"""Events as Open311 tells them: services, service requests and errors, in XML and JSON of the same members.

Told are classes that are public and events of these, whoever asks, and facts alone: where an event is and where it stands, and no
word of what people wrote.
Source: Open311 GeoReport v2; its errors have the statuses 403 (no key, or a wrong one), 404 and 400.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import orjson
import psycopg2
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.requests import Request

from gridgeo.errors import GridgeoError, NotFound
from gridgeo.events.classes import EventClass
from gridgeo.events.model import Event, Stage
from gridgeo.moments import CHINA

from . import conditional
from .events import Words
from .parameters import Parameter

FORMATS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}

FORM = Parameter("form", "Format of the answer: xml or json.", str, {"type": "string", "enum": list(FORMATS)}, example="json", place="path")

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"

#: What an item of a list is called in XML.
_ITEMS = {
    **{"services": "service", "attributes": "attribute", "service_requests": "request", "errors": "error"},
    **{"endpoints": "endpoint", "formats": "format"},
}

#: The statuses of refusals where the standard has others than HTTP.
_STATUS = {401: 403, 422: 400}

#: What the standard calls what we name otherwise.
_NAMES = {
    **{"told": "description", "class": "service_code", "address": "address_string", "place": "address_id"},
    **{"lon": "long", "point": "lat", "reporter": "phone"},
}

_STAGES: Mapping[Stage, str] = {
    Stage.REPORTED: "上报 reported",
    Stage.FILED: "立案 filed",
    Stage.REJECTED: "不予立案 rejected",
    Stage.DISPATCHED: "派遣 dispatched",
    Stage.RETURNED: "退回 returned",
    Stage.HANDLED: "处置完毕 handled",
    Stage.VERIFIED: "核查通过 verified",
    Stage.CLOSED: "结案 closed",
    Stage.REOPENED: "重新打开 reopened",
    Stage.MERGED: "并案 merged",
}
_REACHED = ("reported", "filed", "dispatched", "responded", "handled", "verified", "closed")

#: Characters of a building's code, and decimals of degrees.
_BUILDING, _DECIMALS = 19, 7


class Spoken(APIRoute):
    """A route whose refusals are told as the standard tells them."""

    def get_route_handler(self) -> Callable:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def spoken(request: Request) -> Response:
            try:
                return await answer(request)
            except (GridgeoError, psycopg2.OperationalError) as error:
                return await _refused(request, error)

        return spoken


def form(request: Request) -> str:
    """Return the format the path of a request ends in; raises NotFound."""
    given = request.path_params["form"]
    if given not in FORMATS:
        raise NotFound("format", given)
    return given


def send(request: Request, root: str, told: Mapping | Sequence) -> Response:
    """Return an answer in the format that is asked for; `root` is what XML calls it."""
    asked = form(request)
    return conditional.send(request, written(asked, root, told), FORMATS[asked])


def written(asked: str, root: str, told: Mapping | Sequence) -> bytes:
    """Return an answer as XML or JSON."""
    if asked == "json":
        return orjson.dumps(told)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(_element(root, told), encoding="utf-8", xml_declaration=False)


def service(one: EventClass) -> dict[str, Any]:
    """Return a class as a service that can be asked for."""
    return {
        "service_code": str(one.class_id),
        "service_name": one.name,
        "description": f"{one.path} · {one.major_en} / {one.minor_en} / {one.name_en}",
        "metadata": False,
        "type": "realtime",
        "keywords": ", ".join((one.minor, one.name_en, one.minor_en)),
        "group": one.major,
    }


def is_public(event: Event, said: Words) -> bool:
    """Return whether anybody may be told of an event."""
    of = said.classes.get(event.class_id)
    return of is not None and of.public


def told(event: Event, said: Words) -> dict[str, Any]:
    """Return an event of a public class as a service request. Degrees, WGS84, which are those of EPSG:4490."""
    of = said.classes[event.class_id]
    into = None if event.merged_into is None else f"并入 merged into {event.merged_into}"
    return {
        "service_request_id": event.event_code,
        "status": "open" if event.stage.open else "closed",
        "status_notes": _STAGES[event.stage],
        "service_name": of.name,
        "service_code": str(of.class_id),
        "description": None,
        "agency_responsible": said.departments.get(event.department_code, (None,))[0],
        "service_notice": into,
        "requested_datetime": _moment(event.reported_at),
        "updated_datetime": _moment(_updated(event)),
        "expected_datetime": _moment(event.due_at),
        "address": None,
        "address_id": None if event.place is None else event.place[:_BUILDING],
        "zipcode": None,
        "lat": None if event.lat is None else round(event.lat, _DECIMALS),
        "long": None if event.lon is None else round(event.lon, _DECIMALS),
        "media_url": None,
    }


def _updated(event: Event) -> datetime:
    if event.stage is Stage.CLOSED:
        return event.closed_at
    return max(moment for moment in (getattr(event, f"{name}_at") for name in _REACHED) if moment is not None)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(CHINA).isoformat(timespec="seconds")


def _element(name: str, told: Any) -> ElementTree.Element:
    made = ElementTree.Element(name)
    if isinstance(told, Mapping):
        made.extend(_element(*member) for member in told.items())
    elif isinstance(told, list):
        made.extend(_element(_ITEMS[name], each) for each in told)
    elif told is not None:
        made.text = str(told).lower() if isinstance(told, bool) else str(told)
    return made


async def _refused(request: Request, error: Exception) -> Response:
    """A refusal of ours in the standard's words: by the one table of statuses, and with the headers that say how to go on."""
    handlers = request.app.exception_handlers
    tell = next(handlers[kind] for kind in type(error).__mro__ if kind in handlers)
    ours = await tell(request, error)
    problem = orjson.loads(ours.body)
    status = _STATUS.get(ours.status_code, ours.status_code)
    words = [_fault(each) for each in problem["errors"]] or [problem["detail"]]
    asked = "json" if request.path_params.get("form") == "json" else "xml"
    kept = {name: ours.headers[name] for name in ("Cache-Control", "WWW-Authenticate", "Retry-After") if name in ours.headers}
    rows = [{"code": status, "description": each} for each in words]
    return Response(written(asked, "errors", rows), status, kept, FORMATS[asked])


def _fault(fault: Mapping[str, str]) -> str:
    name = fault.get("parameter", fault.get("pointer", "")).removeprefix("/")
    return f"{_NAMES.get(name, name)}: {fault['detail']}"
