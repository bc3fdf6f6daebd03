"""What was done to events in another system: the steps of its list, appended many at a time.

Each event was taken in (:mod:`.intake`), and nothing was done to it since but what was replayed before (:mod:`.continuing`). Its steps have
the times the list tells, its row is what all its steps make of it, and what departments did stands in its tasks, as if it had gone through
:mod:`.acting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson

from ..db import queries
from ..db.filling import fill
from . import counts, limits, rules
from .model import Action, Actor, Stage
from .pasts import History

SQL = queries.load(__package__, "replay.sql")


def replay(conn, histories: Iterable[History], actor: Actor) -> int:
    """Append to events the steps that are not there yet, and count them; return how many steps that were.

    Of those still open the times they are due at follow from the limits, where the list says none.
    """
    told = [one for one in histories if one.fresh]
    if not told:
        return 0
    with conn.cursor() as cur:
        dues = _dues(conn, cur, told)
        for step in ("drop", "make_steps", "make_tasks", "make_events"):
            cur.execute(SQL[step])
        fill(cur, "past_step", (row for one in told for row in steps(one, dues[one.past.event_id], actor)))
        fill(cur, "past_task", (row for one in told for row in tasks(one)))
        fill(cur, "past_event", ((one.past.event_id, orjson.dumps(made(one, dues[one.past.event_id])).decode()) for one in told))
        cur.execute(SQL["analyze"])
        cur.execute(SQL["add_steps"])
        added = cur.rowcount
        cur.execute(SQL["add_tasks"])
        cur.execute(SQL["change"])
        cur.execute(SQL["drop"])
    counts.shift(conn, [one.past.event_id for one in told], 1)
    return added


def _dues(conn, cur, told: Sequence[History]) -> dict[int, limits.Due]:
    cur.execute(SQL["drop_due"])
    cur.execute(SQL["make_due"])
    fill(cur, "past_clock", ((one.past.event_id, *clock(one)) for one in told))
    cur.execute(SQL["fill_due"])
    limits.due_many(conn, "past_due")
    cur.execute(SQL["dues"])
    found = {event_id: limits.Due(*rest) for event_id, *rest in cur.fetchall()}
    cur.execute(SQL["drop_due"])
    return {one.past.event_id: due(one, found[one.past.event_id]) for one in told}


def clock(one: History, reported_at: datetime | None = None) -> tuple[Stage, datetime | None, datetime | None]:
    """Return by which clocks an event is due: its stage, since when it is filed, and since when it is at its stage."""
    return one.stage if one.stage.open else Stage.FILED, one.past.filed_at, one.since or reported_at


def due(one: History, by_limits: limits.Due) -> limits.Due:
    """Return by when an event is to be closed, and its stage to be over: what the list says goes before the limits."""
    whole = one.past.due_at or by_limits.due_at
    return limits.Due(whole, rules.within(by_limits.stage_due_at, whole) if one.stage.open else None)


def steps(one: History, due: limits.Due, actor: Actor) -> Iterator[tuple]:
    """Yield the rows of the steps that are not there yet."""
    for number, (step, given) in enumerate(zip(one.fresh, _given(one, due), strict=True), one.stored + 2):
        action, stage, at, department, reason, _ = step
        yield one.past.event_id, number, action, stage, actor.name, department, at, reason, orjson.dumps(given).decode()


def tasks(one: History) -> Iterator[tuple]:
    """Yield the rows of an event's tasks."""
    for number, task in enumerate(one.tasks, 1):
        yield one.past.event_id, number, *task


def made(one: History, due: limits.Due) -> dict[str, Any]:
    """Return the columns of an event that its new steps change."""
    changed = {name: value for given in _given(one, due) for name, value in given.items()}
    return changed | {"stage": one.stage, "version": len(one.steps) + 1}


def _given(one: History, due: limits.Due) -> Iterator[dict[str, Any]]:
    """What each new step changed: filing sets the clock going, the last step says how long its stage may take."""
    for n, step in enumerate(one.fresh, 1):
        clock = {"due_at": due.due_at, "stage_due_at": None} if step.action is Action.FILE else {}
        last = {"stage_due_at": due.stage_due_at} if n == len(one.fresh) else {}
        yield {**step.given, **clock, **last}
