"""The planner's page as one file that opens from disk."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from ..errors import Conflict, InvalidInput
from ..settings import Settings
from .given import chosen_edition, edition_id

HELP = "write the map as one HTML file that opens from disk, without network"

#: From this size on the file is called large before it is written.
LARGE_MB = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("file", type=Path, help="where to write, e.g. map.html")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    parser.add_argument("--scheme", default="", help="scheme of grids (default: governance)")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--edition", type=edition_id, metavar="ID", help="an edition, a draft too (default: the one valid now)")
    when.add_argument("--datetime", metavar="DATE", help="the edition that was or will be valid then")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the file and say what is in it."""
    from maps import layers, page

    from ..db import connection
    from ..hierarchy import store
    from . import database

    if args.file.exists() and not args.overwrite:
        raise Conflict(f"{args.file} is there already; give --overwrite to replace it")
    with database.opened(settings) as url, closing(connection.connect(url)) as conn:
        edition = chosen_edition(conn, args)
        frame = store.frame(conn, edition.edition_id)
        if not frame.geometry.notna().any():
            raise InvalidInput("--scheme", edition.scheme, "has codes and names only: there is nothing to draw")
        topology = layers.topology(frame, store.scheme(conn, edition.scheme), edition, store.grid_types(conn))
    body = page.one_file(topology).html.encode()
    megabytes = len(body) / 1e6
    if megabytes > LARGE_MB:
        print(f"gridgeo: the file will have {megabytes:.1f} MB; browsers open it, mail may not carry it", file=sys.stderr)
    part = args.file.with_name(args.file.name + ".part")
    part.write_bytes(body)
    part.replace(args.file)
    print(f"{args.file}: {len(frame):,} units of {edition.name!r}, {megabytes:.1f} MB; open it in a browser")
    return 0
