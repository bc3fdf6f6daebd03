"""Events on maps: tiles of them and counts of every unit, among as many as there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from gridgeo.events import shown
from gridgeo.events.shown import By, Shown
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.tiles import events
from gridgeo.tiles.model import Tile, column, row

from .figures import Result, median
from .ground import say

#: What a city of 89,430 events a year reports in thirty days.
_MONTH = 7350
#: From where the city is four tiles to where a street is one.
_ZOOMS = (10, 12, 14, 16)
_TIMES = 7
#: What was taken in one by one before the many were made lies in their last hour: as many as a month has would be ten times as many.
_ASIDE = timedelta(hours=1)


def event_tiles(result: Result, conn, today: Snapshot, now: datetime, count: int, days: int) -> None:
    """Tiles of as many events as a city has in a month, and of all that are shown when nothing is said; counts of every community.

    `count` events were reported in so many `days` before `now`.
    """
    say("events: tiles")
    until = now - _ASIDE
    month = Shown(since=until - timedelta(days=days) * min(_MONTH / count, 1), until=until)
    with conn:
        usual = _ms(conn, today, Shown(), now)
        ours = _ms(conn, today, month, now)
        parent_of = today.above("community", today.lowest())
        counted = _median_ms(lambda: shown.counts(conn, today.edition.edition_id, month, By.UNIT, None, parent_of, now))
        n = sum(one.n for one in shown.counts(conn, today.edition.edition_id, Shown(), By.CLASS, now=now).values())
    for zoom in _ZOOMS:
        note = f"median; all that is open or of the last thirty days, {n:,}: {usual[zoom]:.1f} ms"
        result.add(f"tile of events, zoom {zoom}, of {_MONTH:,} reported last", ours[zoom], "ms", note=note)
    result.add(f"how many of these lie in each of {len(set(parent_of.values())):,} communities", counted, "ms", note="median")
    result.goal(f"any tile of a month's events among {count:,} within 25 ms", f"{max(ours.values()):.1f} ms", max(ours.values()) <= 25)
    result.goal("counts of every community within 100 ms", f"{counted:.1f} ms", counted <= 100)


def _ms(conn, today: Snapshot, wanted: Shown, now: datetime) -> dict[int, float]:
    """Milliseconds of the tile in the middle of the district, by zoom."""
    west, south, east, north = today.frame.total_bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    tiles = [Tile(z, column(lon, z), row(lat, z)) for z in _ZOOMS]
    return {at.z: _median_ms(partial(events.tile, conn, at, wanted, now)) for at in tiles}


def _median_ms(work: Callable[[], object]) -> float:
    return median(work, _TIMES) * 1e3
