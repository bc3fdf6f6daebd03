"""Sending on what was filed, to whom routing names: the gravest first, many in one transaction, each once however many workers do it.

It is the action `dispatch` of :mod:`gridgeo.events.acting` for many events at once: a test holds both to the same rows.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson

from ...db import queries
from ...errors import InvalidInput
from .. import counts, limits, tasks
from ..limits import Clock
from ..model import SYSTEM, Asked, Part, Stage
from ..routing import store as routing

LOG = logging.getLogger(__name__)

SQL = queries.load(__package__, "dispatching.sql")

#: How many are sent on in one transaction; after how long one is looked at again for which nobody was known.
MOST, AGAIN = 100, timedelta(minutes=5)


class Filed(NamedTuple):
    """An event that waits, with what its limits go by; `code` is that of its unit."""

    event_id: int
    class_id: int
    grade: int
    code: str
    department_code: str | None
    due_at: datetime | None
    stage_due_at: datetime | None


def dispatch(conn, most: int = MOST) -> int:
    """Send on what was filed, at most so many, and return how many were looked at. Of whom nobody leads that is noted (`unrouted`)."""
    filed = {row[0]: Filed(*row) for row in SQL.rows(conn, "filed", most=most, again=AGAIN)}
    if not filed:
        return 0
    asked = {event_id: some for event_id, some in routing.dispatched(conn, filed).items() if _sound(event_id, some)}
    if asked:
        _send(conn, [filed[event_id] for event_id in asked], asked, SQL.rows(conn, "moment")[0][0])
    with conn.cursor() as cur:
        cur.execute(SQL["unrouted"], {"events": [event_id for event_id in filed if event_id not in asked]})
        cur.execute(SQL["routed"], {"events": list(asked)})
    return len(filed)


def _send(conn, events: Sequence[Filed], asked: Mapping[int, Sequence[Asked]], at: datetime) -> None:
    timed = _timed(conn, events, asked, at)
    leads = [next(task for task in timed[event.event_id] if task.part is Part.LEAD) for event in events]
    ends = limits.due_each(conn, [_clock(event, Stage.DISPATCHED, at) for event in events])
    tasks.open_many(conn, timed, at)
    given = [_given(event, lead, end.stage_due_at, at) for event, lead, end in zip(events, leads, ends, strict=True)]
    numbers = [event.event_id for event in events]
    departments, dues = [lead.department_code for lead in leads], [end.stage_due_at for end in ends]
    with conn.cursor() as cur:
        cur.execute(SQL["send"], {"events": numbers, "departments": departments, "dues": dues, "at": at})
        cur.execute(SQL["record"], {"events": numbers, "given": given, "actor": SYSTEM.name, "at": at})
        counts.shift(conn, numbers, 1)
        cur.execute(SQL["tell"])


def _timed(conn, events: Sequence[Filed], asked: Mapping[int, Sequence[Asked]], at: datetime) -> dict[int, list[Asked]]:
    """The tasks with by when they are to be done."""
    flat = [(event, task) for event in events for task in asked[event.event_id]]
    ends = limits.parts_due(conn, [_clock(event, task.part, at) for event, task in flat])
    timed: dict[int, list[Asked]] = {}
    for (event, task), end in zip(flat, ends, strict=True):
        timed.setdefault(event.event_id, []).append(replace(task, due_at=task.due_at or end))
    return timed


def _clock(event: Filed, stage: str, at: datetime) -> Clock:
    return Clock(event.class_id, event.grade, event.code, str(stage), None, at, due_at=event.due_at)


def _given(event: Filed, lead: Asked, stage_due_at: datetime | None, at: datetime) -> str:
    """Every column that becomes otherwise, as a step holds it."""
    made = {"dispatched_at": at, "department_code": lead.department_code, "stage_due_at": stage_due_at}
    was = {"dispatched_at": None, "department_code": event.department_code, "stage_due_at": event.stage_due_at}
    return orjson.dumps({name: value for name, value in made.items() if value != was[name]}).decode()


def _sound(event_id: int, asked: Sequence[Asked]) -> bool:
    """Whether tasks can be given together; what a rule has wrong does not hold up other events."""
    try:
        tasks.require_sound(asked)
    except InvalidInput as error:
        LOG.warning("event %d was not dispatched: %s", event_id, error)
        return False
    return True
