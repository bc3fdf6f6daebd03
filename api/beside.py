"""A program that runs as long as the server does: it begins with it, begins again when it dies, and ends with it, however it ends."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from gridgeo.db.cluster.process import die_with_parent

LOG = logging.getLogger("gridgeo.beside")

#: Seconds before it is begun again, longer each time up to a minute; of a life after which it is thought sound; to end in; between looks.
_FIRST_S, _MOST_S, _SOUND_S, _END_S, _LOOK_S = 1.0, 60.0, 60.0, 10.0, 0.2


class Beside:
    """A thread that keeps a program running, from when it is time on."""

    def __init__(self, command: Sequence[str], when: Callable[[], bool] = lambda: True, first_s: float = _FIRST_S) -> None:
        self._command, self._when, self._first_s = list(command), when, first_s
        self._stop = threading.Event()
        # A child is told when the thread dies that began it: so this one lives until it has ended.
        self._thread = threading.Thread(target=self._keep, name="gridgeo-beside", daemon=True)

    def start(self) -> Beside:
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End it and wait until it is gone."""
        self._stop.set()
        self._thread.join()

    def _keep(self) -> None:
        wait_s = self._first_s
        while not self._when() and not self._stop.wait(_LOOK_S):
            pass
        while not self._stop.is_set():
            began = time.monotonic()
            status = self._run()
            if self._stop.is_set():
                return
            wait_s = self._first_s if time.monotonic() - began > _SOUND_S else min(2 * wait_s, _MOST_S)
            LOG.warning("what runs beside the server ended (exit %s) and is begun again in %g s", status, wait_s)
            self._stop.wait(wait_s)

    def _run(self) -> int:
        """Run it until it ends or is to end; return its exit status."""
        # In a session of its own: Ctrl-C is for the server, which ends it after its last answer.
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "start_new_session": True}
        with subprocess.Popen(self._command, **quiet, preexec_fn=die_with_parent(signal.SIGTERM)) as process:
            while process.poll() is None and not self._stop.wait(_LOOK_S):
                pass
            return _ended(process)


def _ended(process: subprocess.Popen) -> int:
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


@contextmanager
def kept(command: Sequence[str], when: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Keep a program running while the block does, from when it is time on; nothing for an empty command.

    A SIGTERM leaves the block then, so that the program ends first.
    """
    if not command:
        yield
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    one = Beside(command, when).start()
    try:
        yield
    finally:
        one.stop()
