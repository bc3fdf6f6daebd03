"""`gridgeo load objects`: managed objects; `gridgeo objects rejected` hands out what a load put aside."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import Conflict
from ..settings import Settings
from . import loads

_TOLD = "managed objects with element codes, categories, places: CSV (streamed), XLSX, GeoPackage, Shapefile, GeoJSON, a zip of them"


def arguments(kinds) -> None:
    """What to load, how to understand it, and whether to store it."""
    kind = kinds.add_parser("objects", help=_TOLD, description=f"load {_TOLD}; a dry run with a report, unless --commit")
    loads.options(kind, "element_code=BSM")
    kind.add_argument("--datum", default="", help=loads.DATUM)
    kind.add_argument("--take-sound", action="store_true", help="store the rows without an error; put the others aside to be corrected")
    kind.add_argument("--accept", default="", metavar="CODE,…", help="errors of a file as a whole that are meant so, as looks-gcj-02")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read, check, compare and report; store when asked. Return 1 when errors stop it, also in a dry run."""
    from ..ingest import objects

    accepted, how = loads.accepted(args), loads.asked(args)
    with loads.storing(settings) as (conn, progress):
        plan = objects.plan(conn, args.files, **how, progress=progress.show)
        left = plan.errors(accepted, args.take_sound)
        would = None if args.commit and not left else objects.tried(conn, plan)
        progress.clear()
        _tell(plan, would)
        loads.found(plan, accepted, args.report)
        if left or not args.commit:
            conn.rollback()
            return loads.not_stored(left, objects.way_out(left))
        stored = objects.commit(conn, plan, accepted, args.take_sound)
        conn.commit()
        _add_up(conn)
    loads.stored(stored)
    if stored.rejected:
        print(f"Put aside: {stored.rejected:,} rows. To correct them: gridgeo objects rejected --load {stored.load_id} --out FILE.csv")
    return 0


def _add_up(conn) -> None:
    """Have maps show what was stored from their first tile on. Whoever serves does it too, seconds later: it may be broken off."""
    from ..tiles import cells

    try:
        cells.drain(conn)
    except KeyboardInterrupt:
        conn.rollback()


def rejected(args: argparse.Namespace, settings: Settings) -> int:
    """Say which loads put rows aside; write the rows of one, or of all, where a file is named."""
    from contextlib import closing

    from ..db import connection
    from ..ingest import objects_rejected
    from ..moments import shown
    from . import database

    written = args.out is not None and str(args.out) != "-"
    if written and args.out.exists() and not args.overwrite:
        raise Conflict(f"{args.out} is there already; --overwrite replaces it")
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        if args.out and not written:
            objects_rejected.write(conn, sys.stdout, args.load)
        elif written:
            print(
                f"{objects_rejected.save(conn, args.out, args.load):,} rows written to {args.out}: correct them, and load the file again."
            )
        else:
            found = [load for load in objects_rejected.loads(conn) if args.load in (None, load.load_id)]
            for load in found:
                print(f"load {load.load_id}  {shown(load.at)}  {load.rows:>8,} rows  {', '.join(load.files)}")
            print("" if found else "No row is put aside.", end="" if found else "\n")
    return 0


def rejected_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which load, and where to."""
    parser.add_argument("--load", type=int, metavar="ID", help="only the rows of this load (default: of all)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE.csv", help="write the rows there, with what is wrong with each; -: to the terminal"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")


def _tell(plan, would) -> None:
    print(f"{', '.join(plan.files)} → objects: {plan.rows:,} rows")
    if would is not None:
        aside = f", {would.rejected:,} with errors" if would.rejected else ""
        print(f"  {would.new:,} new, {would.changed:,} changed, {would.same:,} as before{aside}")
