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
#: From where a tile holds the district to where a street is one; up to the third what is closed is added up beforehand.
_ZOOMS = (10, 11, 12, 13, 14, 16)
_TIMES = 7
#: What was taken in one by one before the many were made lies in their last hour: as many as a month has would be ten times as many.
_ASIDE = timedelta(hours=1)


def event_tiles(result: Result, conn, today: Snapshot, now: datetime, count: int, days: int) -> None:
    """Tiles of all that is shown when nothing is said, which maps ask for first; the same of one class; of as many events as a city of a
    million has in a month. Counts of every community, of the same.

    `count` events were reported in so many `days` before `now`.
    """
    say("events: tiles")
    until = now - _ASIDE
    month = Shown(since=until - timedelta(days=days) * min(_MONTH / count, 1), until=until)
    parent_of = today.above("community", today.lowest())
    with conn:
        kinds = shown.counts(conn, today.edition.edition_id, Shown(), By.CLASS, now=now)
        one = Shown(classes=(max(kinds, key=lambda of: kinds[of].n),))
        usual, of_class, ours = (_ms(conn, today, wanted, now) for wanted in (Shown(), one, month))
        counted = [_counted_ms(conn, today, wanted, parent_of, now) for wanted in (Shown(), month)]
    total, standing = sum(of.n for of in kinds.values()), sum(of.n - of.closed for of in kinds.values())
    for zoom in _ZOOMS:
        note = f"median; of one class {of_class[zoom]:.1f} ms, of {_MONTH:,} reported last {ours[zoom]:.1f} ms"
        result.add(f"tile of events, zoom {zoom}, all that is open or of the last thirty days", usual[zoom], "ms", note=note)
    result.add(f"how many of these lie in each of {len(set(parent_of.values())):,} communities", counted[0], "ms", note="median")
    result.add(f"the same of {_MONTH:,} reported last", counted[1], "ms", note="median")
    told = f"any tile of {total:,} events shown ({standing:,} of them open) among {count:,} within 25 ms"
    result.goal(told, f"{max(usual.values()):.1f} ms", max(usual.values()) <= 25)
    result.goal("counts of every community within 100 ms", f"{counted[0]:.1f} ms", counted[0] <= 100)


def _counted_ms(conn, today: Snapshot, wanted: Shown, parent_of: dict[int, int], now: datetime) -> float:
    return _median_ms(lambda: shown.counts(conn, today.edition.edition_id, wanted, By.UNIT, None, parent_of, now))


def _ms(conn, today: Snapshot, wanted: Shown, now: datetime) -> dict[int, float]:
    """Milliseconds of the tile in the middle of the district, by zoom."""
    west, south, east, north = today.frame.total_bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    tiles = [Tile(z, column(lon, z), row(lat, z)) for z in _ZOOMS]
    return {at.z: _median_ms(partial(events.tile, conn, at, wanted, now)) for at in tiles}


def _median_ms(work: Callable[[], object]) -> float:
    return median(work, _TIMES) * 1e3
