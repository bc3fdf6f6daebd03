"""Pages of processes and jobs, for people: what may be done and how to ask for it, how far it is, and where its file lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from gridgeo.jobs.model import Job, Status
from gridgeo.moments import CHINA
from gridgeo.processes import catalogue, rules
from gridgeo.processes.model import Process

from . import conditional, pages

Links = Sequence[Mapping[str, str]]

#: How far a job is, in Chinese.
_STATUS = {
    Status.ACCEPTED: "等待",
    Status.RUNNING: "进行中",
    Status.SUCCESSFUL: "完成",
    Status.FAILED: "失败",
    Status.DISMISSED: "已取消",
}
#: Seconds after which the page of a job that is not over asks again.
_AGAIN_S = 3


def processes(request: Request, found: Sequence[Process]) -> Response:
    """Return the page of all that may be done."""
    return pages.response(request, pages.render("processes.html", base=_base(request), processes=found))


def process(request: Request, of: Process) -> Response:
    """Return the page of a process: what it takes and makes, and an example to try."""
    body = orjson.dumps({"inputs": of.example}).decode()
    facts = {"process": of, "inputs": rules.inputs(of), "kind": _kind, "example": body}
    return pages.response(request, pages.render("process.html", base=_base(request), **facts))


def listed(request: Request, found: Sequence[Job], links: Links, known: bool) -> Response:
    """Return the page of some jobs; who does not say who it is (not `known`) is told why there are none."""
    return _fresh("jobs.html", request, jobs=found, links=links, known=known)


def job(request: Request, of: Job, own: bool) -> Response:
    """Return the page of a job, which asks again until the job is over; its files are its caller's (`own`) alone."""
    return _fresh("job.html", request, job=of, own=own, again=None if of.status.over else _AGAIN_S)


def _fresh(name: str, request: Request, **facts: Any) -> Response:
    facts |= {"processes": catalogue.PROCESSES, "status": _STATUS, "at": _at}
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": pages.POLICY}
    return Response(pages.render(name, base=_base(request), **facts), 200, headers, conditional.HTML)


def _base(request: Request) -> str:
    return str(request.base_url)


def _at(moment: Any) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" if moment else "–"


def _kind(schema: Mapping[str, Any]) -> str | Markup:
    """What an input may be, in short."""
    if "oneOf" in schema:
        return Markup("<br>").join(_kind(each) for each in schema["oneOf"])
    told = " | ".join(map(str, schema["enum"])) if "enum" in schema else schema.get("type", "")
    return f"{told} = {schema['default']}" if "default" in schema else told
