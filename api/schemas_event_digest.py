"""What the digest and the notices of events look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from gridgeo.events.watching.model import Found

from .schemas import Link, Schema
from .schemas_objects import Department


class DigestLine(Schema):
    """A unit: what came in, was filed and closed in the day; what is open, overdue, and due soon (a fifth of its time is left), now."""

    code: str
    name_zh: str
    reported: int
    filed: int
    closed: int
    open: int
    overdue: int
    due: int


class LateEvent(Schema):
    """An open event that is overdue."""

    event_code: str
    grade: int
    path: str = Field(description="Of its class.")
    stage: str
    department_code: str | None
    department: str | None
    due_at: datetime
    bounces: int


class Digest(Schema):
    """A day by unit, in the order of their codes, and the gravest that are late."""

    day: date
    at: datetime
    lines: list[DigestLine]
    late: list[LateEvent]


class Notice(Schema):
    """Something that was found of an event, once for each time it was due."""

    event_id: int
    event_code: str
    kind: Literal[tuple(map(str, Found))]
    due_at: datetime
    task_no: int = Field(description="Of what a department is to do beside who leads; 0 is of the event.")
    department: Department | None = Field(description="Who is told; nobody: whoever dispatches.")
    found_at: datetime
    href: str


class Notices(Schema):
    """Notices, the latest first."""

    numberReturned: int
    notices: list[Notice]
    links: list[Link]
