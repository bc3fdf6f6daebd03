"""Events on maps: vector tiles of them, and how many there are in each unit, of each class or department."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from gridgeo.access import store as access
from gridgeo.events import shown, store
from gridgeo.events.shown import By, Count, Shown
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.tiles import making
from gridgeo.tiles.model import YEARS_FROM, Packed

from .. import conditional, depends, event_maps, event_numbers, objects, schemas_event_counts
from ..access import require_thread
from ..parameters import LEVEL, Parameter, Query, one_of
from ..problems import Fault, InvalidRequest
from . import tiles

router = APIRouter()

_TILE = Query(*tiles.TILE, *event_maps.FILTERS)
_COUNTED_BY = Parameter(
    "by",
    "What is told apart: class (when absent), department; with level unit.",
    one_of(*By),
    {"type": "string", "enum": list(map(str, By))},
)
_COUNTS = Query(objects.UNIT, LEVEL, _COUNTED_BY, *event_maps.FILTERS)

#: What counts are told as, as tiles tell them; zeros are left out of all but the first.
_SHORT = ("n", "o", "s", "v", "c")


@router.get(
    f"/collections/events/{tiles.AT}",
    tags=["tiles"],
    summary="A tile of events",
    openapi_extra=_TILE.as_dict(),
    responses=tiles.CONTENT,
)
async def events(request: Request) -> Response:
    """Events: far out the layer `clusters` with exact counts (n; o open in time, s due soon, v overdue, c over; m1, m2 and so on by major
    class), near the layer `events`.

    Near too there are clusters where more events lie in a tile than can be told apart. Of more than a year tiles tell from zoom 13 on.
    Callers without a duty are told of classes that are public; rejected and merged ones where a stage is asked for.
    """
    asked, at = _TILE(request), tiles.tile(request)
    wanted = event_maps.shown(request, asked)
    if at.z < YEARS_FROM:
        event_maps.require_a_year(wanted, f"tiles tell of that from zoom {YEARS_FROM} on")
    require_thread()
    if request.app.state.gate.area(request) == access.WHOLE:
        made = await run_in_threadpool(depends.read_city, request, making.events_tile, at, wanted)
    else:
        made = await run_in_threadpool(depends.read, request, making.events_tile, at, wanted, of_units=True)
    # How an event stands follows from the hour: no tile is kept.
    return tiles.sent(request, Packed.of(made))


#: What maps ask many of at once (:mod:`..direct`).
DIRECT = (events,)


@router.get(
    "/events/counts",
    tags=["events"],
    summary="How many events there are",
    openapi_extra=_COUNTS.as_dict(),
    responses={200: {"model": schemas_event_counts.EventCounts}},
)
def counted(request: Request) -> Response:
    """Of a unit of any level (all there are when absent) by class or department; with `level` of each of its units.

    They are the events that tiles show with the same filters: n of them; o open in time, s due soon, v overdue, c over, zeros left out.
    Those that lie in no unit are counted where no unit is named. A caller of a part of the city is told `part` where a count is not of
    the whole unit. Of more than a year `/events/stats` tells.
    """
    asked = _COUNTS(request)
    by = By(asked.by or (By.UNIT if asked.level else By.CLASS))
    if (by is By.UNIT) != (asked.level is not None):
        raise InvalidRequest([Fault("by", "invalid-parameter", "unit goes with level, and level with unit")])
    wanted = event_maps.shown(request, asked)
    event_maps.require_a_year(wanted, "/events/stats tells of longer ones")
    today = objects.edition(request)
    levels = [level.level for level in today.scheme.levels]
    if asked.level is not None and asked.level not in levels:
        raise InvalidRequest([Fault("level", "invalid-parameter", f"is not one of {', '.join(levels)}")])
    meant = objects.countable(request, today, asked.unit)
    body = depends.read(request, _counts, today, asked, wanted, by, meant)
    return conditional.send(request, orjson.dumps(body), conditional.JSON)


def _counts(conn, today: Snapshot, asked: SimpleNamespace, wanted: Shown, by: By, meant: list[int] | None) -> dict[str, Any]:
    every = today.lowest()
    parent_of = None if by is not By.UNIT else today.above(asked.level, every if meant is None else meant)
    found = shown.counts(conn, today.edition.edition_id, wanted, by, meant, parent_of)
    head = {"unit": asked.unit, "level": asked.level, "by": by, **_told(Count.total(found.values()))}
    whole = meant is None or (asked.unit is not None and len(meant) == len(today.lowest([today.unit(asked.unit).unit_id])))
    head |= {} if whole else {"part": True}
    if by is By.UNIT:
        return head | {"units": _units(today, asked.level, parent_of, found)}
    if by is By.CLASS:
        return head | {"counts": [{"class_id": class_id, **_told(of)} for class_id, of in found.items()]}
    names = store.departments(conn)
    return head | {"counts": [{"department": _department(code, names), **_told(of)} for code, of in found.items()]}


def _units(today: Snapshot, level: str, parent_of: dict[int, int], found: dict[int, Count]) -> list[dict[str, Any]]:
    whole = event_numbers.whole(parent_of, today.above(level, today.lowest()))
    return [
        {"unit_id": of, "code": unit.code, **_told(found[of]), **({} if whole[of] else {"part": True})}
        for unit in today.units
        if (of := unit.unit_id) in found
    ]


def _department(code: str | None, names: dict[str, tuple[str, str]]) -> dict[str, str] | None:
    return None if code is None else {"code": code, **dict(zip(("name_zh", "name_en"), names.get(code, ("", "")), strict=True))}


def _told(count: Count) -> dict[str, int]:
    return {name: n for name, n in zip(_SHORT, count, strict=True) if n or name == "n"}
