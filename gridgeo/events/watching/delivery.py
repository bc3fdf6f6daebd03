"""Telling departments' systems of their tasks, each at least once; each by a thread of its own, so that none waits for another.

What a letter is known by (`idempotency-key`) is the same however often it comes: whoever is killed between sending it and writing that
down leaves one that comes again.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from contextlib import closing

import psycopg2

from ...db import connection
from ...errors import DatabaseUnavailable, GridgeoError
from ...letters import sending
from ...letters.model import Outcome
from ...letters.seals import Seal
from ...settings import Settings
from . import letters, receivers
from .model import Letter

LOG = logging.getLogger(__name__)

#: The role workers have, who see the whole city.
ROLE, AREA = "gridgeo_writer", {"gridgeo.area": "all"}

#: Seconds between looks for what is to be told, before the next try when the database is away, and that one is told at a stretch.
_LOOK_S, _AWAY_S, _STRETCH_S = 0.25, 2.0, 20.0

#: Connections all threads share: each is used for milliseconds, and never while a letter is on its way.
_CONNECTIONS = 2


class Courier:
    """A thread that looks for departments to be told, and one for each that is. As many may run, in any process, as like."""

    def __init__(self, url: str, settings: Settings, patience_s: float = sending.PATIENCE_S) -> None:
        self._url, self._seal, self._patience_s = url, Seal(settings), patience_s
        self._holder, self._stop = uuid.uuid4().hex, threading.Event()
        self._thread = threading.Thread(target=self.run, name="gridgeo-event-letters", daemon=True)
        self._telling: dict[str, threading.Thread] = {}

    def start(self) -> Courier:
        """Begin, beside what else this process does."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End. A letter on its way may come again from the next."""
        self._stop.set()
        until = time.monotonic() + 2
        for thread in (self._thread, *self._telling.values()):
            if thread.is_alive():
                thread.join(timeout=max(0.0, until - time.monotonic()))

    def run(self) -> None:
        """Tell until :meth:`stop`; while the database is away, go on trying."""
        while not self._stop.is_set():
            try:
                with closing(connection.Pool(self._url, _CONNECTIONS, ROLE, application_name="gridgeo event letters", **AREA)) as pool:
                    self._look(pool)
            except (DatabaseUnavailable, psycopg2.Error) as error:
                LOG.warning("departments are not told: the database is away (%s)", type(error).__name__)
                self._stop.wait(_AWAY_S)

    def _look(self, pool: connection.Pool) -> None:
        while not self._stop.is_set():
            self._telling = {code: thread for code, thread in self._telling.items() if thread.is_alive()}
            with pool.connection() as conn:
                taken = receivers.take(conn, self._holder, self._telling)
            for code in taken:
                thread = threading.Thread(target=self._tell, args=(pool, code), name=f"gridgeo-event-letters-{code}", daemon=True)
                self._telling[code] = thread
                thread.start()
            self._stop.wait(_LOOK_S)

    def _tell(self, pool: connection.Pool, code: str) -> None:
        """Tell one department what there is, for a while, and let it go."""
        try:
            self._told_on(pool, code)
            with pool.connection() as conn:
                receivers.release(conn, code, self._holder)
        except (DatabaseUnavailable, psycopg2.Error) as error:  # it is held by us still, and told again
            LOG.warning("department %s waits: the database is away (%s)", code, type(error).__name__)
        except Exception:
            LOG.exception("department %s was not told", code)

    def _told_on(self, pool: connection.Pool, code: str) -> None:
        sender, until = None, time.monotonic() + _STRETCH_S
        try:
            while not self._stop.is_set() and time.monotonic() < until:
                with pool.connection() as conn:
                    held = receivers.hold(conn, code, self._holder)
                    letter = held and letters.following(conn, code)
                if held is None or letter is None:
                    return
                try:
                    sender = sender or sending.Sender(held.url, self._seal.open(held.url, held.secret), self._patience_s)
                    outcome = sent(sender, letter)
                except GridgeoError as error:
                    outcome = Outcome(str(error))
                with pool.connection() as conn:
                    if not settle(conn, code, self._holder, held, letter, outcome, random.random()):
                        return
        finally:
            if sender is not None:
                sender.close()


def sent(sender: sending.Sender, letter: Letter) -> Outcome:
    """Send a letter and return what became of it."""
    return sender.send(letter.key, letter.key, letter.body)


def settle(conn, code: str, holder: str, held: receivers.Held, letter: Letter, outcome: Outcome, chance: float) -> bool:
    """Write down what became of a letter; return whether the next may follow at once.

    One that is refused waits by itself, for the others are not to wait for it; where the host is away they all wait.
    """
    if outcome.failure is not None and not outcome.refused:
        receivers.away(conn, code, holder, held.tries, outcome.failure, chance)
        return False
    receivers.reached(conn, code, holder)
    letters.settle(conn, letter, outcome, chance)
    return True
