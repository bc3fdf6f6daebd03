"""A table written row by row: it appears whole, and what was half written can be gone on with.

While it is written it stands beside its place as `NAME.part`, with `NAME.part.json` saying how far it is true. A process
that is killed leaves both.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson

from ..errors import Conflict, InvalidInput, NotFound
from .rules import neutral

ENDINGS = (".csv", ".xlsx", ".ndjson", ".jsonl")

#: the most rows a sheet of a workbook has
_MOST_ROWS = 1_048_576


class Output:
    """A table on its way to a file; CSV (RFC 4180, every text quoted), lines of JSON, or a workbook by the file's ending.

    A text that a spreadsheet would take for a formula gets an apostrophe before it, but not in JSON.

    Parameters
    ----------
    path
        Where it is to stand.
    columns
        Their names.
    made_of
        What tells one job from another: the same job is gone on with, another is refused.
    mark
        Whether a CSV begins with a byte order mark, as Excel wants it.
    resume, overwrite
        Go on with what was half written; begin anew.

    Raises
    ------
    InvalidInput
        Another ending.
    Conflict
        The file is there; or half of it is, and it is not said what to do about it; or half of something else.
    NotFound
        Its directory is not there, or there is nothing to go on with.
    """

    def __init__(
        self, path: Path, columns: Sequence[str], made_of: str, mark: bool = True, resume: bool = False, overwrite: bool = False
    ) -> None:
        self.path, self.columns = path, tuple(columns)
        self._part, self._state = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.part.json")
        self._json, self._mark = path.suffix.lower() in (".ndjson", ".jsonl"), mark
        self._job = hashlib.sha256(orjson.dumps([made_of, self.columns, mark])).hexdigest()
        self._look(resume, overwrite)
        #: rows that are written and stay
        self.done = 0
        self._file = self._reopened() if resume else self._part.open("wb")
        if not resume:
            self._begin()

    def __enter__(self) -> Output:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, rows: Iterable[Sequence[object]]) -> None:
        """Add rows; when this returns they are kept, whatever happens to the process."""
        rows = list(rows)
        self._file.write(self._lines(rows))
        self._settle(len(rows))

    def finish(self) -> Path:
        """Put the file into its place and return it."""
        self._file.close()
        made = self._part
        if self.path.suffix.lower() == ".xlsx":
            made = self._workbook()
        made.replace(self.path)
        self._part.unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)
        return self.path

    def _look(self, resume: bool, overwrite: bool) -> None:
        if self.path.suffix.lower() not in ENDINGS:
            raise InvalidInput("file", self.path.name, f"its name ends in {', '.join(ENDINGS)}")
        if not self.path.parent.is_dir():
            raise NotFound("directory", str(self.path.parent))
        if self.path.exists() and not overwrite:
            raise Conflict(f"{self.path} is there already; give --overwrite to replace it")
        if self._part.exists() and not (resume or overwrite):
            raise Conflict(f"{self._part} was left half written; give --resume to go on with it, or --overwrite to begin anew")
        if resume and not (self._part.exists() and self._state.exists()):
            raise NotFound("half-written file", str(self._part))

    def _begin(self) -> None:
        if not self._json:
            self._file.write((b"\xef\xbb\xbf" if self._mark else b"") + self._lines([self.columns]))
        self._settle(0)

    def _reopened(self):
        state = orjson.loads(self._state.read_bytes())
        if state.get("job") != self._job:
            raise Conflict(f"{self._part} is half of another job: another input, other columns or options; give --overwrite to begin anew")
        self.done = state["rows"]
        file = self._part.open("r+b")
        file.truncate(state["bytes"])
        file.seek(0, os.SEEK_END)
        return file

    def _settle(self, more: int) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self.done += more
        workshop = self._state.with_name(f".{self._state.name}")
        workshop.write_bytes(orjson.dumps({"job": self._job, "rows": self.done, "bytes": self._file.tell()}))
        workshop.replace(self._state)

    def _lines(self, rows: Sequence[Sequence[object]]) -> bytes:
        if self._json:
            return b"".join(orjson.dumps(dict(zip(self.columns, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in rows)
        text = io.StringIO(newline="")
        csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerows(
            ["" if cell is None else neutral(cell) for cell in row] for row in rows
        )
        return text.getvalue().encode("utf-8", "replace")

    def _workbook(self) -> Path:
        from .bulk import workbook

        if self.done >= _MOST_ROWS:
            raise InvalidInput("file", self.path.name, f"a sheet holds {_MOST_ROWS - 1:,} rows, there are {self.done:,}: write CSV")
        made = self.path.with_name(f".{self.path.name}.part")
        with workbook.begun() as book, self._part.open(encoding="utf-8-sig", newline="") as file:
            sheet = book.create_sheet("washed")
            for row in csv.reader(file, quoting=csv.QUOTE_NONNUMERIC):
                sheet.append([_printable(cell) for cell in row])
            book.save(made)
        return made


def _printable(cell: object) -> object:
    """A workbook holds no control characters."""
    return "".join(sign for sign in cell if sign >= " " or sign in "\t\n\r") if isinstance(cell, str) else cell
