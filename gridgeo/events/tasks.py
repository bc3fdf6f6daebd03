"""What departments are to do about events: tasks, opened together by a dispatch.

One task of part `lead` is a plain dispatch; a lead and assistants are joint handling (联合处置), each with its own limit: the event is
handled once the lead's and every assistant's task is. A referral (转办) is for one department, which accepts or declines it by the
criteria it is given. A whistle (吹哨报到) calls departments to the place. What they answer is done in :mod:`.answering`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..db import queries
from ..errors import InvalidInput
from .model import Asked, Part, Task, TaskStage

SQL = queries.load(__package__, "tasks.sql")

#: The parts of those who work on an event. Who was called to the place only comes.
WORKING = (Part.LEAD, Part.ASSIST, Part.REFER)

#: The parts of who answers for the whole of it.
LEADING = (Part.LEAD, Part.REFER)


@dataclass(frozen=True)
class CheckIn:
    """When a department that was called was at the place, and how many metres from it."""

    task_no: int
    at: datetime
    metres: float


def of_event(conn, event_id: int) -> list[Task]:
    """Return the tasks of an event, also those that are over, in their order."""
    return found(conn, "of_event", event_id=event_id)


def checkins(conn, event_id: int) -> list[CheckIn]:
    """Return who came to the place, by task."""
    return [CheckIn(*row) for row in SQL.rows(conn, "checkins", event_id=event_id)]


def open_many(conn, asked: Mapping[int, Sequence[Asked]], at: datetime) -> list[Task]:
    """Open tasks of events, by their numbers, in one statement, and return them.

    What was left to do of an earlier dispatch of these is withdrawn, unless the new tasks are a whistle's.

    Raises
    ------
    InvalidInput
        Several leads or none, a department twice, an unknown one, or a referral beside other tasks, or without criteria.
    """
    for tasks in asked.values():
        require_sound(tasks)
    flat = [(event_id, task) for event_id, tasks in asked.items() for task in tasks]
    _require_known(conn, [task.department_code for _, task in flat if task.department_code])
    working = [event_id for event_id, tasks in asked.items() if any(task.part in WORKING for task in tasks)]
    with conn.cursor() as cur:
        cur.execute(SQL["supersede"], {"events": working, "at": at})
    return found(
        conn,
        "open",
        at=at,
        events=[event_id for event_id, _ in flat],
        parts=[str(task.part) for _, task in flat],
        departments=[task.department_code for _, task in flat],
        dues=[task.due_at for _, task in flat],
        notes=[task.note for _, task in flat],
    )


def withdraw(conn, event_id: int, at: datetime) -> None:
    """Withdraw whatever is still to be done about an event that is over: who was called to the place need not come."""
    with conn.cursor() as cur:
        cur.execute(SQL["withdraw"], {"event_id": event_id, "at": at})


def require_sound(asked: Sequence[Asked]) -> None:
    """Raise InvalidInput for tasks that cannot be given together."""
    parts = [task.part for task in asked]
    departments = [task.department_code for task in asked if task.department_code]
    if len(set(departments)) < len(departments):
        raise InvalidInput("tasks", None, "a department has one task at a time")
    if Part.REFER in parts and len(parts) > 1:
        raise InvalidInput("tasks", None, "an event is referred to one department, and to nobody beside it")
    if any(task.part is Part.REFER and not task.note for task in asked):
        raise InvalidInput("criteria", None, "a referral says by which criteria")
    if any(task.part is not Part.LEAD and not task.department_code for task in asked):
        raise InvalidInput("department_code", None, "only the task of who leads may be left to whoever claims it")
    if set(parts) & {Part.LEAD, Part.ASSIST} and parts.count(Part.LEAD) != 1:
        raise InvalidInput("tasks", None, "one department leads, and one alone")


def _require_known(conn, codes: Sequence[str]) -> None:
    unknown = SQL.rows(conn, "unknown_departments", codes=list(dict.fromkeys(codes)))
    if unknown:
        raise InvalidInput("department_code", unknown[0][0], "no department has this code")


def found(conn, query: str, **parameters) -> list[Task]:
    """Return the tasks a query of this room tells."""
    return [
        Task(event_id, task_no, Part(part), code, TaskStage(stage), *rest)
        for event_id, task_no, part, code, stage, *rest in SQL.rows(conn, query, **parameters)
    ]
