"""Which lowest unit of an edition each of very many points lies in, inside the database and set-based.

A room puts what it wants placed into the temporary table `to_place` (:func:`prepare`), and finds the answers in `lying` after
:func:`lay`: what it makes of them is its own.
"""

from __future__ import annotations

from ..db import queries

SQL = queries.load(__package__, "assignment.sql")


def prepare(cur) -> None:
    """Make the temporary table `to_place` (n, point in EPSG:4490), empty."""
    cur.execute(SQL["drop_placing"])
    cur.execute(SQL["make_to_place"])


def lay(cur, edition_id: int) -> None:
    """Make the temporary table `lying` (n, unit_id, outcome): a row for each of `to_place`.

    The rule is :class:`.model.Outcome`, among the units that have none below.
    """
    for step in ("drop_lying", "make_lying", "serially", "index_to_place"):
        cur.execute(SQL[step])
    cur.execute("ANALYZE to_place")
    cur.execute(SQL["lay"], {"edition_id": edition_id})


def done(cur) -> None:
    """Drop both tables."""
    cur.execute(SQL["drop_placing"])


def editions_to_come(conn, scheme: str) -> list[int]:
    """Return the editions of a scheme that are valid now or will be: those whose answers must be right."""
    with conn.cursor() as cur:
        cur.execute(SQL["editions_to_come"], {"scheme": scheme})
        return [edition_id for (edition_id,) in cur.fetchall()]
