"""The checkout's own Python environment: `.venv`, filled from the hashed lock."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from ..errors import EnvironmentIncomplete
from ..settings import inherited_environment
from . import apt

_UNFINISHED = "unfinished"
#: So many lines of what an installer says of a failure are told.
_LINES = 3
_REACH = "see to it that pip or uv reaches a package index (PIP_INDEX_URL, UV_DEFAULT_INDEX or pip.conf), and run again"
_INSTALL = "install python3-venv (Debian: apt-get install python3-venv) or uv, and run again"


@dataclass(frozen=True)
class Environment:
    """A virtual environment at `place` that holds what `lock` names.

    A stamp written last tells that it is whole: for which lock, which Python, at which place
    (environments cannot be moved). Whatever the stamp does not vouch for is mended or made anew.
    An `extra` is put into an environment that is there, which it never makes anew.
    """

    place: Path
    lock: Path
    extra: bool = False

    @property
    def python(self) -> str:
        """The interpreter of the environment."""
        return str(self.place / "bin" / "python")

    @property
    def stamp(self) -> Path:
        """The file that vouches for the environment: one a lock."""
        return self.place / f"{self.lock.stem}.stamp"

    def with_extra(self, lock: Path) -> Environment:
        """Return this environment with the packages of a further lock in it."""
        return replace(self, lock=lock, extra=True)

    def inside(self) -> bool:
        """Return whether this process runs in the environment."""
        return os.path.realpath(sys.prefix) == os.path.realpath(self.place)

    def ready(self) -> bool:
        """Return whether the environment is whole. Reads two small files, starts nothing."""
        return _read(self.stamp) == self._vouched()

    def make_ready(self) -> None:
        """Make the environment whole, unless it is. Of two at once the second waits and finds it done.

        Raises EnvironmentIncomplete when packages cannot be installed.
        """
        if self.ready():
            return
        with _alone(self.place.parent):
            if not self.ready():
                started = time.monotonic()
                self._make()
                say(f"environment ready in {time.monotonic() - started:.1f} s")

    def _vouched(self) -> list[str]:
        digest = hashlib.sha256(self.lock.read_bytes()).hexdigest()
        return [digest, os.path.realpath(self.python), str(self.place)]

    def _make(self) -> None:
        if not os.access(self.place.parent, os.W_OK):
            remedy = "run as its owner, or install it as a package (pip install .)"
            raise EnvironmentIncomplete(f"{self.place.parent} is not writable for you", remedy)
        said = _read(self.stamp)
        usable = self.extra or (os.path.exists(self.python) and (not said or said[1:] == self._vouched()[1:]))
        say(f"installing {self._count()} packages into {self.place} ({self.lock.name})")
        refusals = []
        for name, tool in {"uv": _by_uv, "pip": _by_pip, "pip of apt": _by_fetched_pip}.items():
            try:
                tool(self, keep=usable)
            except _Absent as absent:
                refusals.append((False, f"{name}: {absent}"))
            except _Refused as refused:
                refusals.append((True, f"{name}: {refused}"))
            else:
                self.stamp.write_text("\n".join(self._vouched()))
                return
        tried = any(was_there for was_there, _ in refusals)
        reasons = "; ".join(reason for was_there, reason in refusals if was_there or not tried)
        raise EnvironmentIncomplete(f"the Python packages could not be installed ({reasons})", _REACH if tried else _INSTALL)

    def create(self, command: list[str], keep: bool) -> None:
        """Make the empty environment by `command`, marked unfinished until the stamp is written."""
        if not keep:
            shutil.rmtree(self.place, ignore_errors=True)
            _run(command)
        self.stamp.write_text(_UNFINISHED)

    def mending(self, option: str) -> list[str]:
        """Return the installer's option to put in place again what may be there by half: an extra is never made anew."""
        return [option] if self.extra else []

    def _count(self) -> int:
        return sum(1 for line in self.lock.read_text().splitlines() if line[:1].isalnum())


class _Refused(Exception):
    """This way was tried and failed; another may work."""


class _Absent(_Refused):
    """There is no such way on this machine."""


def _by_uv(environment: Environment, keep: bool) -> None:
    uv = shutil.which("uv")
    if not uv:
        raise _Absent("not installed")
    environment.create([uv, "venv", "--quiet", "--python", _base(), str(environment.place)], keep)
    options = ["--quiet", "--no-deps", "--require-hashes", "--compile-bytecode", *environment.mending("--reinstall")]
    _run([uv, "pip", "install", "--python", environment.python, *options, "-r", str(environment.lock)])


def _by_pip(environment: Environment, keep: bool) -> None:
    """The pip that comes with Python, or one that is on this machine and can install elsewhere."""
    if find_spec("ensurepip"):
        environment.create([_base(), "-m", "venv", str(environment.place)], keep)
        if keep:  # it may have been made by uv, which puts no pip into it
            _run([environment.python, "-m", "ensurepip"])
        _pip(environment, [environment.python, "-m", "pip"])
    elif find_spec("pip"):
        environment.create([_base(), "-m", "venv", "--without-pip", str(environment.place)], keep)
        _pip(environment, [_base(), "-m", "pip", "--python", environment.python])
    else:
        raise _Absent("not installed")


def _by_fetched_pip(environment: Environment, keep: bool) -> None:
    """Debian's bare python3 has neither pip nor what makes one; a package of 2 MB holds it, and needs no root."""
    if find_spec("ensurepip") or find_spec("pip"):
        raise _Absent("not needed")
    if not apt.present():
        raise _Absent("no apt here")
    environment.create([_base(), "-m", "venv", "--without-pip", str(environment.place)], keep)
    with tempfile.TemporaryDirectory(prefix="gridgeo-apt-") as scratch:
        try:
            apt.Fetcher(Path(scratch)).unpack(["python3-pip-whl"], Path(scratch) / "tree")
        except EnvironmentIncomplete as error:
            raise _Absent(error.what) from None
        wheel = next(Path(scratch).glob("tree/usr/share/python-wheels/pip-*.whl"))
        _pip(environment, [environment.python, str(wheel / "pip")])


def _pip(environment: Environment, pip: list[str]) -> None:
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--require-hashes"]
    _run([*pip, "install", *options, *environment.mending("--force-reinstall"), "-r", str(environment.lock)])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, env=_clean(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        said = [line.strip(" ×╰─▶") for line in done.stdout.splitlines() if line.strip()]
        last = max((at for at, line in enumerate(said) if "error" in line.lower()), default=len(said) - 1)
        raise _Refused(" ".join(said[last:][:_LINES]) or f"exit {done.returncode}")  # uv says below which package it was


def _clean() -> dict[str, str]:
    """Return the environment for installers: without the caller's own virtual environment, and with nothing of Python's path."""
    dropped = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    return {name: value for name, value in inherited_environment().items() if name not in dropped}


def _base() -> str:
    """Return the interpreter environments are made from: never that of another environment."""
    return getattr(sys, "_base_executable", None) or sys.executable


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def say(text: str) -> None:
    """Tell the user what takes time, beside the command's own output."""
    print(f"gridgeo: {text}", file=sys.stderr, flush=True)
