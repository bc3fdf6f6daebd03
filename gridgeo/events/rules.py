"""The life of an event: what may be done when, by whom, and what must be said; nothing here touches a database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..errors import ForbiddenTransition, InvalidInput
from .model import Action, Actor, Duty, Event, Part, Stage, Step, Task, TaskStage

#: For how long after the closing a reporter may have an event opened again.
REOPEN_DAYS = 15

#: Which part of the time it was given something has left when it is due soon. No number of hours would do: a day is all the time there is
#: for what is grave, and too late a warning of what has two weeks. SQL asks `event_state` with it.
SOON = 0.2

#: What follows from the steps of an event: its columns, besides its number, its code and what it was told.
FOLDED = (
    *("kind", "class_id", "grade", "stage", "channel", "located", "address", "place", "point", "department_code", "merged_into"),
    *("happened_at", "reported_at", "filed_at", "dispatched_at", "responded_at", "handled_at", "verified_at", "closed_at"),
    *("due_at", "stage_due_at", "paused_at", "bounces", "reopened", "stars", "version"),
)

_BEFORE_HANDLED = (Stage.REPORTED, Stage.FILED, Stage.DISPATCHED, Stage.RETURNED, Stage.REOPENED)


@dataclass(frozen=True)
class Transition:
    """A line of the table.

    Parameters
    ----------
    duties
        As what one may do it: any of these.
    out_of
        The stages in which it may be done.
    to
        The stage it leads to; None: it stays, or what departments say of their tasks decides.
    needs
        What must be given.
    of
        What one's own task must be, of all that the event has: which parts, and at which stages; None where no task is looked at.
    """

    duties: frozenset[Duty]
    out_of: frozenset[Stage]
    to: Stage | None = None
    needs: tuple[str, ...] = ()
    of: tuple[frozenset[Part], frozenset[TaskStage]] | None = None


def _line(duties, out_of, to=None, needs=(), parts=(), stages=()) -> Transition:
    as_what = frozenset((duties,)) if isinstance(duties, Duty) else frozenset(duties)
    of = (frozenset(parts), frozenset(stages)) if stages else None
    return Transition(as_what, frozenset(out_of), to, tuple(needs), of)


#: How far off a limit may be that somebody gives.
_FARTHEST = timedelta(days=3660)

#: Where departments may be called to the place, come, and be told that they need not.
_CALLED = (Stage.FILED, Stage.DISPATCHED, Stage.RETURNED, Stage.REOPENED)

_ALL, _WORK = tuple(Part), (Part.LEAD, Part.ASSIST)
_OPEN, _LIVE = (TaskStage.OPEN,), (TaskStage.OPEN, TaskStage.ACCEPTED)

#: What may be done. `report` is how an event begins, and no transition.
TRANSITIONS: dict[Action, Transition] = {
    Action.AMEND: _line(Duty.ACCEPT, (*_BEFORE_HANDLED, Stage.HANDLED), needs=("reason",)),
    Action.FILE: _line(Duty.ACCEPT, (Stage.REPORTED,), Stage.FILED),
    Action.REJECT: _line(Duty.ACCEPT, (Stage.REPORTED,), Stage.REJECTED, ("reason",)),
    Action.MERGE: _line(Duty.ACCEPT, (Stage.REPORTED, Stage.FILED), Stage.MERGED, ("into",)),
    Action.DISPATCH: _line(Duty.DISPATCH, (Stage.FILED, Stage.RETURNED, Stage.REOPENED), Stage.DISPATCHED),
    Action.REFER: _line(Duty.DISPATCH, (Stage.FILED, Stage.RETURNED), Stage.DISPATCHED, ("department_code", "criteria")),
    Action.WHISTLE: _line(Duty.DISPATCH, _CALLED, None, ("departments", "reason")),
    Action.WITHDRAW: _line(Duty.DISPATCH, _CALLED, None, ("task_no", "reason")),
    Action.CLAIM: _line(Duty.HANDLE, (Stage.DISPATCHED,), None, (), _ALL, _OPEN),
    Action.ACCEPT: _line(Duty.HANDLE, (Stage.DISPATCHED,), None, (), _ALL, _OPEN),
    Action.DECLINE: _line(Duty.HANDLE, (Stage.DISPATCHED,), None, ("reason",), (Part.REFER,), _LIVE),
    Action.RETURN: _line(Duty.HANDLE, (Stage.DISPATCHED,), None, ("reason",), _WORK, _LIVE),
    Action.CHECK_IN: _line(Duty.HANDLE, _CALLED, None, ("lon", "lat"), (Part.WHISTLE,), _LIVE),
    Action.HANDLE: _line(Duty.HANDLE, (Stage.DISPATCHED,), None, ("note",), (*_WORK, Part.REFER), _LIVE),
    Action.REWORK: _line(Duty.VERIFY, (Stage.HANDLED,), Stage.DISPATCHED, ("reason",)),
    Action.VERIFY: _line(Duty.VERIFY, (Stage.HANDLED,), Stage.VERIFIED),
    Action.CLOSE: _line(Duty.ACCEPT, (Stage.VERIFIED,), Stage.CLOSED),
    Action.REOPEN: _line((Duty.ACCEPT, Duty.RECEIPT), (Stage.CLOSED,), Stage.REOPENED, ("reason",)),
    Action.RATE: _line(Duty.RECEIPT, (Stage.CLOSED,), None, ("stars",)),
    Action.PAUSE: _line(Duty.ACCEPT, (Stage.FILED, Stage.DISPATCHED), None, ("reason",)),
    Action.RESUME: _line(Duty.ACCEPT, (Stage.FILED, Stage.DISPATCHED), None),
}


def legal(event: Event, tasks: Collection[Task], actor: Actor, at: datetime | None = None) -> tuple[Action, ...]:
    """Return what somebody may do to an event now, in the order of the table.

    Parameters
    ----------
    at
        The moment of acting; without one the time a reporter has for reopening is not looked at.
    """
    return tuple(action for action in TRANSITIONS if _may(action, event, tasks, actor, at))


def require(action: Action, event: Event, tasks: Collection[Task], actor: Actor, at: datetime | None = None) -> None:
    """Raise ForbiddenTransition, which lists the legal ones, where somebody may not do this to an event now."""
    if action not in TRANSITIONS or not _may(action, event, tasks, actor, at):
        raise ForbiddenTransition(event.event_code, event.stage, action, legal(event, tasks, actor, at))


def _may(action: Action, event: Event, tasks: Collection[Task], actor: Actor, at: datetime | None) -> bool:
    line = TRANSITIONS[action]
    return (
        bool(line.duties & actor.duties)
        and event.stage in line.out_of
        and (line.of is None or any(_is_for(task, line.of, action, actor) for task in tasks))
        and _CONDITIONS.get(action, _always)(event, tasks, actor, at)
    )


def _is_for(task: Task, of: tuple[frozenset[Part], frozenset[TaskStage]], action: Action, actor: Actor) -> bool:
    """Whether a task is one that somebody may do this about: their department's; one without a department is claimed first."""
    parts, stages = of
    whose = task.department_code == actor.department_code if action is not Action.CLAIM else task.department_code is None
    return task.part in parts and task.stage in stages and actor.department_code is not None and whose


