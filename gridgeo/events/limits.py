"""By when an event, or its stage, is to be over: limits by city, class, grade and stage, in working time or time as it goes by.

No stage and no part ends later than the whole; who is called to the place has the time of a call, however late the whole is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

import psycopg2.extras
from psycopg2 import sql

from ..db import queries
from ..issues import Issue, Severity
from ..worktime import rules as worktime
from ..worktime import store as calendars
from ..worktime.model import Amount, Calendar, Pause, Unit
from .limit_rows import Limit
from .model import Event, Part, Stage
from .rules import within

SQL = queries.load(__package__, "limits.sql")

#: The stages that set the clock of the whole going.
_BEGIN = (Stage.FILED, Stage.REOPENED)

#: Rows of a temporary table: what each is, where, and when its clocks were set going; and what becomes of them.
_GIVEN = """
SELECT t.event_id, t.class_id, t.grade,
       coalesce((SELECT l.city FROM event_limit AS l WHERE starts_with(v.code, l.city) ORDER BY length(l.city) DESC LIMIT 1), ''),
       t.stage, t.begun_at, t.since
  FROM {table} AS t
  LEFT JOIN event_grid AS g ON g.event_id = t.event_id AND g.edition_id = edition_now()
  LEFT JOIN grid_unit_version AS v ON v.edition_id = g.edition_id AND v.unit_id = g.unit_id
 ORDER BY t.event_id
"""
#: What set their clocks going, stopped them and let them go on: of those that were ever stopped.
_STOPPED = """
SELECT s.event_id, s.action, s.at
  FROM {table} AS t
  JOIN event_step AS s ON s.event_id = t.event_id
 WHERE s.action IN ('file', 'reopen', 'pause', 'resume')
   AND EXISTS (SELECT FROM event_step AS p WHERE p.event_id = t.event_id AND p.action = 'pause')
 ORDER BY s.event_id, s.step_no
"""
_SET = """
UPDATE {table} AS t
   SET due_at = n.due_at, stage_due_at = n.stage_due_at
  FROM unnest(%(events)s::bigint[], %(wholes)s::timestamptz[], %(stages)s::timestamptz[]) AS n (event_id, due_at, stage_due_at)
 WHERE n.event_id = t.event_id
