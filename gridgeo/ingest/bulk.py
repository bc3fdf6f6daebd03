"""Tables by the million: rows go from a file into a temporary table of text, block by block, without being looked at one by one.

Only the header is understood here. PostgreSQL's COPY takes the rows apart; what it makes of them is text in columns that
nothing has been done with yet. Files of other formats come through the jail (:mod:`.sandbox`) and then the same way.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import QueryCanceledError

from ..errors import UnreadableFile
from .formats.refused import Refused, columns
from .model import Table

#: called with what is being done, how much of it is, and of how much
Progress = Callable[[str, int, int], None]

#: the endings of files that are taken block by block
ENDINGS = frozenset({".csv", ".tsv", ".tab", ".txt"})

_BLOCK, _LONGEST_HEADER, _LONGEST_LINE = 1 << 20, 1 << 20, 32 << 20
_DELIMITERS = ",\t;"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FOREIGN = (b"PK", b"SQLite format 3", b"\x00\x00\x27\x0a", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"Rar!", b"7z")
_LINE = re.compile(r"line (\d+)")
_REASONS = (
    ("missing data", "has fewer cells than the header"),
    ("extra data", "has more cells than the header"),
    ("unterminated", "a quote is opened and never closed"),
    ("newline", "a line ends in another way than those before"),
    ("carriage return", "a line ends in another way than those before"),
)


@dataclass(frozen=True)
class Header:
    """The first row of a file of text, and how the rest of it is to be read."""

    names: tuple[str, ...]
    delimiter: str
    encoding: str
    lines: int


def header(path: Path, progress: Progress = lambda *_: None) -> Header:
    """Return the header of a file of text; the whole file is looked at to see what encoding it is in.

    Raises
    ------
    UnreadableFile
        What is no table of text in UTF-8, UTF-16 with its mark, or GBK; an empty one; one without names.
    """
    encoding = _encoding(path, progress)
    with path.open("rb") as file:
        start = codecs.getincrementaldecoder(encoding)().decode(file.read(_LONGEST_HEADER))
    text = io.StringIO(start, newline="")
    first = next((line for line in text if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    text.seek(0)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        names = columns(next(row for row in reader if row))
    except Refused as refusal:
        raise UnreadableFile(path.name, str(refusal)) from None
    except (csv.Error, StopIteration):
        raise UnreadableFile(path.name, "has no proper header: a row of names is wanted first") from None
    return Header(tuple(names), delimiter, encoding, reader.line_num)


def copy(cur, into: str, number: int, path: Path, head: Header, roles: dict[str, str], progress: Progress = lambda *_: None) -> int:
    """COPY the rows of a file into a temporary table: a column of text for each role, `file`, and `n`, the row's number from 1.

    Returns how many there are. Columns that have no role go into columns of their own, which nobody looks at. An empty
    cell is null, and so is every cell of an empty line.

    Parameters
    ----------
    roles
        Names of the file's columns by role.
    number
        What `file` is to be.

    Raises
    ------
    UnreadableFile
        With the line, for rows that do not fit the header, and for quotes that do not match.
    """
    role_of = {name: role for role, name in roles.items()}
    targets = [role_of.get(name) or f"unused_{place}" for place, name in enumerate(head.names)]
    _prepare(cur, into, number, targets)
    listed = sql.SQL(", ").join(map(sql.Identifier, targets))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, DELIMITER {}, FORCE_NULL ({}))").format(
        sql.Identifier(into), listed, sql.Literal(head.delimiter), listed
    )
    source = _Lines(path, head, progress)
    try:
        cur.copy_expert(statement, source, size=_BLOCK)
    except psycopg2.Error as error:
        if source.stopped is not None:
            raise source.stopped from None
        if isinstance(error, QueryCanceledError) and ".read() call" in str(error):
            # a signal came on the way to the reading, where nobody keeps it; psycopg2 does not say which
            raise KeyboardInterrupt from None
        if not isinstance(error, psycopg2.DataError):
            raise
        raise UnreadableFile(path.name, _told(error, head.lines)) from None
    finally:
        source.close()
    return cur.rowcount


def put(cur, into: str, number: int, table: Table, roles: dict[str, str]) -> int:
    """Put the rows of a table that was read in the jail into the same temporary table, as :func:`copy` does."""
    _prepare(cur, into, number, [])
    taken = list(roles.items())
    statement = sql.SQL("COPY {} (n{}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(into), sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(role)) for role, _ in taken)
    )
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(
        zip(range(1, len(table) + 1), *(table.columns[name] for _, name in taken), strict=True)
    )
    cur.copy_expert(statement, io.BytesIO(buffer.getvalue().encode()))
    return cur.rowcount


def blocks(path: Path, head: Header, progress: Progress = lambda *_: None) -> Iterator[bytes]:
    """Yield the rows of a file below its header as COPY takes them: UTF-8, whole lines that end in a line feed, none of them empty.

    A line feed within quotes may come at the end of a block. Raises UnreadableFile as :func:`copy`.
    """
    source = _Lines(path, head, progress)
    try:
        yield from source.cleaned()
    finally:
        source.close()


class _Lines:
    """A file as COPY wants it: UTF-8, whole lines that end in a line feed, and something in each of them.

    What stops the reading is kept in `stopped`: COPY tells of it in words only.
    """

    def __init__(self, path: Path, head: Header, progress: Progress) -> None:
        self._file: BinaryIO = path.open("rb")
        self._name, self._head, self._progress = path.name, head, progress
        self._total, self._done = path.stat().st_size, 0
        self._blocks = self.cleaned()
        self._left = memoryview(b"")
        self.stopped: BaseException | None = None

    def read(self, size: int) -> bytes:
        try:
            self._left = self._left or memoryview(next(self._blocks, b""))
            given, self._left = bytes(self._left[:size]), self._left[size:]
            return given
        except BaseException as error:
            self.stopped = error
            raise

    def close(self) -> None:
        self._file.close()

    def cleaned(self) -> Iterator[bytes]:
        empty = (self._head.delimiter * (len(self._head.names) - 1) or '""').encode() + b"\n"
        within, to_skip = False, self._head.lines
        for block in self._whole_lines():
            while to_skip and block:
                block, to_skip = block[block.index(b"\n") + 1 :], to_skip - 1
            if b"\n\n" in block or block.startswith(b"\n"):
                block = _filled(block, within, empty)
            if block.startswith(b"\\.\n") or b"\n\\.\n" in block:
                raise UnreadableFile(self._name, r"has a line of \. alone, which is no row of a table")
            within ^= block.count(b'"') % 2 == 1
            if block:  # an empty one would be taken for the file's end
                yield block

    def _whole_lines(self) -> Iterator[bytes]:
        kept = b""
        for block in _utf8(self._file, self._head.encoding, self._told):
            block = (kept + block).replace(b"\r\n", b"\n")
            end = block.rfind(b"\n") + 1
            kept = block[end:]
            if len(kept) > _LONGEST_LINE:
                raise UnreadableFile(self._name, f"has a line of more than {_LONGEST_LINE >> 20} MB, or lines that end in carriage returns")
            if end:
                yield block[:end]
        if kept:
            yield kept.removesuffix(b"\r") + b"\n"

    def _told(self, size: int) -> None:
        self._done += size
        self._progress(f"bytes of {self._name}", self._done, self._total)


def _utf8(file: BinaryIO, encoding: str, read: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """Yield a file's blocks in UTF-8, without its mark; those that are in it already are passed on as they are."""
    decoder = None if encoding.startswith("utf-8") else codecs.getincrementaldecoder(encoding)()
    if encoding == "utf-8-sig":
        read(file.seek(len(codecs.BOM_UTF8)))
    while block := file.read(_BLOCK):
        read(len(block))
        yield block if decoder is None else decoder.decode(block).encode()
    if decoder is not None:
        decoder.decode(b"", final=True)


