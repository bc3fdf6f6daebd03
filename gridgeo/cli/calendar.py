"""`gridgeo calendar`: working time: holidays, shifted workdays, hours; what lies between two moments."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..settings import Settings

HELP = "calendars of working time (工作日历): holidays and shifted workdays (调休), hours; load one, look at a year, reckon"

_NAMED = "name of the calendar (default: china, which comes with gridgeo for 2024 to 2027)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is to be done."""
    doings = parser.add_subparsers(dest="doing", required=True, metavar="list|show|load|add")
    doings.add_parser("list", help="the calendars there are, and their hours")
    show = doings.add_parser("show", help="the days of a year that are not as their weekday")
    show.add_argument("year", type=int, metavar="YEAR")
    load = doings.add_parser("load", help="days of some years from CSV or XLSX; a dry run, unless --commit")
    load.add_argument("file", type=Path, metavar="FILE", help="columns day, working, name (日期、上班、名称)")
    load.add_argument("--hours", metavar="SPANS", help="such as 09:00-12:00,14:00-18:00 or 00:00-24:00 (default: as they are)")
    load.add_argument("--weekdays", metavar="DAYS", help="that are worked on, 1 is Monday: 1,2,3,4,5 (default: as they are)")
    load.add_argument("--commit", action="store_true", help="store it; what was due before stays due as it was")
    add = doings.add_parser("add", help="when so much working time has passed since a moment")
    add.add_argument("start", metavar="MOMENT", help="a date and time, in China without a zone: 2026-09-30T17:00")
    add.add_argument("amount", type=int, metavar="N")
    add.add_argument("unit", choices=["minute", "hour", "day"])
    for doing in (show, load, add):
        doing.add_argument("--calendar", default="china", metavar="NAME", help=_NAMED)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it; return 1 when errors stop a load, also in a dry run."""
    from contextlib import closing

    from ..db import connection
    from . import database

    doings = {"list": _list, "show": _show, "load": _load, "add": _add}
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        return doings[args.doing](args, conn)


def _list(args: argparse.Namespace, conn) -> int:
    from ..worktime import rules, store
    from .given import table

    rows = []
    for name in store.names(conn):
        one = store.find(conn, name)
        years = sorted({day.year for day in one.days})
        span = f"{years[0]}-{years[-1]}" if years else ""
        rows.append((name, "".join(map(str, sorted(one.weekdays))), rules.hours_text(one.hours), span, one.source))
    print("\n".join(table(("calendar", "weekdays", "hours", "years", "source"), rows)))
    return 0


def _show(args: argparse.Namespace, conn) -> int:
    from ..worktime import store
    from .given import table

    days = {day: one for day, one in sorted(store.find(conn, args.calendar).days.items()) if day.year == args.year}
    rows = [(day, "一二三四五六日"[day.weekday()], "上班" if one.working else "放假", one.name, one.source) for day, one in days.items()]
    print("\n".join(table(("day", "", "", "name", "source"), rows)) if rows else f"Of {args.year} nothing is known but weekdays.")
    if any(not one.certain for one in days.values()):
        print("Not announced yet: these are the days of the law alone, without those shifted for them.")
    return 0


def _load(args: argparse.Namespace, conn) -> int:
    from dataclasses import replace

    from ..errors import NotFound
    from ..ingest import rows
    from ..worktime import reading, rules, store
    from ..worktime.model import Calendar
    from . import loads

    given = rows.source(args.file)
    days, found = reading.read([dict(zip(given.columns, row, strict=True)) for row in given.rows()], args.file.name)
    try:
        known = store.find(conn, args.calendar)
    except NotFound:
        known = Calendar(args.calendar, reading.WEEKDAYS, reading.HOURS, {})
    made = replace(
        rules.merged(known, days),
        source=args.file.name,
        hours=rules.hours(args.hours) if args.hours else known.hours,
        weekdays=rules.weekdays(args.weekdays) if args.weekdays else known.weekdays,
    )
    for year in sorted({day.year for day in days}):
        of = [one for day, one in days.items() if day.year == year]
        print(f"{year}: {sum(not one.working for one in of)} days off, {sum(one.working for one in of)} shifted workdays")
    ended = loads.over(found, args.commit)
    if ended is not None:
        return ended
    store.load(conn, made)
    print(f"Calendar {made.calendar}: {len(made.days)} days that are not as their weekday, {rules.hours_text(made.hours)}.")
    return 0


def _add(args: argparse.Namespace, conn) -> int:
    from ..moments import shown
    from ..worktime import rules, store
    from ..worktime.model import Amount, Unit
    from .given import moment

    calendar = store.find(conn, args.calendar)
    print(shown(rules.due(Amount(args.amount, Unit(args.unit), args.calendar), calendar, moment("MOMENT", args.start) or _now())))
    return 0


def _now():
    from datetime import UTC, datetime

    return datetime.now(UTC)
