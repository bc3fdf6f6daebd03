"""The pictures of the documentation, made anew: a demo of its own, opened in Chromium, one view after the other."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import EnvironmentIncomplete, InvalidInput
from ..settings import Settings, inherited_environment

HELP = "make the pictures of the documentation anew (from a checkout, with Chromium)"

_ROOT = Path(__file__).resolve().parents[2]
_WIDE, _PAPER, _PHONE = (1440, 900), (1040, 900), (390, 844)

#: No host but this machine's is found.
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")

_AT_REST = """() => {
    const { map, things, events } = gridgeo.shown, layers = [things, events].filter(Boolean).map(({ layer }) => layer);
    return !map._animatingZoom && layers.every((layer) => layer._made && !layer._due && !layer._waiting);
}"""


@dataclass(frozen=True)
class View:
    """One picture: its name, what stands behind the `#`, its size, what it waits for, what is done before, which page."""

    name: str
    state: str
    size: tuple[int, int] = _WIDE
    wait: str = "#card:visible"
    act: Callable[[Any, dict], None] | None = None
    page: str = "maps/"


def _wash(page: Any, told: dict) -> None:
    page.click("#wash-open")
    page.fill("#wash-text", "\n".join(told["texts"]))
    page.click("#wash-start")
    page.locator("#wash[data-phase=washed]").wait_for()
    page.locator("#washed-rows .rows [role=row]").first.click()


def _over_time(page: Any, told: dict) -> None:
    page.click("#toolbar [data-tool=events]")
    page.locator("#event-time .columns i").first.wait_for()


_EVENTS = "events=all&layers=none&measure=event_rate"

#: `{…}` is what :func:`_known` found in the demo.
VIEWS = (
    View("map", "layers=none", wait="body"),
    View("map-objects", "", wait="#layers-total"),
    View("map-street", "at={lat},{lon},18.25&object={object}", wait="#card .timeline"),
    View("map-events", f"at={{event_lat}},{{event_lon}},14.25&{_EVENTS}", wait="#events-states .count"),
    View("map-event", "at={event_lat},{event_lon},17.5&events=all&event={event}", wait="#card .timeline"),
    View("map-event-time", f"at={{event_lat}},{{event_lon}},13.25&{_EVENTS}", wait="#event-time", act=_over_time),
    View("map-building", "layers=none&place={building}"),
    View("map-area", "at={lat},{lon},14&area=c,{lon},{lat},1200"),
    View("map-washing", "layers=none", wait="#wash", act=_wash),
    View("map-english", "lang=en&unit={street}"),
    View("map-phone", "unit={community}", _PHONE),
    View("events-community", "", _PAPER, "svg.trend", page="events/community/{event_street}"),
    View("events-board", "", _PAPER, ".entry", page="events/board?department={department}"),
    View("events-mine", "", _PHONE, ".entry", page="events/mine?unit={event_community}"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which, and where to."""
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(view.name for view in VIEWS)} (default: all)")
    parser.add_argument("--out", type=Path, default=_ROOT / "docs", metavar="DIR", help="where to (default: docs)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write one PNG a view."""
    from ..bootstrap import browser

    for name in set(args.names) - {view.name for view in VIEWS}:
        raise InvalidInput("picture", name, f"there are {', '.join(view.name for view in VIEWS)}")
    program = browser.ensure(settings.chromium, settings.offline)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise EnvironmentIncomplete("playwright is not installed", "run it from a checkout, whose environment has it") from error
    with _demo() as address, sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        told = _known(address)
        for view in VIEWS:
            if not args.names or view.name in args.names:
                path = args.out / f"{view.name}.png"
                _take(opened, address, view, told, path)
                print(f"{path}: {path.stat().st_size / 1000:,.0f} kB", flush=True)
        opened.close()
    return 0


@contextmanager
def _demo() -> Iterator[str]:
    """A demo in a home of its own; its address."""
    home = Path(tempfile.mkdtemp(prefix="gridgeo-pictures-"))
    home.chmod(0o755)  # root's database runs under an account of its own, which has to get in
    given = {name: value for name, value in inherited_environment().items() if name not in ("DATABASE_URL", "GRIDGEO_DATABASE_URL")}
    command = [sys.executable, "-m", "gridgeo", "demo"]
    given |= {"GRIDGEO_HOME": str(home / "home"), "GRIDGEO_PORT": "0"}
    with subprocess.Popen(command, cwd=_ROOT, env=given, stdout=subprocess.PIPE, text=True) as running:
        try:
            found = next((line.split()[1] for line in running.stdout if line.strip().startswith("map ")), None)
            if found is None:
                raise EnvironmentIncomplete("the demo did not start", "try it by itself: python3 -m gridgeo demo")
            yield found.removesuffix("/maps/")
        finally:
            running.terminate()
            running.wait()
            shutil.rmtree(home, ignore_errors=True)


def _known(address: str) -> dict[str, Any]:
    """What the views show: an object amid a town, the building beside it, the units they lie in, an event, and addresses to wash."""

    def ask(path: str, **asked: object) -> dict:
        with urllib.request.urlopen(f"{address}{path}?{urllib.parse.urlencode(asked)}") as answer:
            return json.load(answer)

    place = ask("/addresses", q="花园", limit=1)["places"][0]
    building = ask("/addresses/reverse", lon=place["lon"], lat=place["lat"])["buildings"][0]
    lon, lat, whole = building["lon"], building["lat"], building["address"]
    box = f"{lon - 0.0015},{lat - 0.0015},{lon + 0.0015},{lat + 0.0015}"
    chain = ask("/grids/at", lon=lon, lat=lat)["chain"]
    event = min(
        (one for one in ask("/events", stage="dispatched", limit=100)["events"] if one["lon"] is not None), key=lambda one: one["grade"]
    )
    around = ask("/grids/at", lon=event["lon"], lat=event["lat"])["chain"]
    busy = max(ask("/events/stats", by="department")["rows"], key=lambda row: (row["overdue"], row["open"]))
    return {
        "lon": lon,
        "lat": lat,
        "building": building["code"],
        "event": event["event_id"],
        "department": busy["department"]["code"],
        **{f"event_{unit['level']}": unit["code"] for unit in around},
        "event_lon": event["lon"],
        "event_lat": event["lat"],
        "object": ask("/objects", bbox=box, limit=1)["objects"][0]["object_id"],
        **{unit["level"]: unit["code"] for unit in chain},
        "texts": [f"{whole}1单元101", f"{whole.partition('区')[2]}二单元一零二室", f"{place['name']}1栋", "hello world"],
    }


def _take(browser: Any, address: str, view: View, told: dict, path: Path) -> None:
    width, height = view.size
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=2 if view.size == _PHONE else 1)
    page = context.new_page()
    page.goto(f"{address}/{view.page}#{view.state}".format(**told))
    if view.page == "maps/":
        page.wait_for_selector("body[data-state=ready]")
    if view.act:
        view.act(page, told)
    page.locator(view.wait).first.wait_for()
    if view.page == "maps/":
        page.wait_for_function(_AT_REST)
    page.wait_for_timeout(800)  # what fades has faded
    page.screenshot(path=path)
    context.close()
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--skip-if-larger", "--output", path, "256", path], check=False)
