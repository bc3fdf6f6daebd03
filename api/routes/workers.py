"""Who is in charge of a grid unit, and where nobody is: told to callers who say who they are."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.errors import NotFound
from gridgeo.hierarchy import workers
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GridUnit
from gridgeo.hierarchy.workers import Vacancy, Worker

from .. import answers, conditional, depends, schemas
from ..parameters import CHINA, CODE, DATETIME, SCHEME, Query

router = APIRouter(prefix="/grids", tags=["grids"])

_ONE = Query(CODE, SCHEME, DATETIME)
_NOT_TOLD = {"unit_key"}


@router.get("/{code}/workers", summary="Who is in charge", openapi_extra=_ONE.as_dict(), responses={200: {"model": schemas.Workers}})
async def in_charge(request: Request) -> Response:
    """The workers (网格员) and heads (网格长) of a unit on a day, and of how many units below it nobody is in charge.

    To callers with a key or a token only, of units that lie wholly in their area. Nothing of it is to be kept.
    """
    asked = _ONE(request)
    edition = await depends.snapshot(request, asked)
    found = await depends.unit(request, asked, edition)
    day = asked.datetime and asked.datetime.astimezone(CHINA).date()
    people, below = await run_in_threadpool(depends.read, request, _told, edition, found, day)
    here = f"/grids/{found.ref}"
    body = {
        "unit": answers.brief(found),
        "workers": [{name: value for name, value in asdict(one).items() if name not in _NOT_TOLD} for one in people],
        "below": [asdict(one) for one in below],
        "links": [answers.link(f"{here}/workers", "self", "workers"), answers.link(here, "up", found.name_zh)],
    }
    return conditional.send(request, orjson.dumps(body), conditional.JSON, Cache_Control="no-store")


def _told(conn, edition: Snapshot, unit: GridUnit, day: date | None) -> tuple[list[Worker], list[Vacancy]]:
    scheme = edition.scheme
    if not workers.may_see(conn, scheme.scheme, unit.key):
        raise NotFound("grid unit in the caller's area", unit.ref)
    return workers.of_unit(conn, scheme.scheme, unit.key, day), workers.vacancies(conn, scheme, edition.descendants(unit), day)
