"""Rows of a table of any length, one after the other as text: CSV, workbooks, lines of JSON."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from ..errors import UnreadableFile
from . import bulk, sandbox

#: endings of files with a JSON object in each line
JSON_LINES = frozenset({".ndjson", ".jsonl", ".geojsonl"})

_LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class Source:
    """A table to read row by row.

    `columns` are its names in order; of lines of JSON those of the first line. `rows` reads it from the beginning, each row
    a cell for each column. `lines` is how many rows there are at most.
    """

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[tuple[str | None, ...]]]
    lines: int


def source(path: Path) -> Source:
    """Return a file as rows; CSV and JSON lines are read as they are needed, a workbook in the jail at once.

    Raises
    ------
    UnreadableFile
        What cannot be read as what it claims to be; also later, while rows are read.
    """
    ending = path.suffix.lower()
    if not path.is_file():
        raise UnreadableFile(str(path), "is a directory" if path.is_dir() else "there is no such file")
    if ending in JSON_LINES:
        return _json_lines(path)
    if ending in bulk.ENDINGS:
        return _text(path)
    return _workbook(path)


def _text(path: Path) -> Source:
    head = bulk.header(path)

    def rows() -> Iterator[tuple[str | None, ...]]:
        width = len(head.names)
        with path.open(encoding=head.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=head.delimiter, strict=True)
            try:
                named = False
                for row in reader:
                    if not row:
                        continue
                    if not named:
                        named = True
                        continue
                    if len(row) > width:
                        raise UnreadableFile(path.name, f"line {reader.line_num:,} has {len(row)} cells, the header {width}")
                    yield (*(cell or None for cell in row), *[None] * (width - len(row)))
            except csv.Error as error:
                raise UnreadableFile(path.name, f"is no proper CSV at line {reader.line_num:,}: {error}") from None

    return Source(path.name, head.names, rows, _lines(path))


def _json_lines(path: Path) -> Source:
    first = next(_objects(path), None)
    if first is None:
        raise UnreadableFile(path.name, "is empty")
    columns = tuple(first)

    def rows() -> Iterator[tuple[str | None, ...]]:
        for each in _objects(path):
            yield tuple(_cell(each.get(name)) for name in columns)

    return Source(path.name, columns, rows, _lines(path))


def _objects(path: Path) -> Iterator[dict]:
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE + 1), b""), 1):
            if not line.strip():
                continue
            try:
                found = orjson.loads(line) if len(line) <= _LONGEST_LINE else None
            except orjson.JSONDecodeError:
                found = None
            if not isinstance(found, dict):
                raise UnreadableFile(path.name, f"line {number:,} is no JSON object")
            yield found


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) + 1


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _workbook(path: Path) -> Source:
    tables = sandbox.read([path])
    if len(tables) != 1:
        raise UnreadableFile(path.name, f"has {len(tables)} sheets with rows: leave one of them")
    columns = tuple(tables[0].columns)
    return Source(path.name, columns, lambda: zip(*tables[0].columns.values(), strict=True), len(tables[0]))
