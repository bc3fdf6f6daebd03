"""How many managed objects there are: in a unit by kind, or in each unit of a level."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.hierarchy.locate import Snapshot
from gridgeo.objects import categories, counts
from gridgeo.objects.filters import Filter
from gridgeo.objects.model import NOWHERE, Status

from .. import conditional, depends, filters, objects
from .. import schemas_objects as told
from ..parameters import LEVEL, Parameter, Query, one_of
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/objects", tags=["objects"])

_BY = ("category", "major", "status", "unit")
_COUNTED_BY = Parameter(
    "by",
    "What is told apart: category (when absent), major (class), status; with level unit.",
    one_of(*_BY),
    {"type": "string", "enum": list(_BY)},
)
_COUNTS = Query(objects.UNIT, LEVEL, objects.CATEGORY, objects.STATUS, _COUNTED_BY, filters.FILTER, filters.LANGUAGE)


@router.get("/counts", summary="How many objects there are", openapi_extra=_COUNTS.as_dict(), responses={200: {"model": told.ObjectCounts}})
def counted(request: Request) -> Response:
    """Of a unit of any level (all there are when absent) by kind; with `level` of each of its units. Counts are exact, of this moment.

    Objects that lie in no unit are counted where no unit is named. A caller of a part of the city is told `part` where a count is
    not of the whole unit. `by=status` tells every status unless some are asked.
    """
    asked = _COUNTS(request)
    by = asked.by or ("unit" if asked.level else "category")
    if (by == "unit") != (asked.level is not None):
        raise InvalidRequest([Fault("by", "invalid-parameter", "unit goes with level, and level with unit")])
    today = objects.edition(request)
    said = tuple(sorted(request.query_params.items()))
    who = (today.edition.edition_id, request.app.state.gate.area(request))
    work = _by_unit if by == "unit" else _by_kind
    body = request.app.state.kept.answer((*who, said), lambda: orjson.dumps(work(request, today, asked, by)))
    return conditional.send(request, body, conditional.JSON)


def _by_kind(request: Request, today: Snapshot, asked: SimpleNamespace, by: str) -> dict[str, Any]:
    meant = objects.countable(request, today, asked.unit)
    ids = [NOWHERE, *today.lowest()] if meant is None else meant
    said = "status" in request.query_params
    statuses = None if by == "status" and not said else objects.meant_statuses(asked.status, asked.filter, said)
    apart = ("category", "status") if by == "status" else ("category",)
    known, found = depends.read(request, lambda conn: (categories.known(conn), _of_units(conn, today, ids, apart, statuses, asked.filter)))
    kinds = sorted(known.values(), key=lambda one: (one.gone, one.position))
    order = {"category": [one.category_id for one in kinds], "major": [one.major for one in kinds], "status": list(Status)}[by]
    total = Counter(dict.fromkeys(order, 0))
    for (category_id, *rest), n in found.items():
        if asked.category is None or category_id in asked.category:
            total[rest[0] if by == "status" else category_id if by == "category" else known[category_id].major] += n
    name = "category_id" if by == "category" else by
    rows = [{name: kind, "n": n} for kind, n in total.items() if n]
    return {"unit": asked.unit, "by": by, "n": total.total(), **_part(today, asked.unit, meant), "counts": rows}


def _part(today: Snapshot, ref: str | None, meant: list[int] | None) -> dict[str, bool]:
    """Say where a caller sees only a part of what is asked about: of a unit, or of all there is."""
    whole = meant is None or (ref is not None and len(meant) == len(today.lowest([today.unit(ref).unit_id])))
    return {} if whole else {"part": True}


def _of_units(conn, today: Snapshot, ids: list[int], apart: tuple[str, ...], statuses, only: Filter | None) -> dict[tuple, int]:
    _be_patient(conn, only)
    return counts.of_units(conn, today.edition.edition_id, ids, by=apart, statuses=statuses or Status, only=only)


def _units(conn, today: Snapshot, parent_of: dict[int, int], asked: SimpleNamespace, statuses) -> dict[int, int]:
    _be_patient(conn, asked.filter)
    meant = {"categories": asked.category, "statuses": statuses or Status, "only": asked.filter}
    return counts.by_unit(conn, today.edition.edition_id, parent_of, **meant)


def _be_patient(conn, only: Filter | None) -> None:
    """What the counts do not tell apart takes longer: the objects themselves are counted."""
    if only is not None and not only.names <= counts.KNOWN:
        depends.patient(conn)


def _by_unit(request: Request, today: Snapshot, asked: SimpleNamespace, by: str) -> dict[str, Any]:
    levels = [level.level for level in today.scheme.levels]
    if asked.level not in levels:
        raise InvalidRequest([Fault("level", "invalid-parameter", f"is not one of {', '.join(levels)}")])
    meant, every = objects.countable(request, today, asked.unit), today.lowest()
    parent_of = today.above(asked.level, every if meant is None else meant)
    some, all_ = Counter(parent_of.values()), Counter(today.above(asked.level, every).values())
    statuses = objects.meant_statuses(asked.status, asked.filter, "status" in request.query_params)
    found = depends.read(request, _units, today, parent_of, asked, statuses)
    told_units = [unit for unit in today.units if unit.unit_id in found]
    rows = [
        {"unit_id": of, "code": unit.code, "n": found[of], **({"part": True} if some[of] < all_[of] else {})}
        for unit in told_units
        for of in (unit.unit_id,)
    ]
    head = {"unit": asked.unit, "level": asked.level, "by": by, "n": sum(found.values())}
    return {**head, **_part(today, asked.unit, meant), "units": rows}
