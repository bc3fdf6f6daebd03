"""`gridgeo feed`: how the change feed stands, and numbering transactions where no API does."""

from __future__ import annotations

import argparse

from ..settings import Settings

HELP = "the change feed for services that keep a copy: how it stands, number what was committed"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is to be done."""
    what = parser.add_subparsers(dest="what", required=True, metavar="status|stamp")
    what.add_parser("status", help="the last number, what waits for one, how far back changes are kept")
    stamp = what.add_parser("stamp", help="number transactions as they commit, until interrupted; the API does it by itself")
    stamp.add_argument("--once", action="store_true", help="only those that wait now")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it on a connection of the administrator's."""
    from contextlib import closing

    from ..changes import stamping
    from ..db import connection
    from . import database

    with database.opened(settings) as url:
        if args.what == "stamp" and not args.once:
            print("numbering transactions as they commit; Ctrl-C ends it", flush=True)
            stamping.Stamper(url).run()
            return 0
        with closing(connection.connect(url)) as conn, connection.transaction(conn):
            return _stamp(conn) if args.what == "stamp" else _status(conn)


def _stamp(conn) -> int:
    from ..changes import stamping

    stamped = stamping.stamp(conn)
    print(f"{stamped:,} transactions numbered; the last is {stamping.state(conn).latest}")
    return 0


def _status(conn) -> int:
    from ..changes import stamping
    from ..moments import shown

    state = stamping.state(conn)
    print(f"last transaction: {state.latest}")
    print(f"kept from: {state.first or '-'}{f' ({shown(state.first_at)})' if state.first_at else ''}")
    print(f"waiting for a number: {state.waiting}{f', since {shown(state.waiting_since)}' if state.waiting_since else ''}")
    return 0
