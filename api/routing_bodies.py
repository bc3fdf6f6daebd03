"""Bodies of questions about routing: the facts of an event that is there, or that might be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NoReturn

from starlette.requests import Request

from gridgeo.errors import NotFound
from gridgeo.events import classes
from gridgeo.events import store as events
from gridgeo.events.model import Kind
from gridgeo.events.routing import store
from gridgeo.events.routing.model import Facts
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GOVERNANCE, GridUnit
from gridgeo.worktime import store as calendars

from . import bodies, depends
from .parameters import moment
from .problems import Fault, InvalidRequest

#: What may be said: an event, or what is known of one.
MEMBERS = ("event", "class", "kind", "grade", "channel", "unit", "lon", "lat", "at", "set")

EXPLAIN = bodies.described(
    "An event by its number or code; or facts, to see where such an event would go.",
    {
        "type": "object",
        "properties": {
            "event": {"type": ["string", "integer"], "description": "Number or code of an event; nothing of the others then."},
            "class": {"type": "string", "description": "Full path of its class."},
            "kind": {"type": "string", "enum": list(Kind), "description": "That of the class when absent."},
            "grade": {"type": "integer", "minimum": 1, "maximum": 4, "description": "That of the class when absent."},
            "channel": {"type": "string"},
            "unit": {"type": "string", "description": "Code of a unit of any level."},
            "lon": {"type": "number"},
            "lat": {"type": "number"},
            "at": {"type": "string", "description": "Moment it is routed at; now when absent, of an event that of its filing."},
            "set": {"type": "integer", "description": "Rules to go by instead of those in force."},
        },
    },
    {"class": "突发事件/燃气与火灾/燃气泄漏", "grade": 1, "unit": "440306"},
)


async def members(request: Request, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the members of a body; raises InvalidRequest, BodyTooLarge, TooSlow, UnsupportedMediaType."""
    received = await bodies.received(request, "members")
    return bodies.members(received, request.headers.get("content-type", ""), required, optional)


def edition(request: Request) -> Snapshot | None:
    """Return the edition of governance valid now; None where none is."""
    try:
        return depends.live(request).now(GOVERNANCE)
    except NotFound:
        return None


def when(given: dict[str, Any]) -> datetime | None:
    """Return the moment a body asks about; raises InvalidRequest."""
    if given.get("at") is None:
        return None
    try:
        return moment(given["at"]) if isinstance(given["at"], str) else _refuse("at", "is no text")
    except ValueError as error:
        _refuse("at", str(error))


def numbered(given: dict[str, Any], name: str, most: int, usual: int | None = None) -> int | None:
    """Return the whole number of a member from 1 on; raises InvalidRequest."""
    value = given.get(name)
    if value is None:
        return usual
    if type(value) is not int or not 1 <= value <= most:
        _refuse(name, f"is no whole number from 1 to {most}")
    return value


def facts(conn, given: dict[str, Any], today: Snapshot | None) -> Facts:
    """Return what is said of an event; raises InvalidRequest, and NotFound for one that the caller does not see."""
    if given.get("event") is not None:
        return _of_event(conn, given)
    at = when(given) or datetime.now(UTC)
    path = given.get("class")
    known = next((one for one in classes.known(conn).values() if one.path == path), None)
    if path is not None and known is None:
        _refuse("class", "is the path of no class: see /events/classes")
    kind = given.get("kind") or (known.kind if known else Kind.EVENT)
    if kind not in list(Kind):
        _refuse("kind", f"is none of {', '.join(Kind)}")
    grade = numbered(given, "grade", 4, known.grade if known else 4)
    channel = given.get("channel") or ""
    if not isinstance(channel, str) or len(channel) > 32:
        _refuse("channel", "is no name of a channel")
    return Facts(path, Kind(kind), grade, channel, _areas(given, today), at, store.works(calendars.find(conn), at))


def _of_event(conn, given: dict[str, Any]) -> Facts:
    if set(given) - {"event", "at", "set"}:
        _refuse("event", "goes with at and set alone: what else is to be known of it is known")
    ref = given["event"]
    if type(ref) is not int and not (isinstance(ref, str) and ref.isascii() and len(ref) <= 32):
        _refuse("event", "is no number or code of an event")
    found = events.find(conn, ref)
    return store.facts_of(conn, [found.event_id], when(given))[found.event_id]


def _areas(given: dict[str, Any], today: Snapshot | None) -> tuple[str, ...]:
    """The units a place lies in, that is named or is at a point; the nearest first."""
    unit, lon, lat = given.get("unit"), given.get("lon"), given.get("lat")
    if unit is None and lon is None and lat is None:
        return ()
    if unit is not None and (lon is not None or lat is not None):
        _refuse("unit", "goes without lon and lat: say one of the two")
    if today is None:
        _refuse("unit", "no edition of governance is valid now")
    chain = _at(lon, lat, today) if unit is None else _named(unit, today)
    return tuple(each.key for each in reversed(chain))


def _named(ref: Any, today: Snapshot) -> tuple[GridUnit, ...]:
    try:
        return today.chain(today.unit(ref if isinstance(ref, str) else ""))
    except NotFound:
        _refuse("unit", "is the code of no unit of today's edition")


def _at(lon: Any, lat: Any, today: Snapshot) -> tuple[GridUnit, ...]:
    if not all(type(value) in (int, float) for value in (lon, lat)) or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        _refuse("lon", "goes with lat: degrees, EPSG:4490")
    return today.at(lon, lat).chain


def _refuse(name: str, detail: str) -> NoReturn:
    raise InvalidRequest([Fault(f"/{name}", "invalid-member", detail, in_body=True)])
