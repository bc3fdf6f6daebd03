"""Pages of events for people: a department's board, a community's page, a worker's own grids, a receipt.

They are whole without a script. Browsers send no key of ours with an address: where one is needed, a script of the page asks for it, keeps
it as long as the tab lives, as the map does, and fetches the same page with it (docs/decisions/0060).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from markupsafe import Markup

from gridgeo.errors import Forbidden, GridgeoError, NotFound, Unauthenticated
from gridgeo.events.board import Item
from gridgeo.events.classes import EventClass
from gridgeo.events.model import Event
from gridgeo.events.statistics import Numbers
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GridUnit

from . import conditional, event_words, pages, problems, rooted
from .event_words import Word
from .events import Words

_STYLE = pages.STYLE + pages.asset("event.css")
_SCRIPT = pages.asset("event_key.js")

#: What these pages may do, and those of a receipt, which need no key and have no script.
POLICY, BARE = pages.policy(_STYLE, _SCRIPT, "blob:"), pages.policy(_STYLE)

#: What the OpenAPI document says of refusals.
RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "The request is at fault: to browsers a page says how, to programs the body.",
        "content": {**problems.CONTENT, "text/html": {"schema": {"type": "string"}}},
    }
}

#: What a page says that cannot be shown: the status, and what is wrong with the request.
_REFUSALS: Mapping[type[GridgeoError], tuple[int, Word]] = {
    Unauthenticated: (401, ("需要密钥", "A key is needed")),
    Forbidden: (403, ("此密钥没有这项权限", "This key may not see this")),
    NotFound: (404, ("没有找到", "Nothing is here")),
}


class Page(APIRoute):
    """A route of a page: to a browser it says itself why it cannot be shown, and asks for a key; to programs refusals are what they are."""

    def get_route_handler(self) -> Callable:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await answer(request)
            except tuple(_REFUSALS) as error:
                if not for_people(request):
                    raise
                return _refused(request, error)

        return shown


def for_people(request: Request) -> bool:
    """Return whether a browser asks, which wants a page and no problem in JSON."""
    return conditional.chosen(request, ("json", "html")) == "html"


def response(request: Request, name: str, **facts: Any) -> Response:
    """Return a page that may be kept and asked about again."""
    return conditional.send(request, _written(name, facts), conditional.HTML, Content_Security_Policy=POLICY)


def fresh(name: str, status: int = 200, **facts: Any) -> Response:
    """Return a page that nobody keeps."""
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY}
    return Response(_written(name, facts), status, headers, conditional.HTML)


def secret(name: str, status: int = 200, **facts: Any) -> Response:
    """Return a page that nobody keeps, without a script."""
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": BARE}
    return Response(_written(name, facts, script=""), status, headers, conditional.HTML)


def address(path: str, **asked: object) -> str:
    """Return the address of a page with what it is asked; what is None is left out."""
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    return rooted.at(f"{path}?{query}" if query else path)


def line(item: Item, said: Words, today: Snapshot, now: datetime, works: bool) -> dict[str, Any]:
    """Return something to be done as a list shows it; what people wrote, and the way to its pictures, to those who work on events alone."""
    of = said.classes.get(item.class_id) if item.class_id is not None else None
    done = item.closed_at or (item.handled_at if item.due_at is None and not item.paused else None)
    return {
        "item": item,
        "class": of,
        "told": item.told if works else None,
        "address": item.address if works else None,
        "state": "paused" if item.paused else str(item.state),
        "left": event_words.left(item.due_at, now),
        "done_at": done,
        "place": place(today, item.unit_id),
        "department": said.departments.get(item.department_code or ""),
        "map": on_map(item),
        "pictures": address(f"/events/{item.event_id}/pictures") if works else None,
    }


def place(today: Snapshot, unit_id: int | None) -> str:
    """Return the names of the units an event lies in, from the street down."""
    if unit_id is None or unit_id not in today.position:
        return ""
    chain = today.chain(today.units[today.position[unit_id]])
    return " · ".join(unit.name_zh for unit in chain[1:] or chain)


def on_map(item: Item | Event) -> str | None:
    """Return the address of the map at an event, None where nobody knows where it is."""
    if item.lon is None:
        return None
    return rooted.at(f"/maps/#at={item.lat:.6f},{item.lon:.6f},18&event={item.event_id}")


def above(today: Snapshot, unit: GridUnit | None) -> Sequence[GridUnit]:
    """Return the units a unit lies in, from the uppermost down."""
    return () if unit is None else today.chain(unit)[:-1]


def percent(value: float | None) -> str:
    """Return a rate as it is read."""
    return "–" if value is None else f"{value:.2f}%"


def majors(known: Mapping[int, EventClass], public: bool) -> dict[str, list[EventClass]]:
    """Return the classes by their major class, in their order; those that are public alone where that is said."""
    found: dict[str, list[EventClass]] = {}
    for of in known.values():
        if of.public or not public:
            found.setdefault(of.major, []).append(of)
    return found


def share(part: int, whole: int) -> float:
    """Return a part as a width in percent."""
    return round(100 * part / whole, 1) if whole else 0.0


def score(of: Numbers) -> str:
    """Return the satisfaction as it is read: stars of five."""
    return "–" if of.satisfaction is None else f"{of.satisfaction:.2f}"


def _refused(request: Request, error: GridgeoError) -> Response:
    status, word = next(told for kind, told in _REFUSALS.items() if isinstance(error, kind))
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY}
    headers |= {"WWW-Authenticate": 'Bearer realm="gridgeo"'} if status == 401 else {}
    return Response(_written("event_refused.html", {"word": word, "status": status}), status, headers, conditional.HTML)


def _written(name: str, facts: Mapping[str, Any], script: str = _SCRIPT) -> bytes:
    words = {"words": event_words, "link": address, "percent": percent, "score": score, "at": event_words.at, "share": share}
    return pages.render(name, _STYLE, script=Markup(script), **words, **facts)
