"""`gridgeo replicate`: a copy of what a service publishes, in a GeoPackage, kept by its change feed."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from ..settings import Settings

HELP = "keep a copy of what a service publishes (grids, addresses, objects) in a GeoPackage"

#: Seconds between looks for what is new, and before the next try when the service is away.
_LOOK_S, _AWAY_S = 1.0, 5.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is copied, and where to."""
    parser.add_argument("url", metavar="URL", help="address of the service, such as https://grid.example")
    parser.add_argument("--to", type=Path, required=True, metavar="FILE.gpkg", help="the copy; one that is there goes on where it was")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="a file that holds an API key")
    parser.add_argument("--follow", action="store_true", help="go on until interrupted; otherwise end when caught up")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Catch up once, or again and again; 0."""
    from contextlib import closing

    from ..changes.client import Source
    from ..changes.copy import Copy

    key = args.key_file.read_text(encoding="utf-8").strip() if args.key_file else None
    with closing(Copy(args.to, Source(args.url, key))) as copy:
        _tell(args.to, copy.catch_up())
        while args.follow:
            time.sleep(_LOOK_S)
            _follow(args.to, copy)
    return 0


def _follow(path: Path, copy) -> None:
    before = copy.number
    try:
        number = copy.catch_up()
    except OSError as error:
        print(f"the service is away ({error}); trying again", file=sys.stderr)
        time.sleep(_AWAY_S)
        return
    if number != before:
        _tell(path, number)


def _tell(path: Path, number: int) -> None:
    print(f"{path}: as after transaction {number}", flush=True)
