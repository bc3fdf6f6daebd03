"""What a list of another system tells of an event, and the steps that this amounts to; nothing here touches a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from .model import Action, Part, Stage, TaskStage


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


class Done(NamedTuple):
    """A step: what was done when, by which department, and which columns it changed."""

    action: Action
    stage: Stage
    at: datetime
    department_code: str | None
    reason: str | None
    given: Mapping[str, Any]


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
    """The steps of an event after its report, and its tasks; of the steps so many as `stored` are there."""

    past: Past
    stored: int = 0
    steps: list[Done] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)

    @property
    def fresh(self) -> list[Done]:
        """The steps that are not there yet."""
        return self.steps[self.stored :]

    @property
    def stage(self) -> Stage:
        """Where it stands in the end."""
        return self.steps[-1].stage if self.steps else Stage.REPORTED

    @property
    def since(self) -> datetime | None:
        """Since when."""
        return self.steps[-1].at if self.steps else None

    @property
    def made(self) -> dict[str, Any]:
        """The columns of the event as its steps leave them, but for when it is due."""
        made = {name: value for step in self.steps for name, value in step.given.items()}
        return made | {"stage": self.stage, "version": len(self.steps) + 1}

    def add(self, action: Action, stage: Stage, at: datetime, department: str | None = None, reason: str | None = None, **given) -> None:
        """Append a step."""
        self.steps.append(Done(action, stage, at, department, reason, given))


def history(past: Past, stored: Sequence[Done] = ()) -> History:
    """Return the steps and tasks that what is told of an event amounts to, after those that are `stored`."""
    made = History(past, len(stored))
    if past.rejected_at:
        made.add(Action.REJECT, Stage.REJECTED, past.rejected_at, reason=past.reason)
        return made
    if past.filed_at:
        made.add(Action.FILE, Stage.FILED, past.filed_at, filed_at=past.filed_at)
    if past.merged_into is not None:
        made.add(Action.MERGE, Stage.MERGED, past.merged_at, reason=past.reason, merged_into=past.merged_into)
        return made
    if past.filed_at and past.dispatched_at and past.lead:
        _returned(made, stored)
        _dispatched(made)
    if past.closed_at and past.filed_at:
        made.add(Action.VERIFY, Stage.VERIFIED, past.closed_at, verified_at=past.closed_at)
        made.add(Action.CLOSE, Stage.CLOSED, past.closed_at, closed_at=past.closed_at)
        if past.stars:
            made.add(Action.RATE, Stage.CLOSED, past.closed_at, stars=past.stars)
    return made


def _returned(made: History, stored: Sequence[Done]) -> None:
    """Departments gave it back one after the other between filing and the last dispatch."""
    times = _between(made.past, stored)
    for number, (of, sent, back) in enumerate(zip(made.past.returned_by, times[::2], times[1::2], strict=True), 1):
        made.add(Action.DISPATCH, Stage.DISPATCHED, sent, dispatched_at=sent, department_code=of)
        made.add(Action.RETURN, Stage.RETURNED, back, of, "退回", department_code=None, bounces=number)
        made.tasks.append(Task(Part.LEAD, of, TaskStage.RETURNED, sent, back, back))


def _between(past: Past, stored: Sequence[Done]) -> list[datetime]:
    """When it was sent to each department that gave it back, and given back: as was stored; where nobody told, at even distances."""
    wanted = 2 * len(past.returned_by)
    known = [step.at for step in stored if step.action in (Action.DISPATCH, Action.RETURN)][:wanted]
    begun = known[-1] if known else past.filed_at
    apart = (past.dispatched_at - begun) / (wanted - len(known) + 1)
    return known + [begun + apart * number for number in range(1, wanted - len(known) + 1)]


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
