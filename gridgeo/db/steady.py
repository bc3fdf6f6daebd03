"""Threads that work in the database for as long as their process lives, whatever becomes of the database meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Generic, Self, TypeVar

import psycopg2

from ..errors import GridgeoError

LOG = logging.getLogger(__name__)

T = TypeVar("T")

#: Seconds before it is begun again.
_PAUSE_S = 2.0


class Steady(Generic[T]):
    """A thread that works until it is stopped, and begins again after whatever goes wrong: one that ended would be missed by nobody.

    Parameters
    ----------
    name
        Of the thread.
    undone
        What is not done while it cannot work, as the log says it.
    opened
        Opens what it works on, anew each time it begins: a connection, or a pool of them.
    work
        Works on that until `stopping` is set. One that returns sooner is begun again after the pause.
    """

    def __init__(
        self, name: str, undone: str, opened: Callable[[], AbstractContextManager[T]], work: Callable[[T], None], pause_s: float = _PAUSE_S
    ) -> None:
        self._undone, self._opened, self._work, self._pause_s = undone, opened, work, pause_s
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name=name, daemon=True)

    def start(self) -> Self:
        """Begin, beside what else this process does. The database may be away."""
        self._thread.start()
        return self

    def stop(self, patience_s: float = 5.0) -> None:
        """End, with what is under way if it ends in time."""
        self.stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=patience_s)

    def run(self) -> None:
        """Work until :meth:`stop`, in the thread of who calls."""
        while not self.stopping.is_set():
            try:
                with self._opened() as held:
                    self._work(held)
            except (GridgeoError, psycopg2.Error, OSError) as error:  # foreseen, and told without its words: they may be of data
                LOG.warning("%s (%s); trying again", self._undone, type(error).__name__)
            except Exception:
                LOG.exception("%s; trying again", self._undone)
            self.stopping.wait(self._pause_s)
