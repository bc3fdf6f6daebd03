"""Features of a collection: pages and streams of them, and one."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from urllib.parse import urlencode

import anyio
import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from gridgeo.errors import Gone, NotFound
from gridgeo.exports.rules import neutral
from gridgeo.features import absence, collections, reading, statements, versions
from gridgeo.features.model import Collection, Page
from gridgeo.features.question import Question

from .. import conditional, cursors, depends, events, feature_pages, mementos, ogc, questions
from ..parameters import Parameter, Query, form, pairs
from ..periods import RECORDED
from ..problems import Fault, InvalidRequest
from ..questions import CRS, DATETIME, ITEMS, TAKEN, USUAL
from ..streams import Stream

router = APIRouter(prefix="/collections/{collectionId}/items", tags=["collections"])

_ID = Parameter("id", "Id of a feature.", str, {"type": "string"}, example="440306", place="path")
_WISHED = Parameter(
    "Accept-Datetime",
    "Instead of datetime: a date of HTTP; the version valid then, or the one nearest to it (RFC 7089).",
    str,
    {"type": "string"},
    place="header",
)
_ITEM = Query(ogc.COLLECTION, _ID, CRS, DATETIME, RECORDED, _WISHED, form("json", "html"))

_TYPES = {"json": conditional.GEOJSON, "html": conditional.HTML, "geojsonseq": ogc.GEOJSON_SEQUENCE, "csv": conditional.CSV}
_TEXT = {"schema": {"type": "string"}}
#: A page of more may take longer than others.
_USUAL_MOST = 1000


@router.get(
    "",
    summary="Features",
    openapi_extra=ITEMS.as_dict(),
    responses={
        200: {
            "content": {
                conditional.GEOJSON: {"schema": {"$ref": "#/components/schemas/FeatureCollection"}},
                **dict.fromkeys((ogc.GEOJSON_SEQUENCE, "text/html", "text/csv"), _TEXT),
            }
        }
    },
)
def items(request: Request) -> Response:
    """Features a page at a time, in an order of their own or the one asked for: the link next goes on, however many are written meanwhile.

    As geojsonseq or csv all of them where no limit is given, as fast as they are taken.
    """
    collection = collections.find(request.path_params["collectionId"])
    asked = TAKEN[collection.id](request)
    wanted = _form(request, asked.f)
    meant = questions.question(request, collection, asked)
    if meant.order:
        _require_sortable(request, collection, meant)
    if wanted == "geojsonseq":
        return _streamed(request, meant, wanted, lambda conn: reading.sequence(conn, collection, meant))
    if wanted == "csv":
        return _streamed(request, meant, wanted, lambda conn: _table(conn, collection, meant))
    meant = replace(meant, limit=meant.limit or USUAL)
    patient = meant.limit > _USUAL_MOST or asked.count == "exact"
    page, matched = (depends.read if patient else depends.glance)(request, _read, collection, meant, asked.count)
    links = _links(request, collection, asked, page, wanted)
    if wanted == "html":
        return feature_pages.items(request, collection, meant, page, links)
    head = {"type": "FeatureCollection", "numberReturned": page.returned, "links": links}
    if matched is not None:
        head["numberMatched"] = matched
    body = orjson.dumps(head)[:-1] + b',"features":[' + page.features.encode() + b"]}"
    etag, stamped = conditional.tag_of(body), b'{"timeStamp":"' + ogc.stamp().encode() + b'",' + body[1:]
    return conditional.send(request, stamped, conditional.GEOJSON, etag, links, Content_Crs=ogc.crs_header(meant.system))


@router.get(
    "/{id}",
    summary="One feature",
    openapi_extra=_ITEM.as_dict(),
    responses={
        200: {"content": {conditional.GEOJSON: {"schema": {"$ref": "#/components/schemas/Feature"}}, "text/html": _TEXT}},
        410: {"description": "It is no more, or was not there then; `successors` says who follows, Link where its versions are."},
    },
)
def item(request: Request) -> Response:
    """A feature by its id: as it is now, or was at a time (datetime, or the header Accept-Datetime), as it was believed at one (recorded).

    What is no more answers 410 and says who follows.
    """
    asked, collection = _ITEM(request), collections.find(request.path_params["collectionId"])
    feature_id = request.path_params["id"]
    if not questions.ID.fullmatch(feature_id):
        raise NotFound(f"feature of {collection.id}", feature_id)
    recorded, wished = questions.kept(collection, asked.recorded), None if asked.datetime else mementos.asked(request)
    seen = {"units": ogc.units(request, collection, None), "public": not (collection.guarded and events.works(request))}
    meant = Question(period=asked.datetime, recorded=recorded, system=asked.crs, **seen)
    try:
        found, history, place = depends.glance(request, _one, collection, feature_id, meant, wished)
    except Gone as gone:
        history = depends.read(request, versions.of, collection, feature_id)
        gone.links = mementos.around(request, collection, feature_id, history, None)
        raise
    wanted = conditional.chosen(request, ("json", "html"), asked.f)
    body, about = told(request, collection, feature_id, found, history, place, wanted)
    if wanted == "html":
        return feature_pages.item(request, collection, meant, found, about)
    headers = {"Content-Crs": ogc.crs_header(meant.system), "Vary": "Accept, Accept-Encoding, Accept-Datetime"}
    if place is not None:
        headers["Memento-Datetime"] = mementos.http_date(history[place].start)
    return conditional.send(request, body, conditional.GEOJSON, None, about, **headers)


def told(
    request: Request,
    collection: Collection,
    feature_id: str,
    found: str,
    history: Sequence[versions.Version],
    place: int | None,
    wanted: str,
) -> tuple[bytes, list[dict[str, str]]]:
    """Return a feature with its links as it is sent, and these."""
    here = f"/collections/{collection.id}/items/{feature_id}"
    about = [
        *ogc.pair(request, here, wanted, feature_id, conditional.GEOJSON),
        ogc.link(request, f"/collections/{collection.id}", "collection", collection.title),
        *mementos.around(request, collection, feature_id, history, place),
    ]
    return found[:-1].encode() + b',"links":' + orjson.dumps(about) + b"}", about


def _read(conn, collection: Collection, meant: Question, count: str) -> tuple[Page, int | None]:
    """A page, and how many features there are on all of them where that is asked for."""
    if meant.limit > _USUAL_MOST or count == "exact":
        depends.patient(conn)
    page = reading.page(conn, collection, meant)
    if count == "none":
        return page, None
    return page, (reading.count if count == "exact" else reading.estimate)(conn, collection, meant)


def _one(
    conn, collection: Collection, feature_id: str, meant: Question, wished: datetime | None
) -> tuple[str, list[versions.Version], int | None]:
    """A feature, its versions, and which of them it is; the version nearest to a moment that is wished for."""
    if wished is None and meant.units is None:
        found, history = reading.versioned(conn, collection, feature_id, meant)
    else:
        history = versions.of(conn, collection, feature_id, meant.recorded, meant.public)
        nearest = wished and versions.nearest(history, wished)
        if nearest:
            meant = replace(meant, period=mementos.period(nearest))
        found = reading.one(conn, collection, feature_id, meant)
    if found is None:
        absence.explain(conn, collection, feature_id, meant.period, meant.recorded)
    return found, history, versions.at(history, meant.period and meant.period.end)


def _require_sortable(request: Request, collection: Collection, meant: Question) -> None:
    """Raise InvalidRequest where more features would have to be sorted than there is time for."""
    if not depends.glance(request, reading.is_sortable, collection, meant):
        rule = (
            f"would sort more than {reading.MOST_SORTED:,} features: ask for fewer with bbox, filter or q, or sort by {collection.leading}"
        )
        raise InvalidRequest([Fault("sortby", "too-many-to-sort", f"{rule}, in whose order they lie")])


def _form(request: Request, given: str | None) -> str:
    """The form asked for: what the Accept header says in other words than GeoJSON's and HTML's is told by f alone."""
    if given is not None:
        return given
    return "html" if conditional.chosen(request, ("geojson", "html")) == "html" else "json"


def _links(request: Request, collection: Collection, asked: SimpleNamespace, page: Page, wanted: str) -> list[dict[str, str]]:
    """The page itself, in other forms, the next one, and what it is a page of."""
    here = f"/collections/{collection.id}/items"
    given = {name: urlencode({name: text}) for name, text in pairs(request) if name != "f"}
    links = []
    for each, media_type in _TYPES.items():
        query = "&".join([*given.values(), f"f={each}"])
        links.append(ogc.link(request, f"{here}?{query}", "self" if each == wanted else "alternate", collection.title, media_type))
    if page.next is not None:
        cursor = cursors.sealed(page.next, *questions.bound_of(request, collection))
        on = [text for name, text in given.items() if name not in ("cursor", "limit")]
        query = "&".join([*on, f"limit={asked.limit or USUAL}", f"f={wanted}", f"cursor={cursor}"])
        links.append(ogc.link(request, f"{here}?{query}", "next", "下一页 next page", _TYPES[wanted]))
    return [*links, ogc.link(request, f"/collections/{collection.id}", "collection", collection.title)]


def _streamed(request: Request, meant: Question, wanted: str, made: Callable[..., Iterator[bytes]]) -> Response:
    """All features, some at a time: a connection is taken when the first ones are, and given back after the last."""

    async def limited() -> AsyncGenerator[bytes]:
        downloads, pieces = request.app.state.downloads, depends.stream(request, made)
        await downloads.acquire_on_behalf_of(pieces)
        try:
            async for piece in iterate_in_threadpool(pieces):
                yield piece
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(pieces.close)
            downloads.release_on_behalf_of(pieces)

    headers = {"Content-Crs": ogc.crs_header(meant.system), "Cache-Control": "no-store"}
    return Stream(limited(), media_type=_TYPES[wanted], headers=headers)


def _table(conn, collection: Collection, meant: Question) -> Iterator[bytes]:
    """Features as CSV with a byte order mark; no cell of it is taken for a formula."""
    yield b"\xef\xbb\xbf" + _written([statements.columns(collection, meant)])
    for rows in reading.table(conn, collection, meant):
        yield _written([_cell(cell) for cell in row] for row in rows)


def _cell(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else neutral(value)


def _written(rows: Iterable[Iterable[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


#: What GIS clients ask many times a second (:mod:`..direct`).
DIRECT = (items, item)
