"""`gridgeo load workers`: who is in charge of which grid."""

from __future__ import annotations

import argparse

from ..settings import Settings
from . import loads

_TOLD = "grid workers and heads with their units, duty phones and periods: CSV, XLSX"


def arguments(kinds) -> None:
    """What to load, how to understand it, and whether to store it."""
    workers = kinds.add_parser("workers", help=_TOLD, description=f"load {_TOLD}; a dry run with a report, unless --commit")
    loads.options(workers, "name=XM")
    workers.add_argument("--scheme", default="governance", help="scheme of the units (default: governance)")
    workers.add_argument("--whole", action="store_true", help="the files name everybody: the duty of whom they do not name ends")
    workers.add_argument("--accept", default="", metavar="CODE,…", help="leave out the rows with these errors")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read, check, compare and report; store when asked. Return 1 when errors stop it, also in a dry run."""
    from ..ingest import workers

    accepted, how = loads.accepted(args), loads.asked(args)
    with loads.storing(settings) as (conn, progress):
        plan = workers.plan(conn, args.files, args.scheme, how["given"], how["since"], args.whole)
        progress.clear()
        compared = plan.compared
        print(f"{', '.join(plan.files)} → workers of scheme {plan.scheme}: {compared.rows:,} rows")
        print(f"  {compared.new:,} new, {compared.changed:,} changed, {compared.same:,} as before, {compared.ended:,} to end")
        loads.found(plan, accepted, args.report)
        left = plan.errors(accepted)
        if left or not args.commit:
            conn.rollback()
            return loads.not_stored(left, workers.way_out(left) if left else "")
        stored = workers.commit(conn, plan, accepted)
    loads.stored(stored)
    if stored.ended:
        print(f"Ended: {stored.ended:,} whom the files do not name.")
    return 0
