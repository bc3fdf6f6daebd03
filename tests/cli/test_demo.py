"""The demo: the whole way from nothing to a map that answers, and back to nothing."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridgeo.db.cluster.data import scratch
from gridgeo.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]
FIGURES = r"first map after [0-9.]+ s; map data [0-9,]+ kB\n"


def command(home: Path, *arguments: str, **variables: str) -> dict:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDGEO_") and name != "DATABASE_URL"}
    environment = {
        **kept,
        "PYTHONPATH": str(CHECKOUT),
        "GRIDGEO_HOME": str(home),
        "GRIDGEO_PG_BIN": Settings.from_env().pg_bin,
        **variables,
    }
    return {"args": [sys.executable, "-m", "gridgeo.cli", *arguments], "cwd": CHECKOUT, "env": environment, "text": True}


def gridgeo(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(**command(home, *arguments, **variables), capture_output=True, timeout=180)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """The home of an installation in which nothing runs afterwards."""
    with tempfile.TemporaryDirectory(prefix="gridgeo-test-", dir=scratch()) as place:
        Path(place).chmod(0o755)
        made = Path(place) / "home"
        engine = Settings.from_env().home / "engine"
        if engine.exists():  # fetched before
            made.mkdir()
            (made / "gridgeo.lock").touch()
            (made / "engine").symlink_to(engine)
        yield made
        gridgeo(made, "down")


@pytest.fixture(scope="module")
def first(home) -> subprocess.CompletedProcess:
    """What the first check in that home said; it has loaded the sample."""
    return gridgeo(home, "demo", "--check", "--profile", "small")


def test_check_goes_the_whole_way_and_leaves_nothing_running(home, first):
    """A port that is taken stops the demo."""
    assert first.returncode == 0, first.stderr
    stages = [part.split()[0] for part in first.stdout.split(";")[0].split(", ")]
    assert stages == ["database", "sample", "load", "tiles", "server", "map", "question"]
    assert re.search(FIGURES, first.stdout) and first.stdout.count("\n") == 1
    assert "database    does not run" in gridgeo(home, "status").stdout
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        refused = gridgeo(home, "demo", "--profile", "small", "--port", taken)
    assert refused.returncode == 1 and f"port {taken}" in refused.stderr


def test_the_demo_shows_what_to_try_and_ctrl_c_stops_it(home):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = command(home, "demo", "--profile", "small", "--port", str(port))
    with subprocess.Popen(**started, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as demo:
        try:
            shown = ""
            while "Ctrl-C" not in shown:
                line = demo.stdout.readline()
                assert line, shown
                shown += line
            assert f"http://127.0.0.1:{port}/maps/" in shown and "load grids" in shown
            with urllib.request.urlopen(re.search(r"curl '(.*?)'", shown)[1], timeout=10) as answer:
                assert b'"inside"' in answer.read()
            assert "addresses/wash" in shown and "all invented" in shown
            key, links = re.search(r"curl -H 'X-API-Key: (gg_.*?)' '(.*/links.*?)'", shown).groups()
            assert f"key     {key}\n" in shown
            with urllib.request.urlopen(urllib.request.Request(links, headers={"X-API-Key": key}), timeout=30) as answer:
                assert b'"links"' in answer.read()
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(links, timeout=30)
        finally:
            os.killpg(demo.pid, signal.SIGINT)
        assert demo.wait(30) == 0
    assert "database    does not run" in gridgeo(home, "status").stdout
    (kept,) = json.loads(gridgeo(home, "keys", "list", "--json").stdout)
    assert (kept["name"], kept["state"]) == ("demo", "revoked")
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_down_ends_a_demo_too(home):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    started = command(home, "demo", "--profile", "small", "--port", port)
    with subprocess.Popen(**started, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as demo:
        while "Ctrl-C" not in (line := demo.stdout.readline()):
            assert line
        assert gridgeo(home, "down").stdout.startswith("stopped: the server")
        assert demo.wait(30) == 0
    assert "database    does not run" in gridgeo(home, "status").stdout


def test_what_ran_before_goes_on_running(home, first):
    """A port that is taken is none that a check needs; what was loaded before it is not loaded again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    assert gridgeo(home, "up", "--port", port).returncode == 0
    check = gridgeo(home, "demo", "--check", "--profile", "small", "--port", port)
    assert check.returncode == 0, check.stderr
    assert "sample" not in check.stdout and "load" not in check.stdout
    assert gridgeo(home, "status").returncode == 0
    refused = gridgeo(home, "demo", "--profile", "small")
    assert refused.returncode == 1 and f"http://127.0.0.1:{port} already" in refused.stderr
    assert gridgeo(home, "down").stdout == "stopped: the server, the database\n"


def test_the_demo_works_on_a_server_of_somebody_else(home, database_url):
    done = gridgeo(home, "demo", "--check", "--profile", "small", DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr
    assert re.search(FIGURES, done.stdout)
    assert "database    does not run" in gridgeo(home, "status").stdout
