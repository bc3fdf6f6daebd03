"""A worker: a thread that does what is to be done about events, in turn, as soon as somebody tells or it is time.

Each turn is a transaction: what it did is there with its commit or not at all, so a worker may be killed at any moment and as many may
run, in any process, as like.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
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

#: Seconds after which everything is looked at though nobody told, and between looks at the clock.
_LOOK_S, _CLOCK_S = 1.0, 5.0

#: What is done as soon as somebody tells of it, and what each of the seconds named is; each returns how much there was to do.
Turn = Callable[[object], int]
AT_ONCE: tuple[Turn, ...] = (dispatching.dispatch, letters.write)
NOW_AND_THEN: tuple[Turn, ...] = (
    lambda conn: sum(notices.find(conn, datetime.now(UTC)).values()),
    lambda conn: notices.escalate(conn, datetime.now(UTC)),
    counts.fold,
)


class Watcher:
    """A worker for events, with a :class:`.delivery.Courier` for their letters."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._url = url
        self._stop, self._woken = threading.Event(), threading.Event()
        self._looked = float("-inf")
        self._listener = Listener("gridgeo-events", self._connect, ["gridgeo_events"], lambda conn: self._woken.set())
        self._thread = threading.Thread(target=self._run, name="gridgeo-event-watcher", daemon=True)
        self._courier = Courier(url, settings)

    def start(self) -> Watcher:
        """Begin. The database may be away."""
        self._listener.start()
        self._thread.start()
        self._courier.start()
        return self

    def stop(self) -> None:
        """End, with the turn that is under way."""
        self._stop.set()
        self._woken.set()
        self._listener.stop()
        self._courier.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _connect(self):
        return connection.connect(self._url, ROLE, application_name="gridgeo events", **AREA)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with closing(self._connect()) as conn:
                    while not self._stop.is_set():
                        self._look(conn)
                        self._woken.wait(_LOOK_S)
                        self._woken.clear()
            except (DatabaseUnavailable, psycopg2.Error) as error:
                LOG.warning("events wait: the database is away (%s)", type(error).__name__)
                self._stop.wait(_LOOK_S)
            except Exception:
                LOG.exception("events wait: what went wrong is tried again")
                self._stop.wait(_CLOCK_S)

    def _look(self, conn) -> None:
        while not self._stop.is_set() and sum(turn(conn, one) for one in AT_ONCE):
            pass
        if time.monotonic() - self._looked > _CLOCK_S:
            self._looked = time.monotonic()
            for one in NOW_AND_THEN:
                turn(conn, one)


def turn(conn, one: Turn) -> int:
    """Do one thing in a transaction of its own; return how much there was to do."""
    with connection.transaction(conn):
        return one(conn)
