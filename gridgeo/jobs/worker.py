"""Workers: threads that claim jobs and do them. Any number of them may run, in any process."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from typing import Any

import psycopg2

from ..db import connection
from ..db.listening import Listener
from ..errors import DatabaseUnavailable, GridgeoError
from . import rules, store
from .folder import Folder
from .model import Claimed, File
from .work import Ended, Work

LOG = logging.getLogger(__name__)

#: Seconds for which a sign of life holds; between signs; between looks for jobs nobody told of; between lettings go of what is old.
HELD_S, _SIGN_S, _LOOK_S, _FORGET_S = 30.0, 0.5, 5.0, 3600.0

#: Does a job in its folder, and returns the files made there: name of the output -> its file's name and media type.
Does = Callable[[Work], Mapping[str, tuple[str, str]]]


class Worker:
    """Threads that do jobs until they are stopped; what is under way is then given back, for others.

    Parameters
    ----------
    does
        Does a job of whichever process.
    threads
        Jobs done at a time.
    held_s
        Seconds after its last sign of life for which a worker is thought to be alive.
    """

    def __init__(self, url: str, folder: Folder, does: Does, threads: int = 2, held_s: float = HELD_S) -> None:
        self._url, self._folder, self._does, self._held_s = url, folder, does, held_s
        self._stop, self._woken = threading.Event(), threading.Event()
        self._under_way: set[Work] = set()
        self._looked = self._forgot = float("-inf")
        self._listener = Listener("gridgeo-jobs", self._connect, ["gridgeo_jobs"], self._look, self._due)
        self._threads = [threading.Thread(target=self._run, name=f"gridgeo-job-{n}", daemon=True) for n in range(threads)]

    def start(self) -> Worker:
        """Begin to look for jobs. The database may be away."""
        self._listener.start()
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """End; what is under way is given back as soon as it can be left."""
        self._stop.set()
        self._woken.set()
        for work in list(self._under_way):
            work.end()
        self._listener.stop()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5)

    def _connect(self):
        return connection.connect(self._url, store.ROLE, application_name="gridgeo jobs")

    def _due(self) -> bool:
        return time.monotonic() - self._looked > min(_LOOK_S, self._held_s)

    def _look(self, conn) -> None:
        """Wake the threads where there is something to do; now and then let go of what is old."""
        self._looked = time.monotonic()
        if self._looked - self._forgot > _FORGET_S:
            self._forgot = self._looked
            there = self._folder.names()  # before the question: what was begun since is not among them
            store.forget(conn)
            self._folder.keep(there, store.folders(conn))
        if store.waiting(conn):
            self._woken.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self._woken.wait(_LOOK_S):
                continue
            self._woken.clear()
            try:
                with closing(self._connect()) as conn:
                    while not self._stop.is_set() and self._one(conn):
                        pass
            except (DatabaseUnavailable, psycopg2.Error) as error:
                LOG.warning("jobs wait: the database is away (%s)", type(error).__name__)
            except Exception:  # a disk that is full: a thread that ended would leave jobs as they are for ever
                LOG.exception("jobs wait: what was begun is begun again when its time is up")

    def _one(self, conn) -> bool:
        """Do a job; return whether there was one."""
        with connection.transaction(conn):
            job = store.claim(conn, self._held_s)
        if job is None:
            return False
        with closing(Work(job, self._folder.begin(job.folder), self._url)) as work:
            self._under_way.add(work)
            life = threading.Thread(target=self._show_life, args=(conn, work), name="gridgeo-job-life", daemon=True)
            life.start()
            try:
                files, problem = self._outcome(work)
            finally:
                work.finished.set()
                life.join()
                self._under_way.discard(work)
        self._settle(conn, job, files, problem)
        return True

    def _outcome(self, work: Work) -> tuple[Mapping[str, File] | None, Mapping[str, Any] | None]:
        """Do it, and return what was made, or what went wrong, or neither where it is not this worker's any more."""
        try:
            if self._stop.is_set():
                return None, None
            made = self._does(work)
            for path in work.folder.iterdir():
                if path.name not in {name for name, _ in made.values()}:
                    path.unlink()
            return {output: File(name, kind, (work.folder / name).stat().st_size) for output, (name, kind) in made.items()}, None
        except Exception as error:
            if work.ended.is_set() or isinstance(error, Ended):
                return None, None
            if isinstance(error, DatabaseUnavailable | psycopg2.OperationalError):
                LOG.warning("job %s waits until the database is back (%s)", work.job.job_id, type(error).__name__)
                return None, None
            if not isinstance(error, GridgeoError):  # its message may hold what the job was given
                frames = "".join(traceback.format_tb(error.__traceback__))
                LOG.error("job %s failed: %s\n%s", work.job.job_id, type(error).__name__, frames)
            return None, rules.problem(error)

    def _settle(self, conn, job: Claimed, files: Mapping[str, File] | None, problem: Mapping[str, Any] | None) -> None:
        """End a job in the database. What is neither done nor gone wrong, a worker that stops gives back; else its time runs out."""
        kept = False
        with connection.transaction(conn):
            if files is not None:
                kept = store.succeed(conn, job, files)
            elif problem is not None:
                store.fail(conn, job, problem)
            elif self._stop.is_set():
                store.release(conn, job)
        if not kept:
            self._folder.remove(job.folder)

    def _show_life(self, conn, work: Work) -> None:
        """Say again and again that the job is worked at; end it when it is not wanted any more, or nobody can be told."""
        until = time.monotonic() + self._held_s
        while not work.finished.wait(min(_SIGN_S, self._held_s / 4)):
            with suppress(DatabaseUnavailable, psycopg2.Error):
                with connection.transaction(conn):
                    held = store.hold(conn, work.job, self._held_s, work.progress)
                until = time.monotonic() + self._held_s if held else float("-inf")
            if time.monotonic() > until:
                work.end()
