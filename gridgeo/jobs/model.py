"""What a job is, and what a worker is given of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Status(StrEnum):
    """How far a job is. Source: OGC 18-062r2, 7.12 (statusCode)."""

    ACCEPTED = "accepted"
    RUNNING = "running"
    SUCCESSFUL = "successful"
    FAILED = "failed"
    DISMISSED = "dismissed"

    @property
    def over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self not in (Status.ACCEPTED, Status.RUNNING)


class File(NamedTuple):
    """A file that a job made: its name in the job's folder, media type, and bytes."""

    name: str
    media_type: str
    size: int


class Delivery(NamedTuple):
    """How a caller wants the results: `raw` or in a `document`, by `value` or by `reference`. Source: OGC 18-062r2, 7.11.2."""

    response: str = "raw"
    transmission: str = "value"


@dataclass(frozen=True)
class Job:
    """A job as its caller is told of it.

    Parameters
    ----------
    owner
        Who gave it, as :attr:`gridgeo.access.model.Principal.actor` says it.
    progress
        In per cent.
    files
        What it made, by the name of the output; empty until it is successful.
    folder
        Where these lie.
    problem
        Why it failed: `status` (of HTTP), `code` and `detail`.
    """

    job_id: str
    process: str
    owner: str
    status: Status
    progress: int
    delivery: Delivery
    files: Mapping[str, File]
    folder: str
    problem: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True)
class Claimed:
    """A job as the worker has it that was given it; `inputs` may be about people."""

    job_id: str
    process: str
    owner: str
    area: tuple[int, ...] | None
    inputs: Mapping[str, Any] = field(repr=False)
    tries: int

    @property
    def folder(self) -> str:
        """The name of the folder for its files: of this try alone."""
        return f"{self.job_id}.{self.tries}"
