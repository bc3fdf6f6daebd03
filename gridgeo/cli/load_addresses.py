"""`gridgeo load buildings|houses|names`: the address base."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import InvalidInput
from ..settings import Settings

#: What each kind of file holds.
KINDS = {
    "buildings": "buildings with their codes, addresses and places: CSV, XLSX, GeoPackage, Shapefile, GeoJSON, or a zip of them",
    "houses": "houses with their codes and numbers: CSV (streamed, millions of rows), XLSX",
    "names": "what buildings and houses are and were called: CSV, XLSX",
    "addresses": "addresses of buildings besides the main ones, former ones too: CSV, XLSX",
    "successors": "who follows buildings and houses that are gone: CSV, XLSX",
}

#: What the counts of the grids depend on.
_COUNTED = ("buildings", "houses")


def arguments(kinds) -> None:
    """What to load, how to understand it, and whether to store it."""
    for name, told in KINDS.items():
        kind = kinds.add_parser(name, help=told, description=f"load {told}; a dry run with a report, unless --commit")
        kind.add_argument("files", nargs="+", type=Path, metavar="FILE")
        if name == "buildings":
            kind.add_argument("--datum", default="", help="datum of the coordinates: wgs84, cgcs2000, gcj02, bd09 or EPSG:n")
        kind.add_argument("--field", action="append", default=[], metavar="FIELD=COLUMN", help="which column a field is in, as room=FJH")
        kind.add_argument("--since", metavar="DATE", help="what is new is valid from this day where its row says none (default: today)")
        kind.add_argument("--no-count", action="store_true", help="do not count the grids anew: more is to be loaded")
        kind.add_argument("--commit", action="store_true", help="store it: all or nothing; codes never change, what is known of them may")
        kind.add_argument("--accept", default="", metavar="CODE,…", help="leave out the rows, or the values, with these errors")
        kind.add_argument("--report", type=Path, metavar="DIR", help="write the issues there, as CSV and GeoJSON")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read, check, compare and report; store when asked. Return 1 when errors stop it, also in a dry run."""
    from contextlib import closing

    from ..db import connection
    from ..ingest import addresses, mapping
    from ..linkage import counts
    from . import database
    from .progress import Progress

    accepted = [code.strip() for code in args.accept.split(",") if code.strip()]
    given = mapping.merge(mapping.NONE, "", "", args.field, False).fields
    how = {"datum": getattr(args, "datum", ""), "given": given, "since": day(args.since), "storing": args.commit}
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, Progress() as progress, connection.transaction(conn):
        plan = addresses.plan(conn, args.what, args.files, **how, progress=progress.show)
        progress.clear()
        _tell(plan, accepted, args.report)
        left = plan.errors(accepted)
        if left or not args.commit:
            stop = f"Nothing was stored. Errors: {len({issue.code for issue in left})} kinds; {addresses.way_out(left)}"
            print(stop if left else "Dry run: nothing was stored. Add --commit to store it.")
            conn.rollback()
            return 1 if left else 0
        stored = addresses.commit(conn, plan, accepted)
        if args.what in _COUNTED and (stored.new or stored.changed) and not args.no_count:
            counts.refresh(conn)
    if stored.new or stored.changed:
        print(f"Stored: {stored.new:,} new, {stored.changed:,} changed, {stored.same:,} as before{_left_out(stored)}.")
    else:
        print(f"All {stored.same:,} are stored already: nothing was changed{_left_out(stored)}.")
    return 0


def _tell(plan, accepted: list[str], folder: Path | None) -> None:
    from ..exports import tables
    from ..ingest import report

    print(f"{', '.join(plan.files)} → {plan.kind.name}: {plan.rows:,} rows")
    print(f"  {plan.new:,} new, {plan.changed:,} changed, {plan.same:,} as before")
    for line in report.found(plan.issues, set(accepted), plan.totals):
        print(line)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        found = report.issues(plan)
        print("Written:", ", ".join(str(tables.write(folder / f"issues.{ending}", found, True)) for ending in ("csv", "geojson")))


def _left_out(stored) -> str:
    return f", {stored.left_out:,} rows left out" if stored.left_out else ""


def day(text: str | None):
    """Return the day a user gave; raises InvalidInput."""
    from datetime import date

    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("--since", text, "give a date: 2024-01-31") from None
