"""Processes: what may be done, and letting it be done. Source: OGC 18-062r2 (OGC API - Processes, Part 1), 7.8 to 7.11."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.errors import NotFound
from gridgeo.processes import catalogue, rules
from gridgeo.processes.model import Output, Process

from .. import bodies, conditional, execution, jobs, ogc, process_pages
from .. import schemas_processes as told
from ..parameters import Parameter, Query, capped, form

router = APIRouter(prefix="/processes", tags=["processes"])

_EXECUTE = "http://www.opengis.net/def/rel/ogc/1.0/execute"
_PROCESSES = "http://www.opengis.net/def/rel/ogc/1.0/processes"
_MOST = 1000


class NoSuchProcess(NotFound):
    """There is no such process."""

    uri = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process"

    def __init__(self, name: str) -> None:
        super().__init__("process", name)


_PROCESS = Parameter(
    "processID",
    f"One of {', '.join(catalogue.PROCESSES)}.",
    str,
    {"type": "string", "enum": list(catalogue.PROCESSES)},
    example="export",
    place="path",
)
_LIMIT = capped("So many processes at most.", _MOST, _MOST)
_PREFER = Parameter(
    "Prefer",
    "respond-async: the answer comes at once and says where the job is; else the result is waited for.",
    str,
    {"type": "string"},
    place="header",
)
_FORM, _FORMS = form("json", "html"), ("json", "html")
_ALL, _ONE, _EXECUTION = Query(_LIMIT, _FORM), Query(_PROCESS, _FORM), Query(_PROCESS, _PREFER)
_PAGE = {"content": {"text/html": {"schema": {"type": "string"}}}}
_BODY = bodies.described(
    "Inputs by name, which outputs are wanted in which media type, and whether the result is to be the file itself (raw) "
    "or a document that holds it.",
    {
        "type": "object",
        "properties": {
            "inputs": {"type": "object", "description": "As the process describes them."},
            "outputs": {"type": "object", "description": "By name: format.mediaType, and transmissionMode (value or reference)."},
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"},
        },
    },
    {"inputs": catalogue.PROCESSES["export"].example},
)


@router.get("", summary="What may be done", openapi_extra=_ALL.as_dict(), responses={200: {"model": told.Processes, **_PAGE}})
async def processes(request: Request) -> Response:
    """Processes that take longer than a request may: files of a collection, addresses washed, editions checked."""
    asked = _ALL(request)
    found = list(catalogue.PROCESSES.values())[: asked.limit]
    if conditional.chosen(request, _FORMS, asked.f) == "html":
        return process_pages.processes(request, found)
    links = [
        ogc.link(request, "/processes", "self", "处理 processes"),
        ogc.link(request, "/processes?f=html", "alternate", "处理 processes", conditional.HTML),
        ogc.link(request, "/jobs", jobs.LIST, "任务 jobs"),
    ]
    body = {"processes": [_summary(request, each) for each in found], "links": links}
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=links)


@router.get(
    "/{processID}",
    summary="One process",
    openapi_extra=_ONE.as_dict(),
    responses={200: {"model": told.ProcessDescription, **_PAGE}},
)
async def process(request: Request) -> Response:
    """What a process takes and makes, as JSON Schema."""
    asked, found = _ONE(request), _process(request)
    if conditional.chosen(request, _FORMS, asked.f) == "html":
        return process_pages.process(request, found)
    body = {
        **_summary(request, found),
        "inputs": {
            name: {
                "title": each.title,
                "description": each.description,
                "schema": each.schema,
                "minOccurs": int(each.required),
                "maxOccurs": 1,
            }
            for name, each in rules.inputs(found).items()
        },
        "outputs": {found.output.name: _output(found.output)},
    }
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=body["links"])


@router.post(
    "/{processID}/execution",
    summary="Let it be done",
    openapi_extra={**_EXECUTION.as_dict(), "requestBody": _BODY},
    responses={
        200: told.RESULT,
        201: {
            "model": told.StatusInfo,
            "description": "It is among the jobs.",
            "headers": {"Location": {"description": "Of the job.", "schema": {"type": "string"}}},
        },
        204: {"description": "The header Link says where the result is."},
    },
)
async def execute(request: Request) -> Response:
    """The result, as soon as it is there; or with `Prefer: respond-async` a job, which goes on whatever becomes of the caller."""
    _EXECUTION(request)
    found = _process(request)
    body = await bodies.received(request, "inputs", execution.MOST_BYTES)
    inputs, delivery = await run_in_threadpool(execution.understood, found, body, request.headers.get("content-type", ""))
    job = await run_in_threadpool(execution.given, request, found, inputs, delivery)
    if not execution.asked_later(request):
        return await execution.waited(request, job)
    location = ogc.link(request, f"/jobs/{job.job_id}", "monitor", found.title)["href"]
    return jobs.status(request, job, 201, Location=location, **{"Preference-Applied": "respond-async"})


def _process(request: Request) -> Process:
    name = request.path_params["processID"]
    try:
        return catalogue.find(name)
    except NotFound:
        raise NoSuchProcess(name) from None


def _summary(request: Request, of: Process) -> dict[str, Any]:
    here = f"/processes/{of.id}"
    return {
        "id": of.id,
        "title": f"{of.title} {of.title_en}",
        "description": of.description,
        "version": of.version,
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["value", "reference"],
        "links": [
            ogc.link(request, here, "self", of.title),
            ogc.link(request, f"{here}?f=html", "alternate", of.title, conditional.HTML),
            ogc.link(request, f"{here}/execution", _EXECUTE, of.title_en),
            ogc.link(request, "/processes", _PROCESSES, "处理 processes"),
        ],
    }


def _output(of: Output) -> dict[str, Any]:
    schemas = [_schema(kind) for kind in of.forms.values()]
    return {"title": of.title, "description": of.description, "schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}


def _schema(media_type: str) -> dict[str, str]:
    if media_type.startswith("text/") or "json" in media_type:
        return {"type": "string", "contentMediaType": media_type}
    return {"type": "string", "contentEncoding": "binary", "contentMediaType": media_type}
