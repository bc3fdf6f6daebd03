"""Tiles as a serving process keeps them: in memory, true to what any process commits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from contextlib import closing

from ..db import connection
from ..db.listening import Listener
from . import cells, grids, kept, making
from .cache import Cache, Place
from .model import Collection, Packed

LOG = logging.getLogger(__name__)

#: The role that makes tiles: it sees the whole city, and writes what is derived.
ROLE = "gridgeo_tiles"

#: Bytes of tiles a process holds.
MOST_BYTES = 96 * 2**20

#: Seconds after which it is looked whether anything changed, though nobody told.
_LOOK_S = 2.0

#: Where it is told that objects changed, that what is kept was forgotten, and that another edition began.
_CHANNELS = ("gridgeo_objects", "gridgeo_tiles", "gridgeo_edition")

#: Deeper tiles are not kept in the database: there are too many, and each is soon made. Nor are empty ones.
_DEEPEST = 18

#: Tiles made that wait to be kept in the database; when there are more, they are not.
_WAITING = 500


class Live:
    """Tiles in memory, and a thread that keeps them true.

    The thread adds up the cells in which objects changed and forgets the tiles that show them. It is told by
    notifications and looks by itself every two seconds, so that one that is lost costs no more than these. A tile that
    was made while something changed is answered with and not held. Another thread simplifies editions ahead.

    Parameters
    ----------
    editions
        Says which editions will be asked for: those valid now. Asked again after each :meth:`look`.
    """

    def __init__(self, url: str, editions: Callable[[], Iterable[int]] = tuple, most_bytes: int = MOST_BYTES) -> None:
        self._url, self._editions = url, editions
        self._stop, self._changed = threading.Event(), threading.Event()
        self._ahead = threading.Thread(target=self._prepare_ahead, name="gridgeo-tiles-ahead", daemon=True)
        self.cache = Cache(most_bytes)
        self._levels: dict[int, list[tuple[str, int]]] = {}
        self._preparing = threading.Lock()
        self._seen = {Collection.OBJECTS: 0, Collection.BUILDINGS: 0, Collection.GRIDS: 0}
        self._to_keep: list[tuple[Place, bytes, int]] = []
        self._looked, self._edition = 0.0, None
        self._objects = Listener("gridgeo-tiles", self._connect, _CHANNELS, self._read, self._due)
        self._buildings = Listener("gridgeo-tiles-buildings", self._connect, ["gridgeo_addresses"], self._rebuilt)

    def start(self) -> Live:
        """Begin to listen. The database may be away: tiles are then not held until it is back."""
        self._objects.start()
        self._buildings.start()
        self._ahead.start()
        return self

    def stop(self) -> None:
        """Stop listening, and begin no further edition."""
        self._stop.set()
        self._changed.set()
        self._objects.stop()
        self._buildings.stop()
        self._ahead.join(timeout=5)

    def look(self) -> None:
        """Tell that other editions may be valid now: they are simplified before anybody asks. Never waits."""
        self._changed.set()

    def levels(self, edition_id: int) -> list[tuple[str, int]] | None:
        """Return the levels of an edition and their zooms where they are known. Never waits."""
        return self._levels.get(edition_id)

    def prepare(self, edition_id: int) -> list[tuple[str, int]]:
        """Return the same, simplifying the edition first where nobody has: some seconds. Raises NotFound, DatabaseUnavailable."""
        with self._preparing:
            known = self._levels.get(edition_id)
            if known is None:
                with closing(self._connect()) as conn, connection.transaction(conn):
                    known = self._levels[edition_id] = grids.prepare(conn, edition_id)
        return known

    def seen(self, collection: Collection) -> int:
        """Return which change of a collection the tiles in memory are true to: asked before a tile is made."""
        return self._seen[collection]

    def hold(self, place: Place, variant: Hashable, body: bytes, seen: int, keep: bool) -> Packed:
        """Return a tile made when :meth:`seen` said `seen`, and hold it unless something has changed since.

        Parameters
        ----------
        keep
            Whether it is of the whole city and unfiltered: then it is kept in the database too, where that is worth it. So no more
            is kept than the city has: whoever asks for all tiles of the world fills nothing.
        """
        made = Packed.of(body)
        if seen == self._seen[place.collection]:
            self.cache.put(place, variant, made)
            if seen != self._seen[place.collection]:  # changed in between: whoever forgot may have come before
                self.cache.forget(place.collection)
            elif keep and body != making.EMPTY and place.tile.z <= _DEEPEST and len(self._to_keep) < _WAITING:
                self._to_keep.append((place, body, seen))
        return made

    def _connect(self):
        return connection.connect(self._url, ROLE, application_name="gridgeo tiles", **{"gridgeo.area": "all"})

    def _due(self) -> bool:
        return bool(self._to_keep) or time.monotonic() - self._looked >= _LOOK_S

    def _read(self, conn) -> None:
        """Add up what changed, forget the tiles of it, keep those made meanwhile."""
        self._looked = time.monotonic()
        if cells.waiting(conn):
            self._transaction(conn, lambda: cells.drain(conn, wait=False))
        self._forget_edition(conn)
        self._forget(conn)
        self._forget_grids(conn)
        self._keep(conn)

    def _forget(self, conn) -> None:
        last, first = cells.last_change(conn)
        seen = self._seen[Collection.OBJECTS]
        if last == seen:
            return
        told = cells.changes(conn, seen) if first <= seen + 1 and seen else [(last, None, None)]
        # First the number, so that no tile of before is held after it was to be forgotten.
        self._seen[Collection.OBJECTS] = last
        if any(xs is None for _, xs, _ in told):
            self.cache.forget(Collection.OBJECTS)
        else:
            self.cache.forget_cells(cell for _, xs, ys in told for cell in zip(xs, ys, strict=True))

    def _forget_edition(self, conn) -> None:
        """Another edition began: callers of a part may see otherwise, sooner than it is in memory and told apart by."""
        edition = kept.edition_now(conn)
        if edition != self._edition:
            self._edition = edition
            self._transaction(conn, lambda: kept.forget_ended(conn))
            self._rebuilt(conn)
            self.cache.forget(Collection.OBJECTS)

    def _forget_grids(self, conn) -> None:
        """Editions may have been simplified anew, or are no more: what was is asked for again."""
        number = kept.number(conn, Collection.GRIDS)
        if number != self._seen[Collection.GRIDS]:
            self._seen[Collection.GRIDS] = number
            self._levels.clear()
            self.cache.forget(Collection.GRIDS)

    def _keep(self, conn) -> None:
        waiting, self._to_keep = self._to_keep, []
        by_seen: dict[tuple[Collection, int], list] = {}
        for place, body, seen in waiting:
            by_seen.setdefault((place.collection, seen), []).append((*place, body))
        for (_, seen), made in by_seen.items():
            self._transaction(conn, lambda made=made, seen=seen: kept.put(conn, made, seen))

    def _rebuilt(self, conn) -> None:
        self._seen[Collection.BUILDINGS] += 1
        self.cache.forget(Collection.BUILDINGS)

    def _transaction(self, conn, work: Callable) -> None:
        """The listener's connection commits by itself: what belongs together is put into a transaction here."""
        with conn.cursor() as cur:
            cur.execute("BEGIN")
            try:
                work()
                cur.execute("COMMIT")
            except BaseException:
                if not conn.closed:
                    cur.execute("ROLLBACK")
                raise

    def _prepare_ahead(self) -> None:
        while not self._stop.is_set():
            self._changed.clear()
            editions = list(self._editions())
            self.cache.forget(Collection.GRIDS, but=editions)
            for edition_id in editions:
                try:
                    if not self._stop.is_set():
                        self.prepare(edition_id)
                except Exception as error:  # the first who asks tries again, and is told
                    LOG.warning("edition %s is not simplified ahead (%s)", edition_id, type(error).__name__)
            self._changed.wait()
