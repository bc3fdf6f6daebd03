"""Sets of rules: written as a draft, tested on past events, made valid; one is in force at a time, and none is changed after.

A rule names a lead, or adds who assists; see :mod:`.rules` for which of several has it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

import psycopg2.extras

from ...db import queries
from ...errors import Conflict, InvalidInput, NotFound
from . import matrix, rules, store
from .model import EVERY, Rule, RuleSet, State

SQL = queries.load(__package__, "rulesets.sql")

#: Events a comparison names of those that would go elsewhere.
EXAMPLES = 20

#: Days before now that a set is tested on.
DAYS = 30


@dataclass(frozen=True)
class Move:
    """How many events would go from one department to another; None is nobody."""

    before: str | None
    after: str | None
    events: int


@dataclass(frozen=True)
class Moved:
    """One event that would go elsewhere."""

    event_id: int
    class_path: str | None
    before: str | None
    after: str | None
    rule_no: int | None


@dataclass(frozen=True)
class Compared:
    """What a set of rules would change of past events, against what is in force.

    Parameters
    ----------
    events
        How many were looked at.
    elsewhere
        How many of them another department would lead.
    assisted
        How many the same department would lead, with others to assist.
    unled
        How many nobody would lead.
    moves
        From whom to whom, the most frequent first.
    """

    set_id: int
    days: int
    events: int
    elsewhere: int
    assisted: int
    unled: int
    moves: tuple[Move, ...]
    examples: tuple[Moved, ...]


def sets(conn) -> list[RuleSet]:
    """Return all sets without their rules, the newest first."""
    return [_set(row) for row in SQL.rows(conn, "sets", set_id=None)]


def find(conn, set_id: int) -> RuleSet:
    """Return a set with its rules; raises NotFound."""
    found = SQL.rows(conn, "sets", set_id=set_id)
    if not found:
        raise NotFound("rule set", set_id)
    return _set(found[0], store.rules_of(conn, set_id))


def stage(conn, written: Sequence[Rule], name: str, source: str = "") -> RuleSet:
    """Store rules as a draft and return it; the same rules as those of a set that is not retired are that set.

    Raises InvalidInput for a class, unit, channel or department there is not, and for rules that are numbered twice.
    """
    _require_known(conn, written)
    digest = hashlib.sha256(repr(sorted(map(astuple, written))).encode()).hexdigest()
    with conn.cursor() as cur:
        cur.execute(SQL["lock"])
        for made in sets(conn):
            if made.digest == digest and made.state is not State.RETIRED:
                return find(conn, made.set_id)
        cur.execute(SQL["add"], {"name": name, "source": source, "digest": digest})
        set_id = cur.fetchone()[0]
        psycopg2.extras.execute_values(cur, SQL["add_rules"], [(set_id, *_columns(rule)) for rule in written])
    return find(conn, set_id)


def compare(conn, set_id: int, days: int = DAYS, until: datetime | None = None) -> Compared:
    """Return which events of the days before a moment (now when None) would go elsewhere by a set than by what is in force."""
    find(conn, set_id)
    recent = [event_id for (event_id,) in SQL.rows(conn, "recent", days=days, until=until)]
    facts = store.facts_of(conn, recent)
    present, draft = store.book_for(conn, facts.values()), store.book_for(conn, facts.values(), set_id)
    moves: Counter = Counter()
    examples, assisted, unled = [], 0, 0
    for event_id, known in facts.items():
        before, after = rules.decide(present, known), rules.decide(draft, known)
        unled += after.lead is None
        assisted += before.lead == after.lead and not rules.same(before, after)
        if before.lead != after.lead:
            moves[before.lead, after.lead] += 1
            if len(examples) < EXAMPLES:
                examples.append(Moved(event_id, known.class_path, before.lead, after.lead, after.rule_no))
    told = tuple(Move(before, after, n) for (before, after), n in moves.most_common())
    return Compared(set_id, days, len(facts), moves.total(), assisted, unled, told, tuple(examples))


def test(conn, set_id: int, days: int = DAYS, until: datetime | None = None) -> Compared:
    """Compare a set as :func:`compare` does, and keep what was found: a draft is tested then, and may be made valid."""
    found = compare(conn, set_id, days, until)
    kept = {name: getattr(found, name) for name in ("days", "events", "elsewhere", "assisted", "unled")}
    with conn.cursor() as cur:
        cur.execute(SQL["set_tested"], {"set_id": set_id, "tested": psycopg2.extras.Json(kept)})
    return found


def activate(conn, set_id: int) -> RuleSet:
    """Put a tested set in force, in the place of the one before; nothing is done where it is. Raises Conflict for one not tested."""
    with conn.cursor() as cur:
        cur.execute(SQL["lock"])
        made = find(conn, set_id)
        if made.state is State.ACTIVE:
            return made
        if made.state is State.RETIRED:
            raise Conflict(f"rule set {set_id} was retired: write its rules anew")
        if made.state is State.DRAFT:
            raise Conflict(f"rule set {set_id} was not tested: test it on past events first")
        cur.execute(SQL["retire"])
        cur.execute(SQL["activate"], {"set_id": set_id})
    return find(conn, set_id)


def _require_known(conn, written: Sequence[Rule]) -> None:
    """Raise InvalidInput for the first rule that names what there is not."""
    if not written:
        raise InvalidInput("rules", None, "are none")
    there = matrix.known(conn)
    channels = {name for (name,) in SQL.rows(conn, "known_channels")}
    numbers: set[int] = set()
    for rule in written:
        if rule.rule_no in numbers:
            raise InvalidInput("rule_no", rule.rule_no, "is the number of two rules")
        numbers.add(rule.rule_no)
        for field, named, known, rest in (
            ("class", [rule.class_path], {*there.paths, EVERY}, "is no class, nor the beginning of one"),
            ("unit", [rule.unit_key], {*there.units, EVERY}, "is no unit of today's grids"),
            ("channel", rule.channels, channels, "is not known"),
            ("department", [code for code in (rule.lead, *rule.assist) if code], there.departments, "is not known"),
        ):
            unknown = [one for one in named if one not in known]
            if unknown:
                raise InvalidInput(field, unknown[0], f"{rest} (rule {rule.rule_no})")


def _columns(rule: Rule) -> tuple:
    begins, ends = rule.hours or (None, None)
    asks = rule.kind and str(rule.kind), rule.class_path, rule.unit_key, list(rule.grades), list(rule.channels), begins, ends
    return rule.rule_no, rule.name, rule.priority, *asks, str(rule.during), rule.lead, list(rule.assist), rule.valid_from, rule.valid_to


def _set(row: tuple, of: tuple[Rule, ...] = ()) -> RuleSet:
    set_id, name, source, digest, state, *rest = row
    return RuleSet(set_id, name, source, digest, State(state), *rest, of)