def _encoding(path: Path, progress: Progress) -> str:
    with path.open("rb") as file:
        start = file.read(8)
    if not start.strip():
        raise UnreadableFile(path.name, "is empty")
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    if start.startswith(_FOREIGN):
        raise UnreadableFile(path.name, "is no table of text by its content: give it the ending of what it is")
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        if _decodes(path, encoding, progress):
            return encoding
    raise UnreadableFile(path.name, "is text neither in UTF-8 nor in GBK: save it as UTF-8")


def _decodes(path: Path, encoding: str, progress: Progress) -> bool:
    decoder, done, total = codecs.getincrementaldecoder(encoding)(), 0, path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError:
                return False
            if "\0" in text:
                raise UnreadableFile(path.name, "holds NUL characters: it is no table of text")
            done += len(block)
            progress(f"bytes looked at of {path.name}", done, total)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _filled(block: bytes, within: bool, empty: bytes) -> bytes:
    """Return lines with those that are empty made rows of nothing, unless they lie within quotes (`within`: the block begins there)."""
    lines = []
    for line in block.splitlines(keepends=True):
        lines.append(empty if line == b"\n" and not within else line)
        within ^= line.count(b'"') % 2 == 1
    return b"".join(lines)


def _prepare(cur, into: str, number: int, targets: list[str]) -> None:
    table = sql.Identifier(into)
    for name in targets:
        if name.startswith("unused_"):
            cur.execute(sql.SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} text").format(table, sql.Identifier(name)))
    cur.execute(sql.SQL("ALTER TABLE {} ALTER COLUMN file SET DEFAULT {}, ALTER COLUMN n RESTART").format(table, sql.Literal(number)))


def _told(error: psycopg2.DataError, lines: int) -> str:
    """Say what COPY stumbled over; what stood in the line is not repeated."""
    said = error.diag.message_primary or ""
    at = _LINE.search(error.diag.context or "")
    reason = next((reason for word, reason in _REASONS if word in said), said)
    return f"is no proper CSV at line {int(at[1]) + lines:,}: {reason}" if at else f"is no proper CSV: {reason}"
