"""Objects in tiles: every one is counted once, whoever may see it, at every zoom."""

from __future__ import annotations

import random
import re
from datetime import date

import pytest

from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.hierarchy.store import edition_open
from gridgeo.objects import categories, counts, store, writing
from gridgeo.objects.filters import parse
from gridgeo.objects.model import Where
from gridgeo.tiles import cells, grids, objects
from gridgeo.tiles.model import DEEPEST, FILTERED_FROM, PLAIN, POINTS_FROM, Filter
from tests.objects.making import COVER, LAMP, LIGHTS, PARKS, units
from tests.tiles.making import EAST, NORTH, SOUTH, WEST, cover, put, seeing, tile_at, tiles_of, town
from tests.tiles.reading import layers

A, B = "99990100100101", "99990100100102"


@pytest.fixture(scope="module")
def template(laid, template) -> str:
    """A database with the district and 200 covers, every tenth removed."""
    return laid(template, lay)


def lay(conn) -> None:
    edition_id, ids = town(conn)
    chance = random.Random(3)
    rows = [
        cover(n, ids[COVER], chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH), "removed" if n % 10 == 0 else "in_use")
        for n in range(200)
    ]
    put(conn, rows)
    cells.drain(conn)
    grids.prepare(conn, edition_id)


@pytest.fixture
def made(conn) -> tuple[int, dict[str, int]]:
    """The district's edition, and its categories by path."""
    return edition_open(conn, GOVERNANCE).edition_id, {path: one.category_id for path, one in categories.tree(conn).by_path.items()}


def shown(conn, z: int, wanted: Filter = PLAIN, make=objects.tile) -> dict[str, list]:
    """The features of all tiles of a zoom, by layer."""
    found: dict[str, list] = {}
    for at in tiles_of(z):
        for layer, features in layers(make(conn, at, wanted)).items():
            found.setdefault(layer, []).extend(features)
    return found


def total(features: list) -> int:
    return sum(feature["properties"]["n"] for feature in features)


def many(found: dict[str, list]) -> int:
    """How many objects tiles show, added up or one by one."""
    return total(found.get("clusters", [])) + len(found.get("objects", []))


def everywhere(conn, edition_id: int) -> str:
    """The area of a caller whose units are all there are."""
    return "{" + ",".join(map(str, units(conn, edition_id).values())) + "}"


@pytest.mark.parametrize("z", [5, 9, 12, 14, POINTS_FROM - 1])
def test_clusters_count_every_object_that_stands_once(conn, made, z):
    found = shown(conn, z)
    assert set(found) == {"clusters"}
    assert total(found["clusters"]) == sum(feature["properties"]["m1"] for feature in found["clusters"]) == 180


@pytest.mark.parametrize("z", [POINTS_FROM, 17])
def test_near_every_object_is_there_once(conn, made, z):
    features = shown(conn, z)["objects"]
    assert len(features) == len({feature["id"] for feature in features}) == 180
    told = features[0]["properties"]
    assert told["c"] == made[1][COVER] and told["s"] == "in_use" and ("name" in told) == (z >= 17)


@pytest.mark.parametrize("z", [POINTS_FROM, 19])
def test_objects_stand_where_they_are(conn, made, z):
    """To 19 mm, the whole numbers of the world."""
    with conn.cursor() as cur:
        cur.execute("SELECT object_id, ST_X(point), ST_Y(point) FROM object WHERE status = 'in_use' ORDER BY object_id LIMIT 20")
        for object_id, lon, lat in cur.fetchall():
            at = tile_at(lon, lat, z)
            west, south, east, north = at.bounds
            found = next(each for each in layers(objects.tile(conn, at, PLAIN))["objects"] if each["id"] == object_id)
            ((x, y),) = found["parts"][0:1][0]
            assert x == pytest.approx((lon - west) / (east - west) * 4096, abs=1.1)
            assert y == pytest.approx((north - lat) / (north - south) * 4096, abs=1.1)


