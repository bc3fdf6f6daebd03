"""`gridgeo load categories`: the tree of categories that managed objects are sorted into."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..settings import Settings

_TOLD = "the whole tree of categories of managed objects: CSV or XLSX"


def arguments(kinds) -> None:
    """Which file, and whether to store it."""
    tree = kinds.add_parser("categories", help=_TOLD, description=f"load {_TOLD}; a dry run with a report, unless --commit")
    tree.add_argument("file", type=Path, metavar="FILE")
    tree.add_argument("--name", default="", help="name of the tree (default: the file's name)")
    tree.add_argument("--source", default="", help="where it comes from (default: the file's name)")
    tree.add_argument("--commit", action="store_true", help="store it, and make it valid from now on")
    tree.add_argument("--from", dest="when", metavar="DATE", help="with --commit: valid from then on (a date begins at 00:00 in China)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read, check, compare and report; store when asked. Return 1 when errors stop it, also in a dry run."""
    from contextlib import closing

    from ..db import connection
    from ..ingest import rows
    from ..moments import shown
    from ..objects import categories, rules
    from . import database, loads
    from .given import moment

    given = rows.source(args.file)
    table = [dict(zip(given.columns, (cell or "" for cell in row), strict=True)) for row in given.rows()]
    entries, found = rules.read(table, args.file.name)
    print(f"{args.file.name}: {len(entries):,} categories")
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        for line in _compared(conn, entries):
            print(line)
        ended = loads.over(found, args.commit)
        if ended is not None:
            return ended
        tree_id = categories.stage(conn, table, args.name or args.file.stem, args.source or args.file.name)
        tree = categories.activate(conn, tree_id, moment("--from", args.when))
    print(f"Tree {tree.tree_id} ({tree.name}) is valid from {shown(tree.valid_from)} on.")
    return 0


def _compared(conn, entries) -> list[str]:
    """What the tree would change, in numbers and the first of each."""
    from ..errors import NotFound
    from ..objects import categories, rules

    try:
        before = categories.tree(conn)
    except NotFound:
        return ["There is no tree yet."]
    changes = rules.compare(before, entries)
    lines = [f"Compared with tree {before.tree_id} ({before.name}):" + ("" if changes else " no change")]
    for what in ("added", "gone", "changed"):
        alike = [one.path for one in changes if one.what == what]
        if alike:
            lines.append(f"  {what:<8}{len(alike):>6,}  {'、'.join(alike[:3])}{' …' if len(alike) > 3 else ''}")
    return lines
