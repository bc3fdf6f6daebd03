"""Answers about managed objects that are kept until any process writes objects: what many ask is added up once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from gridgeo.db import connection
from gridgeo.db.listening import Listener

from .pools import READER

T = TypeVar("T")

#: Answers held, and seconds after which one is made anew whatever happened.
_MOST, _KEEP_S = 512, 30.0


class Kept:
    """Answers, or what they are made of, by what was asked.

    A thread hears what any process commits, a moment after it did; until then the answer of before is given. While the
    database is away nobody writes.
    """

    def __init__(self, url: str) -> None:
        self._held: OrderedDict[Hashable, tuple[int, float, Any]] = OrderedDict()
        self._lock, self._generation = threading.Lock(), 0
        self._listener = Listener(
            "gridgeo-kept", lambda: connection.connect(url, READER, application_name="gridgeo kept"), ["gridgeo_objects"], self._forget
        )

    def start(self) -> Kept:
        """Begin to listen."""
        self._listener.start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._listener.stop()

    def answer(self, asked: Hashable, work: Callable[[], T]) -> T:
        """Return the answer to what is asked (by whom being part of it), made by `work` where none is held that is still true."""
        generation, now = self._generation, time.monotonic()
        with self._lock:
            held = self._held.get(asked)
        if held is not None and held[0] == generation and now - held[1] < _KEEP_S:
            return held[2]
        made = work()
        with self._lock:
            self._held[asked] = generation, now, made
            self._held.move_to_end(asked)
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
        return made

    def _forget(self, conn) -> None:
        """First the number: an answer that is being made belongs to what was before."""
        self._generation += 1
        with self._lock:
            self._held.clear()
