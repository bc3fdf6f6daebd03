"""Who asks about events and what they are told: facts to everybody who may read, what people wrote to those who work on them alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import orjson
from starlette.requests import Request

from gridgeo.codes import event as codes
from gridgeo.codes import naming
from gridgeo.errors import NotFound
from gridgeo.events import classes, store
from gridgeo.events.classes import EventClass
from gridgeo.events.media.model import Held
from gridgeo.events.model import Action, Actor, Duty, Event, Report, Stage, Step, Task, Where
from gridgeo.events.similar import Likeness
from gridgeo.hierarchy.locate import Snapshot

from . import answers, depends, objects, policies
from .objects import UNIT
from .parameters import Parameter, matching, moment
from .problems import Fault, InvalidRequest

#: Columns of steps that only those are told who work on events: where somebody lives may stand in them.
_CLOSE = ("address", "place")

#: Characters of a building's code.
_BUILDING = 19

#: Words are looked for in the events of so long: there is no index of them.
_SEARCHED = timedelta(days=31)

#: Decimals of coordinates.
_DECIMALS = 9


def _stages(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(text.split(",")))
    if words == ("open",):
        return tuple(str(stage) for stage in Stage if stage.open)
    if not set(words) <= set(Stage):
        raise ValueError(f"is no list of {', '.join(Stage)}; nor open")
    return words


def _numbers(text: str) -> tuple[int, ...]:
    words = text.split(",")
    if len(words) > 300 or not all(word.isascii() and word.isdigit() and len(word) <= 9 and not word.startswith("0") for word in words):
        raise ValueError("is no list of at most 300 numbers of classes such as 1,2; /events/classes has them")
    return tuple(sorted({int(word) for word in words}))


def _grades(text: str) -> tuple[int, ...]:
    words = text.split(",")
    if not set(words) <= set("1234"):
        raise ValueError("is no list of 1, 2, 3, 4")
    return tuple(sorted({int(word) for word in words}))


_NAME = matching("[a-z0-9][a-z0-9_-]{0,31}(,[a-z0-9][a-z0-9_-]{0,31}){0,199}", "is no list of channels; /events/channels has them")
_CODE = matching("[0-9A-Z]{8}[0-9X]", "is no organisation code (9 characters)")


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("is not true or false")
    return text == "true"


def _named(text: str) -> str:
    """A name or code somebody else gave: none that is a number of a person, which is looked for nowhere."""
    if not 0 < len(text.strip()) <= codes.MOST or naming.names_somebody(text):
        raise ValueError(f"is no code of at most {codes.MOST} signs, or is the number of a person")
    return text


def _words(text: str) -> str:
    if not 2 <= len(text.strip()) <= 50 or naming.names_somebody(text):
        raise ValueError("is not 2 to 50 signs, or is the number of a person")
    return text.strip()


STAGE = Parameter("stage", f"Only at these stages, with commas between: {', '.join(Stage)}; or open.", _stages, {"type": "string"})
CLASS = Parameter("class", "Only of these classes: their numbers, with commas between.", _numbers, {"type": "string"})
GRADE = Parameter("grade", "Only of these grades, 1 (the gravest) to 4.", _grades, {"type": "string"})
CHANNEL = Parameter("channel", "Only by these channels.", lambda text: tuple(_NAME(text).split(",")), {"type": "string"})
DEPARTMENT = Parameter("department", "Only those this department leads: its organisation code.", _CODE, {"type": "string"})
TASKS_OF = Parameter("tasks_of", "Only those this department still has something to do about.", _CODE, {"type": "string"})
SINCE = Parameter("since", "Reported from then on: an instant with its zone, or a date.", moment, {"type": "string"})
UNTIL = Parameter("until", "Reported before then.", moment, {"type": "string"})
OVERDUE = Parameter("overdue", "Only open ones that are overdue now.", _flag, {"type": "boolean", "default": False}, False)
PLACE = Parameter(
    "place",
    "Only at this building (19) or house (25); a house is looked for by those who work on events alone.",
    matching("[0-9]{14}[0-9A-Z]{5}([0-9]{6})?", "is no code of a building or house"),
    {"type": "string"},
)
SOURCE = Parameter("source", "With original: whose code that is.", _named, {"type": "string", "maxLength": codes.MOST})
ORIGINAL = Parameter("original", "Only what was reported under this code of a source.", _named, {"type": "string", "maxLength": codes.MOST})
Q = Parameter(
    "q",
    "Only those in whose words or address this stands (2 to 50 signs): to those who work on events, with since, "
    f"of {_SEARCHED.days} days at most.",
    _words,
    {"type": "string", "minLength": 2, "maxLength": 50},
)
#: A number has ten digits at most: one of eleven or eighteen may be somebody's, and is looked for nowhere.
REF = Parameter(
    "ref", "An event's number, or its code.", str, {"type": "string", "pattern": "^([1-9][0-9]{0,9}|[0-9A-Z]{9}[0-9]{14})$"}, place="path"
)
_REF = re.compile(REF.schema["pattern"], re.ASCII)
FILTERS = (UNIT, STAGE, CLASS, GRADE, CHANNEL, DEPARTMENT, TASKS_OF, SINCE, UNTIL, OVERDUE, PLACE, SOURCE, ORIGINAL, Q)


@dataclass(frozen=True)
class Words:
    """What classes and departments are called."""

    classes: Mapping[int, EventClass]
    departments: Mapping[str, tuple[str, str]]


def works(request: Request) -> bool:
    """Return whether the caller works on events: then they are told what people wrote, and see the pictures.

    Who only sends reports in does not: that may be an app of anybody's, or, without a key, everybody.
    """
    return depends.principal(request).may(policies.DUTY)


def actor(request: Request) -> Actor:
    """Return the caller as the steps of events record them."""
    who = depends.principal(request)
    duties = frozenset(duty for duty in Duty if duty is not Duty.RECEIPT and who.may(duty))
    return Actor(who.actor, duties, who.department_code)


def where(request: Request, today: Snapshot, asked: SimpleNamespace, now) -> Where:
    """Return which events a request means; raises NotFound for an unknown unit."""
    box = getattr(asked, "bbox", None)
    if asked.place is not None and len(asked.place) > _BUILDING and not works(request):
        raise InvalidRequest(
            [Fault("place", "invalid-parameter", "a house is looked for by those who work on events alone: name its building")]
        )
    if asked.q is not None:
        _require_searchable(request, asked, now)
    if (asked.source is None) != (asked.original is None):
        raise InvalidRequest([Fault("original", "invalid-parameter", "goes with source: whose code it is")])
    return Where(
        units=_units(request, today, asked.unit, box),
        box=None if box is None else box.bounds,
        stages=asked.stage,
        classes=getattr(asked, "class"),
        channels=asked.channel,
        departments=None if asked.department is None else (asked.department,),
        tasks_of=asked.tasks_of,
        grades=asked.grade,
        since=asked.since,
        until=asked.until,
        overdue_at=now if asked.overdue else None,
        place=asked.place,
        source=asked.source,
        original=asked.original,
        q=asked.q,
        public=not works(request),
    )


def _require_searchable(request: Request, asked: SimpleNamespace, now: datetime) -> None:
    """Raise InvalidRequest where words are looked for by somebody who is not told them, or in too many events."""
    rule = "words are looked for by those who work on events alone" if not works(request) else ""
    if not rule and (asked.since is None or (asked.until or now) - asked.since > _SEARCHED):
        rule = f"goes with since: words are looked for in the events of {_SEARCHED.days} days at most"
    if rule:
        raise InvalidRequest([Fault("q", "invalid-parameter", rule)])


def _units(request: Request, today: Snapshot, ref: str | None, box) -> list[int] | None:
    """The lowest units to look in; who acts for a department looks everywhere, for what it has to do lies wherever it lies."""
    if depends.principal(request).department_code is None:
        return objects.units(request, today, ref, box)
    return None if ref is None else today.lowest([today.unit(ref).unit_id])


def is_ref(text: str) -> bool:
    """Return whether a text may be the number or the code of an event."""
    return _REF.fullmatch(text) is not None


def find(conn, request: Request) -> Event:
    """Return the event of the path; raises NotFound, in the same words where the caller may not see it."""
    ref = request.path_params["ref"]
    if not is_ref(ref):
        raise NotFound("event", ref)
    found = store.find(conn, ref)
    if not works(request) and not store.is_public(conn, found):
        raise NotFound("event", ref)
    return found


def words(conn) -> Words:
    """Return what there is to say of classes and departments."""
    return Words(classes.known(conn), store.departments(conn))


def told(event: Event, said: Words, whole: bool, today: Snapshot | None = None) -> dict[str, Any]:
    """Return an event as it is told; `whole` to those who work on it."""
    unit = None
    if today is not None and event.unit_id is not None and event.unit_id in today.position:
        unit = answers.brief(today.units[today.position[event.unit_id]])
    more = {"told": event.told, "address": event.address} if whole else {}
    return {
        "event_id": event.event_id,
        "event_code": event.event_code,
        "kind": event.kind,
        "class": _class(event.class_id, said),
        "grade": event.grade,
        "stage": event.stage,
        "channel": event.channel,
        **more,
        "located": event.located,
        "place": event.place if whole else _building(event.place),
        "lon": event.lon,
        "lat": event.lat,
        "unit": unit,
        "outcome": event.outcome,
        "department": department(event.department_code, said),
        "merged_into": event.merged_into,
        **{f"{name}_at": getattr(event, f"{name}_at") for name in _MOMENTS},
        "bounces": event.bounces,
        "reopened": event.reopened,
        "stars": event.stars,
        "version": event.version,
        "href": answers.link(f"/events/{event.event_id}", "self", "event")["href"],
    }


_MOMENTS = (
    *("happened", "reported", "filed", "dispatched", "responded", "handled", "verified", "closed"),
    *("due", "stage_due", "paused"),
)


def feature(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event that was told as GeoJSON."""
    point = [round(body["lon"], _DECIMALS), round(body["lat"], _DECIMALS)] if body["lon"] is not None else None
    geometry = point and {"type": "Point", "coordinates": point}
    return {"type": "Feature", "id": body["event_id"], "geometry": geometry, "properties": {**body, "href": body["href"]}}


