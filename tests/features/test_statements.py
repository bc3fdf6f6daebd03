"""What questions are made of, and that they reach an index however large the city is."""

from __future__ import annotations

from contextlib import closing

import pytest
import shapely

from gridgeo.cql2 import text
from gridgeo.db import connection, queries
from gridgeo.features import reading, statements
from gridgeo.features.collections import COLLECTIONS
from gridgeo.features.question import Order, Period, Question, filtered
from gridgeo.features.systems import CRS84, box
from tests.access import making

#: 40,000 buildings with a house and a name each, and as many objects, over half a degree.
_CITY = """
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT (440306001001 + n / 9000)::text AS zone, (440306001001 + n / 9000)::text || '03' || lpad((n % 9000)::text, 5, '0') AS code,
       ST_SetSRID(ST_MakePoint(113 + (n % 200) * 0.0025, 22.5 + (n / 200) * 0.0025), 4490) AS point
  FROM generate_series(0, 39999) AS n;
INSERT INTO gridgeo.building (zone, building_code, building_use, status, point, valid_from)
SELECT zone, code, 'residential', 'in_use', point, '2020-01-01' FROM made;
INSERT INTO gridgeo.building_grid SELECT zone, code, gridgeo.edition_now(), NULL, 'none' FROM made;
INSERT INTO gridgeo.house (zone, house_code, building_code, status, valid_from)
SELECT zone, code || '000101', code, 'in_use', '2020-01-01' FROM made;
INSERT INTO gridgeo.address_name (zone, code, kind, name, name_key, valid_from)
SELECT zone, code, 'short', code, code, '2020-01-01' FROM made;
INSERT INTO gridgeo.category (major, minor, name) VALUES ('a', 'b', 'c');
INSERT INTO gridgeo.object (element_code, category_id, status, point, since)
SELECT 'MB0000011' || code, (SELECT max(category_id) FROM gridgeo.category), 'in_use', point, '2020-01-01' FROM made;
ANALYZE gridgeo.building, gridgeo.building_grid, gridgeo.house, gridgeo.address_name, gridgeo.object;
"""
LARGE = {"building", "house", "address_name", "object"}
SMALL, WIDE = box((113.1, 22.6, 113.105, 22.605), CRS84), box((100, 10, 120, 30), CRS84)


@pytest.fixture(scope="module")
def filled(server, template):
    name = server.create(template)
    with closing(connection.connect(server.url_of(name))) as conn:
        making.city(conn)
        with conn.cursor() as cur:
            cur.execute(_CITY)
        yield conn
    server.drop(name)


def plan(conn, name, **asked):
    """The nodes of the plan of a page."""
    question = reading.placed(conn, COLLECTIONS[name], Question(**{"limit": 100, **asked}))
    statement, given = statements.page(COLLECTIONS[name], question)
    with conn.cursor() as cur:
        cur.execute(f"EXPLAIN (FORMAT JSON) {statement}", given)
        return list(nodes(cur.fetchone()[0][0]["Plan"]))


def nodes(node):
    yield node
    for part in node.get("Plans", ()):
        yield from nodes(part)


@pytest.mark.parametrize("asked", [{}, {"area": SMALL}, {"area": WIDE}, {"after": True}, {"ids": True}], ids=str)
@pytest.mark.parametrize("name", ["buildings", "houses", "addresses", "objects"])
def test_a_page_reads_no_large_table_whole(filled, name, asked):
    collection = COLLECTIONS[name]
    if "after" in asked:
        asked = {"after": reading.page(filled, collection, Question(limit=1000)).next}
    if "ids" in asked:
        asked = {"ids": ("4403060010010300007", "4403060010010300007000101", "17")}
    walked = [node["Relation Name"] for node in plan(filled, name, **asked) if node["Node Type"] == "Seq Scan"]
    sorts = [node["Plan Rows"] for node in plan(filled, name, **asked) if "Sort" in node["Node Type"]]
    assert not LARGE & set(walked) and all(rows < 5000 for rows in sorts)


@pytest.mark.parametrize("name", ["buildings", "houses", "addresses", "objects"])
def test_a_small_box_finds_through_the_index_what_a_walk_finds(filled, name):
    found = reading.page(filled, COLLECTIONS[name], Question(area=SMALL, limit=100))
    assert found.returned in (9, 4)
    assert any("point_idx" in node.get("Index Name", "") for node in plan(filled, name, area=SMALL))
    around = shapely.union(SMALL, shapely.box(119, 10, 120, 11))  # nothing there, yet the box of both is wide
    assert reading.page(filled, COLLECTIONS[name], Question(area=around, limit=100)) == found


