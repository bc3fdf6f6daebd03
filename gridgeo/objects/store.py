"""Reading objects: one, some, how many, and what one was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

import shapely

from ..db import queries
from ..errors import NotFound
from ..hierarchy.model import Outcome
from .conditions import condition
from .model import Change, ManagedObject, Status, Where

SQL = queries.load(__package__)

#: A shorter one is no element code.
_SHORTEST_CODE = 10

#: What is looked for among codes: it begins as a department does; names of Latin letters have no digit so early.
_CODE = re.compile("(?=.{0,8}[0-9])[0-9A-Za-z]{8}[0-9Xx][0-9A-Za-z]{0,55}")

#: What is to be looked at where an object lies.
UNCLEAR = (Outcome.NONE, Outcome.BOUNDARY, Outcome.SEVERAL)


class Then(NamedTuple):
    """A day, and the moment whose beliefs are asked for; None: the last known, and now."""

    day: date | None
    recorded: datetime | None


def find(conn, ref: int | str) -> ManagedObject:
    """Return an object by our number of it or by its element code, which goes first; raises NotFound."""
    text = str(ref)
    number = int(text) if text.isascii() and text.isdigit() and int(text) < 1 << 63 else None
    code = None if isinstance(ref, int) or len(text) < _SHORTEST_CODE else text.strip().upper()
    found = _objects(conn, "object", object_id=number, element_code=code)
    if not found:
        raise NotFound("object", ref)
    return next((one for one in found if one.element_code == code), found[0])


def listed(conn, where: Where, after: int | None = None, limit: int = 100, then: Then | None = None) -> list[ManagedObject]:
    """Return the first objects that are meant, by number; after a number where one is given; as they were where that is asked."""
    if then is None:
        return _objects(conn, "objects", after=after, limit=limit, **written(where))
    return _objects(conn, "objects_then", after=after, limit=limit, **then._asdict(), **written(where))


def pages(conn, where: Where, size: int = 2000) -> Iterator[list[ManagedObject]]:
    """Yield all objects that are meant, by number, so many at a time; no more than these are held. Needs a transaction."""
    with conn.cursor(name="objects") as cur:
        cur.execute(SQL["objects"], {"after": None, "limit": None, **written(where)})
        while found := cur.fetchmany(size):
            yield [_object(row) for row in found]


def within(conn, where: Where) -> dict[tuple[int, Status], int]:
    """Return how many objects that are meant there are, by category and status."""
    return {(category, Status(status)): n for category, status, n in SQL.rows(conn, "amounts", **written(where))}


def history(conn, object_id: int) -> list[Change]:
    """Return what an object was, in the order we came to know it, and last what it is. Raises NotFound."""
    found = [Change(row[0], Status(row[1]), *row[2:]) for row in SQL.rows(conn, "changes", object_id=object_id)]
    if not found:
        raise NotFound("object", object_id)
    return found


def as_of(conn, object_id: int, on: date) -> Change | None:
    """Return what an object was on a day, as far as we know today; None before its first day. Raises NotFound."""
    then = [one for one in history(conn, object_id) if _was(one, on)]
    return then[-1] if then else None


def unplaced(conn, outcomes: Sequence[Outcome] = UNCLEAR, after: int | None = None, limit: int = 100) -> list[ManagedObject]:
    """Return objects by how they lie to the units of the governance edition valid now, by number."""
    return _objects(conn, "unplaced", outcomes=[str(one) for one in outcomes], after=after, limit=limit)


def outcomes(conn, edition_id: int) -> Counter[Outcome]:
    """Return how many objects lie how to the units of an edition."""
    return Counter({Outcome(outcome): n for outcome, n in SQL.rows(conn, "outcomes", edition_id=edition_id)})


def unassigned(conn, edition_id: int) -> int:
    """Return of how many objects an edition does not say where they lie."""
    return SQL.rows(conn, "unassigned", edition_id=edition_id)[0][0]


def statuses(conn) -> dict[Status, tuple[bool, str, str]]:
    """Return what may become of an object: whether it stands then, and the Chinese and English name."""
    return {Status(status): tuple(rest) for status, *rest in SQL.rows(conn, "statuses")}


def of_name(q: str | None) -> bool:
    """Return whether what is looked for is a part of a name, and not the beginning of an element code."""
    return bool(q and not _CODE.fullmatch(q.strip()))


def written(where: Where) -> dict[str, object]:
    """Return what is meant as the queries take it."""
    q = where.q.strip() if where.q else None
    return {
        "units": None if where.units is None else list(where.units),
        "polygon": None if where.polygon is None else shapely.to_wkb(where.polygon, hex=True),
        "categories": None if where.categories is None else list(where.categories),
        "statuses": None if where.statuses is None else [str(status) for status in where.statuses],
        "code": q.upper() if q and not of_name(q) else None,
        "part": f"%{_escaped(q)}%" if q and of_name(q) else None,
        "filter": condition(where.only),
    }


def _was(one: Change, on: date) -> bool:
    """Whether something was so on a day; what was corrected never was."""
    return one.valid_from is not None and one.valid_from <= on and (one.valid_to is None or on < one.valid_to)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _objects(conn, query: str, **parameters) -> list[ManagedObject]:
    return [_object(row) for row in SQL.rows(conn, query, **parameters)]


def _object(row: tuple) -> ManagedObject:
    (object_id, code, category_id, status, *facts, attributes, since, source, recorded_at, shape, unit_id, outcome) = row
    lies = Outcome(outcome) if outcome else None
    drawn = shape and shapely.from_wkb(bytes(shape))
    return ManagedObject(
        object_id, code, category_id, Status(status), *facts, attributes or {}, since, source, recorded_at, drawn, unit_id, lies
    )