"""


class Due(NamedTuple):
    """When an event is to be closed, and when its stage is to be over, which is no later; None where no limit is said."""

    due_at: datetime | None
    stage_due_at: datetime | None


class Left(NamedTuple):
    """Minutes until something is to be over, below zero since it was to be; of working time where `working`."""

    due_at: datetime
    minutes: float
    working: bool


class Clock(NamedTuple):
    """What is counted: of what class and grade an event is, the code of its unit or how it begins, its stage, and since when.

    `begun_at` is when it was filed or reopened, None where it was not; `since` is when it came to its stage; `pauses` are those since then.
    `due_at` says by when it is to be closed where that stays as it was said: it is not counted anew then.
    """

    class_id: int | None
    grade: int
    code: str
    stage: str
    begun_at: datetime | None
    since: datetime | None
    pauses: tuple[Pause, ...] = ()
    due_at: datetime | None = None


def due(conn, event: Event, stage: str, since: datetime, anew: bool = True) -> Due:
    """Return when an event is due that comes to a stage at a moment: as it is now but for the stage (class, grade, place).

    The whole is counted from the filing, or from the last reopening, without the pauses since: from `since` where the stage is filed or
    reopened. It stays as it was said where it is not to be counted anew.
    """
    whole, of_stage = _of(conn, event, "whole", stage)
    begun, pauses = _run(event.filed_at, SQL.again(conn, "clock", event_id=event.event_id))
    if stage in _BEGIN:
        begun = since
    ends = event.due_at
    if anew:
        ends = None if whole is None or begun is None else _ends(conn, whole, begun, pauses)
    return Due(ends, within(None if of_stage is None else _ends(conn, of_stage, since, pauses), ends))


def left(conn, event: Event, now: datetime) -> tuple[Left | None, Left | None]:
    """Return how much time is left of the whole and of the stage; None where no limit is said, or nothing is to be done any more.

    While the clock of an event stands still it is what was left when it was stopped.
    """
    if not event.stage.open:
        return None, None
    at, ends = event.paused_at or now, (event.due_at, event.stage_due_at)
    calendar = [_calendar(conn, amount) for amount in _of(conn, event, "whole", event.stage)]
    whole, stage = (None if end is None else _left(of, at, end) for of, end in zip(calendar, ends, strict=True))
    return whole, stage


def part_due(conn, event: Event, part: Part, since: datetime) -> datetime | None:
    """Return by when a department is to be done with its part: that of the stage dispatched where nothing is said of the part."""
    own, stage = _of(conn, event, str(part), Stage.DISPATCHED)
    amount = own or stage
    ends = None if amount is None else _ends(conn, amount, since, ())
    return ends if part is Part.WHISTLE else within(ends, event.due_at)


def moved_on(conn, event: Event, resumed_at: datetime) -> Due:
    """Return when a paused event is due that goes on at a moment; its tasks: :func:`move_tasks_on`."""
    if event.paused_at is None:
        return Due(event.due_at, event.stage_due_at)
    amounts = _of(conn, event, "whole", event.stage)
    ends = zip((event.due_at, event.stage_due_at), amounts, strict=True)
    whole, stage = (end and worktime.moved_on(_calendar(conn, amount), end, event.paused_at, resumed_at) for end, amount in ends)
    return Due(whole, within(stage, whole))


def move_tasks_on(conn, event: Event, resumed_at: datetime) -> None:
    """Move on by when the departments of a paused event are to be done, which goes on at a moment."""
    if event.paused_at is None:
        return
    tasks = SQL.again(conn, "live_tasks", event_id=event.event_id)
    amounts = _of(conn, event, *(part for _, part, _ in tasks), Stage.DISPATCHED)
    with conn.cursor() as cur:
        for (task_no, _, end), own in zip(tasks, amounts[:-1], strict=True):
            later = worktime.moved_on(_calendar(conn, own or amounts[-1]), end, event.paused_at, resumed_at)
            cur.execute(SQL["move_task"], {"event_id": event.event_id, "task_no": task_no, "due_at": later})


def cities(conn, units: Iterable[int]) -> dict[int, str]:
    """Return of units, as they are now, how the code begins that limits of theirs go by; those without limits of their own are left out."""
    return dict(SQL.again(conn, "cities", units=list(units)))


def due_each(conn, clocks: Sequence[Clock]) -> list[Due]:
    """Return when each of many events is due."""
    pauses = [one.pauses for one in clocks]
    begun = [None if one.due_at else one.begun_at for one in clocks]
    wholes = _ends_many(conn, [(one.class_id, one.grade, one.code, "whole") for one in clocks], begun, pauses)
    stages = _ends_many(
        conn, [(one.class_id, one.grade, one.code, str(one.stage)) for one in clocks], [one.since for one in clocks], pauses
    )
    wholes = [one.due_at or whole for one, whole in zip(clocks, wholes, strict=True)]
    return [Due(whole, within(stage, whole)) for whole, stage in zip(wholes, stages, strict=True)]


def parts_due(conn, clocks: Sequence[Clock]) -> list[datetime | None]:
    """Return by when departments are to be done with parts of many events, named as the clocks' stages, since when: as :func:`part_due`."""
    own = due_each(conn, clocks)
    stages = due_each(conn, [one._replace(stage=Stage.DISPATCHED) for one in clocks])
    return [one.stage_due_at or stage.stage_due_at for one, stage in zip(own, stages, strict=True)]


def due_many(conn, table: str) -> int:
    """Set `due_at` and `stage_due_at` of a temporary table's rows and return how many have one of them.

    It has the columns event_id (once each), class_id, grade, stage, begun_at, since (as in :class:`Clock`), due_at and stage_due_at; where
    each lies must be known (event_grid). Pauses are those of its steps, as :func:`due` has them.
    """
    name = sql.Identifier(table)
    with conn.cursor() as cur:
        cur.execute(sql.SQL(_GIVEN).format(table=name))
        given = cur.fetchall()
        pauses = _pauses(cur, name)
        ends = due_each(conn, [Clock(*row[1:], pauses.get(row[0], ())) for row in given])
        wholes, stages = ([getattr(end, part) for end in ends] for part in Due._fields)
        cur.execute(sql.SQL(_SET).format(table=name), {"events": [row[0] for row in given], "wholes": wholes, "stages": stages})
    return sum(end != (None, None) for end in ends)


def listed(conn) -> list[Limit]:
    """Return every limit."""
    return [
        Limit(city, path, grade, stage, Amount(amount, Unit(unit), calendar))
        for city, path, grade, stage, amount, unit, calendar in SQL.again(conn, "limits")
    ]


