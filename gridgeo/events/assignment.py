"""Which unit each event lies in, by edition: derived from its point whenever boundaries change."""

from __future__ import annotations

from ..db import queries
from ..hierarchy import assignment as placing
from . import counts

SQL = queries.load(__package__, "assignment.sql")


def assign(conn, edition_id: int) -> int:
    """Say for an edition where every event lies of which it is not said yet, and count it from scratch; return how many.

    Whoever writes events waits until the transaction ends. The rule is :class:`gridgeo.hierarchy.model.Outcome`, among the units that
    have none below; an event without a point lies in none.
    """
    asked = {"edition_id": edition_id}
    with conn.cursor() as cur:
        cur.execute(SQL["lock_events"])
        placing.prepare(cur)
        cur.execute(SQL["find_unassigned"], asked)
        assigned = cur.rowcount
        if assigned:
            placing.lay(cur, edition_id)
            cur.execute(SQL["assign"], asked)
        placing.done(cur)
        cur.execute(SQL["assign_nowhere"], asked)
        assigned += cur.rowcount
    counts.refresh(conn, edition_id)
    return assigned


def clear(conn, edition_id: int) -> int:
    """Forget where events lie in an edition, and what was counted of it; return how many there were."""
    counts.forget(conn, edition_id)
    with conn.cursor() as cur:
        cur.execute(SQL["forget"], {"edition_id": edition_id})
        return cur.rowcount
