"""What maps show of events: which, how each stands to its limit, and how many there are in each unit, of each class or department.

When nothing is said of time, maps show the events that are open, whenever they were reported, and all that were reported of late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from ..access import rules
from ..db import queries
from . import cells
from .rules import SOON

SQL = queries.load(__package__, "shown.sql")

#: What was reported this long ago, and later, is shown though it is over: from the beginning of that day on.
LATELY = timedelta(days=30)

#: Of a longer time nobody is told how many there are one by one (:mod:`.statistics` adds up months).
LONGEST = timedelta(days=367)


class State(StrEnum):
    """How an event stands to its limit."""

    OPEN = "open"  # 办理中
    DUE_SOON = "due-soon"  # 即将到期
    OVERDUE = "overdue"  # 已超期
    CLOSED = "closed"  # 已结案


class By(StrEnum):
    """What counts are told apart by."""

    UNIT = "unit"
    CLASS = "class"
    DEPARTMENT = "department"


@dataclass(frozen=True)
class Shown:
    """Which events are shown: those to which all that is given applies. Rejected and merged ones only where a stage is given.

    Parameters
    ----------
    since, until
        When they were reported, both included. With neither: see the module.
    public
        Only of classes that anybody may see.
    """

    classes: tuple[int, ...] | None = None
    grades: tuple[int, ...] | None = None
    states: tuple[str, ...] | None = None
    stages: tuple[str, ...] | None = None
    department: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    public: bool = False

    @property
    def lately(self) -> bool:
        """Whether nothing is said of time."""
        return self.since is None and self.until is None

    @property
    def long(self) -> bool:
        """Whether it is more than a year, or has no beginning."""
        if self.lately:
            return False
        return self.since is None or (self.until or datetime.now(UTC)) - self.since > LONGEST

    def days(self, now: datetime | None = None) -> tuple[int, int] | None:
        """Return the days of China they were reported on, from the first until before the last, where all of them are told apart by place,
        day and how they stand alone; else None.
        """
        if any(value is not None for value in (self.classes, self.grades, self.stages, self.department)):
            return None
        now = now or datetime.now(UTC)
        return cells.days(self._since(now), self.until, now)

    def _since(self, now: datetime) -> datetime | None:
        return cells.midnight(now - LATELY) if self.lately else self.since

    def given(self, now: datetime | None = None) -> dict[str, Any]:
        """Return it as the queries take it, at a moment (timezone-aware)."""
        now = now or datetime.now(UTC)
        lists = {name: None if value is None else list(value) for name in _LISTS for value in (getattr(self, name),)}
        span = {"since": self._since(now) or "-infinity", "until": self.until or "infinity", "standing": self.lately}
        return {**lists, **span, "department": self.department, "public": self.public, "now": now, "soon": SOON}


_LISTS = ("classes", "grades", "states", "stages")


class Count(NamedTuple):
    """How many events there are, and how many of them are open in time, due soon, overdue, over."""

    n: int = 0
    open: int = 0
    due_soon: int = 0
    overdue: int = 0
    closed: int = 0

    @classmethod
    def total(cls, counts: Iterable[Count]) -> Count:
        """Return what some add up to."""
        return cls(*map(sum, zip(*counts, strict=True)))


def counts(
    conn,
    edition_id: int,
    shown: Shown,
    by: By,
    units: Collection[int] | None = None,
    parent_of: Mapping[int, int] | None = None,
    now: datetime | None = None,
) -> dict[str | int | None, Count]:
    """Return how many events are shown, by unit_id, class_id or code of a department; None is what has none.

    Parameters
    ----------
    units
        Lowest units of the edition, 0 being that of events that lie in none; None: everywhere.
    parent_of
        With units told apart: which unit stands for each of the lowest; all of them are told, also those of nothing.
    """
    asked = {**shown.given(now), "edition_id": edition_id, "by": str(by), **rules.sought(units)}
    with conn.cursor() as cur:
        cur.execute(SQL["counts"], asked)
        rows = cur.fetchall()
    found: dict[str | int | None, list[Sequence[int]]] = defaultdict(list)
    if parent_of is not None:
        found |= {unit_id: [Count()] for unit_id in parent_of.values()}
    for key, *numbers in rows:
        of = _key(by, key, parent_of)
        if of is not None or parent_of is None:
            found[of].append(numbers)
    return {key: Count.total(parts) for key, parts in found.items()}


def _key(by: By, key: str, parent_of: Mapping[int, int] | None) -> str | int | None:
    if by is By.DEPARTMENT:
        return key or None
    return parent_of.get(int(key)) if parent_of is not None else int(key) or None
