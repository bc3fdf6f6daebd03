"""Editions: which there are, what is in them, what they change, and when they are valid."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from ..settings import Settings
from . import doings
from .given import edition_id

HELP = "list, show, compare, activate, withdraw and discard editions; see what the checks found in them"

_SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """One word for what to do."""
    made = doings.of(parser)

    def add(name: str, run: Callable, told: str, *edition: str, json_too: bool = True) -> argparse.ArgumentParser:
        doing = made(name, run, told, json_too)
        for argument in edition:
            doing.add_argument(argument, type=edition_id, metavar=argument.upper())
        return doing

    add("list", _list, "list editions, oldest first").add_argument("--scheme", help="of one scheme only")
    add("show", _show, "show one edition: period, units by level, findings by kind", "id")
    _to_file(add("diff", _diff, "say what changed from one edition to another, with areas", "before", "after"))
    _to_file(add("lineage", _lineage, "say which unit became which, why, and with what shares", "before", "after"))
    _to_file(add("findings", _findings, "say what the checks found in an edition", "id"))
    activate = add("activate", _activate, "make a draft valid from a moment on; the edition before it ends there", "id")
    activate.add_argument("--at", metavar="DATE|now", help="from when on (default: now; a date begins at 00:00 in China)")
    add("withdraw", _withdraw, "make a scheduled edition a draft again", "id")
    add("discard", _discard, "delete a draft", "id", json_too=False)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what was asked, in one transaction."""
    from contextlib import closing

    from ..db import connection
    from . import database

    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        return args.doing(conn, args)


def _to_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="FILE", help="write them to a .geojson or .csv file")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")


def _list(conn, args: argparse.Namespace) -> int:
    from ..hierarchy import store
    from ..moments import shown
    from .given import table

    now = store.now(conn)
    if args.scheme:
        store.scheme(conn, args.scheme)
    found = store.editions(conn, args.scheme)
    if args.json:
        return _print([_told(edition, now) for edition in found])
    header = ("id", "scheme", "status", "from", "to", "name", "authority")
    rows = [(e.edition_id, e.scheme, e.status(now), shown(e.valid_from), shown(e.valid_to), e.name, e.authority) for e in found]
    print("\n".join(table(header, rows)) if rows else "No edition yet: `gridgeo load grids FILE`.")
    return 0


def _show(conn, args: argparse.Namespace) -> int:
    from ..hierarchy import store
    from ..issues import count
    from ..moments import shown
    from .given import table

    edition, now = store.edition(conn, args.id), store.now(conn)
    scheme, levels = store.scheme(conn, edition.scheme), _levels(conn, edition)
    found = count(store.findings(conn, edition.edition_id))
    if args.json:
        return _print(_told(edition, now) | {"levels": levels, "findings": found})
    print(f"Edition {edition.edition_id} of {scheme.scheme} {scheme.name_zh}: {edition.name}")
    end = f" to {shown(edition.valid_to)}" if edition.valid_to else " on"
    period = f" from {shown(edition.valid_from)}{end}" if edition.valid_from else ""
    print(f"{edition.status(now)}{period}, loaded {shown(edition.created_at)}")
    for word in ("source", "authority", "digest"):
        print(f"{word}: {getattr(edition, word) or '–'}")
    rows = [(name, scheme.level(name).name_zh, *values.values()) for name, values in levels.items()]
    print("\n".join(table(("level", "层级", "units", "km2", "households"), rows)))
    print("findings: " + (", ".join(f"{number:,} {code}" for code, number in found.items()) or "none"))
    return 0


