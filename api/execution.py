"""What a caller lets be done: its inputs understood, put among the jobs, and waited for where it wants to wait."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import anyio
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gridgeo.errors import Gone
from gridgeo.jobs import store
from gridgeo.jobs.model import Delivery, Job
from gridgeo.processes import rules
from gridgeo.processes.model import Process

from . import bodies, depends, jobs
from .problems import AnswerTooLarge, Fault, InvalidRequest

#: Bytes of a body.
MOST_BYTES = 24 * 2**20

#: Seconds that are waited for a job, and between looks at it, the first and the last.
WAITED_S, _FIRST_S, _LAST_S = 20.0, 0.02, 0.25

_RESPONSES, _TRANSMISSIONS = ("raw", "document"), ("value", "reference")


def asked_later(request: Request) -> bool:
    """Return whether a caller wants to come again for the result. Source: RFC 7240, 4.1."""
    preferences = ",".join(request.headers.getlist("prefer")).split(",")
    return any(each.partition(";")[0].strip().lower() == "respond-async" for each in preferences)


def understood(process: Process, body: bytes, content_type: str) -> tuple[dict[str, Any], Delivery]:
    """Return the inputs of a body, and how the result is wanted; raises InvalidRequest with all that is wrong."""
    given = bodies.members(body, content_type, (), ("inputs", "outputs", "response"))
    inputs = given.get("inputs", {})
    if not isinstance(inputs, dict):
        raise InvalidRequest([Fault("/inputs", "invalid-body", "is no object of inputs", True)])
    media_type, transmission, faults = _wanted(process, given.get("outputs", {}))
    response = given.get("response", "raw")
    if response not in _RESPONSES:
        faults.append(Fault("/response", "invalid-member", f"is not one of {', '.join(_RESPONSES)}", True))
    if media_type is not None:
        inputs = {"format": media_type, **inputs}
    _, wrong = rules.read(process, inputs)
    faults += [Fault(f"/inputs/{each.name}".rstrip("/"), each.code, each.rule, True) for each in wrong]
    if faults:
        raise InvalidRequest(faults)
    return inputs, Delivery(response, transmission)


def _wanted(process: Process, outputs: object) -> tuple[str | None, str, list[Fault]]:
    """The form a caller wants of the one output there is, and how it is to be handed over."""
    name, forms = process.output.name, {kind.partition(";")[0]: word for word, kind in process.output.forms.items()}
    if not isinstance(outputs, dict) or outputs.keys() - {name}:
        return None, "value", [Fault("/outputs", "invalid-member", f"is no object with the output {name} alone", True)]
    asked = outputs.get(name, {})
    form = asked.get("format", {}) if isinstance(asked, dict) else None
    faults = []
    if not isinstance(asked, dict) or not isinstance(form, dict) or asked.keys() - {"format", "transmissionMode"}:
        return None, "value", [Fault(f"/outputs/{name}", "invalid-member", "is no object of format and transmissionMode", True)]
    transmission, media_type = asked.get("transmissionMode", "value"), form.get("mediaType")
    if transmission not in _TRANSMISSIONS:
        rule = f"is not one of {', '.join(_TRANSMISSIONS)}"
        faults.append(Fault(f"/outputs/{name}/transmissionMode", "invalid-member", rule, True))
    word = forms.get(media_type.partition(";")[0]) if isinstance(media_type, str) else None
    if media_type is not None and word is None:
        faults.append(Fault(f"/outputs/{name}/format/mediaType", "invalid-member", f"is not one of {', '.join(forms)}", True))
    return word, transmission, faults


def given(request: Request, process: Process, inputs: Mapping[str, Any], delivery: Delivery) -> Job:
    """Put a job among the others; raises TooMany. Blocks."""
    asking = depends.principal(request)
    return depends.jobs(request, store.add, process.id, asking.actor, asking.area, inputs, delivery)


async def waited(request: Request, job: Job) -> Response:
    """Return what a job made as soon as it is over; who goes, or would wait too long, dismisses it. Raises AnswerTooLarge."""
    end, pause = time.monotonic() + WAITED_S, _FIRST_S
    try:
        while not job.status.over:
            await anyio.sleep(pause)
            pause = min(_LAST_S, pause * 1.5)
            job = await run_in_threadpool(jobs.find, request, job.job_id)
            if not job.status.over and (time.monotonic() > end or await request.is_disconnected()):
                rule = f'it takes longer than {WAITED_S:.0f} s: ask with the header "Prefer: respond-async", and come again for the result'
                raise AnswerTooLarge(rule)
        answer = await jobs.results(request, job)
    except BaseException:
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(_let_go, request, job.job_id)
        raise
    if job.delivery.transmission == "value":
        answer.background = BackgroundTask(_let_go, request, job.job_id)  # it was handed over, and is kept nowhere
    return answer


def _let_go(request: Request, job_id: str) -> None:
    try:
        jobs.dismiss(request, job_id)
    except Gone:
        return
