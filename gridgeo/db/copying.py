"""Reading by COPY: a thread takes what the server sends as fast as it comes, and stops where whoever asked has enough.

A cursor makes a Python object of each cell; COPY hands on each row as the bytes the database wrote.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg2
from psycopg2 import sql

#: Lists of rows that wait to be used.
_WAITING = 4
#: What comes after the last row of the binary form.
_END = b"\xff\xff"

#: Signs that no JSON has unescaped stand between cells and around them: COPY's CSV is then the JSON as it stands. Source: RFC 8259, 7.
BETWEEN, AROUND = "\x1f", "\x1e"
AS_JSON = sql.SQL("FORMAT csv, DELIMITER {}, QUOTE {}").format(sql.Literal(BETWEEN), sql.Literal(AROUND))


def rows(
    conn,
    statement: sql.Composable,
    given: dict[str, Any],
    options: sql.Composable,
    at_once: int,
    head: int = 0,
    pause_s: float | None = None,
) -> Iterator[list[bytes]]:
    """Yield what a statement finds as COPY writes it, `at_once` rows at a time. The connection does nothing else meanwhile.

    Whoever stops before the end has the statement cancelled, which ends the transaction.

    Parameters
    ----------
    options
        Of COPY: the form of a row.
    head
        Bytes that come before the first row.
    pause_s
        Seconds a reader may leave what waits where it is. After them the connection is closed, for a server that nobody listens to hears of
        no cancellation, and what would come next is a TimeoutError.
    """
    with conn.cursor() as cur:
        asked = cur.mogrify(sql.SQL("COPY ({}) TO STDOUT ({})").format(statement, options), given)
        sink = _Sink(at_once, head, pause_s)
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
                with suppress(psycopg2.InterfaceError):  # closed already: the reader paused too long
                    conn.cancel()
            while copying.is_alive():
                _drain(sink)


class _Sink:
    """Where COPY writes: each message is a row; they go on in lists."""

    def __init__(self, at_once: int, head: int, pause_s: float | None) -> None:
        self.full: queue.Queue[list[bytes] | BaseException | None] = queue.Queue(_WAITING)
        self._rows: list[bytes] = []
        self._at_once, self._head, self._pause_s = at_once, head, pause_s

    def write(self, row: bytes) -> int:
        taken = len(row)
        if self._head:
            self._head, row = 0, row[self._head :]
        if row != _END:
            self._rows.append(row)
        if len(self._rows) == self._at_once:
            self.settle()
        return taken

    def settle(self) -> None:
        """Hand on what is there."""
        if self._rows:
            try:
                self.full.put(self._rows, timeout=self._pause_s)
            except queue.Full:
                raise TimeoutError(f"nobody took what was read for {self._pause_s:g} s") from None
            self._rows = []


def _copy(cur, asked: bytes, sink: _Sink) -> None:
    try:
        cur.copy_expert(asked, sink)
        sink.settle()
        sink.full.put(None)
    except BaseException as error:
        if isinstance(error, TimeoutError):
            cur.connection.close()
        sink.full.put(error)


def _drain(sink: _Sink) -> None:
    """Throw away what was sent, so that the thread comes to its end."""
    with suppress(queue.Empty):
        sink.full.get(timeout=0.02)
