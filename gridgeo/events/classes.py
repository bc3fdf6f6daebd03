"""Classes of events and requests: a tree known by full paths, graded, loaded from a table; what a table leaves out ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..db import queries
from ..errors import InvalidInput
from ..issues import Issue
from . import counts, tables
from .model import Kind
from .tables import Stored, Words

SQL = queries.load(__package__, "classes.sql")

#: Columns of a table of classes; all are needed.
COLUMNS = ("kind", "major", "major_en", "minor", "minor_en", "name", "name_en", "grade", "colour", "public")

#: The table that comes with gridgeo, of the public classes of city management and of what residents ask for.
OURS = "classes.csv"

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_WORDS = Words("class", "classes", 5000)
_KINDS: Mapping[str, str] = {
    "event": Kind.EVENT,
    "事件": Kind.EVENT,
    "request": Kind.REQUEST,
    "诉求": Kind.REQUEST,
    "民生诉求": Kind.REQUEST,
}
_GRADES: Mapping[str, int] = {
    **{text: grade for grade, text in enumerate(("I", "II", "III", "IV"), 1)},
    **{text: grade for grade, text in enumerate("1234", 1)},
    **{text: grade for grade, text in enumerate("ⅠⅡⅢⅣ", 1)},
    **{text: grade for grade, text in enumerate("一二三四", 1)},
}
_PUBLIC: Mapping[str, bool] = {"yes": True, "是": True, "true": True, "no": False, "否": False, "false": False}


@dataclass(frozen=True)
class EventClass:
    """A class of events (事件类别), known by its path for ever; in use from `valid_from` until before `valid_to`."""

    class_id: int
    kind: str
    major: str
    minor: str
    name: str
    path: str
    major_en: str
    minor_en: str
    name_en: str
    position: int
    grade: int
    colour: str
    public: bool
    valid_from: date | None
    valid_to: date | None


def known(conn) -> dict[int, EventClass]:
    """Return all classes there are or were, by their number, in order."""
    with conn.cursor() as cur:
        cur.execute(SQL["known"])
        return {row[0]: EventClass(*row) for row in cur.fetchall()}


def valid(conn, day: date | None = None) -> list[EventClass]:
    """Return the classes in use on a day (today in China when None), in order."""
    with conn.cursor() as cur:
        cur.execute(SQL["valid"], {"day": day})
        return [EventClass(*row) for row in cur.fetchall()]


def grade(text: str) -> int | None:
    """Return the grade a text means: I, Ⅰ, 1, 一, 一级, I级 is 1, and so on to 4; None when it means none."""
    return _GRADES.get(text.strip().upper().removesuffix("级"))


def read(rows: Iterable[Mapping[str, str]], source: str = "") -> tuple[list[dict[str, Any]], list[Issue]]:
    """Return the classes of a table of :data:`COLUMNS` in its order, as they are stored, and what is wrong with it.

    Issues, all of them errors: `missing-column`, `no-class` (nothing in it), `too-many-classes`, `bad-class` (a cell that is not what
    it should be), `duplicate-class` (a path that was there above).
    """
    return tables.read(rows, source, COLUMNS, _WORDS, _entry, lambda one: "/".join(one[part] for part in ("major", "minor", "name")))


def put(conn, entries: Iterable[Mapping[str, Any]], day: date | None = None) -> Stored:
    """Make classes what a table says from a day on (today in China when None): what it leaves out ends, its events keep it.

    Events of a class that has become public, or is no more, are counted anew.
    """
    stored = tables.put(conn, SQL, list(entries), day)
    if stored.changed:
        with conn.cursor() as cur:
            cur.execute(SQL["turned"])
            counts.shift(conn, [event_id for (event_id,) in cur.fetchall()], 1)
    return stored


def _entry(row: Mapping[str, str], position: int) -> dict[str, Any]:
    cells = tables.cells(row, COLUMNS)
    for column in ("major", "minor", "name"):
        if "/" in cells[column]:
            raise InvalidInput(column, cells[column], "has no /: it stands between the names of a path")
    colour = cells["colour"].lower()
    if not _COLOUR.fullmatch(colour):
        raise InvalidInput("colour", cells["colour"], "# and six digits of 0-9 and a-f")
    said = {
        "kind": str(tables.meant(cells, "kind", _KINDS)),
        "grade": grade(cells["grade"]),
        "public": tables.meant(cells, "public", _PUBLIC),
    }
    if said["grade"] is None:
        raise InvalidInput("grade", cells["grade"], "use I, II, III or IV")
    return {**cells, **said, "colour": colour, "position": position}
