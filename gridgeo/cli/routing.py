"""Who events go to: the matrix of responsibility and the rules before it, loaded, checked, explained, tested and put in force."""

from __future__ import annotations

import argparse
import json
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from ..settings import Settings
from . import doings

HELP = "who events go to: the matrix of responsibility and rules before it, loaded, checked, explained, tested, put in force"

_SHOWN = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """One word for what to do."""
    add = doings.of(parser)
    load = add("load", _load, "the matrix from a table (CSV, XLSX): who leads, assists, may be referred to; a dry run, unless --commit")
    load.add_argument("file", type=Path, metavar="FILE")
    load.add_argument("--rules", metavar="NAME", help="the table holds rules: they become a draft of this name")
    load.add_argument("--whole", action="store_true", help="the table is the whole matrix: what it does not name ends")
    load.add_argument("--since", metavar="DATE", help="what is new is so from this day where its row says none (default: today)")
    load.add_argument("--accept", default="", metavar="CODE,…", help="leave out the rows with these errors")
    load.add_argument("--commit", action="store_true", help="store it")
    add("check", _check, "classes nobody leads, or two departments do", json_too=True)
    explain = add("explain", _explain, "where an event goes, and why not elsewhere")
    explain.add_argument("event", metavar="EVENT", help="its number or its code")
    explain.add_argument("--set", type=int, metavar="SET", help="by this set of rules instead of that in force")
    add("sets", _sets, "the sets of rules there are, and which is in force", json_too=True)
    test = add("test", _test, "which events of past days would go elsewhere by a set of rules")
    test.add_argument("set", type=int, metavar="SET")
    test.add_argument("--days", type=int, default=30, metavar="N", help="days before now (default: 30)")
    add("activate", _activate, "put a tested set of rules in force").add_argument("set", type=int, metavar="SET")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what was named."""
    return args.doing(args, settings)


@contextmanager
def _opened(settings: Settings):
    from ..db import connection
    from . import database

    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        yield conn


def _load(args: argparse.Namespace, settings: Settings) -> int:
    """Read, check, compare and report; store when asked. Return 1 when errors stop it, also in a dry run."""
    from ..ingest import rows

    given = rows.source(args.file)
    table = [dict(zip(given.columns, (cell or "" for cell in row), strict=True)) for row in given.rows()]
    with _opened(settings) as conn:
        return _draft(conn, args, table) if args.rules else _matrix(conn, args, table)


def _matrix(conn, args: argparse.Namespace, table: list[dict[str, str]]) -> int:
    from ..events.routing import matrix, matrix_rows
    from . import loads

    read = matrix_rows.read(table, matrix.known(conn), args.file.name)
    since = loads.day(args.since)
    compared = matrix.stage(conn, read.rows, read.departments, since, args.whole)
    new = f", {len(read.departments):,} new departments" if read.departments else ""
    print(f"{args.file.name}: {compared.rows:,} rows{new}")
    print(f"  {compared.new:,} new, {compared.changed:,} changed, {compared.same:,} as before, {compared.ended:,} to end")
    if not _may_store(conn, args, read.issues):
        return _status(args, read.issues)
    matrix.put(conn, since, args.whole)
    loads.stored(compared)
    return 0


def _draft(conn, args: argparse.Namespace, table: list[dict[str, str]]) -> int:
    from ..events.routing import reading, rulesets

    written, issues = reading.rules(table, args.file.name)
    print(f"{args.file.name}: {len(written):,} rules")
    if not _may_store(conn, args, issues):
        return _status(args, issues)
    made = rulesets.stage(conn, written, args.rules, args.file.name)
    print(f"Rule set {made.set_id} ({made.name}) is {made.state}: `gridgeo routing test {made.set_id}` says what it would change.")
    return 0


def _may_store(conn, args: argparse.Namespace, issues: list) -> bool:
    """Print what was found; whether it is to be stored."""
    from .. import issues as findings
    from ..ingest import report
    from . import loads

    for line in report.found(issues, set(loads.accepted(args))):
        print(line)
    if args.commit and not findings.errors(issues, loads.accepted(args)):
        return True
    conn.rollback()
    return False


def _status(args: argparse.Namespace, issues: list) -> int:
    from .. import issues as findings
    from . import loads

    left = findings.errors(issues, loads.accepted(args))
    codes = ",".join(sorted({issue.code for issue in left}))
    return loads.not_stored(left, f"mend the file, or leave out the rows at fault: --accept {codes}")


def _check(args: argparse.Namespace, settings: Settings) -> int:
    """Print what is wrong with the matrix; 1 where a class has no lead or two."""
    from .. import issues as findings
    from ..events.routing import matrix
    from ..ingest import report

    with _opened(settings) as conn:
        found = matrix.check(conn)
    if args.json:
        print(json.dumps([{"code": one.code, "severity": one.severity, "message": one.message} for one in found], ensure_ascii=False))
    else:
        for line in report.found(found):
            print(line)
        if not found:
            print("Every class has one lead everywhere.")
    return 1 if findings.errors(found) else 0


def _explain(args: argparse.Namespace, settings: Settings) -> int:
    from ..events import store
    from ..events.routing import explain
    from ..objects import categories

    with _opened(settings) as conn:
        explained = explain.of_event(conn, store.find(conn, args.event).event_id, set_id=args.set)
        departments = categories.departments(conn)
    facts = explained.facts
    print(f"{facts.class_path or '—'} · {facts.grade} · {facts.channel} · {' < '.join(facts.areas) or '—'} · {facts.local:%Y-%m-%d %H:%M}")
    print(f"→ {explain.summary(explained.decision, departments)}")
    for one in explained.considered[:_SHOWN]:
        zh, en = explain.said(one)
        print(f"  {explain.titled(one.what)}: {zh} ({en})")
    if len(explained.considered) > _SHOWN:
        print(f"  … {len(explained.considered) - _SHOWN:,} more")
    return 0


def _sets(args: argparse.Namespace, settings: Settings) -> int:
    from ..events.routing import rulesets
    from ..moments import shown

    with _opened(settings) as conn:
        found = rulesets.sets(conn)
    if args.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False, default=str))
    for one in [] if args.json else found:
        print(f"{one.set_id:>5}  {one.state:<8} {shown(one.activated_at or one.tested_at or one.created_at):<17} {one.name}")
    return 0


def _test(args: argparse.Namespace, settings: Settings) -> int:
    """Print who would go elsewhere, and keep that it was tested."""
    from ..events.routing import rulesets
    from ..objects import categories

    with _opened(settings) as conn:
        found = rulesets.test(conn, args.set, args.days)
        departments = categories.departments(conn)

    def name(code: str | None) -> str:
        return "nobody" if code is None else departments[code].name_zh

    print(f"{found.events:,} events of {found.days} days: {found.elsewhere:,} would go elsewhere, {found.assisted:,} be assisted otherwise")
    print(f"  nobody would lead {found.unled:,}")
    for move in found.moves[:_SHOWN]:
        print(f"  {move.events:>7,}  {name(move.before)} → {name(move.after)}")
    print(f"`gridgeo routing activate {args.set}` puts it in force.")
    return 0


def _activate(args: argparse.Namespace, settings: Settings) -> int:
    from ..events.routing import rulesets

    with _opened(settings) as conn:
        made = rulesets.activate(conn, args.set)
    print(f"Rule set {made.set_id} ({made.name}) is in force.")
    return 0
