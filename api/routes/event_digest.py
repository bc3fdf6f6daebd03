"""The daily digest by grid, and what was found due soon, overdue or passed up: what `gridgeo events digest` and `notices` tell."""

from __future__ import annotations

from dataclasses import asdict, astuple, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.events.watching import digest, notices
from gridgeo.events.watching.digest import Digest, Line
from gridgeo.events.watching.model import Notice
from gridgeo.exports.rules import neutral
from gridgeo.moments import CHINA

from .. import answers, conditional, cursors, depends, events, objects
from .. import schemas_event_digest as said
from ..parameters import Parameter, Query, form, limit, matching, moment
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/events", tags=["events"])

_MOST, _YEARS = 1000, range(1990, 2101)
_FORMS = ("json", "csv", "text")


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise ValueError("is no day such as 2026-03-09")
    return found


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("is not true or false")
    return text == "true"


_DAY = Parameter("day", "A day in China; yesterday when absent.", _day, {"type": "string", "format": "date"})
_LEVEL = Parameter(
    "level",
    "Of the units that are told of.",
    matching("[a-z][a-z0-9_]{0,31}", "is no name of a level: small letters, digits and _"),
    {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,31}$", "default": "community"},
    "community",
)
_TOLD = Parameter(
    "department",
    "Only of what this department was told: its organisation code.",
    matching("[0-9A-Z]{8}[0-9X]", "is no organisation code (9 characters)"),
    {"type": "string"},
)
_SINCE = Parameter("since", "Found from then on: an instant with its zone, or a date.", moment, {"type": "string"})
_HOLDING = Parameter("holding", "Only what holds still; false: all.", _flag, {"type": "boolean", "default": True}, True)
_LIMIT = limit("So many at most.", _MOST)
_DIGEST, _NOTICES = Query(_DAY, objects.UNIT, _LEVEL, form(*_FORMS)), Query(_TOLD, _SINCE, _HOLDING, _LIMIT, cursors.KEYED)
_OTHER = {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "text/plain")}


@router.get("/digest", summary="A day by grid", openapi_extra=_DIGEST.as_dict(), responses={200: {"model": said.Digest, "content": _OTHER}})
def of_day(request: Request) -> Response:
    """By unit: what came in, was filed and closed in a day; what is open, overdue and due soon now; and the gravest that are late.

    Callers without a duty are told of classes that are public; of a part of the city, of the units they may see.
    """
    asked, now = _DIGEST(request), datetime.now(UTC)
    today = objects.edition(request)
    if asked.level not in [level.level for level in today.scheme.levels]:
        raise InvalidRequest([Fault("level", "invalid-parameter", "is no level of today's grids")])
    meant = objects.countable(request, today, asked.unit)
    day = asked.day or (now - timedelta(days=1)).astimezone(CHINA).date()
    unit = None if asked.unit is None else today.unit(asked.unit).code
    seen = None if meant is None else set(meant)
    made = depends.read(request, digest.of_day, day, now, asked.level, unit, seen=seen, public=not events.works(request))
    wanted = conditional.chosen(request, _FORMS, asked.f)
    return conditional.send(request, _WRITTEN[wanted](made), conditional.MEDIA_TYPES[wanted])


@router.get("/notices", summary="What is late", openapi_extra=_NOTICES.as_dict(), responses={200: {"model": said.Notices}})
def late(request: Request) -> Response:
    """What was found due soon, overdue, passed up, or without anybody known to lead; the latest first, a page at a time."""
    asked = _NOTICES(request)
    bound = tuple(sorted((name, text) for name, text in request.query_params.items() if name not in ("cursor", "limit")))
    after = None if asked.cursor is None else _after(asked.cursor, bound)

    def work(conn) -> tuple[list[Notice], events.Words]:
        return notices.listed(conn, asked.department, asked.since, asked.holding, asked.limit + 1, after), events.words(conn)

    found, words = depends.read(request, work)
    page, links = found[: asked.limit], [answers.link(_here(bound), "self", "notices")]
    if len(found) > asked.limit:
        at, *rest = page[-1].key
        links.append(
            answers.link(
                _here(bound, limit=asked.limit, cursor=cursors.sealed((at.isoformat(), *map(str, rest)), *bound)), "next", "more notices"
            )
        )
    body = {"numberReturned": len(page), "notices": [_notice(one, words) for one in page], "links": links}
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=links)


def _after(cursor: str, bound: tuple) -> tuple[datetime, int, str, int]:
    try:
        found_at, event_id, kind, task_no = cursors.opened(cursor, 4, *bound)
        return datetime.fromisoformat(found_at), int(event_id), kind, int(task_no)
    except (ValueError, TypeError):
        rule = "is no cursor of this list with these filters: take the link next of the page before as it is"
        raise InvalidRequest([Fault("cursor", "invalid-parameter", rule)]) from None


def _here(bound: tuple[tuple[str, str], ...], **more: object) -> str:
    query = urlencode([*bound, *more.items()])
    return f"/events/notices?{query}" if query else "/events/notices"


def _notice(one: Notice, words: events.Words) -> dict[str, Any]:
    told = {**asdict(one), "department": events.department(one.department_code, words)}
    del told["department_code"]
    return {**told, "href": answers.link(f"/events/{one.event_id}", "self", "event")["href"]}


def _json(made: Digest) -> bytes:
    return orjson.dumps(asdict(made))


def _csv(made: Digest) -> bytes:
    columns = [field.name for field in fields(Line)]
    return answers.written(columns, [[neutral(cell) for cell in astuple(line)] for line in made.lines])


def _text(made: Digest) -> bytes:
    return f"{digest.written(made)}\n".encode()


_WRITTEN = {"json": _json, "csv": _csv, "text": _text}
