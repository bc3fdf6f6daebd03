"""A year's list of events of another system: read, checked, taken in with their codes, and what was done to them replayed.

A source names an event once: what we have from it already is left as it is, so that a list may be loaded again with what is new in it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .. import issues as findings
from ..codes import event as codes
from ..db import queries
from ..errors import InvalidInput, UnreadableFile
from ..events import channels, classes, counts, faults, intake, replay
from ..events.model import Actor, Given, Kind
from ..events.replay import Past
from ..geo import gate
from ..issues import Issue
from . import datums, fields, rows, words
from .events_rows import Names, Reader, Row, completed
from .model import Table
from .notes import ERROR, INFO, WARNING, Notes, require_none
from .rows import Source

SQL = queries.load(__package__, "events.sql")

Progress = Callable[[str, int, int], None]

#: What is said of a row that is stored all the same, without what is at fault.
_STORED = frozenset(
    ("unknown-class", "unknown-department", "unknown-merged", "bad-grade", "bad-stars", "bad-count", "bad-point", "duplicate-event")
)
_EVERY = 5000


class Ready(NamedTuple):
    """A row as it is taken in."""

    source: str
    row: Row
    given: Given


class Stored(NamedTuple):
    """What a load stored: new events, those we had, and the steps that were done to the new ones."""

    new: int
    changed: int
    same: int
    steps: int


@dataclass(frozen=True)
class Plan:
    """What a list would store, and everything there is to say about it."""

    files: tuple[str, ...]
    source: str
    rows: int
    known: int
    ready: tuple[Ready, ...]
    issues: tuple[Issue, ...]

    @property
    def totals(self) -> dict[str, int]:
        """How many issues there are of each code."""
        return findings.count(self.issues)

    def errors(self, accepted: Collection[str] = ()) -> list[Issue]:
        """Return the issues that stop the load; rows with an accepted error are left out."""
        return findings.errors(self.issues, accepted)


def plan(
    conn,
    paths: Sequence[Path],
    source: str,
    *,
    kind: str = Kind.EVENT,
    channel: str = "",
    datum: str = "",
    given: Mapping[str, str] | None = None,
    progress: Progress = lambda *_: None,
) -> Plan:
    """Read lists of events and say what is wrong with them; nothing is stored.

    Parameters
    ----------
    source
        Whose lists they are: with it their codes name an event once.
    kind, channel
        What rows are, and the way they came by, that do not say it.
    datum
        Of the coordinates, where there are any.
    given
        Columns by field, which go before all guesses.

    Raises
    ------
    UnreadableFile
        A file that cannot be read as what it claims to be, or holds no row.
    InvalidInput
        A column, field or source that does not exist or is missing.
    UnknownDatum
        For a datum nobody knows.
    """
    if not source.strip() or source == codes.OURS:
        raise InvalidInput("source", source, "say whose list it is: with their codes it names an event")
    names = Names.of(channels.known(conn).values(), classes.known(conn).values(), _asked(conn, "departments"))
    lists = [_List(table, names, kind, channel, given or {}) for table in map(rows.source, map(Path, paths))]
    for one in lists:
        one.read(progress)
        one.place(datum)
    if not any(one.rows for one in lists):
        raise UnreadableFile(", ".join(Path(path).name for path in paths), "holds no row")
    found = _Found(conn, source, lists)
    paths_of = {one.class_id: one.path for one in classes.known(conn).values()}
    ready = [Ready(one.name, row, _given(row, source, paths_of)) for one, row in found.new()]
    progress("checking", 0, 1)
    for fault in intake.check(conn, [one.given for one in ready]) if ready else ():
        of = ready[fault.row - 1]
        found.say(of.source, of.row, fault.code, fault.field, fault.value, faults.FAULTS[fault.code][2])
    return Plan(tuple(one.name for one in lists), source, found.rows, found.known, tuple(ready), tuple(found.issues(lists)))


def commit(
    conn,
    plan: Plan,
    accepted: Collection[str] = (),
    *,
    lexicon=None,
    default_area: str = "",
    organisation: str = "",
    progress: Progress = lambda *_: None,
) -> Stored:
    """Store a plan: take in what is new, replay what was done to it, add up the numbers; rows with accepted errors are left out.

    Parameters
    ----------
    lexicon, default_area
        For addresses, as :func:`gridgeo.events.intake.take_in` has them.
    organisation
        Whose code the events' codes begin with.

    Raises
    ------
    Conflict
        For errors that were not accepted.
    """
    require_none(plan.errors(accepted), plan.totals, way_out)
    left_out = {(issue.source, issue.row) for issue in plan.issues if issue.code in accepted and issue.severity is ERROR}
    kept = [one for one in plan.ready if (one.source, one.row.number) not in left_out]
    actor = Actor(f"load:{plan.source}")
    progress("taking in", 0, len(kept))
    wanted = {"organisation": organisation} if organisation else {}
    taken = intake.take_in(conn, [one.given for one in kept], actor, lexicon=lexicon, default_area=default_area, **wanted)
    progress("what was done", 0, len(kept))
    numbers = dict(_asked(conn, "known", source=plan.source, originals=_targets(kept)))
    numbers |= {codes.kept(one.given.original): answer.event_id for one, answer in zip(kept, taken, strict=True)}
    pasts = [_past(one.row, answer.event_id, numbers) for one, answer in zip(kept, taken, strict=True) if not answer.known]
    steps = replay.replay(conn, pasts, actor)
    counts.fold(conn)
    return Stored(len(pasts), 0, plan.known + len(kept) - len(pasts), steps)


def way_out(left: Sequence[Issue]) -> str:
    """Return what to do about the errors that stop a load."""
    return f"mend the files, or leave out the rows at fault: --accept {','.join(sorted({issue.code for issue in left}))}"


class _List:
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


class _Found:
    """What is new in lists, and what is to be said of their rows."""

    def __init__(self, conn, source: str, lists: Sequence[_List]) -> None:
        self._lists = lists
        self._said: dict[str, list[Issue]] = {one.name: [] for one in lists}
        self.rows = sum(len(one.rows) for one in lists)
        originals = sorted({codes.kept(row.original) for one in lists for row in one.rows if row.original})
        self._stored = dict(_asked(conn, "known", source=source, originals=originals))
        merged = sorted({codes.kept(row.merged_into) for one in lists for row in one.rows if row.merged_into})
        self._targets = self._stored.keys() | set(originals) | {code for code, _ in _asked(conn, "known", source=source, originals=merged)}
        self.known = 0

    def new(self) -> Iterator[tuple[_List, Row]]:
        """Yield the rows to be taken in; say what is wrong with them as far as they tell it themselves."""
        seen: set[str] = set()
        for one in self._lists:
            for row in one.rows:
                original = codes.kept(row.original)
                if original in self._stored:
                    self.known += 1
                    continue
                if not original:
                    row.faults.append(("no-original", "original", "", "has no code of its source"))
                elif original in seen:
                    self.say(one.name, row, "duplicate-event", "original", "", "has the code of a row above, and is left out")
                    continue
                seen.add(original)
                if row.merged_into and (codes.kept(row.merged_into) not in self._targets or codes.kept(row.merged_into) == original):
                    row.faults.append(("unknown-merged", "merged_into", "", "what it was merged into is not known; stored as it is"))
                    row.merged_into = None
                for fault in row.faults:
                    self.say(one.name, row, *fault)
                if not any(code not in _STORED for code, *_ in row.faults):
                    yield one, row

    def say(self, source: str, row: Row, code: str, field: str, value: str, rule: str) -> None:
        """Say something of a row."""
        severity = WARNING if code in _STORED else ERROR
        self._said[source].append(Issue(code, severity, rule, source, row.number, field, str(value)[:64]))

    def issues(self, lists: Sequence[_List]) -> Iterator[Issue]:
        """Yield everything that was said, table by table."""
        for one in lists:
            yield from one.notes.issues
            yield from sorted(self._said[one.name], key=lambda issue: issue.row)


def _given(row: Row, source: str, paths_of: Mapping[int, str]) -> Given:
    point = (float(row.lon), float(row.lat)) if row.lon and row.lat else (None, None)
    at_point = point[0] is not None
    return Given(
        channel=row.channel,
        told=row.told or paths_of.get(row.class_id, ""),
        kind=row.kind,
        class_id=row.class_id,
        grade=row.grade,
        lon=point[0],
        lat=point[1],
        address=row.address,
        unit=None if at_point or row.place else row.unit,
        place=None if at_point else row.place,
        happened_at=row.happened_at,
        reported_at=row.times["reported_at"],
        source=source,
        original=row.original,
    )


def _past(row: Row, event_id: int, numbers: Mapping[str, int]) -> Past:
    times = {role: row.times[role] for role in ("filed_at", "dispatched_at", "responded_at", "handled_at", "closed_at")}
    over = times["closed_at"] or times["filed_at"] or row.times["reported_at"]
    into = numbers.get(codes.kept(row.merged_into)) if row.merged_into else None
    told = Past(event_id, **times, due_at=row.due_at, lead=row.lead, assists=row.assists, returned_by=row.returned_by)
    told = replace(told, bounces=row.bounces, stars=row.stars if times["closed_at"] else None, reason=row.reason)
    if row.rejected:
        return Past(event_id, rejected_at=over, reason=row.reason)
    return told if into is None else Past(event_id, filed_at=times["filed_at"], due_at=row.due_at, merged_at=over, merged_into=into)


def _targets(kept: Sequence[Ready]) -> list[str]:
    return sorted({codes.kept(one.row.merged_into) for one in kept if one.row.merged_into})


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _asked(conn, query: str, **parameters) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(SQL[query], parameters)
        return cur.fetchall()