def test_a_filter_counts_what_it_lets_through(conn, made):
    _, ids = made
    for z in (8, 13, POINTS_FROM):
        assert shown(conn, z, Filter((ids[LAMP],))) == {}
        everything = shown(conn, z, Filter((ids[COVER],), ("in_use", "removed")))
        gone = shown(conn, z, Filter(None, ("removed",)))
        if z < POINTS_FROM:
            assert (total(everything["clusters"]), total(gone["clusters"])) == (200, 20)
        else:
            assert (len(everything["objects"]), len(gone["objects"])) == (200, 20)


@pytest.mark.parametrize("z", [8, 13, POINTS_FROM - 1, POINTS_FROM])
def test_a_filter_in_words_answers_as_plain_parameters_do(conn, made, z):
    edition_id, ids = made
    for words, plain in (
        (f"category = {ids[COVER]}", Filter((ids[COVER],), tuple(objects.standing(conn)))),
        (f"category IN ({ids[COVER]}, {ids[LAMP]}) AND status = 'removed'", Filter((ids[COVER], ids[LAMP]), ("removed",))),
        ("major = '公用设施' AND NOT status <> 'in_use'", Filter(None, ("in_use",))),
        ("major <> '公用设施'", Filter((ids[LAMP],))),
    ):
        wanted = Filter(None, None, parse(words))
        assert shown(conn, z, wanted) == shown(conn, z, plain), words
        with seeing(conn, everywhere(conn, edition_id)):
            assert shown(conn, z, wanted, objects.tile_seen) == shown(conn, z, plain, objects.tile_seen), words


def test_a_filter_that_says_what_parameters_say_is_looked_for_as_they_are(conn, made):
    """The control: what lets other categories through of one status than of another stays a filter."""
    _, ids = made
    standing = tuple(objects.standing(conn))
    for words, plain in (
        (f"category = {ids[COVER]}", Filter((ids[COVER],), standing)),
        (f"category IN ({ids[COVER]}) AND (status = 'removed' OR status = 'missing')", Filter((ids[COVER],), ("missing", "removed"))),
        ("status = 'removed' AND major <> 'x'", Filter(None, ("removed",))),
        ("category = 1 AND category = 2", Filter((), ())),
    ):
        assert objects._plainer(conn, Filter(None, None, parse(words))) == plain, words
    mixed = Filter(None, None, parse(f"status = 'removed' OR category = {ids[COVER]}"))
    assert objects._plainer(conn, mixed) == mixed
    assert total(shown(conn, 12, mixed)["clusters"]) == 200


@pytest.mark.parametrize("z", [FILTERED_FROM, POINTS_FROM - 1, POINTS_FROM])
def test_what_cells_do_not_know_is_asked_of_the_objects(conn, made, z):
    with conn.cursor() as cur:
        cur.execute("UPDATE object SET floor = 3 WHERE object_id IN (SELECT object_id FROM object WHERE status = 'in_use' LIMIT 7)")
    for words, n in (("floor = 3", 7), ("floor = 3 AND status = 'removed'", 0), ("floor IS NULL OR status = 'in_use'", 200)):
        wanted = Filter(None, None, parse(words))
        assert many(shown(conn, z, wanted)) == n, words
        with seeing(conn, everywhere(conn, made[0])):
            assert many(shown(conn, z, wanted, objects.tile_seen)) == n, words


def test_a_filter_shows_a_caller_of_a_part_no_more_than_its_part(conn, made):
    edition_id, _ = made
    unit = units(conn, edition_id)[A]
    for z in (8, 13, 14):
        everything, wanted = shown(conn, z), Filter(None, None, parse("status <> 'removed' OR major <> 'x'"))
        with seeing(conn, f"{{{unit}}}"):
            mine = shown(conn, z, wanted, objects.tile_seen)
        assert 0 < total(mine["clusters"]) < total(everything["clusters"])


