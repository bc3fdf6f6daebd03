"""A year's list of events of another system: read, checked, taken in with their codes, and what was done to them replayed.

A source names an event once: a list that is loaded again brings what is new in it, events and what was done to those we have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from .. import issues as findings
from ..addresses.washing import base as washing
from ..codes import event as codes
from ..codes import naming
from ..errors import Conflict, InvalidInput, UnreadableFile
from ..events import channels, classes, continuing, counts, faults, intake, replay, whole
from ..events.continuing import Told
from ..events.model import Actor, Given, Kind
from ..events.pasts import History, Past, history
from ..issues import Issue
from . import rows
from .events_lists import LEFT, STORED, Found, Known, List, Progress, departments, known
from .events_rows import Names, Row
from .notes import ERROR, require_none

#: Of a row of an event we have, what keeps from looking whether something is new in it.
_UNREAD = frozenset(("no-reported-time", "bad-time", "times-reversed"))

#: Stands for the number of an event that the same list brings.
_TO_COME = 0

#: Rows that are looked at together.
_PIECE = 5000


class Ready(NamedTuple):
    """A row of an event that is new."""

    source: str
    row: Row


class Stored(NamedTuple):
    """What a load stored: new events, those that went on and those that did not, and the steps that were new."""

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
    going_on: tuple[Known, ...]
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
    if naming.names_somebody(source):
        raise InvalidInput("source", None, "is a number of somebody: say whose list it is by a name")
    names = Names.of(channels.known(conn).values(), classes.known(conn).values(), departments(conn))
    lists = [List(table, names, kind, channel, given or {}) for table in map(rows.source, map(Path, paths))]
    for one in lists:
        one.read(progress)
        one.place(datum)
    if not any(one.rows for one in lists):
        raise UnreadableFile(", ".join(Path(path).name for path in paths), "holds no row")
    found = Found(conn, source, lists)
    ready = [Ready(one.name, row) for one, row in found.new()]
    for some in _pieces(ready, "checking", progress):
        for fault in intake.check(conn, [_given(one.row, source) for one in some]):
            of = some[fault.row - 1]
            found.say(of.source, of.row, fault.code, fault.field, fault.value, faults.FAULTS[fault.code][2])
    going_on = _going_on(conn, found, source)
    return Plan(tuple(one.name for one in lists), source, found.rows, len(found.known), tuple(ready), going_on, tuple(found.issues(lists)))


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
    """Store a plan: take in what is new, replay what was done, add up the numbers; rows with accepted errors are left out.

    Parameters
    ----------
    lexicon, default_area
        For addresses, as :func:`gridgeo.events.intake.take_in` has them.
    organisation
        Whose code the events' codes begin with.

    Raises
    ------
    Conflict
        For errors that were not accepted, or where somebody loaded some of it, or acted on an event that goes on, since the plan was made.
    """
    require_none(plan.errors(accepted), plan.totals, way_out)
    left_out = {(issue.source, issue.row) for issue in plan.issues if issue.code in accepted and issue.severity is ERROR}
    kept = [one for one in plan.ready if (one.source, one.row.number) not in left_out]
    numbers = dict(known(conn, plan.source, _targets([*kept, *plan.going_on])))
    of_new = whole.numbers(conn, len(kept))
    numbers |= {codes.kept(one.row.original): event_id for one, event_id in zip(kept, of_new, strict=True)}
    more = _more(conn, plan, numbers)
    how = {"lexicon": lexicon or _lexicon(conn, kept), "default_area": default_area}
    how |= {"organisation": organisation} if organisation else {}
    actor = _actor(plan.source)
    told = ((one, numbers[codes.kept(one.row.original)]) for some in _pieces(kept, "taking in", progress) for one in some)
    new = ((_given(one.row, plan.source), history(_past(one.row, event_id, numbers))) for one, event_id in told)
    steps = whole.put(conn, new, actor, **how) if kept else 0
    steps += sum(replay.replay(conn, some, actor) for some in _pieces(more, "what was done", progress))
    progress("adding up", 0, 1)
    counts.fold(conn)
    return Stored(len(kept), len(more), plan.known - len(more), steps)


def way_out(left: Sequence[Issue]) -> str:
    """Return what to do about the errors that stop a load."""
    return f"mend the files, or leave out the rows at fault: --accept {','.join(sorted({issue.code for issue in left}))}"


def _going_on(conn, found: Found, source: str) -> tuple[Known, ...]:
    """The rows of events we have in which something is new; those that contradict what we have are said."""
    numbers = dict.fromkeys(found.targets, _TO_COME) | found.numbers
    read = {one.event_id: one for one in found.known if not _UNREAD & {code for code, *_ in one.row.faults}}
    more, unlike = continuing.compare(conn, [_told(one, numbers) for one in read.values()], _actor(source).name)
    for event_id, code, field in unlike:
        of = read[event_id]
        found.say(of.source, of.row, code, field, of.row.original, LEFT[code])
    going_on = tuple(read[one.past.event_id] for one in more)
    said = [(one, STORED) for one in going_on] + [(one, _UNREAD) for one in found.known if one.event_id not in read]
    for one, worth in said:
        for fault in one.row.faults:
            if fault[0] in worth:
                found.say(one.source, one.row, *fault)
    return going_on


def _more(conn, plan: Plan, numbers: Mapping[str, int]) -> list[History]:
    """The histories of the events that go on, which stay as they are until they are stored."""
    continuing.lock(conn, [one.event_id for one in plan.going_on])
    more, unlike = continuing.compare(conn, [_told(one, numbers) for one in plan.going_on], _actor(plan.source).name)
    if unlike:
        raise Conflict(f"somebody acted on {len(unlike):,} of these events while the list was read: load it again")
    return more


def _pieces(rows: Sequence, doing: str, progress: Progress) -> Iterator[Sequence]:
    for begin in range(0, len(rows), _PIECE):
        progress(doing, begin, len(rows))
        yield rows[begin : begin + _PIECE]


def _lexicon(conn, kept: Sequence[Ready]) -> washing.Base | None:
    """What washing knows by name, where there is an address to wash."""
    return washing.read(conn) if any(one.row.address for one in kept) else None


def _told(one: Known, numbers: Mapping[str, int]) -> Told:
    return Told(_past(one.row, one.event_id, numbers), one.row.times["reported_at"], one.row.class_id, one.row.grade)


def _actor(source: str) -> Actor:
    return Actor(f"load:{source}")


def _given(row: Row, source: str) -> Given:
    point = (float(row.lon), float(row.lat)) if row.lon and row.lat else (None, None)
    at_point = point[0] is not None
    return Given(
        channel=row.channel,
        told=row.told,
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
    reason = row.reason and naming.masked(row.reason)
    told = replace(told, bounces=row.bounces, stars=row.stars if times["closed_at"] else None, reason=reason)
    if row.rejected:
        return Past(event_id, rejected_at=over, reason=reason)
    return told if into is None else Past(event_id, filed_at=times["filed_at"], due_at=row.due_at, merged_at=over, merged_into=into)


def _targets(kept: Sequence[Ready | Known]) -> set[str]:
    return {codes.kept(one.row.merged_into) for one in kept if one.row.merged_into}
