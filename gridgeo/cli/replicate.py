"""`gridgeo replicate`: a copy of what a service publishes, in a GeoPackage or a PostGIS database, kept by its change feed."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from ..settings import Settings

HELP = "keep a copy of what a service publishes (grids, addresses, objects) in a GeoPackage or a PostGIS database"

#: Seconds between looks for what is new, and before the next try when the service is away.
_LOOK_S, _AWAY_S = 1.0, 5.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is copied, and where to."""
    parser.add_argument("url", metavar="URL", help="address of the service, such as https://grid.example")
    to = "the copy: FILE.gpkg, or postgresql://… of a database; one that is there goes on where it was"
    parser.add_argument("--to", required=True, metavar="COPY", help=to)
    parser.add_argument("--schema", metavar="NAME", help="of the database, for the copy alone (default: gridgeo_copy)")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="a file that holds an API key")
    parser.add_argument("--follow", action="store_true", help="go on until interrupted; otherwise end when caught up")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Catch up once, or again and again; 0."""
    from contextlib import closing

    from ..changes.client import Source

    source = Source(args.url, args.key_file.read_text(encoding="utf-8").strip() if args.key_file else None)
    with closing(_copy(args, source)) as copy:
        number = copy.catch_up()
        _tell(number)
    while args.follow:
        time.sleep(_LOOK_S)
        number = _followed(args, source, number)
    return 0


def _copy(args: argparse.Namespace, source):
    """Open the copy; raises Conflict where something else is there."""
    from ..errors import InvalidInput

    if args.to.startswith(("postgresql://", "postgres://")):
        from ..changes import postgis

        return postgis.PostGIS(args.to, source, args.schema or postgis.SCHEMA)
    if args.schema:
        raise InvalidInput("--schema", args.schema, "is of a database, and --to names a file")
    from ..changes.geopackage import GeoPackage

    return GeoPackage(Path(args.to), source)


def _followed(args: argparse.Namespace, source, number: int) -> int:
    """Catch up on what is new; return the number of the copy. The service, or the copy's database, may be away."""
    from contextlib import closing

    from ..errors import DatabaseUnavailable

    try:
        if source.latest() == number:
            return number
        with closing(_copy(args, source)) as copy:
            now = copy.catch_up()
    except (OSError, DatabaseUnavailable) as error:
        print(f"the service or the copy is away ({error}); trying again", file=sys.stderr)
        time.sleep(_AWAY_S)
        return number
    _tell(now)
    return now


def _tell(number: int) -> None:
    print(f"as after transaction {number}", flush=True)
