"""What a responsibility, a rule, a set of rules and a decision are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

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


@dataclass(frozen=True)
class Referral:
    """Whom an event may be handed on to, and when."""

    department_code: str
    criteria: str


@dataclass(frozen=True)
class Decision:
    """Who is to do what: who leads (None: nobody is known), who assists, to whom it may be handed on, and which rule said so.

    `rule_no` is None where the matrix said who leads.
    """

    lead: str | None
    assist: tuple[str, ...] = ()
    refer: tuple[Referral, ...] = ()
    set_id: int | None = None
    rule_no: int | None = None
    responsibility_id: int | None = None


class Verdict(StrEnum):
    """What became of a rule or a row of the matrix: chosen, added (it names who assists), or why not."""

    CHOSEN = "chosen"
    ADDED = "added"
    LESS_PRIORITY = "less-priority"
    LESS_SPECIAL_CLASS = "less-special-class"
    FARTHER_AREA = "farther-area"
    FEWER_CONDITIONS = "fewer-conditions"
    LATER_NUMBER = "later-number"
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
        return self in (Verdict.CHOSEN, Verdict.ADDED)


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
