"""Whether what a list tells now of events goes on from what it told before: what is new is replayed, what contradicts is said.

An event is left to who works on it here: once anybody else has acted on it, the list does not go on with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from typing import Any, NamedTuple

from ..db import queries
from .model import Action, Stage
from .pasts import Done, History, Past, history

SQL = queries.load(__package__, "continuing.sql")

#: What limits make of an event, and no list tells.
_DUES = ("due_at", "stage_due_at")

#: Events whose steps are held in memory.
_PIECE = 5000

#: The field of a list that tells of a step.
_FIELDS = {
    Action.REJECT: "status",
    Action.MERGE: "merged_into",
    Action.FILE: "filed_at",
    Action.DISPATCH: "dispatched_at",
    Action.RETURN: "returned_by",
    Action.ACCEPT: "responded_at",
    Action.HANDLE: "handled_at",
    Action.VERIFY: "closed_at",
    Action.CLOSE: "closed_at",
    Action.RATE: "stars",
}


@dataclass(frozen=True)
class Told:
    """What a list tells now of an event that was loaded before; None where it says nothing."""

    past: Past
    reported_at: datetime | None
    class_id: int | None = None
    grade: int | None = None


class Unlike(NamedTuple):
    """An event that a list cannot go on with: `acted-here`, or `event-contradicts` what it told before in a field."""

    event_id: int
    code: str
    field: str


class State(NamedTuple):
    """An event as it is: what a list says of it, and the columns its steps made."""

    reported_at: datetime
    class_id: int | None
    grade: int
    due_at: datetime | None
    made: Mapping[str, Any]


class Stored(NamedTuple):
    """What was done to an event after its report, by whom, and which departments had to do what."""

    actors: frozenset[str]
    steps: Sequence[Done]
    tasks: Sequence[tuple[str, str]]


_MADE = (
    *("stage", "version", "department_code", "merged_into", "filed_at", "dispatched_at", "responded_at", "handled_at", "verified_at"),
    *("closed_at", "bounces", "stars"),
)


def lock(conn, event_ids: Sequence[int]) -> None:
    """Keep events as they are until the transaction ends."""
    SQL.rows(conn, "lock", events=list(event_ids))


def compare(conn, told: Sequence[Told], actor: str) -> tuple[list[History], list[Unlike]]:
    """Return the histories of events in which something is new, and the events that the list cannot go on with.

    Parameters
    ----------
    actor
        As whom the list is loaded: what others did is not its own.
    """
    states = {event_id: _state(row) for event_id, *row in SQL.rows(conn, "states", events=[one.past.event_id for one in told])}
    differing = [one for one in told if not _is_same(one, states[one.past.event_id])]
    going_on, unlike = [], []
    for one, before in _with_steps(conn, differing):
        made = history(one.past, before.steps)
        fault = _fault(one, states[one.past.event_id], before, made, actor)
        if fault:
            unlike.append(Unlike(one.past.event_id, *fault))
        elif made.fresh:
            going_on.append(made)
    return going_on, unlike


def _with_steps(conn, told: Sequence[Told]) -> Iterator[tuple[Told, Stored]]:
    """What was done to each before, some thousands at a time."""
    for begin in range(0, len(told), _PIECE):
        some = told[begin : begin + _PIECE]
        stored = _stored(conn, [one.past.event_id for one in some])
        yield from ((one, stored[one.past.event_id]) for one in some)


def _is_same(told: Told, state: State) -> bool:
    """Whether an event is what is told of it, as far as that can be seen without looking at its steps."""
    made = {"bounces": 0} | history(told.past).made
    return all(made.get(name) == state.made[name] for name in _MADE) and not any(_facts(told, state))


def _fault(told: Told, state: State, before: Stored, made: History, actor: str) -> tuple[str, str] | None:
    if before.actors - {actor}:
        return "acted-here", "original"
    field = next(chain(_facts(told, state), _steps(before.steps, made), _tasks(before.tasks, made)), None)
    return None if field is None else ("event-contradicts", field)


def _facts(told: Told, state: State) -> Iterator[str]:
    """The fields that are told otherwise than they are."""
    filed = state.made["filed_at"] is not None
    asked = {"reported_at": told.reported_at, "class_id": told.class_id, "grade": told.grade, "due_at": told.past.due_at if filed else None}
    for field, value in asked.items():
        if value is not None and value != getattr(state, field):
            yield field.removesuffix("_id")


def _steps(before: Sequence[Done], made: History) -> Iterator[str]:
    """The fields of steps that were otherwise, or are told no more; or of the first new one where it was before others."""
    for n, step in enumerate(before):
        if n >= len(made.steps) or not _is_alike(step, made.steps[n]):
            yield _FIELDS[step.action]
    if before and made.fresh and made.fresh[0].at < before[-1].at:
        yield _FIELDS[made.fresh[0].action]


def _tasks(before: Sequence[tuple[str, str]], made: History) -> Iterator[str]:
    now = [(str(task.part), task.department_code) for task in made.tasks]
    if now[: len(before)] != list(before):
        yield "assists"


def _is_alike(one: Done, other: Done) -> bool:
    return (one.action, one.stage, one.at, one.department_code, _said(one)) == (
        *(other.action, other.stage, other.at, other.department_code),
        _said(other),
    )


def _said(step: Done) -> dict[str, Any]:
    """What a step changed, of what a list tells; moments as such."""
    said = {name: value for name, value in step.given.items() if name not in _DUES}
    return {name: datetime.fromisoformat(value) if name.endswith("_at") and type(value) is str else value for name, value in said.items()}


def _state(row: Sequence) -> State:
    reported_at, class_id, grade, due_at, *made = row
    return State(reported_at, class_id, grade, due_at, dict(zip(_MADE, made, strict=True)))


def _stored(conn, event_ids: Sequence[int]) -> dict[int, Stored]:
    tasks = {event_id: [row[1:] for row in rows] for event_id, rows in _by_event(conn, "tasks", event_ids)}
    steps = {event_id: list(rows) for event_id, rows in _by_event(conn, "steps", event_ids)}
    return {
        event_id: Stored(
            frozenset(actor for _, actor, *_ in steps.get(event_id, ())),
            [Done(Action(action), Stage(stage), *rest) for _, _, action, stage, *rest in steps.get(event_id, ())],
            tasks.get(event_id, ()),
        )
        for event_id in event_ids
    }


def _by_event(conn, query: str, event_ids: Sequence[int]) -> Iterator[tuple[int, Iterator[tuple]]]:
    return groupby(SQL.rows(conn, query, events=list(event_ids)), key=lambda row: row[0])
