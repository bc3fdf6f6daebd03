"""A PostgreSQL of our own: no TCP, no password, nothing outside its home, started and stopped by us.

Doors: :class:`Cluster` and :func:`throwaway`. Standard library only. Linux (it asks /proc).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from urllib.parse import quote

from ...errors import Conflict, EnvironmentIncomplete
from ...settings import runtime_dir
from . import data as files
from . import engine as engines
from . import process
from .account import Account
from .engine import Engine

#: sun_path holds 108 bytes; the socket's and its lock's names need some of them.
LONGEST_SOCKET_DIRECTORY = 80
_TEMPORARY = "gridgeo-throwaway-"


#: What other parts of an installation keep in its home, and may have put there before there was a database.
OURS = {"api.lock", "api.log", "audit", "keys", "sample"}


class Cluster:
    """The database server of one home directory.

    Parameters
    ----------
    home
        Directory of this installation: `data/` and, where its path is short enough, `run/` in it
        belong to the account the server runs under, the rest to the caller.
    pg_bin
        Directory of PostgreSQL's programs, when not the one to be found.
    throwaway
        Fast and forgetful, for tests: no fsync, and it dies with the process that started it.
    search
        Glob patterns of places to look for PostgreSQL.
    engine_home
        Home whose fetched engine is used, where that is another one.
    may_fetch
        Whether PostgreSQL is fetched from the machine's apt sources when it is nowhere.
    roomy
        Whether a throwaway one has the memory that others have: for what is measured.
    """

    def __init__(
        self,
        home: Path,
        pg_bin: str | Path | None = None,
        throwaway: bool = False,
        search: Iterable[str] = engines.SEARCH,
        engine_home: Path | None = None,
        may_fetch: bool = True,
        roomy: bool = False,
    ) -> None:
        self.home = Path(home).absolute()
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self.throwaway = throwaway
        self._pg_bin, self._search = pg_bin or "", tuple(search)
        self._engine_home = Path(engine_home or self.home).absolute()
        self._may_fetch, self._sparing = may_fetch, throwaway and not roomy
        self._process: subprocess.Popen | None = None
        self._lock_depth, self._lock_file = 0, -1

    @property
    def run(self) -> Path:
        """The directory of the socket: `<home>/run`, or a short one elsewhere when that is too long for a socket."""
        near = self.home / "run"
        if len(os.fsencode(near)) <= LONGEST_SOCKET_DIRECTORY and not set('",') & set(str(near)):
            return near
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return runtime_dir() / f"gridgeo-{os.geteuid()}-{digest}"

    @property
    def url(self) -> str:
        """The libpq URL of the database."""
        return self.url_of(files.NAME)

    def url_of(self, database: str) -> str:
        """Return the libpq URL of another database of this server."""
        return f"postgresql://{files.NAME}@/{database}?host={quote(str(self.run), safe='')}&port=5432"

    def running(self) -> bool:
        """Return whether the server runs (proved by its process, not by its file)."""
        return self.pid is not None

    @property
    def pid(self) -> int | None:
        """The process id of the running server, or None."""
        return process.living(self.data)

    @property
    def engine(self) -> Engine:
        """The programs this cluster runs with, fetched when the machine has none.

        Raises EnvironmentIncomplete when there are none for the version its data was made by.
        """
        made_by = files.version(self.data)
        tree = self._engine_home / "engine"
        owner = self if self._engine_home == self.home else Cluster(self._engine_home)
        found = engines.find(tree, self._pg_bin, self._search, made_by)
        if found:
            return found
        if made_by and engines.find(tree, self._pg_bin, self._search):
            raise EnvironmentIncomplete(
                f"{self.data} was made by PostgreSQL {made_by}, which is not here",
                f"install postgresql-{made_by}-postgis-3, or dump the database there and load it into a new GRIDGEO_HOME",
            )
        if not self._may_fetch:
            raise EnvironmentIncomplete("PostgreSQL with PostGIS is not on this machine", engines.REMEDY)
        with owner.locked():
            return engines.find(tree, self._pg_bin, self._search, made_by) or engines.fetch(tree, made_by)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this home against every other process; whoever comes second waits."""
        if self._lock_depth == 0:
            self._prepare_home()
            self._lock_file = os.open(self.home / "gridgeo.lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        self._lock_depth += 1
        try:
            yield
        finally:
            self._lock_depth -= 1
            if self._lock_depth == 0:
                os.close(self._lock_file)

    def start(self) -> str:
        """Start the server unless it runs, wait until it answers, and return its URL.

        Raises EnvironmentIncomplete when the machine lacks something, Conflict when the home is
        not ours to use, DatabaseUnavailable with the end of the log when the server does not come up.
        """
        with self.locked():
            if self.running():
                process.wait_ready(self.data, self.log)
                return self.url
            account = Account.choose(self.data)
            account.require_reach(self.home)
            free = shutil.disk_usage(self.home).free
            files.require_space(free, self.home)
            engine = self.engine
            if files.version(self.data) is None:
                files.create(engine, self.data, account, self.throwaway, self._lock_file)
            files.configure(self.data, account, self.throwaway, free, self._sparing)
            account.make_directory(self.run)
            self._launch(engine, account)
        return self.url

    @contextmanager
    def used(self) -> Iterator[str]:
        """Lend the URL of the running server; the last user stops it, unless it is to be kept (see :meth:`keep`)."""
        with self.locked():
            users = os.open(self.home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                self.start()
            except BaseException:
                os.close(users)
                raise
        try:
            yield self.url
        finally:
            with self.locked():
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if not self.kept:
                        self.stop()
                except BlockingIOError:
                    pass  # somebody else still uses it
                finally:
                    os.close(users)

    @property
    def kept(self) -> bool:
        """Whether the server stays when its last user leaves."""
        return (self.home / "keep").exists()

    def keep(self, kept: bool = True) -> None:
        """Let the server stay, or not stay, when its last user leaves."""
        if kept:
            (self.home / "keep").touch()
        else:
            (self.home / "keep").unlink(missing_ok=True)

    def stop(self) -> bool:
        """Stop the server and wait until it is gone; return whether it ran."""
        stopped = process.stop(self.data, signal.SIGQUIT if self.throwaway else signal.SIGINT)
        self._reap()
        return stopped

    def _reap(self) -> None:
        if self._process:
            self._process.wait()
            self._process = None

    def _prepare_home(self) -> None:
        try:
            self.home.mkdir(mode=0o755, parents=True, exist_ok=True)
            there = {entry.name for entry in self.home.iterdir()}
        except OSError as error:
            remedy = "set GRIDGEO_HOME to a directory of yours"
            raise EnvironmentIncomplete(f"{self.home} cannot be used ({error.strerror})", remedy) from error
        strangers = there - OURS
        if strangers and "gridgeo.lock" not in there:
            raise Conflict(f"{self.home} holds other files ({sorted(strangers)[0]} …): set GRIDGEO_HOME to an empty or a new directory")

    def _launch(self, engine: Engine, account: Account) -> None:
        command = [engine.program("postgres"), "-D", str(self.data), "-k", f'"{self.run}"', "-c", "listen_addresses="]
        self._reap()  # the one started before, should it have been killed
        lock = self._hold_data()
        since = self.log.stat().st_size if self.log.exists() else 0
        try:
            self._process = process.spawn(command, self.data, self.log, lock, engine.environment(), self.throwaway, **account.options)
        finally:
            os.close(lock)
        try:
            process.wait_ready(self.data, self.log, since, self._process)
        except BaseException:
            self._process.send_signal(signal.SIGQUIT)  # does nothing to one that has ended
            self._reap()
            raise

    def _hold_data(self, within_s: float = 20.0) -> int:
        """Return a locked file that the server keeps open as long as any process of it lives.

        It tells what /proc cannot: children left behind by a killed server, and a server in
        another container on the same volume.
        """
        lock = os.open(self.home / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + within_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(lock)
                    raise Conflict(f"processes of another server still hold {self.data} (another container?): stop them first") from None
                time.sleep(0.05)


@contextmanager
def throwaway(pg_bin: str | Path | None = None, engine_home: Path | None = None, roomy: bool = False) -> Iterator[Cluster]:
    """Lend a running cluster that leaves nothing behind, and remove what a killed process left of its own.

    It lies in memory where there is plenty (:func:`.data.scratch`), unless it is `roomy`: what is measured lies on a disk.
    """
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=None if roomy else files.scratch()))
    home.chmod(0o755)
    cluster = Cluster(home, pg_bin, throwaway=True, engine_home=engine_home, roomy=roomy)
    with cluster.locked():
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
            shutil.rmtree(home, ignore_errors=True)
            shutil.rmtree(cluster.run, ignore_errors=True)


def _sweep() -> None:
    for home in chain(Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}*"), files.SHM.glob(f"{_TEMPORARY}*")):
        try:
            if home.is_symlink() or home.lstat().st_uid != os.geteuid():
                continue
            with (home / "gridgeo.lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(home, ignore_errors=True)
        except OSError:
            continue  # in use, or gone meanwhile
