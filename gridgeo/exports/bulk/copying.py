"""Reading by COPY: a thread takes what the server sends as fast as it comes, and stops where whoever asked has enough."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from psycopg2 import sql

from .batches import Lines, Values, of_hex, parsed
from .columns import Kind
from .spelling import Spelling

#: Features of a batch: columns of so many are worth an array, and their rows lie in the cache of a processor while they are cut up.
_ROWS = 10_000
#: Batches that wait to be written.
_WAITING = 4
#: Of the binary form: bytes before the first row, and what comes after the last.
_HEAD = 19
_END = b"\xff\xff"


def batches(conn, statement: sql.Composable, given: dict[str, Any], kinds: Sequence[Kind]) -> Iterator[list[Values]]:
    """Yield the columns of what a statement finds, some rows at a time. The connection does nothing else meanwhile.

    Whoever stops before the end has the statement cancelled, which ends the transaction.
    """
    for rows in _rows(conn, statement, given, sql.SQL("FORMAT binary"), _HEAD):
        yield parsed(rows, kinds)


def lines(conn, statement: sql.Composable, given: dict[str, Any], spelt: Spelling) -> Iterator[Lines]:
    """Yield what a statement finds as the database writes it, as :func:`batches` does; its first column is a geometry in digits."""
    for rows in _rows(conn, statement, given, spelt.options):
        parts = [row[:-1].partition(spelt.between) for row in rows]
        yield Lines([text for _, _, text in parts], of_hex([geometry for geometry, _, _ in parts]))


def _rows(conn, statement: sql.Composable, given: dict[str, Any], options: sql.Composable, head: int = 0) -> Iterator[list[bytes]]:
    """The messages of COPY, each a row, without the bytes of its head."""
    with conn.cursor() as cur:
        asked = cur.mogrify(sql.SQL("COPY ({}) TO STDOUT ({})").format(statement, options), given)
        sink = _Sink(head)
        copying = threading.Thread(target=_copy, args=(cur, asked, sink), daemon=True)
        copying.start()
        found: list[bytes] | BaseException | None = []
        try:
            while (found := sink.full.get()) is not None:
                if isinstance(found, BaseException):
                    raise found
                yield found
        finally:
            if isinstance(found, list):
                conn.cancel()
            while copying.is_alive():
                _drain(sink)


class _Sink:
    """Where COPY writes: each message is a row; they go on in batches."""

    def __init__(self, head: int) -> None:
        self.full: queue.Queue[list[bytes] | BaseException | None] = queue.Queue(_WAITING)
        self._rows: list[bytes] = []
        self._head = head

    def write(self, row: bytes) -> int:
        taken = len(row)
        if self._head:
            self._head, row = 0, row[self._head :]
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
