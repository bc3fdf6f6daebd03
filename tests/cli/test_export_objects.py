"""`gridgeo export objects` and events: what is written, and what is refused."""

from __future__ import annotations

import csv
from contextlib import closing

import orjson
import pytest

from gridgeo import cli
from gridgeo.db import connection
from tests.access import making
from tests.api import things
from tests.api.things import CODE, DAMAGED, NOWHERE, REMOVED
from tests.api.world import STREET_1, A, D
from tests.features import reported


@pytest.fixture
def run(settings, monkeypatch, capsys):
    """Run a command on the drawn city with its objects, and return status, output and errors."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    things.add(settings.database_url, making.loaded(settings.database_url))

    def call(*argv):
        return cli.main([str(word) for word in argv]), *capsys.readouterr()

    return call


def codes(path):
    return [row["element_code"] for row in csv.DictReader(path.read_text("utf-8-sig").splitlines())]


def test_objects_are_written_by_unit_status_and_category(run, tmp_path):
    status, out, _ = run("export", "objects", tmp_path / "x.csv")
    assert status == 0 and "4 objects" in out and codes(tmp_path / "x.csv") == [CODE[A], CODE[D], DAMAGED, NOWHERE]
    assert run("export", "objects", tmp_path / "x.csv")[0] == 1, "it is there already"
    chosen = ("--unit", STREET_1, "--status", "removed", "--status", "in_use", "--category", things.LAMP, "--overwrite")
    assert run("export", "objects", tmp_path / "x.csv", *chosen)[0] == 0
    assert codes(tmp_path / "x.csv") == [CODE[A], REMOVED]
    assert run("export", "objects", tmp_path / "all.geojson", "--status", "all")[0] == 0
    assert len(orjson.loads((tmp_path / "all.geojson").read_bytes())["features"]) == 5


def test_events_that_are_not_public_are_written_where_that_is_said(run, settings, tmp_path):
    with closing(connection.connect(settings.database_url)) as conn, conn:
        reported.add(conn, {})
    for asked, hidden in (((), False), (("--all-classes", "--overwrite"), True)):
        assert run("export", "events", tmp_path / "e.csv", *asked)[0] == 0
        rows = list(csv.DictReader((tmp_path / "e.csv").read_text("utf-8-sig").splitlines()))
        assert (reported.NOISE in {row["class"] for row in rows}) == hidden and len(rows) == 6 + hidden


def test_what_is_of_the_other_kind_is_refused(run, tmp_path):
    for given in (
        *(("objects", "--level", "micro"), ("objects", "--edition", "1"), ("objects", "--status", "gone"), ("", "--unit", A)),
        *(("buildings", "--status", "in_use"), ("streets", "--unit", A), ("persons", "--q", "x"), ("houses", "--bbox", "1,2,3")),
        *(("houses", "--filter", "nobody = 1"), ("houses", "--properties", "nobody"), ("buildings,houses", "--format", "kml")),
        ("objects", "--all-classes"),
    ):
        words = [word for word in given[:1] if word]
        assert run("export", *words, tmp_path / "x.gpkg", *given[1:])[0] == 2, given
    assert run("export", "objects", tmp_path / "x.kml", "--crs", "4547")[0] == 2
    assert run("export", "objects", tmp_path / "x.gpkg", "--unit", "449999")[0] == 1
    assert not list(tmp_path.glob("*"))
