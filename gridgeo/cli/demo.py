"""A district to look at: made, loaded, served, and shown how to ask."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ..errors import Conflict, DatabaseUnavailable, EnvironmentIncomplete
from ..settings import Settings

HELP = "make an invented district, load it into an empty database, serve it, and say what to open"
#: how often a demo that shows links to everybody looks whether all of them are still invented
_LOOKED_AFTER_S = 5

_GUIDE = """
  map     {address}/maps/
  API     {address}/api.html
  ask     curl '{address}/grids/at?lon={lon:.6f}&lat={lat:.6f}'
{town}  load    {gridgeo} load grids YOUR.geojson --datum wgs84            (a dry run: reports, stores nothing)
          {gridgeo} load grids YOUR.geojson --datum wgs84 --commit --activate now
  SQL     {gridgeo} psql
{told}
Ctrl-C stops it.
"""
_TOWN = """  wash    curl -G '{address}/addresses/wash' --data-urlencode 'q={text}'
  links   curl '{address}/houses/{house}/links?purpose=service'
"""
_INVENTED = """
All houses and everybody linked to them are invented: no such ID number, company or telephone can exist. So this server
shows links, masked, to whoever asks it. It stops as soon as one link is loaded that was not invented; from then on a
key is needed: {gridgeo} keys
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """How large, where, and whether only to try."""
    parser.add_argument("--profile", choices=("small", "baoan", "city"), default="baoan", help="size of the district (default: baoan)")
    told = "houses to make, with who is linked to them; 0: none (default: 10,000, in part of the district)"
    parser.add_argument("--houses", type=int, metavar="N", help=told)
    parser.add_argument("--port", type=int, help="port to listen on (default 8000, or GRIDGEO_PORT)")
    parser.add_argument("--check", action="store_true", help="start everything, wait for the map, ask once, print seconds, stop")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Serve until Ctrl-C; with --check until everything has answered. What ran before goes on running."""
    from . import database, demo_town, serving

    settings = replace(settings, port=args.port or settings.port)
    if not args.check:
        serving.Running(settings.home).require_none()
    settings = serving.free_port(settings, instead=args.check)
    stages = Stages()
    with ExitStack() as stack:
        with stages.timed("database"):
            url = stack.enter_context(database.opened(settings, migrate=True))
        demo_town.fill(url, args.profile, args.houses, settings, stages.timed)
        settings = _opened(url, settings)
        lon, lat, code = _somewhere(url)
        with stages.timed("server"):
            server = stack.enter_context(serving.serving(settings, url, aside=args.check))
        address = serving.address(settings)
        with stages.timed("map"):
            drawn = _map(address)
        with stages.timed("question"):
            _ask(address, lon, lat, code)
        print(f"{stages}; map data {drawn / 1000:,.0f} kB", flush=True)
        if args.check:
            return 0
        print(_guide(settings, args.profile, address, lon, lat), flush=True)
        try:
            _watch(server, url, settings)
            return serving.outcome(server)
        except KeyboardInterrupt:
            print("\nstopping …", flush=True)
            return 0


class Stages:
    """Seconds by stage, in the order they were taken."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count the time of the block to `stage`, and say that it has begun."""
        print(f"gridgeo: {stage} …", file=sys.stderr, flush=True)
        began = time.monotonic()
        yield
        self._seconds[stage] = self._seconds.get(stage, 0.0) + time.monotonic() - began

    def __str__(self) -> str:
        parts = [f"{stage} {seconds:.1f} s" for stage, seconds in self._seconds.items()]
        return f"{', '.join(parts)}; first map after {sum(self._seconds.values()):.1f} s"


def _somewhere(url: str) -> tuple[float, float, str]:
    """Return a point (lon, lat) and the key of the lowest unit it lies in, from what is loaded."""
    from ..db import connection
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE

    with closing(connection.connect(url)) as conn:
        edition = store.edition_open(conn, GOVERNANCE)
        if edition is None:
            raise EnvironmentIncomplete("nothing is loaded", "see `gridgeo load grids --help`")
        ranks = {level.level: level.rank for level in store.scheme(conn, GOVERNANCE).levels}
        frame = store.frame(conn, edition.edition_id)
    unit = frame[frame.geometry.notna()].assign(rank=lambda units: units.level.map(ranks)).sort_values(["rank", "code"]).iloc[-1]
    point = unit.geometry.representative_point()
    return point.x, point.y, unit.code


def _opened(url: str, settings: Settings) -> Settings:
    """Return the settings of the demo's own server: whoever may ask it may see links, as long as all of them are invented."""
    from ..access.rules import NOBODY
    from . import demo_town

    if NOBODY in settings.anonymous or not demo_town.all_invented(url):
        return settings
    return replace(settings, anonymous=tuple(dict.fromkeys((*settings.anonymous, "link"))))


def _watch(server: subprocess.Popen, url: str, settings: Settings) -> None:
    """Return when the server has ended. Raises Conflict, with the server stopped, when links come in that were not invented."""
    from . import demo_town, serving

    while "link" in settings.anonymous and server.poll() is None:
        try:
            server.wait(_LOOKED_AFTER_S)
        except subprocess.TimeoutExpired:
            with suppress(DatabaseUnavailable):
                if not demo_town.all_invented(url):
                    serving.end(server)
                    raise Conflict("links were loaded that are not invented: start again, they are shown to callers with a key") from None


def _guide(settings: Settings, profile: str, address: str, lon: float, lat: float) -> str:
    from . import demo_town

    example = demo_town.example(settings, profile)
    open_ = example is not None and "link" in settings.anonymous
    town = _TOWN.format(address=address, text=example[0], house=example[1]) if open_ else ""
    told = _INVENTED.format(gridgeo=_called()) if open_ else ""
    return _GUIDE.format(address=address, lon=lon, lat=lat, gridgeo=_called(), town=town, told=told)


def _map(address: str) -> int:
    """Return the size in bytes of what the map draws. Raises Conflict when the page names no data."""
    from . import serving

    page = serving.ask(f"{address}/maps/").decode()
    named = re.search(r"data/[0-9]+-[0-9a-f]+/grids\.topojson", page)
    if not named:
        raise Conflict("the map says that nothing is loaded, but something is: see the server's log")
    return len(serving.ask(f"{address}/maps/{named[0]}"))


def _ask(address: str, lon: float, lat: float, code: str) -> None:
    from . import serving

    answer = serving.ask(f"{address}/grids/at?lon={lon:.8f}&lat={lat:.8f}").decode()
    if code and code not in json.dumps(json.loads(answer)):
        raise Conflict(f"/grids/at?lon={lon:.8f}&lat={lat:.8f} does not name {code}: {answer[:200]}")


def _called() -> str:
    """Return how the user calls this command."""
    return "python3 -m gridgeo" if (Path(__file__).resolve().parents[2] / "requirements.lock").exists() else "gridgeo"
