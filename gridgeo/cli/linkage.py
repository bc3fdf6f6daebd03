"""The locked room from the terminal: its keys, what it holds, look-ups, corrections."""

from __future__ import annotations

import argparse
from datetime import date

from ..errors import InvalidInput
from ..settings import Settings
from . import doings, linkage_check, linkage_grids

HELP = "the five codes: keys and their rotation, what is linked, look-ups by code, corrections, blocks, business addresses"


def arguments(parser: argparse.ArgumentParser) -> None:
    """One word for what to do."""
    add = doings.of(parser)
    add("init", _init, "make the keys of a server of your own (the private database makes its own)")
    add("status", _status, "say which keys are in use, and how much is linked")
    rotate = add("rotate", _rotate, "seal all codes with a new key, while the room is open; begun again it goes on")
    which = rotate.add_mutually_exclusive_group()
    which.add_argument("--index", action="store_true", help="new tokens instead: the room is closed meanwhile")
    which.add_argument("--master", action="store_true", help="a new master key instead: codes and tokens stay as they are")
    resolve = add("resolve", _resolve, "what is linked to codes, one a line from standard input: a command line is seen by others")
    resolve.add_argument("--kind", required=True, choices=("person", "credit", "phone", "event", "house"), help="what the codes are")
    resolve.add_argument("--purpose", required=True, help="what for; see `gridgeo linkage status`")
    resolve.add_argument("--as-of", type=_day, metavar="DATE", help="the day it was so (default: today)")
    resolve.add_argument("--unmask", action="store_true", help="show codes whole, where the purpose allows it")
    resolve.add_argument("--all", action="store_true", help="list every link of a place; else the first hundred, and how many there are")
    history = add("history", _history, "every link of a token there is or was, codes masked")
    history.add_argument("token", help="32 hexadecimal digits, as answers name it")
    for name, run, told in (("end", _end, "say that a link no longer holds"), ("correct", _correct, "say a link anew")):
        doing = add(name, run, f"{told}; what was believed before is kept")
        doing.add_argument("token", help="32 hexadecimal digits")
        doing.add_argument("link_id", type=int, metavar="LINK", help="its number")
        if name == "end":
            doing.add_argument("--on", type=_day, required=True, metavar="DATE", help="the first day it no longer held")
        else:
            for field in ("role", "method", "source", "evidence"):
                doing.add_argument(f"--{field}")
            doing.add_argument("--from", dest="valid_from", type=_day, metavar="DATE")
            doing.add_argument("--confidence", type=float)
    add("count", _count, "count the grids anew, after loads with --no-count")
    linkage_grids.arguments(add)
    linkage_check.arguments(add)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what was asked."""
    return args.doing(args, settings)


def _init(args: argparse.Namespace, settings: Settings) -> int:
    from contextlib import closing

    from ..db import connection
    from ..linkage import keys
    from . import database

    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        path = keys.init(conn, settings)
    print(f"The keys are made. The master key lies in {path}: without it nothing can be read any more. Keep a copy apart from all dumps.")
    return 0


def _status(args: argparse.Namespace, settings: Settings) -> int:
    from ..linkage import keys, store
    from . import room
    from .given import table

    with room.entered(settings) as (conn, _):
        print("\n".join(table(("key", "purpose", "algorithm", "made", "in use"), keys.listed(conn))))
        print(f"master key: {keys.master_path(settings)}")
        print("\n".join(table(("kind", "role", "links"), store.counted(conn))))
        words = [(one.name, one.name_zh, one.name_en, "yes" if one.unmask else "") for one in store.purposes(conn).values()]
        print("\n".join(table(("purpose", "目的", "in English", "whole codes"), words)))
    return 0


def _rotate(args: argparse.Namespace, settings: Settings) -> int:
    from . import room
    from .progress import Progress

    with room.entered(settings) as (conn, vault), Progress() as progress:
        if args.master:
            return _new_master(conn, settings, vault)
        if args.index:
            return _new_index(conn, settings, vault, progress)
        return _new_seal(conn, settings, vault, progress)


def _new_master(conn, settings: Settings, vault) -> int:
    from ..db import connection
    from ..linkage import keys, rotation

    with connection.transaction(conn):
        new, count = rotation.rewrap(conn, settings)
    rotation.settle(new, keys.master_path(settings))
    _note(conn, settings, vault, "rotate master", count)
    print(f"A new master key wraps {count} keys. The old one lies beside it for dumps from before; a copy kept elsewhere is to be renewed.")
    return 0


def _new_index(conn, settings: Settings, vault, progress) -> int:
    from ..db import connection
    from ..linkage import rotation, store

    total = store.codes(conn)
    with connection.transaction(conn):
        anew, count = rotation.reindex(conn, settings, vault, lambda done: progress.show("codes", done, total))
    progress.clear()
    _note(conn, settings, anew, "rotate index", count)
    print(f"{count:,} codes have new tokens. Tokens in the audit are those of their day.")
    return 0


def _new_seal(conn, settings: Settings, vault, progress) -> int:
    from ..db import connection
    from ..linkage import reporters, rotation, store

    total, done, count, after = store.codes(conn), 0, 0, b""
    with connection.transaction(conn):
        vault = rotation.begin(conn, settings, vault)
    while after is not None:
        with connection.transaction(conn):
            after, anew = rotation.step(conn, vault, after)
        count, done = count + anew, done + rotation.BATCH
        progress.show("codes", min(done, total), total)
    texts = True
    while texts:
        with connection.transaction(conn):
            texts = reporters.reseal(conn, vault)
    progress.clear()
    _note(conn, settings, vault, "rotate seal", count)
    print(f"{count:,} codes are sealed with key {vault.seal_key_id}.")
    return 0


def _note(conn, settings: Settings, vault, action: str, subjects: int) -> None:
    from ..linkage import audit
    from . import room

    room.done(conn, settings, lambda: (None, audit.record(conn, vault, actor=room.actor(), action=action, subjects=subjects)))


def _resolve(args: argparse.Namespace, settings: Settings) -> int:
    from ..linkage import resolve
    from ..linkage.model import Asked
    from . import room

    asked = [Asked(args.kind, code) for code in _codes(args.kind)]
    how = {"as_of": args.as_of, "unmask": args.unmask, **({"most": None} if args.all else {})}
    with room.entered(settings) as (conn, vault):
        who = {"purpose": args.purpose, "actor": room.actor()}

        def ask():
            found = resolve.resolve(conn, vault, asked, **who, **how)
            return found.answers, found.head

        try:
            answers = room.done(conn, settings, ask)
        except InvalidInput:
            room.done(conn, settings, lambda: (None, resolve.refuse(conn, vault, **who, subjects=len(asked), why="purpose")))
            raise
    print("\n".join(line for answer in answers for line in _told(answer)))
    return 0


def _codes(kind: str) -> list[str]:
    """The codes somebody types, unseen, or hands over line by line."""
    import getpass
    import sys

    if sys.stdin.isatty():
        return [getpass.getpass(f"{kind} code (not shown): ")]
    return [line.strip() for line in sys.stdin if line.strip()]


def _told(answer):
    from .given import table

    yield f"{answer.kind} {answer.masked}{f': {answer.fault}' if answer.fault else ''}"
    if not answer.fault and not answer.meetings:
        yield "  linked to nothing"
    for meeting in answer.meetings:
        yield f"  at {meeting.place}{_cut(meeting)}"
        yield from (f"    {line}" for line in table(_COLUMNS, [_row(link) for link in meeting.listed]))


def _cut(meeting) -> str:
    """What is said of a list that goes on."""
    if meeting.complete:
        return ""
    by_kind = ", ".join(f"{kind} {count:,}" for kind, count in meeting.counts.items())
    return f": {len(meeting.listed)} of {sum(meeting.counts.values()):,} links ({by_kind}); --all lists the rest"


_COLUMNS = ("link", "kind", "code", "role", "from", "to", "method", "confidence", "source", "token")


def _row(link) -> tuple:
    code = link.code.value if link.code else link.masked
    period = (str(day) if day else "" for day in (link.valid_from, link.valid_to))
    return (str(link.link_id), str(link.kind), code, link.role, *period, link.method, link.confidence, link.source, link.token)


def _history(args: argparse.Namespace, settings: Settings) -> int:
    from ..linkage import audit, store
    from ..moments import shown
    from . import room
    from .given import table

    token = _token(args.token)
    with room.entered(settings) as (conn, vault):

        def ask():
            links = store.history(conn, vault, token)
            return links, audit.record(conn, vault, actor=room.actor(), action="history", subjects=1, detail=args.token.lower())

        links = room.done(conn, settings, ask)
    rows = [(link.place, *_row(link), shown(link.recorded_from), shown(link.recorded_to)) for link in links]
    print("\n".join(table(("place", *_COLUMNS, "believed from", "to"), rows)))
    return 0


def _end(args: argparse.Namespace, settings: Settings) -> int:
    return _change(args, settings, {"valid_to": args.on})


def _correct(args: argparse.Namespace, settings: Settings) -> int:
    given = {name: getattr(args, name) for name in ("role", "method", "source", "evidence", "valid_from", "confidence")}
    return _change(args, settings, {name: value for name, value in given.items() if value is not None})


def _change(args: argparse.Namespace, settings: Settings, changes: dict) -> int:
    from ..linkage import audit, store
    from . import room

    token = _token(args.token)
    with room.entered(settings) as (conn, vault):

        def change():
            link = store.link(conn, vault, token, args.link_id)
            new = store.correct(conn, link, **changes)
            detail = f"{link.token} {link.link_id} {new.link_id} {' '.join(changes)}"
            return new, audit.record(conn, vault, actor=room.actor(), action=args.what, purpose="correction", subjects=1, detail=detail)

        new = room.done(conn, settings, change)
    print(f"Link {args.link_id} is kept as it was believed; link {new.link_id} is believed from now on.")
    return 0


def _count(args: argparse.Namespace, settings: Settings) -> int:
    from ..db import connection
    from ..linkage import counts
    from . import room

    with room.entered(settings) as (conn, _), connection.transaction(conn):
        print(f"{counts.refresh(conn):,} grids were counted; of the others nothing has changed.")
    return 0


def _token(text: str) -> bytes:
    from ..linkage import rules

    return rules.token_of(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("give a day: 2024-01-31") from None
