"""The private cluster on a good day: made, started, shared, stopped."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from gridgeo.db.cluster import engine, throwaway
from gridgeo.db.cluster.account import Account
from gridgeo.errors import EnvironmentIncomplete
from gridgeo.settings import Settings

ROOT = os.geteuid() == 0
CHECKOUT = Path(__file__).resolve().parents[2]


def python(script: str, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(script), *arguments], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)


def test_a_new_cluster_has_what_gridgeo_needs(cluster_of, ask):
    url = cluster_of().start()
    for name in ("postgis", "btree_gist", "pg_trgm"):
        ask(url, f"CREATE EXTENSION {name}")
    assert ask(url, "SELECT postgis_lib_version() >= '3'")
    assert ask(url, "SELECT length(ST_AsMVT(t)) FROM (SELECT 1 AS n, ST_MakeEnvelope(0, 0, 9, 9) AS g) AS t") > 0
    assert ask(url, "SELECT round(ST_X(ST_Transform(ST_SetSRID(ST_MakePoint(114, 22.5), 4490), 4547)))") == 500_000
    assert ask(url, "SHOW jit") == "off"


def test_a_second_start_finds_it_running_and_a_later_one_takes_under_two_seconds(cluster):
    url = cluster.start()
    pid = cluster.pid
    assert cluster.start() == url and cluster.pid == pid
    assert cluster.stop() and not cluster.running() and not cluster.stop()
    began = time.monotonic()
    cluster.start()
    assert time.monotonic() - began < 2


def test_the_server_never_runs_as_root_and_keeps_its_files_to_itself(cluster):
    cluster.start()
    server = os.stat(f"/proc/{cluster.pid}").st_uid
    assert server != 0
    assert cluster.home.stat().st_uid == os.geteuid()
    for private in (cluster.data, cluster.run):
        assert private.stat().st_uid == server
        assert private.stat().st_mode & 0o777 == 0o700


def test_root_falls_back_to_nobody_and_then_says_what_to_do():
    if not ROOT:
        assert Account.choose().uid == os.geteuid()
        return
    assert Account.choose(names=("no_such_account", "nobody")).name == "nobody"
    with pytest.raises(EnvironmentIncomplete, match="make one of the accounts no_such_account"):
        Account.choose(names=("no_such_account",))


def test_data_stays_with_the_account_that_made_it(place):
    (place / "data").mkdir()
    if ROOT:
        os.chown(place / "data", 65534, 65534)
    assert Account.choose(place / "data").uid == (65534 if ROOT else os.geteuid())


@pytest.mark.skipif(not ROOT, reason="only root hands the server to another account")
def test_a_home_closed_to_the_account_is_refused_with_a_way_out(place, cluster_of):
    (place / "closed").mkdir(mode=0o700)
    with pytest.raises(EnvironmentIncomplete, match=r"cannot enter .*/closed/home.*set GRIDGEO_HOME"):
        cluster_of(place / "closed" / "home").start()


@pytest.mark.skipif(not ROOT, reason="only root can try as another account")
def test_another_account_cannot_connect(cluster):
    cluster.start()
    psql = [cluster.engine.program("psql"), "-d", cluster.url, "-c", "SELECT 1"]
    answer = subprocess.run(psql, env=cluster.engine.environment(), user=54321, capture_output=True, text=True)
    assert answer.returncode != 0 and "Permission denied" in answer.stderr


def test_there_is_no_tcp(cluster, ask):
    assert ask(cluster.start(), "SHOW listen_addresses") == ""


def test_the_last_user_stops_the_server(cluster):
    with cluster.used() as url, closing(psycopg2.connect(url)):
        with cluster.used() as same:
            assert same == url
        assert cluster.running()
    assert not cluster.running()


def test_a_kept_server_outlives_its_users(cluster):
    cluster.keep()
    with cluster.used():
        pass
    assert cluster.running()
    cluster.keep(False)
    with cluster.used():
        pass
    assert not cluster.running()


def test_a_killed_user_does_not_count_as_one(cluster):
    script = """
        import sys, time
        from pathlib import Path
        from gridgeo.db.cluster import Cluster
        from gridgeo.settings import Settings
        settings = Settings.from_env()
        with Cluster(Path(sys.argv[1]), settings.pg_bin, engine_home=settings.home).used():
            print("in", flush=True)
            time.sleep(60)
    """
    user = python(script, str(cluster.home))
    assert user.stdout.readline() == "in\n"
    user.kill()
    user.wait()
    user.stdout.close()
    assert cluster.running()
    with cluster.used():
        pass
    assert not cluster.running()


def test_a_throwaway_cluster_leaves_nothing():
    settings = Settings.from_env()
    with throwaway(settings.pg_bin, engine_home=settings.home) as cluster:
        pid, home, run = cluster.pid, cluster.home, cluster.run
        assert home.exists() and run.exists()
    assert not home.exists() and not run.exists() and not Path(f"/proc/{pid}").exists()


def test_a_throwaway_cluster_dies_with_its_killed_owner_and_the_next_one_clears_up():
    script = """
        import time
        from gridgeo.db.cluster import throwaway
        from gridgeo.settings import Settings
        settings = Settings.from_env()
        with throwaway(settings.pg_bin, engine_home=settings.home) as cluster:
            print(cluster.pid, cluster.home, flush=True)
            time.sleep(60)
    """
    owner = python(script)
    pid, home = owner.stdout.readline().split()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/cwd").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}/cwd").exists()
    settings = Settings.from_env()
    with throwaway(settings.pg_bin, engine_home=settings.home):
        assert not Path(home).exists()


def test_no_postgresql_anywhere_is_one_line_naming_the_package(place, cluster_of):
    alone = cluster_of(search=(), pg_bin="", engine_home=place / "empty", may_fetch=False)
    with pytest.raises(EnvironmentIncomplete, match="postgresql-15-postgis-3") as caught:
        alone.start()
    assert "\n" not in str(caught.value)


def test_a_named_directory_without_postgresql_is_refused_by_name(place, cluster_of):
    with pytest.raises(EnvironmentIncomplete, match=f"GRIDGEO_PG_BIN={place} has no PostgreSQL"):
        cluster_of(pg_bin=place).start()


def test_an_installed_postgresql_without_postgis_is_passed_over(place):
    here = place / "15" / "bin"
    here.mkdir(parents=True)
    (here / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 15.6'\n")
    (here / "postgres").chmod(0o755)
    assert engine.Engine(here).major == 15
    assert engine.Engine(here).extensions is None
    assert engine.installed((str(place / "*/bin"),)) == []
    with pytest.raises(EnvironmentIncomplete, match="has no PostGIS"):
        engine.find(place / "none", pg_bin=here)
