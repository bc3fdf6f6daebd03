"""`gridgeo tiles`: vector tiles made ahead, written into a file, or forgotten."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from ..settings import Settings

HELP = "vector tiles: make them ahead, write them into one file (PMTiles), see what is kept, forget it"

_ZOOMS = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?", re.ASCII)
_COLLECTIONS = ("grids", "objects", "buildings")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is to be done with which tiles."""
    what = parser.add_subparsers(dest="what", required=True, metavar="seed|export|status|clear|rebuild")
    seed = what.add_parser("seed", help="make tiles ahead and keep them in the database; one that is interrupted goes on where it was")
    seed.add_argument("--collection", choices=("grids", "objects"), help="only these (default: both)")
    seed.add_argument("--zoom", type=_zooms, default=(8, 16), metavar="A-B", help="zooms (default: 8-16)")
    seed.set_defaults(do=_seed)
    export = what.add_parser("export", help="write tiles of the whole city into one file that needs no server")
    export.add_argument("collection", choices=_COLLECTIONS)
    export.add_argument("file", type=Path, metavar="FILE.pmtiles")
    export.add_argument("--zoom", type=_zooms, default=(0, 16), metavar="A-B", help="zooms (default: 0-16)")
    export.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    export.set_defaults(do=_export)
    status = what.add_parser("status", help="what is kept, by collection and zoom; whether objects are added up")
    status.set_defaults(do=_status)
    clear = what.add_parser("clear", help="forget tiles that are kept; they are made again when they are asked for")
    clear.add_argument("--collection", choices=("grids", "objects"), help="only these (default: both)")
    clear.set_defaults(do=_clear)
    rebuild = what.add_parser("rebuild", help="add up all objects anew, from scratch")
    rebuild.set_defaults(do=_rebuild)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it on a connection of the administrator's, who sees the whole city."""
    from contextlib import closing

    from ..db import connection
    from . import database

    with database.opened(settings) as url, closing(connection.connect(url)) as conn:
        return args.do(args, conn)


def _zooms(text: str) -> tuple[int, int]:
    from ..tiles.model import DEEPEST

    match = _ZOOMS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not first <= last <= DEEPEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no zoom or range of zooms such as 8-16, of 0-{DEEPEST}")
    return first, last


def _collections(args: argparse.Namespace) -> list:
    from ..tiles.model import Collection

    return [Collection(args.collection)] if args.collection else [Collection.GRIDS, Collection.OBJECTS]


def _seed(args: argparse.Namespace, conn) -> int:
    from ..db import connection
    from ..tiles import seed
    from .progress import Progress

    for collection in _collections(args):
        with connection.transaction(conn):
            wanted = seed.plan(conn, collection, *args.zoom)
        with Progress() as progress:
            done = seed.seed(conn, wanted, lambda n, of=wanted: progress.show(f"{of.collection}", n, of.size), connection.transaction)
        zooms = f"{wanted.zooms[0]}-{wanted.zooms[-1]}"
        print(f"{collection}: {done.made:,} tiles of zoom {zooms}, {done.size / 1e6:,.1f} MB; {done.kept:,} are kept")
        if done.kept < done.made:
            print("what changed while it was made is not kept: seed again, or leave it to whoever asks", file=sys.stderr)
    return 0


def _export(args: argparse.Namespace, conn) -> int:
    from ..db import connection
    from ..errors import Conflict
    from ..tiles import cells, pmtiles, seed
    from ..tiles.model import Collection
    from .progress import Progress

    if args.file.exists() and not args.overwrite:
        raise Conflict(f"{args.file} is there already; --overwrite replaces it")
    with connection.transaction(conn):
        cells.drain(conn)
        seed.plan(conn, Collection(args.collection), *args.zoom)  # simplifies grids
    with connection.transaction(conn), Progress() as progress:
        with conn.cursor() as cur:  # the file shows one moment
            cur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        wanted = seed.plan(conn, Collection(args.collection), *args.zoom)
        made, size = pmtiles.export(conn, args.file, wanted, lambda n: progress.show(args.collection, n, wanted.size))
    print(f"{args.file}: {made:,} tiles of zoom {wanted.zooms[0]}-{wanted.zooms[-1]}, {size / 1e6:,.1f} MB")
    return 0


def _rebuild(args: argparse.Namespace, conn) -> int:
    from ..db import connection
    from ..tiles import cells

    with connection.transaction(conn):
        cells.rebuild(conn)
    print("every object is added up anew")
    return 0


def _status(args: argparse.Namespace, conn) -> int:
    from ..tiles import cells, kept
    from .given import table

    rows = [(collection, edition or "-", zoom, f"{n:,}", f"{size / 1e6:,.2f}") for collection, edition, zoom, n, size in kept.status(conn)]
    print("\n".join(table(("collection", "edition", "zoom", "tiles", "MB"), rows)) if rows else "no tiles are kept")
    print("objects have changed since they were added up" if cells.waiting(conn) else "objects are added up as they are")
    return 0


def _clear(args: argparse.Namespace, conn) -> int:
    from ..db import connection
    from ..tiles import kept

    with connection.transaction(conn):
        for collection in _collections(args):
            print(f"{collection}: {kept.forget(conn, collection):,} tiles forgotten")
    return 0
