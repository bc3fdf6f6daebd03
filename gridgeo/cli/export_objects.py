"""Managed objects from the database into a file: `gridgeo export objects`."""

from __future__ import annotations

import argparse

from ..settings import Settings

#: Options that mean something to grids alone, and to objects alone.
OF_GRIDS, OF_OBJECTS = ("level", "scheme", "edition", "datetime", "crs"), ("unit", "category", "status")


def arguments(parser: argparse._ArgumentGroup) -> None:
    """Which objects."""
    parser.add_argument("--unit", default="", metavar="CODE", help="only in this unit of today's grids (a code, or u and a unit_id)")
    parser.add_argument("--category", type=int, action="append", metavar="ID", help="only of this category; may be given again")
    parser.add_argument("--status", action="append", metavar="STATUS", help="only of this status, or all (default: what is out there)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the file and say what is in it. Raises InvalidInput for another format and for an unknown status."""
    from contextlib import closing
    from datetime import UTC, datetime

    from ..db import connection
    from ..errors import NotFound
    from ..exports import files, objects, rules
    from ..hierarchy import store as hierarchy
    from ..hierarchy.locate import Snapshot
    from ..hierarchy.model import GOVERNANCE
    from ..objects import store
    from . import database

    refuse(args, OF_GRIDS, "is of grids; objects are written as they are today")
    kind = rules.format_named(args.format or ("gpkg" if args.file.is_dir() else args.file.name))
    path = args.file / f"部件{kind.ending}" if args.file.is_dir() else args.file
    with database.opened(settings) as url, closing(connection.connect(url)) as conn:
        edition = hierarchy.edition_at(conn, GOVERNANCE, None)
        if edition is None:
            raise NotFound("edition valid now of scheme", GOVERNANCE)
        today = Snapshot(hierarchy.scheme(conn, GOVERNANCE), edition, hierarchy.frame(conn, edition.edition_id))
        where = _where(today, args)
        n = sum(store.within(conn, where).values())
        about = objects.about(today, n, datetime.now(UTC), settings.authority)
        words = objects.Words.of(conn, today)

        def write(made) -> int:
            return objects.write(made, kind, store.pages(conn, where), words, about)

        n = files.whole(path, f"objects{kind.ending}", write, args.overwrite)
    print(f"{path}: {n:,} objects, {path.stat().st_size / 1e6:,.1f} MB")
    return 0


def refuse(args: argparse.Namespace, options: tuple[str, ...], rule: str) -> None:
    """Raise InvalidInput where one of some options is given."""
    from ..errors import InvalidInput

    for option in options:
        if getattr(args, option):
            raise InvalidInput(f"--{option}", None, rule)


def _where(today, args: argparse.Namespace):
    """What the options mean."""
    from ..errors import InvalidInput
    from ..objects.model import STANDING, Status, Where

    statuses = args.status or STANDING
    for word in statuses:
        if word not in (*Status, "all"):
            raise InvalidInput("--status", word, f"is not one of {', '.join(Status)}, all")
    units = None
    if args.unit:
        unit = today.unit(args.unit)
        units = [each.unit_id for each in (unit, *today.descendants(unit)) if each.leaf]
    return Where(units=units, categories=args.category, statuses=None if "all" in statuses else statuses)
