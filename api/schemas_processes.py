"""What answers about processes and jobs look like, for the OpenAPI document. Source: OGC 18-062r2, its schemas."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from .schemas import Link, Schema


class ProcessSummary(Schema):
    """What may be done, in short."""

    id: str
    title: str
    description: str
    version: str
    jobControlOptions: list[Literal["sync-execute", "async-execute", "dismiss"]]
    outputTransmission: list[Literal["value", "reference"]]
    links: list[Link]


class Processes(Schema):
    """All that may be done."""

    processes: list[ProcessSummary]
    links: list[Link]


class ProcessInput(Schema):
    """Something a process takes."""

    title: str
    description: str
    schema_: dict[str, Any] = Field(alias="schema", description="JSON Schema.")
    minOccurs: int
    maxOccurs: int


class ProcessOutput(Schema):
    """Something a process makes."""

    title: str
    description: str
    schema_: dict[str, Any] = Field(alias="schema", description="JSON Schema: the media types there are.")


class ProcessDescription(ProcessSummary):
    """What may be done, with all it takes and makes."""

    inputs: dict[str, ProcessInput]
    outputs: dict[str, ProcessOutput]


class StatusInfo(Schema):
    """How far a job is."""

    jobID: str
    processID: str
    type: Literal["process"]
    status: Literal["accepted", "running", "successful", "failed", "dismissed"]
    message: str
    progress: int = Field(description="Per cent.", ge=0, le=100)
    created: datetime
    started: datetime | None
    finished: datetime | None
    updated: datetime
    links: list[Link]


class Jobs(Schema):
    """Jobs of the caller, the latest first."""

    numberReturned: int
    jobs: list[StatusInfo]
    links: list[Link]


_ANY = {"schema": {"type": "object"}}
#: What was made: a document, GeoJSON, or a file of another kind.
RESULT = {
    "description": "The result.",
    "content": {"application/json": _ANY, "application/geo+json": _ANY, "*/*": {"schema": {"type": "string", "format": "binary"}}},
}
