"""What answers about events look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from .schemas import Brief, Link, Schema
from .schemas_objects import Department

_STAGE = Literal["reported", "filed", "rejected", "dispatched", "returned", "handled", "verified", "closed", "reopened", "merged"]


class ClassBrief(Schema):
    """A class in short."""

    class_id: int
    path: str = Field(description="大类/小类/名称: what it is known by.")
    name: str
    name_en: str
    colour: str


class Event(Schema):
    """An event (事件) or a resident's request (民生诉求) as it is today."""

    event_id: int
    event_code: str
    kind: Literal["event", "request"]
    class_: ClassBrief | None = Field(alias="class")
    grade: int = Field(description="1, the gravest, to 4.")
    stage: _STAGE
    channel: str
    told: str | None = Field(None, description="What was reported, codes of persons masked; to those who work on events.")
    address: str | None = Field(None, description="As it was written; to those who work on events.")
    located: Literal["point", "address", "grid", "none"]
    place: str | None = Field(description="The building; the house to those who work on events.")
    lon: float | None
    lat: float | None
    unit: Brief | None = Field(description="The lowest unit it lies in today.")
    outcome: str | None
    department: Department | None = Field(description="Who leads.")
    merged_into: int | None
    happened_at: datetime | None
    reported_at: datetime
    filed_at: datetime | None
    dispatched_at: datetime | None
    responded_at: datetime | None
    handled_at: datetime | None
    verified_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    stage_due_at: datetime | None
    paused_at: datetime | None = Field(description="Since when its clock stands still.")
    bounces: int
    reopened: int
    stars: int | None
    version: int
    href: str


class Medium(Schema):
    """A picture, a video or a paper of an event."""

    media_no: int
    media_type: str
    bytes: int = Field(description="As many as are kept; as it was named while it was not sent yet.")
    step_no: int = Field(description="The step it was named with, or the last one before it was sent.")
    actor: str | None = Field(description="Who sent its bytes; null while it is only named.")
    kept_at: datetime | None
    digest: str = Field(description="SHA-256 of what was sent: where and by whom it was taken was still in it.")
    kept: str | None = Field(description="SHA-256 of what is kept; null while it is only named.")
    href: str | None = Field(description="Where its bytes are; null while they were not sent.")


class Media(Schema):
    """The pictures, videos and papers of an event."""

    event_id: int
    event_code: str
    numberReturned: int
    media: list[Medium]
    links: list[Link]


class Original(Schema):
    """A report as it was written."""

    report_no: int
    text: str = Field(description="What was told, and the address, word for word.")


class Originals(Schema):
    """The reports of an event in which somebody was named, as they were written."""

    event_id: int
    event_code: str
    purpose: str
    originals: list[Original]


class EventTold(Event):
    """One event, and what the caller may do to it."""

    media: list[Medium] | None = Field(None, description="To those who carry events on.")
    actions: list[str]
    links: list[Link]


class NearEvent(Event):
    """An event, and how far it is."""

    metres: float


class LikeEvent(Event):
    """An event that may be the same, and why."""

    same_class: bool
    same_place: bool
    alike: float | None = Field(description="How much alike the texts are, from 0 to 1; to those who work on events.")
    metres: float | None


class Events(Schema):
    """A page of events."""

    numberReturned: int
    events: list[Event]
    links: list[Link]


class NearbyEvents(Schema):
    """Events about a point."""

    numberReturned: int
    events: list[NearEvent]
    links: list[Link]


class Similar(Schema):
    """Events that may be the same."""

    event_id: int | None = None
    event_code: str | None = None
    numberReturned: int
    similar: list[LikeEvent]
    links: list[Link] | None = None


class Step(Schema):
    """What was done."""

    step_no: int = Field(description="The version of the event after it.")
    action: str
    stage: _STAGE
    at: datetime
    department: Department | None
    actor: str | None = Field(None, description="To those who work on events.")
    reason: str | None = Field(None, description="To those who work on events.")
    given: dict[str, Any] = Field(description="The columns it changed, and what they became.")


class Timeline(Schema):
    """All that was done to an event."""

    event_id: int
    event_code: str
    numberReturned: int
    steps: list[Step]
    links: list[Link]


class Task(Schema):
    """What a department has to do."""

    task_no: int
    part: Literal["lead", "assist", "refer", "whistle"]
    department: Department | None
    stage: Literal["open", "accepted", "returned", "declined", "handled", "withdrawn"]
    sent_at: datetime
    answered_at: datetime | None
    done_at: datetime | None
    due_at: datetime | None
    note: str | None = Field(None, description="To those who work on events.")


class Tasks(Schema):
    """What departments have to do about an event."""

    event_id: int
    event_code: str
    numberReturned: int
    tasks: list[Task]
    links: list[Link]


class Report(Schema):
    """The act of sending an event in."""

    event_id: int
    report_no: int
    channel: str
    source: str
    original: str | None
    told: str
    actor: str
    reported_at: datetime
    recorded_at: datetime


class Reports(Schema):
    """The reports of an event and of those merged into it."""

    event_id: int
    event_code: str
    numberReturned: int
    reports: list[Report]
    links: list[Link]


class Taken(Schema):
    """What became of a report."""

    event_id: int
    event_code: str
    receipt: str | None = Field(description="The secret to rate and reopen it with; not told a second time to another request.")
    links: list[Link]


class Receipt(Event):
    """Where the event of a receipt stands, and what may be done with its secret now."""

    actions: list[str]
