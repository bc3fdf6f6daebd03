"""The API and the maps as a process of their own: started, waited for, stopped."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..db.cluster.process import die_with_parent
from ..errors import Conflict, DatabaseUnavailable, EnvironmentIncomplete
from ..settings import Settings, inherited_environment

READY_WITHIN_S = 60
STOPPED_WITHIN_S = 15
#: What is kept running beside the server.
_WORKER = (sys.executable, "-m", "gridgeo.cli", "work", "--threads", "0")
#: Talks to this machine only, so the user's proxy is not asked.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def address(settings: Settings) -> str:
    """Return the URL under which a browser on this machine reaches the server."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    return f"http://{host}:{settings.port}"


def free_port(settings: Settings, instead: bool = False) -> Settings:
    """Return the settings when their port is free; with `instead`, with another one that is.

    Raises EnvironmentIncomplete naming the port that is taken.
    """
    for port in (settings.port, *((0,) if instead else ())):
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                reason = error.strerror.lower()
                continue
            return replace(settings, port=probe.getsockname()[1])
    what = f"port {settings.port} of {settings.host} cannot be used ({reason})"
    raise EnvironmentIncomplete(what, "give another with --port or GRIDGEO_PORT")


def start(settings: Settings, url: str, log: Path | None = None, hold: int | None = None, work: bool = False) -> subprocess.Popen:
    """Start the server for the database at `url`, in the background when it is to write to `log`.

    `hold` is a file the server keeps open as long as it lives; with `work` there is a worker (`gridgeo work`) for events beside it. Jobs
    it does itself.
    """
    command = [sys.executable, "-m", "api.server", *(_WORKER if work else ())]
    root = str(Path(__file__).resolve().parents[2])
    inherited = inherited_environment()
    path = os.pathsep.join(filter(None, [root, inherited.get("PYTHONPATH")]))
    chosen = {"GRIDGEO_DATABASE_URL": url, "GRIDGEO_PORT": str(settings.port), "GRIDGEO_PER_MINUTE": str(settings.per_minute)}
    chosen["GRIDGEO_WORKERS"] = str(settings.workers)
    environment = {**inherited, "PYTHONPATH": path, **chosen}
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=log is not None,
            preexec_fn=None if log else die_with_parent(signal.SIGTERM),
            pass_fds=() if hold is None else (hold,),
        )
    finally:
        if output:
            output.close()


def wait(process: subprocess.Popen, settings: Settings, within_s: float = READY_WITHIN_S) -> None:
    """Return when the server answers. Raises DatabaseUnavailable when it stops or takes too long."""
    deadline = time.monotonic() + within_s
    while True:
        if process.poll() is not None:
            what = f"the server stopped while starting (exit {process.returncode})"
            raise EnvironmentIncomplete(what, "what it said is above, or in its log")
        try:
            ask(f"{address(settings)}/readyz", timeout_s=5)
            return
        except urllib.error.HTTPError as error:
            said = f"{error.code} {error.read(200).decode('utf-8', 'replace')}"
        except OSError as error:
            said = str(error)
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(f"{address(settings)} was not ready after {within_s:g} s: {said}")
        time.sleep(0.05)


def ask(url: str, timeout_s: float = 30) -> bytes:
    """Return what a URL of our own server answers. Raises urllib.error.HTTPError and OSError."""
    with _DIRECT.open(url, timeout=timeout_s) as answer:
        return answer.read()


def end(process: subprocess.Popen) -> None:
    """Stop the server and wait: requests under way are finished, but not for ever."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def outcome(process: subprocess.Popen) -> int:
    """Wait until the server ends and return 0 when it was asked to (`gridgeo down`), else 1."""
    return 0 if process.wait() in (0, -signal.SIGTERM) else 1


@contextmanager
def serving(settings: Settings, url: str, aside: bool = False, work: bool = True) -> Iterator[subprocess.Popen]:
    """Serve in the foreground: ready inside the block, stopped at its end, with a worker for events beside it where it is to `work`.

    `status` and `down` find it, unless it is one `aside` from the server of this installation: that has no worker.
    """
    process = start(settings, url) if aside else Running(settings.home).launch(settings, url, work=work)
    try:
        wait(process, settings)
        yield process
    finally:
        end(process)


class Running:
    """The server of an installation. It holds a locked file as long as it lives, and its number is in it."""

    def __init__(self, home: Path) -> None:
        self.log = home / "api.log"
        self._file = home / "api.lock"

    def start(self, settings: Settings, url: str, work: bool = True) -> None:
        """Leave the server running once it answers. Raises what :func:`wait` raises, and leaves nothing behind then."""
        process = self.launch(settings, url, self.log, work)
        try:
            wait(process, settings)
        except BaseException:
            end(process)
            raise

    def launch(self, settings: Settings, url: str, log: Path | None = None, work: bool = True) -> subprocess.Popen:
        """Start the server as :func:`start` does. Raises Conflict when one runs already."""
        self.require_none()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            process = start(settings, url, log, lock, work)
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{process.pid} {address(settings)} {0 if log else os.getpid()}".encode(), 0)
        finally:
            os.close(lock)
        return process

    def require_none(self) -> None:
        """Raise Conflict when the server runs already; one whose command was killed is on its way out and is waited for."""
        deadline = time.monotonic() + STOPPED_WITHIN_S
        while found := self._found():
            _, where, command = found
            if time.monotonic() > deadline or command == 0 or Path(f"/proc/{command}").exists():
                raise Conflict(f"gridgeo serves {where} already: open that, or stop it with `gridgeo down`")
            time.sleep(0.05)

    def running(self) -> tuple[int, str] | None:
        """Return the process id and the address of the running server, or None."""
        found = self._found()
        return found and found[:2]

    def _found(self) -> tuple[int, str, int] | None:
        """The running server's process, its address, and the process of the command it belongs to: 0 for none."""
        try:
            with self._file.open("r+") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pid, where, command = file.read().split(" ")
                    return int(pid), where, int(command)
        except (FileNotFoundError, ValueError):
            pass
        return None

    def stop(self) -> bool:
        """Stop the server and wait until it is gone; return whether one ran."""
        found = self.running()
        if found is None:
            return False
        os.kill(found[0], signal.SIGTERM)
        deadline = time.monotonic() + STOPPED_WITHIN_S
        while self.running():
            if time.monotonic() > deadline:
                os.kill(found[0], signal.SIGKILL)
            time.sleep(0.05)
        return True
