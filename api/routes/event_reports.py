"""Reports of events: sent in once however often they are sent, what they may be the same as, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gridgeo.access import store as access
from gridgeo.codes import naming
from gridgeo.errors import Conflict, DatabaseUnavailable, EnvironmentIncomplete, InvalidInput, Unfit
from gridgeo.events import faults, intake, similar, store
from gridgeo.events.model import Given, Kind, Once, Taken
from gridgeo.events.numbering import NOBODY
from gridgeo.events.similar import Seen
from gridgeo.linkage import reporters

from .. import answers, conditional, depends, event_bodies, events, pools, room, rooted
from .. import schemas_events as said
from ..parameters import Parameter, Query
from ..problems import Fault, InvalidRequest, UnfitReport
from ..receipts import followed

router = APIRouter(prefix="/events", tags=["events"], route_class=room.Recorded)

_NO_STORE = {"Cache-Control": "no-store"}
_KEY = Parameter(
    "Idempotency-Key",
    "A key of the sender's own for this report: sent again with it, the same is answered and nothing is done.",
    str,
    {"type": "string", "minLength": 1, "maxLength": 255},
    required=True,
    example="8e03978e-40d5-43e8-bc93-6894a57f9324",
    place="header",
)
_REPORT, _NONE = Query(_KEY), Query()
_LOCATION = {"Location": {"description": "Of the event.", "schema": {"type": "string"}}}
_BODY = event_bodies.described(
    event_bodies.REPORT,
    "One report. Where it is, is said by lon and lat, an address, a place or a unit.",
    {"channel": "inspector", "told": "路灯不亮", "lon": 113.005, "lat": 22.895},
)
_SEEN = event_bodies.described(event_bodies.SEEN, "What is about to be reported.", {"told": "路灯不亮", "lon": 113.005, "lat": 22.895})
_RECEIPT = event_bodies.described(
    event_bodies.RECEIPT,
    "The secret of a receipt; with action rate (and stars) or reopen (and reason) that is done.",
    {"secret": "A" * 32},
)


@router.post(
    "",
    summary="Report an event",
    status_code=201,
    openapi_extra={**_REPORT.as_dict(), "requestBody": _BODY},
    responses={201: {"model": said.Taken, "headers": _LOCATION}, 200: {"model": said.Taken, "description": "Its source sent it before."}},
)
async def report(request: Request) -> Response:
    """One event or request. The secret of the receipt is told in this answer, and again only to the same request."""
    _REPORT(request)
    given, digest = await event_bodies.received(request, event_bodies.REPORT)
    once = event_bodies.once(request, depends.principal(request).actor, digest)
    taken = await reported(request, given, once)
    links = [answers.link(f"/events/{taken.event_id}", "item", taken.event_code)]
    body = {"event_id": taken.event_id, "event_code": taken.event_code, "receipt": taken.secret, "links": links}
    known = taken.known and taken.secret is None and given.get("receipt", True)
    headers = {**_NO_STORE, "Location": rooted.at(f"/events/{taken.event_id}")}
    return Response(orjson.dumps(body), 200 if known else 201, headers, conditional.JSON)


#: Asked many times a second.
DIRECT = (report,)


@router.post(
    "/similar",
    summary="What it may be the same as",
    openapi_extra={**_NONE.as_dict(), "requestBody": _SEEN},
    responses={200: {"model": said.Similar}},
)
async def alike(request: Request) -> Response:
    """Events that may be the same as one that is about to be reported, the likeliest first; of public classes, facts alone.

    Those who work on events are told of all, and what people wrote.
    """
    _NONE(request)
    whole = events.works(request)
    given, _ = await event_bodies.received(request, event_bodies.SEEN)
    if ("lon" in given) != ("lat" in given):
        raise InvalidRequest([Fault("/lon", "invalid-member", "lon and lat are given together", True)])
    if not faults.is_text(given["told"], faults.LONGEST):
        raise InvalidRequest([Fault("/told", "invalid-member", "holds signs that are no text", True)])
    seen = Seen(**{**given, "kind": Kind(given.get("kind", Kind.EVENT)), "at": datetime.now(UTC)})
    found, words = await run_in_threadpool(
        depends.read, request, lambda conn: (_told_of(conn, similar.similar(conn, seen), whole), events.words(conn))
    )
    rows = [events.likeness(one, words, whole) for one in found]
    return Response(orjson.dumps({"numberReturned": len(rows), "similar": rows}), 200, _NO_STORE, conditional.JSON)


@router.post(
    "/receipts",
    summary="What became of a report",
    openapi_extra={**_NONE.as_dict(), "requestBody": _RECEIPT},
    responses={200: {"model": said.Receipt}},
)
async def receipt(request: Request) -> Response:
    """Where the event of a receipt stands; rated (once a closing) or opened again (within 15 days) by whoever has its secret."""
    _NONE(request)
    given, _ = await event_bodies.received(request, event_bodies.RECEIPT)
    if given.get("action", "rate") not in ("rate", "reopen"):
        raise InvalidRequest([Fault("/action", "invalid-member", "is not rate or reopen", True)])
    found, may, words = await run_in_threadpool(depends.write, request, followed, given)
    body = {**events.told(found, words, False), "actions": events.actions(may)}
    return Response(orjson.dumps(body), 200, _NO_STORE, conditional.JSON)


class Posted(NamedTuple):
    """A report as it was sent, by whom, and who reported."""

    request: Request
    sent: intake.Sent
    reporter: tuple[str, str] | None


async def reported(request: Request, given: dict[str, Any], once: Once | None) -> Taken:
    """Take a report in, and return what became of it; raises UnfitReport, InvalidRequest, KeyReused."""
    posted = Posted(request, intake.Sent(event_bodies.report(given), events.actor(request), once), given.get("reporter"))
    try:
        return await request.app.state.reports.done(posted, (once.owner, once.key) if once else object())
    except Unfit as error:
        raise UnfitReport([Fault(f"/{issue.field}", issue.code, issue.message, True) for issue in error.issues]) from None
    except InvalidInput as error:
        raise InvalidRequest([Fault(f"/{error.field}", "invalid-member", error.rule, True)]) from None


def take_in(posted: Sequence[Posted]) -> list[Taken | Exception]:
    """Take reports in, whoever sent them, in one transaction; in one for each where that fails. Blocks."""
    try:
        return depends.write_city(posted[0].request, _take, posted)
    except DatabaseUnavailable as error:
        return [error] * len(posted)
    except Exception as error:  # whatever it is, it is of one of them
        return [error] if len(posted) == 1 else [became for one in posted for became in take_in([one])]


def _take(conn, posted: Sequence[Posted]) -> list[Taken | Exception]:
    """The events, and in the same transaction who reported them, in the locked room."""
    request = posted[0].request
    settings = depends.settings(request)
    how = {"lexicon": depends.base(request), "default_area": settings.default_area, "organisation": settings.organisation or NOBODY}
    taken = intake.take_in_each(conn, [one.sent for one in posted], **how)
    for one, became in zip(posted, taken, strict=True):
        if isinstance(became, Taken) and not became.known:
            _lock_away(conn, request, became, one.sent.given, one.reporter)
    return taken


def _lock_away(conn, request: Request, taken: Taken, reported: Given, reporter: tuple[str, str] | None) -> None:
    """Keep who reported, and the words in which somebody was named."""
    words = [text for text in (reported.told, reported.address) if text and naming.names_somebody(text)]
    if reporter is None and not words:
        return
    with access.regardless(conn), access.acting_as(conn, pools.LINKAGE, pools.WRITER):
        try:
            vault = room.vault(request, conn)
        except (Conflict, EnvironmentIncomplete):
            if reporter is not None:
                raise
            return
        if reporter is not None:
            reporters.keep(conn, vault, taken.event_id, 1, *reporter)
        if words:
            whole = "\n".join(text for text in (reported.told, reported.address) if text)
            reporters.keep_text(conn, vault, taken.event_id, 1, whole)


def _told_of(conn, found: list[similar.Likeness], whole: bool) -> list[similar.Likeness]:
    return [one for one in found if whole or store.is_public(conn, one.event)]
