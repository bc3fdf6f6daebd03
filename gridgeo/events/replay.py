"""What was done to events before we had them: the steps of a list of another system, appended many at a time.

Each event was taken in (:mod:`.intake`) and nothing was done to it since. Its steps have the times the list tells, its row is what
these steps make of it, and what departments did stands in its tasks, as if it had gone through :mod:`.acting`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from ..db import queries
from . import counts, limits
from .model import Action, Actor, Part, Stage, TaskStage

SQL = queries.load(__package__, "replay.sql")

#: The columns of an event that a replay may change.
_CHANGED = (
    *("stage", "version", "department_code", "merged_into", "filed_at", "dispatched_at", "responded_at", "handled_at", "verified_at"),
    *("closed_at", "due_at", "stage_due_at", "bounces", "stars"),
)


@dataclass(frozen=True)
class Past:
    """What a list tells of an event; times are timezone-aware, in their order, None where nothing is told.

    Parameters
    ----------
    rejected_at, merged_at
        When it was not taken up, or was found to be `merged_into`, with a `reason`.
    lead, assists
        The departments that handled it.
    returned_by
        Those that had it before and gave it back, in their order.
    bounces
        How often it was given back, where more is told than by whom.
    due_at
        By when it was to be closed; what the limits say where the list says nothing.
    """

    event_id: int
    filed_at: datetime | None = None
    dispatched_at: datetime | None = None
    responded_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    rejected_at: datetime | None = None
    merged_at: datetime | None = None
    merged_into: int | None = None
    reason: str | None = None
    lead: str | None = None
    assists: tuple[str, ...] = ()
    returned_by: tuple[str, ...] = ()
    bounces: int = 0
    stars: int | None = None


class Task(NamedTuple):
    """What a department had to do."""

    part: Part
    department_code: str
    stage: TaskStage
    sent_at: datetime
    answered_at: datetime | None
    done_at: datetime | None


@dataclass
class History:
    """The steps of an event after its report, and its tasks."""

    past: Past
    steps: list[tuple[Action, Stage, datetime, str | None, str | None, dict[str, Any]]] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)

    @property
    def stage(self) -> Stage:
        """Where it stands in the end."""
        return self.steps[-1][1] if self.steps else Stage.REPORTED

    @property
    def since(self) -> datetime | None:
        """Since when."""
        return self.steps[-1][2] if self.steps else None

    def add(self, action: Action, stage: Stage, at: datetime, department: str | None = None, reason: str | None = None, **given) -> None:
        """Append a step."""
        self.steps.append((action, stage, at, department, reason, given))


def history(past: Past) -> History:
    """Return the steps and tasks that what is told of an event amounts to."""
    made = History(past)
    if past.rejected_at:
        made.add(Action.REJECT, Stage.REJECTED, past.rejected_at, reason=past.reason)
        return made
    if past.filed_at:
        made.add(Action.FILE, Stage.FILED, past.filed_at, filed_at=past.filed_at)
    if past.merged_into is not None:
        made.add(Action.MERGE, Stage.MERGED, past.merged_at, reason=past.reason, merged_into=past.merged_into)
        return made
    if past.filed_at and past.dispatched_at and past.lead:
        _returned(made)
        _dispatched(made)
    if past.closed_at and past.filed_at:
        made.add(Action.VERIFY, Stage.VERIFIED, past.closed_at, verified_at=past.closed_at)
        made.add(Action.CLOSE, Stage.CLOSED, past.closed_at, closed_at=past.closed_at)
        if past.stars:
            made.add(Action.RATE, Stage.CLOSED, past.closed_at, stars=past.stars)
    return made


def replay(conn, pasts: Iterable[Past], actor: Actor) -> int:
    """Append to events what was done to them, and count them; return how many steps that were.

    Of those still open the times they are due at follow from the limits, where the list says none.
    """
    told = [one for one in map(history, pasts) if one.steps]
    if not told:
        return 0
    with conn.cursor() as cur:
        dues = _dues(conn, cur, told)
        for step in ("drop", "make_steps", "make_tasks", "make_events"):
            cur.execute(SQL[step])
        _copy(cur, "past_step", (row for one in told for row in _steps(one, dues[one.past.event_id], actor)))
        _copy(cur, "past_task", (row for one in told for row in _tasks(one)))
        _copy(cur, "past_event", (_event(one, dues[one.past.event_id]) for one in told))
        cur.execute(SQL["analyze"])
        cur.execute(SQL["add_steps"])
        added = cur.rowcount
        cur.execute(SQL["add_tasks"])
        cur.execute(SQL["change"])
        cur.execute(SQL["drop"])
    counts.shift(conn, [one.past.event_id for one in told], 1)
    return added


def _returned(made: History) -> None:
    """Departments gave it back one after the other between filing and the last dispatch, nobody told when: at even distances."""
    past = made.past
    apart = (past.dispatched_at - past.filed_at) / (2 * len(past.returned_by) + 1)
    for number, of in enumerate(past.returned_by):
        sent, back = (past.filed_at + apart * (2 * number + more) for more in (1, 2))
        made.add(Action.DISPATCH, Stage.DISPATCHED, sent, dispatched_at=sent, department_code=of)
        made.add(Action.RETURN, Stage.RETURNED, back, of, "退回", department_code=None, bounces=number + 1)
        made.tasks.append(Task(Part.LEAD, of, TaskStage.RETURNED, sent, back, back))


def _dispatched(made: History) -> None:
    past = made.past
    more = {"bounces": past.bounces} if past.bounces > len(past.returned_by) else {}
    made.add(Action.DISPATCH, Stage.DISPATCHED, past.dispatched_at, dispatched_at=past.dispatched_at, department_code=past.lead, **more)
    stage = TaskStage.HANDLED if past.handled_at else TaskStage.ACCEPTED if past.responded_at else TaskStage.OPEN
    answered = past.responded_at or past.handled_at
    for part, of in ((Part.LEAD, past.lead), *((Part.ASSIST, of) for of in past.assists)):
        made.tasks.append(Task(part, of, stage, past.dispatched_at, answered, past.handled_at))
    if answered:
        made.add(Action.ACCEPT, Stage.DISPATCHED, answered, past.lead, responded_at=answered)
    for of in past.assists if past.handled_at else ():
        made.add(Action.HANDLE, Stage.DISPATCHED, past.handled_at, of)
    if past.handled_at:
        made.add(Action.HANDLE, Stage.HANDLED, past.handled_at, past.lead, handled_at=past.handled_at)


def _dues(conn, cur, told: Sequence[History]) -> dict[int, limits.Due]:
    """By when each is to be closed, and its stage to be over: what the list says goes before the limits."""
    cur.execute(SQL["drop_due"])
    cur.execute(SQL["make_due"])
    rows = [(one.past.event_id, one.stage if one.stage.open else Stage.FILED, one.past.filed_at, one.since) for one in told]
    _copy(cur, "past_clock", rows)
    cur.execute(SQL["fill_due"])
    limits.due_many(conn, "past_due")
    cur.execute(SQL["dues"])
    found = {event_id: limits.Due(*rest) for event_id, *rest in cur.fetchall()}
    cur.execute(SQL["drop_due"])
    return {
        one.past.event_id: limits.Due(
            one.past.due_at or found[one.past.event_id].due_at, found[one.past.event_id].stage_due_at if one.stage.open else None
        )
        for one in told
    }


def _given(one: History, due: limits.Due) -> Iterator[dict[str, Any]]:
    """What each step changed: filing sets the clock going, the last step says how long its stage may take."""
    for n, (action, *_, given) in enumerate(one.steps):
        clock = {"due_at": due.due_at, "stage_due_at": None} if action is Action.FILE else {}
        last = {"stage_due_at": due.stage_due_at} if n == len(one.steps) - 1 else {}
        yield {**given, **clock, **last}


def _steps(one: History, due: limits.Due, actor: Actor) -> Iterator[tuple]:
    for number, (step, given) in enumerate(zip(one.steps, _given(one, due), strict=True), 2):
        action, stage, at, department, reason, _ = step
        yield one.past.event_id, number, action, stage, actor.name, department, at, reason, orjson.dumps(given).decode()


def _tasks(one: History) -> Iterator[tuple]:
    for number, task in enumerate(one.tasks, 1):
        yield one.past.event_id, number, *task


def _event(one: History, due: limits.Due) -> tuple[int, str]:
    made: dict[str, Any] = {}
    for given in _given(one, due):
        made |= given
    made |= {"stage": one.stage, "version": len(one.steps) + 1}
    return one.past.event_id, orjson.dumps({name: made[name] for name in _CHANGED if name in made}).decode()


def _copy(cur, table: str, rows: Iterable[tuple]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    cur.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv)", buffer)
