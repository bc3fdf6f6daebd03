"""Connections to the database, a pool for each role. The readers' is opened at the start, and that of the locked room where
there is a master key; the others when first needed."""

from __future__ import annotations

import threading

from gridgeo.db.connection import Pool
from gridgeo.linkage import keys
from gridgeo.settings import Settings

READER, WRITER, LINKAGE, JOBS = "gridgeo_reader", "gridgeo_writer", "gridgeo_linkage", "gridgeo_jobs"

#: Who makes tiles of the whole city: nobody's area is asked for, and each statement is alone.
CITY = "gridgeo_city"

#: What one statement of a request may take, and what a connection may do.
_SERVER = {"statement_timeout": 1500, "lock_timeout": 1000, "idle_in_transaction_session_timeout": 5000}


class Pools:
    """The pools of a process. Raises DatabaseUnavailable when the readers' cannot be opened."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._opening = settings, threading.Lock()
        self.reader = Pool(settings.database_url, settings.pool_size, READER, **_SERVER, default_transaction_read_only="on")
        self._held = {READER: self.reader}
        if keys.master_path(settings).exists():
            self.of(LINKAGE)

    def of(self, role: str) -> Pool:
        """Return the pool of a role; raises DatabaseUnavailable."""
        with self._opening:
            if role not in self._held:
                self._held[role] = Pool(self._settings.database_url, self._settings.pool_size, role, **self._how(role))
            return self._held[role]

    def _how(self, role: str) -> dict[str, str | int | bool]:
        if role != CITY:
            return _SERVER
        return {**_SERVER, "default_transaction_read_only": "on", "gridgeo.area": "all", "alone": True}

    def close(self) -> None:
        """Close every idle connection."""
        with self._opening:
            for pool in self._held.values():
                pool.close()
