"""Events sent on by workers: filed at a steady rate, and lying filed when the workers begin."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np

from gridgeo.db import connection
from gridgeo.events import acting
from gridgeo.events.watching.worker import Watcher
from gridgeo.settings import Settings

from .event_intake import CLERK
from .figures import Result
from .ground import Loaded, say, together

_WORKERS, _WRITERS = 2, 4
#: Events filed a second while workers send them on.
FILED = 100
_SPENT = """
SELECT count(dispatched_at), extract(epoch FROM max(dispatched_at) - min(dispatched_at))::float8 FROM event WHERE event_id = ANY(%s)
"""
_LAGS = "SELECT extract(epoch FROM dispatched_at - filed_at)::float8 FROM event WHERE event_id = ANY(%s)"


def sent_on(result: Result, settings: Settings, loaded: Loaded, conn, taken: list[int]) -> None:
    """File events at a steady rate while two workers send them on; how long each waited is what its own times say."""
    say(f"events: {len(taken):,} filed, {_WORKERS} workers")
    turns, began = iter(enumerate(taken)), time.monotonic()

    def file() -> None:
        with closing(connection.connect(loaded.url)) as filing:
            for turn, event_id in iter(lambda: next(turns, None), None):
                time.sleep(max(0.0, began + turn / FILED - time.monotonic()))
                with filing:
                    acting.act(filing, event_id, "file", CLERK, {})

    with _working(loaded.url, settings):
        began = time.monotonic()
        together(file, _WRITERS)
        spent = time.monotonic() - began
        lags = _lags(conn, taken)
    p50, p99 = np.percentile(lags, [50, 99])
    note = f"99 % {p99 * 1e3:.0f} ms, longest {lags.max() * 1e3:.0f} ms; {len(taken) / spent:,.0f} a second were filed"
    result.add(f"filed to dispatched, {_WORKERS} workers", p50 * 1e3, "ms", note=note)
    result.goal("99 % are with their department within two seconds", f"{p99 * 1e3:.0f} ms", p99 <= 2)


def caught_up(result: Result, settings: Settings, loaded: Loaded, conn, waiting: list[int]) -> None:
    """Workers that begin when many lie filed: how many a second are routed, and are with their department."""
    say(f"events: {len(waiting):,} lie filed")
    with conn, conn.cursor() as cur:
        cur.execute("UPDATE event SET stage = 'filed', filed_at = clock_timestamp(), version = 2 WHERE event_id = ANY(%s)", (waiting,))
    with _working(loaded.url, settings):
        lags = _lags(conn, waiting)
    with conn, conn.cursor() as cur:
        cur.execute(_SPENT, (waiting,))
        there, seconds = cur.fetchone()
    rate = there / max(seconds, 1e-3)
    result.add(
        f"{len(waiting):,} that lie filed are routed and sent on by {_WORKERS} workers", rate, "events/s", note="from the first to the last"
    )
    result.goal("500 events a second routed", f"{rate:,.0f}", bool(np.isfinite(lags).all()) and rate >= 500)


def _lags(conn, taken: list[int]) -> np.ndarray:
    """Return the seconds from filing to sending on, once all are sent on; who waits for ever counts as that."""
    patience = time.monotonic() + 30
    while True:
        with conn, conn.cursor() as cur:
            cur.execute(_LAGS, (taken,))
            lags = [lag for (lag,) in cur.fetchall()]
        if None not in lags or time.monotonic() > patience:
            return np.array([np.inf if lag is None else lag for lag in lags])
        time.sleep(0.1)


@contextmanager
def _working(url: str, settings: Settings) -> Iterator[None]:
    """Let workers work, each in a process of its own, while the block runs."""
    context = multiprocessing.get_context("spawn")
    ready, over = context.Semaphore(0), context.Event()
    workers = [context.Process(target=_work, args=(url, settings, ready, over), daemon=True) for _ in range(_WORKERS)]
    for worker in workers:
        worker.start()
    for _ in workers:
        ready.acquire()
    try:
        yield
    finally:
        over.set()
        for worker in workers:
            worker.join()


def _work(url: str, settings: Settings, ready, over) -> None:
    watcher = Watcher(url, settings).start()
    ready.release()
    over.wait()
    watcher.stop()
