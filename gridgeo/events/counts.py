"""What events are counted by: each has a fact (what it counts for today), and facts are added up by month.

Whoever writes an event calls :func:`shift` in the same transaction. The fact changes with it, and what came and went is appended to
`event_shift`, so that writers never wait for each other; :func:`fold` adds that to the sums, whenever. Whoever asks
(:mod:`.statistics`) takes sums and shifts together, so that numbers are exact at any moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

from ..db import queries

SQL = queries.load(__package__, "counts.sql")

#: What sums tell apart (the lowest unit; class, channel and department; the unit two levels above, class and department; that and the
#: channel), and which events of a month they are of.
PARTS, BASES = ("unit", "kind", "area", "way"), ("reported", "filed", "due", "closed")

#: What tells less apart, and of which sums it is made: the unit above the lowest, the one two levels above; class and department; nothing;
#: class, department and channel each alone.
LESS = {"near": "unit", "far": "way", "whole": "kind", "all": "whole", "class": "whole", "department": "whole", "channel": "kind"}


class Cell(NamedTuple):
    """A sum that is not what the events add up to."""

    part: str
    basis: str
    month: str
    unit_id: int
    class_id: int
    channel: str
    department_code: str
    kept: int
    counted: int


def shift(conn, event_ids: Iterable[int], by: int) -> None:
    """Count events as they are now (1), or no more (-1), in the caller's transaction; their rows are locked or new.

    Counting an event that is counted counts it anew, so that one call with 1 after a change is enough.
    """
    given = list(event_ids)
    if given:
        with conn.cursor() as cur:
            cur.execute(SQL["shift"], {"events": given, "by": by})


def fold(conn) -> int:
    """Add to the sums what was counted since; return how much that was, 0 also while somebody else does it."""
    with conn.cursor() as cur:
        cur.execute(SQL["fold"])
        return cur.fetchone()[0]


def refresh(conn, edition_id: int) -> int:
    """Count an edition from scratch, and forget those that have ended; return the number of facts.

    Whoever writes events waits until the transaction ends.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["lock_alone"])
        cur.execute("SET LOCAL work_mem = '256MB'")  # millions of facts and sums are grouped, one statement at a time
        for step in ("forget_shifts", "forget_sums", "forget_facts"):
            cur.execute(SQL[step], {"edition_id": edition_id})
        cur.execute(SQL["count"], {"edition_id": edition_id})
        counted = cur.rowcount
        cur.execute("ANALYZE event_fact")
        for part, basis in product(PARTS, BASES):
            cur.execute(SQL["add_up"], {"edition_id": edition_id, "part": part, "basis": basis})
        for part, of in LESS.items():
            cur.execute(SQL["add_up_from"], {"edition_id": edition_id, "part": part, "of": of})
    return counted


def forget(conn, edition_id: int) -> None:
    """Forget what was counted of an edition."""
    with conn.cursor() as cur:
        for step in ("forget_shifts", "forget_sums", "forget_facts"):
            cur.execute(SQL[step], {"edition_id": edition_id})


def difference(conn, edition_id: int) -> tuple[list[int], list[Cell]]:
    """Return what a count from scratch would change: events whose fact is false, and sums. Nothing, as long as everybody shifts."""
    with conn.cursor() as cur:
        cur.execute(SQL["false_facts"], {"edition_id": edition_id})
        false = [event_id for (event_id,) in cur.fetchall()]
        cur.execute(SQL["difference"], {"edition_id": edition_id})
        return false, [Cell(*row) for row in cur.fetchall()]
