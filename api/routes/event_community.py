"""A community's page, or any unit's: how it stands with what happens there, for everybody, with nothing personal in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gridgeo.events import classes, statistics
from gridgeo.events.classes import EventClass
from gridgeo.events.statistics import Asked, By, Numbers
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GridUnit

from .. import depends, event_charts, event_pages, objects
from ..parameters import CODE, Query
from ..remembered import remembered
from .event_pages import last_days, month, rising

router = APIRouter(prefix="/events", tags=["events"], route_class=event_pages.Page, responses=event_pages.RESPONSES)

#: Months of the trend, classes that are told, and seconds for which all is told as it was: it is the same for everybody.
_MONTHS, _TOP, _KEPT_S = 12, 8, 60

_WHOLE, _ONE = Query(), Query(CODE)


@router.get("/community", summary="How the city stands", openapi_extra=_WHOLE.as_dict(), response_class=HTMLResponse)
def city(request: Request) -> Response:
    """A page: what is open, overdue and was closed in the city, and its uppermost units; of classes that are public."""
    _WHOLE(request)
    return _page(request, objects.edition(request), None)


@router.get("/community/{code}", summary="How a community stands", openapi_extra=_ONE.as_dict(), response_class=HTMLResponse)
def community(request: Request) -> Response:
    """A page: what is open, overdue and was closed in a unit, satisfaction, twelve months, its classes; of classes that are public."""
    _ONE(request)
    today = objects.edition(request)
    return _page(request, today, today.unit(request.path_params["code"]))


def _page(request: Request, today: Snapshot, unit: GridUnit | None) -> Response:
    meant = objects.countable(request, today, unit and unit.ref)
    key = "community", unit and unit.unit_id
    facts = remembered(request, _KEPT_S, key, lambda: depends.read(request, _facts, today, unit, meant, datetime.now(UTC)))
    parts = {"unit": unit, "above": event_pages.above(today, unit), "part": depends.principal(request).area is not None}
    return event_pages.response(request, "event_community.html", **parts, **facts)


def _facts(conn, today: Snapshot, unit: GridUnit | None, meant: Sequence[int] | None, now: datetime) -> dict[str, Any]:
    depends.patient(conn)
    known = classes.known(conn)
    first, of_month = month(now, _MONTHS - 1)[0], Asked(today.edition.edition_id, *month(now), meant, public=True)
    of_year, of_days = replace(of_month, begin=first), replace(of_month, begin=last_days(now)[0])
    by_month = statistics.numbers(conn, of_year, By.MONTH)
    return {
        "now": now,
        "month": statistics.numbers(conn, of_month)[""],
        "year": sum(by_month.values(), Numbers()),
        "trend": event_charts.trend(first, _MONTHS, by_month),
        "top": _top(statistics.numbers(conn, of_days, By.CLASS), known),
        "rising": rising(conn, of_days, known),
        "below": _below(conn, today, unit, meant, of_month),
    }


def _top(found: dict[int, Numbers], known: dict[int, EventClass]) -> list[tuple[EventClass, int]]:
    """The classes of which most came, without what was rejected or merged."""
    counted = [(known[class_id], of.reported - of.rejected - of.merged) for class_id, of in found.items() if class_id in known]
    return sorted((pair for pair in counted if pair[1]), key=lambda pair: (-pair[1], pair[0].position))[:_TOP]


def _below(conn, today: Snapshot, unit: GridUnit | None, meant: Sequence[int] | None, question: Asked) -> list[tuple[GridUnit, Numbers]]:
    """The units right below one, as far as the caller sees them, with their numbers of the month."""
    below = today.children(unit)
    if not below:
        return []
    lowest = today.lowest() if meant is None else meant
    parent_of = {leaf: part.unit_id for part in below for leaf in today.lowest([part.unit_id])}
    found = statistics.numbers(conn, question, By.UNIT, {leaf: parent_of[leaf] for leaf in lowest if leaf in parent_of})
    return [(part, found[part.unit_id]) for part in below if part.unit_id in found]
