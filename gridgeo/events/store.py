"""Reading events: one, some, what was done to one, who reported it, and what is about a place."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ..codes import event as codes
from ..db import queries
from ..errors import NotFound
from ..hierarchy.model import Outcome
from . import tasks as working
from .model import Action, Event, Kind, Located, Medium, Report, Stage, Step, Task, Where

SQL = queries.load(__package__)

#: What has an index with the time of the report: lists of several, and the one there is where no more are asked for.
_SINGLE = {"classes": "class_id", "channels": "channel", "departments": "department_code"}

#: Metres of a degree of latitude, and of longitude on the equator, rounded up: a box of degrees about a circle is never too small.
_METRES_OF_DEGREE = 110_500


class Near(NamedTuple):
    """An event, and how many metres it is away."""

    event: Event
    metres: float


class Kept(NamedTuple):
    """A medium of an event, and the step it came with."""

    media_no: int
    medium: Medium
    step_no: int


def find(conn, ref: int | str) -> Event:
    """Return an event by our number of it or by its code; raises NotFound."""
    text = str(ref).strip().upper()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    with conn.cursor() as cur:
        queries.prepared(cur, SQL["event"], {"event_id": number, "event_code": text})
        found = cur.fetchall()
    if not found:
        raise NotFound("event", ref)
    one = event(found[0])
    merged = family(conn, one.event_id)[1:]
    return replace(one, reported_by=frozenset(report.actor for report in _reports(conn, [one.event_id, *merged]))) if merged else one


def family(conn, event_id: int) -> list[int]:
    """Return the number of an event, and of all that were merged into it, or into one of these."""
    found, wave = [event_id], [event_id]
    while wave:
        wave = [number for (number,) in SQL.rows(conn, "merged", events=wave)]
        found += wave
    return found


def listed(conn, where: Where, after: tuple[datetime, int] | None = None, limit: int = 100) -> list[Event]:
    """Return the events that are meant, the newest report first; after one (its `reported_at` and number) where one is given."""
    after_at, after_id = after or (None, None)
    return [event(row) for row in SQL.rows(conn, "events", after_at=after_at, after_id=after_id, limit=limit, **_singled(written(where)))]


def nearby(conn, lon: float, lat: float, metres: float, where: Where | None = None, limit: int = 100) -> list[Near]:
    """Return events within so many metres of a point (degrees, EPSG:4490), the nearest first.

    Of `where` hold stages, classes, since and public.
    """
    asked = written(where or Where())
    kept = {name: asked[name] for name in ("stages", "classes", "since", "public")}
    found = SQL.rows(conn, "nearby", lon=lon, lat=lat, metres=metres, limit=limit, **box(lon, lat, metres), **kept)
    return [Near(event(row[:-1]), row[-1]) for row in found]


def timeline(conn, event_id: int) -> list[Step]:
    """Return what was done to an event, in order."""
    return [
        Step(event_id, step_no, Action(action), Stage(stage), *rest)
        for event_id, step_no, action, stage, *rest in SQL.rows(conn, "steps", event_id=event_id)
    ]


def reports(conn, event_id: int) -> list[Report]:
    """Return the reports of an event and of those merged into it, in the order they came."""
    return _reports(conn, family(conn, event_id))


def tasks(conn, event_id: int) -> list[Task]:
    """Return what departments are or were to do about an event, in order."""
    return working.of_event(conn, event_id)


def media(conn, event_id: int) -> list[Kept]:
    """Return the pictures and sounds of an event."""
    found = SQL.rows(conn, "media", event_id=event_id)
    return [Kept(media_no, Medium(bytes(digest), media_type, size), step_no) for media_no, digest, media_type, size, step_no in found]


def of_receipt(conn, secret: str) -> int:
    """Return the number of the event a receipt's secret is of, or of the one it was merged into; raises NotFound."""
    found = SQL.rows(conn, "of_receipt", receipt=hashlib.sha256(secret.encode()).digest())
    if not found:
        raise NotFound("receipt", None)
    event_id, into = found[0]
    while into is not None:
        event_id, ((into,),) = into, SQL.rows(conn, "into", event_id=into)
    return event_id


def is_public(conn, event: Event) -> bool:
    """Return whether anybody may see that there is an event: those of classes that say so."""
    return event.class_id is not None and SQL.rows(conn, "is_public", class_id=event.class_id)[0][0]


def departments(conn) -> dict[str, tuple[str, str]]:
    """Return the Chinese and English name of every department, by its code."""
    return {code: (name_zh, name_en) for code, name_zh, name_en in SQL.rows(conn, "departments")}


def written(where: Where) -> dict[str, object]:
    """Return what is meant as the queries take it."""
    west, south, east, north = where.box or (None,) * 4
    return {
        **{"west": west, "south": south, "east": east, "north": north},
        **{name: _list(getattr(where, name)) for name in ("units", "stages", "classes", "channels", "departments", "grades")},
        **{name: getattr(where, name) for name in ("tasks_of", "since", "until", "overdue_at", "place", "source", "public")},
        "original": None if where.original is None else codes.kept(where.original),
        "part": f"%{_escaped(where.q)}%" if where.q else None,
    }


def _singled(asked: dict[str, object]) -> dict[str, object]:
    """What is meant, with one value where a list has no more: compared with it alone, its index has the order of the page."""
    single = {one: asked[many][0] if asked[many] and len(asked[many]) == 1 else None for many, one in _SINGLE.items()}
    return {**asked, **{many: None for many, one in _SINGLE.items() if single[one] is not None}, **single}


def box(lon: float, lat: float, metres: float) -> dict[str, float]:
    """Return the box about a circle, in degrees."""
    high = metres / _METRES_OF_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.1)
    return {"west": lon - wide, "south": lat - high, "east": lon + wide, "north": lat + high}


def event(row: tuple) -> Event:
    """Return the event of a row as the queries have it."""
    event_id, code, kind, class_id, grade, stage, channel, told, located, *rest, unit_id, outcome, reported_by = row
    lies = Outcome(outcome) if outcome else None
    head = (event_id, code, Kind(kind), class_id, grade, Stage(stage), channel, told, Located(located))
    return Event(*head, *rest, unit_id, lies, frozenset(reported_by))


def _reports(conn, events: list[int]) -> list[Report]:
    return [Report(*row) for row in SQL.rows(conn, "reports", events=events)]


def _list(values) -> list | None:
    return None if values is None else list(values)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
