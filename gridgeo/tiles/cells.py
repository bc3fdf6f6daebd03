"""What objects add up to in cells of the map, kept current by what changed.

Whoever changes objects says where in the same transaction (`objects/changed.py`): a row in a queue. After the commit
somebody drains it: each cell that changed is counted anew from the objects in it, and each cell above from the four
below it. Only one drains at a time, so nobody waits for a writer and no sum is lost between two of them; what commits
meanwhile is in the queue for the next.
"""

from __future__ import annotations

from ..db import queries
from .model import CELLS_DEEPEST, CELLS_UPPERMOST

SQL = queries.load(__package__, "cells.sql")

#: When more cells changed than this, all are counted anew: it takes as long, and others need not be told which.
_MOST = 20_000


def waiting(conn) -> bool:
    """Return whether anything changed since the cells were added up."""
    return _one(conn, "waiting")[0]


def drain(conn, wait: bool = True) -> int:
    """Add up anew the cells in which something changed; return how many of zoom 20 there were, -1 when all were.

    Where another tree of categories is valid, counts by major class are put in its order, and no object is counted for that.
    All processes that keep tiles are told when the transaction commits.

    Parameters
    ----------
    wait
        For somebody else who is at it; otherwise nothing is done then.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["lock" if wait else "try_lock"])
        if not wait and not cur.fetchone()[0]:
            return 0
        if not waiting(conn):
            return 0
        cur.execute(SQL["make_dirty"])
        cur.execute(SQL["make_counted"])
        cur.execute(SQL["take"])
        size, anywhere = _one(conn, "size")
        everything, ordered_anew = bool(anywhere) or size > _MOST, _one(conn, "other_tree")[0]
        if everything:
            _count_all(cur)
        elif size:
            _count_changed(cur)
        if ordered_anew:
            cur.execute(SQL["order_majors"])
            cur.execute(SQL["tree"])
        cur.execute(SQL["forget_all_kept" if everything or ordered_anew else "forget_kept"])
        cur.execute(SQL["number"], {"all": everything or ordered_anew})
        cur.execute(SQL["forget_changes"])
        cur.execute("DROP TABLE dirty, counted")
    return -1 if everything else size


def rebuild(conn) -> None:
    """Add up every cell from scratch."""
    with conn.cursor() as cur:
        cur.execute("INSERT INTO object_changed (x, y) VALUES (NULL, NULL)")
    drain(conn)


def tell_all(conn) -> None:
    """Have every process forget its tiles of objects when the transaction commits."""
    with conn.cursor() as cur:
        cur.execute(SQL["lock"])
        cur.execute(SQL["number_all"])


def difference(conn, limit: int = 100) -> list[tuple]:
    """Return the cells that are not what counting all objects gives: zoom, x, y, status, category_id, kept, counted."""
    with conn.cursor() as cur:
        cur.execute(SQL["make_recounted"])
        cur.execute(SQL["difference"], {"limit": limit})
        found = cur.fetchall()
        cur.execute("DROP TABLE recounted")
    return found


def unlike(conn) -> list[int]:
    """Return the zooms whose cells do not add up to the objects there are. Looks at each object once, and at each cell."""
    with conn.cursor() as cur:
        cur.execute(SQL["objects_add_up"])
        there = set(cur.fetchall())
        kept = {zoom: set() for zoom in range(CELLS_UPPERMOST, CELLS_DEEPEST + 1)}
        cur.execute(SQL["cells_add_up"])
        for zoom, *sums in cur.fetchall():
            kept.setdefault(zoom, set()).add(tuple(sums))
    return sorted(zoom for zoom, sums in kept.items() if sums != there)


def last_change(conn) -> tuple[int, int]:
    """Return the number of the last change that cells were added up after, and of the first that is still known; 0 for none."""
    return _one(conn, "last_change")


def changes(conn, after: int) -> list[tuple[int, list[int] | None, list[int] | None]]:
    """Return the changes after a number: their numbers, and columns and rows of the cells of zoom 20; None: all."""
    with conn.cursor() as cur:
        cur.execute(SQL["changes"], {"after": after})
        return cur.fetchall()


def _count_changed(cur) -> None:
    cur.execute(SQL["spread"], {"uppermost": CELLS_UPPERMOST})
    cur.execute("ANALYZE dirty")
    cur.execute(SQL["forget"])
    cur.execute(SQL["count"])
    _keep(cur, CELLS_DEEPEST)
    for zoom in range(CELLS_DEEPEST - 1, CELLS_UPPERMOST - 1, -1):
        cur.execute(SQL["count_below"], {"zoom": zoom})
        _keep(cur, zoom)


def _count_all(cur) -> None:
    cur.execute(SQL["forget_all"])
    cur.execute(SQL["count_all"])
    _keep(cur, CELLS_DEEPEST)
    for zoom in range(CELLS_DEEPEST - 1, CELLS_UPPERMOST - 1, -1):
        cur.execute(SQL["count_all_below"], {"zoom": zoom})
        _keep(cur, zoom)
    cur.execute("ANALYZE object_cell")


def _keep(cur, zoom: int) -> None:
    cur.execute(SQL["keep"], {"zoom": zoom})
    cur.execute("DELETE FROM counted")


def _one(conn, query: str) -> tuple:
    with conn.cursor() as cur:
        cur.execute(SQL[query])
        return cur.fetchone()
