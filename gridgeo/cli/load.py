"""Boundaries, codes and names from files into the database."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import Conflict, InvalidInput
from ..settings import Settings
from . import load_addresses, load_categories, load_event_tables, load_events, load_links, load_objects, load_workers

HELP = "load grids, their workers, addresses, links or managed objects from files: a dry run with a report, unless --commit"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to load, how to understand it, and whether to store it."""
    kinds = parser.add_subparsers(dest="what", required=True, metavar="what")
    told = "grid units: GeoJSON, GeoPackage, Shapefile, CSV, XLSX, or a zip of them"
    grids = kinds.add_parser("grids", help=told, description=f"load {told}; a dry run with a report, unless --commit")
    grids.add_argument("files", nargs="+", type=Path, metavar="FILE")
    read = grids.add_argument_group("how to read the files")
    read.add_argument("--datum", default="", help="datum of the coordinates: wgs84, cgcs2000, gcj02, bd09 or EPSG:n")
    read.add_argument("--level", default="", help="level of the units: district, street, community, micro, or a new scheme's")
    read.add_argument("--field", action="append", default=[], metavar="FIELD=COLUMN", help="which column a field is in, as code=TAZID")
    read.add_argument("--mapping", type=Path, metavar="FILE", help="level, datum and fields in a JSON or TOML file")
    read.add_argument("--parent-from-prefix", action="store_true", help="take the beginning of a code for the parent where nothing says it")
    into = grids.add_argument_group("where to")
    into.add_argument("--scheme", default="governance", help="scheme of the units (default: governance)")
    into.add_argument("--new-scheme", metavar="中文/ENGLISH", help="create the scheme under these names when it is not there")
    into.add_argument("--kind", choices=("drawn", "composed", "listed"), default="drawn", help="of a new scheme (default: drawn)")
    into.add_argument("--part", action="store_true", help="the files hold some units of a level only; all others are carried over")
    store = grids.add_argument_group("storing")
    store.add_argument("--commit", action="store_true", help="store it as a draft edition")
    store.add_argument("--activate", metavar="DATE|now", help="with --commit: make it valid from then on (a date begins at 00:00 in China)")
    store.add_argument("--accept", default="", metavar="CODE,…", help="codes of errors to accept on purpose")
    store.add_argument("--tolerance", type=_area, default=1.0, metavar="M2", help="overlaps and gaps up to this are noise (default: 1 m2)")
    store.add_argument("--name", default="", help="name of the edition (default: the files' names)")
    store.add_argument("--source", default="", help="where the data comes from (default: the files' names)")
    store.add_argument("--report", type=Path, metavar="DIR", help="write issues and changes there, as CSV and GeoJSON")
    told = "what another system calls our units: tables with our code and theirs"
    codes = kinds.add_parser("codes", help=told, description=told)
    codes.add_argument("files", nargs="+", type=Path, metavar="FILE")
    codes.add_argument("--system", required=True, help="whose codes: statistics, gridoffice …")
    codes.add_argument("--vintage", required=True, help="of when: 2023, 2023-06 or 2023-06-30")
    codes.add_argument("--scheme", default="governance", help="scheme of the units (default: governance)")
    codes.add_argument("--field", action="append", default=[], metavar="FIELD=COLUMN", help="which column is which: code=…, other_code=…")
    codes.add_argument("--commit", action="store_true", help="store them; a code given before for the same vintage is replaced")
    load_addresses.arguments(kinds)
    load_links.arguments(kinds)
    load_objects.arguments(kinds)
    load_categories.arguments(kinds)
    load_workers.arguments(kinds)
    load_event_tables.arguments(kinds)
    load_events.arguments(kinds)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Load what was named. Return 1 when errors stop it, also in a dry run."""
    if args.what == "links":
        return load_links.run(args, settings)
    if args.what == "objects":
        return load_objects.run(args, settings)
    if args.what == "categories":
        return load_categories.run(args, settings)
    if args.what == "workers":
        return load_workers.run(args, settings)
    if args.what == "events":
        return load_events.run(args, settings)
    if args.what in load_event_tables.KINDS:
        return load_event_tables.run(args, settings)
    if args.what in load_addresses.KINDS:
        return load_addresses.run(args, settings)
    return _grids(args, settings) if args.what == "grids" else _codes(args, settings)


def _codes(args: argparse.Namespace, settings: Settings) -> int:
    """Read the codes of another system and print what was found; store them when asked."""
    from contextlib import closing

    from .. import issues
    from ..db import connection
    from ..hierarchy import store
    from ..ingest import codes, mapping, report
    from . import database

    given = mapping.merge(mapping.NONE, fields=args.field).fields
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        plan = codes.plan(conn, args.files, args.system, args.vintage, args.scheme, given)
        print(f"{len(plan.code_of):,} units of scheme {args.scheme} have a code of {plan.system} {plan.vintage}")
        for line in report.found(plan.issues):
            print(line)
        left = issues.errors(plan.issues)
        if left or not args.commit:
            print("Nothing was stored: mend the files." if left else "Dry run: nothing was stored. Add --commit to store them.")
            return 1 if left else 0
        changed = store.put_codes(conn, plan.system, plan.vintage, plan.code_of)
    print(f"Stored: {changed:,} new or changed, {len(plan.code_of) - changed:,} as before.")
    return 0


def _grids(args: argparse.Namespace, settings: Settings) -> int:
    """Plan the load and print the report; store it when asked."""
    from contextlib import closing

    from ..db import connection
    from ..ingest import loading, report
    from ..moments import shown
    from . import database
    from .given import moment
    from .progress import Progress

    when = moment("--activate", args.activate) if args.commit else _only_with_commit(args.activate)
    accepted = [code.strip() for code in args.accept.split(",") if code.strip()]
    instructions = _instructions(args)
    with database.opened(settings) as url, closing(connection.connect(url)) as conn, Progress() as progress:
        scheme = _scheme(conn, args)
        plan = loading.plan(conn, args.files, scheme, instructions, part=args.part, tolerance_m2=args.tolerance, progress=progress.show)
        progress.clear()
        for line in report.lines(plan, accepted):
            print(line)
        if args.report:
            print("Written:", ", ".join(str(path) for path in _write(plan, args.report)))
        if not args.commit:
            return _dry(plan, accepted)
        with connection.transaction(conn):
            edition, new = loading.commit(conn, plan, name=args.name, source=args.source, authority=settings.authority, accepted=accepted)
            stored = f"edition {edition.edition_id} ({edition.name})"
            print(f"Stored as {stored}." if new else f"The same is stored already as {stored}: nothing was changed.")
            if args.activate and edition.valid_from is None:
                edition = loading.activate(conn, edition, when)
                print(f"It is valid from {shown(edition.valid_from)} on.")
        if edition.valid_from is None:
            print(f"It is a draft: `gridgeo edition activate {edition.edition_id}` makes it valid.")
    return 0


def _area(text: str) -> float:
    """Return square metres, as argparse wants it said when they are none (nan would find nothing at all)."""
    try:
        area = float(text)
    except ValueError:
        area = -1.0
    if not 0 <= area < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is no area in square metres")
    return area


def _dry(plan, accepted: list[str]) -> int:
    from ..ingest import loading

    left = plan.errors(accepted)
    if left:
        print(f"Dry run: nothing was stored. Errors that would stop it: {len(left):,}; {loading.way_out(left)}")
        return 1
    print("Dry run: nothing was stored. Add --commit to store it as a draft, and --activate now to make it valid.")
    return 0


def _instructions(args: argparse.Namespace):
    from ..ingest import mapping

    given = mapping.read(args.mapping) if args.mapping else mapping.NONE
    return mapping.merge(given, level=args.level, datum=args.datum, fields=args.field, parent_from_prefix=args.parent_from_prefix)


def _scheme(conn, args: argparse.Namespace):
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE, SchemeKind
    from ..ingest import loading

    known = store.schemes(conn)
    if args.scheme in known:
        return known[args.scheme]
    if not args.new_scheme:
        raise InvalidInput("--scheme", args.scheme, f"there are {', '.join(known)}; to create it, add --new-scheme '中文/English'")
    return loading.new_scheme(args.scheme, SchemeKind(args.kind), args.new_scheme, args.level, known[GOVERNANCE])


def _write(plan, folder: Path) -> list[Path]:
    from ..exports import tables
    from ..ingest import report

    folder.mkdir(parents=True, exist_ok=True)
    made = {"issues": report.issues(plan), "changes": plan.changes}
    return [tables.write(folder / f"{name}.{ending}", table, True) for name, table in made.items() for ending in ("csv", "geojson")]


def _only_with_commit(activate: str | None) -> None:
    if activate:
        raise Conflict("--activate makes sense with --commit only: a dry run stores nothing")
