"""Couriers: receivers are told what there is for each, at least once and one letter after the other; none waits for another.

Who is to be told, and what, is a room's own (:class:`Round`). What became of a letter is written down after it was answered: whoever is
killed between the two leaves one that comes again, by the same key.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

import psycopg2

from ..db import connection
from ..db.steady import Steady
from ..errors import DatabaseUnavailable, GridgeoError
from ..settings import Settings
from . import sending
from .model import Outcome
from .seals import Seal

LOG = logging.getLogger(__name__)

K = TypeVar("K", int, str)

#: Seconds between looks for what is to be told, before the next try when the database is away, and that one is told at a stretch.
_LOOK_S, _AWAY_S, _STRETCH_S = 0.25, 2.0, 20.0

#: Connections all threads share: each is used for milliseconds, and never while a letter is on its way.
_CONNECTIONS = 2


@dataclass(frozen=True)
class Posting:
    """A letter on its way.

    Parameters
    ----------
    url, secret
        Where to, and the sealed secret it is signed with.
    letter, key
        Its id, and by which it is known when it comes again.
    body
        None where there is nothing to be said, and only that is to be written down.
    settle
        Writes down what became of it (`chance`, 0 to 1, spreads tries); returns whether the next may follow at once.
    """

    url: str
    secret: bytes = field(repr=False)
    letter: str
    key: str
    body: bytes | None = field(repr=False)
    settle: Callable[[object, Outcome, float], bool] = field(repr=False)


@dataclass(frozen=True)
class Round(Generic[K]):
    """Whom a courier tells, by their keys; `name` is what its threads and log lines are called.

    Parameters
    ----------
    role, parameters
        As what it is done in the database.
    take
        Holds those for whom something waits and whom nobody is telling, and returns them: (conn, holder, those it is telling already).
    next
        Holds one on and returns what comes next; None where nothing does, or somebody else holds it by now: (conn, key, holder).
    release
        Lets others hold it: (conn, key, holder).
    """

    name: str
    role: str
    parameters: Mapping[str, str]
    take: Callable[[object, str, Iterable[K]], list[K]]
    next: Callable[[object, K, str], Posting | None]
    release: Callable[[object, K, str], None]


class Courier(Steady[connection.Pool], Generic[K]):
    """A thread that looks for who is to be told, and one for each that is. As many may run, in any process, as like."""

    def __init__(self, of: Round[K], url: str, settings: Settings, patience_s: float = sending.PATIENCE_S) -> None:
        self._of, self._seal, self._patience_s = of, Seal(settings), patience_s
        named = {"application_name": f"gridgeo {of.name}", **of.parameters}
        opened = partial(connection.Pool, url, _CONNECTIONS, of.role, **named)
        super().__init__(f"gridgeo-{of.name}", f"{of.name} are not told", lambda: closing(opened()), self._look, _AWAY_S)
        self._holder = uuid.uuid4().hex
        self._telling: dict[K, threading.Thread] = {}

    def stop(self, patience_s: float = 2.0) -> None:
        """End. A letter on its way may come again from the next."""
        until = time.monotonic() + patience_s
        super().stop(patience_s)
        for thread in filter(threading.Thread.is_alive, self._telling.values()):
            thread.join(timeout=max(0.0, until - time.monotonic()))

    def _look(self, pool: connection.Pool) -> None:
        while not self.stopping.is_set():
            self._telling = {key: thread for key, thread in self._telling.items() if thread.is_alive()}
            with pool.connection() as conn:
                taken = self._of.take(conn, self._holder, self._telling)
            for key in taken:
                thread = threading.Thread(target=self._tell, args=(pool, key), name=f"gridgeo-{self._of.name}-{key}", daemon=True)
                self._telling[key] = thread
                thread.start()
            self.stopping.wait(_LOOK_S)

    def _tell(self, pool: connection.Pool, key: K) -> None:
        """Tell one what there is, for a while, and let it go."""
        try:
            self._told_on(pool, key)
            with pool.connection() as conn:
                self._of.release(conn, key, self._holder)
        except (DatabaseUnavailable, psycopg2.Error) as error:  # it is held by us still, and told again
            LOG.warning("%s: %s waits: the database is away (%s)", self._of.name, key, type(error).__name__)
        except Exception:
            LOG.exception("%s: %s was not told", self._of.name, key)

    def _told_on(self, pool: connection.Pool, key: K) -> None:
        sender, until = None, time.monotonic() + _STRETCH_S
        try:
            while not self.stopping.is_set() and time.monotonic() < until:
                with pool.connection() as conn:
                    posting = self._of.next(conn, key, self._holder)
                if posting is None:
                    return
                outcome = Outcome()
                if posting.body is not None:
                    try:
                        sender = sender or self._sender(posting)
                        outcome = sender.send(posting.letter, posting.key, posting.body)
                    except GridgeoError as error:
                        outcome = Outcome(str(error))
                with pool.connection() as conn:
                    if not posting.settle(conn, outcome, random.random()):
                        return
        finally:
            if sender is not None:
                sender.close()

    def _sender(self, posting: Posting) -> sending.Sender:
        return sending.Sender(posting.url, self._seal.open(posting.url, posting.secret), self._patience_s)
