"""Who is in charge of a unit: its worker (网格员) and its head (网格长), by dated periods.

They are staff in their duty, whose names and duty phones a city publishes to its residents; all the same they are told to
callers with a name only (`api/policies.py`), and stand in no tile, export or log. A unit is named by its key (its code, or
level and name where it has none), so that another edition cuts nobody off.
Source: 滨州市网格化服务管理条例 (2021), article 6: name and phone of a grid's worker are made public.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date
from enum import StrEnum

from ..db import queries
from ..db.comparison import Comparison
from .model import GridUnit, Scheme

SQL = queries.load(__package__, "workers.sql")


class Role(StrEnum):
    """WORKER (网格员) goes about in the unit; HEAD (网格长) answers for it."""

    WORKER = "worker"
    HEAD = "head"


@dataclass(frozen=True)
class Worker:
    """Somebody in charge of a unit from a day on, until another (that day no more); `phone` is the duty's, by E.164."""

    unit_key: str
    role: Role
    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    valid_from: date | None
    valid_to: date | None = None
    source: str = ""


@dataclass(frozen=True)
class Vacancy:
    """How many units of a level nobody is in charge of."""

    level: str
    name_zh: str
    name_en: str
    units: int
    vacant: int


def of_unit(conn, scheme: str, unit_key: str, day: date | None = None) -> list[Worker]:
    """Return who is in charge of a unit on a day (today in China when None), heads first; what the caller may not see is left out."""
    found = SQL.rows(conn, "of_unit", scheme=scheme, unit_key=unit_key, day=day)
    return [Worker(key, Role(role), *rest) for key, role, *rest in found]


def may_see(conn, scheme: str, unit_key: str) -> bool:
    """Return whether a unit of today's edition is the caller's with everything below it."""
    return SQL.rows(conn, "may_see", scheme=scheme, unit_key=unit_key)[0][0]


def vacancies(conn, scheme: Scheme, units: Sequence[GridUnit], day: date | None = None) -> list[Vacancy]:
    """Return for each level of some units how many there are, and of how many nobody is in charge on a day."""
    vacant = vacant_among(conn, scheme.scheme, [unit.key for unit in units], day)
    found = []
    for level in scheme.levels:
        of_level = [unit.key for unit in units if unit.level == level.level]
        if of_level:
            found.append(Vacancy(level.level, level.name_zh, level.name_en, len(of_level), sum(key in vacant for key in of_level)))
    return found


def vacancies_by_scheme(conn) -> dict[str, list[Vacancy]]:
    """Return for each scheme how many units there are now and how many nobody is in charge of: of levels somebody was ever named for."""
    found: dict[str, list[Vacancy]] = {}
    for scheme, *told in SQL.rows(conn, "vacant"):
        found.setdefault(scheme, []).append(Vacancy(*told))
    return found


def vacant_among(conn, scheme: str, keys: Collection[str], day: date | None = None) -> set[str]:
    """Return which of some units nobody is in charge of on a day (today when None)."""
    return set(keys) - {key for (key,) in SQL.rows(conn, "manned", scheme=scheme, keys=list(keys), day=day)}


def stage(conn, scheme: str, workers: Iterable[Worker], since: date | None, whole: bool, phones: bool) -> tuple[Comparison, list[str]]:
    """Lay a list beside what is stored, in temporary tables of the transaction; return what it would change, and units with two heads.

    Parameters
    ----------
    since
        The day who is new begins on, where the list says none; today when None.
    whole
        Whether the list names everybody in charge: who is not in it is not any more.
    phones
        Whether it says how to reach them; if not, what is known of that stays.
    """
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(astuple(worker) for worker in workers)
    asked = {"scheme": scheme, "since": since, "whole": whole, "phones": phones}
    with conn.cursor() as cur:
        cur.execute(SQL["drop_staged"])
        cur.execute(SQL["make_staged"])
        cur.copy_expert("COPY staged_worker FROM STDIN (FORMAT csv)", io.BytesIO(buffer.getvalue().encode()))
        cur.execute("ANALYZE staged_worker")
        cur.execute(SQL["date_staged"], asked)
    new, changed, rows, ended = SQL.rows(conn, "compare", **asked)[0]
    return Comparison(new, changed, rows, ended), [key for (key,) in SQL.rows(conn, "crowded", **asked)]


def put(conn, scheme: str, since: date | None, whole: bool, phones: bool) -> None:
    """Store what :func:`stage` laid out in the same transaction."""
    asked = {"scheme": scheme, "since": since, "phones": phones}
    with conn.cursor() as cur:
        if whole:
            cur.execute(SQL["end_others"], asked)
        cur.execute(SQL["put"], asked)
        cur.execute("ANALYZE grid_worker")
