"""A worker: threads that do what is to be done about events, in turn, as soon as somebody tells or it is time.

Each turn is a transaction: what it did is there with its commit or not at all, so a worker may be killed at any moment and as many may
run, in any process, as like.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from ...db import connection
from ...db.listening import Listener
from ...db.steady import Steady
from ...settings import Settings
from .. import cells, counts
from . import dispatching, letters, notices
from .delivery import AREA, ROLE, Courier

#: Seconds after which it is looked though nobody told, and between looks at the clock.
_LOOK_S, _CLOCK_S = 1.0, 5.0

#: What is done as soon as somebody tells of it, and what by the clock; each returns how much there was to do.
Turn = Callable[[object], int]
AT_ONCE: tuple[Turn, ...] = (dispatching.dispatch, letters.write)
BY_THE_CLOCK: tuple[Turn, ...] = (
    lambda conn: sum(notices.find(conn, datetime.now(UTC)).values()),
    lambda conn: notices.escalate(conn, datetime.now(UTC)),
    counts.fold,
    cells.fold,
)


class Watcher:
    """A worker for events: a thread for what is urgent, one for the clock, and a :class:`.delivery.Courier` for letters."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._url = url
        self._woken = threading.Event()
        self._listener = Listener("gridgeo-events", self._connect, ["gridgeo_events"], lambda conn: self._woken.set())
        self._at_once = Steady("gridgeo-events-at-once", "events wait", self._opened, self._as_told)
        self._by_the_clock = Steady("gridgeo-events-clock", "the time of events waits", self._opened, self._in_time)
        self._courier = Courier(url, settings)

    def start(self) -> Watcher:
        """Begin. The database may be away."""
        for part in (self._listener, self._at_once, self._by_the_clock, self._courier):
            part.start()
        return self

    def stop(self) -> None:
        """End, with the turns that are under way."""
        self._at_once.stopping.set()
        self._woken.set()
        for part in (self._listener, self._courier, self._at_once, self._by_the_clock):
            part.stop()

    def _connect(self):
        return connection.connect(self._url, ROLE, application_name="gridgeo events", **AREA)

    def _opened(self):
        return closing(self._connect())

    def _as_told(self, conn) -> None:
        while not self._at_once.stopping.is_set():
            if not sum(turn(conn, one) for one in AT_ONCE):  # where something was done there may be more
                self._woken.wait(_LOOK_S)
                self._woken.clear()

    def _in_time(self, conn) -> None:
        while not self._by_the_clock.stopping.is_set():
            for one in BY_THE_CLOCK:
                turn(conn, one)
            self._by_the_clock.stopping.wait(_CLOCK_S)


def turn(conn, one: Turn) -> int:
    """Do one thing in a transaction of its own; return how much there was to do."""
    with connection.transaction(conn):
        return one(conn)
