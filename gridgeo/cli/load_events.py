"""`gridgeo load events`: a year's list of events and requests of another system."""

from __future__ import annotations

import argparse

from ..settings import Settings
from . import loads

_TOLD = "events and requests of another system with all that was done about them: CSV or XLSX, as it was exported"


def arguments(kinds) -> None:
    """What to load, whose it is, how to understand it, and whether to store it."""
    events = kinds.add_parser("events", help=_TOLD, description=f"load {_TOLD}; a dry run with a report, unless --commit")
    events.add_argument("files", nargs="+", type=loads.Path, metavar="FILE")
    events.add_argument("--source", required=True, help="whose list it is: with their codes it names an event once")
    events.add_argument("--kind", choices=("event", "request"), default="event", help="what rows are that do not say it (default: event)")
    events.add_argument("--channel", default="", help="by which channel rows came that do not say it")
    events.add_argument("--datum", default="", help=loads.DATUM)
    events.add_argument("--field", action="append", default=[], metavar="FIELD=COLUMN", help="which column a field is in, as original=GDBH")
    events.add_argument("--commit", action="store_true", help="store it: all or nothing; events we have from the source go on")
    events.add_argument("--accept", default="", metavar="CODE,…", help="leave out the rows with these errors")
    events.add_argument("--report", type=loads.Path, metavar="DIR", help="write the issues there, as CSV and GeoJSON")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read, check, compare and report; store when asked. Return 1 when errors stop it, also in a dry run."""
    from ..ingest import events, mapping

    accepted = loads.accepted(args)
    given = mapping.merge(mapping.NONE, "", "", args.field, False).fields
    how = {"kind": args.kind, "channel": args.channel, "datum": args.datum, "given": given}
    with loads.storing(settings) as (conn, progress):
        plan = events.plan(conn, args.files, args.source, **how, progress=progress.show)
        progress.clear()
        told = f"{plan.rows:,} rows, {len(plan.ready):,} new, {plan.known:,} known, in {len(plan.going_on):,} of these something new"
        print(f"{', '.join(plan.files)} → events of {plan.source}: {told}")
        loads.found(plan, accepted, args.report)
        left = plan.errors(accepted)
        if left or not args.commit:
            conn.rollback()
            return loads.not_stored(left, events.way_out(left) if left else "")
        stored = events.commit(conn, plan, accepted, default_area=settings.default_area, progress=progress.show)
        progress.clear()
    loads.stored(stored, f"; {stored.steps:,} steps")
    return 0
