"""What a process holds in memory, kept up to date with what any process commits."""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

import psycopg2

from ..errors import DatabaseUnavailable

LOG = logging.getLogger(__name__)

#: How often a listener looks up from waiting, and how long it waits before it connects again.
_LOOK_S, _RETRY_S = 1.0, 1.0


class Listener:
    """A thread that calls `read(conn)` after each notification on its channels, and whenever `due()` says that it is time.

    It reads too each time it has connected: something may have been committed while nobody listened. While the database is
    away it goes on trying, and what is in memory goes on answering.

    Parameters
    ----------
    name
        Of the thread.
    connect
        Opens a connection; may raise DatabaseUnavailable.
    channels
        Names of ours: they go into the statement as they are.
    """

    def __init__(
        self, name: str, connect: Callable, channels: Sequence[str], read: Callable[..., None], due: Callable[[], bool] = lambda: False
    ) -> None:
        self._connect, self._channels, self._read, self._due = connect, tuple(channels), read, due
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name=name, daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._hears, self._tells = os.pipe()
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        if self._stop.is_set() or self._thread.ident is None:
            return
        self._stop.set()
        os.close(self._tells)  # whoever waits wakes up
        self._thread.join(timeout=5)

    def _listen(self) -> None:
        conn = None
        while not self._stop.is_set():
            try:
                if conn is None:
                    conn = self._begin()
                    self._read(conn)
                if self._woken(conn):
                    self._read(conn)
            except (DatabaseUnavailable, psycopg2.Error) as error:
                LOG.warning("%s: the database is away (%s); answering from memory", self._thread.name, type(error).__name__)
                conn = self._left(conn)
            except Exception:  # of `read`: a thread that ended would leave memory as it is for ever
                LOG.exception("%s: what is in memory is not up to date; trying again", self._thread.name)
                conn = self._left(conn)
        if conn is not None:
            conn.close()
        os.close(self._hears)

    def _left(self, conn) -> None:
        """Leave a connection, and wait a little before the next."""
        if conn is not None:
            with suppress(psycopg2.Error):
                conn.close()
        self._stop.wait(_RETRY_S)

    def _begin(self):
        conn = self._connect()
        conn.autocommit = True
        with conn.cursor() as cur:
            for channel in self._channels:
                cur.execute(f"LISTEN {channel}")
        return conn

    def _woken(self, conn) -> bool:
        """Wait a little for a notification; true when there was one, or it is time."""
        select.select([conn, self._hears], [], [], _LOOK_S)
        conn.poll()
        told, conn.notifies[:] = bool(conn.notifies), []
        return told or self._due()
