"""What tables of classes and of channels share: read row by row, compared with what is stored, put in place as a whole."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any, TypeVar

import orjson

from ..errors import InvalidInput
from ..issues import Issue, Severity
from ..moments import CHINA

T = TypeVar("T")

_LONGEST = 64


@dataclass(frozen=True)
class Words:
    """What a row is called in issues, several of them, and how many there may be."""

    one: str
    many: str
    most: int


@dataclass(frozen=True)
class Stored:
    """What a table changed: new ones, changed ones, those as before, and those it left out, which ended."""

    new: int
    changed: int
    same: int
    ended: int


def ours(name: str) -> list[dict[str, str]]:
    """Return the rows of a table that comes with gridgeo."""
    with (resources.files(__package__) / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(
    rows: Iterable[Mapping[str, str]],
    source: str,
    columns: Sequence[str],
    words: Words,
    entry: Callable[[Mapping[str, str], int], dict[str, Any]],
    key: Callable[[Mapping[str, Any]], str],
) -> tuple[list[dict[str, Any]], list[Issue]]:
    """Return the entries of a table, and what is wrong with it; `entry` makes one of a row and its place, or raises InvalidInput."""
    given = list(rows)
    lacking = [column for column in columns if column not in (given[0] if given else ())]
    if not given:
        return [], [_error(f"no-{words.one}", "the table is empty", source)]
    if lacking:
        return [], [_error("missing-column", f"the table needs the columns {', '.join(lacking)}", source)]
    if len(given) > words.most:
        return [], [_error(f"too-many-{words.many}", f"more than {words.most:,} {words.many}", source)]
    made: dict[str, dict[str, Any]] = {}
    issues = []
    for row_no, row in enumerate(given, 1):
        try:
            one = entry(row, len(made) + 1)
        except InvalidInput as error:
            value = "" if error.value is None else str(error.value)[:_LONGEST]
            issues.append(Issue(f"bad-{words.one}", Severity.ERROR, error.rule, source, row_no, error.field, value))
            continue
        if made.setdefault(key(one), one) is not one:
            told = "is in a row above already"
            issues.append(Issue(f"duplicate-{words.one}", Severity.ERROR, told, source, row_no, columns[0], key(one)))
    return list(made.values()), issues


def cells(row: Mapping[str, str], columns: Sequence[str], optional: Sequence[str] = ()) -> dict[str, str]:
    """Return the cells of a row without blanks round them; raises InvalidInput for one that is empty, long, or cannot be seen."""
    found = {column: (row.get(column) or "").strip() for column in columns}
    for column, text in found.items():
        if not text and column not in optional:
            raise InvalidInput(column, None, "is empty")
        if len(text) > _LONGEST or not text.isprintable():
            raise InvalidInput(column, text, f"at most {_LONGEST} signs, all of which can be seen")
    return found


def meant(row: Mapping[str, str], column: str, values: Mapping[str, T]) -> T:
    """Return what a word of a row means; raises InvalidInput."""
    found = values.get(row[column].casefold())
    if found is None:
        raise InvalidInput(column, row[column], f"use one of {', '.join(values)}")
    return found


def compare(conn, sql: Mapping[str, str], entries: Sequence[Mapping[str, Any]], day: date | None = None) -> Stored:
    """Return what a table would change."""
    with conn.cursor() as cur:
        cur.execute(sql["count"], _asked(entries, day))
        return Stored(*cur.fetchone())


def put(conn, sql: Mapping[str, str], entries: Sequence[Mapping[str, Any]], day: date | None = None) -> Stored:
    """Put a table in place, and return what it changed."""
    stored = compare(conn, sql, entries, day)
    with conn.cursor() as cur:
        for step in ("put", "end"):
            cur.execute(sql[step], _asked(entries, day))
    return stored


def _asked(entries: Sequence[Mapping[str, Any]], day: date | None) -> dict[str, Any]:
    return {"rows": orjson.dumps(list(entries)).decode(), "day": day or datetime.now(UTC).astimezone(CHINA).date()}


def _error(code: str, message: str, source: str) -> Issue:
    return Issue(code, Severity.ERROR, message, source)
