"""The change feed as a process serves it: changes by the page, extracts by the row, messages as they come. All at flat memory."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import closing

import anyio
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from gridgeo.access import store as access
from gridgeo.changes import live, store
from gridgeo.changes.lines import line
from gridgeo.changes.model import Bounds, Entity, Event, Page, Position, Transaction
from gridgeo.changes.stamping import Stamper
from gridgeo.changes.webhooks.delivery import Deliverer
from gridgeo.db import connection
from gridgeo.exports.rules import neutral
from gridgeo.settings import Settings

from . import depends, rooted
from .pools import READER
from .problems import Busy, Forgotten

#: Extracts, and streams of messages, that one process serves at a time.
_EXTRACTS, _STREAMS = 4, 64

#: Milliseconds an extract may take, from the first row to the last: it comes as fast as its reader takes it.
_STATEMENT_MS = 3_600_000

#: Seconds between looks for what is new, and between signs of life of a stream that has nothing to say.
_LOOK_S, _ALIVE_S = 0.1, 15.0


class Feed:
    """The last number, threads that number transactions and tell webhooks of them, and how much is served at a time."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.database_url
        self._live, self._stamper = live.Live(lambda: self._connect("gridgeo changes")), Stamper(self._url)
        self._deliverer, self._ending = Deliverer(self._url, settings), threading.Event()
        self._extracts, self._streams = threading.BoundedSemaphore(_EXTRACTS), threading.BoundedSemaphore(_STREAMS)

    def start(self) -> Feed:
        """Begin to listen, to number and to tell. The database may be away."""
        self._live.start()
        self._stamper.start()
        self._deliverer.start()
        return self

    def end(self) -> None:
        """Let streams of messages come to their end: whoever hears them comes back, to another process."""
        self._ending.set()

    def stop(self) -> None:
        """End all of it."""
        self.end()
        self._deliverer.stop()
        self._stamper.stop()
        self._live.stop()

    @property
    def ending(self) -> bool:
        """Whether streams are to end."""
        return self._ending.is_set()

    @property
    def latest(self) -> int:
        """The last number, as far as it was heard of."""
        return self._live.latest

    def extract(self, area: str, of: Entity, number: int) -> Iterator[list[bytes]]:
        """Yield the lines of everything of an entity at a number, on a connection of its own; raises Busy, DatabaseUnavailable."""
        with (
            _one_of(self._extracts, "extracts"),
            closing(self._connect("gridgeo extract", statement_timeout=_STATEMENT_MS)) as conn,
            connection.transaction(conn),
        ):
            if area == access.WHOLE:
                access.see_whole(conn)
            else:
                access.see(conn, area)
            yield from store.extract(conn, of, number)

    def stream(self):
        """Take one of the streams there are, as a context; raises Busy."""
        return _one_of(self._streams, "streams")

    def _connect(self, name: str, **limits: int):
        return connection.connect(self._url, READER, application_name=name, default_transaction_read_only="on", **limits)


class _one_of:
    """One of as many as a semaphore has; raises Busy where none is left."""

    def __init__(self, free: threading.BoundedSemaphore, what: str) -> None:
        self._free, self._what = free, what

    def __enter__(self) -> None:
        if not self._free.acquire(blocking=False):
            raise Busy(f"as many {self._what} are served as can be; try again soon")

    def __exit__(self, *_: object) -> None:
        self._free.release()


def require(bounds: Bounds, after: int, of: Entity | None = None) -> None:
    """Raise Forgotten where what came after a number is not told any more to this caller."""
    if after < bounds.base:
        raise Forgotten(after, bounds.base, rooted.at(f"/changes/extracts/{of.name}" if of else "/changes/latest"))


async def pages(request: Request, of: Entity, after: int, until: int) -> AsyncIterator[Page]:
    """Yield the events of transactions after a number up to another, in pages, each read in a transaction of its own."""
    position: Position | None = Position(after + 1)
    while position is not None:
        page = await run_in_threadpool(depends.read, request, _page, of, position, until)
        if page.events:
            yield page
        position = page.after


