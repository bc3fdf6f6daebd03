"""The base in memory of a serving process, up to date with what any process loads."""

from __future__ import annotations

import logging
import select
import threading
from contextlib import closing
from datetime import UTC, datetime

import psycopg2

from ...access import store as access
from ...db import connection
from ...errors import DatabaseUnavailable
from ...hierarchy import store as hierarchy
from . import base
from .base import Base

LOG = logging.getLogger(__name__)

#: addresses changed; another edition of the grids became valid
_CHANNELS = ("gridgeo_addresses", "gridgeo_edition")

#: How often the listener looks up from waiting, and how long it waits before it connects again.
_LOOK_S, _RETRY_S = 1.0, 1.0


class Live:
    """The :class:`Base` of today.

    A thread listens for loads and activations; it reads the base anew and only then puts it in place of the old one, so that
    a question never waits and never sees half of it. While the database is away the last known base goes on answering.
    """

    def __init__(self, url: str, role: str | None = None) -> None:
        self._url, self._role = url, role
        self._base: Base | None = None
        self._planned: datetime | None = None
        self._stop = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="gridgeo-addresses", daemon=True)
        #: Rises with each change of what is in memory.
        self.generation = 0

    def start(self) -> Live:
        """Read the base and begin to listen. Raises DatabaseUnavailable."""
        self._read()
        self._listener.start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._stop.set()
        if self._listener.is_alive():
            self._listener.join(timeout=5)

    @property
    def base(self) -> Base:
        """The base as it was last read; raises DatabaseUnavailable before :meth:`start`."""
        if self._base is None:
            raise DatabaseUnavailable("the address base was not read yet")
        return self._base

    def _connect(self):
        # Names of roads and compounds are nobody's secret; whose houses may be answered is looked at with each question.
        return connection.connect(self._url, self._role, application_name="gridgeo addresses", **{"gridgeo.area": "all"})

    def _listen(self) -> None:
        conn = None
        while not self._stop.is_set():
            try:
                if conn is None:
                    conn = self._connect()
                    conn.autocommit = True
                    with conn.cursor() as cur:
                        for channel in _CHANNELS:
                            cur.execute(f"LISTEN {channel}")
                    self._read()  # whatever was loaded while nobody listened
                if self._woken(conn):
                    self._read()
            except (DatabaseUnavailable, psycopg2.Error) as error:
                LOG.warning("the database is away (%s); washing with the names in memory", type(error).__name__)
                conn = None
                self._stop.wait(_RETRY_S)
        if conn is not None:
            conn.close()

    def _woken(self, conn) -> bool:
        """Wait a little for a notification; true when there was one, or a planned edition has begun."""
        select.select([conn], [], [], _LOOK_S)
        conn.poll()
        told, conn.notifies[:] = bool(conn.notifies), []
        begun = self._planned is not None and datetime.now(UTC) >= self._planned
        return told or begun

    def _read(self) -> None:
        """Read the base in a transaction that sees the whole city: names are no secret, what they lead to is asked for by the caller."""
        with closing(self._connect()) as conn, conn:
            if self._role:
                access.see_whole(conn)
            self._planned = hierarchy.next_change(conn)
            self._base = base.read(conn)
        self.generation += 1
        LOG.info("addresses in memory: %s roads, %s compounds", len(self._base.roads), len(self._base.compounds))
