"""Connections to PostgreSQL, and a pool that waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.extensions
import psycopg2.pool

from ..errors import DatabaseUnavailable

#: What is prepared (:func:`.queries.prepared`) is planned once: its plans do not depend on what is asked.
PLANS = {"plan_cache_mode": "force_generic_plan"}

#: The schemas every connection of ours looks into, in this order.
SEARCH_PATH = "gridgeo,public"


def connect(url: str, role: str | None = None, application_name: str = "gridgeo", **parameters: str | int):
    """Open a connection; `role` is taken on from the first statement on, `parameters` are server settings.

    Without a role it is an administrator's, who sees the whole city; with one nothing of the address base is seen before
    a transaction says for which area (`db/functions/area.sql`).

    Raises DatabaseUnavailable when the server cannot be reached or refuses.
    """
    given = _parse(url)
    server = {"search_path": SEARCH_PATH, **PLANS, **({"role": role} if role else {"gridgeo.area": "all"}), **parameters}
    options = " ".join([given.pop("options", ""), *(f"-c {name}={value}" for name, value in server.items())]).strip()
    try:
        return psycopg2.connect(**{"application_name": application_name, "connect_timeout": 10, **given, "options": options})
    except psycopg2.OperationalError as error:
        raise DatabaseUnavailable(_first_line(error)) from error


@contextmanager
def transaction(conn) -> Iterator:
    """Commit what the block does on a connection, or roll it back.

    Raises DatabaseUnavailable when the server went away meanwhile. What was not committed is gone then; what was on
    its way to be committed may be there: whoever can do the same again without harm should.
    """
    with _while_it_lasts(conn), conn:
        yield conn


@contextmanager
def _while_it_lasts(conn) -> Iterator[None]:
    try:
        yield
    except (psycopg2.Error, SystemError) as error:
        # psycopg2 raises SystemError when a COPY breaks off, and InterfaceError when it rolls back what is closed.
        if not conn.closed:
            raise
        raise DatabaseUnavailable("the connection to the database was lost; run it again when the database is back") from error


class Pool:
    """A pool that is opened full, never shrinks, and lets callers wait for a free connection.

    psycopg2's own pool raises when all connections are out, and closes every connection above
    its minimum when it comes back; under load that costs more than the queries.
    """

    def __init__(self, url: str, size: int, role: str | None = None, alone: bool = False, **parameters: str | int) -> None:
        """Connect as :func:`connect` does.

        Parameters
        ----------
        alone
            Each statement is a transaction of its own: nothing is begun and nothing committed, which takes longer than a short answer.
        """
        self._url, self._role, self._alone, self._parameters = url, role, alone, parameters
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(size)
        self._idle = [self._connect() for _ in range(size)]

    @contextmanager
    def connection(self, wait_s: float = 5.0) -> Iterator:
        """Lend a connection for one transaction: commit, or roll back on error; for single statements where each is one.

        A connection the server has closed (a restart) is replaced before it is lent, and so is one still within a transaction: on a
        starved machine the roll back itself may be ended for taking too long.
        Raises DatabaseUnavailable when none comes free within `wait_s` seconds.
        """
        if not self._free.acquire(timeout=wait_s):
            raise DatabaseUnavailable(f"all database connections were busy for {wait_s:g} s")
        conn = None
        try:
            with self._lock:
                conn = self._idle.pop() if self._idle else None
            if conn is not None and conn.info.transaction_status != psycopg2.extensions.TRANSACTION_STATUS_IDLE:
                conn.close()
            if conn is None or conn.closed:
                conn = self._connect()
            with _while_it_lasts(conn) if self._alone else transaction(conn):
                yield conn
        finally:
            with self._lock:
                if conn is not None and not conn.closed:
                    self._idle.append(conn)
            self._free.release()

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()

    def _connect(self):
        conn = connect(self._url, self._role, **self._parameters)
        conn.autocommit = self._alone
        return conn


def _parse(url: str) -> dict[str, str]:
    try:
        return psycopg2.extensions.parse_dsn(url)
    except psycopg2.ProgrammingError as error:
        raise DatabaseUnavailable(f"the database URL is malformed: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
