"""Open311 GeoReport v2, what is sent: one report, as a form, by whoever has a key for it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from .. import depends, open311, open311_forms, room
from .. import schemas_open311 as said
from ..parameters import Query
from .event_reports import reported
from .open311 import REFUSED, answers, of_code


class _Recorded(open311.Spoken, room.Recorded):
    """A route of both: refusals are recorded, and told as the standard tells them."""


router = APIRouter(prefix="/open311/v2", tags=["events"], route_class=_Recorded, responses=REFUSED)

_REPORT = Query(open311.FORM)


@router.post(
    "/requests.{form}",
    summary="Open311: report",
    status_code=201,
    openapi_extra={**_REPORT.as_dict(), "requestBody": open311_forms.described()},
    responses={201: answers(list[said.Open311Taken])},
)
async def report(request: Request) -> Response:
    """One event or request of a public class. The key may stand in the field api_key, never in the address."""
    _REPORT(request)
    asked = open311.form(request)
    fields = await open311_forms.received(request)
    values = open311_forms.read(fields)
    of = await run_in_threadpool(of_code, request, values["service_code"])
    once = open311_forms.once(request, depends.principal(request).actor, fields)
    taken = await reported(request, open311_forms.report(values, of), once)
    row = {"service_request_id": taken.event_code, "service_notice": open311_forms.notice(fields), "account_id": None}
    body = open311.written(asked, "service_requests", [row])
    return Response(body, 201, {"Cache-Control": "no-store"}, open311.FORMATS[asked])
