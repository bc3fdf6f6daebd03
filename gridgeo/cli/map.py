"""The planner's page as one file that opens from disk."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

from ..errors import InvalidInput, NotFound
from ..settings import Settings

HELP = "write the map as one HTML file that opens from disk, without network"

#: From this size on the file is called large before it is written.
LARGE_MB = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("file", type=Path, help="where to write, e.g. map.html")
    parser.add_argument("--scheme", default="governance", help="scheme of grids (default: governance)")
    parser.add_argument("--edition", type=int, metavar="ID", help="an edition by its number; the one valid now when absent")
    parser.add_argument("--datetime", metavar="WHEN", help="the edition valid at a moment, e.g. 2025-01-01T00:00:00+08:00")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the file and say what is in it."""
    from maps import layers, page

    from ..db import connection
    from ..hierarchy import store
    from . import database

    when = _moment(args.datetime)
    with database.opened(settings) as url, closing(connection.connect(url)) as conn:
        edition = store.edition(conn, args.edition) if args.edition else store.edition_at(conn, args.scheme, when)
        if edition is None:
            raise NotFound("active edition of scheme", args.scheme)
        frame = store.frame(conn, edition.edition_id)
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


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("datetime", text, "is no moment of the form 2025-01-01T00:00:00+08:00") from None
    return moment if moment.tzinfo else moment.astimezone()
