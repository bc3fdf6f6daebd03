"""What objects add up to, kept by what changed, is what counting them gives."""

from __future__ import annotations

import random
import threading
from contextlib import closing

import pytest

from gridgeo.db import connection
from gridgeo.db.check import State
from gridgeo.objects import categories, changed, writing
from gridgeo.tiles import cells, soundness
from tests.objects.making import COVER, LAMP, TREE, row
from tests.tiles.making import EAST, NORTH, SOUTH, WEST, cover, put, town


@pytest.fixture
def built(conn):
    """The district, a few hundred covers added up, and the categories."""
    _, ids = town(conn)
    put(conn, [cover(n, ids[COVER], *place(random.Random(n))) for n in range(300)])
    cells.drain(conn)
    return ids


def place(chance: random.Random) -> tuple[float, float]:
    return chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)


def count(conn, zoom: int) -> int:
    with conn.cursor() as cur:
        cur.execute("SELECT sum(n) FROM object_cell WHERE zoom = %s", (zoom,))
        return int(cur.fetchone()[0] or 0)


def test_every_zoom_holds_every_object(conn, built):
    assert {count(conn, zoom) for zoom in range(5, 21)} == {300}
    assert cells.difference(conn) == []


def test_only_what_changed_is_counted_anew(conn, built):
    put(conn, [cover(5, built[COVER], WEST + 0.001, SOUTH + 0.001)])
    assert 1 <= cells.drain(conn) <= 2
    assert cells.difference(conn) == []
    assert cells.drain(conn) == 0


def test_statuses_are_kept_apart(conn, built):
    writing.change(conn, [{"object_id": each, "status": "removed"} for each in ids(conn)[:20]])
    cells.drain(conn)
    with conn.cursor() as cur:
        cur.execute("SELECT status, sum(n) FROM object_cell WHERE zoom = 10 GROUP BY status ORDER BY status")
        assert [(status, int(n)) for status, n in cur.fetchall()] == [("in_use", 280), ("removed", 20)]
    assert cells.difference(conn) == []


def ids(conn) -> list[int]:
    with conn.cursor() as cur:
        cur.execute("SELECT object_id FROM object ORDER BY object_id")
        return [object_id for (object_id,) in cur.fetchall()]


def test_a_difference_is_found(conn, built):
    """The control: a sum that is wrong, and an object that nobody told of."""
    with conn.cursor() as cur:
        cur.execute("UPDATE object_cell SET ns[1] = ns[1] + 1 WHERE zoom = 12")
        assert {zoom for zoom, *_ in cells.difference(conn)} == {12}
        cur.execute("DELETE FROM object_grid")
        cur.execute("DELETE FROM object_history")
        cur.execute("DELETE FROM object WHERE object_id = (SELECT min(object_id) FROM object)")
    assert {zoom for zoom, *_ in cells.difference(conn, 10_000)} == set(range(5, 21))


def test_the_check_says_which_cells_are_wrong_and_the_command_it_names_mends_them(conn, built):
    assert [one.state for one in soundness.examine(conn)] == [State.OK]
    with conn.cursor() as cur:
        cur.execute("UPDATE object_cell SET n = n + 1 WHERE (zoom, x, y) = (SELECT 12, min(x), min(y) FROM object_cell WHERE zoom = 12)")
        cur.execute("DELETE FROM object_cell WHERE zoom = 14 AND n > 0")
    (found,) = soundness.examine(conn)
    assert found.state is State.ERROR and "zoom 12, 14 " in found.seen and "gridgeo tiles rebuild" in found.hint
    cells.rebuild(conn)
    assert [one.state for one in soundness.examine(conn)] == [State.OK] and cells.difference(conn) == []


def test_what_was_filled_otherwise_is_counted_from_scratch(conn, built):
    with conn.cursor() as cur:
        cur.execute("UPDATE object SET point = ST_Translate(point, 0.001, 0)")
    changed.note_all(conn)
    assert cells.drain(conn) == -1
    assert cells.difference(conn) == []


def test_another_tree_orders_the_classes_anew(conn, built):
    with conn.cursor() as cur:
        cur.execute("SELECT majors FROM object_cell WHERE zoom = 5")
        assert cur.fetchone()[0][:2] == [300, 0]
        cur.execute("UPDATE category_tree SET valid = 'empty', activated_at = NULL")  # a tree with another class before this one
        categories.activate(conn, categories.stage(conn, [row("井盖", major="甲", minor="井", minor_en="Covers"), *TREE], "2027"))
        assert cells.waiting(conn)
        before = cells.last_change(conn)[0]
        assert cells.drain(conn) == 0, "no object is counted for that"
        assert [xs for _, xs, _ in cells.changes(conn, before)] == [None], "every tile is another"
        cur.execute("SELECT majors FROM object_cell WHERE zoom = 5")
        assert cur.fetchone()[0][:2] == [0, 300]
    assert not cells.waiting(conn)


def test_changes_are_told_in_order(conn, built):
    before = cells.last_change(conn)[0]
    put(conn, [cover(900, built[COVER], WEST + 0.01, SOUTH + 0.01)])
    cells.drain(conn)
    ((number, xs, ys),) = cells.changes(conn, before)
    assert number > before and len(xs) == len(ys) == 1


def test_cells_are_right_whatever_many_write_at_the_same_time(database_url):
    """Six writers add, move, change and retire; two drain meanwhile; at the end every cell is what counting gives."""
    with closing(connection.connect(database_url)) as conn:
        with connection.transaction(conn):
            _, made = town(conn)
            put(conn, [cover(n, made[COVER], *place(random.Random(n))) for n in range(60)])
        kinds = [made[COVER]]
        stop = threading.Event()
        faults: list[BaseException] = []

        def write(seed: int) -> None:
            chance = random.Random(seed)
            try:
                with closing(connection.connect(database_url)) as mine:
                    for turn in range(8):
                        rows = [cover(100 * seed + turn, chance.choice(kinds), *place(chance))]
                        rows += [
                            cover(10 * seed + n, made[COVER], *place(chance), status=chance.choice(["in_use", "damaged", "removed"]))
                            for n in range(3)
                        ]
                        with connection.transaction(mine):
                            writing.put(mine, rows)
                        if chance.random() < 0.2:
                            writing.put(mine, rows[:1])
                            mine.rollback()
            except BaseException as error:
                faults.append(error)

        def drain() -> None:
            try:
                with closing(connection.connect(database_url)) as mine:
                    while not stop.is_set():
                        with connection.transaction(mine):
                            cells.drain(mine)
            except BaseException as error:
                faults.append(error)

        writers = [threading.Thread(target=write, args=(seed,)) for seed in range(6)]
        drainers = [threading.Thread(target=drain) for _ in range(2)]
        for thread in writers + drainers:
            thread.start()
        for thread in writers:
            thread.join()
        stop.set()
        for thread in drainers:
            thread.join()
        assert not faults, faults
        with connection.transaction(conn):
            cells.drain(conn)
            assert cells.difference(conn) == []
            assert count(conn, 20) == len(ids(conn)) > 60


def test_lamps_and_covers_of_one_class_are_one_number(conn, built):
    assert built[LAMP] != built[COVER]
    with conn.cursor() as cur:
        cur.execute("SELECT m FROM category_major WHERE category_id = ANY (%s)", ([built[LAMP], built[COVER]],))
        assert cur.fetchall() == [(1,), (1,)]
