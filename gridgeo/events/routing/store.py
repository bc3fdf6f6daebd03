"""Routing events: read what is known of them and what decides, and let :mod:`.rules` decide; one event or ninety thousand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from ...db import queries
from ...moments import CHINA
from ...worktime import store as calendars
from ...worktime.model import Calendar
from ..model import Asked, Event, Kind, Part
from . import rules
from .model import EVERY, Book, Decision, During, Facts, Responsibility, Rule

SQL = queries.load(__package__)


def route(conn, event_ids: Collection[int], at: datetime | None = None) -> dict[int, Decision]:
    """Return who is to do what about events, by their number.

    Parameters
    ----------
    at
        The moment it is decided at (timezone-aware); without one each event's is that of its filing.
    """
    facts = facts_of(conn, event_ids, at)
    book = book_for(conn, facts.values())
    return {event_id: rules.decide(book, known) for event_id, known in facts.items()}


def dispatched(conn, event_ids: Collection[int], at: datetime | None = None) -> dict[int, tuple[Asked, ...]]:
    """Return the tasks events are to be dispatched with; those nobody is known to lead are left out."""
    asked = {event_id: rules.dispatch(decision) for event_id, decision in route(conn, event_ids, at).items()}
    return {event_id: tasks for event_id, tasks in asked.items() if tasks}


def after_return(conn, event: Event, at: datetime | None = None) -> tuple[Asked, ...] | None:
    """Return the tasks of the joint handling that follows the second return of an event; None where none follows.

    It leads who leads by rules and matrix, or else the area's own department; everybody who gave the event back and who stands by takes
    part. It follows once, and once more each time the event was reopened: what is returned after that waits for somebody's decision.

    Parameters
    ----------
    event
        As it is with the return counted.
    """
    ((before,),) = SQL.rows(conn, "bounced_before", event_id=event.event_id)
    if event.bounces - before != rules.BOUNCES_TO_JOINT:
        return None
    decision = route(conn, [event.event_id], at)[event.event_id]
    returned = [code for (code,) in SQL.rows(conn, "returned_by", event_id=event.event_id)]
    return rules.joint(decision, returned, escalate_to(conn, event, at)) or None


def escalate_to(conn, event: Event, at: datetime | None = None) -> str | None:
    """Return the department above: of the units an event lies in, from the community up, the next that answers for all classes there.

    Where one of these leads already it is the one above it; None at the top, or where the matrix names none.
    """
    return rules.above(heads_of(conn, [event.event_id], at).get(event.event_id, ()), event.department_code)


def heads_of(conn, event_ids: Collection[int], at: datetime | None = None) -> dict[int, tuple[str, ...]]:
    """Return who answers for all classes in the units each event lies in, from the lowest up, every department once."""
    facts = facts_of(conn, event_ids, at)
    everything = book_for(conn, facts.values(), paths=(EVERY,))
    return {event_id: rules.heads(everything, known) for event_id, known in facts.items()}


def facts_of(conn, event_ids: Collection[int], at: datetime | None = None) -> dict[int, Facts]:
    """Return what routing knows of events that the caller may see."""
    found = SQL.rows(conn, "facts", events=list(event_ids), at=at)
    chains = areas_of(conn, {unit_id for *_, unit_id, _ in found if unit_id is not None})
    calendar = calendars.find(conn)
    return {
        event_id: Facts(path, Kind(kind), grade, channel, chains.get(unit_id, ()), moment, works(calendar, moment))
        for event_id, path, kind, grade, channel, unit_id, moment in found
    }


def areas_of(conn, unit_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return for each unit of the edition valid now its key and those of the units above it, the nearest first."""
    return {unit_id: tuple(keys) for unit_id, keys in SQL.rows(conn, "chains", units=list(unit_ids))}


def works(calendar: Calendar, moment: datetime) -> bool:
    """Return whether a moment (timezone-aware) is working time."""
    local = moment.astimezone(CHINA)
    return calendar.works(local.date()) and any(begins <= local.time() < ends for begins, ends in calendar.hours)


def book_for(conn, facts: Iterable[Facts], set_id: int | None = None, paths: Sequence[str] | None = None) -> Book:
    """Return what decides about some events: their rows of the matrix, and the rules in force, or those of another set.

    Parameters
    ----------
    paths
        Only rows of these class paths, and no rules.
    """
    facts = list(facts)
    wanted = set(paths or ()) or {path for known in facts for path in known.paths} | {EVERY}
    units = {key for known in facts for key in known.areas} | {EVERY}
    matrix = tuple(_responsibility(row) for row in SQL.rows(conn, "responsibilities", paths=list(wanted), units=list(units)))
    if paths is not None:
        return Book(matrix)
    used = set_id or active(conn)
    return Book(matrix, rules_of(conn, used) if used else (), used)


def active(conn) -> int | None:
    """Return the set of rules in force; None where there is none."""
    found = SQL.rows(conn, "active")
    return found[0][0] if found else None


def rules_of(conn, set_id: int) -> tuple[Rule, ...]:
    """Return the rules of a set in their order."""
    return tuple(_rule(row) for row in SQL.rows(conn, "rules", set_id=set_id))


def _responsibility(row: tuple) -> Responsibility:
    number, path, key, part, *rest = row
    return Responsibility(number, path, key, Part(part), *rest)


def _rule(row: tuple) -> Rule:
    number, name, priority, kind, path, key, grades, channels, begins, ends, during, lead, assist, *dates = row
    hours = None if begins is None else (begins, ends)
    asks = Kind(kind) if kind else None, path, key, tuple(grades), tuple(channels), hours, During(during)
    return Rule(number, name, priority, *asks, lead, tuple(assist), *dates)
