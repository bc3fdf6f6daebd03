"""The change feed: what changed, by transaction, in the order of commits, and what was there at any of them."""

from __future__ import annotations

from types import SimpleNamespace

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.changes import store
from gridgeo.changes.model import ENTITIES, Bounds, Entity

from .. import answers, conditional, depends, feed, rooted
from .. import schemas_changes as told
from ..parameters import Parameter, Query, between, counted, form, limit, one_of
from ..problems import Fault, InvalidRequest
from ..streams import Stream

router = APIRouter(prefix="/changes", tags=["changes"])

_MOST, _LASTS_S = 1000, 300
_STREAMED = "text/event-stream"


_HIGHEST = 10**18 - 1
_NAMES = {"type": "string", "enum": list(ENTITIES)}
_ENTITY = Parameter("entity", f"What is asked about: {', '.join(ENTITIES)}.", str, _NAMES, example="object", place="path")
_FROM = counted("from", "Number of the first transaction; the first that can be followed when absent.", 1, _HIGHEST)
_TO = counted("to", "Number of the last transaction, itself included; the last there is when absent.", 0, _HIGHEST)
_AT = counted("at", "Number of the transaction after which everything is told as it was then; the last there is when absent.", 0, _HIGHEST)
_LIMIT = limit("So many transactions at most.", _MOST)
_ONLY = Parameter(
    "entity", "Changes of this one are told themselves; when absent, which transactions there were.", one_of(*ENTITIES), _NAMES
)
_AFTER = counted(
    "after", "Number after which to begin, where no header Last-Event-ID says it; what comes from now on when both are absent.", 0, _HIGHEST
)
_SECONDS = counted(
    "seconds",
    "The stream ends after so many seconds, and after 0 when it has told what there is; come back then.",
    0,
    3600,
    _LASTS_S,
    example=0,
)

_NONE = Query()
_TRANSACTIONS = Query(_FROM, _TO, _LIMIT, form("json", "csv"))
_EVENTS = Query(_ENTITY, _FROM, _TO, form("ndjson", "csv"))
_EXTRACT = Query(_ENTITY, _AT, form("ndjson", "csv"))
_STREAM = Query(_ONLY, _AFTER, _SECONDS)


def _lines(model: str) -> dict:
    content = {"application/x-ndjson": {"schema": {"$ref": f"#/components/schemas/{model}"}}, "text/csv": {"schema": {"type": "string"}}}
    return {200: {"content": content}}


@router.get("/model", summary="What the feed tells of", openapi_extra=_NONE.as_dict(), responses={200: {"model": told.ChangesModel}})
def model(request: Request) -> Response:
    """Each entity, what is published of it, and where to ask. Take them in in this order: what is referred to comes first."""
    _NONE(request)
    entities = [
        {
            "entity": one.name,
            "name_zh": one.name_zh,
            "fields": one.fields,
            "events": rooted.at(f"/changes/events/{one.name}"),
            "extract": rooted.at(f"/changes/extracts/{one.name}"),
        }
        for one in ENTITIES.values()
    ]
    links = [answers.link("/changes/model", "self", "model"), answers.link("/changes/latest", "related", "latest")]
    return conditional.send(request, orjson.dumps({"entities": entities, "links": links}), conditional.JSON, links=links)


@router.get("/latest", summary="The last transaction", openapi_extra=_NONE.as_dict(), responses={200: {"model": told.ChangesLatest}})
def latest(request: Request) -> Response:
    """Its number: begin a copy with the extracts at it, and go on with what changed after it."""
    _NONE(request)
    bounds = depends.read(request, store.bounds)
    links = [answers.link("/changes/latest", "self", "latest"), answers.link("/changes/model", "related", "model")]
    body = {"number": bounds.latest, "base": bounds.base, "links": links}
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=links)