@pytest.mark.parametrize("name", ["houses", "addresses"])
def test_a_geometry_all_must_meet_is_looked_for_as_a_box_is(filled, name):
    def asked(condition):
        only = filtered(COLLECTIONS[name], text.parse(condition, COLLECTIONS[name].queryables))
        return Question(area=only.reach, only=only, limit=100)

    place = "BBOX(113.1, 22.6, 113.105, 22.605)"
    found = asked(f"S_WITHIN(geometry, {place}) AND valid_to IS NULL")
    assert any("point_idx" in node.get("Index Name", "") for node in plan(filled, name, area=found.area, only=found.only))
    assert asked(f"S_INTERSECTS(geometry, {place}) OR valid_to IS NULL").area is asked(f"NOT (S_WITHIN(geometry, {place}))").area is None
    assert asked(f"S_DISJOINT(geometry, {place})").area is None


def test_what_comes_after_a_key_of_unknown_values():
    """After the last known value come the unknown ones, after an unknown one only those with a later key."""
    houses = COLLECTIONS["houses"]
    known, _ = statements.page(houses, Question(order=(Order("floor", True),), after=("3", "z", "c"), limit=1))
    unknown, _ = statements.page(houses, Question(order=(Order("floor", True),), after=(None, "z", "c"), limit=1))
    assert "f.floor < " in known and "OR f.floor IS NULL" in known
    assert "f.floor <" not in unknown and "f.floor IS NULL" in unknown
    assert statements.keys(houses, Question(order=(Order("house_code"),))) == [("zone", False), ("house_code", False)]


def test_a_statement_is_written_once_for_all_questions_of_its_kind():
    objects, here = COLLECTIONS["objects"], Question(area=SMALL, limit=100)
    known, given = statements.page(objects, here)
    assert statements.page(objects, Question(area=WIDE, limit=100))[0] is known and given["area"] not in known
    assert statements.page(objects, Question(area=SMALL, limit=99))[0] != known
    assert statements.page(objects, Question(area=SMALL, limit=100, properties=("name",)))[0] != known
    assert statements.page(objects, Question(area=SMALL, limit=100, period=Period(None, None)))[0] != known


def test_what_others_say_is_joined_to_a_page_alone_unless_it_is_asked_of():
    objects, asks = COLLECTIONS["objects"], text.parse("grid = '440306001001001'", COLLECTIONS["objects"].queryables)
    free, _ = statements.page(objects, Question(area=SMALL, limit=100))
    asked, _ = statements.page(objects, Question(only=filtered(objects, asks), limit=100))
    ordered, _ = statements.page(objects, Question(order=(Order("category"),), limit=100))
    assert free.index("LIMIT") < free.index("LEFT JOIN")
    assert all(each.index("LEFT JOIN") < each.index("LIMIT") for each in (asked, ordered))


@pytest.mark.parametrize(
    "asked, whole",
    [
        ({}, True),
        ({"area": SMALL}, True),
        ({"ids": ("17", "18")}, True),
        ({"area": WIDE}, False),
        ({"q": "MB00"}, False),
        ({"order": (Order("status"),)}, False),
    ],
    ids=str,
)
def test_a_plan_is_kept_where_it_does_not_depend_on_what_is_asked(filled, asked, whole):
    """Of all else keys are found by a plan of its own; what is told of them has one that is kept."""
    with filled.cursor() as cur:
        cur.execute("DEALLOCATE ALL")
        queries.forget(filled)
        pages = [reading.page(filled, COLLECTIONS["objects"], Question(**asked, limit=3)) for _ in range(2)]
        cur.execute("SELECT statement LIKE '%LIMIT 4%' FROM pg_prepared_statements")
        assert cur.fetchall() == [(whole,)] and pages[0] == pages[1]


def test_a_filter_that_comes_again_has_its_plan_kept_with_its_values(filled):
    def asked(code, **more):
        tree = text.parse(f"element_code LIKE '%{code}' AND name IS NULL", objects.queryables)
        return reading.page(filled, objects, Question(only=filtered(objects, tree), limit=2, **more))

    objects = COLLECTIONS["objects"]
    with filled.cursor() as cur:
        cur.execute("DEALLOCATE ALL")
        queries.forget(filled)
        first, *again = [asked("0001"), asked("0001"), asked("0001", after=("0",))]
        others = [asked("0002"), asked("0002")]
        cur.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%LIMIT 3%'")
        assert cur.fetchone() == (3,)
    assert first.returned == 2 and all(each == first for each in again)
    assert others[0] == others[1] != first
