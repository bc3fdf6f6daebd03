"""`gridgeo load links`: who and what is linked to which house."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..settings import Settings

HELP = "links of persons, companies, numbers or events to houses: CSV or XLSX"

_KINDS = ("person", "credit", "phone", "event")


def arguments(kinds) -> None:
    """What to load, what rows say that say nothing themselves, and whether to store it."""
    links = kinds.add_parser("links", help=HELP, description=HELP)
    links.add_argument("files", nargs="+", type=Path, metavar="FILE")
    links.add_argument("--kind", required=True, choices=_KINDS, help="what codes the files hold")
    links.add_argument("--field", action="append", default=[], metavar="FIELD=COLUMN", help="which column a field is in, as code=证件号")
    links.add_argument("--role", default="", help="role of rows that say none: resident, registered …")
    links.add_argument("--method", default="register", help="method of rows that say none (default: register)")
    links.add_argument("--source", default="", help="source of rows that say none: whose register")
    links.add_argument("--commit", action="store_true", help="store them; what corrects a link keeps what was believed before")
    links.add_argument("--accept", default="", metavar="CODE,…", help="leave out the rows with these errors")
    links.add_argument("--no-count", action="store_true", help="do not count the grids anew: more is to be loaded")
    links.add_argument("--report", type=Path, metavar="FILE.csv", help="write a line for each row with something to say, codes masked")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read, check, compare and report; store when asked. Return 1 when errors stop it."""
    from ..db import connection
    from ..ingest import links, report
    from ..ingest.link_rows import Defaults
    from ..linkage import audit, counts, loading
    from . import room
    from .progress import Progress

    accepted = [code.strip() for code in args.accept.split(",") if code.strip()]
    defaults = Defaults(args.role, args.method, args.source)
    with room.entered(settings) as (conn, vault), Progress() as progress:
        with connection.transaction(conn):
            plan = links.plan(
                conn, vault, args.files, args.kind, given=_fields(args.field), defaults=defaults, accepted=accepted, progress=progress.show
            )
            progress.clear()
            for line in (*_counted(plan), *report.found(plan.issues, set(accepted))):
                print(line)
            if args.report:
                _write(args.report, plan)
            left = plan.errors(accepted)
            if not args.commit or left:
                print(f"Nothing was stored: {links.way_out(left)}" if left else "Dry run: nothing was stored. Add --commit to store them.")
                conn.rollback()
                return 1 if left else 0
            head = links.commit(conn, vault, plan, actor=room.actor(), accepted=accepted)
            loading.analyze(conn)
            if not args.no_count:
                counts.refresh(conn)
        audit.anchor(settings, head)
    print(f"Stored: {plan.counts.new:,} new links, {plan.counts.corrected:,} corrected; {plan.counts.same:,} as before.")
    return 0


def _counted(plan):
    counts = plan.counts
    yield f"{', '.join(plan.files)}: {plan.rows:,} rows, {counts.given:,} to be stored ({plan.kind})"
    yield f"  {counts.new:,} new, {counts.corrected:,} correct what is stored, {counts.same:,} as stored"
    yield f"  {counts.codes:,} codes not seen before"


def _fields(given: list[str]) -> dict[str, str]:
    from ..errors import InvalidInput

    found = {}
    for text in given:
        field, equals, column = text.partition("=")
        if not equals:
            raise InvalidInput("--field", "(as given)", "write FIELD=COLUMN, as code=证件号")
        found[field.strip()] = column.strip()
    return found


def _write(path: Path, plan) -> None:
    import csv

    from ..exports.rules import neutral

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(("severity", "code", "source", "row", "field", "value", "message"))
        for issue in plan.issues:
            cells = (str(issue.severity), issue.code, issue.source, issue.row or "", issue.field, issue.value, issue.message)
            writer.writerow([neutral(str(cell)) for cell in cells])
    print(f"{path}: {len(plan.issues):,} lines")
