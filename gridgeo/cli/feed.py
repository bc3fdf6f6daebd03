"""`gridgeo feed`: how the change feed stands, who is told of it, and numbering and telling where no API does."""

from __future__ import annotations

import argparse

from ..settings import Settings
from . import webhooks

HELP = "the change feed for services that keep a copy: how it stands, who is told of it, number what was committed"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is to be done."""
    what = parser.add_subparsers(dest="what", required=True, metavar="status|stamp|deliver|webhook")
    what.add_parser("status", help="the last number, what waits for one, how far back changes are kept")
    stamp = what.add_parser("stamp", help="number transactions as they commit, until interrupted; the API does it by itself")
    stamp.add_argument("--once", action="store_true", help="only those that wait now")
    what.add_parser("deliver", help="tell webhooks of transactions, until interrupted; the API does it by itself")
    webhooks.arguments(what.add_parser("webhook", help="services that are told: host, add, list, remove, test, dead, retry"))


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it on a connection of the administrator's."""
    from contextlib import closing

    from ..db import connection
    from . import database

    with database.opened(settings) as url:
        if args.what == "deliver" or (args.what == "stamp" and not args.once):
            return _work(args.what, url, settings)
        with closing(connection.connect(url)) as conn:
            if args.what == "webhook":
                return webhooks.run(args, settings, conn)
            with connection.transaction(conn):
                return _stamp(conn) if args.what == "stamp" else _status(conn)


def _work(what: str, url: str, settings: Settings) -> int:
    from ..changes import stamping
    from ..changes.webhooks import delivery

    if what == "stamp":
        print("numbering transactions as they commit; Ctrl-C ends it", flush=True)
        stamping.Stamper(url).run()
    else:
        print("telling webhooks of transactions; Ctrl-C ends it", flush=True)
        delivery.Deliverer(url, settings).run()
    return 0


def _stamp(conn) -> int:
    from ..changes import stamping

    stamped = stamping.stamp(conn)
    print(f"{stamped:,} transactions numbered; the last is {stamping.state(conn).latest}")
    return 0


def _status(conn) -> int:
    from ..changes import stamping
    from ..changes.webhooks import store
    from ..moments import shown

    state, told = stamping.state(conn), store.listed(conn)
    print(f"last transaction: {state.latest}")
    print(f"kept from: {state.first or '-'}{f' ({shown(state.first_at)})' if state.first_at else ''}")
    print(f"waiting for a number: {state.waiting}{f', since {shown(state.waiting_since)}' if state.waiting_since else ''}")
    print(f"numbering: {'somebody does' if stamping.is_numbering(conn) else 'nobody does: `gridgeo up`, or `gridgeo feed stamp`'}")
    failing, dead = sum(one.failing_since is not None for one in told), sum(one.dead for one in told)
    print(f"webhooks: {len(told)}, of which {failing} fail now; {dead} transactions left out")
    return 0
