"""What departments answer about their tasks: accepted, claimed, returned, declined, handled, withdrawn, and who came to the place.

Whether any of this may be done to the event now is asked before (`rules.require`); what it makes of the event is what is returned
(:class:`Effect`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..errors import Conflict, InvalidInput, NotFound
from ..moments import shown
from . import tasks
from .model import Action, Actor, Asked, Event, Part, Task, TaskStage

#: How near to an event one must be to have come to it: positions of phones between houses are good for a hundred metres.
AT_THE_PLACE_M = 200


@dataclass(frozen=True)
class Effect:
    """What became of an event's tasks, for the event to follow.

    Parameters
    ----------
    task
        The task that was acted on; None where several were.
    returned
        Nobody leads any more: the event goes back to who dispatches.
    bounced
        For a department gave it back (its bounces count one more).
    all_handled
        Nothing is left to do, and who led has done it.
    first_response
        A department answered, and none had before.
    department_code
        Who leads now.
    """

    task: Task | None = None
    returned: bool = False
    bounced: bool = False
    all_handled: bool = False
    first_response: bool = False
    department_code: str | None = None


def require_unclaimed(conn, known: Sequence[Task]) -> None:
    """Raise Conflict, which says who was first, where a task that might be claimed was."""
    claimed = [task for task in known if task.actor is not None and task.stage.live]
    if claimed and not any(_is_free(task) for task in known):
        raise Conflict(_taken(conn, claimed[-1]))


def apply(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Effect:
    """Do to a task what somebody said, and return what becomes of the event.

    Parameters
    ----------
    event
        As it is before; who acts may do this to it.
    given
        `task_no` where it is not the one task of the actor's department that is meant; `reason` or `note` as the action needs them;
        `lon`, `lat` (degrees, EPSG:4490) of a check-in; `due_at` of a rework; `departments` and `reason` of a whistle.

    Raises
    ------
    Conflict
        Somebody else was first.
    NotFound
        There is no such task.
    InvalidInput
        A position that is not at the place.
    """
    before = tasks.of_event(conn, event.event_id)
    task = _DOINGS[action](conn, event, before, actor, given, at)
    return _effect(action, task, before, tasks.of_event(conn, event.event_id))


def _accept(conn, event: Event, before: Sequence[Task], actor: Actor, given: Mapping, at: datetime) -> Task:
    meant = _meant(before, actor, given, (TaskStage.OPEN,), tuple(Part))
    return _answer(conn, meant, TaskStage.ACCEPTED, (TaskStage.OPEN,), at)


def _claim(conn, event: Event, before: Sequence[Task], actor: Actor, given: Mapping, at: datetime) -> Task:
    require_unclaimed(conn, before)
    wanted = _numbered(given, [task for task in before if _is_free(task)])
    row = {"event_id": event.event_id, "task_no": wanted.task_no, "department_code": actor.department_code, "actor": actor.name, "at": at}
    made = tasks.found(conn, "claim", **row)
    if not made:
        raise Conflict(_taken(conn, _numbered({"task_no": wanted.task_no}, tasks.of_event(conn, event.event_id))))
    return made[0]


def _return(conn, event: Event, before: Sequence[Task], actor: Actor, given: Mapping, at: datetime) -> Task:
    meant = _meant(before, actor, given, _LIVE, (Part.LEAD, Part.ASSIST))
    return _answer(conn, meant, TaskStage.RETURNED, _LIVE, at, done=True, note=given.get("reason"))


def _decline(conn, event: Event, before: Sequence[Task], actor: Actor, given: Mapping, at: datetime) -> Task:
    meant = _meant(before, actor, given, _LIVE, (Part.REFER,))
    return _answer(conn, meant, TaskStage.DECLINED, _LIVE, at, done=True, note=given.get("reason"))


def _handle(conn, event: Event, before: Sequence[Task], actor: Actor, given: Mapping, at: datetime) -> Task:
    meant = _meant(before, actor, given, _LIVE, tasks.WORKING)
    return _answer(conn, meant, TaskStage.HANDLED, _LIVE, at, done=True, note=given.get("note"))


def _withdraw(conn, event: Event, before: Sequence[Task], actor: Actor, given: Mapping, at: datetime) -> Task:
    meant = _numbered(given, [task for task in before if task.stage.live])
    return _answer(conn, meant, TaskStage.WITHDRAWN, _LIVE, at, done=True, note=given.get("reason"), answered=False)


def _rework(conn, event: Event, before: Sequence[Task], actor: Actor, given: Mapping, at: datetime) -> None:
    with conn.cursor() as cur:
        cur.execute(tasks.SQL["reopen"], {"event_id": event.event_id, "due_at": given.get("due_at")})


def _whistle(conn, event: Event, before: Sequence[Task], actor: Actor, given: Mapping, at: datetime) -> None:
    called = [Asked(code, Part.WHISTLE, given.get("due_at"), given.get("reason")) for code in given["departments"]]
    still = {task.department_code for task in before if task.part is Part.WHISTLE and task.stage.live}
    tasks.open_many(conn, {event.event_id: [one for one in called if one.department_code not in still]}, at)


def _check_in(conn, event: Event, before: Sequence[Task], actor: Actor, given: Mapping, at: datetime) -> Task:
    meant = _meant(before, actor, given, _LIVE, (Part.WHISTLE,))
    metres = tasks.SQL.rows(conn, "metres", event_id=event.event_id, lon=given["lon"], lat=given["lat"])[0][0]
    if metres is None:
        raise Conflict("nobody knows where the event is: amend its place first")
    if metres > AT_THE_PLACE_M:
        raise InvalidInput("lon", None, f"is {metres:,.0f} m from the event: who checks in is within {AT_THE_PLACE_M} m of it")
    with conn.cursor() as cur:
        row = {"event_id": event.event_id, "task_no": meant.task_no, "at": at, "actor": actor.name, "metres": metres}
        cur.execute(tasks.SQL["check_in"], row)
    return _answer(conn, meant, TaskStage.HANDLED, _LIVE, at, done=True)


_LIVE = (TaskStage.OPEN, TaskStage.ACCEPTED)

_DOINGS = {
    Action.ACCEPT: _accept,
    Action.CLAIM: _claim,
    Action.RETURN: _return,
    Action.DECLINE: _decline,
    Action.HANDLE: _handle,
    Action.WITHDRAW: _withdraw,
    Action.REWORK: _rework,
    Action.WHISTLE: _whistle,
    Action.CHECK_IN: _check_in,
}


def _effect(action: Action, task: Task | None, before: Sequence[Task], after: Sequence[Task]) -> Effect:
    """What the event is to follow: compared are its tasks before and after."""
    leads = [one for one in after if one.part in tasks.LEADING and one.stage in (*_LIVE, TaskStage.HANDLED)]
    working = any(one.part in tasks.WORKING and one.stage.live for one in after)
    led = task is not None and task.part in tasks.LEADING
    given_up = led and action in (Action.RETURN, Action.DECLINE, Action.WITHDRAW)
    last = leads[-1] if leads else None
    done = not working and last is not None and last.stage is TaskStage.HANDLED
    answered = any(one.answered_at for one in before)
    return Effect(
        task=task,
        returned=given_up,
        bounced=given_up and action is Action.RETURN,
        all_handled=action in (Action.HANDLE, Action.WITHDRAW, Action.RETURN) and done and not given_up,
        first_response=action is not Action.WITHDRAW and task is not None and task.answered_at is not None and not answered,
        department_code=None if given_up or last is None else last.department_code,
    )


def _is_free(task: Task) -> bool:
    return task.stage is TaskStage.OPEN and task.department_code is None


def _meant(known: Sequence[Task], actor: Actor, given: Mapping, stages: Sequence[TaskStage], parts: Sequence[Part]) -> Task:
    """The task of the actor's department that may be meant: rather its work than that it was called to the place."""
    fitting = [one for one in known if one.department_code == actor.department_code and one.stage in stages and one.part in parts]
    return _numbered(given, sorted(fitting, key=lambda one: one.part is Part.WHISTLE))


def _numbered(given: Mapping, among: Sequence[Task]) -> Task:
    """The task a number names among some, or the first of them; raises NotFound."""
    number = given.get("task_no")
    found = [task for task in among if number in (None, task.task_no)]
    if not found:
        raise NotFound("task", number or "of this department that is to be done")
    return found[0]


def _answer(
    conn,
    task: Task,
    stage: TaskStage,
    out_of: Sequence[TaskStage],
    at: datetime,
    done: bool = False,
    note: str | None = None,
    answered=True,
) -> Task:
    made = tasks.found(
        conn,
        "answer",
        event_id=task.event_id,
        task_no=task.task_no,
        stage=str(stage),
        out_of=[str(each) for each in out_of],
        answered_at=at if answered else None,
        done_at=at if done else None,
        note=note,
    )
    if not made:
        raise Conflict(f"task {task.task_no} was answered meanwhile: read the event again")
    return made[0]


def _taken(conn, task: Task) -> str:
    """Say who was first: the department, for who acted for it is its own business."""
    names = tasks.SQL.rows(conn, "department", code=task.department_code)
    who = f"{names[0][0]} ({task.department_code})" if names else "somebody else"
    return f"task {task.task_no} was claimed by {who} at {shown(task.answered_at)}"
