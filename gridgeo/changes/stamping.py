"""Giving transactions their numbers: dense, in an order of commits, never taken back.

A number that was given before the commit would be seen late, or leave a gap for what is rolled back; so it is given afterwards, by one at a
time, in a short transaction of its own. A thing is changed under its lock and told of while that is held: what changed it later has a
later last change, and a later number. Nobody who writes waits for any of this, and one that writes for long holds nobody else up.
"""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from ..db import connection, queries
from ..db.steady import Steady

SQL = queries.load(__package__, "stamping.sql")

#: The role that numbers.
ROLE = "gridgeo_writer"

#: How long changes are kept.
KEPT = timedelta(days=366)

#: Seconds between looks for transactions that wait, between tries to be the one who numbers, and between lettings go.
_LOOK_S, _TURN_S, _FORGET_S = 0.05, 2.0, 3600.0


class State(NamedTuple):
    """How the feed stands: the last number; transactions that wait for one, and since when; the first kept, and when it was given."""

    latest: int
    waiting: int
    waiting_since: datetime | None
    first: int | None
    first_at: datetime | None


def stamp(conn) -> int:
    """Number every transaction that has committed and waits for it; return how many. Whoever listens is told once."""
    with conn.cursor() as cur:
        cur.execute(SQL["lock"])
        cur.execute(SQL["stamp"])
        stamped = cur.rowcount
        if stamped:
            cur.execute(SQL["tell"])
    return stamped


def forget(conn, before: datetime | None = None) -> int:
    """Let transactions go that were numbered before a moment (a year ago when None); return how many."""
    moment = {"before": before or datetime.now(UTC) - KEPT}
    with conn.cursor() as cur:
        cur.execute(SQL["lock"])
        cur.execute(SQL["forget_changes"], moment)
        cur.execute(SQL["forget_transactions"], moment)
        return cur.rowcount


def state(conn) -> State:
    """Return how the feed stands."""
    with conn.cursor() as cur:
        cur.execute(SQL["state"])
        return State(*cur.fetchone())


def first_waiting(conn) -> int | None:
    """Return the transaction that has waited longest for its number (transaction_id)."""
    return _value(conn, "first_waiting")


def is_numbering(conn) -> bool:
    """Return whether somebody numbers, in any process."""
    return _value(conn, "is_numbering")


class Stamper(Steady):
    """A thread that numbers transactions as they commit. Of all that run, in any process, one is at work; when it ends, another is.

    What waits for a number when it is stopped is given one by the next.
    """

    def __init__(self, url: str) -> None:
        opened = partial(connection.connect, url, ROLE, application_name="gridgeo stamper")
        super().__init__("gridgeo-stamper", "changes are not numbered", lambda: closing(opened()), self._take_turns)

    def _take_turns(self, conn) -> None:
        while not self.stopping.is_set():
            with connection.transaction(conn):
                ours = _value(conn, "take_turn")
            if ours:
                self._number(conn)
            self.stopping.wait(_TURN_S)

    def _number(self, conn) -> None:
        forgotten = float("-inf")
        while not self.stopping.is_set():
            with connection.transaction(conn):
                if _value(conn, "waiting"):
                    stamp(conn)
            if time.monotonic() - forgotten > _FORGET_S:
                forgotten = time.monotonic()
                with connection.transaction(conn):
                    forget(conn)
            self.stopping.wait(_LOOK_S)


def _value(conn, query: str):
    with conn.cursor() as cur:
        cur.execute(SQL[query])
        return cur.fetchone()[0]
