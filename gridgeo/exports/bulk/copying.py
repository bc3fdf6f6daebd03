"""Reading by COPY: a thread takes what the server sends as fast as it comes, and stops where whoever asked has enough."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from psycopg2 import sql

from .batches import Values, parsed
from .columns import Kind

#: Features of a batch: columns of so many are worth an array, and take some ten megabytes.
_ROWS = 40_000
#: Batches that wait to be written.
_WAITING = 2
_HEAD = 19
_END = b"\xff\xff"


def batches(conn, statement: sql.Composable, given: dict[str, Any], kinds: Sequence[Kind]) -> Iterator[list[Values]]:
    """Yield the columns of what a statement finds, some rows at a time. The connection does nothing else meanwhile.

    Whoever stops before the end has the statement cancelled, which ends the transaction.
    """
    with conn.cursor() as cur:
        asked = cur.mogrify(sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(statement), given)
        sink = _Sink()
        copying = threading.Thread(target=_copy, args=(cur, asked, sink), daemon=True)
        copying.start()
        found: list[bytes] | BaseException | None = []
        try:
            while (found := sink.full.get()) is not None:
                if isinstance(found, BaseException):
                    raise found
                yield parsed(found, kinds)
        finally:
            if isinstance(found, list):
                conn.cancel()
            while copying.is_alive():
                _drain(sink)


class _Sink:
    """Where COPY writes: each message is a row; they go on in batches."""

    def __init__(self) -> None:
        self.full: queue.Queue[list[bytes] | BaseException | None] = queue.Queue(_WAITING)
        self._rows: list[bytes] = []
        self._first = True

    def write(self, row: bytes) -> int:
        taken = len(row)
        if self._first:
            self._first, row = False, row[_HEAD:]
        if row != _END:
            self._rows.append(row)
        if len(self._rows) == _ROWS:
            self.settle()
        return taken

    def settle(self) -> None:
        """Hand on what is there."""
        if self._rows:
            self.full.put(self._rows)
            self._rows = []


def _copy(cur, asked: bytes, sink: _Sink) -> None:
    try:
        cur.copy_expert(asked, sink)
        sink.settle()
        sink.full.put(None)
    except BaseException as error:
        sink.full.put(error)


def _drain(sink: _Sink) -> None:
    """Throw away what was sent, so that the thread comes to its end."""
    with suppress(queue.Empty):
        sink.full.get(timeout=0.02)
