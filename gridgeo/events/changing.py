"""What each action makes of an event: the columns it changes, and what departments make of their tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..errors import Conflict, InvalidInput
from . import answering, intake, limits, store, tasks
from .model import Action, Actor, Asked, Event, Given, Located, Part, Stage
from .routing import store as routing


@dataclass
class Made:
    """The columns an action changes, and whether a department gave the event back."""

    change: dict[str, Any] = field(default_factory=dict)
    bounced: bool = False


#: What may be said of where an event is, and of what it is.
_PLACE, _CLASS = ("lon", "lat", "address", "unit", "place"), ("class_id", "class_path")


def of(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    """Return what an action makes of an event; what departments have to do is stored. Raises InvalidInput and Conflict."""
    return _ACTIONS[action](conn, event, action, actor, given, at)


def _amend(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    made = _amended(conn, event, given)
    if not made:
        raise InvalidInput("given", None, f"amend needs one of {', '.join((*_CLASS, 'grade', *_PLACE))}")
    return Made(made)


def _file(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    change = _amended(conn, event, given)
    if change.get("class_id", event.class_id) is None:
        raise InvalidInput("class_id", None, "an event is filed under a class")
    if change.get("located", event.located) == Located.NONE:
        raise InvalidInput("unit", None, "nobody knows where it is: give a point, an address, a place or a unit")
    return Made({**change, "stage": Stage.FILED, "filed_at": at})


def _reject(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    return Made({"stage": Stage.REJECTED})


def _merge(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    into = store.find(conn, given["into"])
    if into.event_id == event.event_id:
        raise InvalidInput("into", into.event_code, "is the event itself")
    if not into.stage.open:
        raise Conflict(f"event {into.event_code} is {into.stage}: name one that goes on, or open it again")
    tasks.withdraw(conn, event.event_id, at)
    return Made({"stage": Stage.MERGED, "merged_into": into.event_id, "department_code": None})


def _dispatch(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    asked = _asked(given) or routing.dispatched(conn, [event.event_id], at).get(event.event_id)
    if not asked:
        raise Conflict("nobody is known to send it to: name a department, or say in the matrix who leads such events there")
    return _sent(conn, event, actor, asked, at)


def _refer(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    return _sent(conn, event, actor, [Asked(given["department_code"], Part.REFER, given.get("due_at"), given["criteria"])], at)


def _sent(conn, event: Event, actor: Actor, asked, at: datetime) -> Made:
    timed = [one if one.due_at else replace(one, due_at=limits.part_due(conn, event, one.part, at)) for one in asked]
    tasks.open_many(conn, {event.event_id: timed}, at)
    lead = next((one.department_code for one in timed if one.part in tasks.LEADING), None)
    return Made({"stage": Stage.DISPATCHED, "dispatched_at": at, "department_code": lead})


def _task(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    """What a department says of its task, or what becomes of it."""
    effect = answering.apply(conn, event, action, actor, given, at)
    change: dict[str, Any] = {}
    if event.stage is Stage.DISPATCHED:
        change["department_code"] = effect.department_code
    if effect.first_response and event.responded_at is None:
        change["responded_at"] = at
    if effect.returned:
        change |= {"stage": Stage.RETURNED, "bounces": event.bounces + effect.bounced}
    elif effect.all_handled:
        change |= {"stage": Stage.HANDLED, "handled_at": at}
    return Made(change, effect.bounced)


def _whistle(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    due_at = given.get("due_at") or limits.part_due(conn, event, Part.WHISTLE, at)
    answering.apply(conn, event, action, actor, {**given, "due_at": due_at}, at)
    return Made()


def _rework(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    due_at = given.get("due_at") or limits.part_due(conn, event, Part.LEAD, at)
    answering.apply(conn, event, action, actor, {**given, "due_at": due_at}, at)
    return Made({"stage": Stage.DISPATCHED, "handled_at": None})


def _verify(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    return Made({"stage": Stage.VERIFIED, "verified_at": at})


def _close(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    tasks.withdraw(conn, event.event_id, at)
    return Made({"stage": Stage.CLOSED, "closed_at": at})


def _reopen(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    over = dict.fromkeys(("handled_at", "verified_at", "closed_at", "stars", "department_code"))
    return Made({**over, "stage": Stage.REOPENED, "reopened": event.reopened + 1})


def _rate(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    stars = given["stars"]
    if type(stars) is not int or not 1 <= stars <= 5:
        raise InvalidInput("stars", None, "1 to 5")
    return Made({"stars": stars})


def _pause(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    return Made({"paused_at": at})


def _resume(conn, event: Event, action: Action, actor: Actor, given: Mapping[str, Any], at: datetime) -> Made:
    return Made({"paused_at": None})


_ACTIONS: dict[Action, Callable[..., Made]] = {
    Action.AMEND: _amend,
    Action.FILE: _file,
    Action.REJECT: _reject,
    Action.MERGE: _merge,
    Action.DISPATCH: _dispatch,
    Action.REFER: _refer,
    Action.WHISTLE: _whistle,
    Action.WITHDRAW: _task,
    Action.CLAIM: _task,
    Action.ACCEPT: _task,
    Action.DECLINE: _task,
    Action.RETURN: _task,
    Action.CHECK_IN: _task,
    Action.HANDLE: _task,
    Action.REWORK: _rework,
    Action.VERIFY: _verify,
    Action.CLOSE: _close,
    Action.REOPEN: _reopen,
    Action.RATE: _rate,
    Action.PAUSE: _pause,
    Action.RESUME: _resume,
}


def _amended(conn, event: Event, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that become otherwise by what is said of class, grade and place."""
    said = {name: given[name] for name in (*_CLASS, "grade", *_PLACE) if given.get(name) is not None}
    if not said:
        return {}
    of = intake.understood(conn, Given(event.channel, "-", event.kind, **said))
    change: dict[str, Any] = {"class_id": of.class_id} if of.class_id is not None else {}
    if "grade" in said:
        change["grade"] = said["grade"]
    if said.keys() & set(_PLACE):
        spot = of.spot
        if spot.located is Located.NONE and event.located is not Located.NONE:  # words that lead nowhere say nothing against where it is
            return {**change, "address": spot.address}
        change |= {"located": spot.located, "address": spot.address or event.address, "place": spot.place}
        change["point"] = None if spot.lon is None else [spot.lon, spot.lat]
    return change


def _asked(given: Mapping[str, Any]) -> tuple[Asked, ...]:
    """The tasks that are given, or the one of the department that is."""
    if given.get("tasks"):
        return tuple(given["tasks"])
    return (Asked(given["department_code"], due_at=given.get("due_at"), note=given.get("note")),) if given.get("department_code") else ()