def test_what_is_too_much_for_a_tile_is_added_up_and_not_cut_off(conn, made, monkeypatch):
    monkeypatch.setattr(objects, "POINTS_MOST", 3)
    found = shown(conn, POINTS_FROM)
    single = len(found.get("objects", []))
    assert found["clusters"] and single + total(found["clusters"]) == 180
    for at in tiles_of(POINTS_FROM):
        assert len(layers(objects.tile(conn, at, PLAIN))) <= 1


def test_a_caller_of_a_part_sees_the_objects_of_its_units(conn, made):
    edition_id, _ = made
    unit = units(conn, edition_id)
    expected = sum(counts.of_units(conn, edition_id, [unit[A]], ("category",)).values())
    assert 0 < expected < 180
    with seeing(conn, f"{{{unit[A]}}}"):
        for z in (5, 10, 13, 14, POINTS_FROM - 1):
            assert total(shown(conn, z, make=objects.tile_seen)["clusters"]) == expected, z
        assert len(shown(conn, POINTS_FROM, make=objects.tile_seen)["objects"]) == expected
        assert shown(conn, 9) == {}, "what is kept of the whole city is not for it"


def test_counts_of_units_need_no_simplified_grids(conn, made):
    """An edition is simplified some seconds after it began; a unit may be too small to be drawn."""
    edition_id, _ = made
    unit = units(conn, edition_id)[A]
    expected = sum(counts.of_units(conn, edition_id, [unit], ("category",)).values())
    grids.clear(conn, edition_id)
    with seeing(conn, f"{{{unit}}}"):
        assert total(shown(conn, 10, make=objects.tile_seen)["clusters"]) == expected > 0


@pytest.mark.parametrize("query", ["points", "clusters_seen", "objects"])
def test_a_caller_of_a_part_asks_for_its_objects_and_not_for_all(conn, made, query):
    """The control: row-level security lets && and LIKE use no index before it asked of every object."""
    edition_id, ids = made
    unit = units(conn, edition_id)[A]
    with conn.cursor() as cur:
        cur.execute(
            "INSERT INTO object (element_code, category_id, status, point, since, source) SELECT %s || n, %s, 'in_use',"
            " ST_SetSRID(ST_MakePoint(113.05 + n * 1e-7, 22.89), 4490), '2026-01-01', '' FROM generate_series(1000000, 1020000) AS n",
            (PARKS, ids[COVER]),
        )
        cur.execute(
            "INSERT INTO object_grid (object_id, edition_id, unit_id, outcome) SELECT object_id, %s, %s, 'inside' FROM object"
            " WHERE element_code >= %s ON CONFLICT DO NOTHING",
            (edition_id, units(conn, edition_id)[B], PARKS),
        )
        cur.execute("ANALYZE object, object_grid")
    at = tile_at(WEST + 0.005, SOUTH + 0.005, POINTS_FROM)
    given = {**objects._given(conn, at, PLAIN), "most": 6000, "named": False}
    narrow, wide = {**given, "units": [unit]}, {**given, "units": None}
    sql = objects.SQL.get(query) or store.SQL[query]
    if query == "objects":
        narrow = {"after": None, "limit": 100, **store.written(Where(q=f"{LIGHTS}00000001"))}
        wide, like = narrow, "o.element_code LIKE '%%' || %(code)s || '%%'"
    with seeing(conn, f"{{{unit}}}"):
        assert "Seq Scan on object " not in plan(conn, sql, narrow)
        control = sql if query != "objects" else re.sub(r"o.element_code >= .* '\['", like, sql)
        assert re.search("Seq Scan on object |Index Scan using object_pkey on object o", plan(conn, control, wide))


def plan(conn, sql: str, given: dict) -> str:
    with conn.cursor() as cur:
        cur.execute("EXPLAIN " + sql, given)
        return "\n".join(line for (line,) in cur.fetchall())


def test_a_caller_of_nothing_sees_nothing(conn, made):
    for area in ("{}", ""):
        with seeing(conn, area):
            for z in (0, 9, 14, POINTS_FROM, DEEPEST):
                assert shown(conn, min(z, 17), make=objects.tile_seen) == shown(conn, min(z, 17)) == {}


