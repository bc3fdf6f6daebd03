"""The server's data directory: made whole or not at all, and configured anew at every start."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ...errors import Conflict, EnvironmentIncomplete
from .account import Account
from .engine import Engine

#: The only role and the only database of a private cluster that are not PostgreSQL's own.
NAME = "gridgeo"
MB = 1024 * 1024
LEAST_FREE = 500 * MB
SHM = Path("/dev/shm")
#: So much has to be free of the machine's memory before files are kept in it.
_PLENTY = 8 * 1024 * MB


def version(data: Path) -> int | None:
    """Return the major version that made `data`, or None when there is none yet.

    Raises Conflict for a directory that holds something else.
    """
    try:
        return int((data / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        if data.exists() and any(data.iterdir()):
            raise Conflict(f"{data} is not empty and not a database: set GRIDGEO_HOME to another directory") from None
        return None


def create(engine: Engine, data: Path, account: Account, throwaway: bool, lock: int) -> None:
    """Make the data directory. Interrupted, it leaves `data.new` behind, which the next start removes.

    The programs hold `lock` too: when we are killed the next start waits until they have ended.

    The locale is C.UTF-8 whatever the caller's is: under "C" the trigrams of Chinese text are
    empty, and every Chinese name counts as equal to every other.
    """
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    account.make_directory(new)
    quick = ["--no-sync"] if throwaway else ["--data-checksums"]
    _run(
        [engine.program("initdb"), "-D", str(new), "-U", NAME, "-A", "peer", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", *quick],
        engine,
        account,
        lock,
    )
    with (new / "postgresql.conf").open("a") as conf:
        conf.write("\n# Written anew at every start; what follows this line is yours.\ninclude_if_exists 'gridgeo.conf'\n")
    _run([engine.program("postgres"), "--single", "-D", str(new), "postgres"], engine, account, lock, f"CREATE DATABASE {NAME}\n")
    if data.exists():
        data.rmdir()
    new.rename(data)


def configure(data: Path, account: Account, throwaway: bool, free: int, sparing: bool = False) -> None:
    """Write the settings of this start, and who may connect.

    The server runs as `account`, the caller may be root: peer authentication maps both to one role.
    Failing statements and their values are not logged: they may carry personal data.
    """
    settings = {
        "jit": "off",
        "timezone": "GMT",  # the one zone PostgreSQL knows without the machine's tzdata
        "log_timezone": "GMT",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "shared_buffers": "128MB" if sparing else f"{_buffers() // MB}MB",
        "max_wal_size": f"{wal_size(free) // MB}MB",
        "min_wal_size": "80MB",
        "dynamic_shared_memory_type": shared_memory(SHM, account),
    }
    if throwaway:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
    callers = sorted({account.name, getpass.getuser() if not account.borrowed else "root"})
    _write(data / "gridgeo.conf", "".join(f"{key} = {value}\n" for key, value in settings.items()), account)
    _write(data / "pg_hba.conf", f"local all all peer map={NAME}\n", account)
    _write(data / "pg_ident.conf", "".join(f'{NAME} "{caller}" {NAME}\n' for caller in callers), account)


def require_space(free: int, where: Path) -> None:
    """Raise EnvironmentIncomplete when fewer than 500 MB are free: a database that runs full cannot even be emptied."""
    if free < LEAST_FREE:
        raise EnvironmentIncomplete(
            f"only {free // MB} MB are free at {where}", f"free {LEAST_FREE // MB} MB, or set GRIDGEO_HOME to a larger disk"
        )


def wal_size(free: int) -> int:
    """Return how many bytes of write-ahead log may gather: a twentieth of what is free, 80 MB to 4 GB."""
    return min(max(free // 20, 80 * MB), 4096 * MB)


def shared_memory(shm: Path, account: Account) -> str:
    """Return how parallel workers share memory: files in the data directory where `shm` is missing, small or closed."""
    try:
        room = shutil.disk_usage(shm).free
    except OSError:
        return "mmap"
    writable = subprocess.run(["test", "-w", shm], cwd="/", **account.options).returncode == 0
    return "posix" if writable and room >= 256 * MB else "mmap"


def scratch(shm: Path = SHM) -> Path:
    """Return where to keep what is thrown away: in memory where there is plenty of it, else among temporary files.

    A database has some 800 files: to make and to remove those that nobody will read takes a disk five times as long.
    """
    try:
        plenty = min(shutil.disk_usage(shm).free, _available()) >= _PLENTY and os.access(shm, os.W_OK)
    except OSError:
        plenty = False
    return shm if plenty else Path(tempfile.gettempdir())


def _available() -> int:
    """Bytes of memory that programs could still take."""
    told = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return int(told["MemAvailable"].split()[0]) * 1024


def _buffers() -> int:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(max(memory // 8, 128 * MB), 1024 * MB)


def _run(command: list[str], engine: Engine, account: Account, lock: int, text: str = "") -> None:
    options = {"cwd": "/", "env": engine.environment(), "pass_fds": (lock,), **account.options}
    done = subprocess.run(command, input=text, capture_output=True, text=True, **options)
    if done.returncode:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise EnvironmentIncomplete(f"{Path(command[0]).name} failed", " | ".join(said[-3:]) or f"exit {done.returncode}")


def _write(path: Path, text: str, account: Account) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    if account.borrowed:
        os.chown(path, account.uid, account.gid)
