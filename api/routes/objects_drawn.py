"""Managed objects in an area drawn by hand: counted, listed, and as a file."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.geo import measure
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.objects import drawn, store
from gridgeo.objects.model import Status, Where

from .. import conditional, depends, filters, object_bodies, objects
from .. import schemas_objects as told
from ..parameters import Query

router = APIRouter(prefix="/objects", tags=["objects"])

_FILTER = Query(filters.FILTER, filters.LANGUAGE)
_BODY = object_bodies.described(
    "One of polygon and circle; a border belongs to it.",
    limit={
        "type": "integer",
        "minimum": 0,
        "maximum": object_bodies.MOST,
        "default": object_bodies.LISTED,
        "description": "So many objects are listed at most.",
    },
)


@router.post(
    "/within",
    summary="What lies in an area",
    openapi_extra={**_FILTER.as_dict(), "requestBody": _BODY},
    responses={200: {"model": told.ObjectsWithin}},
)
async def within(request: Request) -> Response:
    """Exact counts by category and by status of what lies in a polygon or circle, the units it meets, and the first of the objects."""
    only = _FILTER(request).filter
    asked = await object_bodies.read(request, ("polygon", "circle"), ("limit",), only)
    found = await anyio.to_thread.run_sync(_within, request, asked, limiter=request.app.state.areas)
    return Response(orjson.dumps(found), headers={"Cache-Control": "no-store"}, media_type=conditional.JSON)


def _within(request: Request, asked: SimpleNamespace) -> dict[str, Any]:
    today = objects.edition(request)
    seen = objects.units(request, today, None)
    met = drawn.met(today, asked.area, seen)
    plain = {"categories": asked.categories, "statuses": asked.statuses, "only": asked.only}
    where = Where(units=None if seen is None else met.all, polygon=asked.area, **plain)
    counts, found = depends.read(request, _looked, today, where, met, asked.limit)
    kinds = objects.words(request, found).kinds
    by_category, by_status = Counter(), Counter()
    for (category_id, status), n in counts.items():
        by_category[category_id] += n
        by_status[status] += n
    return {
        "area_m2": round(float(measure.area_m2([asked.area])[0]), 1),
        "n": counts.total(),
        "by_category": [{"category_id": category_id, "n": n} for category_id, n in sorted(by_category.items())],
        "by_status": [{"status": status, "n": by_status[status]} for status in Status if by_status[status]],
        "whole": _refs(today, met.whole),
        "cut": _refs(today, met.cut),
        "numberReturned": len(found),
        "objects": [objects.row(one, kinds) for one in found],
    }


def _looked(conn, today: Snapshot, where: Where, met: drawn.Met, limit: int):
    depends.patient(conn)
    counts = drawn.counted(conn, today.edition.edition_id, where, met, beyond=where.units is None)
    return counts, store.listed(conn, where, limit=limit) if limit else []


def _refs(today: Snapshot, units: list[int]) -> list[str]:
    return [today.units[today.position[unit_id]].ref for unit_id in units]