def step(one: Step, said: Words, whole: bool) -> dict[str, Any]:
    """Return a line of a timeline as it is told."""
    given = dict(one.given) if whole else {name: value for name, value in one.given.items() if name not in _CLOSE}
    more = {"actor": one.actor, "reason": one.reason} if whole else {}
    return {
        "step_no": one.step_no,
        "action": one.action,
        "stage": one.stage,
        "at": one.at,
        "department": department(one.department_code, said),
        **more,
        "given": given,
    }


def task(one: Task, said: Words, whole: bool) -> dict[str, Any]:
    """Return a task as it is told."""
    head = {"task_no": one.task_no, "part": one.part, "department": department(one.department_code, said), "stage": one.stage}
    moments = {name: getattr(one, name) for name in ("sent_at", "answered_at", "done_at", "due_at")}
    return head | moments | ({"note": one.note} if whole else {})


def report(one: Report) -> dict[str, Any]:
    """Return a report as those are told who work on it: who sent it in, never who reported."""
    return {name: getattr(one, name) for name in Report.__dataclass_fields__}


def department(code: str | None, said: Words) -> dict[str, str] | None:
    """Return a department by its code."""
    return None if code is None else {"code": code, **dict(zip(("name_zh", "name_en"), said.departments.get(code, ("", "")), strict=True))}


