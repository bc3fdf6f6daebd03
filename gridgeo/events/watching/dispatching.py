"""Sending on what was filed, to whom routing names: the gravest first, some in one transaction, each once however many workers do it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from ...db import queries
from ...errors import GridgeoError
from .. import acting
from ..model import SYSTEM, Action, Asked
from ..routing import store as routing

LOG = logging.getLogger(__name__)

SQL = queries.load(__package__, "dispatching.sql")

#: How many are sent on in one transaction; after how long one is looked at again for which nobody was known.
MOST, AGAIN = 25, timedelta(minutes=5)


def dispatch(conn, most: int = MOST) -> int:
    """Send on what was filed, at most so many, and return how many were looked at. Of whom nobody leads that is noted (`unrouted`)."""
    filed = [event_id for (event_id,) in _rows(conn, "filed", most=most, again=AGAIN)]
    if not filed:
        return 0
    asked = routing.dispatched(conn, filed)
    sent = [event_id for event_id in filed if event_id in asked and _sent(conn, event_id, asked[event_id])]
    with conn.cursor() as cur:
        cur.execute(SQL["unrouted"], {"events": [event_id for event_id in filed if event_id not in sent]})
        cur.execute(SQL["routed"], {"events": sent})
    return len(filed)


def _sent(conn, event_id: int, tasks: Sequence[Asked]) -> bool:
    """Dispatch one event; one that cannot be does not hold up the others."""
    with conn.cursor() as cur:
        cur.execute("SAVEPOINT dispatch")
        try:
            acting.act(conn, event_id, Action.DISPATCH, SYSTEM, {"tasks": tasks})
        except GridgeoError as error:
            LOG.warning("event %d was not dispatched: %s", event_id, type(error).__name__)
            cur.execute("ROLLBACK TO SAVEPOINT dispatch")
            return False
        cur.execute("RELEASE SAVEPOINT dispatch")
    return True


def _rows(conn, query: str, **parameters) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(SQL[query], parameters)
        return cur.fetchall()
