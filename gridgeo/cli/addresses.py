"""The address base: texts and files washed, places searched, codes shown and given, the parser scored."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import InvalidInput
from ..settings import Settings
from . import address_life

HELP = "wash addresses to houses, search places, show codes, mint and retire them, score the parser"

#: what ends as these is a file
_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ndjson", ".jsonl", ".json"})


def arguments(parser: argparse.ArgumentParser) -> None:
    """One word for what to do."""
    doings = parser.add_subparsers(dest="what", required=True, metavar="what")
    wash = doings.add_parser("wash", help="lead texts, or the rows of a file, to the houses they mean")
    wash.add_argument("texts", nargs="+", metavar="TEXT|FILE", help="addresses; or one file: CSV, XLSX, NDJSON")
    wash.add_argument("--column", help="the column of the addresses (default: by its name)")
    wash.add_argument("--default-area", metavar="UNIT", help="code or name of the unit meant where no district is written")
    wash.add_argument("--out", type=Path, metavar="FILE", help="write the rows with the answers beside them: .csv, .xlsx, .ndjson")
    wash.add_argument("--no-bom", action="store_true", help="write CSV without the byte order mark that Excel wants")
    wash.add_argument("--resume", action="store_true", help="go on with an output that was left half written")
    wash.add_argument("--overwrite", action="store_true", help="replace an output that is there, whole or half")
    wash.add_argument("--json", action="store_true", help="print answers as JSON lines")
    search = doings.add_parser("search", help="find places by name, sound, pinyin, initials, code or address")
    search.add_argument("q", metavar="TEXT")
    search.add_argument("--unit", default="", help="only in this unit: code or name")
    search.add_argument("--around", nargs=3, type=float, metavar=("LON", "LAT", "METRES"), help="only around a point (EPSG:4490)")
    search.add_argument("--limit", type=int, default=10)
    nearest = doings.add_parser("at", help="the building at a point, or those nearest to it")
    nearest.add_argument("lon", type=float)
    nearest.add_argument("lat", type=float)
    nearest.add_argument("--limit", type=int, default=3)
    show = doings.add_parser("show", help="a building or house under its code, with its names and who follows it")
    show.add_argument("code", metavar="CODE")
    score = doings.add_parser("score", help="read labelled addresses (CSV) and print how well the parser does")
    score.add_argument("file", type=Path, metavar="FILE", nargs="+")
    score.add_argument("--base", action="store_true", help="with the names of the base loaded, and how many are washed to A, B, C, none")
    score.add_argument("--errors", type=int, default=0, metavar="N", help="print N texts that were read otherwise than labelled")
    address_life.arguments(doings)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what was asked; 0."""
    asked = {"wash": _wash, "search": _search, "at": _at, "show": _show, "score": _score}
    return asked.get(args.what, address_life.run)(args, settings)


@contextmanager
def _open(settings: Settings) -> Iterator[tuple]:
    """Lend a connection and the base in memory."""
    from contextlib import closing

    from ..addresses.washing import base
    from ..db import connection
    from . import database

    with database.opened(settings) as url, closing(connection.connect(url)) as conn, connection.transaction(conn):
        yield conn, base.read(conn)


def _wash(args: argparse.Namespace, settings: Settings) -> int:
    area = settings.default_area if args.default_area is None else args.default_area
    path = Path(args.texts[0])
    if len(args.texts) == 1 and (_is_file(path) or args.out):
        return _wash_file(path, args, settings, area)
    if args.out:
        raise InvalidInput("--out", str(args.out), "goes with one file")
    for text in args.texts:
        _refuse_file(text, len(args.texts))
    from ..addresses.washing.wash import wash

    with _open(settings) as (conn, base):
        found = wash(conn, args.texts, base, area)
    for one in found:
        print("\n".join(_as_json(one) if args.json else _told(one)))
    return 0


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a long address is none that could be."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _refuse_file(text: str, given: int) -> None:
    """Raise InvalidInput for what is meant as a file: nobody wants its name washed. A stroke alone makes no file: addresses have some."""
    path = Path(text)
    if path.suffix.lower() in _ENDINGS or text.startswith(("/", "./", "../", "~")):
        there = "files are washed one at a time" if _is_file(path) and given > 1 else "there is no such file"
        raise InvalidInput("file", text, there)