def actions(legal: Sequence[Action]) -> list[str]:
    """Return what may be done, as it is told."""
    return [str(action) for action in legal]


def dumps(body: Any) -> bytes:
    """Return an answer as JSON."""
    return orjson.dumps(body)


def _class(class_id: int | None, said: Words) -> dict[str, Any] | None:
    of = said.classes.get(class_id) if class_id is not None else None
    if of is None:
        return None
    return {"class_id": of.class_id, "path": of.path, "name": of.name, "name_en": of.name_en, "colour": of.colour}


def _building(place: str | None) -> str | None:
    """The building of a place: in which house it is, is told to those who go there."""
    return None if place is None else place[:_BUILDING]


def tag(event: Event, media: Sequence[Held] = (), less: str = "") -> str:
    """Return the entity tag of an event: its version, and how many media it has got, which come beside its steps.

    Who is told `less` than those who carry it on gets another: what a browser keeps of the one is never shown as the other.
    """
    got = sum(each.kept is not None for each in media)
    return f'"{event.version}{f".{got}" if got else ""}{less}"'


def less(request: Request) -> str:
    """Return what the entity tags of events end with for the caller: nothing for those who carry them on."""
    return "" if works(request) else "-facts"


def medium(event_id: int, one: Held) -> dict[str, Any]:
    """Return a medium of an event as it is told; `href` where its bytes are there."""
    href = None if one.kept is None else answers.link(f"/events/{event_id}/media/{one.media_no}", "item", "medium")["href"]
    facts = {name: getattr(one, name) for name in ("media_no", "media_type", "bytes", "step_no", "actor", "kept_at")}
    return {**facts, "digest": one.digest.hex(), "kept": None if one.kept is None else one.kept.hex(), "href": href}


def likeness(one: Likeness, said: Words, whole: bool) -> dict[str, Any]:
    """Return an event that may be the same, and why; how much alike words are to those alone who are told them, for that tells them."""
    why = {"same_class": one.same_class, "same_place": one.same_place, "alike": round(one.alike, 3) if whole else None}
    return {**told(one.event, said, whole), **why, "metres": None if one.metres is None else round(one.metres, 1)}
