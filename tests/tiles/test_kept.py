"""Tiles kept in memory, in the database and in a file."""

from __future__ import annotations

import gzip
import time
from contextlib import closing, contextmanager

import psycopg2.errors
import pyogrio
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles

from gridgeo.db import connection
from gridgeo.errors import InvalidInput, NotFound
from gridgeo.tiles import cells, grids, kept, making, objects, pmtiles, seed
from gridgeo.tiles.cache import Cache, Place
from gridgeo.tiles.live import Live
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


def test_grids_are_kept_only_of_an_edition_that_is_simplified_and_was_not_forgotten(conn, made):
    edition_id, at = made[0], tile_at(WEST, SOUTH, 14)
    grids.prepare(conn, edition_id)
    before = kept.number(conn, GRIDS)
    assert kept.put(conn, [(GRIDS, edition_id, at, b"x")], before)
    grids.clear(conn, edition_id)
    assert kept.get(conn, GRIDS, edition_id, at) is None, "what is kept goes with the shapes"
    assert not kept.put(conn, [(GRIDS, edition_id, at, b"x")], kept.number(conn, GRIDS))
    grids.prepare(conn, edition_id)
    assert not kept.put(conn, [(GRIDS, edition_id, at, b"x")], before)
    assert kept.get(conn, GRIDS, edition_id, at) is None


def test_tiles_are_put_in_one_order(conn, made):
    """Two who keep the same tiles do not wait for each other."""
    rows = [(OBJECTS, 0, Tile(12, x, y), b"x") for x in range(30) for y in range(30)]
    kept.put(conn, rows[::-1], cells.last_change(conn)[0])
    with conn.cursor() as cur:
        cur.execute("SELECT array_agg((x, y) ORDER BY ctid) = array_agg((x, y) ORDER BY x, y) FROM tile_kept")
        assert cur.fetchone()[0]


@pytest.mark.parametrize("collection", [OBJECTS, GRIDS])
def test_whoever_forgets_tells_processes_that_hold_tiles(database_url, collection):
    with closing(connection.connect(database_url)) as owner:
        with connection.transaction(owner):
            edition_id, _ = town(owner)
            grids.prepare(owner, edition_id)
            cells.drain(owner)
        held = Live(database_url, lambda: [edition_id]).start()
        try:
            there = Place(collection, edition_id if collection is GRIDS else 0, Tile(9, 1, 1))
            held.prepare(edition_id)
            until(lambda: held.seen(collection) == kept.number(owner, collection))
            held.hold(there, None, b"x", held.seen(collection), keep=True)
            until(lambda: kept.get(owner, *there))
            with connection.transaction(owner):
                kept.forget(owner, collection)
            until(lambda: held.cache.get(there, None) is None)
            assert collection is OBJECTS or not held.levels(edition_id)
            assert kept.get(owner, *there) is None
        finally:
            held.stop()


def until(done) -> None:
    for _ in range(200):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("it does not become so")


def test_variants_are_bounded_and_their_names_counted():
    cache = Cache(10**9)
    for n in range(500):
        cache.put(place(1), f"{{{n}}}" + "1," * 1000, packed(1))
    assert cache.get(place(1), "{499}" + "1," * 1000) and not cache.get(place(1), "{0}" + "1," * 1000)
    assert 64 * 2000 < cache.bytes < 100 * 3000
    cache.forget_cells([(1 << 10, 0)])
    assert cache.bytes == 0


def test_grids_of_editions_that_ended_are_forgotten():
    cache = Cache(10_000)
    for edition_id in (1, 2):
        cache.put(Place(GRIDS, edition_id, Tile(3, 1, 1)), None, packed())
    cache.forget(GRIDS, but=[2])
    assert [bool(cache.get(Place(GRIDS, each, Tile(3, 1, 1)), None)) for each in (1, 2)] == [False, True]


def test_no_more_is_kept_than_the_city_has():
    """The control: one that holds something is kept. Whoever asks for every tile of the world fills no table."""
    live = Live("postgresql://")
    for z, body in ((14, making.packed(b"x")), (14, making.EMPTY), (22, making.packed(b"x"))):
        live.hold(Place(OBJECTS, 0, Tile(z, 1, 1)), None, body, live.seen(OBJECTS), keep=True)
    assert [held.tile.z for held, *_ in live._to_keep] == [14]


def test_grids_kept_of_editions_that_ended_are_forgotten(conn, made):
    edition_id, _ = made
    grids.prepare(conn, edition_id)
    assert kept.put(conn, [(GRIDS, edition_id, Tile(3, 1, 1), b"x")], kept.number(conn, GRIDS))
    assert kept.forget_ended(conn) == 0
    with conn.cursor() as cur:
        cur.execute("UPDATE edition SET valid = tstzrange('2020-01-01', '2021-01-01') WHERE edition_id = %s", (edition_id,))
    assert (kept.forget_ended(conn), kept.get(conn, GRIDS, edition_id, Tile(3, 1, 1))) == (1, None)


def test_seeding_makes_every_tile_that_holds_something_and_goes_on_where_it_stopped(conn, made):
    wanted = seed.plan(conn, OBJECTS, 8, 13)
    done = seed.seed(conn, wanted, lambda _: None, within)
    assert done.kept == done.made > 0
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


def test_a_file_holds_every_object_at_every_zoom_also_those_beyond_the_city(conn, made, tmp_path):
    put(conn, [cover(900 + n, made[1][COVER], EAST + 0.3 + n * 0.1, NORTH + 0.2) for n in range(3)])
    cells.drain(conn)
    pmtiles.export(conn, tmp_path / "o.pmtiles", seed.plan(conn, OBJECTS, 6, 17), lambda _: None)
    sums = dict.fromkeys(range(6, 18), 0)
    with (tmp_path / "o.pmtiles").open("rb") as file:
        for (z, _, _), body in all_tiles(Reader(MmapSource(file)).get_bytes):
            sums[z] += sum(each["properties"].get("n", 1) for features in layers(gzip.decompress(body)).values() for each in features)
    assert set(sums.values()) == {43}


def test_nothing_to_write_and_too_much_are_refused(conn, made, tmp_path, monkeypatch):
    with pytest.raises(NotFound, match="nothing to write"):
        pmtiles.export(conn, tmp_path / "b.pmtiles", seed.plan(conn, Collection.BUILDINGS, 0, 5), lambda _: None)
    with pytest.raises(InvalidInput, match="to zoom 16"):
        seed.plan(conn, GRIDS, 18, 20)
    monkeypatch.setattr(seed, "MOST", 20)
    with pytest.raises(InvalidInput, match="more than 20"):
        pmtiles.export(conn, tmp_path / "o.pmtiles", seed.plan(conn, OBJECTS, 0, 20), lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_what_changes_while_it_is_seeded_is_made_again(conn, made, monkeypatch):
    """And what cannot be kept is not said to be."""
    wanted, put_in, refused = seed.plan(conn, OBJECTS, 8, 10), kept.put, []

    def busy(conn, tiles, change_no) -> bool:
        refused.append(1)
        return put_in(conn, tiles, change_no) if len(refused) > 2 else False

    monkeypatch.setattr(kept, "put", busy)
    done = seed.seed(conn, wanted, lambda _: None, within)
    assert done.kept == done.made == sum(n for *_, n, _ in kept.status(conn))
    monkeypatch.setattr(kept, "put", lambda *_: False)
    monkeypatch.setattr(seed, "_PAUSES", (0.0,))
    assert seed.seed(conn, wanted, lambda _: None, within).kept == 0


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
