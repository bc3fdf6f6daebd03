"""The private cluster on a bad day. Each case was met on a real machine; each has its test."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from gridgeo.db.cluster import data as files
from gridgeo.db.cluster import process
from gridgeo.db.cluster.account import Account
from gridgeo.errors import Conflict, DatabaseUnavailable, EnvironmentIncomplete

CHECKOUT = Path(__file__).resolve().parents[2]
START = """
    import sys
    from pathlib import Path
    from gridgeo.db.cluster import Cluster
    from gridgeo.settings import Settings
    settings = Settings.from_env()
    cluster = Cluster(Path(sys.argv[1]), settings.pg_bin, engine_home=settings.home)
    cluster.start()
    print(cluster.pid)
"""


def start_elsewhere(home: Path) -> subprocess.Popen:
    """Start the cluster of `home` in another process, which ends and leaves the server running."""
    command = [sys.executable, "-c", textwrap.dedent(START), str(home)]
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)


def crash(cluster) -> int:
    """Kill every process of the server at once, as a power cut does; return the number that stays in its file."""
    pid = cluster.pid
    family = [pid, *(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    for member in family:
        with contextlib.suppress(ProcessLookupError):  # a worker of autovacuum may have ended since the list was read
            os.kill(member, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{member}/cwd").exists() for member in family) and time.monotonic() < deadline:
        time.sleep(0.01)
    return pid


def record(cluster, pid: int) -> None:
    """Write another process id into both files in which the dead server left its own."""
    for file in (cluster.data / "postmaster.pid", cluster.run / ".s.PGSQL.5432.lock"):
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join([f"{pid}\n", *lines[1:]]))


def test_the_callers_locale_c_does_not_reach_the_database(monkeypatch, cluster_of, ask):
    for name in ("LC_ALL", "LANG", "LC_CTYPE"):
        monkeypatch.setenv(name, "C")
    url = cluster_of().start()
    assert ask(url, "SELECT datctype || ' ' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'gridgeo'") == "C.UTF-8 UTF8"
    ask(url, "CREATE EXTENSION pg_trgm")
    assert ask(url, "SELECT cardinality(show_trgm('创业'))") == 3


def test_a_taken_port_is_no_obstacle(cluster, ask):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 5432))
            other.listen()
        except OSError:
            pass  # taken by somebody else, which is the case in question
        assert ask(cluster.start(), "SELECT 1") == 1


def test_a_path_too_long_for_a_socket_gets_a_short_directory_elsewhere(place, cluster_of, ask):
    long = cluster_of(place / ("深" * 30) / ("x" * 40))
    assert len(os.fsencode(long.run)) <= 80
    assert long.run == cluster_of(long.home).run
    assert ask(long.start(), "SELECT 1") == 1
    assert long.run.stat().st_mode & 0o777 == 0o700


def test_a_socket_directory_made_by_a_stranger_is_refused(place, cluster_of):
    long = cluster_of(place / ("x" * 90))
    long.run.mkdir()
    long.run.chmod(0o777)
    with pytest.raises(EnvironmentIncomplete, match="is not a directory of"):
        long.start()


def test_two_starts_at_once_make_one_server(cluster_of, place):
    home = place / "home"
    starters = [start_elsewhere(home) for _ in range(2)]
    pids = {starter.communicate(timeout=60)[0] for starter in starters}
    assert [starter.returncode for starter in starters] == [0, 0]
    assert pids == {f"{cluster_of(home).pid}\n"}


def test_after_sigkill_of_the_server_the_next_start_works(cluster, ask):
    ask(cluster.start(), "CREATE TABLE kept_by_sigkill AS SELECT 1 AS n")
    dead = crash(cluster)
    assert process.recorded(cluster.data) == dead
    assert not cluster.running()
    assert ask(cluster.start(), "SELECT n FROM kept_by_sigkill") == 1


def test_a_number_in_the_file_that_now_belongs_to_another_program_is_not_the_server(cluster, ask):
    cluster.start()
    crash(cluster)
    account = Account.choose(cluster.data)
    with subprocess.Popen(["sleep", "60"], cwd="/", **account.options) as other:
        record(cluster, other.pid)
        assert not cluster.running()
        assert ask(cluster.start(), "SELECT 1") == 1
        assert other.poll() is None
        other.kill()


def test_a_number_in_the_file_that_belongs_to_a_zombie_is_not_the_server(cluster, ask):
    cluster.start()
    crash(cluster)
    account = Account.choose(cluster.data)
    zombie = subprocess.Popen(["true"], cwd="/", **account.options)
    while Path(f"/proc/{zombie.pid}/stat").read_text().split()[2] != "Z":
        time.sleep(0.01)
    record(cluster, zombie.pid)
    assert not cluster.running()
    assert ask(cluster.start(), "SELECT 1") == 1
    zombie.wait()


def test_postgres_itself_would_refuse_such_a_number(cluster):
    """The negative control of the two tests above: without our proof the server does not start."""
    cluster.start()
    crash(cluster)
    account = Account.choose(cluster.data)
    with subprocess.Popen(["sleep", "60"], cwd="/", **account.options) as other:
        record(cluster, other.pid)
        command = [cluster.engine.program("postgres"), "-D", str(cluster.data), "-k", str(cluster.run), "-c", "listen_addresses="]
        refused = subprocess.run(command, env=cluster.engine.environment(), capture_output=True, text=True, timeout=30, **account.options)
        other.kill()
    assert refused.returncode != 0 and "already exists" in refused.stderr


def test_a_power_cut_loses_nothing_that_was_committed(cluster, ask):
    url = cluster.start()
    ask(url, "CREATE TABLE kept AS SELECT n FROM generate_series(1, 100000) AS n")
    crash(cluster)
    assert ask(cluster.start(), "SELECT count(*) FROM kept") == 100_000
    assert "automatic recovery in progress" in cluster.log.read_text()


def test_a_server_that_does_not_come_up_says_why(cluster):
    with (cluster.data / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = much\n")
    with pytest.raises(DatabaseUnavailable, match=r"stopped while starting: .*shared_buffers.*postgres\.log") as caught:
        cluster.start()
    assert "\n" not in str(caught.value)
    assert not cluster.running()


def test_a_full_disk_is_refused_before_anything_is_written(monkeypatch, cluster_of):
    monkeypatch.setattr(files, "LEAST_FREE", 2**62)
    full = cluster_of()
    with pytest.raises(EnvironmentIncomplete, match=r"only \d+ MB are free at"):
        full.start()
    assert not full.data.exists()


def test_a_small_disk_gathers_little_log():
    with pytest.raises(EnvironmentIncomplete, match="only 499 MB are free at /srv: free 500 MB"):
        files.require_space(499 * files.MB, Path("/srv"))
    files.require_space(500 * files.MB, Path("/srv"))
    assert files.wal_size(500 * files.MB) == 80 * files.MB
    assert files.wal_size(20_000 * files.MB) == 1000 * files.MB
    assert files.wal_size(10**15) == 4096 * files.MB


@pytest.mark.parametrize("shm", ["/no/such/place", "/proc"], ids=["missing", "without room"])
def test_without_room_for_shared_memory_it_is_kept_in_files(monkeypatch, cluster, ask, shm):
    monkeypatch.setattr(files, "SHM", Path(shm))
    url = cluster.start()
    assert ask(url, "SHOW dynamic_shared_memory_type") == "mmap"
    parallel = "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;"
    ask(url, "CREATE TABLE IF NOT EXISTS many AS SELECT n FROM generate_series(1, 100000) AS n")
    assert ask(url, f"{parallel} SELECT count(*) FROM many") == 100_000


@pytest.mark.parametrize("shm", ["/no/such/place", "/proc"], ids=["missing", "without room"])
def test_without_room_in_memory_what_is_thrown_away_lies_among_temporary_files(shm):
    assert files.scratch(Path(shm)) == Path(tempfile.gettempdir())


def test_an_interrupted_initdb_is_made_again(cluster_of, ask):
    """The caller is killed while initdb works: initdb goes on for a while, the next start must not stumble over it."""
    new = cluster_of()
    starter = start_elsewhere(new.home)
    deadline = time.monotonic() + 30
    while not (new.home / "data.new" / "PG_VERSION").exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    assert not new.data.exists()
    assert ask(new.start(), "SELECT current_database()") == "gridgeo"
    assert not (new.home / "data.new").exists()


@pytest.mark.parametrize("where", [".", "data"])
def test_a_directory_of_somebody_else_is_refused_and_left_alone(cluster_of, where):
    strange = cluster_of()
    (strange.home / where).mkdir(parents=True)
    if where == "data":
        (strange.home / "gridgeo.lock").touch()
    (strange.home / where / "thesis.txt").write_text("mine")
    with pytest.raises(Conflict, match="set GRIDGEO_HOME"):
        strange.start()
    assert (strange.home / where / "thesis.txt").read_text() == "mine"
    assert not (strange.home / "data.new").exists()


def test_the_users_pg_variables_do_not_reach_the_server(monkeypatch, cluster_of):
    for name in ("PGDATA", "PGPORT", "PGHOST", "PGOPTIONS", "PGUSER"):
        monkeypatch.setenv(name, "elsewhere")
    new = cluster_of()
    new.start()
    inherited = Path(f"/proc/{new.pid}/environ").read_bytes().split(b"\0")
    assert [entry for entry in inherited if entry.startswith(b"PG")] == []


def test_data_of_another_major_version_is_not_touched(cluster):
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(EnvironmentIncomplete, match=r"was made by PostgreSQL 9.*postgresql-9-postgis-3"):
        cluster.start()


def test_children_left_by_a_killed_server_are_waited_for(cluster):
    cluster.start()
    pid = cluster.pid
    os.kill(pid, signal.SIGKILL)  # the postmaster alone: its children notice a moment later
    while cluster.running():
        time.sleep(0.001)
    cluster.start()
    assert cluster.running() and cluster.pid != pid


def test_a_server_elsewhere_on_the_same_home_is_respected(cluster):
    """Seen from a container that shares the volume: /proc shows nothing, the lock does."""
    cluster.start()
    cluster.stop()
    held = cluster._hold_data()
    try:
        with pytest.raises(Conflict, match="another container"):
            cluster._hold_data(within_s=0.2)
    finally:
        os.close(held)


def test_ctrl_c_does_not_reach_the_server(cluster):
    cluster.start()
    assert os.getsid(cluster.pid) != os.getsid(0)


def test_a_home_that_cannot_be_written_is_said(cluster_of):
    with pytest.raises(EnvironmentIncomplete, match="set GRIDGEO_HOME to a directory of yours"):
        cluster_of(Path("/proc/nowhere")).start()