def _diff(conn, args: argparse.Namespace) -> int:
    from ..errors import InvalidInput
    from ..exports import tables
    from ..hierarchy import difference, store
    from .given import table

    before, after = (store.edition(conn, edition_id) for edition_id in (args.before, args.after))
    if before.scheme != after.scheme:
        raise InvalidInput("after", args.after, f"is of scheme {after.scheme}, but edition {args.before} of {before.scheme}")
    changes = difference.compare(store.frame(conn, args.before), store.frame(conn, args.after))
    if args.out:
        print(f"{tables.write(args.out, changes, args.overwrite)}: {len(changes):,} changes")
    elif args.json:
        return _print(tables.records(changes))
    else:
        counted = difference.by_level(changes, store.scheme(conn, before.scheme))
        rows = [(change, level, len(found), float(found["moved_m2"].sum()) / 1e4) for (change, level), found in counted]
        print("\n".join(table(("change", "level", "units", "hectares"), rows)) if rows else "Nothing changed.")
        _first(tables.records(changes), ("change", "key", "name_before", "name_after", "moved_m2", "detail"))
    return 0


def _lineage(conn, args: argparse.Namespace) -> int:
    from ..addresses import lineage
    from ..exports import tables
    from ..hierarchy import store

    found = lineage.between(conn, store.edition(conn, args.before), store.edition(conn, args.after))
    told = tables.records(found.table)
    if args.out:
        print(f"{tables.write(args.out, found.table, args.overwrite)}: {len(told):,} rows")
    elif args.json:
        return _print({"counts": found.counts, "slivers": {"pieces": found.slivers, "area_m2": found.slivers_m2}, "lineage": told})
    else:
        _first([row for row in told if row["reason"] != "unchanged"], ("reason", "before", "after", "area_m2", "to_area", "to_households"))
        print(", ".join(f"{n:,} {reason}" for reason, n in found.counts.items() if n) or "Neither has any unit.")
        print(f"left out: {found.slivers:,} slivers, {found.slivers_m2:,.0f} m2")
    return 0


def _findings(conn, args: argparse.Namespace) -> int:
    from ..exports import tables
    from ..hierarchy import store

    store.edition(conn, args.id)
    found = tables.of_findings(store.findings(conn, args.id))
    if args.out:
        print(f"{tables.write(args.out, found, args.overwrite)}: {len(found):,} findings")
    elif args.json:
        return _print(tables.records(found))
    elif len(found):
        _first(tables.records(found), ("severity", "code", "area_m2", "message"))
    else:
        print("The checks found nothing.")
    return 0


def _activate(conn, args: argparse.Namespace) -> int:
    from ..ingest import activation
    from .given import moment

    return _changed(conn, args, activation.activate(conn, args.id, moment("--at", args.at)))


def _withdraw(conn, args: argparse.Namespace) -> int:
    from ..ingest import activation

    return _changed(conn, args, activation.withdraw(conn, args.id))


def _discard(conn, args: argparse.Namespace) -> int:
    from ..ingest import activation

    activation.discard(conn, args.id)
    print(f"Edition {args.id} is gone.")
    return 0


def _changed(conn, args: argparse.Namespace, edition) -> int:
    from ..hierarchy import store
    from ..hierarchy.model import Status
    from ..moments import shown

    now = store.now(conn)
    if args.json:
        return _print(_told(edition, now))
    since = f" from {shown(edition.valid_from)} on" if edition.valid_from else ""
    status = edition.status(now)
    print(f"Edition {edition.edition_id} ({edition.name}) is {'a ' if status is Status.DRAFT else ''}{status}{since}.")
    return 0


def _levels(conn, edition) -> dict[str, dict]:
    """Units, area (km2) and households of each level."""
    from ..hierarchy import store

    frame = store.frame(conn, edition.edition_id)
    found = {}
    for level in store.scheme(conn, edition.scheme).levels:
        units = frame[frame["level"] == level.level]
        households = units["household_count"]
        found[level.level] = {
            "units": len(units),
            "area_km2": round(float(units["area_m2"].sum()) / 1e6, 3),
            "households": int(households.sum()) if households.notna().any() else None,
        }
    return found


def _told(edition, now) -> dict:
    return asdict(edition) | {"status": str(edition.status(now))}


def _print(value) -> int:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat()))
    return 0


def _first(rows: list[dict], columns: tuple[str, ...]) -> None:
    from .given import table

    if rows:
        print("\n".join(table(columns, [[row[column] for column in columns] for row in rows[:_SHOWN]])))
    if len(rows) > _SHOWN:
        print(f"… and {len(rows) - _SHOWN:,} more: --out FILE.csv")
