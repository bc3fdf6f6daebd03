"""The change feed: how long after the commit a change is heard of, how fast it is read, and what it costs those who write."""

from __future__ import annotations

import http.client
import http.server
import itertools
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult

import numpy as np
import orjson

from gridgeo.changes import stamping
from gridgeo.changes.webhooks import delivery
from gridgeo.changes.webhooks import store as webhooks
from gridgeo.db import connection
from gridgeo.ingest import objects as loads
from gridgeo.letters import seals
from gridgeo.objects import categories
from gridgeo.sample import objects as invented

from .figures import Result, in_turn
from .ground import SEED, Ground, Loaded, held, say
from .serving import served

_OBJECTS, _OBJECTS_QUICK = 400_000, 20_000
_WRITERS = 8
#: Transactions a second that all writers together try to commit; None: as many as they can.
_RATES = (10, 100, 400, None)
#: Seconds each rate is held.
_SECONDS, _SECONDS_QUICK = 20.0, 4.0
_LETTERS, _LETTERS_QUICK = 2000, 200
_TRIGGERS = ("change_inserted", "change_updated", "change_deleted")

_WRITE = "UPDATE gridgeo.object SET source = %s WHERE object_id = %s"
_EMPTY = """
TRUNCATE gridgeo.object, gridgeo.object_grid, gridgeo.object_history, gridgeo.object_count, gridgeo.change, gridgeo.change_transaction
RESTART IDENTITY
"""
_STATES = "COPY (SELECT gridgeo.key_of(t), gridgeo.state_of(t)::text FROM gridgeo.object AS t) TO STDOUT"


def changes(ground: Ground, quick: bool) -> Result:
    """Load with and without the feed, read what it tells, then write at several rates and listen."""
    count = _OBJECTS_QUICK if quick else _OBJECTS
    result = Result("changes", f"the change feed of {count:,} objects; {_WRITERS} writers, client and server on one machine")
    loaded = _loaded(ground, count, result)
    with served(ground, loaded) as address:
        _read(result, address, loaded.url, count)
        for rate in _RATES:
            _lag(result, address, loaded.url, rate, _SECONDS_QUICK if quick else _SECONDS)
    _webhook(result, ground, loaded.url, _LETTERS_QUICK if quick else _LETTERS)
    return result


def _loaded(ground: Ground, count: int, result: Result) -> Loaded:
    """Load the sample's objects as a user does, with the feed and without it by turns; the last time with it."""
    say(f"changes: {count:,} objects")
    url, frame = ground.database("changes"), ground.frame("baoan")
    with tempfile.TemporaryDirectory(prefix="gridgeo-bench-") as folder, closing(connection.connect(url)) as conn:
        file = next(one for one in invented.write(invented.make("baoan", SEED, count, units=frame), Path(folder)) if one.stem == "objects")
        with conn:
            edition = ground.active(conn)
            categories.activate(conn, categories.stage(conn, invented.categories(), "sample", "sample"))

        def load(told: bool) -> None:
            with conn:
                _enable(conn, told)
                conn.cursor().execute(_EMPTY)
            with conn:
                loads.commit(conn, loads.plan(conn, [file], datum="cgcs2000", storing=True))

        seconds = in_turn({False: lambda: load(False), True: lambda: load(True)}, 2)
        snapshot = held(conn, edition)
    cost = seconds[True] / seconds[False]
    result.add(f"load {count:,} objects, told to the feed", seconds[True], "s", note="the faster of two")
    result.add("the same without the feed", seconds[False], "s", 1 / cost, "its triggers disabled")
    result.goal("a bulk load takes at most 1.2 times as long with the feed", f"{cost:.2f} times", cost <= 1.2)
    return Loaded("changes", url, snapshot)


def _enable(conn, told: bool) -> None:
    how = "ENABLE ALWAYS" if told else "DISABLE"
    conn.cursor().execute("ALTER TABLE gridgeo.object " + ", ".join(f"{how} TRIGGER {name}" for name in _TRIGGERS))


def _read(result: Result, address: SplitResult, url: str, count: int) -> None:
    """Everything, and everything that changed, over HTTP; against COPY of the same."""
    say("changes: reading")
    latest = _settled(url)
    ways: dict[str, Callable[[], object]] = {
        "extract": lambda: _drained(address, f"/changes/extracts/object?at={latest}"),
        "events": lambda: _drained(address, f"/changes/events/object?from=1&to={latest}"),
        "copy": lambda: _copied(url, _STATES),
        "plain": lambda: _copied(url, "COPY gridgeo.object TO STDOUT"),
    }
    rate = {name: count / seconds for name, seconds in in_turn(ways, 3).items()}
    result.add("extract of all objects over HTTP, NDJSON", rate["extract"], "rows/s")
    result.add("all changes of the load over HTTP, NDJSON", rate["events"], "events/s")
    result.add(
        "COPY of the same states", rate["copy"], "rows/s", rate["extract"] / rate["copy"], "from the database to its client, no HTTP"
    )
    result.add("COPY of the table as it is", rate["plain"], "rows/s", rate["extract"] / rate["plain"], "no JSON, shapes as binary")
    share = rate["extract"] / rate["copy"]
    result.goal("an extract comes at least half as fast as COPY of the same", f"{share:.2f} of it", share >= 0.5)


