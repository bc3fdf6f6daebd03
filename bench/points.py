"""Points to micro-grids: many at once, one at a time, and how the cost grows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gridgeo.geo.lattice import Hit
from gridgeo.hierarchy.locate import Snapshot

from . import peers
from .figures import Result, fastest, in_turn, one_core
from .ground import Ground, Loaded, say

_MANY, _MANY_QUICK = 1_600_000, 100_000


def bulk(ground: Ground, quick: bool) -> Result:
    """1.6 million points, on one core, against the common ways."""
    loaded, n = ground.loaded("baoan"), _MANY_QUICK if quick else _MANY
    lon, lat = loaded.points(n)
    areas, times = loaded.snapshot.geometry[loaded.leaves], 1 if quick else 3
    result = Result("bulk", f"{n:,} points to {len(areas):,} micro-grids, one core")
    with one_core():
        say("bulk: gridgeo")
        ours, places = fastest(lambda: loaded.snapshot.at_many(lon, lat, nearest=False), times)
        result.add("gridgeo, from memory", ours, "s", note=_rate(n, ours))
        contest = _Contest(result, ours, places.hit == Hit.INSIDE, np.searchsorted(loaded.leaves, places.unit))
        sjoin = contest.against("geopandas.sjoin", peers.sjoin(areas, lon, lat), times)
        contest.against("shapely: STRtree, then prepared", peers.boxes_then_prepared(areas, lon, lat), times)
        result.add("building gridgeo's index, once an edition", fastest(lambda: _rebuilt(loaded.snapshot), 1)[0], "s")
    try:
        with peers.duckdb(areas, lon, lat) as with_threads:
            for threads in (1, 2):
                contest.against(f"DuckDB spatial, threads: {threads}", with_threads(threads), times)
    except peers.Unavailable as error:
        result.add("DuckDB spatial", None, "s", note=f"not available: {error}")
    with peers.postgis(loaded, areas, lon, lat) as (planned, read):
        for parallel in (False,) if quick else (False, True):
            what = "PostGIS join, points indexed" + (", parallel plans allowed" if parallel else "")
            contest.against(what, planned(parallel), 1, read)
    result.goal("at least 5 times geopandas.sjoin", f"{sjoin:.1f} times", sjoin >= 5)
    return result


def single(ground: Ground, quick: bool) -> Result:
    """One point at a time, in process."""
    loaded, n = ground.loaded("baoan"), 20_000 if quick else 200_000
    lon, lat = loaded.points(n)
    areas = loaded.snapshot.geometry[loaded.leaves]
    result = Result("single", f"one point among {len(areas):,} micro-grids, in process")
    with one_core():
        say("single: gridgeo")
        ours = _each(loaded.snapshot.at, lon, lat)
        _percentiles(result, "gridgeo", ours, note="the whole chain and how the point lies")
        say("single: shapely")
        tree = _each(peers.prepared_tree(areas), lon[:20_000], lat[:20_000])
        _percentiles(result, "shapely: STRtree, then prepared", tree, ours, "the micro-grid alone")
    with peers.psycopg(loaded) as at:
        say("single: psycopg2")
        asked = _each(at, lon[:5_000], lat[:5_000])
    _percentiles(result, "psycopg2, prepared statement", asked, ours, "the micro-grid alone")
    median = float(np.median(ours))
    result.goal("at most 2 µs, median", f"{median:.2f} µs", median <= 2)
    return result


def growth(ground: Ground, quick: bool) -> Result:
    """Ten times the points, four times the grids: the cost follows the points, and hardly the grids."""
    many, times = (_MANY_QUICK, 3) if quick else (_MANY, 10)
    result = Result("growth", "how the cost of points in bulk grows, one core")
    districts = [ground.loaded(profile) for profile in ("baoan", "city")]
    small, large = (len(loaded.leaves) for loaded in districts)
    works = {(len(loaded.leaves), n): _bulk(loaded, n) for loaded in districts for n in (many // 10, many)}
    with one_core():
        say("growth: gridgeo, in turn")
        seconds = in_turn(works, times)
    for (grids, n), taken in seconds.items():
        result.add(f"{n:,} points, {grids:,} micro-grids", taken, "s", note=_rate(n, taken))
    by_points, by_grids = seconds[small, many] / seconds[small, many // 10], seconds[large, many] / seconds[small, many]
    result.goal("ten times the points cost about ten times (at most fifteen)", f"{by_points:.1f} times", by_points <= 15)
    grids, most = large / small, (large / small) ** 0.5
    goal = f"{grids:.1f} times the grids cost at most the root of it ({most:.1f} times; looking at every grid would be {grids:.1f})"
    result.goal(goal, f"{by_grids:.1f} times", by_grids <= most)
    return result


@dataclass(frozen=True)
class _Contest:
    """Ours against others over the same points: `units` are places among the areas, true where `inside`."""

    result: Result
    ours: float
    inside: np.ndarray
    units: np.ndarray

    def against(self, what: str, work: Callable, times: int, read: Callable = lambda found: found) -> float:
        """Run a peer, compare its answers with ours, and return how many times as long it took.

        `read` makes of what the work returned an area for each point; its time does not count.
        """
        say(f"bulk: {what}")
        seconds, found = fastest(work, times)
        found = read(found)
        differ = int((found[self.inside] != self.units[self.inside]).sum())
        agrees = f"{differ:,} other answers" if differ else "the same answers"
        self.result.add(what, seconds, "s", seconds / self.ours, f"{_rate(len(found), seconds)}; {agrees}")
        return seconds / self.ours


def _bulk(loaded: Loaded, n: int) -> Callable[[], object]:
    lon, lat = loaded.points(n)
    return lambda: loaded.snapshot.at_many(lon, lat, nearest=False)


def _percentiles(result: Result, what: str, times: np.ndarray, ours: np.ndarray | None = None, note: str = "") -> None:
    for name, percent in (("median", 50), ("99 %", 99)):
        value = float(np.percentile(times, percent))
        ratio = None if ours is None else value / float(np.percentile(ours, percent))
        result.add(f"{what}, {name}", value, "µs", ratio, note)


def _each(at: Callable[[float, float], object], lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Microseconds of each call; what taking the time costs itself is taken off."""
    pairs = list(zip(lon.tolist(), lat.tolist(), strict=True))
    for x, y in pairs:  # as in a process that has served a while
        at(x, y)
    taken = _timed(lambda pair: at(*pair), pairs)
    return np.maximum(taken - np.median(_timed(lambda pair: None, pairs[:10_000])), 0) / 1000


def _timed(call: Callable, arguments: list) -> np.ndarray:
    clock, taken = time.perf_counter_ns, np.empty(len(arguments), np.int64)
    for i, argument in enumerate(arguments):
        start = clock()
        call(argument)
        taken[i] = clock() - start
    return taken


def _rebuilt(snapshot: Snapshot) -> Snapshot:
    return Snapshot(snapshot.scheme, snapshot.edition, snapshot.frame)


def _rate(n: int, seconds: float) -> str:
    return f"{n / seconds / 1e6:.2f} M points/s"
