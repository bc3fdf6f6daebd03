"""What is due soon, overdue, or to be passed up to the department above: found by whole sets, and each once.

Due soon is what has a fifth of its time left. Passed up is what is overdue by half as much again as it had, then by twice that, then by
three times: each time to the department above the one that was told before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from ...db import queries
from .. import store
from ..routing import store as routing
from .model import Found, Notice

SQL = queries.load(__package__, "notices.sql")

#: Which part of its time is left when something is due soon; after which part of it more it is passed up, and after how long at least.
SOON, RUNG, LEAST = 0.2, 0.5, timedelta(hours=1)

#: How often it is passed up; how far ahead of its end anything may be due soon; how many are found, and passed up, in one transaction.
RUNGS, AHEAD, MOST, MOST_UP = 3, timedelta(days=60), 2000, 200


def find(conn, now: datetime) -> dict[str, int]:
    """Note what is due soon or overdue at a moment, and return how many by kind; none while another worker does."""
    if not _rows(conn, "alone")[0][0]:
        return {}
    return dict(Counter(kind for (kind,) in _rows(conn, "find", now=now, ahead=AHEAD, soon=SOON, most=MOST)))


def escalate(conn, now: datetime) -> int:
    """Note what is to be passed up and to whom, as far up as there is somebody; return how many, none while another worker does."""
    if not _rows(conn, "alone")[0][0]:
        return 0
    late = _rows(conn, "to_escalate", now=now, rungs=RUNGS, part=RUNG, least=LEAST, most=MOST_UP)
    for event_id, due_at, rung in late:
        note(conn, event_id, Found(f"escalated-{rung}"), due_at, _above(conn, event_id, due_at, rung, now))
    return len(late)


def note(conn, event_id: int, kind: Found, due_at: datetime, department_code: str | None = None) -> None:
    """Note something of an event, unless it was."""
    with conn.cursor() as cur:
        cur.execute(SQL["note"], {"event_id": event_id, "kind": str(kind), "due_at": due_at, "department_code": department_code})


def listed(conn, department_code: str | None = None, since: datetime | None = None, holding: bool = True, limit: int = 100) -> list[Notice]:
    """Return notices, the latest first: a department's or all, found since a moment; those that hold still, or others too."""
    found = _rows(conn, "listed", department_code=department_code, since=since, holding=holding, limit=limit)
    return [Notice(event_id, code, Found(kind), *rest) for event_id, code, kind, *rest in found]


def _above(conn, event_id: int, due_at: datetime, rung: int, now: datetime) -> str | None:
    """The department above the one that was told before, or that leads; at the top it is told again."""
    event = store.find(conn, event_id)
    below = _rows(conn, "told_below", event_id=event_id, due_at=due_at, rung=rung)
    told = below[0][0] if below else None
    if told is not None:
        event = replace(event, department_code=told)
    return routing.escalate_to(conn, event, now) or told


def _rows(conn, query: str, **parameters) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(SQL[query], parameters)
        return cur.fetchall()
