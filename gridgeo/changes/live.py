"""The last number of the feed as a serving process knows it."""

from __future__ import annotations

from collections.abc import Callable

from ..db.listening import Listener
from . import store


class Live:
    """Knows the number of the last transaction, a moment after it was given."""

    def __init__(self, connect: Callable) -> None:
        self.latest = 0
        self._listener = Listener("gridgeo-changes", connect, ["gridgeo_changes"], self._read)

    def start(self) -> Live:
        """Begin to listen."""
        self._listener.start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._listener.stop()

    def _read(self, conn) -> None:
        self.latest = store.bounds(conn).latest
