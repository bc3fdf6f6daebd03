"""The main job as its users do it: a sample or real files, through the command line, asked over HTTP, seen in a browser."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import numpy as np
import psycopg2
import pytest

from gridgeo import sample
from gridgeo.db.cluster import Cluster
from tests.installation import CHECKOUT, environment, gridgeo
from tests.real import data

BAOAN = {"district": 1, "street": 10, "community": 124, "micro": 4833}


def ask(port, path, body=None, content_type="application/json"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body, headers={"Content-Type": content_type})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def counts(port):
    """Number of units by level; empty while nothing is loaded."""
    try:
        return {level["level"]: level["count"] for level in ask(port, "/grids/summary")["levels"]}
    except urllib.error.HTTPError as error:
        assert error.code == 404
        return {}


@pytest.fixture
def serving(new_home, port):
    """A fresh installation that serves an empty database: its port and its variables."""
    place = {"GRIDGEO_HOME": str(new_home), "GRIDGEO_PORT": str(port)}
    started = gridgeo("up", **place)
    assert started.returncode == 0, started.stderr
    yield port, place
    gridgeo("down", **place)


def load(place, *arguments):
    done = gridgeo("load", "grids", *map(str, arguments), **place)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.005)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """Files of the small district and of the large one: the latter take longer to be invented than to be loaded."""
    return [made(profile, tmp_path_factory.mktemp(profile)) for profile in ("small", "baoan")]


def made(profile, folder):
    done = gridgeo("sample", profile, "--out", str(folder), GRIDGEO_HOME=str(folder))
    assert done.returncode == 0, done.stderr
    return sorted(folder.glob("*.geojson"))


def test_a_sample_is_made_loaded_and_counted_and_every_point_has_one_chain(serving, samples):
    port, place = serving
    load(place, *samples[1], "--commit", "--activate", "now")
    until(lambda: counts(port) == BAOAN)
    points = sample.points(sample.make("baoan", 1), 100_000, seed=7)
    for part in np.split(points, 10):
        answer = ask(port, "/grids/at", json.dumps({"points": part.tolist()}).encode())
        assert {point["outcome"] for point in answer["points"]} <= {"inside", "boundary"}
        assert {tuple(map(len, point["chain"])) for point in answer["points"]} == {(6, 9, 12, 14)}


@pytest.mark.real
@pytest.mark.browser
def test_the_ten_real_districts_are_seen_on_the_map_and_asked_over_the_api(serving, visit):
    port, place = serving
    report = load(place, data("boundaries/shenzhen_10_districts_wgs84.geojson"), "--datum", "wgs84", "--commit", "--activate", "now")
    assert "69,117" in report
    until(lambda: counts(port).get("district") == 10)
    assert ask(port, "/grids/at?lon=113.883&lat=22.555")["unit"]["name_zh"] == "宝安区"
    dapeng = ask(port, "/grids/at?lon=114.48&lat=22.60")["unit"]
    assert (dapeng["name_zh"], dapeng["code"]) == ("大鹏新区", None)
    page = visit(f"http://127.0.0.1:{port}/maps/")
    page.wait_for_function("performance.getEntriesByName('first-map').length")
    assert page.locator("body").get_by_text("10").first.is_visible()


#: A statement of a load, and a table that nobody may write to before it: as rows come in, before identities, before versions.
MOMENTS = (
    ("COPY staged", "grid_unit"),
    ("INSERT INTO grid_unit ", "grid_unit"),
    ("INSERT INTO grid_unit_version", "grid_unit_version"),
)


def test_kill_of_postgres_and_server_amid_a_load_leaves_nothing_half_loaded(serving, samples):
    """Killed at one moment after the other: each time what was there is there and nothing else. In the end the load goes through."""
    (port, place), (small, large) = serving, samples
    load(place, *small, "--commit", "--activate", "2024-01-01")
    until(lambda: counts(port).get("micro") == 60)
    for moment, held in MOMENTS:
        said = killed(place, large, moment, held)
        assert said.strip().splitlines()[-1].startswith("gridgeo: the connection to the database was lost"), moment
        assert "Traceback" not in said, said  # psycopg2 itself mutters a line or two when a COPY breaks off
        restarted = gridgeo("up", **place)
        assert restarted.returncode == 0, restarted.stderr
        assert counts(port)["micro"] == 60, moment
        assert len(ask(port, "/editions")["editions"]) == 1, moment
    load(place, *large, "--commit", "--activate", "now")
    until(lambda: counts(port) == BAOAN)


def killed(place, files, moment, held) -> str:
    """Load files until a statement runs, kill PostgreSQL and the server, and return what the load said."""
    cluster = Cluster(Path(place["GRIDGEO_HOME"]))
    command = [sys.executable, "-m", "gridgeo.cli", "load", "grids", *map(str, files), "--commit", "--activate", "now"]
    kept = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen(command, cwd=CHECKOUT, env=environment(**place), **kept) as loading,
        closing(psycopg2.connect(cluster.url)) as conn,
    ):
        # Nobody may write to it, until this session ends: the load cannot get past its door.
        conn.cursor().execute(f"LOCK TABLE gridgeo.{held} IN SHARE MODE")
        until(lambda: busy(conn, moment) or loading.poll() is not None, 120)
        assert loading.poll() is None, "the load was over before it could be killed"
        os.kill(cluster.pid, signal.SIGKILL)
        for server in servers(place["GRIDGEO_HOME"]):
            os.kill(server, signal.SIGKILL)
        said = loading.communicate(timeout=60)[1]
    assert loading.returncode == 1
    return said


def busy(conn, moment):
    """Whether another session runs such a statement."""
    with conn.cursor() as cur:
        cur.execute("SELECT pg_stat_clear_snapshot()")
        cur.execute("SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'active' AND query ~ %s", (moment,))
        return cur.fetchone()[0] > 0


def servers(home):
    """Process ids of the API servers of a home, by the home in their environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command, variables = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"api.server" in command and home.encode() in variables:
            found.append(int(entry.name))
    assert found, "no server was found to kill"
    return found
