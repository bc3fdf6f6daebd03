"""Jobs as callers are told of them: how far one is, and what it made. Source: OGC 18-062r2, 7.11 to 7.13."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from gridgeo.access.model import Scope
from gridgeo.errors import Gone, GridgeoError, NotFound
from gridgeo.jobs import store
from gridgeo.jobs.folder import Folder
from gridgeo.jobs.model import File, Job, Status

from . import conditional, depends, ogc, problems
from .problems import AnswerTooLarge

_EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
_RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"
LIST = "http://www.opengis.net/def/rel/ogc/1.0/job-list"
#: Bytes of a file that may stand in a document.
_LARGEST_VALUE = 16 * 2**20
_FRESH = {"Cache-Control": "no-store"}


class NoSuchJob(NotFound):
    """There is no such job."""

    uri = f"{_EXCEPTIONS}/no-such-job"

    def __init__(self, job_id: str) -> None:
        super().__init__("job", job_id)


class ResultNotReady(GridgeoError):
    """The job is not over."""

    uri = f"{_EXCEPTIONS}/result-not-ready"


def owner(request: Request, over: bool = False) -> str | None:
    """Return whose jobs a caller is told of; None, of all, where it has the scope admin and that goes `over` it."""
    asking = depends.principal(request)
    return None if over and asking.may(Scope.ADMIN) else asking.actor


def find(request: Request, job_id: str, over: bool = False) -> Job:
    """Return a job of the caller; raises NoSuchJob. Blocks."""
    try:
        return depends.jobs(request, store.find, job_id, owner(request, over))
    except NotFound:
        raise NoSuchJob(job_id) from None


def dismiss(request: Request, job_id: str) -> Job:
    """End a job of the caller and let go of what it was given and made; raises NoSuchJob, Gone. Blocks."""
    before = find(request, job_id, over=True)
    found = depends.jobs(request, store.dismiss, job_id, owner(request, over=True))
    if before.status.over:  # else its worker does
        folder(request).remove(before.folder)
    return found


def folder(request: Request) -> Folder:
    """Return where jobs make their files."""
    return request.app.state.jobs_folder


def told(request: Request, job: Job) -> dict[str, Any]:
    """Return how far a job is. Source: OGC 18-062r2, statusInfo.yaml."""
    here = f"/jobs/{job.job_id}"
    links = [
        ogc.link(request, here, "self", job.process),
        ogc.link(request, f"{here}?f=html", "alternate", job.process, conditional.HTML),
        ogc.link(request, "/jobs", LIST, "任务 jobs"),
    ]
    if job.status is Status.SUCCESSFUL:
        links.append(ogc.link(request, f"{here}/results", _RESULTS, "结果 results"))
    if job.status is Status.FAILED:
        links.append(ogc.link(request, f"{here}/results", "http://www.opengis.net/def/rel/ogc/1.0/exceptions", "why", problems.MEDIA_TYPE))
    return {
        "jobID": job.job_id,
        "processID": job.process,
        "type": "process",
        "status": job.status,
        "message": job.problem["detail"] if job.problem else "",
        "progress": job.progress,
        "created": job.created_at,
        "started": job.started_at,
        "finished": job.finished_at,
        "updated": job.updated_at,
        "links": links,
    }


def status(request: Request, job: Job, code: int = 200, **headers: str) -> Response:
    """Return the answer that tells how far a job is."""
    return Response(orjson.dumps(told(request, job)), code, {**_FRESH, **headers}, conditional.JSON)


async def results(request: Request, job: Job) -> Response:
    """Return what a job made, as its caller wanted it: the file itself or a document, by value or by reference.

    Raises ResultNotReady, Gone, AnswerTooLarge. Of a job that failed it is the problem.
    """
    if job.status is Status.FAILED:
        why, number = job.problem, request.scope.get("request_id", "")
        return problems.response(why["status"], why["code"], "The job failed.", why["detail"], number)
    if job.status is Status.DISMISSED:
        raise Gone("result of job", job.job_id, job.finished_at)
    if job.status is not Status.SUCCESSFUL:
        raise ResultNotReady(f"the job is {job.status}: its result is not there yet")
    ((output, file),) = job.files.items()
    if job.delivery.response == "raw":
        return one(request, job, output) if job.delivery.transmission == "value" else _linked(request, job, output)
    if job.delivery.transmission == "reference":
        made = {"href": _href(request, job, output), "type": file.media_type}
    else:
        made = await run_in_threadpool(_value, _there(request, job, file), file)
    return Response(orjson.dumps({output: made}), 200, _FRESH, conditional.JSON)


def one(request: Request, job: Job, output: str) -> Response:
    """Return a file a job made; raises NotFound for another output, Gone for one that is not there any more."""
    if output not in job.files:
        raise NotFound("output", output)
    file = job.files[output]
    path = _there(request, job, file)
    headers = {**_FRESH, "ETag": conditional.tag(job.folder, output)}
    return FileResponse(path, headers=headers, media_type=file.media_type, filename=file.name)


def _there(request: Request, job: Job, file: File) -> Path:
    path = folder(request).file(job, file)
    if not path.is_file():
        raise Gone("result of job", job.job_id, job.finished_at)
    return path


def _href(request: Request, job: Job, output: str) -> str:
    return ogc.link(request, f"/jobs/{job.job_id}/results/{output}", "item", output)["href"]


def _linked(request: Request, job: Job, output: str) -> Response:
    """Nothing but where it is. Source: OGC 18-062r2, /req/core/process-execute-sync-raw-ref."""
    media_type = job.files[output].media_type
    return Response(None, 204, {**_FRESH, "Link": f'<{_href(request, job, output)}>; rel="item"; type="{media_type}"; title="{output}"'})


def _value(path: Path, file: File) -> dict[str, Any]:
    """A file as a value in a document. Source: OGC 18-062r2, qualifiedInputValue.yaml."""
    if file.size > _LARGEST_VALUE:
        raise AnswerTooLarge(f"the result has {file.size:,} bytes, and at most {_LARGEST_VALUE:,} stand in a document: ask for a reference")
    raw, media_type = path.read_bytes(), file.media_type
    if media_type in (conditional.JSON, conditional.GEOJSON):
        return {"value": orjson.loads(raw), "mediaType": media_type}
    if media_type.startswith("text/") or media_type == conditional.NDJSON:
        return {"value": raw.decode("utf-8-sig"), "mediaType": media_type}
    return {"value": base64.b64encode(raw).decode(), "encoding": "base64", "mediaType": media_type}