def _drained(address: SplitResult, path: str) -> int:
    with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=600)) as asking:
        asking.request("GET", path)
        answer, size = asking.getresponse(), 0
        while piece := answer.read(1 << 18):
            size += len(piece)
    if answer.status != 200 or not size:
        raise RuntimeError(f"{path} answered {answer.status}")
    return size


class _Nowhere:
    """Takes what a COPY writes."""

    def write(self, piece: bytes) -> int:
        return len(piece)


def _copied(url: str, statement: str) -> None:
    with closing(connection.connect(url)) as conn, conn.cursor() as cur:
        cur.copy_expert(statement, _Nowhere(), size=1 << 18)


def _settled(url: str) -> int:
    """Wait until everything has its number; return the last."""
    with closing(connection.connect(url)) as conn:
        while True:
            with conn:
                state = stamping.state(conn)
            if not state.waiting:
                return state.latest
            time.sleep(0.05)


@dataclass
class _Heard:
    """When each mark was committed, and when it was heard of."""

    committed: dict[str, float] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)

    @property
    def lags_ms(self) -> np.ndarray:
        """Of what was heard; what a listener may hear before the writer knows that it is committed counts as nothing."""
        return np.array([max(0.0, self.heard[mark] - at) * 1e3 for mark, at in self.committed.items() if mark in self.heard])


def _lag(result: Result, address: SplitResult, url: str, rate: int | None, seconds: float) -> None:
    """Write for some seconds and listen to the stream of objects meanwhile."""
    what = f"{rate} transactions a second" if rate else "as many transactions as can be"
    say(f"changes: {what}")
    told, after = _Heard(), _settled(url)
    with _listening(address, after, told):
        began, marks = time.monotonic(), itertools.count()
        writers = [threading.Thread(target=_write, args=(url, n, rate, began, seconds, marks, told.committed)) for n in range(_WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        spent, patience = time.monotonic() - began, time.monotonic() + 60
        while len(told.heard) < len(told.committed) and time.monotonic() < patience:
            time.sleep(0.05)
    missing = len(told.committed) - len(told.heard)
    p50, p99 = np.percentile(told.lags_ms, [50, 99])
    done = len(told.committed) / spent
    note = f"99 % {p99:.0f} ms, longest {told.lags_ms.max():.0f} ms; {done:,.0f} a second were committed"
    result.add(f"commit to client, {what}", p50, "ms", note=note)
    if rate:
        goal = f"99 % are heard of within a second at {what}, none missed"
        result.goal(goal, f"{p99:.0f} ms, {missing} missed", p99 <= 1000 and not missing)


def _write(
    url: str, number: int, rate: int | None, began: float, seconds: float, marks: Iterator[int], committed: dict[str, float]
) -> None:
    """One writer: each transaction one change, at its own beat."""
    with closing(connection.connect(url)) as conn, conn.cursor() as cur:
        for turn in itertools.count():
            due = began + (turn + number / _WRITERS) * _WRITERS / rate if rate else time.monotonic()
            if due - began >= seconds:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            mark = f"bench {began:.3f} {next(marks)}"
            cur.execute(_WRITE, (mark, 1 + number + turn % 1000 * _WRITERS))
            conn.commit()
            committed[mark] = time.monotonic()


@contextmanager
def _listening(address: SplitResult, after: int, told: _Heard) -> Iterator[None]:
    """Hear the stream of objects from a thread while the block runs."""
    asking = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
    asking.request("GET", f"/changes/stream?entity=object&after={after}&seconds=3600")
    answer = asking.getresponse()

    def hear() -> None:
        with suppress(http.client.HTTPException, OSError):  # so it is ended
            while line := answer.readline():
                if line.startswith(b"data: {") and b'"entity"' in line:
                    told.heard.setdefault(orjson.loads(line[6:])["state"]["source"], time.monotonic())

    thread = threading.Thread(target=hear, daemon=True)
    thread.start()
    try:
        yield
    finally:
        asking.sock.shutdown(socket.SHUT_RDWR)
        thread.join()
        asking.close()


def _webhook(result: Result, ground: Ground, url: str, count: int) -> None:
    """Tell a receiver on this machine of transactions that wait for it."""
    say(f"changes: {count:,} letters")
    heard = threading.Semaphore(0)

    class Receiver(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.wfile.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            heard.release()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server, tempfile.TemporaryDirectory() as home:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = replace(ground.settings, home=Path(home), key_file="")
        with closing(connection.connect(url)) as conn:
            with conn:
                target = f"http://127.0.0.1:{server.server_address[1]}/"
                webhooks.enter(conn, target)
                webhooks.add(conn, seals.Seal(settings), target, ["object"])
            for number in range(count):
                with conn, conn.cursor() as cur:
                    cur.execute(_WRITE, (f"letter {number}", 1 + number))
            with conn:
                stamping.stamp(conn)
        deliverer, start = delivery.Deliverer(url, settings).start(), time.perf_counter()
        for _ in range(count):
            heard.acquire()
        seconds = time.perf_counter() - start
        deliverer.stop()
        server.shutdown()
    result.add(
        "webhook: transactions told one after the other", count / seconds, "letters/s", note="to one receiver, each signed and answered"
    )