@router.get(
    "/transactions",
    summary="Transactions by their numbers",
    openapi_extra=_TRANSACTIONS.as_dict(),
    responses={200: {"model": told.ChangesTransactions, "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def transactions(request: Request) -> Response:
    """What each changed how often; as a table a line for each entity and operation. Those older than a year are kept no more (410)."""
    asked = _TRANSACTIONS(request)
    first, last = _span(depends.read(request, store.bounds), asked)
    found = depends.read(request, store.transactions, first, last, asked.limit)
    if conditional.chosen(request, ("json", "csv"), asked.f) == "csv":
        return conditional.send(request, feed.transaction_table(found), conditional.MEDIA_TYPES["csv"])
    here = "/changes/transactions"
    links = [answers.link(f"{here}?from={first}&to={last}&limit={asked.limit}", "self", "transactions")]
    if found and found[-1].number < last:
        links.append(answers.link(f"{here}?from={found[-1].number + 1}&to={last}&limit={asked.limit}", "next", "more transactions"))
    body = {"numberReturned": len(found), "transactions": [vars(one) for one in found], "links": links}
    return conditional.send(request, orjson.dumps(body), conditional.JSON, links=links)


@router.get("/events/{entity}", summary="Changes of one kind of thing", openapi_extra=_EVENTS.as_dict(), responses=_lines("Change"))
async def events(request: Request) -> Response:
    """Every change of transactions `from` … `to` in order, a line each, at once: what became of which thing, and what it is then.

    A caller of a part of the city is told what is his: a thing that leaves his part is deleted, one that enters it inserted.
    Changes older than a year are kept no more (410); so it is with a part of the city from before its present edition of grids.
    """
    asked, of = _EVENTS(request), store.entity(request.path_params["entity"])
    first, last = _span(await _bounds(request), asked, of)
    wanted = conditional.chosen(request, ("ndjson", "csv"), asked.f)
    etag = conditional.tag("events", of.name, first, last, wanted, request.app.state.gate.area(request))
    chunks = _nothing() if _is_head(request) else _written(request, of, first, last, wanted)
    return conditional.unchanged(request, etag) or _streamed(chunks, wanted, etag, last)


@router.get("/extracts/{entity}", summary="Everything at a transaction", openapi_extra=_EXTRACT.as_dict(), responses=_lines("ExtractLine"))
async def extract(request: Request) -> Response:
    """Every thing as it was when a transaction had been committed, a line each, in no order: what a copy begins with."""
    asked, of = _EXTRACT(request), store.entity(request.path_params["entity"])
    bounds = await _bounds(request)
    number = bounds.latest if asked.at is None else asked.at
    _require_there(bounds, "at", number)
    feed.require(bounds, number, of)
    area, wanted = request.app.state.gate.area(request), conditional.chosen(request, ("ndjson", "csv"), asked.f)
    etag = conditional.tag("extract", of.name, number, wanted, area)
    unchanged = conditional.unchanged(request, etag)
    if unchanged is not None:
        return unchanged
    if _is_head(request):
        return _streamed(_nothing(), wanted, etag, number)
    lines = request.app.state.feed.extract(area, of, number)
    chunks = feed.state_table(of, lines) if wanted == "csv" else feed.state_lines(lines)
    first = await run_in_threadpool(next, chunks)  # what is wrong is told before an answer has begun
    return _streamed(_from(first, chunks), wanted, etag, number)


@router.get(
    "/stream",
    summary="Changes as they come",
    openapi_extra=_STREAM.as_dict(),
    responses={200: {"content": {_STREAMED: {}}}},
)
async def stream(request: Request) -> Response:
    """Server-sent events: `transaction`, or changes under the name of the entity asked for, then `reached` with the number told up to.

    Come back with Last-Event-ID, as every EventSource does by itself: nothing is missed, some of a transaction may be told again.
    """
    asked = _STREAM(request)
    of = None if asked.entity is None else ENTITIES[asked.entity]
    bounds = await _bounds(request)
    after = _last_heard(request, asked)
    if after is None:
        after = bounds.latest
    _require_there(bounds, "after", after)
    feed.require(bounds, after, of)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if _is_head(request):
        return Response(None, headers=headers, media_type=_STREAMED)
    messages = feed.messages(request, request.app.state.feed, of, after, bounds.latest, asked.seconds)
    first = await anext(messages)  # as many as can be are served already: that is told as a problem
    return Stream(_after(first, messages), media_type=_STREAMED, headers=headers)


def _nothing():
    yield from ()


def _from(first: bytes, chunks):
    yield first
    yield from chunks


async def _after(first: bytes, messages):
    yield first
    async for each in messages:
        yield each


def _is_head(request: Request) -> bool:
    """Whether only the headers are asked for: what is streamed is not begun for them."""
    return request.scope.get("head", False)


async def _bounds(request: Request) -> Bounds:
    return await run_in_threadpool(depends.read, request, store.bounds)


def _span(bounds: Bounds, asked: SimpleNamespace, of: Entity | None = None) -> tuple[int, int]:
    """The numbers asked for; raises InvalidRequest for those that were never given, Forgotten for those kept no more."""
    first, last = vars(asked)["from"], asked.to
    first = bounds.base + 1 if first is None else first
    last = bounds.latest if last is None else last
    _require_there(bounds, "from", first - 1)
    _require_there(bounds, "to", last)
    feed.require(bounds, first - 1, of)
    return first, last


def _require_there(bounds: Bounds, parameter: str, number: int) -> None:
    if number > bounds.latest:
        raise InvalidRequest([Fault(parameter, "invalid-parameter", f"is beyond the last transaction, {bounds.latest}")])


def _last_heard(request: Request, asked: SimpleNamespace) -> int | None:
    given = request.headers.get("last-event-id")
    if not given:
        return asked.after
    try:
        return between(0, _HIGHEST)(given)
    except ValueError as error:
        raise InvalidRequest([Fault("Last-Event-ID", "invalid-parameter", str(error))]) from None


async def _written(request: Request, of: Entity, first: int, last: int, wanted: str):
    if wanted == "csv":
        yield feed.header(of, "number", "operation", "key")
    async for page in feed.pages(request, of, first - 1, last):
        if wanted == "csv":
            told = ((event.number, event.operation, event.key, event.state and orjson.loads(event.state)) for event in page.events)
            yield feed.table(of, told)
        else:
            yield feed.lines(of, page.events)


def _streamed(chunks, wanted: str, etag: str, number: int) -> Stream:
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept, Accept-Encoding", "Transaction-Number": str(number)}
    return Stream(chunks, media_type=conditional.MEDIA_TYPES[wanted], headers=headers)