FIRST, LATER, MOVED = date(2024, 1, 1), date(2026, 1, 1), date(2026, 6, 1)


@pytest.fixture
def moved(conn, made):
    """A hundred more covers, half of them of later; then some go elsewhere, become lamps or are removed."""
    edition_id, ids = made
    chance = random.Random(4)
    rows = [
        {**cover(1000 + n, ids[COVER], chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)), "since": (FIRST, LATER)[n % 2]}
        for n in range(100)
    ]
    put(conn, rows)
    codes = [row["element_code"] for row in rows]
    elsewhere = [{"element_code": code, "lon": EAST - 0.0001, "lat": NORTH - 0.0001, "since": MOVED} for code in codes[:30]]
    for changed in (
        elsewhere,
        [{"element_code": code, "status": "removed", "since": MOVED} for code in codes[20:50]],
        [{"element_code": code, "category_id": ids[LAMP], "attributes": {"height_m": 8}, "since": MOVED} for code in codes[50:70]],
    ):
        assert not writing.change(conn, changed).issues
    cells.drain(conn)
    return edition_id, ids


def listed(conn, day: date, wanted: Filter = PLAIN) -> set[tuple]:
    """What the list of objects says was there on a day."""
    where = Where(categories=wanted.categories, statuses=None if wanted.only else objects.standing(conn), only=wanted.only)
    found = store.listed(conn, where, limit=1000, then=store.Then(day, None))
    return {(one.object_id, one.category_id, str(one.status)) for one in found}


@pytest.mark.parametrize("day, n", [(date(2023, 12, 31), 0), (FIRST, 50), (LATER, 100), (date(2026, 5, 31), 100), (MOVED, 70)])
def test_a_tile_of_a_day_shows_what_the_list_says_was_there(conn, moved, day, n):
    edition_id, ids = moved
    for wanted in (Filter(day=day), Filter((ids[LAMP],), day=day), Filter(None, None, parse("status = 'removed'"), day)):
        near = shown(conn, POINTS_FROM, wanted).get("objects", [])
        seen = {(one["id"], one["properties"]["c"], one["properties"]["s"]) for one in near}
        assert seen == listed(conn, day, wanted) and len(near) == len(seen)
        assert many(shown(conn, FILTERED_FROM, wanted)) == len(near)
        with seeing(conn, everywhere(conn, edition_id)):
            assert shown(conn, POINTS_FROM, wanted, objects.tile_seen).get("objects", []) == near
    assert len(listed(conn, day)) == n


def test_what_was_elsewhere_then_is_drawn_there(conn, moved):
    """One moved from A into B: whose unit it is today sees it where it was, others do not."""
    edition_id, ids = moved
    unit = units(conn, edition_id)
    assert not writing.add(conn, [{**cover(5000, ids[COVER], WEST + 0.005, SOUTH + 0.005), "since": FIRST}]).issues
    code = cover(5000, ids[COVER], 0, 0)["element_code"]
    with conn.cursor() as cur:
        cur.execute("SELECT unit_id FROM object_grid JOIN object USING (object_id) WHERE element_code = %s", (code,))
        (before,) = cur.fetchone()
    assert not writing.change(conn, [{"element_code": code, "lon": EAST - 0.0001, "lat": NORTH - 0.0001, "since": MOVED}]).issues
    object_id = store.find(conn, code).object_id
    now = store.find(conn, code).unit_id
    assert {before, now} <= set(unit.values()) and before != now
    here, there = tile_at(WEST + 0.005, SOUTH + 0.005, 18), tile_at(EAST - 0.0001, NORTH - 0.0001, 18)
    for area, seen in ((now, True), (before, False)):
        with seeing(conn, f"{{{area}}}"):
            for day, at in ((FIRST, here), (MOVED, there)):
                found = layers(objects.tile_seen(conn, at, Filter(day=day))).get("objects", [])
                assert (object_id in {one["id"] for one in found}) == seen
