"""What was done to events in another system: the steps of its list, appended many at a time.

Each event was taken in (:mod:`.intake`), and nothing was done to it since but what was replayed before (:mod:`.continuing`). Its steps have
the times the list tells, its row is what all its steps make of it, and what departments did stands in its tasks, as if it had gone through
:mod:`.acting`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from ..db import queries
from . import counts, limits
from .model import Action, Actor, Stage
from .pasts import History

SQL = queries.load(__package__, "replay.sql")

#: The columns of an event that a replay may change.
_CHANGED = (
    *("stage", "version", "department_code", "merged_into", "filed_at", "dispatched_at", "responded_at", "handled_at", "verified_at"),
    *("closed_at", "due_at", "stage_due_at", "bounces", "stars"),
)


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
    """What each new step changed: filing sets the clock going, the last step says how long its stage may take."""
    for n, step in enumerate(one.fresh, 1):
        clock = {"due_at": due.due_at, "stage_due_at": None} if step.action is Action.FILE else {}
        last = {"stage_due_at": due.stage_due_at} if n == len(one.fresh) else {}
        yield {**step.given, **clock, **last}


def _steps(one: History, due: limits.Due, actor: Actor) -> Iterator[tuple]:
    for number, (step, given) in enumerate(zip(one.fresh, _given(one, due), strict=True), one.stored + 2):
        action, stage, at, department, reason, _ = step
        yield one.past.event_id, number, action, stage, actor.name, department, at, reason, orjson.dumps(given).decode()


def _tasks(one: History) -> Iterator[tuple]:
    for number, task in enumerate(one.tasks, 1):
        yield one.past.event_id, number, *task


def _event(one: History, due: limits.Due) -> tuple[int, str]:
    made = {name: value for given in _given(one, due) for name, value in given.items()}
    made |= {"stage": one.stage, "version": len(one.steps) + 1}
    return one.past.event_id, orjson.dumps({name: made[name] for name in _CHANGED if name in made}).decode()


def _copy(cur, table: str, rows: Iterable[tuple]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    cur.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv)", buffer)