def load(conn, limits: Iterable[Limit], source: str = "") -> int:
    """Store limits in the place of all that there are, and return how many. What was due before stays due as it was."""
    rows = [(one.city, one.path, one.grade, one.stage, one.amount.amount, one.amount.unit, one.amount.calendar, source) for one in limits]
    with conn.cursor() as cur:
        cur.execute(SQL["clear"])
        psycopg2.extras.execute_values(cur, SQL["add"], rows, page_size=1000)
    return len(rows)


def check(conn, limits: Sequence[Limit], source: str) -> list[Issue]:
    """Return what is wrong with limits as things stand: calendars there are not, classes nothing is of."""
    known = set(calendars.names(conn))
    named = sorted({one.amount.calendar for one in limits if one.amount.calendar} - known)
    classes = SQL.again(conn, "unknown", classes=sorted({one.path for one in limits}))
    return [
        *(Issue("unknown-calendar", Severity.ERROR, "there is no such calendar", source, field="calendar", value=name) for name in named),
        *(Issue("unknown-class", Severity.WARNING, "no class is, or begins so", source, field="class", value=path) for (path,) in classes),
    ]


def _of(conn, event: Event, *stages: str) -> list[Amount | None]:
    """The limits of an event for some stages and parts."""
    code = SQL.again(conn, "code", unit_id=event.unit_id) if event.unit_id is not None else []
    return _picked(conn, [(event.class_id, event.grade, code[0][0] if code else "", str(stage)) for stage in stages])


def _picked(conn, of: Sequence[tuple[int | None, int, str, str]]) -> list[Amount | None]:
    if not of:
        return []
    classes, grades, codes, stages = (list(column) for column in zip(*of, strict=True))
    rows = SQL.again(conn, "picked", classes=classes, grades=grades, codes=codes, stages=stages)
    found = {n: Amount(amount, Unit(unit), calendar) for n, amount, unit, calendar in rows}
    return [found.get(n) for n in range(1, len(of) + 1)]


def _pauses(cur, table: sql.Identifier) -> dict[int, tuple[Pause, ...]]:
    """When the clocks of a temporary table's events stood still since they were set going, by event."""
    cur.execute(sql.SQL(_STOPPED).format(table=table))
    runs = groupby(cur.fetchall(), key=lambda row: row[0])
    return {event_id: tuple(_run(None, [row[1:] for row in rows])[1]) for event_id, rows in runs}


def _run(begun: datetime | None, steps: Iterable[tuple[str, datetime]]) -> tuple[datetime | None, list[Pause]]:
    """When the clock of the whole was set going last, and when it stood still since."""
    pauses: list[Pause] = []
    for action, at in steps:
        if action in ("file", "reopen"):
            begun, pauses = at, []
        elif action == "pause":
            pauses.append((at, None))
        elif pauses:
            pauses[-1] = pauses[-1][0], at
    return begun, pauses


def _ends(conn, amount: Amount, start: datetime, pauses: Iterable[Pause]) -> datetime:
    return worktime.due(amount, _calendar(conn, amount), start, pauses)


def _ends_many(
    conn, of: list[tuple[int | None, int, str, str]], starts: list[datetime | None], pauses: list[tuple[Pause, ...]]
) -> list[datetime | None]:
    """When many are over: those with the same limit at once, and by themselves the few that were stopped."""
    kinds = list(dict.fromkeys(of))
    amounts = dict(zip(kinds, _picked(conn, kinds), strict=True))
    rows: dict[Amount, list[int]] = {}
    for n, (kind, start) in enumerate(zip(of, starts, strict=True)):
        amount = amounts[kind]
        if amount is not None and start is not None:
            rows.setdefault(amount, []).append(n)
    ends: list[datetime | None] = [None] * len(of)
    for amount, those in rows.items():
        calendar = _calendar(conn, amount)
        counted = worktime.due_many(amount, calendar, worktime.micros(starts[n] for n in those))
        for n, end in zip(those, worktime.moments(counted), strict=True):
            ends[n] = worktime.due(amount, calendar, starts[n], pauses[n]) if pauses[n] else end
    return ends


def _left(calendar: Calendar | None, at: datetime, end: datetime) -> Left:
    if calendar is None:
        return Left(end, (end - at) / timedelta(minutes=1), False)
    return Left(end, worktime.between(calendar, at, end) or -worktime.between(calendar, end, at), True)


def _calendar(conn, amount: Amount | None) -> Calendar | None:
    """The calendar an amount is counted in; None for time as it goes by."""
    return None if amount is None or amount.calendar is None else calendars.find(conn, amount.calendar)
