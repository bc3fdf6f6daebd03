"""Pages of events: a department's board, and a worker's own grids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gridgeo.errors import NotFound
from gridgeo.events import board, statistics
from gridgeo.events.board import Item, Wanted
from gridgeo.events.classes import EventClass
from gridgeo.events.hotspots import store as hotspots
from gridgeo.events.hotspots.model import Before, Rise, Spot
from gridgeo.events.shown import State
from gridgeo.events.statistics import Asked, By, Numbers
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.moments import CHINA

from .. import cursors, depends, event_pages, events, objects
from ..parameters import Parameter, Query, matching, one_of
from ..problems import Fault, InvalidRequest
from ..remembered import remembered

router = APIRouter(prefix="/events", tags=["events"], route_class=event_pages.Page, responses=event_pages.RESPONSES)

#: Lines of a page; hints of each kind, days back in which they are looked for, and seconds for which they are told as they were.
_LINES, _HINTS, _DAYS, _KEPT_S = 50, 5, 30, 600

#: What is told of a month: its words, and how it is written.
_RATES = (
    ("应结案", "Due", lambda of: f"{of.due:,}"),
    ("结案率", "Closed, of those due", lambda of: event_pages.percent(of.closing_rate)),
    ("按期率", "On time", lambda of: event_pages.percent(of.on_time_rate)),
    ("签收率", "Taken up", lambda of: event_pages.percent(of.response_rate)),
    ("满意度（5 星）", "Satisfaction, of 5 stars", event_pages.score),
    ("退回（次/件）", "Returns per event", lambda of: "–" if of.bounces_per_event is None else f"{of.bounces_per_event:.2f}"),
)

_SHOWS = ("all", "overdue", "soon", "back")
_STATES = {"overdue": State.OVERDUE, "soon": State.DUE_SOON}

_DEPARTMENT = Parameter(
    "department",
    "Whose board: an organisation code. When absent the caller's own, or a list of all.",
    matching("[0-9A-Z]{8}[0-9X]", "is no organisation code (9 characters)"),
    {"type": "string"},
)


def _name(text: str) -> str:
    if not 0 < len(text) <= 100:
        raise ValueError("is no name of a major class; /events/classes has them")
    return text


_MAJOR = Parameter("major", "Only of this major class (大类).", _name, {"type": "string", "maxLength": 100})
_GRADE = Parameter(
    "grade", "Only of this grade, 1 (the gravest) to 4.", one_of("1", "2", "3", "4"), {"type": "string", "enum": list("1234")}
)
_SHOW = Parameter(
    "show",
    "all that is to be done, overdue, due soon (a fifth of its time is left), or back: what the department returned and is open still.",
    one_of(*_SHOWS),
    {"type": "string", "enum": list(_SHOWS), "default": "all"},
    "all",
)
_BOARD, _MINE, _NONE = Query(_DEPARTMENT, _MAJOR, _GRADE, _SHOW, cursors.KEYED), Query(objects.UNIT, cursors.KEYED), Query()


@router.get("/board", summary="A department's board", openapi_extra=_BOARD.as_dict(), response_class=HTMLResponse)
def of_department(request: Request) -> Response:
    """A page: what a department has to do, the soonest due first, and its numbers of this month and the last.

    Callers without a duty are told of classes that are public, and not what people wrote.
    """
    asked, now = _BOARD(request), datetime.now(UTC)
    today = objects.edition(request)
    seen = objects.countable(request, today, None)
    public = not events.works(request)
    code = asked.department or depends.principal(request).department_code
    if code is None:
        if asked.cursor is not None:
            raise InvalidRequest([Fault("cursor", "invalid-parameter", "goes with department")])
        return _all_departments(request, today, seen, public, now)
    facts = depends.read(request, _board, code, asked, today, seen, public, now)
    return event_pages.response(request, "event_board.html", now=now, asked=asked, code=code, works=not public, **facts)


@router.get("/departments", summary="Departments with what they have to do", openapi_extra=_NONE.as_dict(), response_class=HTMLResponse)
def departments(request: Request) -> Response:
    """A page: every department with its numbers of this month, those with most overdue first; each leads to its board."""
    _NONE(request)
    today = objects.edition(request)
    return _all_departments(request, today, objects.countable(request, today, None), not events.works(request), datetime.now(UTC))


@router.get("/mine", summary="My grids", openapi_extra=_MINE.as_dict(), response_class=HTMLResponse)
def mine(request: Request) -> Response:
    """A page for whoever is out there: what is open in the caller's area, the soonest due first, what was done today, and hints."""
    asked, now = _MINE(request), datetime.now(UTC)
    today = objects.edition(request)
    units = objects.countable(request, today, asked.unit)
    public = not events.works(request)

    def look(conn, question: Asked, said: events.Words) -> Hints:
        return remembered(request, _KEPT_S, ("hints", asked.unit, public), lambda: _hints(conn, question, today, said))

    facts = depends.read(request, _of_area, asked, today, units, public, now, look)
    named = _named(request, today, asked.unit)
    return event_pages.response(request, "event_mine.html", now=now, asked=asked, named=named, works=not public, **facts)


