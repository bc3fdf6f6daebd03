"""`gridgeo events`: what is late, what a day was like, and departments' systems that take tasks."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from ..settings import Settings
from . import doings

HELP = "events: the daily digest by grid, what is due or overdue, and departments' systems that take their tasks"


def arguments(parser: argparse.ArgumentParser) -> None:
    """One word for what to do."""
    words = parser.add_subparsers(dest="doing", required=True, metavar="digest|notices|place|receiver")
    digest = words.add_parser("digest", help="a day by grid: came in, filed, closed; open, overdue, due; and the gravest that are late")
    digest.add_argument("--day", metavar="DATE", help="(default: yesterday)")
    digest.add_argument("--level", default="community", help="of the units shown (default: community)")
    digest.add_argument("--unit", metavar="CODE", help="only within this one")
    digest.add_argument("--json", action="store_true", help="print JSON")
    notices = words.add_parser("notices", help="what is due soon, overdue, passed up, or nobody is known to lead")
    notices.add_argument("--department", metavar="CODE", help="only of what this one was told")
    notices.add_argument("--all", action="store_true", help="also what holds no more")
    notices.add_argument("--limit", type=int, default=50, metavar="N", help="(default: 50)")
    words.add_parser("place", help="say where events lie of which it is not said yet, and count them and add them up for maps from scratch")
    _receivers(words.add_parser("receiver", help="departments' systems that take tasks: add, list, remove, retry"))


def _receivers(parser: argparse.ArgumentParser) -> None:
    verb = doings.of(parser, "verb", "run_receiver")
    add = verb("add", _add, "tell a department's system of each task from now on; its secret is shown this once")
    add.add_argument("department", metavar="CODE")
    add.add_argument("url", metavar="URL", help="http:// or https://; letters go there and nowhere else")
    verb("list", _list, "who is told, and how it goes")
    verb("remove", _remove, "tell it no more").add_argument("department", metavar="CODE")
    verb("retry", _retry, "tell it again what it refused time and again").add_argument("department", metavar="CODE")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it on a connection of the administrator's."""
    from contextlib import closing

    from ..db import connection
    from ..letters.seals import Seal
    from . import database

    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        if args.doing == "receiver":
            return args.run_receiver(args, conn, Seal(settings))
        return {"digest": _digest, "notices": _notices, "place": _place}[args.doing](args, conn)


def _place(args: argparse.Namespace, conn) -> int:
    from ..events import assignment, cells
    from ..hierarchy import assignment as placing
    from ..hierarchy.model import GOVERNANCE

    for edition_id in placing.editions_to_come(conn, GOVERNANCE):
        print(f"Edition {edition_id}: of {assignment.assign(conn, edition_id):,} events it is said now where they lie.")
    cells.refresh(conn)
    return 0


def _digest(args: argparse.Namespace, conn) -> int:
    from datetime import UTC, datetime, timedelta

    from ..events.watching import digest
    from ..moments import CHINA
    from .given import moment

    now = datetime.now(UTC)
    day = (moment("--day", args.day) or now - timedelta(days=1)).astimezone(CHINA).date()
    made = digest.of_day(conn, day, now, args.level, args.unit)
    if args.json:
        print(json.dumps(asdict(made), ensure_ascii=False, indent=2, default=str))
        return 0
    print(digest.written(made))
    return 0


def _notices(args: argparse.Namespace, conn) -> int:
    from ..events.watching import notices
    from ..moments import shown
    from .given import table

    found = notices.listed(conn, args.department, holding=not args.all, limit=args.limit)
    rows = [(one.event_code, str(one.kind), shown(one.due_at), one.department_code, shown(one.found_at)) for one in found]
    print("\n".join(table(("event", "what", "due", "told", "found"), rows)) if rows else "Nothing is due soon or overdue.")
    return 0


def _add(args: argparse.Namespace, conn, seal) -> int:
    from ..changes.webhooks import store
    from ..events.watching import receivers

    store.enter(conn, args.url)
    print(receivers.add(conn, seal, args.department, args.url))
    print(f"This is the secret of {args.department}, shown this once: letters are signed with it (docs/howto/worktime.md).")
    return 0


def _list(args: argparse.Namespace, conn, _) -> int:
    from ..events.watching import receivers
    from ..moments import shown
    from .given import table

    rows = [(one.department_code, one.url, one.waiting, one.dead, shown(one.failing_since), one.failure) for one in receivers.listed(conn)]
    header = ("department", "url", "waiting", "left out", "failing since", "why")
    print("\n".join(table(header, rows)) if rows else "No department's system is told yet: `gridgeo events receiver add CODE URL`.")
    return 0


def _remove(args: argparse.Namespace, conn, _) -> int:
    from ..events.watching import receivers

    receivers.remove(conn, args.department)
    print(f"{args.department} is told no more.")
    return 0


def _retry(args: argparse.Namespace, conn, _) -> int:
    from ..events.watching import letters, receivers

    receivers.find(conn, args.department)
    print(f"{letters.revive(conn, args.department):,} letters wait again; `gridgeo work` sends them.")
    return 0
