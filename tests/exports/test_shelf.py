"""The shelf writes a file once, hands it out whole, and takes away what nobody used."""

import os
import threading
from dataclasses import replace

import pytest

from gridgeo.errors import InvalidInput
from gridgeo.exports.model import Format, Order
from gridgeo.exports.shelf import Shelf
from gridgeo.geo import crs


def order(kind="geojson", level="micro", datum=crs.CGCS2000):
    return Order(Format(kind), datum, (level,))


def test_the_same_order_is_the_same_file(tmp_path, source):
    shelf = Shelf(tmp_path)
    first = shelf.file(source, order())
    written = first.stat()
    assert shelf.file(source, order()) == first
    assert (first.stat().st_ino, first.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    assert shelf.file(source, order(level="street")) != first
    assert shelf.file(replace(source, authority="另一部门"), order()) != first


def test_shifted_coordinates_are_named_on_the_shelf_too(tmp_path, source):
    assert "GCJ-02" in Shelf(tmp_path).file(source, order(datum=crs.GCJ02)).name


def test_many_at_once_get_one_whole_file(tmp_path, source):
    shelf, got = Shelf(tmp_path), []
    threads = [threading.Thread(target=lambda: got.append(shelf.file(source, order("gpkg")).read_bytes())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 6
    assert len(set(got)) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_what_was_not_used_for_longest_goes_when_there_is_no_room(tmp_path, source):
    shelf = Shelf(tmp_path, most_bytes=1)
    old, in_use = shelf.file(source, order(level="district")), shelf.file(source, order(level="street"))
    os.utime(old, (0, 0))
    newest = shelf.file(source, order(level="micro"))
    assert set(tmp_path.iterdir()) == {in_use, newest}


def test_what_a_killed_process_left_is_swept_and_what_is_in_the_making_stays(tmp_path, source):
    old, fresh = tmp_path / ".abc.gpkg.x", tmp_path / ".def.gpkg.y"
    for workshop in (old, fresh):
        workshop.mkdir()
        (workshop / "grids.gpkg").write_text("half")
    os.utime(old, (0, 0))
    Shelf(tmp_path)
    assert list(tmp_path.iterdir()) == [fresh]


def test_a_home_that_cannot_be_written_does_not_matter(tmp_path, source):
    blocked = tmp_path / "home"
    blocked.write_text("a file where the home should be")
    path = Shelf.under(blocked).file(source, order())
    assert path.stat().st_size > 1000
    path.unlink()
    path.parent.rmdir()


def test_a_refused_order_leaves_nothing_on_the_shelf(tmp_path, source):
    with pytest.raises(InvalidInput):
        Shelf(tmp_path).file(replace(source, frame=source.frame.assign(name_zh="长" * 200)), order("shp"))
    assert list(tmp_path.iterdir()) == []
