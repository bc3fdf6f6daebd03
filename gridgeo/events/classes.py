"""Classes of events and requests: a tree known by full paths, graded, loaded from a table; what a table leaves out ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..db import queries

SQL = queries.load(__package__, "classes.sql")


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
