"""The daily digest: what a day was like by grid, and what is late; for the morning round of a street or a community."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ...db import queries
from ...errors import NotFound
from ...moments import CHINA

SQL = queries.load(__package__, "digest.sql")


@dataclass(frozen=True)
class Line:
    """A unit: what came in, was filed and closed in the day; what is open, overdue, and due within a day, now."""

    code: str
    name_zh: str
    reported: int
    filed: int
    closed: int
    open: int
    overdue: int
    due: int


@dataclass(frozen=True)
class Late:
    """An open event that is overdue."""

    event_code: str
    grade: int
    path: str
    stage: str
    department_code: str | None
    department: str | None
    due_at: datetime
    bounces: int


@dataclass(frozen=True)
class Digest:
    """What a day was like: by unit in the order of their codes, and the gravest that are late."""

    day: date
    at: datetime
    lines: tuple[Line, ...]
    late: tuple[Late, ...]


def of_day(conn, day: date, now: datetime, level: str = "community", unit: str | None = None, most: int = 20) -> Digest:
    """Return the digest of a day (in China) by the units of a level, within one (its code) or anywhere; at most so many late ones.

    Raises NotFound where there are no such units.
    """
    units = _rows(conn, "lowest", level=level, unit=unit)
    if not units:
        raise NotFound(f"unit of level {level} in", unit or "the edition valid now")
    since = datetime.combine(day, time(), CHINA)
    span = {"since": since, "until": since + timedelta(days=1), "now": now, "soon": now + timedelta(days=1)}
    counted = {unit_id: numbers for unit_id, *numbers in _rows(conn, "counted", **span)}
    lowest = [leaf for *_, leaves in units for leaf in leaves]
    late = _rows(conn, "late", now=now, units=lowest, most=most)
    lines = tuple(Line(code, name, *_sum(counted, leaves)) for _, code, name, leaves in units)
    return Digest(day, now, lines, tuple(Late(*row) for row in late))


def _sum(counted: dict[int, list[int]], leaves: list[int]) -> list[int]:
    found = [counted[leaf] for leaf in leaves if leaf in counted]
    return [sum(column) for column in zip(*found, strict=True)] or [0] * 6


def _rows(conn, query: str, **parameters) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(SQL[query], parameters)
        return cur.fetchall()
