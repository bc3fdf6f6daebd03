"""The planner's page with all managed objects on it: first map, when it answers, panning among circles and among single things."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser

from gridgeo.bootstrap import browser as programs
from gridgeo.db import connection
from gridgeo.errors import EnvironmentIncomplete
from gridgeo.ingest import objects as loads
from gridgeo.objects import categories
from gridgeo.sample import objects as invented
from gridgeo.tiles import cells, grids

from . import browser
from .figures import Result
from .ground import SEED, Ground, Loaded, held, say
from .serving import served

_OBJECTS, _OBJECTS_QUICK = 1_600_000, 160_000
_AREA_M = 12_000
_DRAGS = 8
#: Where the page is panned: among circles, and among single things with and without signs.
_VIEWS = {
    "circles (zoom 13)": 13,
    "circles (zoom 15.5)": 15.5,
    "single things (zoom 17.25)": 17.25,
    "single things with signs (zoom 18.5)": 18.5,
}

_AT_REST = "() => { const { layer } = gridgeo.shown.things; return layer._made && !layer._due && !layer._waiting; }"
_SELECT = "gridgeo.shown.store.change({{ area: gridgeo.area.parse('c,{lon},{lat},{metres}') }})"


def furnished(ground: Ground, quick: bool) -> Result:
    """Open the page over a district with all its objects, kept tiles and none, and pan it."""
    count, visits = (_OBJECTS_QUICK, 1) if quick else (_OBJECTS, 3)
    result = Result("furnished", f"the map of {count:,} managed objects in Chromium, the best of {visits} visits")
    try:
        program = programs.find(ground.settings.chromium)
    except EnvironmentIncomplete as error:
        result.add("the page with objects", None, "ms", note=f"not available: {error}")
        return result
    loaded = _filled(ground, count)
    with served(ground, loaded) as api, browser.started(program) as chromium:
        address = f"{api.geturl()}/maps/"
        say("furnished: opening")
        _open(result, chromium, address, visits)
        for what, zoom in _VIEWS.items():
            say(f"furnished: panning, {what}")
            _pan(result, chromium, f"{address}#at={_place(loaded)},{zoom}", what, visits)
        say("furnished: an area")
        _area(result, chromium, address, loaded, visits)
    return result


def _filled(ground: Ground, count: int) -> Loaded:
    """A database with the district and the sample's objects, as a user loads them, ready for tiles."""
    say(f"furnished: {count:,} objects")
    url, frame = ground.database("furnished"), ground.frame("baoan")
    with tempfile.TemporaryDirectory(prefix="gridgeo-bench-") as folder, closing(connection.connect(url)) as conn:
        files = invented.write(invented.make("baoan", SEED, count, units=frame), Path(folder))
        with conn:
            edition = ground.active(conn)
            categories.activate(conn, categories.stage(conn, invented.categories(), "sample", "sample"))
        with conn:
            loads.commit(conn, loads.plan(conn, [file for file in files if file.stem == "objects"], datum="cgcs2000", storing=True))
        with conn:
            cells.drain(conn)
            grids.prepare(conn, edition.edition_id)
        snapshot = held(conn, edition)
    return Loaded("furnished", url, snapshot)


def _place(loaded: Loaded) -> str:
    """A place among many objects, as the page's address says it: latitude first."""
    lon, lat = loaded.points(1)
    return f"{lat[0]:.6f},{lon[0]:.6f}"


def _open(result: Result, chromium: Browser, address: str, visits: int) -> None:
    firsts, answering, full, sizes = [], [], [], {}
    for _ in range(visits):
        with browser.opened(chromium, address) as visit:
            visit.page.wait_for_function(_AT_REST)
            full.append(visit.page.evaluate("performance.now()"))
            firsts.append(visit.first_map_ms())
            answering.append(visit.interactive_ms())
            sizes = visit.sizes()
    tiles = sum(size for name, size in sizes.items() if "/tiles/" in name) / 1000
    result.add("first map", min(firsts), "ms", note="grids; objects follow")
    result.add("until it answers", min(answering), "ms", note="the end of the last task of 50 ms or more")
    result.add("until all objects in view are there", min(full), "ms", note="added up in circles")
    result.add("over the wire", sum(sizes.values()) / 1000, "kB", note=f"of it tiles {tiles:,.0f} kB")
    result.goal("the first map within 1.5 s", f"{min(firsts) / 1000:.2f} s", min(firsts) <= 1500)
    result.goal("it answers within 2 s", f"{min(answering) / 1000:.2f} s", min(answering) <= 2000)


def _pan(result: Result, chromium: Browser, address: str, what: str, visits: int) -> None:
    frames, tasks, moved = [], [], []
    for _ in range(visits):
        with browser.opened(chromium, address) as visit:
            visit.page.wait_for_function(_AT_REST)
            before = sum(visit.sizes().values())
            visit.watch_tasks()
            frames.append(visit.frames_a_second(_DRAGS))
            visit.page.wait_for_timeout(200)
            visit.page.wait_for_function(_AT_REST)
            tasks.append(visit.page.evaluate("Math.max(0, ...tasks)"))
            moved.append(sum(visit.sizes().values()) - before)
    note = f"longest task {min(tasks):.0f} ms (0: none of 50), {moved[-1] / 1000:,.0f} kB moved"
    result.add(f"panning among {what}", max(frames), "frames/s", note=note)
    result.goal(f"{what}: 50 frames/s or more", f"{max(frames):.0f} frames/s", max(frames) >= 50)
    result.goal(f"{what}: no task over 100 ms", f"{min(tasks):.0f} ms", min(tasks) <= 100)


def _area(result: Result, chromium: Browser, address: str, loaded: Loaded, visits: int) -> None:
    """A circle over most of the district: its units are found in slices, its objects counted by the service."""
    lat, lon = _place(loaded).split(",")
    taken = []
    for _ in range(visits):
        with browser.opened(chromium, f"{address}#level=micro") as visit:
            visit.page.wait_for_function(_AT_REST)
            taken.append(visit.longest_task_ms([_SELECT.format(lon=lon, lat=lat, metres=_AREA_M)]))
    result.add(f"select a circle of {_AREA_M / 1000:g} km, longest task", min(taken), "ms", note="0: none of 50 ms")
    result.goal("selecting an area: no task over 100 ms", f"{min(taken):.0f} ms", min(taken) <= 100)
