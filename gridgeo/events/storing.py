"""What is stored of reports that were understood: events, with their reports, media, units, limits and first steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import psycopg2

from ..codes import naming
from ..db import queries
from ..errors import Conflict
from ..hierarchy import assignment as placing
from ..hierarchy import store as hierarchy
from ..hierarchy.model import GOVERNANCE, Outcome
from . import counts, limits, receipts
from .locating import Spot
from .model import Actor, Given, Stage, Taken

SQL = queries.load(__package__, "storing.sql")

#: Reports of one statement.
_BLOCK = 5000

#: So many are placed one by one; more, by statements over all of them.
_FEW = 50


@dataclass(frozen=True)
class Row:
    """A report that is understood, and has its code."""

    given: Given
    actor: Actor
    event_code: str
    class_id: int | None
    grade: int
    spot: Spot
    reported_at: datetime
    original: str | None
    secret: str | None


def put(conn, rows: Sequence[Row]) -> list[Taken]:
    """Store reports as events with all that belongs to them, and count them; raises Conflict where somebody else took the same one in."""
    if not rows:
        return []
    lying = grids(conn, [None if row.spot.lon is None else (row.spot.lon, row.spot.lat) for row in rows])
    began = dues(conn, rows, lying, [(Stage.REPORTED, None, row.reported_at) for row in rows])
    numbers: dict[str, int] = {}
    try:
        for some in _blocks(len(rows)):
            numbers |= dict(SQL.again(conn, "put", **_written(some, rows, lying, began)))
    except psycopg2.errors.UniqueViolation:
        raise Conflict("somebody else took the same event in at this moment: send it again") from None
    events = [numbers[row.event_code] for row in rows]
    counts.shift(conn, events, 1)
    tell(conn, events)
    return [Taken(event_id, row.event_code, 1, row.secret) for event_id, row in zip(events, rows, strict=True)]


def tell(conn, events: Sequence[int]) -> None:
    """Tell who listens that there are new events."""
    with conn.cursor() as cur:
        queries.prepared(cur, SQL["tell"], {"event_id": str(events[0]) if len(events) == 1 else ""})


def dues(
    conn,
    rows: Sequence[Row],
    lying: Sequence[Mapping[int, tuple[int | None, str]]],
    clocks: Sequence[tuple[Stage, datetime | None, datetime]],
) -> list[limits.Due]:
    """Return when each is due, and its stage, by the limits of the city it lies in today (:func:`grids`).

    `clocks` are the stage of each, since when it has been filed (None: it is not), and since when it is at its stage.
    """
    units = [next((unit_id for unit_id, _ in each.values()), None) for each in lying]
    city = limits.cities(conn, {unit_id for unit_id in units if unit_id is not None})
    each = zip(rows, units, clocks, strict=True)
    return limits.due_each(conn, [limits.Clock(row.class_id, row.grade, city.get(unit_id, ""), *clock) for row, unit_id, clock in each])


def _written(some: Sequence[int], rows: Sequence[Row], lying: list[dict], began: Sequence[limits.Due]) -> dict[str, str]:
    """Reports as the statement takes them: lists of JSON."""
    units = [
        {"event_code": rows[n].event_code, "edition_id": edition_id, "unit_id": unit_id, "outcome": outcome}
        for n in some
        for edition_id, (unit_id, outcome) in lying[n].items()
    ]
    media = [
        {"event_code": rows[n].event_code, "media_no": no, "digest": one.digest.hex(), "media_type": one.media_type, "bytes": one.bytes}
        for n in some
        for no, one in enumerate(rows[n].given.media, 1)
    ]
    events = [_event(rows[n]) | began[n]._asdict() for n in some]
    return {name: orjson.dumps(each).decode() for name, each in (("rows", events), ("grids", units), ("media", media))}


def _event(row: Row) -> dict[str, object]:
    given, spot = row.given, row.spot
    return {
        **{"event_code": row.event_code, "kind": given.kind, "class_id": row.class_id, "grade": row.grade, "channel": given.channel},
        **{"told": naming.masked(given.told.strip()), "located": spot.located, "address": spot.address, "place": spot.place},
        **{"lon": spot.lon, "lat": spot.lat, "happened_at": given.happened_at, "reported_at": row.reported_at},
        **{"source": given.source, "original": row.original, "receipt": row.secret and receipts.digest(row.secret).hex()},
        **{"actor": row.actor.name, "department_code": row.actor.department_code},
    }


def grids(conn, points: Sequence[Sequence[float] | None]) -> list[dict[int, tuple[int | None, str]]]:
    """Return for each point (degrees, EPSG:4490) the unit it lies in and how, by edition: the one valid now, and those planned."""
    lying: list[dict[int, tuple[int | None, str]]] = [{} for _ in points]
    known = {n: point for n, point in enumerate(points) if point is not None}
    for edition_id in placing.editions_to_come(conn, GOVERNANCE):
        found = dict(_lying(conn, edition_id, known))
        for n, units in enumerate(lying):
            units[edition_id] = found.get(n, (None, Outcome.NONE))
    return lying


def _lying(conn, edition_id: int, known: Mapping[int, Sequence[float]]) -> Iterator[tuple[int, tuple[int | None, str]]]:
    numbers, lons, lats = list(known), [lon for lon, _ in known.values()], [lat for _, lat in known.values()]
    if len(known) <= _FEW:
        for n, (outcome, unit_id, *_) in zip(numbers, hierarchy.at(conn, edition_id, lons, lats, nearest=False), strict=True):
            yield n, (unit_id, outcome)
        return
    with conn.cursor() as cur:
        placing.prepare(cur)
        cur.execute(SQL["put_points"], {"numbers": numbers, "lons": lons, "lats": lats})
        placing.lay(cur, edition_id)
        cur.execute(SQL["lying"])
        for n, unit_id, outcome in cur.fetchall():
            yield n, (unit_id, outcome)
        placing.done(cur)


def _blocks(count: int) -> Iterator[range]:
    return (range(start, min(start + _BLOCK, count)) for start in range(0, count, _BLOCK))
