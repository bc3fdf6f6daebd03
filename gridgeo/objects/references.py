"""References of very many rows, looked at by a few joins instead of row by row, which takes more than writing the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..db import queries
from ..errors import Conflict

SQL = queries.load(__package__, "references.sql")


@contextmanager
def at_once(conn, editions: Sequence[int], objects: bool = False) -> Iterator[None]:
    """Write where objects lie in some editions, and with `objects` these themselves, and have all references looked at in the end.

    Where the server does not let us, each row's are looked at as it is written. Whoever writes objects must be locked out
    (:func:`.counts.lock`). Raises Conflict where a reference leads nowhere: the transaction is to be given up.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["hold"], {"editions": list(editions)})
        cur.execute(SQL["later"])
        later = bool(cur.rowcount)
        yield
        if later:
            cur.execute(SQL["again"])
            if _loose(cur, "loose_places", editions=list(editions)) or (objects and _loose(cur, "loose_objects")):
                raise Conflict("a category or a unit is no more: nothing was stored, do it again")


def _loose(cur, query: str, **asked) -> int:
    cur.execute(SQL[query], asked)
    return cur.fetchone()[0]
