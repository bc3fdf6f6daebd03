"""Which unit each object lies in, by edition: derived from its point whenever boundaries or the point change."""

from __future__ import annotations

from ..db import queries
from ..hierarchy import assignment as placing
from ..hierarchy.model import GOVERNANCE
from . import counts, references

SQL = queries.load(__package__, "assignment.sql")


def assign(conn, edition_id: int, before: int | None = None) -> int:
    """Say for an edition where every object lies of which it is not said yet, and count it from scratch; return how many.

    Whoever writes objects waits until the transaction ends. The rule is :class:`gridgeo.hierarchy.model.Outcome`, among the units
    that have none below.

    Parameters
    ----------
    before
        An edition that says of every object where it lies until now (the one that is valid, or ends in this transaction): what
        lies inside a unit that is cut as it was there, and near no unit that is not, is not looked at again.
    """
    counts.lock(conn)
    with references.at_once(conn, [edition_id]), conn.cursor() as cur:
        carried = _carry(cur, edition_id, before) if before is not None else 0
        placing.prepare(cur)
        cur.execute(SQL["find_unassigned"], {"edition_id": edition_id})
        assigned = lay(cur, edition_id) if cur.rowcount else 0
        placing.done(cur)
        counts.refresh(conn, edition_id)
    return carried + assigned


def _carry(cur, edition_id: int, before: int) -> int:
    asked = {"edition_id": edition_id, "before": before}
    cur.execute(SQL["drop_ground"])
    for step in ("make_same_ground", "make_near_other"):
        cur.execute(SQL[step], asked)
    cur.execute("ANALYZE same_ground, near_other")
    cur.execute(SQL["carry"], asked)
    carried = cur.rowcount
    cur.execute(SQL["drop_ground"])
    return carried


def lay(cur, edition_id: int) -> int:
    """Say for an edition where the objects lie that stand in `to_place`; return how many."""
    placing.lay(cur, edition_id)
    cur.execute(SQL["assign"], {"edition_id": edition_id})
    return cur.rowcount


def editions(conn) -> list[int]:
    """Return the editions in which every object has its place: the one of governance that is valid now, and those planned."""
    return placing.editions_to_come(conn, GOVERNANCE)


def clear(conn, edition_id: int) -> int:
    """Forget where objects lie in an edition, and how many in each unit; return how many there were."""
    counts.lock(conn)
    counts.forget(conn, edition_id)
    with conn.cursor() as cur:
        cur.execute(SQL["forget"], {"edition_id": edition_id})
        return cur.rowcount
