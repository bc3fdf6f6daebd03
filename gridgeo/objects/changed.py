"""What changed on the ground: whoever draws objects is told where."""

from __future__ import annotations

from psycopg2 import sql

from ..db import queries

SQL = queries.load(__package__, "changed.sql")

#: Cells of zoom 20 in which something was or is; a row each, also where another transaction notes the same.
_NOTE = sql.SQL(
    "INSERT INTO object_changed (x, y) SELECT DISTINCT mercator_x(ST_X(point)) >> 11, mercator_y(ST_Y(point)) >> 11 FROM {points}"
)


def note(conn, points: str) -> None:
    """Note that objects changed at some points, and tell every process once the transaction commits.

    Parameters
    ----------
    points
        The temporary table that holds them: `point` where something was or is now, EPSG:4490, and `category_id`.
    """
    with conn.cursor() as cur:
        cur.execute(_NOTE.format(points=sql.Identifier(points)))
        cur.execute(SQL["tell"])


def note_all(conn) -> None:
    """Note that objects may have changed anywhere, and tell every process once the transaction commits."""
    with conn.cursor() as cur:
        cur.execute(SQL["note_all"])
        cur.execute(SQL["tell"])
