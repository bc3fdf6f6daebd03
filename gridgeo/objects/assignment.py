"""Which unit each object lies in, by edition: derived from its point whenever boundaries or the point change."""

from __future__ import annotations

from ..db import queries
from ..hierarchy import assignment as placing
from ..hierarchy.model import GOVERNANCE
from . import counts

SQL = queries.load(__package__, "assignment.sql")


def assign(conn, edition_id: int) -> int:
    """Say for an edition where every object lies of which it is not said yet, and count it from scratch; return how many.

    Whoever writes objects waits until the transaction ends. The rule is :class:`gridgeo.hierarchy.model.Outcome`, among the units
    that have none below.
    """
    counts.lock(conn)
    with conn.cursor() as cur:
        placing.prepare(cur)
        cur.execute(SQL["find_unassigned"], {"edition_id": edition_id})
        assigned = lay(cur, edition_id)
        placing.done(cur)
    counts.refresh(conn, edition_id)
    return assigned


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
