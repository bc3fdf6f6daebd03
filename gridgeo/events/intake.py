"""Reports taken in: one, or a year's list. Each is an event with a code, a place, a unit, a class and a grade, and a first step.

Codes of persons and phone numbers in what is told are masked before anything is stored. A report its source has sent before, and one
that was sent before with the same Idempotency-Key, is the event it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from ..access import store as access
from ..addresses.washing.base import Base
from ..db import queries
from ..errors import KeyReused, Unfit
from ..hierarchy import store as hierarchy
from ..issues import Issue
from ..moments import CHINA
from . import faults, locating, numbering, receipts, storing
from .locating import Spot
from .model import Actor, Given, Once, Taken
from .storing import Row

SQL = queries.load(__package__, "intake.sql")

#: The grade of what has no class yet.
_LEAST = 4


@dataclass(frozen=True)
class _Class:
    class_id: int
    kind: str
    grade: int
    since: date | None
    until: date | None


class Understood(NamedTuple):
    """The class a report names, if it does, and where it is."""

    class_id: int | None
    spot: Spot


@dataclass(frozen=True)
class Sent:
    """A report as it came: by whom, and under which Idempotency-Key."""

    given: Given
    actor: Actor
    once: Once | None = None


class _How(NamedTuple):
    lexicon: Base | None
    default_area: str
    organisation: str
    apart: bool = False


def check(conn, given: Sequence[Given]) -> list[Issue]:
    """Return what is wrong with reports, by their row (from 1): their channels, classes, places, times. Addresses are not washed."""
    with access.regardless(conn):
        bare = [replace(one, address=None) for one in given]
        return [*_faults(conn, given, _classes(conn, given), hierarchy.now(conn)), *locating.locate(conn, bare)[1]]


def understood(conn, given: Given) -> Understood:
    """Return what a report means that is not taken in: its class and its place; raises Unfit."""
    of = _classes(conn, [given])
    issues = _faults(conn, [given], of, hierarchy.now(conn))
    (spot,), more = locating.locate(conn, [given])
    if issues or more:
        raise Unfit([*issues, *more])
    return Understood(of[given.class_id if given.class_id is not None else given.class_path].class_id if of else None, spot)


def take_in(
    conn,
    given: Sequence[Given],
    actor: Actor,
    *,
    lexicon: Base | None = None,
    default_area: str = "",
    key: Once | None = None,
    organisation: str = numbering.NOBODY,
) -> list[Taken]:
    """Take reports in and return what became of each, in their order.

    Parameters
    ----------
    lexicon
        What washing knows by name; read from the database where it is not given and an address is.
    default_area
        What an address without upper levels is of.
    key
        Of a single report: sent again, it is answered as the first time.
    organisation
        Whose organisation code event codes begin with.

    Raises
    ------
    Unfit
        For reports with faults (:data:`.faults.FAULTS`): then none is taken in.
    KeyReused
        Where the key was another report's.
    Conflict
        Where somebody else took the same event of a source in at this moment.
    """
    with access.regardless(conn):
        sent = [Sent(one, actor, key) for one in given]
        found = receipts.again(conn, [key]) if key else {}
        if 0 in found:
            return [_answered(found[0])]
        return list(_take(conn, sent, _How(lexicon, default_area, organisation)).values())


def take_in_each(
    conn,
    sent: Sequence[Sent],
    *,
    lexicon: Base | None = None,
    default_area: str = "",
    organisation: str = numbering.NOBODY,
) -> list[Taken | Unfit | KeyReused]:
    """Take in what many sent, each for itself: what is refused stands in its place, and the others are taken in all the same.

    No two have the same Idempotency-Key. Otherwise as :func:`take_in`.
    """
    with access.regardless(conn):
        found: dict[int, Taken | Unfit | KeyReused] = receipts.again(conn, [one.once for one in sent])
        new = [n for n in range(len(sent)) if n not in found]
        taken = _take(conn, [sent[n] for n in new], _How(lexicon, default_area, organisation, apart=True))
        found |= {new[n]: one for n, one in taken.items()}
        return [found[n] for n in range(len(sent))]


def rows(
    conn, given: Sequence[Given], actor: Actor, lexicon: Base | None = None, default_area: str = "", organisation: str = numbering.NOBODY
) -> list[Row]:
    """Return new reports that were checked (:func:`check`) as they are stored, each with its code; raises Conflict for a full day."""
    with access.regardless(conn):
        now, classes = hierarchy.now(conn), _classes(conn, given)
        spots, _ = locating.locate(conn, given, lexicon, default_area)
        codes = numbering.number(conn, organisation, [_day(one, now) for one in given])
        each = zip(given, codes, spots, faults.originals(given), strict=True)
        return [_row(Sent(one, actor), code, spot, classes, original, now, None) for one, code, spot, original in each]


def _answered(found: Taken | KeyReused) -> Taken:
    if isinstance(found, KeyReused):
        raise found
    return found


def _take(conn, sent: Sequence[Sent], how: _How) -> dict[int, Taken | Unfit]:
    """What became of each report, by its place."""
    if not sent:
        return {}
    given, now = [one.given for one in sent], hierarchy.now(conn)
    classes = _classes(conn, given)
    issues = _faults(conn, given, classes, now)
    spots, more = locating.locate(conn, given, how.lexicon, how.default_area)
    refused = _refused([*issues, *more], how.apart)
    originals = faults.originals(given)
    sound = [n for n in range(len(sent)) if n not in refused]
    known = _known(conn, [given[n] for n in sound], [originals[n] for n in sound])
    new = _first_of_each(given, originals, {*known}, refused)
    codes = numbering.number(conn, how.organisation, [_day(given[n], now) for n in new]) if new else []
    salts = {n: receipts.salt() for n, one in enumerate(sent) if one.once}
    rows = [_row(sent[n], code, spots[n], classes, originals[n], now, salts.get(n)) for n, code in zip(new, codes, strict=True)]
    made = dict(zip(new, storing.put(conn, rows), strict=True))
    known |= {(given[n].source, originals[n]): one for n, one in made.items() if originals[n] is not None}
    taken = {n: made.get(n) or _again(known[one.source, originals[n]]) for n, one in enumerate(given) if n not in refused}
    receipts.remember(conn, [(sent[n].once, salt, taken[n].event_id) for n, salt in salts.items() if n in taken])
    return dict(sorted({**taken, **refused}.items()))


def _refused(issues: Sequence[Issue], apart: bool) -> dict[int, Unfit]:
    """The reports that have faults, by their place; raises Unfit for all of them where none is to be taken in without the others."""
    if issues and not apart:
        raise Unfit(sorted(issues, key=lambda issue: issue.row))
    of: dict[int, list[Issue]] = defaultdict(list)
    for issue in issues:
        of[issue.row - 1].append(replace(issue, row=1))
    return {n: Unfit(some) for n, some in of.items()}


def _row(sent: Sent, code: str, spot: Spot, classes: dict, original: str | None, now: datetime, salt: bytes | None) -> Row:
    given = sent.given
    of = classes.get(given.class_id if given.class_id is not None else given.class_path)
    grade = given.grade or (of.grade if of else _LEAST)
    secret = None
    if given.receipt:
        secret = receipts.make() if salt is None else receipts.of_key(sent.once, salt)
    return Row(given, sent.actor, code, of and of.class_id, grade, spot, given.reported_at or now, original, secret)


def _again(taken: Taken) -> Taken:
    return Taken(taken.event_id, taken.event_code, taken.version, None, known=True)


def _first_of_each(given: Sequence[Given], originals: Sequence[str | None], seen: set, refused: Container[int]) -> list[int]:
    """The reports that are new: a source's own code stands for one event, however often it is sent."""
    new = []
    for n, (one, original) in enumerate(zip(given, originals, strict=True)):
        if n not in refused and (original is None or (one.source, original) not in seen):
            new.append(n)
            seen.add((one.source, original))
    return new


