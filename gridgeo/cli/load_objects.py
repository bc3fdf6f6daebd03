"""`gridgeo load objects`: managed objects; `gridgeo objects rejected` hands out what a load put aside."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..settings import Settings

_TOLD = "managed objects with element codes, categories, places: CSV (streamed), XLSX, GeoPackage, Shapefile, GeoJSON, a zip of them"


def arguments(kinds) -> None:
    """What to load, how to understand it, and whether to store it."""
    kind = kinds.add_parser("objects", help=_TOLD, description=f"load {_TOLD}; a dry run with a report, unless --commit")
    kind.add_argument("files", nargs="+", type=Path, metavar="FILE")
    kind.add_argument("--datum", default="", help="datum of the coordinates: wgs84, cgcs2000, gcj02, bd09 or EPSG:n")
    kind.add_argument(
        "--field", action="append", default=[], metavar="FIELD=COLUMN", help="which column a field is in, as element_code=BSM"
    )
    kind.add_argument("--since", metavar="DATE", help="what is new is as it is from this day on where its row says none (default: today)")
    kind.add_argument("--commit", action="store_true", help="store it: all or nothing")
    kind.add_argument("--take-sound", action="store_true", help="store the rows without an error; put the others aside to be corrected")
    kind.add_argument("--accept", default="", metavar="CODE,…", help="errors of a file as a whole that are meant so, as looks-gcj-02")
    kind.add_argument("--report", type=Path, metavar="DIR", help="write the issues there, as CSV and GeoJSON")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read, check, compare and report; store when asked. Return 1 when errors stop it, also in a dry run."""
    from contextlib import closing

    from ..db import connection
    from ..ingest import mapping, objects
    from . import database
    from .load_addresses import day
    from .progress import Progress

    accepted = [code.strip() for code in args.accept.split(",") if code.strip()]
    given = mapping.merge(mapping.NONE, "", "", args.field, False).fields
    how = {"datum": args.datum, "given": given, "since": day(args.since), "storing": args.commit}
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, Progress() as progress, connection.transaction(conn):
        plan = objects.plan(conn, args.files, **how, progress=progress.show)
        left = plan.errors(accepted, args.take_sound)
        would = None if args.commit and not left else objects.tried(conn, plan)
        progress.clear()
        _tell(plan, would, accepted, args.report)
        if left or not args.commit:
            stop = f"Nothing was stored. Errors: {len({issue.code for issue in left})} kinds; {objects.way_out(left)}"
            print(stop if left else "Dry run: nothing was stored. Add --commit to store it.")
            conn.rollback()
            return 1 if left else 0
        stored = objects.commit(conn, plan, accepted, args.take_sound)
    if stored.new or stored.changed:
        print(f"Stored: {stored.new:,} new, {stored.changed:,} changed, {stored.same:,} as before.")
    else:
        print(f"All {stored.same:,} are stored already: nothing was changed.")
    if stored.rejected:
        print(f"Put aside: {stored.rejected:,} rows. To correct them: gridgeo objects rejected --load {stored.load_id} --out FILE.csv")
    return 0


def rejected(args: argparse.Namespace, settings: Settings) -> int:
    """Say which loads put rows aside; write the rows of one, or of all, where a file is named."""
    from contextlib import closing

    from ..db import connection
    from ..ingest import objects_rejected
    from ..moments import shown
    from . import database

    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        if args.out and str(args.out) == "-":
            objects_rejected.write(conn, sys.stdout, args.load)
        elif args.out:
            print(
                f"{objects_rejected.save(conn, args.out, args.load):,} rows written to {args.out}: correct them, and load the file again."
            )
        else:
            loads = [load for load in objects_rejected.loads(conn) if args.load in (None, load.load_id)]
            for load in loads:
                print(f"load {load.load_id}  {shown(load.at)}  {load.rows:>8,} rows  {', '.join(load.files)}")
            print("" if loads else "No row is put aside.", end="" if loads else "\n")
    return 0


def rejected_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which load, and where to."""
    parser.add_argument("--load", type=int, metavar="ID", help="only the rows of this load (default: of all)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE.csv", help="write the rows there, with what is wrong with each; -: to the terminal"
    )


def _tell(plan, would, accepted: list[str], folder: Path | None) -> None:
    from ..exports import tables
    from ..ingest import report

    print(f"{', '.join(plan.files)} → objects: {plan.rows:,} rows")
    if would is not None:
        aside = f", {would.rejected:,} with errors" if would.rejected else ""
        print(f"  {would.new:,} new, {would.changed:,} changed, {would.same:,} as before{aside}")
    for line in report.found(plan.issues, set(accepted), plan.totals):
        print(line)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        found = report.issues(plan)
        print("Written:", ", ".join(str(tables.write(folder / f"issues.{ending}", found, True)) for ending in ("csv", "geojson")))
