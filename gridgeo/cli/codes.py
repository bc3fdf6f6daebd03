"""Codes in files: which of them are wrong, and what is wrong with them."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..codes.model import Kind
from ..errors import Conflict, InvalidInput
from ..settings import Settings

HELP = "say what is wrong with the codes in a file: ID numbers, credit codes, buildings, houses, phones, events, grids"

_SHOWN = 20
_VERDICTS = ("valid", "warning", "invalid")


def arguments(parser: argparse.ArgumentParser) -> None:
    """One word for what to do."""
    doings = parser.add_subparsers(dest="what", required=True, metavar="what")
    check = doings.add_parser("check", help="look at every code of a CSV or XLSX file", description=HELP)
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument(
        "--kind", choices=list(Kind), metavar="KIND", help=f"what codes they are (default: by the column's name): {', '.join(Kind)}"
    )
    check.add_argument("--column", help="the column they are in (default: every column whose name says what codes it holds)")
    check.add_argument("--out", type=Path, metavar="FILE.csv", help="write a line for each row with something to say, codes masked")
    check.add_argument("--overwrite", action="store_true", help="replace a file that is there")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print what is wrong, codes masked; return 1 when a code is invalid."""
    from ..ingest import fields, sandbox
    from .given import table

    if args.out and args.out.exists() and not args.overwrite:
        raise Conflict(f"{args.out} is there already; give --overwrite to replace it")
    lines: list[tuple] = []
    invalid = 0
    for sheet in sandbox.read([args.file]):
        fields.look_at_header(sheet.name, sheet.columns)
        print(f"{sheet.name}: {len(sheet):,} rows")
        for column, family in _chosen(sheet, args.kind, args.column):
            found, counts = _checked(family, column, sheet.columns[column])
            lines += found
            invalid += counts["invalid"]
            told = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in _VERDICTS)
            print(f"{column}: {family.name_zh} ({family.kind}): {told}")
    header = ("row", "column", "kind", "verdict", "masked", "reasons", "原因")
    if lines and not args.out:
        print("\n".join(table(header, lines[:_SHOWN])))
        if len(lines) > _SHOWN:
            print(f"… and {len(lines) - _SHOWN:,} more: --out FILE.csv")
    if args.out:
        _write(args.out, header, lines)
        print(f"{args.out}: {len(lines):,} lines")
    return 1 if invalid else 0


def _chosen(sheet, kind: str | None, column: str | None) -> list[tuple]:
    """The columns of a table to look at, each with its family of codes; raises InvalidInput where that is not clear."""
    from ..codes import registry

    wanted = registry.family(kind) if kind else None
    if column is not None:
        if column not in sheet.columns:
            raise InvalidInput("--column", "(as given)", f"is not in {sheet.name}, which has {_listed(sheet)}")
        family = wanted or registry.of_column(column)
        if family is None:
            raise InvalidInput("--column", column, f"its name does not say what codes it holds; add --kind: {', '.join(Kind)}")
        return [(column, family)]
    named = [(name, registry.of_column(name)) for name in sheet.columns]
    found = [(name, family) for name, family in named if family and wanted in (None, family)]
    if not found and wanted and len(sheet.columns) == 1:
        found = [(next(iter(sheet.columns)), wanted)]
    if not found:
        raise InvalidInput(
            "file", sheet.name, f"no column's name says that it holds codes; add --column and --kind. It has {_listed(sheet)}"
        )
    return found


def _checked(family, column: str, codes: list[str | None]) -> tuple[list[tuple], dict[str, int]]:
    """The rows with something to say, and the number of codes by verdict. An empty cell is no code."""
    import numpy as np

    from ..codes.model import outcome, reasons_of

    places = [place for place, code in enumerate(codes) if code]
    bits = family.judge_many([codes[place] for place in places])
    words = {}
    counts = dict.fromkeys(_VERDICTS, 0)
    for each, number in zip(*(part.tolist() for part in np.unique(bits, return_counts=True)), strict=True):
        reasons = reasons_of(each)
        words[each] = (
            reasons,
            outcome(reasons),
            " ".join(reason.code for reason in reasons),
            "; ".join(reason.rule_zh for reason in reasons),
        )
        counts[words[each][1]] += number
    lines = []
    for at in np.flatnonzero(bits).tolist():
        reasons, verdict, told, told_zh = words[int(bits[at])]
        masked = family.shown(codes[places[at]], reasons)
        lines.append((f"{places[at] + 1}", column, str(family.kind), verdict, masked, told, told_zh))
    return lines, counts


def _listed(sheet) -> str:
    return ", ".join(sheet.columns)


def _write(path: Path, header: tuple[str, ...], lines: list[tuple]) -> None:
    import csv

    from ..exports.rules import neutral

    workshop = path.with_name(f".{path.name}.part")
    try:
        with workshop.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(header)
            writer.writerows([neutral(cell) for cell in line] for line in lines)
        workshop.replace(path)
    finally:
        workshop.unlink(missing_ok=True)
