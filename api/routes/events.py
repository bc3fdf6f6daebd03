"""Events and requests: lists of them, those nearby, one, what was done to it, and what departments have to do about it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gridgeo.events import acting, similar, store
from gridgeo.events.media import store as media
from gridgeo.events.model import Where

from .. import answers, conditional, cursors, depends, events, objects
from .. import schemas_events as said
from ..areas import BBOX
from ..parameters import Parameter, Query, form, limit, number
from ..problems import Fault, InvalidRequest

router = APIRouter(prefix="/events", tags=["events"])

_MOST, _FARTHEST_M = 1000, 5000


def _metres(text: str) -> float:
    if not 0 < number(text) <= _FARTHEST_M:
        raise ValueError(f"is no number of metres up to {_FARTHEST_M}")
    return number(text)


def _degrees(name: str, most: float, example: float) -> Parameter:
    def read(text: str) -> float:
        if abs(number(text)) > most:
            raise ValueError(f"is not from -{most} to {most}")
        return number(text)

    schema = {"type": "number", "minimum": -most, "maximum": most}
    return Parameter(name, "Degrees, EPSG:4490.", read, schema, required=True, example=example)


_LIMIT = limit("So many at most.", _MOST)
_METRES = Parameter("metres", "How far at most.", _metres, {"type": "number", "maximum": _FARTHEST_M, "default": 200}, 200.0)
_LIST = Query(*events.FILTERS, BBOX, _LIMIT, cursors.KEYED, form("json", "geojson"))
_NEARBY = Query(
    *(_degrees("lon", 180, 113.005), _degrees("lat", 90, 22.895), _METRES, events.STAGE, events.CLASS, events.SINCE, _LIMIT),
    form("json", "geojson"),
)
_FEATURES, _FEATURE = (
    {conditional.GEOJSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}} for name in ("FeatureCollection", "Feature")
)
_OF_ONE = Query(events.REF)
_ONE = Query(events.REF, form("json", "geojson"))


@router.get("", summary="Events", openapi_extra=_LIST.as_dict(), responses={200: {"model": said.Events, "content": _FEATURES}})
def listed(request: Request) -> Response:
    """Events, the newest report first, a page at a time. Callers without a duty are told facts, and only of classes that are public."""
    asked = _LIST(request)
    today = objects.edition(request)
    meant = events.where(request, today, asked, datetime.now(UTC))
    bound = tuple(sorted((name, text) for name, text in request.query_params.items() if name not in ("cursor", "limit", "f")))
    after = None if asked.cursor is None else _after(asked.cursor, bound)
    found, words = depends.read(request, lambda conn: (store.listed(conn, meant, after, asked.limit + 1), events.words(conn)))
    page, more = found[: asked.limit], len(found) > asked.limit
    links = [answers.link(_here(bound), "self", "events")]
    if more:
        cursor = cursors.sealed((page[-1].reported_at.isoformat(), str(page[-1].event_id)), *bound)
        links.append(answers.link(_here(bound, limit=asked.limit, cursor=cursor, **_form(asked)), "next", "more events"))
    bodies = [events.told(one, words, events.works(request), today) for one in page]
    return _sent(request, asked, bodies, links)


@router.get(
    "/nearby", summary="Events nearby", openapi_extra=_NEARBY.as_dict(), responses={200: {"model": said.NearbyEvents, "content": _FEATURES}}
)
def nearby(request: Request) -> Response:
    """Events about a point, the nearest first, with the metres to it."""
    asked = _NEARBY(request)
    today = objects.edition(request)
    meant = Where(stages=asked.stage, classes=getattr(asked, "class"), since=asked.since, public=not events.works(request))
    found, words = depends.read(
        request, lambda conn: (store.nearby(conn, asked.lon, asked.lat, asked.metres, meant, asked.limit), events.words(conn))
    )
    bodies = [{**events.told(one.event, words, events.works(request), today), "metres": round(one.metres, 1)} for one in found]
    return _sent(request, asked, bodies, [answers.link("/events/nearby", "self", "events nearby")])


@router.get("/{ref}", summary="One event", openapi_extra=_ONE.as_dict(), responses={200: {"model": said.EventTold, "content": _FEATURE}})
def one(request: Request) -> Response:
    """An event as it is, and what the caller may do to it. Its ETag is its version: acting on it says which one is known."""
    asked = _ONE(request)
    today = objects.edition(request)

    def work(conn):
        found = events.find(conn, request)
        may = acting.legal(conn, found, events.actor(request)) if events.works(request) else ()
        return found, may, media.listed(conn, found.event_id) if events.works(request) else (), events.words(conn)

    found, may, held, words = depends.read(request, work)
    here = f"/events/{found.event_id}"
    names = [("", "self"), ("/timeline", "version-history"), ("/tasks", "related")]
    more = {"media": [events.medium(found.event_id, each) for each in held]} if events.works(request) else {}
    links = [answers.link(f"{here}{rest}", rel, rest.strip("/") or "event") for rest, rel in names]
    body = {**events.told(found, words, events.works(request), today), **more, "actions": events.actions(may), "links": links}
    tag = events.tag(found, held, events.less(request))
    if conditional.chosen(request, ("json", "geojson"), asked.f) == "geojson":
        return conditional.send(request, events.dumps(events.feature(body)), conditional.GEOJSON, tag, links=links)
    return conditional.send(request, events.dumps(body), conditional.JSON, tag, links=links)


@router.get("/{ref}/timeline", summary="What was done", openapi_extra=_OF_ONE.as_dict(), responses={200: {"model": said.Timeline}})
def timeline(request: Request) -> Response:
    """Every step with its moment and what it changed; who did it, and why, to those who work on events."""
    _OF_ONE(request)
    found, steps, words = depends.read(request, _with(lambda conn, found: store.timeline(conn, found.event_id)), request)
    return _of(request, found, "timeline", "steps", [events.step(each, words, events.works(request)) for each in steps])


@router.get("/{ref}/tasks", summary="What departments have to do", openapi_extra=_OF_ONE.as_dict(), responses={200: {"model": said.Tasks}})
def tasks(request: Request) -> Response:
    """A task for each department that was sent it, also those that are over."""
    _OF_ONE(request)
    found, listed_, words = depends.read(request, _with(lambda conn, found: store.tasks(conn, found.event_id)), request)
    return _of(request, found, "tasks", "tasks", [events.task(each, words, events.works(request)) for each in listed_])


@router.get("/{ref}/reports", summary="Who sent it in", openapi_extra=_OF_ONE.as_dict(), responses={200: {"model": said.Reports}})
def reports(request: Request) -> Response:
    """Its report, and those of the events that were merged into it: none is lost."""
    _OF_ONE(request)
    found, listed_, _ = depends.read(request, _with(lambda conn, found: store.reports(conn, found.event_id)), request)
    return _of(request, found, "reports", "reports", [events.report(each) for each in listed_])


@router.get(
    "/{ref}/similar", summary="Events that may be the same", openapi_extra=_OF_ONE.as_dict(), responses={200: {"model": said.Similar}}
)
def alike(request: Request) -> Response:
    """Those that may be merged with it: of the same class or told alike, about the place or at the same house, at that time."""
    _OF_ONE(request)
    found, likely, words = depends.read(request, _with(similar.of_event), request)
    return _of(request, found, "similar", "similar", [events.likeness(each, words, True) for each in likely])


def _with(work):
    """Work on the event of the path, with it and the words for it."""

    def of_one(conn, request: Request):
        found = events.find(conn, request)
        return found, work(conn, found), events.words(conn)

    return of_one


def _of(request: Request, found, rest: str, name: str, rows: list) -> Response:
    here = f"/events/{found.event_id}"
    links = [answers.link(f"{here}/{rest}", "self", rest), answers.link(here, "up", found.event_code)]
    body = {"event_id": found.event_id, "event_code": found.event_code, "numberReturned": len(rows), name: rows, "links": links}
    return conditional.send(request, events.dumps(body), conditional.JSON, links=links)


def _sent(request: Request, asked: SimpleNamespace, bodies: list, links: list) -> Response:
    if conditional.chosen(request, ("json", "geojson"), asked.f) == "geojson":
        features = [events.feature(body) for body in bodies]
        body = {"type": "FeatureCollection", "numberReturned": len(features), "features": features, "links": links}
        return conditional.send(request, events.dumps(body), conditional.GEOJSON, links=links)
    body = {"numberReturned": len(bodies), "events": bodies, "links": links}
    return conditional.send(request, events.dumps(body), conditional.JSON, links=links)


def _after(cursor: str, bound: tuple) -> tuple[datetime, int]:
    try:
        reported_at, event_id = cursors.opened(cursor, 2, *bound)
        return datetime.fromisoformat(reported_at), int(event_id)
    except (ValueError, TypeError):
        rule = "is no cursor of this list with these filters: take the link next of the page before as it is"
        raise InvalidRequest([Fault("cursor", "invalid-parameter", rule)]) from None


def _form(asked: SimpleNamespace) -> dict[str, str]:
    return {"f": asked.f} if asked.f else {}


def _here(bound: tuple[tuple[str, str], ...], **more: object) -> str:
    query = urlencode([*bound, *more.items()])
    return f"/events?{query}" if query else "/events"
