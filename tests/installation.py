"""Installations of a test's own, used through the command line."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridgeo.db.cluster.data import scratch
from gridgeo.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[1]


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDGEO_") and name != "DATABASE_URL"}
    return {**kept, "PYTHONPATH": str(CHECKOUT), **variables}


def gridgeo(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "gridgeo.cli", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=environment(**variables), capture_output=True, text=True, timeout=120)


def heard() -> None:
    """Let a program hear Ctrl-C (as `preexec_fn`): who runs the tests may ignore it, as a shell lets do what it runs behind."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="module")
def _homes() -> Iterator[Path]:
    """A directory that the account of the database can reach, for homes whose clusters are stopped in the end."""
    made = Path(tempfile.mkdtemp(prefix="gridgeo-test-", dir=scratch()))
    made.chmod(0o755)
    yield made
    for home in made.iterdir():
        gridgeo("down", GRIDGEO_HOME=str(home))
    shutil.rmtree(made)


def _home(place: Path) -> Path:
    engine = Settings.from_env().home / "engine"
    if engine.exists():  # fetched before: it need not be fetched for each of these
        place.mkdir(exist_ok=True)
        (place / "gridgeo.lock").touch()
        (place / "engine").symlink_to(engine)
    return place


@pytest.fixture
def new_home(_homes: Path, request: pytest.FixtureRequest) -> Path:
    """The home of an installation nothing was started in yet."""
    return _home(_homes / f"new-{abs(hash(request.node.name))}")


@pytest.fixture(scope="module")
def _shared_home(_homes: Path) -> Path:
    return _home(_homes / "shared")


@pytest.fixture
def home(_shared_home: Path) -> Iterator[Path]:
    """The home of an installation in which nothing runs."""
    yield _shared_home
    gridgeo("down", GRIDGEO_HOME=str(_shared_home))


@pytest.fixture
def port() -> int:
    """A port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
