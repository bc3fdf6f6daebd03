"""`gridgeo load buildings|houses|names`: the address base."""

from __future__ import annotations

import argparse

from ..settings import Settings
from . import loads

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
        loads.options(kind, "room=FJH")
        if name == "buildings":
            kind.add_argument("--datum", default="", help=loads.DATUM)
        kind.add_argument("--no-count", action="store_true", help="do not count the grids anew: more is to be loaded")
        kind.add_argument("--accept", default="", metavar="CODE,…", help="leave out the rows, or the values, with these errors")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read, check, compare and report; store when asked. Return 1 when errors stop it, also in a dry run."""
    from ..ingest import addresses
    from ..linkage import counts

    accepted, how = loads.accepted(args), loads.asked(args)
    with loads.storing(settings) as (conn, progress):
        plan = addresses.plan(conn, args.what, args.files, **how, progress=progress.show)
        progress.clear()
        print(f"{', '.join(plan.files)} → {plan.kind.name}: {plan.rows:,} rows")
        print(f"  {plan.new:,} new, {plan.changed:,} changed, {plan.same:,} as before")
        loads.found(plan, accepted, args.report)
        left = plan.errors(accepted)
        if left or not args.commit:
            conn.rollback()
            return loads.not_stored(left, addresses.way_out(left))
        stored = addresses.commit(conn, plan, accepted)
        if args.what in _COUNTED and (stored.new or stored.changed) and not args.no_count:
            counts.refresh(conn)
    loads.stored(stored, f", {stored.left_out:,} rows left out" if stored.left_out else "")
    return 0
