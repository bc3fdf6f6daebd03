"""What the OpenAPI document says of editions and of what changed between them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from .schemas import EditionBrief, Link, Schema


class Edition(EditionBrief):
    """One whole set of a scheme's boundaries."""

    status: Literal["draft", "scheduled", "active", "retired"]
    source: str
    digest: str = Field(description="SHA-256 of the content.")
    created_at: datetime
    links: list[Link]


class Editions(Schema):
    """All editions."""

    numberReturned: int
    editions: list[Edition]
    links: list[Link]


class Finding(Schema):
    """What a check found in an edition."""

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    units: list[str]
    area_m2: float | None


class Findings(Schema):
    """What the checks found in an edition when it was stored."""

    numberReturned: int
    findings: list[Finding]
    edition: EditionBrief


class Change(Schema):
    """One change between two editions."""

    change: Literal["added", "removed", "moved", "renamed", "reparented", "altered"]
    level: str
    key: str = Field(description="Code of the unit, or level:name where it has none.")
    name_before: str | None
    name_after: str | None
    detail: str
    area_before_m2: float | None
    area_after_m2: float | None
    moved_m2: float | None = Field(description="Area that changed hands.")


class Difference(Schema):
    """What changed from one edition to another."""

    before: EditionBrief
    after: EditionBrief
    counts: dict[str, int]
    numberReturned: int
    changes: list[Change]
