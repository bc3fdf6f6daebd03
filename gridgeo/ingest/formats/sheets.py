"""Tables: CSV in the encodings Excel writes, and workbooks. An area may stand in a cell as WKT."""

from __future__ import annotations

import csv
import io
import mimetypes
from collections.abc import Iterable
from pathlib import Path

from ...geo.shapes import Lines, Malformed, Rings, Shapes
from ...issues import Issue, Severity
from ..model import Table
from . import archive, wkt
from .decoding import decode
from .refused import MOST_ROWS, Refused, columns, heights_dropped, note, text

_LONGEST_CELL = 32 << 20
_EXCEL_CELL = 32_767
_DELIMITERS = ",\t;"
#: The sheet beside the others that says what they mean; our exports hide it, and some spreadsheets show it again when they save.
_NOTES = "说明"


def read_csv(name: str, path: Path) -> list[Table]:
    """Return the one table of a CSV file (comma, tab or semicolon; UTF-8, UTF-16 with mark, or GBK). Raises Refused."""
    content, notes = decode(path.read_bytes())
    if "\0" in content:
        raise Refused("holds NUL characters: it is no text table")
    csv.field_size_limit(_LONGEST_CELL)
    first = next((line for line in content.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        return [_table(name, (row for row in rows if any(row)), notes)]
    except csv.Error as error:
        reason = "a quote is never closed" if "unexpected end" in str(error) else str(error)
        raise Refused(f"is no proper CSV at line {rows.line_num:,}: {reason}") from None


def read_xlsx(name: str, path: Path) -> list[Table]:
    """Return a table for each visible sheet with a header and a row below. Raises Refused."""
    mimetypes.knownfiles.clear()  # openpyxl asks for them, and they are in /etc
    import openpyxl

    archive.check_workbook(path)
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            read = [(sheet.title, list(_rows(sheet))) for sheet in sheets]
    except Refused:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise: KeyError, ValueError, ParseError …
        raise Refused(f"is a damaged workbook ({type(error).__name__})") from None
    filled = [(title, rows) for title, rows in read if len(rows) > 1]
    filled = [(title, rows) for title, rows in filled if title != _NOTES] or filled
    if not filled:
        raise Refused("has no visible sheet with a header and a row below")
    return [_table(name if len(filled) == 1 else f"{name}:{title}", rows, []) for title, rows in filled]


def _rows(sheet) -> Iterable[list[str | None]]:
    wide = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True)):
        if number > MOST_ROWS:
            raise Refused(f"has more than {MOST_ROWS:,} rows")
        row = [_cell(cell) for cell in cells]
        while row and row[-1] is None:
            row.pop()
        wide = wide or len(row)
        if row:
            yield row + [None] * (wide - len(row))


def _cell(value: object) -> str | None:
    """Return a cell as text. Excel keeps 15 digits of a number: of a longer one the rest is lost, and said so by its form."""
    if isinstance(value, int | float) and abs(value) >= 1e15:
        return f"{float(value):.14E}"
    return text(value)


def _table(name: str, rows: Iterable[list[str | None]], notes: list[Issue]) -> Table:
    rows = iter(rows)
    header = columns(next(rows, []))
    body: list[list[str | None]] = []
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise Refused(f"has {len(row)} cells in row {number:,}, its header has {len(header)}")
        body.append(row)
        if number > MOST_ROWS:
            raise Refused(f"has more than {MOST_ROWS:,} rows")
    if not body:
        raise Refused("has a header, and no row below")
    cells = {
        title: [(cell or "").strip() or None for cell in column]
        for title, column in zip(header, zip(*body, strict=True), strict=True)
        if title
    }
    where = next((title for title, column in cells.items() if _is_wkt(column)), None)
    if where is None:
        return Table(name, cells, notes=tuple(notes))
    shapes, declared, faults, points, lines = _shapes(cells.pop(where), where)
    return Table(name, cells, shapes, declared, (*notes, *faults), points, lines)


def _is_wkt(column: list[str | None]) -> bool:
    return bool(wkt.LIKE.match(next((cell for cell in column if cell), "")))


def _shapes(cells: list[str | None], field: str) -> tuple[Shapes, str, list[Issue], dict[int, tuple[float, float]], dict[int, Lines]]:
    read: list[Rings] = []
    faults: list[Issue] = []
    declared: set[str] = set()
    points: dict[int, tuple[float, float]] = {}
    lines: dict[int, Lines] = {}
    flattened = 0
    for row, cell in enumerate(cells, 1):
        try:
            rings, high, srid = wkt.parse(cell) if cell else ([], False, "")
            flattened += high
            declared |= {srid} if cell else set()
        except Malformed as fault:
            rings = []
            cut = "; Excel cuts a cell at 32,767 characters: use CSV" if len(cell) >= _EXCEL_CELL - 1 else ""
            faults.append(note(fault.code, f"{fault}{cut}", row=row, field=field, value=cell[:60]))
            declared |= {fault.srid} if fault.point is not None or fault.lines else set()
            if fault.point is not None:
                points[row] = fault.point
            if fault.lines:
                lines[row] = fault.lines
        read.append(rings)
    if len(declared) > 1:
        faults.append(
            note("datum-undeclared", f"rows declare different systems: {', '.join(sorted(declared))}", Severity.ERROR, field=field)
        )
    return Shapes.of(read), declared.pop() if len(declared) == 1 else "", [*faults, *heights_dropped(flattened)], points, lines
