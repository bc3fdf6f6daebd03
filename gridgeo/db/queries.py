"""Named queries, kept in a .sql file beside the code that runs them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from weakref import WeakKeyDictionary

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


class Queries(dict[str, str]):
    """The queries of a file, by name."""

    def rows(self, conn, name: str, /, **parameters: object) -> list[tuple]:
        """Ask one of them, and return all its rows."""
        with conn.cursor() as cur:
            cur.execute(self[name], parameters)
            return cur.fetchall()

    def again(self, conn, name: str, /, **parameters: object) -> list[tuple]:
        """Ask one that is asked again and again (:func:`prepared`), and return all its rows."""
        with conn.cursor() as cur:
            prepared(cur, self[name], parameters)
            return cur.fetchall()

    def run(self, conn, name: str, /, **parameters: object) -> int:
        """Run one of them, and return how many rows it was about."""
        with conn.cursor() as cur:
            cur.execute(self[name], parameters)
            return cur.rowcount


def load(package: str, filename: str = "queries.sql") -> Queries:
    """Return the queries of a file."""
    text = (resources.files(package) / filename).read_text(encoding="utf-8")
    pieces = _NAME.split(text)[1:]
    return Queries({name: body.strip() for name, body in zip(pieces[::2], pieces[1::2], strict=True)})


_PARAMETER = re.compile(r"%(?:\((\w+)\)s|(%))")

#: What each connection has prepared, by the statement's text, and how much at most.
_PREPARED: WeakKeyDictionary[object, dict[str, str]] = WeakKeyDictionary()
_MOST = 200


def prepared(cur, query: str, parameters: Mapping[str, object] | None = None) -> None:
    """Execute a query that is asked again and again: its connection plans it once, for planning a join takes longer than answering it.

    The types of the parameters must follow from the statement (`%(n)s::integer[]`, or a comparison with a column).
    """
    known = _PREPARED.setdefault(cur.connection, {})
    if query not in known:
        statement, names = _positional(query)
        if len(known) >= _MOST:
            cur.execute("DEALLOCATE ALL")
            known.clear()
        cur.execute(f"PREPARE asked_{len(known)} AS {statement}")
        known[query] = f"EXECUTE asked_{len(known)}" + (f" ({', '.join(f'%({name})s' for name in names)})" if names else "")
    cur.execute(known[query], parameters)


def forget(conn) -> None:
    """Forget what a connection has prepared, once it was reset (DISCARD ALL)."""
    _PREPARED.pop(conn, None)


@lru_cache(maxsize=256)
def _positional(query: str) -> tuple[str, tuple[str, ...]]:
    """Return a statement with numbered parameters, and their names in that order."""
    names: dict[str, int] = {}

    def numbered(found: re.Match) -> str:
        return "%" if found[2] else f"${names.setdefault(found[1], len(names) + 1)}"

    statement = _PARAMETER.sub(numbered, query)
    return statement, tuple(names)
