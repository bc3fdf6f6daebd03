"""Rows of managed objects that were put aside: kept as they were given, handed out to be corrected, gone when they come back.

A cell that holds what looks like somebody's number is not kept: whoever corrects the row looks it up where it came from.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

import numpy as np
import psycopg2.extras

from ..codes import element, model
from ..db import queries
from ..errors import NotFound
from ..linkage import rules
from .objects_faults import Faults
from .objects_rows import Rows

SQL = queries.load(__package__, "objects.sql")

#: The column that says which row it was, and those that say why it was put aside: for people, not for the next load.
NAMED, WHY = "rejected", "issues"


@dataclass(frozen=True)
class Load:
    """One load that put rows aside."""

    load_id: int
    at: datetime
    files: tuple[str, ...]
    rows: int


def put(conn, parts: Sequence[Rows], sound: Sequence[np.ndarray], faults: Faults) -> int:
    """Put aside the rows of a load that were not taken, forget those that came back; return the load's number, 0 for none."""
    offset, rows = 0, []
    for part, taken in zip(parts, sound, strict=True):
        aside = np.flatnonzero(~taken & ~part.empty)
        why = faults.of_rows(aside + offset)
        for number, fields in part.given.fields((aside + 1).tolist()):
            kept = {name: _kept(text) for name, text in fields.items() if name not in (NAMED, WHY)}
            rows.append((number, part.given.name, psycopg2.extras.Json(kept), psycopg2.extras.Json(why[number - 1 + offset])))
        offset += len(part)
    with conn.cursor() as cur:
        cur.execute(SQL["lock_rejected"])
        cur.execute(SQL["next_load"])
        load_id = cur.fetchone()[0]
        _forget(cur, parts)
        if not rows:
            return 0
        psycopg2.extras.execute_values(cur, SQL["reject"], [(load_id, *row) for row in rows], page_size=1000)
    return load_id


def loads(conn) -> list[Load]:
    """Return the loads of which rows are still aside."""
    with conn.cursor() as cur:
        cur.execute(SQL["rejected_loads"])
        return [Load(number, at, tuple(files), rows) for number, at, files, rows in cur.fetchall()]


def write(conn, file: TextIO, load_id: int | None = None) -> int:
    """Write rows that are aside as CSV that can be corrected and loaded again; return how many.

    Raises NotFound for a load of which none is.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["rejected"], {"load": load_id})
        rows = cur.fetchall()
    if load_id is not None and not rows:
        raise NotFound("load with rejected rows", load_id)
    names = list(dict.fromkeys(name for row in rows for name in row[3]))
    out = csv.DictWriter(file, [*names, NAMED, WHY], lineterminator="\r\n")
    out.writeheader()
    out.writerows(_written(rows))
    return len(rows)


def save(conn, path: Path, load_id: int | None = None) -> int:
    """Write a file as :func:`write` does: UTF-8 with a byte order mark."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        return write(conn, file, load_id)


def _written(rows: Iterable[tuple]) -> Iterator[dict[str, str]]:
    for load_id, file, number, fields, issues in rows:
        why = "; ".join(f"{one['code']} {one['field']}: {one['message']}" for one in issues)
        yield {**fields, NAMED: f"{load_id}/{number}/{file}", WHY: why}


def _forget(cur, parts: Sequence[Rows]) -> None:
    """Take away the rows that the files say they are, whether they are right now or aside once more."""
    named = [word.split("/", 2) for part in parts for word in part.rejected.words]
    back = [
        (int(load), file, int(row))
        for load, row, file in (name for name in named if len(name) == 3)
        if load.isdecimal() and row.isdecimal()
    ]
    if back:
        loads_, files, rows = (list(column) for column in zip(*back, strict=True))
        cur.execute(SQL["taken_back"], {"loads": loads_, "files": files, "rows": rows})


def _kept(text: str) -> str:
    """Return a cell as it may be kept: element codes of things are long, and nobody's."""
    if not rules.names_somebody(text):
        return text
    verdict = element.FAMILY.judge(text)
    thing = verdict.code is not None and verdict.code.form == "thing"
    only_check = set(verdict.reasons) <= {model.Reason.ORGANISATION_CHECK} and len(text.strip()) > 18
    return text if (thing or only_check) and not element.may_be_personal(text) else rules.UNSAID
