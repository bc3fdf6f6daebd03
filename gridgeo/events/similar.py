"""Events that may be the same: suggested while somebody reports, and to whoever accepts what was reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..codes import naming
from ..db import queries
from . import store
from .model import Event, Kind

SQL = queries.load(__package__, "similar.sql")

#: From so much likeness of two texts on (0 to 1, by their trigrams) they may be about the same, whatever their classes.
ALIKE = 0.3


@dataclass(frozen=True)
class Reach:
    """How far apart in metres and days two reports may be and still be about the same."""

    metres: float
    days: float


#: What gathers is noticed from afar and soon over; what is broken stands where it is and is reported for weeks. By grade.
REACHES = {1: Reach(300, 1), 2: Reach(200, 3), 3: Reach(100, 7), 4: Reach(50, 15)}


@dataclass(frozen=True)
class Likeness:
    """An event that may be the same, and why: `alike` is how much alike what was told is, from 0 to 1."""

    event: Event
    same_class: bool
    same_place: bool
    alike: float
    metres: float | None


@dataclass(frozen=True)
class Seen:
    """What is known of what somebody reports: degrees, EPSG:4490; `place` is a building's code or a house's."""

    told: str
    at: datetime
    kind: Kind = Kind.EVENT
    class_id: int | None = None
    grade: int = 4
    lon: float | None = None
    lat: float | None = None
    place: str | None = None
    event_id: int = 0


def similar(conn, seen: Seen, reach: Reach | None = None, limit: int = 10) -> list[Likeness]:
    """Return the events that may be the same as something seen, the likeliest first.

    They lie within the reach of its grade, or at the same house, were reported within its days, and are of the same class or told alike.
    Nothing is found of what has neither a point nor a house.
    """
    within = reach or REACHES[seen.grade]
    days = timedelta(days=within.days)
    nowhere = {"west": None, "south": None, "east": None, "north": None}
    box = nowhere if seen.lon is None else store.box(seen.lon, seen.lat, within.metres)
    asked = {
        "told": naming.masked(seen.told),  # as what is compared with it was; and a statement may be logged
        "kind": seen.kind,
        "class_id": seen.class_id,
        "place": seen.place,
        "event_id": seen.event_id,
        "alike": ALIKE,
    }
    asked |= {"lon": seen.lon, "lat": seen.lat, "metres": within.metres, "since": seen.at - days, "until": seen.at + days}
    found = SQL.again(conn, "similar", limit=limit, **asked, **box)
    events = {row[0]: store.event(row) for row in SQL.again(conn, "of_numbers", events=[event_id for event_id, *_ in found])}
    return [Likeness(events[event_id], *why) for event_id, *why in found]


def of_event(conn, event: Event, limit: int = 10) -> list[Likeness]:
    """Return the events that may be the same as one that was reported."""
    facts = {name: getattr(event, name) for name in ("told", "kind", "class_id", "grade", "lon", "lat", "place", "event_id")}
    return similar(conn, Seen(at=event.reported_at, **facts), limit=limit)
