"""How many objects of each category and status there are in units.

`object_count` has one row for each of the lowest units, category and status, and `object_sum` what these add up to for the units two
levels above (streets), and over all categories. Both are changed by every write in the same transaction (:mod:`.writing`); all else is
added up when asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..db import queries
from .conditions import condition
from .filters import Filter
from .model import STANDING, Status

SQL = queries.load(__package__, "counts.sql")


class Cell(NamedTuple):
    """A count or sum that is not what it should be. Unit 0 is none, category 0 all."""

    unit_id: int
    category_id: int
    status: Status
    kept: int
    counted: int


#: What the counts tell apart, in the words of filters; by anything else the objects themselves are counted.
KNOWN = frozenset({"category", "major", "status"})


def of_units(
    conn,
    edition_id: int,
    unit_ids: Iterable[int],
    by: Sequence[str] = ("category", "status"),
    statuses: Iterable[str] | None = None,
    only: Filter | None = None,
) -> dict[tuple, int]:
    """Return how many objects some of the lowest units hold together: by category, by status, or by both, in the order of `by`.

    Parameters
    ----------
    unit_ids
        0 among them for those that lie in no unit.
    statuses
        Only these. When None the standing ones, but all where `by` has the status and so tells them apart.
    only
        What a filter (:func:`.filters.parse`) lets through.
    """
    wanted = set(statuses) if statuses is not None else set(Status) if "status" in by else set(STANDING)
    total: Counter[tuple] = Counter()
    query = "of_units" if _known(only) else "objects_of_units"
    for category, status, n in SQL.rows(conn, query, edition_id=edition_id, units=list(unit_ids), filter=condition(only)):
        if status in wanted:
            told = {"category": category, "status": Status(status)}
            total[tuple(told[word] for word in by)] += n
    return dict(total)


def by_unit(
    conn,
    edition_id: int,
    parent_of: Mapping[int, int],
    categories: Iterable[int] | None = None,
    statuses: Iterable[str] | None = None,
    only: Filter | None = None,
) -> dict[int, int]:
    """Return how many objects each unit holds, zeros too: the units are those that `parent_of` gives for each of the lowest ones.

    Parameters
    ----------
    categories
        Only these; all when None.
    statuses
        Only these; the standing ones when None.
    only
        What a filter (:func:`.filters.parse`) lets through.
    """
    asked = {
        "categories": None if categories is None else list(categories),
        "statuses": [str(status) for status in (STANDING if statuses is None else statuses)],
        "filter": condition(only),
    }
    kept = "totals" if categories is None and only is None else "by_unit"
    total = dict.fromkeys(parent_of.values(), 0)
    for unit_id, n in SQL.rows(conn, kept if _known(only) else "objects_by_unit", edition_id=edition_id, **asked):
        if unit_id in parent_of:
            total[parent_of[unit_id]] += n
    return total


def about(conn) -> int:
    """Return about how many objects there are, as the database estimated last."""
    return SQL.rows(conn, "about")[0][0]


def lock(conn) -> None:
    """Wait until nobody else writes objects, and keep others from it until the transaction ends: for a load of several files."""
    with conn.cursor() as cur:
        cur.execute(SQL["lock_alone"])


def refresh(conn, edition_id: int) -> int:
    """Count an edition from scratch, and forget the counts of those that have ended; return the number of counts.

    Whoever writes objects waits until the transaction ends.
    """
    lock(conn)
    with conn.cursor() as cur:
        for step in ("forget", "forget_sums", "count"):
            cur.execute(SQL[step], {"edition_id": edition_id})
        counted = cur.rowcount
    add_up(conn, edition_id)
    return counted


def add_up(conn, edition_id: int) -> None:
    """Make the sums of an edition that has none, of its counts: for whoever counted otherwise what is in the tables."""
    with conn.cursor() as cur:
        _find_above(cur, edition_id)
        cur.execute(SQL["add_up"], {"edition_id": edition_id})


def forget(conn, edition_id: int) -> None:
    """Forget the counts of an edition."""
    with conn.cursor() as cur:
        for step in ("forget", "forget_sums"):
            cur.execute(SQL[step], {"edition_id": edition_id})


def difference(conn, edition_id: int) -> list[Cell]:
    """Return what a count from scratch would change: nothing, as long as everybody writes through :mod:`.writing`."""
    with conn.cursor() as cur:
        _find_above(cur, edition_id)
    return [
        Cell(unit, category, Status(status), *ns) for unit, category, status, *ns in SQL.rows(conn, "difference", edition_id=edition_id)
    ]


def _known(only: Filter | None) -> bool:
    return only is None or only.names <= KNOWN


def _find_above(cur, edition_id: int) -> None:
    cur.execute(SQL["drop_above"])
    cur.execute(SQL["make_above"], {"edition_id": edition_id})
    cur.execute("ANALYZE above")
