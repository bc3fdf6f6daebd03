"""What does a job: the part of the city it sees, how far it is, and whether anybody still wants it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg2

from ..access import rules
from ..access import store as access
from ..access.model import Key
from ..db import connection
from ..errors import Unauthenticated
from . import store
from .model import Claimed

#: The role that reads for a job.
_READER = "gridgeo_reader"

#: Milliseconds that one statement of a job may take.
_STATEMENT_MS = 3_600_000


class Ended(Exception):
    """The job is not this worker's any more: it was dismissed, given back, or taken by another."""


class Work:
    """A job under way.

    Parameters
    ----------
    job
        What is to be done.
    folder
        Where its files are to be made; empty at first.
    url
        Of the database.
    """

    def __init__(self, job: Claimed, folder: Path, url: str) -> None:
        self.job, self.folder, self._url = job, folder, url
        #: How far it is, in per cent.
        self.progress = 0
        #: Set when nobody wants it any more; the thread that does the job sees it at its next step.
        self.ended = threading.Event()
        #: Set when it is done, one way or the other.
        self.finished = threading.Event()
        self._conn = None
        self._key: Key | None = None

    def step(self, done: int, total: int) -> None:
        """Say that so much of all is done. Raises Ended where nobody wants the rest."""
        if self.ended.is_set():
            raise Ended
        self.progress = min(99, max(0, 100 * done // max(total, 1)))

    @contextmanager
    def transaction(self) -> Iterator:
        """Lend a connection that sees what the caller may, for one transaction that reads.

        Raises DatabaseUnavailable, Unauthenticated where the caller's key is valid no more, and Ended.
        """
        self.step(self.progress, 100)
        if self._conn is None or self._conn.closed:
            limits = {"statement_timeout": _STATEMENT_MS, "default_transaction_read_only": "on"}
            self._conn = connection.connect(self._url, _READER, application_name="gridgeo job", **limits)
        with connection.transaction(self._conn) as conn:
            self._require_caller(conn)
            if self.job.area is None:
                access.see_whole(conn)
            else:
                access.see(conn, rules.written(store.lowest(conn, self.job.area)))
            if self.department_code is not None:
                access.see_department(conn, self.department_code)
            yield conn

    def units(self, conn) -> list[int] | None:
        """Return the lowest units the caller may see, None for the whole city."""
        return None if self.job.area is None else store.lowest(conn, self.job.area)

    @property
    def department_code(self) -> str | None:
        """For whom the caller's key handles tasks; in a transaction, and None for a job that was given without a key."""
        return None if self._key is None else self._key.department_code

    def may(self, scopes: Iterable[str]) -> bool:
        """Return whether the caller's key has one of some scopes; in a transaction, and false for a job that was given without a key."""
        return self._key is not None and not self._key.scopes.isdisjoint(scopes)

    def end(self) -> None:
        """Let whoever does the job end: also in the middle of a statement. May be called from another thread, and again."""
        self.ended.set()
        conn = self._conn
        if conn is not None and not conn.closed:
            with suppress(psycopg2.Error):
                conn.cancel()

    def close(self) -> None:
        """Give back what it works with."""
        if self._conn is not None:
            self._conn.close()

    def _require_caller(self, conn) -> None:
        """Look at the caller's key, which is not seen any more once a part of the city is."""
        kind, _, key_id = self.job.owner.partition(":")
        self._key = access.key(conn, key_id) if kind == "key" else None
        if kind == "key" and (self._key is None or self._key.state(datetime.now(UTC)) != "valid"):
            raise Unauthenticated("the key it was given with is valid no more")
