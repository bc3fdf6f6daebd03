"""Who asked what in the locked room, and whether the record of it is whole."""

from __future__ import annotations

import argparse
import time

from ..settings import Settings

HELP = "the record of who asked what: see whether it is whole, show its last rows"

_ON_ITS_WAY_S = 0.5


def arguments(parser: argparse.ArgumentParser) -> None:
    """One word for what to do."""
    doings = parser.add_subparsers(dest="what", required=True, metavar="what")
    verify = doings.add_parser("verify", help="find rows changed, moved, put in, taken out or cut off at the end")
    verify.set_defaults(doing=_verify)
    show = doings.add_parser("show", help="the last rows, the newest at the end")
    show.add_argument("--most", type=int, default=50, metavar="N", help="so many (default: 50)")
    show.add_argument("--actor", default="", help="of one asker: key:ab12cd34, cli:root")
    show.add_argument("--action", default="", help="of one action: resolve, links, token, load …")
    show.set_defaults(doing=_show)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what was asked; return 1 when the record is not whole."""
    return args.doing(args, settings)


def _verify(args: argparse.Namespace, settings: Settings) -> int:
    from ..linkage import audit
    from . import room
    from .progress import Progress

    with room.entered(settings) as (conn, vault), Progress() as progress:
        last = audit.head(conn)
        heads = _heads(settings, last)
        rows, found = audit.verify(conn, vault, heads, lambda done: progress.show("rows", done, last.seq))
        progress.clear()
    found += audit.unvouched(last, heads)
    kept = max((head.seq for head in heads), default=0)
    for finding in found:
        print(f"row {finding.seq:,} {finding.what}")
    print(f"{rows:,} rows; heads written to {audit.anchor_path(settings)} reach to row {kept:,}.")
    print("The record is not whole." if found else "No row was changed, moved, put in or taken out.")
    return 1 if found else 0


def _heads(settings: Settings, last) -> list:
    """The newest heads; the one of a row that was stored just now may be on its way."""
    from ..linkage import audit

    heads = audit.newest(audit.anchored(settings))
    if audit.unvouched(last, heads):
        time.sleep(_ON_ITS_WAY_S)
        heads = audit.newest(audit.anchored(settings))
    return heads


def _show(args: argparse.Namespace, settings: Settings) -> int:
    from ..linkage import audit
    from ..moments import CHINA
    from . import room
    from .given import table

    with room.entered(settings) as (conn, _):
        rows = audit.show(conn, args.most, args.actor, args.action)
    header = ("row", "at", "actor", "action", "purpose", "outcome", "codes", "detail")
    lines = []
    for row in rows:
        at = f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
        lines.append((row.seq, at, row.actor, row.action, row.purpose, row.outcome, row.subjects, row.detail))
    print("\n".join(table(header, lines)))
    return 0
