"""The matrix of responsibility (权责清单): listed, stored from a table, and checked for classes nobody leads and those two lead."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from ...db import queries
from ...db.comparison import Comparison
from ...issues import Issue, Severity
from ...objects import categories
from ...objects.model import Department
from .. import classes
from ..model import Part
from .checking import Covered, double_leads, unled
from .matrix_rows import Known
from .model import EVERY, Responsibility, prefixes

SQL = queries.load(__package__, "matrix.sql")

_ALL = 10_000_000


def listed(
    conn,
    class_path: str | None = None,
    unit_key: str | None = None,
    department: str | None = None,
    day: date | None = None,
    after: int = 0,
    limit: int = _ALL,
) -> list[Responsibility]:
    """Return rows valid on a day (today in China when None), in the order they came.

    Parameters
    ----------
    class_path
        Those that concern a class: they name it, or the beginning of its path.
    unit_key
        Those that name this unit; "" those of the whole city.
    """
    paths = None if class_path is None else list(prefixes(class_path))
    asked = {"paths": paths, "unit_key": unit_key, "department": department, "day": day, "after": after, "limit": limit}
    return [Responsibility(number, path, key, Part(part), *rest) for number, path, key, part, *rest in SQL.rows(conn, "listed", **asked)]


def stage(conn, rows: Iterable[Responsibility], departments: Iterable[Department], since: date | None, whole: bool) -> Comparison:
    """Lay a table beside what is stored, in a temporary table of the transaction, and return what it would change.

    Parameters
    ----------
    departments
        New ones of the table are entered; what others are called stays.
    since
        The day what is new begins on, where the table says none; today when None.
    whole
        Whether the table is the whole matrix: what it does not name ends.
    """
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(_cells(row) for row in rows)
    named = sorted({one.code: one for one in departments}.values(), key=lambda one: one.code)
    columns = {"codes": [one.code for one in named], "names_zh": [one.name_zh for one in named], "names_en": [one.name_en for one in named]}
    asked = {"since": since, "whole": whole}
    with conn.cursor() as cur:
        cur.execute(SQL["lock"])
        cur.execute(SQL["put_department"], columns)
        cur.execute(SQL["drop_staged"])
        cur.execute(SQL["make_staged"])
        cur.copy_expert(
            "COPY staged_responsibility FROM STDIN (FORMAT csv, FORCE_NOT_NULL (class_path, unit_key, criteria, source))",
            io.BytesIO(buffer.getvalue().encode()),
        )
        cur.execute("ANALYZE staged_responsibility")
        cur.execute(SQL["date_staged"], asked)
    return Comparison(*SQL.rows(conn, "compare", **asked)[0])


def put(conn, since: date | None, whole: bool) -> None:
    """Store what :func:`stage` laid out in the same transaction."""
    with conn.cursor() as cur:
        if whole:
            cur.execute(SQL["end_others"], {"since": since})
        cur.execute(SQL["put"])
        cur.execute("ANALYZE responsibility")


def known(conn) -> Known:
    """Return what a table may name: classes that are or were in use, units of today's edition, departments."""
    paths = {prefix for one in classes.known(conn).values() for prefix in prefixes(one.path)}
    return Known(paths, {key for key, *_ in SQL.rows(conn, "units")}, categories.departments(conn))


def check(conn, day: date | None = None) -> list[Issue]:
    """Return what is wrong with the matrix on a day (today when None); what rules do besides is not looked at.

    `class-without-lead`: nobody leads it anywhere; `class-without-lead-in-places`: in some micro-grids; `class-led-by-area-only`: only
    who answers for all classes in its area does; `double-lead`: two lead the same class in the same unit; `unknown-class`,
    `unknown-unit`: a row names what there is not, or not any more.
    """
    rows = listed(conn, day=day)
    paths = [one.path for one in classes.valid(conn, day)]
    area = Covered.of(SQL.rows(conn, "units"))
    leads = [row for row in rows if row.part is Part.LEAD]
    return [*unled(paths, leads, area), *double_leads(leads), *_strangers(rows, paths, area)]


def _strangers(rows: Sequence[Responsibility], paths: Sequence[str], area: Covered) -> Iterable[Issue]:
    known = {prefix for path in paths for prefix in prefixes(path)} | {EVERY}
    for path in sorted({row.class_path for row in rows} - known):
        yield Issue("unknown-class", Severity.WARNING, f"no class in use is {path}, or begins so", field="class", value=path)
    for key in sorted({row.unit_key for row in rows} - area.keys - {EVERY}):
        yield Issue("unknown-unit", Severity.WARNING, f"no unit of today's edition is {key}", field="unit", value=key, units=(key,))


def _cells(row: Responsibility) -> tuple:
    return (
        *(row.class_path, row.unit_key, str(row.part), row.department_code, row.criteria),
        *(row.valid_from, row.valid_to, row.source),
    )
