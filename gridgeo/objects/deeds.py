"""What a caller does to one object: adds it, changes it, says that it is gone.

A caller of a part of the city touches nothing outside of it: what he names is looked for with his own eyes, and so is what was made, at
the end. Between them codes are compared and places derived for the whole city.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..access import store as access
from ..errors import NotFound, Unfit
from ..issues import Issue, Severity, errors
from . import store, writing
from .model import ManagedObject, Status
from .writing import SQL, Written


def lock(conn, object_id: int) -> ManagedObject:
    """Return an object that nobody else changes until the transaction ends. Raises NotFound."""
    with conn.cursor() as cur:
        cur.execute(SQL["lock_among"])
        cur.execute(SQL["lock_object"], {"object_id": object_id})
        if cur.fetchone() is None:
            raise NotFound("object", object_id)
    return store.find(conn, object_id)


def add(conn, row: Mapping[str, Any]) -> ManagedObject:
    """Add an object, a row as :func:`.writing.add` takes it, and return it. Raises Unfit with all that is wrong."""
    with access.regardless(conn):
        _require(writing.add(conn, [row]))
    return _where_it_may(conn, row["element_code"])


def change(conn, object_id: int, row: Mapping[str, Any]) -> ManagedObject:
    """Change what is given of an object, and return it. Raises Unfit with all that is wrong."""
    with access.regardless(conn):
        _require(writing.change(conn, [{**row, "object_id": object_id}]))
    return _where_it_may(conn, object_id)


def remove(conn, object_id: int, reason: str = "") -> ManagedObject:
    """Say that an object is there no more, and why; it stays known for ever. Raises Unfit."""
    return change(conn, object_id, {"status": str(Status.REMOVED), **({"source": reason} if reason else {})})


def _require(made: Written) -> None:
    wrong = errors(made.issues)
    if wrong:
        raise Unfit(wrong)


def _where_it_may(conn, ref: int | str) -> ManagedObject:
    """What was written, as the caller sees it: what he does not see he may not have put there."""
    try:
        return store.find(conn, ref)
    except NotFound:
        beyond = Issue("beyond-area", Severity.ERROR, "lies beyond the part of the city the caller is for", field="point")
        raise Unfit([beyond]) from None
