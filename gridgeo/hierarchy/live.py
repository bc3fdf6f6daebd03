"""Editions kept in memory by a serving process, up to date with what any process activates."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

from ..db import connection
from ..db.listening import Listener
from ..errors import NotFound
from . import store
from .locate import Snapshot
from .model import Status

LOG = logging.getLogger(__name__)

_CHANNEL = "gridgeo_edition"

#: How many editions that are not valid now are kept at hand for questions about the past.
_PAST = 4


class Live:
    """The editions that are valid now, one :class:`Snapshot` a scheme, and a few past ones.

    A thread listens for activations and watches for planned ones to begin; it reads the new edition, builds its
    snapshot and only then puts it in place of the old one, so that a question never waits and never sees half of
    it. While the database is away the last known editions go on answering; when it is back they are read anew.

    Parameters
    ----------
    on_change
        Called after each change of what is in memory, by the thread that listens: it must not wait.
    """

    def __init__(self, url: str, role: str | None = None, on_change: Callable[[], None] = lambda: None) -> None:
        self._url, self._role, self._on_change = url, role, on_change
        self._now: dict[str, Snapshot] = {}
        self._past: OrderedDict[int, Snapshot] = OrderedDict()
        self._lock, self._building = threading.Lock(), threading.Lock()
        self._planned: datetime | None = None
        self._listener = Listener("gridgeo-live", self._connect, [_CHANNEL], self._read, self._begun)
        #: Rises with each change of what is in memory.
        self.generation = 0

    def start(self) -> Live:
        """Read what is valid now and begin to listen. Raises DatabaseUnavailable."""
        with closing(self._connect()) as conn:
            self._read(conn)
        self._listener.start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._listener.stop()

    @property
    def schemes(self) -> list[str]:
        """Schemes that have an edition valid now."""
        return sorted(self._now)

    @property
    def current(self) -> list[Snapshot]:
        """The editions valid now, by the name of their scheme."""
        held = self._now
        return [held[scheme] for scheme in sorted(held)]

    def now(self, scheme: str) -> Snapshot:
        """Return the edition of a scheme that is valid now; raises NotFound."""
        found = self._now.get(scheme)
        if found is None:
            raise NotFound("active edition of scheme", scheme)
        return found

    def at(self, scheme: str, moment: datetime | None = None) -> Snapshot:
        """Return the edition valid at a moment (timezone-aware; now when None). Asks the database only about other times.

        Raises NotFound where there was none, DatabaseUnavailable.
        """
        if moment is None:
            return self.now(scheme)
        return self.held(scheme, moment) or self._fetch(scheme, moment)

    def held(self, scheme: str, moment: datetime) -> Snapshot | None:
        """Return the edition valid at a moment (timezone-aware) where it is in memory, else None. Never waits."""
        now = datetime.now(UTC)
        with self._lock:
            history = [past for past in self._past.values() if past.edition.scheme == scheme and (past.edition.valid_to or now) < now]
        current = self._now.get(scheme)
        return next((one for one in [*([current] if current else []), *history] if one.edition.status(moment) is Status.ACTIVE), None)

    def _fetch(self, scheme: str, moment: datetime) -> Snapshot:
        with self._building, closing(self._connect()) as conn:  # asked for by many at once, an edition is built once
            edition = store.edition_at(conn, scheme, moment)
            if edition is None:
                raise NotFound(f"edition of scheme {scheme} at", moment.isoformat())
            remembered = self._past.get(edition.edition_id)
            snapshot = remembered if remembered is not None and remembered.edition == edition else self._build(conn, edition)
        with self._lock:
            self._past[edition.edition_id] = snapshot
            self._past.move_to_end(edition.edition_id)
            while len(self._past) > _PAST:
                self._past.popitem(last=False)
        return snapshot

    def _connect(self):
        return connection.connect(self._url, self._role, application_name="gridgeo live")

    def _begun(self) -> bool:
        """Whether a planned edition has begun."""
        return self._planned is not None and datetime.now(UTC) >= self._planned

    def _read(self, conn) -> None:
        """Put the editions valid now in place; build only those that are not there yet."""
        self._planned = store.next_change(conn)
        fresh: dict[str, Snapshot] = {}
        for name in store.schemes(conn):
            edition = store.edition_at(conn, name)
            if edition is None:
                continue
            old = self._now.get(name)
            fresh[name] = old if old is not None and old.edition == edition else self._build(conn, edition)
        if fresh != self._now:
            self._now = fresh
            self.generation += 1
            self._on_change()
            LOG.info("editions in memory: %s", {name: snapshot.edition.edition_id for name, snapshot in fresh.items()})

    def _build(self, conn, edition) -> Snapshot:
        return Snapshot(store.scheme(conn, edition.scheme), edition, store.frame(conn, edition.edition_id)).warm()
