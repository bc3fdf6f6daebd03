"""Grid units: one, its relatives, and all of them in figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.hierarchy import store
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GridUnit

from .. import answers, conditional, depends, problems, schemas
from ..parameters import CODE, DATETIME, SCHEME, Query, form

router = APIRouter(prefix="/grids", tags=["grids"])

_SUMMARY = Query(SCHEME, DATETIME)
_UNIT = Query(CODE, SCHEME, DATETIME, form("json", "geojson"))
_CODES = Query(CODE, SCHEME, DATETIME)
_LIST = Query(CODE, SCHEME, DATETIME, form("json", "geojson", "csv"))

_RELATIONS: dict[str, Callable[[Snapshot, GridUnit], Sequence[GridUnit]]] = {
    "ancestors": lambda edition, unit: edition.chain(unit)[:-1],
    "children": lambda edition, unit: edition.children(unit),
    "descendants": lambda edition, unit: edition.descendants(unit),
    "siblings": lambda edition, unit: _siblings(edition, unit),
    "neighbours": lambda edition, unit: edition.neighbours(unit),
}


@router.get("/summary", summary="All levels in figures", openapi_extra=_SUMMARY.as_dict(), responses={200: {"model": schemas.Summary}})
async def summary(request: Request) -> Response:
    """Number of units, area and households of each level of the edition valid at a moment."""
    asked = _SUMMARY(request)
    edition = await depends.snapshot(request, asked)
    known = answers.of(edition)
    links = [answers.link("/grids/summary", "self", "summary"), answers.link(known.edition["href"], "edition", known.edition["name"])]
    links += [answers.link(f"/grids/{unit.ref}", "item", unit.name_zh) for unit in edition.children(None)]
    return conditional.send(request, orjson.dumps({**known.summary, "links": links}), conditional.JSON, known.tag("summary"))


@router.get(
    "/{code}",
    summary="One grid unit",
    openapi_extra=_UNIT.as_dict(),
    responses={
        200: {"model": schemas.Unit, "content": {conditional.GEOJSON: {"schema": {"$ref": "#/components/schemas/Feature"}}}},
        410: {"content": problems.CONTENT, "description": "The unit was retired; `since` and `successors` say when and what followed."},
    },
)
async def unit(request: Request) -> Response:
    """What is known of a unit, and where to go from it; with its area as GeoJSON."""
    asked = _UNIT(request)
    edition = await depends.snapshot(request, asked)
    found = await depends.unit(request, asked, edition)
    known = answers.of(edition)
    wanted = conditional.chosen(request, ("json", "geojson"), asked.f)
    body = known.feature(found) if wanted == "geojson" else orjson.dumps(known.unit(found))
    return conditional.send(request, body, conditional.MEDIA_TYPES[wanted], known.tag(wanted), known.links(found, edition.chain(found)))


@router.get(
    "/{code}/codes",
    summary="What other systems call a unit",
    openapi_extra=_CODES.as_dict(),
    responses={200: {"model": schemas.OtherCodes}},
)
async def other_codes(request: Request) -> Response:
    """Codes of other systems by vintage: the same unit may have a different one in each list and each year."""
    asked = _CODES(request)
    edition = await depends.snapshot(request, asked)
    found = await depends.unit(request, asked, edition)
    known = await run_in_threadpool(depends.read, request, lambda conn: store.other_codes(conn, found.unit_id))
    body = {
        "unit": answers.brief(found),
        "codes": [dict(zip(("system", "vintage", "code"), each, strict=True)) for each in known],
        "links": [answers.link(f"/grids/{found.ref}/codes", "self", "codes"), answers.link(f"/grids/{found.ref}", "up", found.name_zh)],
    }
    return conditional.send(request, orjson.dumps(body), conditional.JSON)


def _siblings(edition: Snapshot, unit: GridUnit) -> list[GridUnit]:
    above = edition.chain(unit)[:-1]
    return [other for other in edition.children(above[-1] if above else None) if other is not unit]


def _add(relation: str, summary: str, description: str) -> None:
    @router.get(
        f"/{{code}}/{relation}",
        name=relation,
        summary=summary,
        description=description,
        openapi_extra=_LIST.as_dict(),
        responses={
            200: {
                "model": schemas.Units,
                "content": {
                    conditional.GEOJSON: {"schema": {"$ref": "#/components/schemas/FeatureCollection"}},
                    "text/csv": {"schema": {"type": "string"}},
                },
            }
        },
    )
    async def related(request: Request) -> Response:
        asked = _LIST(request)
        edition = await depends.snapshot(request, asked)
        found = await depends.unit(request, asked, edition)
        wanted = conditional.chosen(request, ("json", "geojson", "csv"), asked.f)
        etag = answers.of(edition).tag(wanted)
        not_modified = conditional.unchanged(request, etag)
        if not_modified is not None:
            return not_modified
        body = await run_in_threadpool(_written, edition, found, relation, wanted)
        links = [answers.link(f"/grids/{found.ref}", "up", found.name_zh)]
        return conditional.send(request, body, conditional.MEDIA_TYPES[wanted], etag, links)


def _written(edition: Snapshot, found: GridUnit, relation: str, wanted: str) -> bytes:
    units, known = _RELATIONS[relation](edition, found), answers.of(edition)
    if wanted == "geojson":
        return known.features(units)
    if wanted == "csv":
        return known.table(units)
    here = f"/grids/{found.ref}"
    links = [
        answers.link(f"{here}/{relation}", "self", relation),
        answers.link(here, "up", found.name_zh),
        answers.link(f"{here}/{relation}?f=geojson", "alternate", "with their areas", conditional.GEOJSON),
        answers.link(f"{here}/{relation}?f=csv", "alternate", "as a table", conditional.CSV),
    ]
    return known.listed(units, relation=relation, unit=answers.brief(found), links=links)


_add("ancestors", "The units above one", "From the uppermost down to the one directly above.")
_add("children", "The units directly below one", "In the order of their codes.")
_add("descendants", "All units below one", "Level by level, in the order of their codes.")
_add("siblings", "The other units under the same one", "Units of the uppermost level have each other.")
_add("neighbours", "The units that share a border with one", "Of the same level; a shared corner is not a border.")