def _always(event: Event, tasks: Collection[Task], actor: Actor, at: datetime | None) -> bool:
    return True


def _is_another(event: Event, tasks: Collection[Task], actor: Actor, at: datetime | None) -> bool:
    return actor.name not in event.reported_by


def _is_in_time(event: Event, tasks: Collection[Task], actor: Actor, at: datetime | None) -> bool:
    if Duty.ACCEPT in actor.duties or at is None or event.closed_at is None:
        return True
    return at <= event.closed_at + timedelta(days=REOPEN_DAYS)


def _is_unrated(event: Event, tasks: Collection[Task], actor: Actor, at: datetime | None) -> bool:
    return event.stars is None


def _runs(event: Event, tasks: Collection[Task], actor: Actor, at: datetime | None) -> bool:
    return event.paused_at is None


def _stands_still(event: Event, tasks: Collection[Task], actor: Actor, at: datetime | None) -> bool:
    return event.paused_at is not None


def _has_live_task(event: Event, tasks: Collection[Task], actor: Actor, at: datetime | None) -> bool:
    return any(task.stage.live for task in tasks)


#: What must hold besides the table.
_CONDITIONS = {
    Action.WITHDRAW: _has_live_task,
    Action.VERIFY: _is_another,
    Action.REWORK: _is_another,
    Action.REOPEN: _is_in_time,
    Action.RATE: _is_unrated,
    Action.PAUSE: _runs,
    Action.RESUME: _stands_still,
}


def fold(steps: Iterable[Step]) -> dict[str, Any]:
    """Return what the steps of an event, in their order, make of it: :data:`FOLDED`."""
    made: dict[str, Any] = {}
    for step in steps:
        made |= {name: _moment(value) if name.endswith("_at") else value for name, value in step.given.items()}
        made |= {"stage": str(step.stage), "version": step.step_no}
    return {name: made.get(name) for name in FOLDED}


def state(event: Event) -> dict[str, Any]:
    """Return what an event is, as :func:`fold` has it."""
    point = None if event.lon is None else [event.lon, event.lat]
    return {name: point if name == "point" else getattr(event, name) for name in FOLDED}


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def within(end: datetime | None, whole: datetime | None) -> datetime | None:
    """Return when a stage of an event, or a department's part in it, is to be over: no later than the whole, however long it may take."""
    return end if end is None or whole is None else min(end, whole)


def lacking(action: Action, given: Mapping[str, Any]) -> None:
    """Raise InvalidInput for what must be said with an action and is not."""
    for name in TRANSITIONS[action].needs:
        if given.get(name) in (None, "", []):
            raise InvalidInput(name, None, f"{action} needs it")


def require_to_come(given: Mapping[str, Any], at: datetime) -> None:
    """Raise InvalidInput for a limit that is over when it is given, or so far off that nobody means it: `due_at`, and those of `tasks`."""
    for due_at in (given.get("due_at"), *(task.due_at for task in given.get("tasks") or ())):
        if due_at is not None and not at < due_at < at + _FARTHEST:
            raise InvalidInput("due_at", None, "is over already, or more than ten years off")
