"""Lists of events of another system: their columns and rows, where these are, and which events we have already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..codes import event as codes
from ..codes import naming
from ..db import queries
from ..errors import InvalidInput
from ..events.model import Kind
from ..geo import gate
from ..issues import Issue
from . import datums, fields, words
from .events_rows import Names, Reader, Row, completed
from .model import Table
from .notes import ERROR, INFO, WARNING, Notes
from .rows import Source

SQL = queries.load(__package__, "events.sql")

Progress = Callable[[str, int, int], None]

#: What is said of a row that is stored all the same, without what is at fault.
STORED = frozenset(
    ("unknown-class", "unknown-department", "unknown-merged", "bad-grade", "bad-stars", "bad-count", "bad-point", "duplicate-event")
)

#: What is said of an event we have that is left as it is.
LEFT = {
    "acted-here": "somebody acted on it here since it was loaded: it is left as it is",
    "event-contradicts": "it was told otherwise before: it is left as it is",
}
_EVERY = 5000


class Known(NamedTuple):
    """A row of an event we have, in which something is new."""

    source: str
    row: Row
    event_id: int


class List:
    """One table: which column is what, its rows, and where they are."""

    def __init__(self, table: Source, names: Names, kind: str, channel: str, given: Mapping[str, str]) -> None:
        fields.look_at_header(table.name, table.columns)
        self.name, self._table = table.name, table
        known = fields.recognise(table.columns, dict(given), "events")
        for role in ("original", "reported_at"):
            if role not in known.roles:
                raise InvalidInput("column", role, f"{table.name} has none: say which with --field {role}=COLUMN")
        at = {column: place for place, column in enumerate(table.columns)}
        self.roles = {role: at[column] for role, column in known.roles.items()}
        self.notes = Notes(table.name)
        if known.unused:
            self.notes.table("unused-columns", INFO, f"not read: {', '.join(map(words.repeatable, known.unused))}")
        self._reader = Reader(names, self.roles, Kind(kind), channel)
        self.rows: list[Row] = []

    def read(self, progress: Progress) -> None:
        """Read all rows that hold anything."""
        for number, cells in enumerate(self._table.rows(), 1):
            if any(cells):
                self.rows.append(completed(self._reader.read(number, cells)))
            if number % _EVERY == 0:
                progress(f"rows of {self.name}", number, self._table.lines)

    def place(self, datum: str) -> None:
        """Put the points of rows in EPSG:4490; what is none is left out and said."""
        given = [row for row in self.rows if row.lon or row.lat]
        if not given:
            return
        xy = np.array([[_number(row.lon), _number(row.lat)] for row in given])
        declared = datums.settle(Table(self.name, {}), datum, self.notes, xy)
        if declared is None:
            return
        lonlat, sound = gate.points(xy, declared)
        for row, (lon, lat), good in zip(given, lonlat.round(7).tolist(), sound, strict=True):
            if not good:
                row.faults.append(
                    ("bad-point", "lon", words.repeatable(f"{row.lon}, {row.lat}"), "no longitude and latitude in China; left out")
                )
            row.lon, row.lat = (repr(lon), repr(lat)) if good else ("", "")


class Found:
    """What is new in lists, and what is to be said of their rows."""

    def __init__(self, conn, source: str, lists: Sequence[List]) -> None:
        self._lists = lists
        self._said: dict[str, list[Issue]] = {one.name: [] for one in lists}
        self.rows = sum(len(one.rows) for one in lists)
        originals = sorted(_codes(row.original for one in lists for row in one.rows))
        merged = _codes(row.merged_into for one in lists for row in one.rows)
        #: The events we have, by their codes: those of rows, and those that rows were merged into.
        self.numbers: dict[str, int] = dict(known(conn, source, merged.union(originals)))
        self.targets = self.numbers.keys() | set(originals)
        self.known: list[Known] = []

    def new(self) -> Iterator[tuple[List, Row]]:
        """Yield the rows to be taken in; say what is wrong with them as far as they tell it themselves."""
        seen: set[str] = set()
        for one in self._lists:
            for row in one.rows:
                original = codes.kept(row.original)
                if not original:
                    row.faults.append(("no-original", "original", "", "has no code of its source"))
                elif original in seen:
                    self.say(one.name, row, "duplicate-event", "original", "", "has the code of a row above, and is left out")
                    continue
                seen.add(original)
                if row.merged_into and (codes.kept(row.merged_into) not in self.targets or codes.kept(row.merged_into) == original):
                    row.faults.append(("unknown-merged", "merged_into", "", "what it was merged into is not known; stored as it is"))
                    row.merged_into = None
                if original in self.numbers:
                    self.known.append(Known(one.name, row, self.numbers[original]))
                    continue
                for fault in row.faults:
                    self.say(one.name, row, *fault)
                if not any(code not in STORED for code, *_ in row.faults):
                    yield one, row

    def say(self, source: str, row: Row, code: str, field: str, value: str, rule: str) -> None:
        """Say something of a row."""
        severity = WARNING if code in STORED or code in LEFT else ERROR
        self._said[source].append(Issue(code, severity, rule, source, row.number, field, str(value)[:64]))

    def issues(self, lists: Sequence[List]) -> Iterator[Issue]:
        """Yield everything that was said, table by table."""
        for one in lists:
            yield from one.notes.issues
            yield from sorted(self._said[one.name], key=lambda issue: issue.row)


def _codes(given: Iterable[str | None]) -> set[str]:
    """Codes as they are kept; a number of somebody is none, and nobody is asked about it."""
    return {codes.kept(text) for text in set(given) if text and not naming.names_somebody(text)}


def departments(conn) -> list[tuple[str, str, str]]:
    """Return the code, the Chinese and the English name of every department."""
    return SQL.rows(conn, "departments")


def known(conn, source: str, originals: Collection[str]) -> list[tuple[str, int]]:
    """Return which of a source's events we have, by their codes there, with their numbers."""
    return SQL.rows(conn, "known", source=source, originals=sorted(originals))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
