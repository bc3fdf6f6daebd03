"""The planner's page in a browser, and the same district as a plain page of Folium."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import folium
import geopandas
from playwright.sync_api import Browser

from gridgeo.bootstrap import browser as programs
from gridgeo.errors import EnvironmentIncomplete
from maps import bundle

from . import browser
from .figures import Result
from .ground import Ground, say
from .serving import served

_ZOOMS = (12, 14, 12, 11)
_MEASURES = ("households", "type", "density")
_NO_ICON = '<link rel="icon" href="data:,">'
_MARK = "<script>requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('first-map')))</script>"


@dataclass(frozen=True)
class Seen:
    """The best of some visits to a page: what took how long, and the bytes of its files by address."""

    first_map_ms: float
    hover_ms: float
    task_ms: float
    frames: float
    sizes: dict[str, int]

    def size(self, part: str = "") -> float:
        """Kilobytes of the files whose address has a part in it."""
        return sum(size for address, size in self.sizes.items() if part in address) / 1000


def page(ground: Ground, quick: bool) -> Result:
    """First map, hovering, zooming, dragging and bytes, against Folium's own GeoJson on a canvas."""
    loaded, visits = ground.loaded("baoan"), 1 if quick else 5
    frame = ground.frame("baoan")
    grids = frame.loc[frame["level"] == "micro", ["code", "name_zh", "geometry"]]
    result = Result("page", f"the map of {len(grids):,} micro-grids in Chromium, the best of {visits} visits")
    try:
        program = programs.find(ground.settings.chromium)
    except EnvironmentIncomplete as error:
        result.add("the planner's page", None, "ms", note=f"not available: {error}")
        return result
    html, name = plain(grids)
    with served(ground, loaded) as api, lent(html) as theirs, browser.started(program) as chromium:
        say("page: gridgeo")
        address = f"{api.geturl()}/maps/"
        first = min(_first(chromium, address) for _ in range(visits))
        ours = _visited(chromium, f"{address}#level=micro", "#planner_map", _zooms("gridgeo.shown.map") + _measures(), visits)
        say("page: Folium")
        peer = _visited(chromium, theirs, "canvas", _zooms(name), visits)
    _tell(result, first, ours, peer)
    return result


def plain(grids: geopandas.GeoDataFrame) -> tuple[str, str]:
    """Return Folium's page of some areas with their names as tooltips, and its map's name in the page.

    Of the scripts and styles it would fetch from abroad it gets Leaflet; the others draw markers, and it has none.
    """
    drawn = folium.Map(prefer_canvas=True, tiles=None)
    drawn.default_js, drawn.default_css = [("leaflet", "leaflet.js")], [("leaflet_css", "leaflet.css")]
    shapes = folium.GeoJson(grids, tooltip=folium.GeoJsonTooltip(["name_zh"])).add_to(drawn)
    drawn.fit_bounds(shapes.get_bounds())
    html = drawn.get_root().render().replace("<head>", f"<head>{_NO_ICON}").replace("</html>", f"{_MARK}</html>")
    return html, drawn.get_name()


@contextmanager
def lent(html: str) -> Iterator[str]:
    """Serve a page and Leaflet beside it while the block runs, compressed as ours are; lend the address."""
    texts = {"/": (html, "text/html; charset=utf-8")}
    for name, kind in (("leaflet.js", "text/javascript"), ("leaflet.css", "text/css")):
        texts[f"/{name}"] = ((bundle.LEAFLET / name).read_text(encoding="utf-8"), kind)
    files = {path: (gzip.compress(text.encode(), 6), kind) for path, (text, kind) in texts.items()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Files", (_Files,), {"files": files}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class _Files(BaseHTTPRequestHandler):
    files: dict[str, tuple[bytes, str]]

    def do_GET(self) -> None:
        body, kind = self.files.get(self.path, (b"", "text/plain"))
        self.send_response(200 if self.path in self.files else 404)
        for header, value in {"Content-Type": kind, "Content-Encoding": "gzip", "Content-Length": str(len(body))}.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _first(chromium: Browser, address: str) -> float:
    with browser.opened(chromium, address) as visit:
        return visit.first_map_ms()


def _visited(chromium: Browser, address: str, selector: str, steps: list[str], visits: int) -> Seen:
    seen = []
    for _ in range(visits):
        with browser.opened(chromium, address) as visit:
            first, sizes = visit.first_map_ms(), visit.sizes()
            hover, frames = visit.hover_ms(selector), visit.frames_a_second()
            seen.append(Seen(first, hover, visit.longest_task_ms(steps), frames, sizes))
    best = {name: min(getattr(one, name) for one in seen) for name in ("first_map_ms", "hover_ms", "task_ms")}
    return Seen(**best, frames=max(one.frames for one in seen), sizes=seen[0].sizes)


def _zooms(name: str) -> list[str]:
    return [f"{name}.setZoom({zoom}, {{ animate: false }})" for zoom in _ZOOMS]


def _measures() -> list[str]:
    choice = "const choice = document.querySelector('#measure'); choice.value = '{}'; choice.dispatchEvent(new Event('change'))"
    return [choice.format(measure) for measure in _MEASURES]


def _tell(result: Result, first: float, ours: Seen, peer: Seen) -> None:
    parts = ", ".join(f"{name} {ours.size(part):,.0f} kB" for name, part in (("scripts and styles", "/assets/"), ("data", "/data/")))
    result.add("gridgeo, first map", first, "ms", note="four levels, the uppermost shown")
    result.add("gridgeo, first map of all micro-grids", ours.first_map_ms, "ms")
    result.add("Folium GeoJson, first map", peer.first_map_ms, "ms", peer.first_map_ms / ours.first_map_ms, "the micro-grids alone")
    result.add("gridgeo, over the wire", ours.size(), "kB", note=parts)
    note = "compressed the same way; of its scripts Leaflet alone"
    result.add("Folium GeoJson, over the wire", peer.size(), "kB", peer.size() / ours.size(), note)
    for what, mine, theirs, note in (
        ("hovering, 95 %", ours.hover_ms, peer.hover_ms, ""),
        ("longest task after that", ours.task_ms, peer.task_ms, "four zooms, ours three measures too; 0: none of 50 ms"),
    ):
        result.add(f"gridgeo, {what}", mine, "ms", note=note)
        result.add(f"Folium GeoJson, {what}", theirs, "ms", theirs / mine if theirs and mine else None)
    result.add("gridgeo, dragging", ours.frames, "frames/s")
    result.add("Folium GeoJson, dragging", peer.frames, "frames/s", ours.frames / peer.frames)
    later = max(first, ours.first_map_ms)
    result.goal("the first map, also of all micro-grids, within 1.5 s", f"{later / 1000:.2f} s", later <= 1500)
    result.goal("hovering answers within 50 ms", f"{ours.hover_ms:.1f} ms", ours.hover_ms < 50)
    result.goal("no task after the first map takes over 200 ms", f"{ours.task_ms:.0f} ms", ours.task_ms <= 200)
    result.goal("dragging at 50 frames a second or more", f"{ours.frames:.0f} frames/s", ours.frames >= 50)
