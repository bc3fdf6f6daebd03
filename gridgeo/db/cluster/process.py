"""The server as a process: prove that it lives, start it, wait until it answers, stop it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ...errors import DatabaseUnavailable

_PR_SET_PDEATHSIG = 1
#: Recovery after a power cut replays at most max_wal_size; minutes on a slow disk.
READY_WITHIN_S = 300
STOPPED_WITHIN_S = 60


def recorded(data: Path) -> int | None:
    """Return the process id written in postmaster.pid, alive or not."""
    lines = _lines(data / "postmaster.pid")
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def living(data: Path) -> int | None:
    """Return the process id of the server that runs on `data`, or None.

    A number in a file proves nothing: after a crash it may belong to a zombie or to somebody
    else's program. A server of ours is a `postgres` whose working directory is `data`.
    """
    pid = recorded(data)
    try:
        program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
        here = os.path.samefile(f"/proc/{pid}/cwd", data)
    except OSError:
        return None
    return pid if here and program.startswith("postgres") else None


def spawn(
    command: Sequence[str], data: Path, log: Path, lock: int, environment: dict[str, str], dies_with_us: bool, **options
) -> subprocess.Popen:
    """Start the server in a session of its own, so that Ctrl-C reaches us and not it.

    `postgres` refuses to start when the recorded process id is in use, even by a stranger; the
    caller has proved by :func:`living` that it is not a server, and PG_GRANDPARENT_PID says so.
    (pg_ctl would overwrite that variable.) `lock` stays open in the server and all its children.
    """
    stale = recorded(data)
    if stale:
        environment = {**environment, "PG_GRANDPARENT_PID": str(stale)}
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=data,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(lock,),
            preexec_fn=die_with_parent(signal.SIGQUIT) if dies_with_us else None,
            **options,
        )


def wait_ready(data: Path, log: Path, since: int = 0, process: subprocess.Popen | None = None, within_s: float = READY_WITHIN_S) -> None:
    """Return when the server accepts connections: it writes so into the eighth line of postmaster.pid.

    Raises DatabaseUnavailable with what the log says from byte `since` on, when it stops or takes too long.
    """
    deadline = time.monotonic() + within_s
    while True:
        gone = process.poll() is not None if process else living(data) is None
        lines = _lines(data / "postmaster.pid")
        if not gone and len(lines) >= 8 and lines[7].strip() == "ready" and (not process or lines[0].strip() == str(process.pid)):
            return
        if gone:
            raise DatabaseUnavailable(f"PostgreSQL stopped while starting: {tail(log, since)} (log: {log})")
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(f"PostgreSQL was not ready after {within_s:g} s: {tail(log, since)} (log: {log})")
        time.sleep(0.01)


def stop(data: Path, how: signal.Signals = signal.SIGINT) -> bool:
    """Stop the server on `data` and wait; return whether there was one. SIGINT is orderly, SIGQUIT at once."""
    pid = living(data)
    if pid is None:
        return False
    deadline = time.monotonic() + STOPPED_WITHIN_S
    os.kill(pid, how)
    while living(data) == pid:
        if time.monotonic() > deadline:
            if how == signal.SIGQUIT:
                raise DatabaseUnavailable(f"PostgreSQL (process {pid}) does not stop")
            return stop(data, signal.SIGQUIT)
        time.sleep(0.01)
    return True


def die_with_parent(how: signal.Signals) -> Callable[[], None]:
    """Return what a child calls before its program starts, to be sent a signal when we die, even by SIGKILL."""
    libc = ctypes.CDLL(None)  # loaded before the fork, called after it
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, how)


def tail(log: Path, since: int = 0, most: int = 4) -> str:
    """Return the last lines of the log from byte `since` on, in one line, the time stamps left out."""
    try:
        with log.open("rb") as file:
            file.seek(since)
            lines = file.read()[-8000:].decode("utf-8", "replace").splitlines()
    except OSError:
        return "no log"
    return " | ".join(line.split("] ", 1)[-1].strip() for line in lines[-most:]) or "the log is empty"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
