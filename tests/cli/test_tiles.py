"""`gridgeo tiles`: seeding, a file, what is kept, forgetting."""

from __future__ import annotations

from contextlib import closing

import pytest

from gridgeo import cli
from gridgeo.db import connection
from tests.objects.making import COVER
from tests.tiles.making import SOUTH, WEST, cover, put, town


@pytest.fixture
def run(database_url, monkeypatch, tmp_path, capsys):
    """Run the command on a database with a district and forty objects; return its status and what it said."""
    with closing(connection.connect(database_url)) as conn, connection.transaction(conn):
        _, ids = town(conn)
        put(conn, [cover(n, ids[COVER], WEST + 0.001 + n * 0.001, SOUTH + 0.005) for n in range(40)])
    monkeypatch.setenv("GRIDGEO_DATABASE_URL", database_url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GRIDGEO_HOME", str(tmp_path / "home"))

    def command(*words: str) -> tuple[int, str]:
        status = cli.main(["tiles", *words])
        told = capsys.readouterr()
        return status, told.out + told.err

    return command


def test_tiles_are_seeded_said_and_forgotten(run):
    assert "objects have changed since" in run("status")[1]
    status, told = run("seed", "--zoom", "8-12")
    assert status == 0 and "grids: " in told and "objects: " in told and "zoom 8-12" in told and "are kept" in told
    assert "objects are added up as they are" in run("status")[1]
    assert "objects: 0" not in run("clear", "--collection", "objects")[1]
    assert "grids" in run("status")[1] and "objects  " not in run("status")[1]


def test_a_file_is_written_once(run, tmp_path):
    path = tmp_path / "city.pmtiles"
    assert run("export", "objects", str(path), "--zoom", "8-10")[0] == 0
    assert path.read_bytes()[:7] == b"PMTiles"
    status, told = run("export", "objects", str(path))
    assert status == 1 and "--overwrite" in told


def test_what_cannot_be_made_is_said(run, tmp_path):
    status, told = run("export", "buildings", str(tmp_path / "b.pmtiles"), "--zoom", "0-5")
    assert status == 1 and "nothing to write" in told and not list(tmp_path.glob("b.*"))
    status, told = run("seed", "--collection", "grids", "--zoom", "18-20")
    assert status == 2 and "to zoom 16" in told


def test_objects_are_added_up_anew(run):
    assert run("rebuild")[0] == 0
    assert "objects are added up as they are" in run("status")[1]


@pytest.mark.parametrize("zoom", ["23", "9-8", "-1", "a", "1-2-3", "１"])
def test_zooms_that_are_none_are_refused(run, zoom):
    with pytest.raises(SystemExit, match="2"):
        run("seed", "--zoom", zoom)
