"""`gridgeo feed webhook`: services that are told of transactions; added, looked after, removed. No command of its own."""

from __future__ import annotations

import argparse
import json

from ..settings import Settings
from . import doings


def arguments(parser: argparse.ArgumentParser) -> None:
    """One word for what to do."""
    add = doings.of(parser, "doing", "run_webhook")
    host = add("host", _host, "let the host of an address be told, by whoever may add webhooks over HTTP; without one, list those that may")
    host.add_argument("url", metavar="URL", nargs="?")
    made = add("add", _add, "tell a service of every transaction from now on; its secret is shown this once")
    made.add_argument("url", metavar="URL", help="http:// or https://; letters go there and nowhere else")
    made.add_argument("--entities", metavar="NAMES", help="such as unit,object (default: all)")
    area = "code of a grid unit of any level it is for; several with commas (default: the whole city)"
    made.add_argument("--area", metavar="CODES", help=area)
    add("list", _list, "who is told, and up to which transaction", json_too=True)
    add("remove", _remove, "tell it no more").add_argument("id", type=int, metavar="ID")
    add("test", _test, "send it a letter that says nothing").add_argument("id", type=int, metavar="ID")
    add("dead", _dead, "transactions that were refused time and again, and left out").add_argument("id", type=int, metavar="ID", nargs="?")
    again = add("retry", _retry, "tell it again what was left out")
    again.add_argument("id", type=int, metavar="ID")
    again.add_argument("numbers", type=int, metavar="NUMBER", nargs="*", help="(default: all)")


def run(args: argparse.Namespace, settings: Settings, conn) -> int:
    """Do it on a connection of the administrator's; what is sent is sent outside of transactions."""
    from ..letters.seals import Seal

    return args.run_webhook(args, conn, Seal(settings))


def _host(args: argparse.Namespace, conn, _) -> int:
    from ..changes.webhooks import store
    from ..db import connection

    with connection.transaction(conn):
        if args.url is not None:
            store.enter(conn, args.url)
        print("\n".join(store.origins(conn)) or "no host was entered yet")
    return 0


def _add(args: argparse.Namespace, conn, seal) -> int:
    from ..access.store import units_of_codes
    from ..changes.webhooks import store
    from ..db import connection

    with connection.transaction(conn):
        area = units_of_codes(conn, args.area.split(",")) if args.area else None
        store.enter(conn, args.url)
        made, secret = store.add(conn, seal, args.url, args.entities.split(",") if args.entities else (), area)
    print(secret)
    print(f"This is the secret of webhook {made.webhook_id}, shown this once: letters are signed with it (docs/howto/changes.md).")
    print(f"It is told of {', '.join(made.entities)} from transaction {made.told + 1} on.")
    return 0


def _list(args: argparse.Namespace, conn, _) -> int:
    from ..access.store import names_of_units
    from ..changes import stamping
    from ..changes.webhooks import store
    from ..db import connection
    from ..moments import shown
    from .given import table

    with connection.transaction(conn):
        found, latest = store.listed(conn), stamping.state(conn).latest
        names = names_of_units(conn, {unit for one in found for unit in one.area or ()})
    facts = [
        {
            "id": one.webhook_id,
            "url": one.url,
            "entities": list(one.entities),
            "area": None if one.area is None else [names[unit][0] for unit in one.area],
            "told": one.told,
            "behind": latest - one.told,
            "dead": one.dead,
            "failing_since": one.failing_since and one.failing_since.isoformat(),
            "failure": one.failure,
        }
        for one in found
    ]
    if args.json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return 0
    header = ("id", "url", "area", "told", "behind", "dead", "failing since", "why")
    rows = [
        (fact["id"], fact["url"], ",".join(fact["area"] or ("全市",)), fact["told"], fact["behind"], fact["dead"], since, fact["failure"])
        for fact, since in zip(facts, [shown(one.failing_since) for one in found], strict=True)
    ]
    print("\n".join(table(header, rows)) if rows else "Nobody is told yet: `gridgeo feed webhook add URL`.")
    return 0


def _remove(args: argparse.Namespace, conn, _) -> int:
    from ..changes.webhooks import store
    from ..db import connection

    with connection.transaction(conn):
        store.remove(conn, args.id)
    print(f"Webhook {args.id} is told no more.")
    return 0


def _test(args: argparse.Namespace, conn, seal) -> int:
    from ..changes.webhooks import delivery, letters, store
    from ..db import connection

    with connection.transaction(conn):
        webhook, letter = store.find(conn, args.id), letters.test(conn)
    return _tell("test letter", delivery.sent(seal, webhook, letter).failure)


def _dead(args: argparse.Namespace, conn, _) -> int:
    from ..changes.webhooks import store
    from ..db import connection
    from ..moments import shown
    from .given import table

    with connection.transaction(conn):
        if args.id is not None:
            store.find(conn, args.id)
        rows = [(one.webhook_id, one.number, shown(one.died_at), one.failure) for one in store.dead(conn, args.id)]
    print("\n".join(table(("webhook", "transaction", "left out", "why"), rows)) if rows else "Nothing was left out.")
    return 0


def _retry(args: argparse.Namespace, conn, seal) -> int:
    """Tell again in order, up to the first that is refused again."""
    from ..changes.webhooks import delivery, letters, store
    from ..db import connection

    with connection.transaction(conn):
        webhook = store.find(conn, args.id)
        again = [store.one_dead(conn, args.id, number) for number in sorted(args.numbers)] or store.dead(conn, args.id)
    for one in again:
        with connection.transaction(conn):
            letter = letters.of(conn, webhook, one.number)
        outcome = delivery.sent(seal, webhook, letter)
        with connection.transaction(conn):
            store.settle_dead(conn, one, outcome)
        if _tell(f"transaction {one.number}", outcome.failure):
            return 1
    return 0


def _tell(what: str, failure: str | None) -> int:
    print(f"{what}: {failure or 'taken'}")
    return 0 if failure is None else 1
