"""What is due soon, overdue, or to be passed up to the department above: found by whole sets, and each once.

Due soon is what has :data:`~gridgeo.events.rules.SOON` of its time left. Passed up is what is overdue by half as much again as it had,
then by twice that, then by three times: each time to the department above the one that was told before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ...db import queries
from ..routing import rules as levels
from ..routing import store as routing
from ..rules import SOON
from .model import Found, Notice

SQL = queries.load(__package__, "notices.sql")

#: After which part of its time more something overdue is passed up, and after how long at least.
RUNG, LEAST = 0.5, timedelta(hours=1)

#: How often it is passed up; how far ahead of its end anything may be due soon; how many are found, or passed up, in one transaction.
RUNGS, AHEAD, MOST = 3, timedelta(days=60), 2000

_KIND = "escalated-"


class Late(NamedTuple):
    """An event that is to be passed up, with who leads it and who was told of it the time before."""

    event_id: int
    due_at: datetime
    rung: int
    department_code: str | None
    told: str | None


def find(conn, now: datetime) -> dict[str, int]:
    """Note what is due soon or overdue at a moment, and return how many by kind; none while another worker does."""
    if not SQL.rows(conn, "alone")[0][0]:
        return {}
    return dict(Counter(kind for (kind,) in SQL.rows(conn, "find", now=now, ahead=AHEAD, soon=SOON, most=MOST)))


def escalate(conn, now: datetime) -> int:
    """Note what is to be passed up and to whom, as far up as there is somebody; return how many, none while another worker does."""
    if not SQL.rows(conn, "alone")[0][0]:
        return 0
    late = [Late(*row) for row in SQL.rows(conn, "to_escalate", now=now, rungs=RUNGS, part=RUNG, least=LEAST, most=MOST)]
    if late:
        kinds = [f"{_KIND}{one.rung}" for one in late]
        _note(conn, [one.event_id for one in late], kinds, [one.due_at for one in late], list(_told(conn, late, now)))
    return len(late)


def listed(
    conn,
    department_code: str | None = None,
    since: datetime | None = None,
    holding: bool = True,
    limit: int = 100,
    after: tuple | None = None,
) -> list[Notice]:
    """Return notices, the latest first: a department's or all, found since a moment; those that hold still, or others too; after one (its
    :attr:`~.model.Notice.key`) where one is given.
    """
    key = dict(zip(("after_at", "after_id", "after_kind", "after_no"), after or (None,) * 4, strict=True))
    found = SQL.rows(conn, "listed", department_code=department_code, since=since, holding=holding, limit=limit, **key)
    return [Notice(event_id, code, Found(kind), *rest) for event_id, code, kind, *rest in found]


def _told(conn, late: Sequence[Late], now: datetime) -> Iterator[str | None]:
    """Who is told of each: the department above the one that was told before, or that leads; at the top it is told again."""
    heads = routing.heads_of(conn, {one.event_id for one in late}, now)
    told: dict[int, str | None] = {}
    for one in late:
        before = told.get(one.event_id, one.told)
        told[one.event_id] = levels.above(heads.get(one.event_id, ()), before or one.department_code) or before
        yield told[one.event_id]


def _note(conn, events: list[int], kinds: list[str], dues: list[datetime], departments: list[str | None]) -> None:
    """Note something of events, unless it was."""
    with conn.cursor() as cur:
        cur.execute(SQL["note"], {"events": events, "kinds": kinds, "dues": dues, "departments": departments})
