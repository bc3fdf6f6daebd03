"""`gridgeo load event-classes` and `gridgeo load channels`: what events are sorted into, and by which ways they come in."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..settings import Settings

#: what it is called, the module of it, and what is told
KINDS = {
    "event-classes": (
        "classes",
        "the whole tree of classes of events and requests, graded: CSV or XLSX; without a file, ours",
    ),
    "channels": ("channels", "all channels events come in by: CSV or XLSX; without a file, 158 as a large district has them"),
}


def arguments(kinds) -> None:
    """Which file, from when on, and whether to store it."""
    for name, (_, told) in KINDS.items():
        kind = kinds.add_parser(name, help=told, description=f"load {told}; a dry run with a report, unless --commit")
        kind.add_argument("file", nargs="?", type=Path, metavar="FILE")
        kind.add_argument("--commit", action="store_true", help="store it; what it leaves out ends, and stays what events were")
        kind.add_argument("--from", dest="since", metavar="DATE", help="the day what it leaves out ends (default: today)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read, check, compare and report; store when asked. Return 1 when errors stop it, also in a dry run."""
    from contextlib import closing
    from importlib import import_module

    from ..db import connection
    from ..events import tables
    from . import database, loads

    module = import_module(f"..events.{KINDS[args.what][0]}", __package__)
    entries, found = module.read(*_table(args.file, module.OURS))
    day = loads.day(args.since, "--from")
    print(f"{args.file.name if args.file else module.OURS}: {len(entries):,} {KINDS[args.what][0]}")
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        changes = tables.compare(conn, module.SQL, entries, day)
        print(f"  {changes.new:,} new, {changes.changed:,} changed, {changes.same:,} as before, {changes.ended:,} to end")
        ended = loads.over(found, args.commit)
        if ended is not None:
            return ended
        loads.stored(module.put(conn, entries, day))
    return 0


def _table(file: Path | None, ours: str) -> tuple[list[dict[str, str]], str]:
    from ..events import tables
    from ..ingest import rows

    if file is None:
        return tables.ours(ours), ours
    given = rows.source(file)
    return [dict(zip(given.columns, (cell or "" for cell in row), strict=True)) for row in given.rows()], file.name
