"""The daily digest: what a day was like by grid, and what is late; for the morning round of a street or a community."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta

from ...db import queries
from ...errors import NotFound
from ...moments import CHINA, shown
from ...tables import table
from ..rules import SOON

SQL = queries.load(__package__, "digest.sql")

_GRADES = {1: "I", 2: "II", 3: "III", 4: "IV"}


@dataclass(frozen=True)
class Line:
    """A unit: what came in, was filed and closed in the day; what is open, overdue, and due soon (a fifth of its time is left), now."""

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
    """What a day was like: by unit in the order of their codes, and the gravest that are late.

    Numbers are of places. Among what is late is, where no unit is named, also what the caller's department has to do elsewhere.
    """

    day: date
    at: datetime
    lines: tuple[Line, ...]
    late: tuple[Late, ...]


def of_day(
    conn,
    day: date,
    now: datetime,
    level: str = "community",
    unit: str | None = None,
    most: int = 20,
    *,
    seen: Collection[int] | None = None,
    public: bool = False,
) -> Digest:
    """Return the digest of a day (in China) by the units of a level, within one (its code) or anywhere; at most so many late ones.

    Parameters
    ----------
    seen
        The lowest units that are looked at; None: all.
    public
        Only of classes that anybody may see.

    Raises
    ------
    NotFound
        Where there are no such units.
    """
    units = [
        (code, name, leaves) for _, code, name, all_ in SQL.rows(conn, "lowest", level=level, unit=unit) if (leaves := _of(all_, seen))
    ]
    if not units:
        raise NotFound(f"unit of level {level} in", unit or "the edition valid now")
    since = datetime.combine(day, time(), CHINA)
    span = {"since": since, "until": since + timedelta(days=1), "now": now, "soon": SOON}
    counted = {unit_id: numbers for unit_id, *numbers in SQL.rows(conn, "counted", **span, public=public)}
    lowest = [leaf for *_, leaves in units for leaf in leaves]
    late = SQL.rows(conn, "late", now=now, units=lowest, own=unit is None, most=most, public=public)
    lines = tuple(Line(code, name, *_sum(counted, leaves)) for code, name, leaves in units)
    return Digest(day, now, lines, tuple(Late(*row) for row in late))


def written(of: Digest) -> str:
    """Return a digest as text: a table of the units, and one of what is late."""
    header = ("code", "名称", "上报", "立案", "结案", "在办", "超期", "即将到期")
    lines = [f"{of.day} 事件日报, {shown(of.at)}", *table(header, [astuple(line) for line in of.lines]), ""]
    rows = [(_GRADES[one.grade], one.event_code, one.path, one.stage, one.department, shown(one.due_at)) for one in of.late]
    late = table(("等级", "超期事件", "类别", "环节", "部门", "应结案"), rows) if rows else ["Nothing is overdue."]
    return "\n".join((*lines, *late))


def _of(leaves: list[int], seen: Collection[int] | None) -> list[int]:
    return leaves if seen is None else [leaf for leaf in leaves if leaf in seen]


def _sum(counted: dict[int, list[int]], leaves: list[int]) -> list[int]:
    found = [counted[leaf] for leaf in leaves if leaf in counted]
    return [sum(column) for column in zip(*found, strict=True)] or [0] * 6
