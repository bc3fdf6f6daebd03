"""Grids as the map draws them: made once an edition, ahead of the first who looks."""

from __future__ import annotations

import gzip
import logging
import threading
from collections.abc import Callable, Mapping
from weakref import WeakKeyDictionary

from gridgeo.hierarchy.live import Live
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import Scheme, SchemeKind
from maps import layers

LOG = logging.getLogger("gridgeo.drawings")


def drawable(scheme: Scheme) -> bool:
    """Return whether a scheme has areas to draw."""
    return scheme.kind is not SchemeKind.LISTED


class Drawings:
    """The TopoJSON of editions, compressed; each is kept as long as its edition is.

    Making one takes about a second, so a thread makes those of the editions in memory before anybody asks.

    Parameters
    ----------
    grid_types
        Reads the Chinese and English name of every type of grid.
    """

    def __init__(self, grid_types: Callable[[], Mapping[str, tuple[str, str]]]) -> None:
        self._grid_types = grid_types
        self._made: WeakKeyDictionary[Snapshot, bytes] = WeakKeyDictionary()
        self._making = threading.Lock()
        self._changed, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def of(self, snapshot: Snapshot) -> bytes:
        """Return an edition's TopoJSON, compressed by gzip; asked for by many at once it is made once."""
        with self._making:
            if snapshot not in self._made:
                topology = layers.topology(snapshot.frame, snapshot.scheme, snapshot.edition, self._grid_types())
                self._made[snapshot] = gzip.compress(topology, 6, mtime=0)
            return self._made[snapshot]

    def held(self, snapshot: Snapshot) -> bool:
        """Return whether an edition's drawing is made. Never waits."""
        return snapshot in self._made

    def follow(self, live: Live) -> None:
        """Begin to draw what is in memory, now and after each :meth:`look`."""
        self._thread = threading.Thread(target=self._follow, args=(live,), name="gridgeo-drawings", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Tell that other editions are in memory. Never waits."""
        self._changed.set()

    def stop(self) -> None:
        """Begin no further drawing."""
        self._stop.set()
        self._changed.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _follow(self, live: Live) -> None:
        while not self._stop.is_set():
            self._changed.clear()
            self._draw(live)
            self._changed.wait()

    def _draw(self, live: Live) -> None:
        for snapshot in live.current:
            if self._stop.is_set() or not drawable(snapshot.scheme):
                continue
            try:
                self.of(snapshot)
            except Exception as error:  # whatever it is: the first who looks tries again, and is told
                LOG.warning("edition %s is not drawn ahead (%s)", snapshot.edition.edition_id, type(error).__name__)