def _wash_file(path: Path, args: argparse.Namespace, settings: Settings, area: str) -> int:
    from itertools import islice

    from ..addresses.washing import batch
    from ..exports.rows import Output
    from ..ingest import fields, rows
    from .progress import Progress

    given = rows.source(path)
    place = fields.of_addresses(given.name, given.columns, args.column)
    out = args.out or path.with_name(f"{path.stem}_washed{path.suffix if path.suffix.lower() != '.txt' else '.csv'}")
    columns = (*given.columns, *batch.COLUMNS)
    job = f"{_digest(path)} {place} {area}"
    counts: dict[str, int] = {}
    with (
        Output(out, columns, job, not args.no_bom, args.resume, args.overwrite) as output,
        _open(settings) as (conn, base),
        Progress() as progress,
    ):
        todo = given.rows()
        list(islice(todo, output.done))
        while block := list(islice(todo, batch.BLOCK)):
            answers = list(batch.washed(conn, [row[place] for row in block], base, area))
            output.write((*row, *batch.cells(one)) for row, one in zip(block, answers, strict=True))
            for one in answers:
                counts[str(one.category)] = counts.get(str(one.category), 0) + 1
            progress.show("rows washed", output.done, max(output.done, given.lines))
        output.finish()
    told = ", ".join(f"{counts.get(category, 0):,} {category}" for category in ("A", "B", "C", "none"))
    print(f"{out}: {output.done:,} rows: {told}")
    return 0


def _digest(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _told(one) -> list[str]:
    lines = [one.text, f"  {one.category} {one.rule}, {one.level}" + "".join(f" · {fault} {fault.zh}" for fault in one.faults)]
    lines += [f"  = {_place(place)}" for place in one.results] + [f"  ? {_place(place)}" for place in one.candidates]
    lines += [f"  {edit.part}: {edit.before or '∅'} → {edit.after}  ({edit.why})" for edit in one.edits]
    return lines + ([f"  unparsed: {one.unparsed}"] if one.unparsed else [])


def _place(place) -> str:
    where = "" if place.lon is None else f"  {place.lon:.7f} {place.lat:.7f}"
    return f"{place.code or place.level}  {place.address}{where}"


def _as_json(one) -> list[str]:
    from dataclasses import asdict

    import orjson

    return [orjson.dumps(asdict(one)).decode()]


def _search(args: argparse.Namespace, settings: Settings) -> int:
    from ..addresses import search
    from .given import table

    where = search.Where(circle=tuple(args.around) if args.around else None, unit=args.unit)
    with _open(settings) as (conn, base):
        found = search.search(conn, args.q, base, where, args.limit, settings.default_area)
    rows = [(one.kind, one.code or "", one.name, one.address, one.count, one.how) for one in found]
    print("\n".join(table(("kind", "code", "name", "address", "count", "how"), rows)) if rows else "nothing found")
    return 0


def _at(args: argparse.Namespace, settings: Settings) -> int:
    from ..addresses import search
    from .given import table

    with _open(settings) as (conn, base):
        found = search.reverse(conn, args.lon, args.lat, base, limit=args.limit)
    rows = [(one.code, one.address, "inside" if one.inside else f"{one.metres:.1f} m") for one in found]
    print("\n".join(table(("building", "address", "where"), rows)) if rows else "no building within a kilometre")
    return 0


def _show(args: argparse.Namespace, settings: Settings) -> int:
    from ..addresses import rules, search, store
    from .given import table

    code = rules.code(args.code)
    with _open(settings) as (conn, base):
        found, *houses = search.by_code(conn, code, base)
        names = store.names(conn, code)
    print(f"{found.code}  {found.address}")
    print(f"  {found.lon:.7f} {found.lat:.7f}  " + " > ".join(f"{unit.name} {unit.code or ''}".strip() for unit in found.units))
    if not found.live:
        print("  not live" + (f"; followed by {', '.join(found.successors)}" if found.successors else ""))
    for name in names:
        print(f"  {name.kind}: {name.name}")
    if houses:
        print("\n".join(table(("house", "address"), [(one.code, one.name) for one in houses])))
    return 0


def _score(args: argparse.Namespace, settings: Settings) -> int:
    from ..addresses.washing import scoring
    from ..addresses.washing.wash import wash
    from ..ingest import rows

    given = [rows.source(path) for path in args.file]
    labelled = [dict(zip(one.columns, (cell or "" for cell in row), strict=True)) for one in given for row in one.rows()]
    if args.base:
        with _open(settings) as (conn, base):

            def categories(texts: list[str]) -> list[str]:
                return [str(one.category) for one in wash(conn, texts, base, settings.default_area)]

            found = scoring.score(labelled, base.lexicon, categories)
    else:
        found = scoring.score(labelled)
    print(found.table())
    for wrong in found.wrong[: args.errors]:
        print(f"{wrong.text}\n  " + ", ".join(f"{name}: {got or '∅'} for {label or '∅'}" for name, (got, label) in wrong.fields.items()))
    return 0
