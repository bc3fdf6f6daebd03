"""Tiles kept in memory, in the database and in a file."""

from __future__ import annotations

import gzip
from contextlib import closing, contextmanager

import psycopg2.errors
import pyogrio
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles

from gridgeo.db import connection
from gridgeo.tiles import cells, grids, kept, making, objects, pmtiles, seed
from gridgeo.tiles.cache import Cache, Place
from gridgeo.tiles.model import PLAIN, Collection, Packed, Tile
from tests.objects.making import COVER
from tests.tiles.making import EAST, NORTH, SOUTH, WEST, cover, put, tile_at, town
from tests.tiles.reading import layers

OBJECTS, GRIDS = Collection.OBJECTS, Collection.GRIDS


@contextmanager
def within(conn):
    """In place of a transaction, which a test does not commit."""
    yield conn


@pytest.fixture
def made(conn):
    edition_id, ids = town(conn)
    put(conn, [cover(n, ids[COVER], WEST + 0.001 + n * 0.001, SOUTH + 0.005) for n in range(40)])
    cells.drain(conn)
    return edition_id, ids


def place(x: int, z: int = 10, collection: Collection = OBJECTS) -> Place:
    return Place(collection, 0, Tile(z, x, 0))


def packed(size: int = 100) -> Packed:
    return Packed.of(b"x" * size)


def test_memory_is_bounded_and_what_was_used_longest_ago_goes_first():
    cache = Cache(3000)
    for x in range(4):
        cache.put(place(x), None, packed(500))
        cache.get(place(0), None)
    assert cache.bytes <= 3000 and cache.get(place(0), None) and cache.get(place(3), None) and not cache.get(place(1), None)


def test_variants_of_a_tile_are_told_apart_and_forgotten_together():
    cache = Cache(10_000)
    cache.put(place(1), "all", packed(1))
    cache.put(place(1), "{1}", packed(2))
    assert cache.get(place(1), "all") != cache.get(place(1), "{1}") and cache.get(place(1), "{2}") is None
    cache.forget_cells([(1 << 10, 0)])
    assert len(cache) == cache.bytes == 0


def test_only_tiles_that_hold_what_changed_are_forgotten():
    cache = Cache(100_000)
    here, beside = place(3), place(4)
    deep, deep_beside = Place(OBJECTS, 0, Tile(22, 4 * 3 * 2**10 + 1, 0)), place(0, 22)
    for each in (here, beside, deep, deep_beside, place(3, collection=GRIDS)):
        cache.put(each, None, packed())
    cache.forget_cells([(3 * 2**10, 0)])
    assert [bool(cache.get(each, None)) for each in (here, beside, deep, deep_beside, place(3, collection=GRIDS))] == [0, 1, 0, 1, 1]


def test_kept_tiles_are_answered_with_and_forgotten_where_something_changed(conn, made):
    near, far = tile_at(WEST + 0.001, SOUTH + 0.005, 14), tile_at(EAST, NORTH, 14)
    change = cells.last_change(conn)[0]
    before = {at: making.objects_tile(conn, at) for at in (near, far)}
    assert kept.put(conn, [(OBJECTS, 0, at, body) for at, body in before.items()], change)
    assert kept.get(conn, OBJECTS, 0, near) == before[near]
    put(conn, [cover(99, made[1][COVER], WEST + 0.001, SOUTH + 0.0051)])
    cells.drain(conn)
    assert kept.get(conn, OBJECTS, 0, near) is None and kept.get(conn, OBJECTS, 0, far) == before[far]
    assert making.objects_tile(conn, near) != before[near]


def test_a_tile_made_before_a_change_is_not_kept_after_it(conn, made):
    at = tile_at(WEST + 0.001, SOUTH + 0.005, 14)
    change, body = cells.last_change(conn)[0], making.objects_tile(conn, at)
    put(conn, [cover(99, made[1][COVER], WEST + 0.001, SOUTH + 0.0051)])
    cells.drain(conn)
    assert not kept.put(conn, [(OBJECTS, 0, at, body)], change)
    assert kept.get(conn, OBJECTS, 0, at) is None


def test_seeding_makes_every_tile_that_holds_something_and_goes_on_where_it_stopped(conn, made):
    wanted = seed.plan(conn, OBJECTS, 8, 13)
    done = seed.seed(conn, wanted, lambda _: None, within)
    assert done == seed.seed(conn, wanted, lambda _: None, within)
    for collection, _, zoom, tiles, size in kept.status(conn):
        assert collection == OBJECTS and 8 <= zoom <= 13 and tiles > 0 and size > 0
    for z in range(8, 14):
        at = tile_at(WEST + 0.001, SOUTH + 0.005, z)
        assert gzip.decompress(kept.get(conn, OBJECTS, 0, at)) == objects.tile(conn, at, PLAIN)


def test_a_file_holds_the_tiles_and_gdal_reads_it(conn, made, tmp_path):
    for collection, layer in ((OBJECTS, "clusters"), (GRIDS, "microgrids")):
        path = tmp_path / f"{collection}.pmtiles"
        number, size = pmtiles.export(conn, path, seed.plan(conn, collection, 8, 14), lambda _: None)
        assert path.stat().st_size == size and [each.name for each in tmp_path.glob("*.part")] == []
        with path.open("rb") as file:
            reader = Reader(MmapSource(file))
            held = dict(all_tiles(reader.get_bytes))
            assert len(held) == number and reader.header()["min_zoom"] <= 14 == reader.header()["max_zoom"]
        body = gzip.decompress(held[tuple(tile_at(WEST + 0.001, SOUTH + 0.005, 14))])
        (tmp_path / "tile.pbf").write_bytes(body)
        told = {name: pyogrio.read_info(f"MVT:{tmp_path / 'tile.pbf'}", layer=name) for name in layers(body)}
        assert told[layer]["features"] == len(layers(body)[layer])


def test_an_export_that_fails_leaves_nothing(conn, made, tmp_path):
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pmtiles.export(conn, tmp_path / "x.pmtiles", seed.plan(conn, OBJECTS, 0, 17), stop)
    assert list(tmp_path.iterdir()) == []


def test_twenty_times_made_a_tile_is_the_same(conn, made):
    drawn = grids.levels(conn, made[0]) or grids.prepare(conn, made[0])
    at = tile_at(WEST + 0.001, SOUTH + 0.005, 14)
    for make in (lambda: making.objects_tile(conn, at), lambda: making.grids_tile(conn, made[0], at, drawn)):
        assert len({Packed.of(make()).etag for _ in range(20)}) == 1


def test_connections_of_tiles_see_the_whole_city_and_write_nothing_else(database_url):
    with closing(connection.connect(database_url)) as owner, connection.transaction(owner):
        _, ids = town(owner)
        put(owner, [cover(1, ids[COVER], WEST + 0.001, SOUTH + 0.005)])
    with closing(connection.connect(database_url, "gridgeo_tiles", **{"gridgeo.area": "all"})) as conn:
        with connection.transaction(conn):
            assert cells.drain(conn) == 1 and cells.difference(conn) == []
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection.transaction(conn), conn.cursor() as cur:
            cur.execute("UPDATE object SET status = 'removed'")
