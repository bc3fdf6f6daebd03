"""A district to look at: made, loaded, served, and shown how to ask."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

from ..errors import Conflict, EnvironmentIncomplete
from ..settings import Settings

HELP = "make an invented district, load it into an empty database, serve it, and say what to open"

_GUIDE = """
  map     {address}/maps/
  API     {address}/api.html
  ask     curl '{address}/grids/at?lon={lon:.6f}&lat={lat:.6f}'
  events  curl '{address}/events/stats?by=unit&level=street'
{key}{town}  load    {gridgeo} load grids YOUR.geojson --datum wgs84            (a dry run: reports, stores nothing)
          {gridgeo} load grids YOUR.geojson --datum wgs84 --commit --activate now
  SQL     {gridgeo} psql

Ctrl-C stops it.
"""
_KEY = """  key     {key}
          (enter it on the page under 密钥 Key to see what is linked, all invented unless you loaded it; it ends with this demo)
"""
_WASH = "  wash    curl -G '{address}/addresses/wash' --data-urlencode 'q={text}'\n"
_LINKS = "  links   curl -H 'X-API-Key: {key}' '{address}/houses/{house}/links?purpose=service'\n"


def arguments(parser: argparse.ArgumentParser) -> None:
    """How large, where, and whether only to try."""
    parser.add_argument("--profile", choices=("small", "baoan", "city"), default="baoan", help="size of the district (default: baoan)")
    told = "houses to make, with who is linked to them; 0: none (default: 10,000, in part of the district)"
    parser.add_argument("--houses", type=int, metavar="N", help=told)
    told = "managed objects to make; 0: none (default: a tenth of the profile's, 160,000 of 1.6 million for baoan)"
    parser.add_argument("--objects", type=int, metavar="N", help=told)
    told = "events of the last year to make, and the year before; 0: none (default: a tenth of the profile's: 8,943 for baoan)"
    parser.add_argument("--events", type=int, metavar="N", help=told)
    parser.add_argument("--port", type=int, help="port to listen on (default 8000, or GRIDGEO_PORT)")
    parser.add_argument("--no-work", action="store_true", help="no worker beside the server: what is filed stays where it is")
    parser.add_argument("--check", action="store_true", help="start everything, wait for the map, ask once, print seconds, stop")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Serve until Ctrl-C; with --check until everything has answered. What ran before goes on running."""
    from . import database, demo_events, demo_key, demo_objects, demo_town, demo_workers, serving

    settings = replace(settings, port=args.port or settings.port)
    if not args.check:
        serving.Running(settings.home).require_none()
    settings = serving.free_port(settings, instead=args.check)
    stages = Stages()
    with ExitStack() as stack:
        with stages.timed("database"):
            url = stack.enter_context(database.opened(settings, migrate=True))
        demo_town.fill(url, args.profile, args.houses, settings, stages.timed)
        demo_workers.fill(url, args.profile, settings, stages.timed)
        demo_objects.fill(url, args.profile, args.objects, settings, stages.timed)
        demo_events.fill(url, args.profile, args.events, settings, stages.timed)
        lon, lat, code = _somewhere(url)
        with stages.timed("server"):
            server = stack.enter_context(serving.serving(settings, url, aside=args.check, work=not args.no_work))
        address = serving.address(settings)
        with stages.timed("map"):
            drawn = _map(address)
        with stages.timed("question"):
            _ask(address, lon, lat, code)
        print(f"{stages}; map data {drawn / 1000:,.0f} kB", flush=True)
        if args.check:
            return 0
        key = stack.enter_context(demo_key.lent(url)) if demo_town.linked(url) else ""
        print(_guide(demo_town.example(settings, args.profile), key, address, lon, lat), flush=True)
        try:
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


def _guide(example: tuple[str, str] | None, key: str, address: str, lon: float, lat: float) -> str:
    """What to try: with an address and its house where there is one, and what is linked to it where there is a key."""
    tried = (_WASH + _LINKS if key else _WASH) if example else ""
    text, house = example or ("", "")
    town = tried.format(address=address, key=key, text=text, house=house)
    told = _KEY.format(key=key) if key else ""
    return _GUIDE.format(address=address, lon=lon, lat=lat, gridgeo=_called(), key=told, town=town)


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
