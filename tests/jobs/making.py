"""Jobs that wait, fail and are waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, contextmanager

from gridgeo.db import connection
from gridgeo.jobs import store
from gridgeo.jobs.folder import Folder
from gridgeo.jobs.model import Job, Status
from gridgeo.jobs.worker import Worker

ME, OTHER = "jwt:me", "jwt:other"


@contextmanager
def opened(url: str, role: str | None = None):
    """A connection for one transaction."""
    with closing(connection.connect(url, role)) as conn, conn:
        yield conn


def given(url: str, process: str = "write", owner: str = ME, **inputs) -> str:
    """Add a job and return its number."""
    with opened(url, store.ROLE) as conn:
        return store.add(conn, process, owner, None, inputs).job_id


def seen(url: str, job_id: str) -> Job:
    """A job as it is."""
    with opened(url, store.ROLE) as conn:
        return store.find(conn, job_id, None)


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.02)


def reached(url: str, job_id: str, *statuses: Status) -> Job:
    """Wait until a job is over, or in one of some statuses."""
    until(lambda: seen(url, job_id).status in statuses if statuses else seen(url, job_id).status.over)
    return seen(url, job_id)


@contextmanager
def working(url: str, folder: Folder, does, **more):
    """A worker while the block runs."""
    worker = Worker(url, folder, does, **more).start()
    try:
        yield worker
    finally:
        worker.stop()