def month(now: datetime, back: int = 0) -> tuple[date, date]:
    """Return the first day of this month in China, or of one some months back, and the day after its last; of this one after today."""
    here = now.astimezone(CHINA).date()
    place = here.year * 12 + here.month - 1 - back
    first = date(place // 12, place % 12 + 1, 1)
    return first, date((place + 1) // 12, (place + 1) % 12 + 1, 1) if back else here + timedelta(days=1)


def last_days(now: datetime, days: int = _DAYS) -> tuple[date, date]:
    """Return the first of the last days in China, and the day after today."""
    until = now.astimezone(CHINA).date() + timedelta(days=1)
    return until - timedelta(days=days), until


def _all_departments(request: Request, today: Snapshot, seen: Sequence[int] | None, public: bool, now: datetime) -> Response:
    rows = depends.read(request, _departments, Asked(today.edition.edition_id, *month(now), seen, public=public))
    return event_pages.response(request, "event_departments.html", now=now, rows=rows)


def rising(conn, question: Asked, known: Mapping[int, EventClass]) -> list[tuple[Rise, EventClass]]:
    """Return some classes of which more came than in as many days before."""
    found = [rise for rise in hotspots.rising(conn, question) if rise.beside is Before.PERIOD]
    return [(rise, known[rise.class_id]) for rise in found[:_HINTS]]


def _departments(conn, question: Asked) -> list[tuple[str, tuple[str, str], Numbers]]:
    """Every department with its numbers of the month, those with most overdue first."""
    found, names = statistics.numbers(conn, question, By.DEPARTMENT), events.words(conn).departments
    rows = [(code, name, found.get(code, Numbers())) for code, name in names.items()]
    return sorted(rows, key=lambda row: (-row[2].overdue, -row[2].open, row[0]))


def _board(conn, code: str, asked: SimpleNamespace, today: Snapshot, seen, public: bool, now: datetime) -> dict[str, Any]:
    said = events.words(conn)
    if code not in said.departments:
        raise NotFound("department", code)
    groups = event_pages.majors(said.classes, public)
    if asked.major is not None and asked.major not in groups:
        raise InvalidRequest([Fault("major", "invalid-parameter", "is no major class; /events/classes has them")])
    classes = None if asked.major is None else [of.class_id for of in groups[asked.major]]
    wanted = Wanted(asked.show == "back", classes, asked.grade and [int(asked.grade)], _STATES.get(asked.show), public)
    found, after = _page(
        asked, (code, asked.major, asked.grade, asked.show), lambda key: board.tasks(conn, code, wanted, now, key, _LINES + 1)
    )
    question = Asked(today.edition.edition_id, *month(now), seen, departments=(code,), public=public)
    months = [statistics.numbers(conn, question)[""], statistics.numbers(conn, _in(question, month(now, 1)))[""]]
    return {
        "department": said.departments[code],
        "majors": list(groups),
        "part": seen is not None,
        "load": board.load(conn, code, wanted, now),
        "rates": [(zh, name, [told(of) for of in months]) for zh, name, told in _RATES],
        "lines": [event_pages.line(item, said, today, now, not public) for item in found],
        "after": after,
    }


def _of_area(conn, asked: SimpleNamespace, today: Snapshot, units, public: bool, now: datetime, look) -> dict[str, Any]:
    depends.patient(conn)
    said, midnight = events.words(conn), datetime.combine(now.astimezone(CHINA).date(), time(), CHINA)
    found, after = _page(asked, (asked.unit,), lambda key: board.open_in(conn, units, public, now, key, _LINES + 1))
    question = Asked(today.edition.edition_id, *last_days(now), units, public=public)
    return {
        "lines": [event_pages.line(item, said, today, now, not public) for item in found],
        "after": after,
        "today": board.today(conn, units, public, now, midnight),
        "done": [event_pages.line(item, said, today, now, not public) for item in board.done_in(conn, units, public, midnight)],
        "hints": look(conn, question, said) if asked.cursor is None else None,
    }


@dataclass(frozen=True)
class Hints:
    """What to look at: lowest units where more happens than their households explain, and classes that rise."""

    spots: Sequence[tuple[str, str, Spot]]
    rises: Sequence[tuple[Rise, EventClass]]


def _hints(conn, question: Asked, today: Snapshot, said: events.Words) -> Hints:
    spots = hotspots.grids(conn, question, today).spots[:_HINTS]
    places = [(today.units[today.position[spot.unit_id]].ref, event_pages.place(today, spot.unit_id), spot) for spot in spots]
    return Hints(places, rising(conn, question, said.classes))


def _page(asked: SimpleNamespace, bound: tuple, look) -> tuple[list[Item], str | None]:
    """The items of a page, and the cursor of the next one, None for none."""
    found = look(None if asked.cursor is None else _after(asked.cursor, bound))
    if len(found) <= _LINES:
        return found, None
    due_at, event_id, task_no = found[_LINES - 1].key
    return found[:_LINES], cursors.sealed((due_at and due_at.isoformat(), str(event_id), str(task_no)), *bound)


def _after(cursor: str, bound: tuple) -> tuple[datetime | None, int, int]:
    try:
        due_at, event_id, task_no = cursors.opened(cursor, 3, *bound)
        return due_at and datetime.fromisoformat(due_at), int(event_id), int(task_no)
    except (ValueError, TypeError):
        raise InvalidRequest([Fault("cursor", "invalid-parameter", "is no cursor of this list: take the page's own link")]) from None


def _in(question: Asked, span: tuple[date, date]) -> Asked:
    return Asked(question.edition_id, *span, question.units, departments=question.departments, public=question.public)


def _named(request: Request, today: Snapshot, ref: str | None) -> str | None:
    """What a worker's grids are called: the unit asked about, or those the caller is for; None for the whole city."""
    if ref is not None:
        return today.unit(ref).name_zh
    area = depends.principal(request).area
    names = [today.units[today.position[unit_id]].name_zh for unit_id in area or () if unit_id in today.position]
    return "、".join(names[:6]) + (" …" if len(names) > 6 else "") if area is not None else None
