"""What is compared answers the same question, and a missed goal is said."""

import sys
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from bench import peers, report
from bench.figures import Result, fastest, in_turn, one_core
from bench.ground import Loaded
from gridgeo import cli
from gridgeo.db import connection
from gridgeo.hierarchy import editions, store
from gridgeo.hierarchy.locate import Snapshot
from tests.districts import district

PICTURE = """
    AABB
    ACCB
    DDEE
"""


@pytest.fixture
def loaded(database_url):
    """A drawn district, in a database and in memory."""
    with closing(connection.connect(database_url)) as conn, conn:
        draft, _ = editions.stage(conn, "governance", district(PICTURE), name="bench")
        edition = editions.activate(conn, draft.edition_id)
        snapshot = Snapshot(store.scheme(conn, "governance"), edition, store.frame(conn, edition.edition_id))
    return Loaded("drawn", database_url, snapshot)


def test_every_peer_finds_the_micro_grid_ours_finds(loaded):
    lon, lat = loaded.points(500)
    areas = loaded.snapshot.geometry[loaded.leaves]
    ours = np.searchsorted(loaded.leaves, loaded.snapshot.at_many(lon, lat, nearest=False).unit).tolist()
    assert set(ours) == {0, 1, 2, 3, 4}
    assert peers.sjoin(areas, lon, lat)().tolist() == ours
    assert peers.boxes_then_prepared(areas, lon, lat)().tolist() == ours
    with peers.postgis(loaded, areas, lon, lat) as (planned, read):
        assert read(planned(False)()).tolist() == ours
    one = peers.prepared_tree(areas)
    assert [one(x, y) for x, y in zip(lon, lat, strict=True)] == ours
    ids = loaded.snapshot.frame["unit_id"].to_numpy()[loaded.leaves]
    with peers.psycopg(loaded) as at:
        assert [at(x, y)[0] for x, y in zip(lon[:50].tolist(), lat[:50].tolist(), strict=True)] == ids[ours[:50]].tolist()


def test_duckdb_finds_the_micro_grid_ours_finds(loaded):
    pytest.importorskip("duckdb_extension_spatial", reason="`gridgeo bench` installs it when it is first called")
    lon, lat = loaded.points(500)
    areas, ours = loaded.snapshot.geometry[loaded.leaves], loaded.snapshot.at_many(lon, lat, nearest=False).unit
    with peers.duckdb(areas, lon, lat) as with_threads:
        assert loaded.leaves[with_threads(1)()].tolist() == ours.tolist()


def test_a_peer_that_is_not_installed_is_said_to_be_missing(loaded, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb_extension_spatial", None)
    lon, lat = loaded.points(5)
    refused = pytest.raises(peers.Unavailable, match=r"pip install -r requirements-bench\.lock")
    with refused, peers.duckdb(loaded.snapshot.geometry, lon, lat):
        pass


FACTS = {"date": "2026-01-01 10:00 UTC", "machine": "one", "other work": "load average 0.1 before the run"}


def test_what_was_not_measured_again_stays_on_the_page_and_each_section_says_when():
    bulk, page, later = Result("bulk", "points"), Result("page", "the map"), {**FACTS, "date": "2026-02-02 10:00 UTC"}
    bulk.add("gridgeo", 0.5, "s")
    page.add("first map", 1.0, "s")
    first = report.markdown([page, bulk], FACTS, "", ["bulk", "page"])
    bulk.figures[0] = replace(bulk.figures[0], value=0.25)
    both = report.markdown([bulk], later, first, ["bulk", "page"])
    assert "0.5 s" not in both and both.index("| gridgeo | 0.25 s |") < both.index("| first map | 1 s |")
    assert "`bulk` · 2026-02-02 10:00 UTC, load average 0.1" in both and "`page` · 2026-01-01 10:00 UTC" in both
    assert report.markdown([], later, both, ["bulk", "page"]) == both


def test_a_missed_goal_stands_in_every_form_of_the_report():
    result = Result("bulk", "points")
    result.add("gridgeo", 0.5, "s")
    result.add("other", None, "s", note="not available")
    result.goal("at least 5 times", "1.2 times", False)
    assert "goal MISSED at least 5 times: 1.2 times" in report.text(result)
    page = report.markdown([result], FACTS)
    assert "Goal **missed**: at least 5 times; measured 1.2 times." in page
    assert "| other | – |  | not available |" in page


def test_the_fastest_of_some_runs_counts():
    calls = []
    seconds, last = fastest(lambda: calls.append(1) or len(calls), 3)
    assert (last, len(calls)) == (3, 3)
    assert 0 <= seconds < 1


def test_works_in_turn_are_each_run_as_often():
    calls = []
    seconds = in_turn({name: lambda name=name: calls.append(name) for name in "ab"}, 3)
    assert calls == list("ababab")
    assert set(seconds) == {"a", "b"} and min(seconds.values()) >= 0


def test_one_core_is_given_back():
    import os

    before = os.sched_getaffinity(0)
    with one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize(
    ("argv", "said"), [(["bench", "nothing"], "there are bulk, single"), (["bench", "bulk", "--quick", "--write-docs"], "full size")]
)
def test_what_cannot_be_measured_is_one_line(argv, said, capsys):
    assert cli.main(argv) == 2
    assert said in capsys.readouterr().err
