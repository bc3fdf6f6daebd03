"""What answers about the numbers, classes and channels of events look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from .schemas import Schema
from .schemas_objects import Department


class EventClass(Schema):
    """A class of events (事件类别)."""

    class_id: int
    path: str = Field(description="大类/小类/名称: what it is known by.")
    name: str
    name_en: str
    grade: int = Field(description="1 (the gravest) to 4: of an event of which none is said.")
    public: bool = Field(description="Whether anybody who may read is told of its events.")


class EventMinor(Schema):
    """A minor class (小类)."""

    minor: str
    minor_en: str
    classes: list[EventClass]


class EventMajor(Schema):
    """A major class (大类)."""

    major: str
    major_en: str
    kind: Literal["event", "request"]
    colour: str = Field(description="#rrggbb")
    minors: list[EventMinor]


class Classes(Schema):
    """The classes in use today, in their order."""

    n: int
    majors: list[EventMajor]


class Channel(Schema):
    """A way events come in by (受理渠道)."""

    channel: str
    kind: Literal["inspector", "hotline", "web", "message", "enterprise", "sensor", "platform"]
    name_zh: str
    name_en: str


class Channels(Schema):
    """The channels in use today."""

    n: int
    channels: list[Channel]


class EventNumbers(Schema):
    """What is counted of events, and their rates; a rate of nothing is null."""

    reported: int = Field(description="Reported in the period; of these rejected and merged.")
    rejected: int
    merged: int
    filed: int = Field(description="Filed in the period (立案).")
    due: int = Field(description="Due in the period and before now (应结案): what rates are of.")
    closed: int = Field(description="Of the cases due those closed.")
    on_time: int = Field(description="Of the cases due those closed in time.")
    responded: int = Field(description="Of the cases due those a department took up.")
    response_s: int = Field(description="Seconds from filing until a department took it up, together.")
    ended: int = Field(description="Closed in the period (结案).")
    rated: int = Field(description="Of those closed in the period the ones rated.")
    stars: int = Field(description="Their stars, together.")
    satisfied: int = Field(description="Those with 4 or 5.")
    bounces: int = Field(description="How often departments returned the events filed in the period.")
    bounced: int = Field(description="How many of these were returned.")
    open: int | None = Field(default=None, description="Open now; not told of months, days and a year earlier.")
    overdue: int | None = Field(default=None, description="Open and overdue now; likewise.")
    closing_rate: float | None = Field(description="Percent of the cases due that are closed.")
    on_time_rate: float | None = Field(description="Percent of the cases due that were closed in time.")
    response_rate: float | None = Field(description="Percent of the cases due that a department took up.")
    response_hours: float | None = Field(description="Hours until it did, on average.")
    satisfaction: float | None = Field(description="Stars on average.")
    satisfied_rate: float | None = Field(description="Percent of those rated with 4 or 5 stars.")
    bounces_per_event: float | None = Field(description="How often an event was returned, on average of those filed.")


class Compared(EventNumbers):
    """Numbers, and with `compare` those of the same a year earlier."""

    before: EventNumbers | None = None
    growth: float | None = Field(default=None, description="By how many percent more were reported than a year earlier.")


class StatsRow(Compared):
    """Numbers of one unit, class, channel, department or period: the members before say of which."""

    unit_id: int | None = None
    code: str | None = None
    name_zh: str | None = None
    name_en: str | None = None
    part: bool = False
    class_id: int | None = None
    class_: str | None = Field(default=None, alias="class", description="The class's path.")
    major: str | None = None
    minor: str | None = None
    channel: str | None = None
    department: Department | None = None
    month: date | None = None
    day: date | None = None


class Stats(Schema):
    """The numbers of a period."""

    from_: date = Field(alias="from")
    until: date = Field(description="The day after its last.")
    by: str
    unit: str | None
    level: str | None
    part: bool = Field(default=False, description="They are of a part of the unit, or the city: of what the caller may see.")
    total: Compared
    rows: list[StatsRow] | None = None
