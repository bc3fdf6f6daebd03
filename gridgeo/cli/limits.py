"""`gridgeo limits`: by when events are to be filed, dispatched, handled, verified and closed."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..settings import Settings

HELP = "limits of events (时限) by city, class, grade and stage: load a table, list them, see when one would be due"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is to be done."""
    doings = parser.add_subparsers(dest="doing", required=True, metavar="list|load|due")
    doings.add_parser("list", help="every limit there is")
    load = doings.add_parser("load", help="the whole table from CSV or XLSX; a dry run, unless --commit")
    usual = "columns class, grade, stage, amount, unit (类别、等级、环节、时限、单位); without one: limits to begin with, by grade alone"
    load.add_argument("file", type=Path, metavar="FILE", nargs="?", help=usual)
    load.add_argument("--commit", action="store_true", help="store it in the place of all; what was due before stays due as it was")
    due = doings.add_parser("due", help="when each stage of an event that begins at a moment would be over")
    due.add_argument("path", metavar="CLASS", help="its full path 大类/小类/名称")
    due.add_argument("--grade", type=int, choices=range(1, 5), help="(default: that of the class)")
    due.add_argument("--unit", default="", metavar="CODE", help="the grid it lies in, where limits differ by it")
    due.add_argument("--from", dest="start", metavar="MOMENT", help="(default: now)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it; return 1 when errors stop a load, also in a dry run."""
    from contextlib import closing

    from ..db import connection
    from . import database

    doings = {"list": _list, "load": _load, "due": _due}
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        return doings[args.doing](args, conn)


def _list(args: argparse.Namespace, conn) -> int:
    from ..events import limits
    from .given import table

    rows = [_cells(one) for one in limits.listed(conn)]
    header = ("city", "class", "grade", "stage", "", "limit", "unit", "calendar")
    print("\n".join(table(header, rows)) if rows else "There is no limit yet: `gridgeo limits load --commit` gives some to begin with.")
    return 0


def _cells(one) -> tuple:
    from ..events.limit_rows import STAGES

    amount = one.amount
    return one.city, one.path, one.grade, one.stage, STAGES[one.stage], amount.amount, str(amount.unit), amount.calendar or "as it goes by"


def _load(args: argparse.Namespace, conn) -> int:
    from ..events import limit_rows, limits
    from ..ingest import rows
    from . import loads

    source = args.file.name if args.file else "limits.csv"
    if args.file:
        given = rows.source(args.file)
        made, found = limit_rows.read([dict(zip(given.columns, row, strict=True)) for row in given.rows()], source)
    else:
        made, found = limit_rows.usual(), []
    found = [*found, *limits.check(conn, made, source)]
    print(f"{source}: {len(made):,} limits; {len(limits.listed(conn)):,} are there now")
    ended = loads.over(found, args.commit)
    if ended is not None:
        return ended
    print(f"Stored: {limits.load(conn, made, source):,} limits, for what is filed or comes to a stage from now on.")
    return 0


def _due(args: argparse.Namespace, conn) -> int:
    from datetime import UTC, datetime

    from ..errors import NotFound
    from ..events import classes, limits
    from ..events.limit_rows import STAGES
    from ..moments import shown
    from .given import moment, table

    known = {one.path: one for one in classes.valid(conn)}
    if args.path not in known:
        raise NotFound("class of events", args.path)
    of, start = known[args.path], moment("--from", args.start) or datetime.now(UTC)
    clocks = [limits.Clock(of.class_id, args.grade or of.grade, args.unit, stage, start, start) for stage in STAGES]
    ends = dict(zip(STAGES, (end.stage_due_at for end in limits.due_each(conn, clocks)), strict=True))
    of_parts = dict.fromkeys(("assist", "refer", "whistle"), ends["dispatched"])
    rows = [(stage, STAGES[stage], shown(end or of_parts.get(stage)) or "no limit") for stage, end in ends.items()]
    print("\n".join(table(("stage", "", "over by"), rows)))
    return 0
