"""Carrying an event from stage to stage: every step is allowed by the table, recorded, and all that follows from it is done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from ..access import store as access
from ..codes import naming
from ..db import queries
from ..errors import InvalidInput, NotFound, Stale
from . import answering, changing, counts, faults, limits, rules, store, storing, tasks
from .model import SYSTEM, Action, Actor, Event, Medium, Stage
from .routing import store as routing

SQL = queries.load(__package__, "acting.sql")

#: What may take a paused event out of its stage: its clock goes on before.
_GOES_ON = frozenset(
    (Action.DISPATCH, Action.REFER, Action.HANDLE, Action.RETURN, Action.DECLINE, Action.WITHDRAW, Action.MERGE),
)

#: What of the given is free text: codes of persons in it are masked.
_TEXTS = ("reason", "note", "criteria")

#: Characters of such a text.
_LONGEST = 2000


def act(
    conn,
    event_id: int,
    action: str,
    actor: Actor,
    given: Mapping[str, Any],
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> Event:
    """Do something to an event and return it as it is then.

    Parameters
    ----------
    given
        What the action needs (:data:`.rules.TRANSITIONS`), and `note`, `media` (:class:`.model.Medium`) with any of them.
    version
        The version the actor knows; None where he need not know any.
    at
        When it was done; now where it is not given.

    Raises
    ------
    NotFound
        Where there is no such event, or the actor may not see it.
    Stale
        Where somebody acted on it since that version.
    ForbiddenTransition
        Where it may not be done; it lists what may.
    InvalidInput
        Where something needed is not given, or given wrong.
    Conflict
        Where departments were faster, or nobody is known to dispatch to.
    """
    doing = _action(action)
    given = _masked(given)
    into = store.find(conn, given["into"]).event_id if doing is Action.MERGE and given.get("into") else None
    _lock(conn, [event_id] if into is None else [event_id, into])
    with access.regardless(conn):
        at = at or _moment(conn)
        event = store.find(conn, event_id)
        if version is not None and version != event.version:
            raise Stale("event", event.event_code, event.version)
        _do(conn, event, doing, actor, given, at)
        counts.shift(conn, [event_id], 1)
        with conn.cursor() as cur:
            cur.execute(SQL["tell"], {"event_id": event_id})
        return store.find(conn, event_id)


def legal(conn, event: Event, actor: Actor) -> tuple[Action, ...]:
    """Return what somebody may do to an event now."""
    return rules.legal(event, tasks.of_event(conn, event.event_id), actor, _moment(conn))


def _do(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> None:
    """One step, and those that follow from it."""
    known = tasks.of_event(conn, event.event_id)
    if action is Action.CLAIM:
        answering.require_unclaimed(conn, known)
    rules.require(action, event, known, actor, at)
    rules.lacking(action, given)
    rules.require_to_come(given, at)
    if event.paused_at is not None and action in _GOES_ON:
        _step(conn, event, Action.RESUME, actor, {}, at)
        event = store.find(conn, event.event_id)
    bounced = _step(conn, event, action, actor, given, at)
    if bounced:
        _after_return(conn, store.find(conn, event.event_id), at)


def _after_return(conn, event: Event, at: datetime) -> None:
    """After the second return all who are concerned handle it together."""
    asked = routing.after_return(conn, event, at)
    if asked:
        _do(conn, event, Action.DISPATCH, SYSTEM, {"tasks": asked, "reason": f"联合处置：已退回 {event.bounces} 次"}, at)


def _step(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> bool:
    """Do one step and record it; return whether a department gave the event back."""
    made = changing.of(conn, event, action, actor, given, at)
    change = made.change
    stage = Stage(change.get("stage", event.stage))
    change |= _due(conn, event, action, change, at)
    changed = {name: value for name, value in change.items() if name != "stage" and value != _value(event, name)}
    _write(conn, event, stage, changed)
    if "point" in changed:
        _place(conn, event.event_id, changed["point"])
    reason = next((given[name] for name in _TEXTS if given.get(name)), None)
    row = {"event_id": event.event_id, "step_no": event.version + 1, "action": action, "stage": stage, "actor": actor.name}
    row |= {"department_code": actor.department_code, "at": at, "reason": reason, "given": orjson.dumps(changed).decode()}
    with conn.cursor() as cur:
        cur.execute(SQL["add_step"], row)
    _keep(conn, event.event_id, event.version + 1, given.get("media") or ())
    return made.bounced


def _due(conn, event: Event, action: Action, change: Mapping[str, Any], at: datetime) -> dict[str, datetime | None]:
    """By when the event as it becomes is to be closed, and its stage to be over."""
    stage = Stage(change.get("stage", event.stage))
    if action is Action.RESUME:
        due = limits.moved_on(conn, event, at)
        limits.move_tasks_on(conn, event, at)
        return due._asdict()
    if not stage.open:
        return {"stage_due_at": None}
    amended = bool({"class_id", "grade", "point"} & change.keys())
    if stage is event.stage and not amended:
        return {}
    becomes = replace(event, **{name: value for name, value in change.items() if name != "point"})
    begins = action in (Action.FILE, Action.REOPEN) or (amended and event.filed_at is not None)
    return limits.due(conn, becomes, stage, at if stage is not event.stage else _since(event), begins)._asdict()


def _since(event: Event) -> datetime:
    """Since when an event is at its stage."""
    came = {Stage.FILED: event.filed_at, Stage.DISPATCHED: event.dispatched_at, Stage.HANDLED: event.handled_at}
    return came.get(event.stage) or event.filed_at or event.reported_at


def _write(conn, event: Event, stage: Stage, changed: Mapping[str, Any]) -> None:
    stored = {**changed, "stage": stage, "version": event.version + 1}
    if stored.get("point"):
        stored["point"] = "SRID=4490;POINT({!r} {!r})".format(*stored["point"])
    with conn.cursor() as cur:
        cur.execute(SQL["change"], {"event_id": event.event_id, "change": orjson.dumps(stored).decode()})


def _place(conn, event_id: int, point: Sequence[float] | None) -> None:
    """Say anew which unit an event lies in, in the editions that are valid now or will be."""
    lying = storing.grids(conn, [point])[0]
    with conn.cursor() as cur:
        cur.execute(SQL["forget_grids"], {"event_id": event_id, "editions": list(lying)})
        for edition_id, (unit_id, outcome) in lying.items():
            cur.execute(SQL["put_grid"], {"event_id": event_id, "edition_id": edition_id, "unit_id": unit_id, "outcome": outcome})


def _keep(conn, event_id: int, step_no: int, media: Sequence[Medium]) -> None:
    if media:
        digests, types, sizes = ([getattr(one, name) for one in media] for name in ("digest", "media_type", "bytes"))
        with conn.cursor() as cur:
            cur.execute(SQL["add_media"], {"event_id": event_id, "step_no": step_no, "digests": digests, "types": types, "sizes": sizes})


def _value(event: Event, name: str) -> Any:
    if name == "point":
        return None if event.lon is None else [event.lon, event.lat]
    return getattr(event, name)


def _action(name: str) -> Action:
    if name not in rules.TRANSITIONS:
        raise InvalidInput("action", None, f"there are {', '.join(rules.TRANSITIONS)}")
    return Action(name)


def _masked(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, its free text as it is kept, also what each department is told with its task."""
    texts: dict[str, Any] = {name: _text(name, given[name]) for name in _TEXTS if isinstance(given.get(name), str)}
    if given.get("tasks"):
        texts["tasks"] = tuple(replace(asked, note=asked.note and _text("tasks", asked.note)) for asked in given["tasks"])
    return {**given, **texts}


def _text(name: str, text: str) -> str:
    if not faults.is_text(text, _LONGEST):
        raise InvalidInput(name, None, f"is longer than {_LONGEST:,} characters, or holds signs that are no text")
    return naming.masked(text.strip())


def _lock(conn, events: Sequence[int]) -> None:
    with conn.cursor() as cur:
        cur.execute(SQL["lock"], {"events": list(events)})
        found = {event_id for (event_id,) in cur.fetchall()}
    for event_id in events:
        if event_id not in found:
            raise NotFound("event", event_id)


def _moment(conn) -> datetime:
    with conn.cursor() as cur:
        cur.execute(SQL["moment"])
        return cur.fetchone()[0]
