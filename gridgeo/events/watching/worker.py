"""A worker: threads that do what is to be done about events, in turn, as soon as somebody tells or it is time.

Each turn is a transaction: what it did is there with its commit or not at all, so a worker may be killed at any moment and as many may
run, in any process, as like.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime

import psycopg2

from ...db import connection
from ...db.listening import Listener
from ...errors import DatabaseUnavailable
from ...settings import Settings
from .. import counts
from . import dispatching, letters, notices
from .delivery import AREA, ROLE, Courier

LOG = logging.getLogger(__name__)

#: Seconds after which it is looked though nobody told, between looks at the clock, and before the next try when something went wrong.
_LOOK_S, _CLOCK_S, _AWAY_S = 1.0, 5.0, 2.0

#: What is done as soon as somebody tells of it, and what by the clock; each returns how much there was to do.
Turn = Callable[[object], int]
AT_ONCE: tuple[Turn, ...] = (dispatching.dispatch, letters.write)
BY_THE_CLOCK: tuple[Turn, ...] = (
    lambda conn: sum(notices.find(conn, datetime.now(UTC)).values()),
    lambda conn: notices.escalate(conn, datetime.now(UTC)),
    counts.fold,
)


class Watcher:
    """A worker for events: a thread for what is urgent, one for the clock, and a :class:`.delivery.Courier` for letters."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._url = url
        self._stop, self._woken = threading.Event(), threading.Event()
        self._listener = Listener("gridgeo-events", self._connect, ["gridgeo_events"], lambda conn: self._woken.set())
        self._threads = [
            threading.Thread(target=self._run, args=(AT_ONCE, self._told), name="gridgeo-events-at-once", daemon=True),
            threading.Thread(target=self._run, args=(BY_THE_CLOCK, self._later), name="gridgeo-events-clock", daemon=True),
        ]
        self._courier = Courier(url, settings)

    def start(self) -> Watcher:
        """Begin. The database may be away."""
        self._listener.start()
        for thread in self._threads:
            thread.start()
        self._courier.start()
        return self

    def stop(self) -> None:
        """End, with the turns that are under way."""
        self._stop.set()
        self._woken.set()
        self._listener.stop()
        self._courier.stop()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5)

    def _connect(self):
        return connection.connect(self._url, ROLE, application_name="gridgeo events", **AREA)

    def _run(self, turns: Sequence[Turn], wait: Callable[[int], None]) -> None:
        while not self._stop.is_set():
            try:
                with closing(self._connect()) as conn:
                    while not self._stop.is_set():
                        wait(sum(turn(conn, one) for one in turns))
            except (DatabaseUnavailable, psycopg2.Error) as error:
                LOG.warning("events wait: the database is away (%s)", type(error).__name__)
                self._stop.wait(_AWAY_S)
            except Exception:
                LOG.exception("events wait: what went wrong is tried again")
                self._stop.wait(_CLOCK_S)

    def _told(self, done: int) -> None:
        """Where something was done there may be more."""
        if not done:
            self._woken.wait(_LOOK_S)
            self._woken.clear()

    def _later(self, done: int) -> None:
        self._stop.wait(_CLOCK_S)


def turn(conn, one: Turn) -> int:
    """Do one thing in a transaction of its own; return how much there was to do."""
    with connection.transaction(conn):
        return one(conn)