def _known(conn, given: Sequence[Given], originals: Sequence[str | None]) -> dict[tuple[str, str], Taken]:
    named = [(one.source, original) for one, original in zip(given, originals, strict=True) if original is not None]
    if not named:
        return {}
    sources, codes = map(list, zip(*named, strict=True))
    rows = SQL.again(conn, "known", sources=sources, originals=codes)
    return {(source, original): Taken(*rest, known=True) for source, original, *rest in rows}


def _faults(conn, given: Sequence[Given], classes: dict, now: datetime) -> list[Issue]:
    issues = [issue for n, one in enumerate(given, 1) for issue in faults.of(n, one, now)]
    channels = _channels(conn, given)
    for n, one in enumerate(given, 1):
        day = _day(one, now)
        since, until = channels.get(one.channel, (date.max, None))
        if not _is_in_use(since, until, day):
            issues.append(faults.issue("unknown-channel", n, one.channel))
        named = one.class_id if one.class_id is not None else one.class_path
        of = classes.get(named)
        if named is not None and (of is None or of.kind != one.kind or not _is_in_use(of.since, of.until, day)):
            issues.append(faults.issue("unknown-class", n, named))
    return sorted(issues, key=lambda issue: issue.row)


def _day(given: Given, now: datetime) -> date:
    return (given.reported_at or now).astimezone(CHINA).date()


def _is_in_use(since: date | None, until: date | None, day: date) -> bool:
    return (since is None or since <= day) and (until is None or day < until)


def _classes(conn, given: Sequence[Given]) -> dict[int | str, _Class]:
    """The classes that are named, by number and by path."""
    numbers = sorted({one.class_id for one in given if one.class_id is not None})
    paths = sorted({one.class_path for one in given if one.class_path is not None})
    rows = SQL.again(conn, "classes", numbers=numbers, paths=paths) if numbers or paths else []
    return {name: _Class(row[0], *row[2:]) for row in rows for name in row[:2]}


def _channels(conn, given: Sequence[Given]) -> dict[str, tuple[date | None, date | None]]:
    return {name: period for name, *period in SQL.again(conn, "channels", channels=sorted({one.channel for one in given}))}
