"""The base in memory of a serving process, up to date with what any process loads."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import UTC, datetime

from ...access import store as access
from ...db import connection
from ...db.listening import Listener
from ...errors import DatabaseUnavailable
from ...hierarchy import store as hierarchy
from . import base
from .base import Base

LOG = logging.getLogger(__name__)

#: addresses changed; another edition of the grids became valid
_CHANNELS = ("gridgeo_addresses", "gridgeo_edition")


class Live:
    """The :class:`Base` of today.

    A thread listens for loads and activations; it reads the base anew and only then puts it in place of the old one, so that
    a question never waits and never sees half of it. While the database is away the last known base goes on answering.
    """

    def __init__(self, url: str, role: str | None = None) -> None:
        self._url, self._role = url, role
        self._base: Base | None = None
        self._planned: datetime | None = None
        self._listener = Listener("gridgeo-addresses", self._connect, _CHANNELS, lambda _: self._read(), self._begun)
        #: Rises with each change of what is in memory.
        self.generation = 0

    def start(self) -> Live:
        """Read the base and begin to listen. Raises DatabaseUnavailable."""
        self._read()
        self._listener.start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._listener.stop()

    @property
    def base(self) -> Base:
        """The base as it was last read; raises DatabaseUnavailable before :meth:`start`."""
        if self._base is None:
            raise DatabaseUnavailable("the address base was not read yet")
        return self._base

    def _connect(self):
        return connection.connect(self._url, self._role, application_name="gridgeo addresses")

    def _begun(self) -> bool:
        """Whether a planned edition has begun."""
        return self._planned is not None and datetime.now(UTC) >= self._planned

    def _read(self) -> None:
        """Read the base in a transaction that sees the whole city: names are no secret, what they lead to is asked for by the caller."""
        with closing(self._connect()) as conn, conn:
            if self._role:
                access.see_whole(conn)
            self._planned = hierarchy.next_change(conn)
            self._base = base.read(conn)
        self.generation += 1
        LOG.info("addresses in memory: %s roads, %s compounds", len(self._base.roads), len(self._base.compounds))
