"""Jobs: those of the caller, how far each is, what it made, and ending one. Source: OGC 18-062r2, 7.12, 7.13, clauses 11 and 13."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.jobs import store
from gridgeo.jobs.model import Status
from gridgeo.jobs.store import Asked
from gridgeo.processes import catalogue

from .. import conditional, cursors, depends, jobs, ogc, process_pages
from .. import schemas_processes as told
from ..parameters import Parameter, Query, capped, form, number, one_of
from ..periods import DATETIME
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/jobs", tags=["processes"])

_MOST, _USUAL = 1000, 100
_NUMBER = re.compile(r"[0-9a-f]{32}", re.ASCII)


def _words(*known: str):
    def read(text: str) -> tuple[str, ...]:
        words = tuple(dict.fromkeys(text.split(",")))
        if not set(words) <= set(known):
            raise ValueError(f"is no list of {', '.join(known)} with commas between")
        return words

    return read


def _seconds(text: str) -> float:
    seconds = number(text)
    if not 0 <= seconds <= 10**9:
        raise ValueError("is no number of seconds")
    return seconds


def _listed(name: str, description: str, known) -> Parameter:
    return Parameter(name, description, _words(*known), {"type": "array", "items": {"type": "string", "enum": list(map(str, known))}})


_JOB = Parameter("jobID", "Number of the job.", str, {"type": "string", "pattern": "^[0-9a-f]{32}$"}, place="path")
_OUTPUT = Parameter("output", "Name of the output.", str, {"type": "string"}, example="file", place="path")
_LIMIT = capped("So many jobs at most.", _MOST, _USUAL)
_CURSOR = Parameter("cursor", "Where the list goes on; only as the link next of the page before has it.", str, {"type": "string"})
_FORM, _FORMS = form("json", "html"), ("json", "html")
_LIST = Query(
    Parameter("type", "Of the jobs: process alone is there.", one_of("process"), {"type": "string", "enum": ["process"]}),
    _listed("processID", "Only jobs of these processes.", catalogue.PROCESSES),
    _listed("status", "Only jobs that are so far.", Status),
    Parameter("datetime", "Only jobs that were given then: an instant, a day or an interval.", DATETIME.read, {"type": "string"}),
    Parameter("minDuration", "Only jobs that took so many seconds or more.", _seconds, {"type": "number", "minimum": 0}),
    Parameter("maxDuration", "Only jobs that took so many seconds or fewer.", _seconds, {"type": "number", "minimum": 0}),
    _LIMIT,
    _CURSOR,
    _FORM,
)
_STATUS, _ONE, _ONE_OUTPUT = Query(_JOB, _FORM), Query(_JOB), Query(_JOB, _OUTPUT)
_PAGE = {"content": {"text/html": {"schema": {"type": "string"}}}}


@router.get("", summary="My jobs", openapi_extra=_LIST.as_dict(), responses={200: {"model": told.Jobs, **_PAGE}})
def listed(request: Request) -> Response:
    """Jobs of the caller, the latest first; with the scope admin those of everybody. Who does not say who it is is told of none: such a
    caller keeps the numbers of its jobs."""
    asked, asking = _LIST(request), depends.principal(request)
    bound = tuple(sorted((name, given) for name, given in request.query_params.items() if name not in ("cursor", "limit", "f")))
    after = None if asked.cursor is None else _opened(asked.cursor, bound)
    meant = Asked(
        jobs.owner(request, over=True),
        asked.processID,
        asked.status,
        asked.datetime and asked.datetime.start,
        asked.datetime and asked.datetime.end,
        asked.minDuration,
        asked.maxDuration,
    )
    found = depends.jobs(request, store.listed, meant, after, asked.limit + 1) if asking.known else []
    page, last = found[: asked.limit], len(found) <= asked.limit
    wanted = conditional.chosen(request, _FORMS, asked.f)
    links = _links(request, bound, asked.limit, wanted, None if last else page[-1].job_id)
    if wanted == "html":
        return process_pages.listed(request, page, links, asking.known)
    body = {"numberReturned": len(page), "jobs": [jobs.told(request, each) for each in page], "links": links}
    return Response(orjson.dumps(body), headers={"Cache-Control": "no-store"}, media_type=conditional.JSON)


def _links(request: Request, bound: tuple, limit: int, wanted: str, after: str | None) -> list[dict[str, str]]:
    """Links of a page of the list: to itself, in the other form, and on."""

    def link(rel: str, title: str, form: str, *more: tuple) -> dict[str, str]:
        query = urlencode([*bound, *more, *([("f", form)] if (rel, form) != ("self", "json") else [])])
        return ogc.link(request, f"/jobs?{query}".rstrip("?"), rel, title, conditional.MEDIA_TYPES[form])

    other = "html" if wanted == "json" else "json"
    links = [link("self", "任务 jobs", wanted), link("alternate", "任务 jobs", other)]
    if after is not None:
        links.append(link("next", "下一页 next page", wanted, ("limit", limit), ("cursor", cursors.sealed([after], *bound))))
    return links


@router.get("/{jobID}", summary="How far a job is", openapi_extra=_STATUS.as_dict(), responses={200: {"model": told.StatusInfo, **_PAGE}})
def status(request: Request) -> Response:
    """Its status, per cent of what is to be done, and where its result is."""
    asked, found = _STATUS(request), jobs.find(request, _number(request), over=True)
    if conditional.chosen(request, _FORMS, asked.f) == "html":
        return process_pages.job(request, found, found.owner == jobs.owner(request))
    return jobs.status(request, found)


@router.delete("/{jobID}", summary="End a job", openapi_extra=_ONE.as_dict(), responses={200: {"model": told.StatusInfo}})
def dismiss(request: Request) -> Response:
    """It ends within a second or two where it runs; what was given to it and what it made is let go of."""
    _ONE(request)
    return jobs.status(request, jobs.dismiss(request, _number(request)))


@router.get(
    "/{jobID}/results",
    summary="What a job made",
    openapi_extra=_ONE.as_dict(),
    responses={
        200: told.RESULT,
        204: {"description": "The header Link says where the result is."},
        "5XX": {"description": "The job failed; the body says why."},
    },
)
async def results(request: Request) -> Response:
    """The file or the document, as it was asked for with the execution; of a job that failed, the problem. To its caller alone."""
    _ONE(request)
    return await jobs.results(request, await run_in_threadpool(jobs.find, request, _number(request)))


@router.get(
    "/{jobID}/results/{output}",
    summary="A file a job made",
    openapi_extra=_ONE_OUTPUT.as_dict(),
    responses={200: told.RESULT},
)
def output(request: Request) -> Response:
    """The file itself; a part may be asked for by Range."""
    _ONE_OUTPUT(request)
    return jobs.one(request, jobs.find(request, _number(request)), request.path_params["output"])


def _number(request: Request) -> str:
    number = request.path_params["jobID"]
    if not _NUMBER.fullmatch(number):
        raise jobs.NoSuchJob(number)
    return number


def _opened(cursor: str, bound: tuple) -> str:
    try:
        (after,) = cursors.opened(cursor, 1, *bound)
    except ValueError as error:
        raise InvalidRequest([Fault("cursor", "invalid-parameter", str(error))]) from None
    return after
