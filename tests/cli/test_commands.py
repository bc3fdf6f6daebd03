"""The command line itself: help, mistakes, exit statuses, and the commands that start and stop things."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from gridgeo import cli
from gridgeo.cli import check
from gridgeo.db.check import State
from gridgeo.ingest import jail
from tests.installation import CHECKOUT, environment, gridgeo


def test_help_names_every_command():
    shown = gridgeo("--help")
    assert shown.returncode == 0
    for name in cli.available():
        assert re.search(rf"\n    {name}\s", shown.stdout), name


def test_help_imports_nothing_heavy():
    script = "import sys; from gridgeo import cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.split()
    assert not {"psycopg2", "numpy", "pandas", "geopandas", "shapely", "fastapi", "uvicorn", "folium"} & set(loaded)


@pytest.mark.parametrize("name", cli.available())
def test_every_command_explains_itself(capsys, name):
    with pytest.raises(SystemExit) as left:
        cli.main([name, "--help"])
    assert left.value.code == 0 and capsys.readouterr().out.startswith(f"usage: gridgeo {name}")


@pytest.mark.parametrize(
    ("variables", "status", "said"),
    [
        ({"GRIDGEO_PORT": "eighty"}, 2, "GRIDGEO_PORT='eighty' is not a whole number"),
        ({"GRIDGEO_PROT": "80"}, 2, "GRIDGEO_PROT is not a setting of gridgeo"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, 1, "Connection refused"),
        ({"DATABASE_URL": "nonsense"}, 1, "the database URL is malformed"),
        ({"GRIDGEO_PG_BIN": "/no/such/place"}, 1, "GRIDGEO_PG_BIN=/no/such/place has no PostgreSQL"),
        ({"GRIDGEO_HOME": "/proc/nowhere"}, 1, "set GRIDGEO_HOME to a directory of yours"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_mistake_of_the_user_is_one_line_without_a_stack_trace(new_home, variables, status, said):
    failed = gridgeo("psql", "-c", "SELECT 1", **{"GRIDGEO_HOME": str(new_home), **variables})
    assert failed.returncode == status
    assert failed.stderr.count("\n") == 1 and failed.stderr.startswith("gridgeo: ") and said in failed.stderr


def test_psql_is_handed_its_arguments_and_hands_back_its_status(home):
    fine = gridgeo("psql", "-Atc", "SELECT count(*) FROM scheme WHERE scheme = 'governance'", GRIDGEO_HOME=str(home))
    assert (fine.returncode, fine.stdout, fine.stderr) == (0, "1\n", "")
    assert gridgeo("psql", "-c", "SELECT nonsense", GRIDGEO_HOME=str(home)).returncode == 1
    assert "database    does not run" in gridgeo("status", GRIDGEO_HOME=str(home)).stdout


def _comes(condition) -> bool:
    deadline = time.monotonic() + 90
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


def test_up_serves_until_down(home, port):
    place = {"GRIDGEO_HOME": str(home), "GRIDGEO_PORT": str(port)}
    started = gridgeo("up", **place)
    assert started.returncode == 0, started.stderr
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
        assert b'"ready"' in answer.read()
    told = gridgeo("status", **place)
    assert told.returncode == 0
    assert f"http://127.0.0.1:{port}" in told.stdout and "stays until `gridgeo down`" in told.stdout
    assert _comes(lambda: "events are looked after" in gridgeo("status", **place).stdout)
    again = gridgeo("up", **place)
    assert again.returncode == 1 and "serves" in again.stderr and "already" in again.stderr
    assert gridgeo("check", **place).returncode == 0
    assert gridgeo("down", **place).stdout == "stopped: the server, the database\n"
    assert gridgeo("down", **place).stdout == "stopped: nothing ran\n"
    assert gridgeo("status", **place).returncode == 1
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_is_said_before_anything_starts(new_home):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        failed = gridgeo("up", "--port", str(taken), GRIDGEO_HOME=str(new_home))
    assert failed.returncode == 1 and f"port {taken}" in failed.stderr and "--port" in failed.stderr
    assert not (new_home / "data").exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_and_the_database_together(home, port, how):
    place = environment(GRIDGEO_HOME=str(home), GRIDGEO_PORT=str(port))
    command = [sys.executable, "-m", "gridgeo.cli", "up", "--foreground"]
    with subprocess.Popen(command, cwd=CHECKOUT, env=place, stdout=subprocess.PIPE, text=True, start_new_session=True) as serving:
        assert serving.stdout.readline() == f"gridgeo serves http://127.0.0.1:{port}\n"
        os.killpg(serving.pid, how)
        serving.wait(30)
    assert "database    does not run" in gridgeo("status", GRIDGEO_HOME=str(home)).stdout
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_killed_foreground_takes_its_server_along_and_the_next_one_works(home, port):
    place = environment(GRIDGEO_HOME=str(home), GRIDGEO_PORT=str(port))
    command = [sys.executable, "-m", "gridgeo.cli", "up", "--foreground", "--no-work"]
    for _ in range(2):
        with subprocess.Popen(command, cwd=CHECKOUT, env=place, stdout=subprocess.PIPE, text=True) as serving:
            assert "gridgeo serves" in serving.stdout.readline()
            serving.kill()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) != 0:
                    break
            time.sleep(0.1)


def test_check_prints_a_hint_for_what_is_wrong(new_home):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        seen = gridgeo("check", GRIDGEO_HOME=str(new_home), GRIDGEO_PORT=str(other.getsockname()[1]))
    lines = seen.stdout.splitlines()
    assert any(line.startswith("warning port") and "→" in line for line in lines)
    assert any(line.startswith("error") and "run `gridgeo migrate`" in line for line in lines)
    assert seen.returncode == 1


def test_check_on_a_server_of_somebody_else_is_clean_when_migrated(database_url):
    seen = gridgeo("check", DATABASE_URL=database_url)
    assert not [line for line in seen.stdout.splitlines() if line.startswith("error")], seen.stdout
    assert seen.returncode == 0


def test_check_names_the_walls_files_are_read_behind(database_url):
    (line,) = [line for line in gridgeo("check", DATABASE_URL=database_url).stdout.splitlines() if "reading of files" in line]
    shut_off = line.partition("shut off: ")[2].partition(";")[0]
    assert shut_off == (", ".join(name for name, holds in jail.probe().items() if holds) or "nothing")


@pytest.mark.parametrize(
    ("found", "seen"),
    [
        ({"network": True, "files": False, "rights": True}, "shut off: network, rights; not: files"),
        ({"network": False, "files": False, "rights": False}, "shut off: nothing; not: network, files, rights"),
    ],
)
def test_a_wall_that_is_missing_is_a_warning_with_a_hint(found, seen):
    finding = check.walls(found)
    assert (finding.state, finding.seen) == (State.WARNING, seen)
    assert "load only files you trust" in finding.hint


def test_walls_that_all_hold_are_no_warning():
    assert check.walls({"network": True, "files": True, "rights": True}).state is State.OK


def test_a_server_of_somebody_else_is_not_migrated_unasked(server):
    name = server.create()
    try:
        told = gridgeo("psql", "-c", "SELECT 1", DATABASE_URL=server.url_of(name))
        assert told.returncode == 1 and "run `gridgeo migrate`" in told.stderr
        assert gridgeo("migrate", DATABASE_URL=server.url_of(name)).returncode == 0
        assert gridgeo("psql", "-c", "SELECT 1", DATABASE_URL=server.url_of(name)).returncode == 0
    finally:
        server.drop(name)


def test_output_cut_off_by_a_pager_is_no_error():
    shell = f"'{sys.executable}' -m gridgeo.cli --help | head -c 1"
    cut = subprocess.run(["bash", "-o", "pipefail", "-c", shell], cwd=CHECKOUT, env=environment(), capture_output=True, text=True)
    assert "Traceback" not in cut.stderr and cut.stdout == "u"
