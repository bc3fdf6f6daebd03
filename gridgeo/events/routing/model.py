"""What a responsibility, a rule, a set of rules and a decision are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Any

from ...moments import CHINA
from ..model import Kind, Part

#: A class path or unit key that means all of them.
EVERY = ""


class State(StrEnum):
    """Of a set of rules: what was written, what was tried on past events, what is in force, and what was."""

    DRAFT = "draft"
    TESTED = "tested"
    ACTIVE = "active"
    RETIRED = "retired"


class During(StrEnum):
    """When a rule applies, by the working calendar."""

    ANY = "any"
    WORKING = "working"
    OFF = "off"


def prefixes(class_path: str | None) -> tuple[str, ...]:
    """Return the beginnings of a class path, that of every class first.

    >>> prefixes("市容环境/暴露垃圾/垃圾满溢")
    ('', '市容环境', '市容环境/暴露垃圾', '市容环境/暴露垃圾/垃圾满溢')
    """
    parts = class_path.split("/") if class_path else []
    return (EVERY, *("/".join(parts[:n]) for n in range(1, len(parts) + 1)))


@dataclass(frozen=True)
class Facts:
    """What routing knows of an event.

    Parameters
    ----------
    class_path
        Its full path 大类/小类/名称; None where nobody said.
    areas
        Keys of the units it lies in, the nearest first: micro-grid, community, street, district.
    at
        When it is routed (timezone-aware).
    working
        Whether that is working time.
    """

    class_path: str | None
    kind: Kind
    grade: int
    channel: str
    areas: tuple[str, ...]
    at: datetime
    working: bool = True

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """What a row of the matrix may name to mean its class: every class, its major, its minor, itself."""
        return prefixes(self.class_path)

    @cached_property
    def local(self) -> datetime:
        """When it is routed, in Chinese time."""
        return self.at.astimezone(CHINA)


@dataclass(frozen=True)
class Responsibility:
    """One row of the matrix: a department's part for a class (or the beginning of a path) in a unit, on days from – to (exclusive)."""

    responsibility_id: int
    class_path: str
    unit_key: str
    part: Part
    department_code: str
    criteria: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule of a set. What it does not name, it does not ask for.

    Parameters
    ----------
    hours
        From – to in Chinese time; the end may lie before the beginning: over midnight.
    lead
        Who leads; None for a rule that only adds who assists.
    """

    rule_no: int
    name: str
    priority: int = 0
    kind: Kind | None = None
    class_path: str = EVERY
    unit_key: str = EVERY
    grades: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    hours: tuple[time, time] | None = None
    during: During = During.ANY
    lead: str | None = None
    assist: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class RuleSet:
    """Rules that are written, tested and made valid together; `tested` is what the last test found."""

    set_id: int
    name: str
    source: str
    digest: str
    state: State
    tested: Mapping[str, Any] | None
    created_at: datetime
    tested_at: datetime | None
    activated_at: datetime | None
    retired_at: datetime | None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Book:
    """What decides: the matrix, and the rules in force (`set_id` None where there are none)."""

    matrix: tuple[Responsibility, ...] = ()
    rules: tuple[Rule, ...] = ()
    set_id: int | None = None

    def rows(self, paths: Sequence[str], areas: Sequence[str]) -> list[Responsibility]:
        """Return the rows of the matrix that name one of some paths, and one of some units or the whole city."""
        return [row for path in paths for key in (EVERY, *areas) for row in self._by_place.get((path, key), ())]

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], list[Responsibility]]:
        found: dict[tuple[str, str], list[Responsibility]] = {}
        for row in self.matrix:
            found.setdefault((row.class_path, row.unit_key), []).append(row)
        return found


@dataclass(frozen=True)
class Referral:
    """Whom an event may be handed on to, and when."""

    department_code: str
    criteria: str


@dataclass(frozen=True)
class Decision:
    """Who is to do what about an event.

    Parameters
    ----------
    lead
        Who leads; None where nobody is known to.
    assist
        Who has a task at once beside the lead, by a rule.
    stand_by
        Who assists by the matrix, once it comes to joint handling.
    refer
        To whom it may be handed on.
    set_id, rule_no
        The rule that said so; None where the matrix did, by its row `responsibility_id`.
    """

    lead: str | None
    assist: tuple[str, ...] = ()
    stand_by: tuple[str, ...] = ()
    refer: tuple[Referral, ...] = ()
    set_id: int | None = None
    rule_no: int | None = None
    responsibility_id: int | None = None


class Verdict(StrEnum):
    """What became of a rule or a row of the matrix: it has a say (the first four), or why not."""

    CHOSEN = "chosen"
    ADDED = "added"
    STANDS_BY = "stands-by"
    MAY_BE_REFERRED = "may-be-referred"
    LESS_PRIORITY = "less-priority"
    LESS_SPECIAL_CLASS = "less-special-class"
    FARTHER_AREA = "farther-area"
    FEWER_CONDITIONS = "fewer-conditions"
    LATER_NUMBER = "later-number"
    DOUBLE_LEAD = "double-lead"
    BEHIND_A_RULE = "behind-a-rule"
    OTHER_CLASS = "other-class"
    OTHER_AREA = "other-area"
    OTHER_KIND = "other-kind"
    OTHER_GRADE = "other-grade"
    OTHER_CHANNEL = "other-channel"
    OTHER_HOURS = "other-hours"
    OTHER_TIME = "other-time"
    NOT_YET = "not-yet"
    EXPIRED = "expired"

    @property
    def applies(self) -> bool:
        """Whether it has a say in the decision."""
        return self in (Verdict.CHOSEN, Verdict.ADDED, Verdict.STANDS_BY, Verdict.MAY_BE_REFERRED)


@dataclass(frozen=True)
class Considered:
    """What became of one rule, or one row of the matrix; `instead` names what went before it."""

    what: Rule | Responsibility
    verdict: Verdict
    instead: str = ""


@dataclass(frozen=True)
class Explanation:
    """A decision and everything that was considered for it, what applies first."""

    facts: Facts
    decision: Decision
    considered: tuple[Considered, ...]
