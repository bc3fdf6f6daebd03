"""The numbers of events, and what they are sorted into: classes and channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.events import channels, classes, statistics
from gridgeo.events.classes import EventClass
from gridgeo.events.statistics import Asked, By, Numbers
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.objects import categories

from .. import conditional, depends, event_numbers, events, objects
from .. import schemas_event_stats as said
from ..parameters import LEVEL, Query
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/events", tags=["events"])

_NONE = Query()
_STATS = Query(
    *(event_numbers.PERIOD, event_numbers.COUNTED_BY, event_numbers.COMPARED, objects.UNIT, LEVEL),
    *(events.CLASS, events.CHANNEL, events.DEPARTMENT),
)


@router.get("/classes", summary="Classes of events", openapi_extra=_NONE.as_dict(), responses={200: {"model": said.Classes}})
def tree(request: Request) -> Response:
    """Major classes, minor classes and classes in use today, in their order, with their grades."""
    _NONE(request)
    found = depends.read(request, classes.valid)
    return _sent(request, {"n": len(found), "majors": _majors(found)})


@router.get("/channels", summary="Channels of events", openapi_extra=_NONE.as_dict(), responses={200: {"model": said.Channels}})
def ways(request: Request) -> Response:
    """The ways by which events come in that are in use today."""
    _NONE(request)
    found = depends.read(request, channels.valid)
    rows = [{"channel": one.channel, "kind": one.kind, "name_zh": one.name_zh, "name_en": one.name_en} for one in found]
    return _sent(request, {"n": len(rows), "channels": rows})


@router.get("/stats", summary="Numbers of events", openapi_extra=_STATS.as_dict(), responses={200: {"model": said.Stats}})
def stats(request: Request) -> Response:
    """Closing, on-time, response and satisfaction rates of a period: all together, or told apart.

    Rates are of the cases due in the period: not rejected, not merged, not standing still, and not due later than now. What is open
    and overdue is of now. Callers without a duty are told of classes that are public. `part` says where a count is not of the whole
    unit but of what the caller may see of it.
    """
    asked = _STATS(request)
    if (asked.by == By.UNIT) != (asked.level is not None):
        raise InvalidRequest([Fault("by", "invalid-parameter", "unit goes with level, and level with unit")])
    if asked.by == By.DAY and (_days(asked)[1] - _days(asked)[0]).days > statistics.MOST_DAYS:
        raise InvalidRequest([Fault("period", "invalid-parameter", f"at most {statistics.MOST_DAYS} days are told one by one")])
    today = objects.edition(request)
    meant = objects.countable(request, today, asked.unit)
    if asked.level is not None and asked.level not in [level.level for level in today.scheme.levels]:
        raise InvalidRequest([Fault("level", "invalid-parameter", "is no level of today's grids")])
    body = depends.read(request, _stats, today, asked, meant, events.works(request))
    return conditional.send(request, orjson.dumps(body), conditional.JSON)


def _stats(conn, today: Snapshot, asked: SimpleNamespace, meant: list[int] | None, works: bool) -> dict[str, Any]:
    known = classes.known(conn)
    begin, end = _days(asked)
    question = Asked(
        *(today.edition.edition_id, begin, end, meant, getattr(asked, "class"), asked.channel),
        None if asked.department is None else (asked.department,),
        public=not works,
    )
    parent_of = None if asked.level is None else today.above(asked.level, today.lowest() if meant is None else meant)
    found = _numbers(conn, question, asked.by, parent_of, known)
    before = _numbers(conn, question.year_before(), asked.by, parent_of, known) if asked.compare else None
    total, earlier = (None if each is None else sum(each.values(), Numbers()) for each in (found, before))
    of_time = asked.by in (By.MONTH, By.DAY)
    if of_time:
        before = before and {f"{int(key[:4]) + 1}{key[4:]}": of for key, of in before.items()}
        now = statistics.standing(conn, question)
        total = replace(total, open=now.open, overdue=now.overdue)
    head = {"from": begin.isoformat(), "until": end.isoformat(), "by": asked.by, "unit": asked.unit, "level": asked.level}
    part = {"part": True} if meant is not None and (asked.unit is None or not _whole(today, asked.unit, meant)) else {}
    body = {**head, **part, "total": event_numbers.written(total, earlier)}
    if asked.by != By.ALL:
        names = _names(conn, today, asked, known, parent_of)
        pairs = [(key, of, None if before is None else before.get(key, Numbers())) for key, of in found.items()]
        pairs += [(key, Numbers(), of) for key, of in (before or {}).items() if key not in found and not of_time]
        body["rows"] = [{**names(key), **event_numbers.written(of, was, not of_time)} for key, of, was in pairs]
    return body


def _numbers(conn, question: Asked, by: str, parent_of: Mapping[int, int] | None, known: Mapping[int, EventClass]):
    if by in ("major", "minor"):
        return event_numbers.folded(statistics.numbers(conn, question, By.CLASS), by, known)
    return statistics.numbers(conn, question, by, parent_of)


def _names(conn, today: Snapshot, asked: SimpleNamespace, known: Mapping[int, EventClass], parent_of: Mapping[int, int] | None):
    """Return what says of which unit, class, channel, department or period a row is."""
    if asked.by == By.UNIT:
        whole = event_numbers.whole(parent_of, today.above(asked.level, today.lowest()))
        return lambda key: _unit(today, key, whole)
    if asked.by == By.CLASS:
        return lambda key: {"class_id": key or None, "class": known[key].path if key in known else None}
    if asked.by == By.CHANNEL:
        ways = channels.known(conn)
        return lambda key: {"channel": key, "name_zh": ways[key].name_zh, "name_en": ways[key].name_en}
    if asked.by == By.DEPARTMENT:
        offices = categories.departments(conn)
        return lambda key: {"department": objects.department(key, offices)}
    return lambda key: {asked.by: key or None}


def _unit(today: Snapshot, unit_id: int, whole: Mapping[int, bool]) -> dict[str, Any]:
    of = today.units[today.position[unit_id]]
    part = {} if whole.get(unit_id, True) else {"part": True}
    return {"unit_id": unit_id, "code": of.code, "name_zh": of.name_zh, "name_en": of.name_en, **part}


def _whole(today: Snapshot, ref: str, meant: Sequence[int]) -> bool:
    return len(meant) == len(today.lowest([today.unit(ref).unit_id]))


def _days(asked: SimpleNamespace):
    return asked.period or event_numbers.this_year()


def _majors(found: Sequence[EventClass]) -> list[dict[str, Any]]:
    made = []
    for (major, major_en, kind, colour), of_major in groupby(found, key=lambda one: (one.major, one.major_en, one.kind, one.colour)):
        minors = [
            {"minor": minor, "minor_en": minor_en, "classes": [_class(one) for one in held]}
            for (minor, minor_en), held in groupby(of_major, key=lambda one: (one.minor, one.minor_en))
        ]
        made.append({"major": major, "major_en": major_en, "kind": kind, "colour": colour, "minors": minors})
    return made


def _class(of: EventClass) -> dict[str, Any]:
    named = {"class_id": of.class_id, "path": of.path, "name": of.name, "name_en": of.name_en}
    return {**named, "grade": of.grade, "public": of.public}


def _sent(request: Request, body: dict[str, Any]) -> Response:
    written = orjson.dumps(body)
    etag = conditional.tag_of(written)
    return conditional.unchanged(request, etag) or conditional.send(request, written, conditional.JSON, etag)
