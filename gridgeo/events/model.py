"""What an event is, and what may happen to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from ..hierarchy.model import Outcome


class Kind(StrEnum):
    """What comes in: something that happens in a grid (事件), or what a resident asks for (民生诉求)."""

    EVENT = "event"
    REQUEST = "request"


class Stage(StrEnum):
    """Where an event stands. Whether its clock stands still is said beside it (`paused_at`)."""

    REPORTED = "reported"  # 上报
    FILED = "filed"  # 立案
    REJECTED = "rejected"  # 不予立案
    DISPATCHED = "dispatched"  # 派遣
    RETURNED = "returned"  # 退回
    HANDLED = "handled"  # 处置完毕
    VERIFIED = "verified"  # 核查通过
    CLOSED = "closed"  # 结案
    REOPENED = "reopened"  # 重新打开
    MERGED = "merged"  # 并案

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self not in OVER


#: The stages after which nothing is to be done.
OVER = frozenset((Stage.REJECTED, Stage.CLOSED, Stage.MERGED))


class Action(StrEnum):
    """What is done to an event; which may be done when stands in `rules.TRANSITIONS`."""

    REPORT = "report"
    AMEND = "amend"
    FILE = "file"
    REJECT = "reject"
    MERGE = "merge"
    DISPATCH = "dispatch"
    REFER = "refer"
    WHISTLE = "whistle"
    WITHDRAW = "withdraw"
    CLAIM = "claim"
    ACCEPT = "accept"
    DECLINE = "decline"
    RETURN = "return"
    CHECK_IN = "check_in"
    HANDLE = "handle"
    REWORK = "rework"
    VERIFY = "verify"
    CLOSE = "close"
    REOPEN = "reopen"
    RATE = "rate"
    PAUSE = "pause"
    RESUME = "resume"


class Part(StrEnum):
    """What a department has to do with an event: to lead, to assist, to take it over by criteria, or to come to the place."""

    LEAD = "lead"  # 牵头
    ASSIST = "assist"  # 协助
    REFER = "refer"  # 转介
    WHISTLE = "whistle"  # 吹哨报到


class TaskStage(StrEnum):
    """Where a department is with its task."""

    OPEN = "open"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    DECLINED = "declined"
    HANDLED = "handled"
    WITHDRAWN = "withdrawn"

    @property
    def live(self) -> bool:
        """Whether the department has still to do something."""
        return self in (TaskStage.OPEN, TaskStage.ACCEPTED)


class Duty(StrEnum):
    """As what somebody acts: the scopes of keys, and the reporter, who is known by the secret of his receipt and has no key."""

    REPORT = "report"
    ACCEPT = "accept"  # 受理
    DISPATCH = "dispatch"  # 派遣
    HANDLE = "handle"  # 处置
    VERIFY = "verify"  # 核查
    RECEIPT = "receipt"


class Located(StrEnum):
    """How the point of an event is known: given; of the building an address was washed to; on the grid that was named; not at all."""

    POINT = "point"
    ADDRESS = "address"
    GRID = "grid"
    NONE = "none"


@dataclass(frozen=True)
class Actor:
    """Who acts, as the steps record it: `key:ab12cd34`, `jwt:name`, `load:…`, `receipt` or `system`.

    Parameters
    ----------
    department_code
        For which department; None for none.
    """

    name: str
    duties: frozenset[Duty] = frozenset()
    department_code: str | None = None


#: The worker, which files nothing and judges nothing, but sends on and counts time.
SYSTEM = Actor("system", frozenset((Duty.DISPATCH,)))


@dataclass(frozen=True)
class Event:
    """An event (事件) or request (民生诉求) as it is today.

    Parameters
    ----------
    event_code
        Ours, for ever (:func:`gridgeo.codes.event.build`).
    grade
        I (1), the gravest, to IV (4).
    told
        What was reported first, codes of persons and phone numbers masked.
    lon, lat
        Degrees, EPSG:4490; None where nobody knows where it is.
    place
        The building (19) or house (25) it is at.
    department_code
        Who leads today.
    due_at, stage_due_at
        When it is to be closed, and when its stage is to be over; None where no limit is said.
    version
        One more with every step.
    unit_id, outcome
        The lowest unit it lies in, in the governance edition valid now, and how; None while that is not said.
    reported_by
        Who sent it, and what was merged into it, in (actors): none of them may verify it.
    """

    event_id: int
    event_code: str
    kind: Kind
    class_id: int | None
    grade: int
    stage: Stage
    channel: str
    told: str
    located: Located
    address: str | None
    place: str | None
    lon: float | None
    lat: float | None
    department_code: str | None
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
    paused_at: datetime | None
    bounces: int
    reopened: int
    stars: int | None
    version: int
    recorded_at: datetime
    unit_id: int | None = None
    outcome: Outcome | None = None
    reported_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Report:
    """The act of sending an event in. An event has several where others were merged into it."""

    event_id: int
    report_no: int
    channel: str
    source: str
    original: str | None
    told: str
    actor: str
    reported_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class Step:
    """What was done to an event: one row of its timeline.

    Parameters
    ----------
    step_no
        The version of the event after it.
    stage
        Its stage after it.
    given
        Every column of the event that it changed, and what it became; `point` is [lon, lat] or None.
    """

    event_id: int
    step_no: int
    action: Action
    stage: Stage
    actor: str
    department_code: str | None
    at: datetime
    reason: str | None
    given: Mapping[str, Any]
    recorded_at: datetime


@dataclass(frozen=True)
class Task:
    """What a department is to do about an event; without a department whoever claims it does."""

    event_id: int
    task_no: int
    part: Part
    department_code: str | None
    stage: TaskStage
    actor: str | None
    sent_at: datetime
    answered_at: datetime | None
    done_at: datetime | None
    due_at: datetime | None
    note: str | None


@dataclass(frozen=True)
class Asked:
    """A task as somebody dispatches it, before it has a number: to whom, for what part, by when, and what is to be seen to."""

    department_code: str | None
    part: Part = Part.LEAD
    due_at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True)
class Medium:
    """A picture or sound, kept in a file by its SHA-256."""

    digest: bytes
    media_type: str
    bytes: int


@dataclass(frozen=True)
class Given:
    """A report as it is given. Where it is, is said in one of four ways: `lon` and `lat`, `address`, `unit` or `place`.

    Parameters
    ----------
    channel
        By which way it comes (:mod:`.channels`).
    class_id, class_path
        What it is, by our number or by its full path; none where whoever accepts it is to say.
    grade
        1 to 4; that of its class where it is not given, 4 where there is no class either.
    lon, lat
        Degrees, EPSG:4490.
    address
        As somebody wrote it; it is washed.
    unit
        The code of a grid unit of governance, of any level, valid now.
    place
        A building's code (19) or a house's (25).
    reported_at
        Now where it is not given.
    source, original
        Whose event it was before, and the code it had there: together they name it once.
    receipt
        Whether the reporter is given a secret to rate and reopen it with.
    """

    channel: str
    told: str
    kind: Kind = Kind.EVENT
    class_id: int | None = None
    class_path: str | None = None
    grade: int | None = None
    lon: float | None = None
    lat: float | None = None
    address: str | None = None
    unit: str | None = None
    place: str | None = None
    happened_at: datetime | None = None
    reported_at: datetime | None = None
    source: str = ""
    original: str | None = None
    media: tuple[Medium, ...] = ()
    receipt: bool = False


@dataclass(frozen=True)
class Taken:
    """What became of a report: its event, and whether we had it already (then nothing was done).

    Parameters
    ----------
    secret
        Of the receipt: told once, kept as a digest; None where none was asked for.
    """

    event_id: int
    event_code: str
    version: int
    secret: str | None = field(default=None, repr=False)
    known: bool = False


@dataclass(frozen=True)
class Where:
    """Which events are meant: those to which all that is given applies.

    Parameters
    ----------
    units
        Lowest units (unit_id) of the governance edition valid now.
    box
        West, south, east, north; degrees, EPSG:4490.
    departments
        Who leads.
    tasks_of
        A department that has something to do about it.
    since, until
        When it was reported: from, and before.
    overdue_at
        Open ones that were due before this moment.
    place
        A building (19), with the houses in it, or a house (25).
    source, original
        The code a source gave it, and whose code that is; both or none.
    public
        Only of classes that anybody may see.
    q
        A part of what was told, or of the address.
    """

    units: Sequence[int] | None = None
    box: tuple[float, float, float, float] | None = None
    stages: Sequence[str] | None = None
    classes: Sequence[int] | None = None
    channels: Sequence[str] | None = None
    departments: Sequence[str] | None = None
    tasks_of: str | None = None
    grades: Sequence[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    overdue_at: datetime | None = None
    place: str | None = None
    source: str | None = None
    original: str | None = None
    public: bool = False
    q: str | None = None


@dataclass(frozen=True)
class Once:
    """What makes a report that is sent twice one: whose key it is, the key, and SHA-256 of what was sent with it."""

    owner: str
    key: str = field(repr=False)
    digest: bytes
