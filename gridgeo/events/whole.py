"""Events stored as a list tells them: each once, as it is in the end, with all that was done to it.

What a report means is what :mod:`.intake` makes of it, and its steps are those :mod:`.replay` would append; but nothing is written twice.
Of a list of any length some thousands of events are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import orjson
import psycopg2

from ..addresses.washing.base import Base
from ..codes import naming
from ..db import queries
from ..db.filling import fill
from ..errors import Conflict
from . import counts, intake, limits, numbering, replay, storing
from .model import Action, Actor, Given, Stage
from .pasts import History
from .storing import Row

SQL = queries.load(__package__, "whole.sql")

#: Events in memory at a time.
_PIECE = 5000

#: The columns of an event that its steps make.
_MADE = (
    *("stage", "version", "department_code", "merged_into", "filed_at", "dispatched_at", "responded_at", "handled_at", "verified_at"),
    *("closed_at", "due_at", "stage_due_at", "bounces", "stars"),
)


def numbers(conn, count: int) -> list[int]:
    """Return so many numbers of events that are nobody's, in ascending order."""
    with conn.cursor() as cur:
        cur.execute(SQL["numbers"], {"count": count})
        return [number for (number,) in cur.fetchall()]


def put(
    conn,
    told: Iterable[tuple[Given, History]],
    actor: Actor,
    *,
    lexicon: Base | None = None,
    default_area: str = "",
    organisation: str = numbering.NOBODY,
) -> int:
    """Store events that are new, with their histories (numbers as :func:`numbers` gave them), and count them; return how many steps.

    What was reported has been checked (:func:`.intake.check`). Raises Conflict where somebody else took the same event of a source in.
    """
    given, events, steps = iter(told), [], 0
    with conn.cursor() as cur:
        for step in ("drop", "make_events", "make_grids", "make_steps", "make_tasks"):
            cur.execute(SQL[step])
        while some := list(islice(given, _PIECE)):
            rows = intake.rows(conn, [one for one, _ in some], actor, lexicon, default_area, organisation)
            steps += _copied(conn, cur, rows, [history for _, history in some])
            events += [history.past.event_id for _, history in some]
        _stored(cur)
    counts.shift(conn, events, 1)
    storing.tell(conn, events)
    return steps


def _stored(cur) -> None:
    """Put what was copied where it belongs."""
    try:
        for step in ("add_events", "add_reports", "add_grids", "add_steps", "add_tasks", "drop"):
            cur.execute(SQL[step])
    except psycopg2.errors.UniqueViolation:
        raise Conflict("somebody else took the same event in at this moment: load the list again") from None


def _copied(conn, cur, rows: Sequence[Row], histories: Sequence[History]) -> int:
    """Copy some events into the temporary tables; return how many steps they have after their reports."""
    lying = storing.grids(conn, [None if row.spot.lon is None else (row.spot.lon, row.spot.lat) for row in rows])
    began = storing.dues(conn, rows, lying, [(Stage.REPORTED, None, row.reported_at) for row in rows])
    ends = storing.dues(conn, rows, lying, [replay.clock(one, row.reported_at) for row, one in zip(rows, histories, strict=True)])
    ends = [replay.due(one, end) for one, end in zip(histories, ends, strict=True)]
    each = list(zip(rows, histories, began, ends, strict=True))
    fill(cur, "whole_event", (_event(*one) for one in each))
    fill(cur, "whole_grid", _grids(histories, lying))
    fill(
        cur,
        "whole_step",
        (step for row, one, begin, end in each for step in (_report(row, one, begin), *replay.steps(one, end, row.actor))),
    )
    fill(cur, "whole_task", (task for one in histories for task in replay.tasks(one)))
    return sum(len(one.steps) for one in histories)


def _event(row: Row, history: History, began: limits.Due, end: limits.Due) -> tuple:
    given, spot = row.given, row.spot
    made = began._asdict() | {"bounces": 0} | replay.made(history, end)
    return (
        *(history.past.event_id, row.event_code, given.kind, row.class_id, row.grade, given.channel, naming.masked(given.told.strip())),
        *(spot.located, spot.address, spot.place, spot.lon, spot.lat, given.happened_at, row.reported_at, given.source, row.original),
        *(row.actor.name, *map(made.get, _MADE)),
    )


def _grids(histories: Sequence[History], lying: Sequence[Mapping[int, tuple[int | None, str]]]) -> Iterator[tuple]:
    for one, units in zip(histories, lying, strict=True):
        for edition_id, (unit_id, outcome) in units.items():
            yield one.past.event_id, edition_id, unit_id, outcome


def _report(row: Row, history: History, began: limits.Due) -> tuple:
    """The first step: all that the report says of the event."""
    given, spot = row.given, row.spot
    said = {
        **{"kind": given.kind, "class_id": row.class_id, "grade": row.grade, "channel": given.channel, "located": spot.located},
        **{"address": spot.address, "place": spot.place, "point": None if spot.lon is None else [spot.lon, spot.lat]},
        **{"happened_at": given.happened_at, "reported_at": row.reported_at, **began._asdict(), "bounces": 0, "reopened": 0},
    }
    who = row.actor.name, row.actor.department_code
    return history.past.event_id, 1, Action.REPORT, Stage.REPORTED, *who, row.reported_at, None, orjson.dumps(said).decode()