def _page(conn, of: Entity, position: Position, until: int) -> Page:
    depends.patient(conn)
    require(store.bounds(conn), position.number - 1, of)  # an edition may have begun meanwhile
    return store.page(conn, of, position, until)


def lines(of: Entity, events: Iterable[Event]) -> bytes:
    """Return events as NDJSON."""
    return b"".join(line(of, event) + b"\n" for event in events)


def state_lines(lines: Iterable[list[bytes]]) -> Iterator[bytes]:
    """Yield what stands in an extract as NDJSON, some lines at a time, and at least once."""
    for some in lines:
        yield b"".join(some)
    yield b""


def table(of: Entity, rows: Iterable[tuple]) -> bytes:
    """Return rows as CSV below no header: each its first cells, and last the state (None of what is no more), a cell for each field."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for *first, state in rows:
        writer.writerow([*map(neutral, first), *(_cell((state or {}).get(name)) for name in of.fields)])
    return buffer.getvalue().encode()


def header(of: Entity, *first: str) -> bytes:
    """Return the header of a CSV, with a byte order mark."""
    return ("\ufeff" + ",".join((*first, *of.fields)) + "\r\n").encode()


def transaction_table(transactions: Iterable[Transaction]) -> bytes:
    """Return transactions as CSV: a line for each entity and operation, one with empty cells where it is not told what changed."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(("number", "made_at", "stamped_at", "entity", "operation", "changes"))
    for one in transactions:
        counted = [(name, *each) for name, operations in (one.entities or {}).items() for each in operations.items()] or [("", "", "")]
        writer.writerows((one.number, one.made_at.isoformat(), one.stamped_at.isoformat(), *each) for each in counted)
    return ("\ufeff" + buffer.getvalue()).encode()


def state_table(of: Entity, lines: Iterable[list[bytes]]) -> Iterator[bytes]:
    """Yield what stands in an extract as CSV, some rows at a time."""
    yield header(of, "key")
    for some in lines:
        yield table(of, ((told["key"], told["state"]) for told in map(orjson.loads, some)))


def _cell(value: object) -> object:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else neutral(value)


async def messages(request: Request, feed: Feed, of: Entity | None, after: int, known: int, seconds: float) -> AsyncIterator[bytes]:
    """Yield server-sent events after a number, as they come: those of an entity, else a message a transaction.

    The id of a message is the number everything was told up to; so who comes back with it misses nothing, and may hear some of a
    transaction again. Source: HTML Living Standard, 9.2 (server-sent events).
    """
    with feed.stream():
        began = spoken = time.monotonic()
        yield b"retry: 1000\n\n"
        while True:
            latest = max(feed.latest, known)
            if latest > after:
                try:
                    async for piece in _told(request, of, after, latest):
                        yield piece
                except Forgotten as error:
                    yield _message("forgotten", after, orjson.dumps({"instead": error.instead}))
                    return
                after, spoken = latest, time.monotonic()
                yield _message("reached", after, orjson.dumps({"number": after}))
            elif time.monotonic() - spoken > _ALIVE_S:
                spoken = time.monotonic()
                yield b": still here\n\n"
            if feed.ending or time.monotonic() - began >= seconds:
                return
            await anyio.sleep(_LOOK_S)


async def _told(request: Request, of: Entity | None, after: int, until: int) -> AsyncIterator[bytes]:
    if of is not None:
        async for page in pages(request, of, after, until):
            yield b"".join(_message(of.name, event.number - 1, line(of, event)) for event in page.events)
        return
    while after < until:
        some = await run_in_threadpool(depends.read, request, store.transactions, after + 1, until)
        yield b"".join(_message("transaction", one.number, orjson.dumps(vars(one))) for one in some)
        after = some[-1].number if some else until


def _message(kind: str, number: int, data: bytes) -> bytes:
    return b"event: %s\nid: %d\ndata: %s\n\n" % (kind.encode(), number, data)
