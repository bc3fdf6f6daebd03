"""Managed objects as a file: of a unit, of an area drawn by hand, or by filters."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from gridgeo.cql2 import sql as cql2
from gridgeo.cql2.model import Joined, Queryable
from gridgeo.exports import collected, rules
from gridgeo.exports import objects as exports
from gridgeo.exports.model import Format
from gridgeo.features.collections import COLLECTIONS
from gridgeo.features.question import Filter, Question
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.moments import CHINA
from gridgeo.objects import counts, drawn, store
from gridgeo.objects import filters as known
from gridgeo.objects.model import NOWHERE, Status, Where

from .. import depends, files, filters, object_bodies, objects
from ..areas import BBOX
from ..parameters import Query
from ..problems import AnswerTooLarge

router = APIRouter(tags=["objects"])

#: Objects in one file.
MOST = 100_000

_TOLD = f"{', '.join(exports.FORMATS)} tell of each object the units it lies in; the others are as the collection has it."
_FORMAT = files.form(Format.GEOJSON, more=_TOLD)
#: What filters of objects speak of, as the collection's features have it.
_COLUMNS = {
    name: Queryable(name, each.type, f"f.{'category_id' if name == 'category' else name}", each.values)
    for name, each in known.PROPERTIES.items()
}
_DRAWN = Query(_FORMAT, filters.FILTER, filters.LANGUAGE)
_FILTERED = Query(_FORMAT, objects.UNIT, objects.CATEGORY, objects.STATUS, BBOX, filters.FILTER, filters.LANGUAGE)
_BODY = object_bodies.described("One of polygon, circle and unit.", unit={"type": "string", "description": objects.UNIT.description})
_FILE = files.answers()


@router.post(
    "/objects/download",
    summary="What lies in an area, as a file",
    openapi_extra={**_DRAWN.as_dict(), "requestBody": _BODY},
    responses=_FILE,
    response_class=FileResponse,
)
async def of_area(request: Request) -> Response:
    """Objects of a polygon, a circle or a unit, with their categories and the units they lie in; at most 100,000 in a file (else 413)."""
    query = _DRAWN(request)
    return await _file(request, query.f, await object_bodies.read(request, ("polygon", "circle", "unit"), only=query.filter))


@router.get(
    "/collections/objects/download",
    summary="Managed objects as a file",
    openapi_extra=_FILTERED.as_dict(),
    responses=_FILE,
    response_class=FileResponse,
)
async def filtered(request: Request) -> Response:
    """Objects by unit, box, category and status, as the list has them; at most 100,000 in a file (else 413)."""
    asked = _FILTERED(request)
    statuses = objects.meant_statuses(asked.status, asked.filter, "status" in request.query_params)
    plain = SimpleNamespace(area=asked.bbox, unit=asked.unit, categories=asked.category, statuses=statuses, only=asked.filter)
    return await _file(request, asked.f, plain)


async def _file(request: Request, kind: str, asked: SimpleNamespace) -> Response:
    folder = depends.shelf(request).workshop()
    try:
        path = folder / f"objects{Format(kind).ending}"
        await anyio.to_thread.run_sync(_write, request, path, Format(kind), asked, limiter=request.app.state.downloads)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    stamp = datetime.now(CHINA).strftime("%Y%m%d-%H%M")
    names = f"objects_{stamp}{Format(kind).ending}", f"部件_{stamp}{Format(kind).ending}"
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": files.attached(*names),
    }
    clear = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(path, headers=headers, media_type=Format(kind).media_type, background=clear)


def _write(request: Request, path: Path, kind: Format, asked: SimpleNamespace) -> None:
    today = objects.edition(request)
    units = objects.units(request, today, asked.unit, asked.area)
    where = Where(units=units, polygon=asked.area, categories=asked.categories, statuses=asked.statuses, only=asked.only)
    depends.read(request, _written, path, kind, today, where, depends.settings(request).authority)


def _written(conn, path: Path, kind: Format, today: Snapshot, where: Where, authority: str) -> None:
    depends.patient(conn)
    n = _amount(conn, today, where)
    if n > MOST:
        rule = f"{n:,} objects are meant, and at most {MOST:,} go into a file: ask by unit, category or a smaller area"
        raise AnswerTooLarge(f"{rule}; for all of them: gridgeo export objects")
    if kind not in exports.FORMATS:
        layer = collected.Layer(COLLECTIONS["objects"], _question(where))
        collected.write(conn, path, [layer], kind, rules.usual_datum(kind), authority=authority, overwrite=True)
        return
    about = exports.about(today, n, datetime.now(CHINA), authority)
    exports.write(path, kind, store.pages(conn, where), exports.Words.of(conn, today), about)


def _question(where: Where) -> Question:
    """What is meant, as the collection is asked."""
    said = [f"status IN ({', '.join(repr(str(status)) for status in where.statuses or Status)})"]
    if where.categories:
        said.append(f"category IN ({', '.join(map(str, where.categories))})")
    nodes = [known.parse(each) for each in said] + ([where.only] if where.only else [])
    node = Joined("AND", tuple(nodes)) if len(nodes) > 1 else nodes[0]
    only = Filter(cql2.condition(node, _COLUMNS, lambda points: points), node.names, None)
    return Question(area=where.polygon, units=where.units, only=only)


def _amount(conn, today: Snapshot, where: Where) -> int:
    """How many objects are meant."""
    units = where.units
    if where.polygon is not None:
        met = drawn.met(today, where.polygon, units)
        return drawn.counted(conn, today.edition.edition_id, where, met, beyond=units is None).total()
    ids = [NOWHERE, *today.lowest()] if units is None else units
    found = counts.of_units(conn, today.edition.edition_id, ids, by=("category",), statuses=where.statuses or Status, only=where.only)
    return sum(n for (category_id,), n in found.items() if where.categories is None or category_id in where.categories)
