"""Files made ahead: anew only where the data changed, whole or not at all, and none left over."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from datetime import date

import pytest

from gridgeo.db import connection
from gridgeo.errors import NotFound
from gridgeo.exports import downloads
from gridgeo.exports.downloads import Folder
from gridgeo.exports.model import Format
from gridgeo.features import reading
from gridgeo.features.collections import COLLECTIONS
from gridgeo.features.question import Question
from tests.access import making
from tests.api import things
from tests.api.world import A

KINDS = (Format.GEOJSONSEQ, Format.CSV)
SOME = ("microgrids", "buildings", "objects")


@pytest.fixture(scope="module")
def city(server, template):
    """The URL of the drawn city."""
    name = server.create(template)
    url = server.url_of(name)
    things.add(url, making.loaded(url))
    yield url
    server.drop(name)


@pytest.fixture
def conn(city):
    with closing(connection.connect(city)) as conn:
        yield conn


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "downloads")


def features(conn, of, kind, path):
    """A writer that is quick: each feature a line."""
    lines = [piece for pieces in reading.sequence(conn, of, Question()) for piece in pieces.splitlines()]
    path.write_bytes(b"\n".join([f"{of.id} {kind}".encode(), *lines]))
    return len(lines)


def made(conn, folder, collections=SOME, kinds=KINDS, write=features, **more):
    """Make files, and return the names of those that were made."""
    found = []
    downloads.make(conn, folder, write, collections, kinds, told=lambda of, fresh: found.append(of.name) if fresh else None, **more)
    return found


def changed(conn, statement):
    with conn, conn.cursor() as cur:
        cur.execute(statement)


def lying(folder):
    return sorted(path.name for path in folder.path.iterdir() if not path.name.startswith(".") and path.name != "index.json")


def test_each_collection_is_there_in_each_format_with_what_is_true_of_its_bytes(conn, folder):
    names = [f"{name}.{kind}" for name in SOME for kind in KINDS]
    assert made(conn, folder) == names
    assert [each.name for each in folder.listed()] == names
    for each in folder.listed():
        held = folder.file(each).read_bytes()
        assert (each.size, each.sha256) == (len(held), hashlib.sha256(held).hexdigest())
        assert held.startswith(f"{each.collection} {each.format}\n".encode()) and each.features == held.count(b"\n")


def test_what_did_not_change_is_not_made_again_and_what_did_is(conn, folder):
    made(conn, folder)
    before = {each.name: each for each in folder.listed()}
    assert made(conn, folder) == []
    changed(conn, "UPDATE gridgeo.object SET name = name || '。' WHERE name IS NOT NULL")
    assert made(conn, folder) == ["objects.geojsonseq", "objects.csv"]
    after = {each.name: each for each in folder.listed()}
    assert {name for name in after if after[name] != before[name]} == {"objects.geojsonseq", "objects.csv"}


def test_a_change_that_was_not_yet_numbered_is_seen(conn, folder):
    """Where no API runs nobody numbers transactions: making files does."""
    made(conn, folder, ["buildings"], [Format.CSV])
    changed(conn, f"UPDATE gridgeo.building_address SET compound = '新村' WHERE building_code = '{making.BUILDING[A]}'")
    assert made(conn, folder, ["buildings"], [Format.CSV]) == ["buildings.csv"]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_collection_has_a_version(conn, name):
    with conn:
        assert downloads.version(conn, COLLECTIONS[name]).startswith("t")


def test_what_was_written_down_long_before_is_another_version_on_its_day(conn):
    with conn, conn.cursor() as cur:
        cur.execute("UPDATE gridgeo.house SET valid_to = '2031-05-01'")
        of = COLLECTIONS["houses"]
        days = [downloads.version(conn, of, date(2031, month, day)) for month, day in ((4, 29), (4, 30), (5, 1), (5, 2))]
        conn.rollback()
    assert days[0] == days[1] != days[2] == days[3]


def test_files_of_before_are_removed_once_nobody_may_be_reading_them(conn, folder, monkeypatch):
    made(conn, folder)
    first = lying(folder)
    made(conn, folder, again=True, write=lambda *given: features(*given) + given[-1].write_text("other"))
    assert set(first) < set(lying(folder)), "who was told of them finds them"
    monkeypatch.setattr(downloads, "_LINGERS_S", -1)
    made(conn, folder)
    assert lying(folder) == sorted(each.stored for each in folder.listed())


def test_what_is_not_asked_for_any_more_is_not_told_of(conn, folder):
    made(conn, folder)
    made(conn, folder, ["buildings"], [Format.CSV])
    assert [each.name for each in folder.listed()] == ["buildings.csv"]
    with pytest.raises(NotFound):
        folder.find("objects.csv")


def test_a_file_that_fails_leaves_those_of_before_and_no_parts(conn, folder):
    made(conn, folder)
    before = folder.listed()

    def failing(conn, of, kind, path):
        path.write_text("half of it")
        if of.id == "objects":
            raise OSError(28, "no space left on device")
        return features(conn, of, kind, path)

    with pytest.raises(OSError):
        made(conn, folder, again=True, write=failing)
    assert [each for each in folder.listed() if each.collection == "objects"] == [each for each in before if each.collection == "objects"]
    assert all(folder.whole(each) for each in folder.listed()) and not [name for name in os.listdir(folder.path) if "part_" in name]


def test_what_a_killed_process_had_begun_is_removed(conn, folder):
    made(conn, folder, ["buildings"], [Format.CSV])
    (folder.path / ".part_buildings.csv.x").mkdir()
    (folder.path / "part_buildings.csv").write_text("half of it")
    made(conn, folder, ["buildings"], [Format.CSV])
    assert lying(folder) == [folder.listed()[0].stored] and not (folder.path / ".part_buildings.csv.x").exists()


def test_a_file_that_was_cut_off_or_taken_away_is_made_again(conn, folder):
    made(conn, folder)
    cut, gone = (folder.file(each) for each in folder.listed()[:2])
    cut.write_bytes(cut.read_bytes()[:-1])
    gone.unlink()
    assert made(conn, folder) == [each.name for each in folder.listed()[:2]]


def test_a_collection_is_of_one_moment(conn, folder, city):
    """A change that is committed while a file is written is in none of the collection's files, and makes them anew next time."""

    def disturbed(mine, of, kind, path):
        with closing(connection.connect(city)) as other:
            changed(other, "UPDATE gridgeo.object SET floor = coalesce(floor, 0) + 1")
        return features(mine, of, kind, path)

    made(conn, folder, ["objects"], write=disturbed)
    first, second = (folder.file(each).read_bytes().split(b"\n", 1)[1] for each in folder.listed())
    assert sorted(first.splitlines()) == sorted(second.splitlines())
    assert made(conn, folder, ["objects"]) == ["objects.geojsonseq", "objects.csv"]


def test_before_anything_was_made_there_is_nothing(folder):
    assert folder.listed() == ()
    with pytest.raises(NotFound):
        folder.find("buildings.gpkg")
