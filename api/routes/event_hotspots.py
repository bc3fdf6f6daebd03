"""Hot spots of events: where more comes than the city's rate explains, and what rises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.events import classes
from gridgeo.events.hotspots import store
from gridgeo.events.hotspots.model import By, Found, Interval, Rise, Spot
from gridgeo.events.statistics import Asked
from gridgeo.hierarchy.locate import Snapshot

from .. import conditional, depends, event_numbers, events, objects, schemas_event_hotspots
from ..parameters import Parameter, Query, counted, limit, one_of
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/events", tags=["events"])

_MOST = 1000


_BY = Parameter(
    "by",
    "Of what: grid (the lowest units; when absent), building, house (for those who work on events alone), or class.",
    one_of(*By),
    {"type": "string", "enum": list(map(str, By)), "default": "grid"},
    "grid",
)
_LEAST = counted("least", "So many events has what is told of: small numbers say little.", store.LEAST, 100_000, store.LEAST)
_LIMIT = limit("So many at most, the surest first.", _MOST)
_HOTSPOTS = Query(_BY, event_numbers.PERIOD, objects.UNIT, events.CLASS, _LEAST, _LIMIT)


@router.get(
    "/hotspots",
    summary="Hot spots of events",
    openapi_extra=_HOTSPOTS.as_dict(),
    responses={200: {"model": schemas_event_hotspots.Hotspots}},
)
def hotspots(request: Request) -> Response:
    """Grids, buildings and houses with more events than their households at the city's rate explain, or classes that rise.

    Each comes with the exact interval of 95 % of its ratio, and is believed at a share of false discoveries (`q`) of 5 % among all that
    were tested. Of grids, Gi* (Getis and Ord) says how they and those around them compare with all. Callers of a part of the city are
    told beside the rate of that part; callers without a duty of classes that are public.
    """
    asked = _HOTSPOTS(request)
    if asked.by == By.HOUSE and not events.works(request):
        raise InvalidRequest([Fault("by", "invalid-parameter", "houses are told of to those who work on events alone: ask by building")])
    today = objects.edition(request)
    meant, seen = objects.countable(request, today, asked.unit), objects.units(request, today, None)
    begin, end = asked.period or event_numbers.this_year()
    question = Asked(today.edition.edition_id, begin, end, seen, getattr(asked, "class"), public=not events.works(request))
    body = depends.read(request, _class_body if asked.by == By.CLASS else _spot_body, today, question, asked, meant)
    head = {"from": begin.isoformat(), "until": end.isoformat(), "by": asked.by, "unit": asked.unit, "least": asked.least}
    part = {"part": True} if seen is not None else {}
    return conditional.send(request, orjson.dumps({**head, **part, **body}), conditional.JSON)


def _class_body(conn, today: Snapshot, question: Asked, asked: SimpleNamespace, meant: Sequence[int] | None) -> dict[str, Any]:
    known = classes.known(conn)
    risen = store.rising(conn, replace(question, units=meant), asked.least)
    return {"found": len(risen), "rows": [_risen(rise, known[rise.class_id].path) for rise in risen[: asked.limit]]}


def _spot_body(conn, today: Snapshot, question: Asked, asked: SimpleNamespace, meant: Sequence[int] | None) -> dict[str, Any]:
    depends.patient(conn)
    found = _found(conn, today, question, asked)
    inside = None if meant is None else set(meant)
    spots = [spot for spot in found.spots if inside is None or spot.unit_id in inside]
    rate = round(1000 * found.n / found.households, 3) if found.households else None
    head = {"n": found.n, "households": found.households, "unjudged": found.unjudged, "tested": found.tested, "per_1000": rate}
    return {**head, "found": len(spots), "rows": [_spot(today, spot) for spot in spots[: asked.limit]]}


def _found(conn, today: Snapshot, question: Asked, asked: SimpleNamespace) -> Found:
    if asked.by == By.GRID:
        return store.grids(conn, question, today, asked.least)
    return store.places(conn, question, By(asked.by), asked.least)


def _spot(today: Snapshot, spot: Spot) -> dict[str, Any]:
    unit = None if spot.unit_id is None else today.units[today.position[spot.unit_id]]
    lies = {"unit_id": None, "code": None} if unit is None else {"unit_id": unit.unit_id, "code": unit.code}
    if spot.code is not None:
        lies |= {"place": spot.code}
    elif unit is not None:
        lies |= {"name_zh": unit.name_zh, "name_en": unit.name_en}
    around = spot.surroundings
    near = {} if around is None else {"gi": round(around.score, 3), "gi_q": _three(around.q)}
    said = {"n": spot.n, "households": spot.households, "expected": _three(spot.expected), "ratio": _three(spot.n / spot.expected)}
    return {**lies, **said, **_interval(spot.ratio), "q": _three(spot.q), **near}


def _risen(rise: Rise, path: str) -> dict[str, Any]:
    said = {"n": rise.n, "days": round(rise.days, 2), "n_before": rise.before, "days_before": round(rise.days_before, 2)}
    ratio = _three(rise.n * rise.days_before / (rise.before * rise.days)) if rise.before else None
    return {
        "class_id": rise.class_id,
        "class": path,
        "beside": rise.beside,
        **said,
        "ratio": ratio,
        **_interval(rise.ratio),
        "q": _three(rise.q),
    }


def _interval(of: Interval) -> dict[str, float | None]:
    return {"low": _three(of.low), "high": _three(of.high) if of.high < float("inf") else None}


def _three(value: float) -> float:
    """Three figures that count."""
    return float(f"{value:.3g}")
