"""What is to be done, the soonest due first: a department's tasks, what is open in some units, and what was done there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..db import queries
from .model import Part, Stage, TaskStage
from .rules import SOON
from .shown import State

SQL = queries.load(__package__, "board.sql")

_LIVE, _BACK = (TaskStage.OPEN, TaskStage.ACCEPTED), (TaskStage.RETURNED, TaskStage.DECLINED)


@dataclass(frozen=True)
class Item:
    """Something to be done, or that was: an event, and of a department's list its task.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4490; None where nobody knows where it is.
    unit_id
        The lowest unit it lies in today; None for none.
    due_at
        Of the task where there is one; None while the event stands still, and where no limit is said.
    state
        How it stands to that.
    task_no
        0 where no task is meant; `part` and `task_stage` are None then.
    """

    event_id: int
    event_code: str
    class_id: int | None
    grade: int
    stage: Stage
    told: str
    address: str | None
    lon: float | None
    lat: float | None
    unit_id: int | None
    department_code: str | None
    reported_at: datetime
    handled_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    state: State
    paused: bool
    bounces: int
    task_no: int
    part: Part | None
    task_stage: TaskStage | None

    @property
    def key(self) -> tuple[datetime | None, int, int]:
        """Where a list goes on after this one."""
        return self.due_at, self.event_id, self.task_no


@dataclass(frozen=True)
class Wanted:
    """Which of a department's tasks are meant: `back` those it returned or declined, else those it has still to do; of classes and grades
    and how they stand (None: all); of classes that are `public` alone where that is said.
    """

    back: bool = False
    classes: Sequence[int] | None = None
    grades: Sequence[int] | None = None
    state: State | None = None
    public: bool = False


@dataclass(frozen=True)
class Load:
    """How many tasks a department has: open, of these overdue and due soon; and returned or declined, of events that are open still."""

    open: int
    overdue: int
    soon: int
    back: int


@dataclass(frozen=True)
class Today:
    """Of some units: what is open, of that overdue and due soon; what came in, was filed and closed since a moment."""

    open: int
    overdue: int
    soon: int
    reported: int
    filed: int
    closed: int


def tasks(conn, department_code: str, wanted: Wanted, now: datetime, after: tuple | None = None, limit: int = 50) -> list[Item]:
    """Return a department's tasks about open events, the soonest due first; after one (its :attr:`Item.key`) where one is given."""
    stages = [str(stage) for stage in (_BACK if wanted.back else _LIVE)]
    state = wanted.state and str(wanted.state)
    return _items(conn, "tasks", **_meant(department_code, wanted), **_after(after), **_at(now), stages=stages, state=state, limit=limit)


def load(conn, department_code: str, wanted: Wanted, now: datetime) -> Load:
    """Return how many tasks a department has at a moment; of what is wanted classes, grades and `public` are looked at."""
    return Load(*SQL.rows(conn, "task_counts", **_meant(department_code, wanted), **_at(now))[0])


def open_in(conn, units: Sequence[int] | None, public: bool, now: datetime, after: tuple | None = None, limit: int = 50) -> list[Item]:
    """Return the open events of some of today's lowest units (None: all), the soonest due first; after one where one is given."""
    after_due, after_id, _ = _after(after).values()
    return _items(conn, "open", **_within(units, public), **_at(now), after_due=after_due, after_id=after_id, limit=limit)


def today(conn, units: Sequence[int] | None, public: bool, now: datetime, since: datetime) -> Today:
    """Return what is open in some units now, and what came in, was filed and closed since a moment."""
    return Today(*SQL.rows(conn, "counts", **_within(units, public), **_at(now), since=since)[0])


def done_in(conn, units: Sequence[int] | None, public: bool, since: datetime, limit: int = 20) -> list[Item]:
    """Return what was handled or closed in some units since a moment, the latest first."""
    return _items(conn, "done", **_within(units, public), since=since, limit=limit)


def _meant(department_code: str, wanted: Wanted) -> dict[str, object]:
    lists = {name: None if (given := getattr(wanted, name)) is None else list(given) for name in ("classes", "grades")}
    return {"department": department_code, "public": wanted.public, **lists}


def _within(units: Sequence[int] | None, public: bool) -> dict[str, object]:
    return {"units": None if units is None else list(units), "public": public}


def _at(now: datetime) -> dict[str, object]:
    return {"now": now, "soon": SOON}


def _after(key: tuple | None) -> dict[str, object]:
    return dict(zip(("after_due", "after_id", "after_no"), key or (None, None, None), strict=True))


def _items(conn, query: str, **parameters) -> list[Item]:
    return [_item(*row) for row in SQL.rows(conn, query, **parameters)]


def _item(event_id, event_code, class_id, grade, stage, *rest) -> Item:
    *told, state, paused, bounces, task_no, part, task_stage = rest
    task = part and Part(part), task_stage and TaskStage(task_stage)
    return Item(event_id, event_code, class_id, grade, Stage(stage), *told, State(state), paused, bounces, task_no, *task)
