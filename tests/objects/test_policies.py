"""Who sees which objects: nothing of another area, by row or by count."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest
import shapely

from gridgeo.access import rules, store
from gridgeo.db import connection
from gridgeo.errors import NotFound
from gridgeo.hierarchy import store as hierarchy
from gridgeo.ingest import activation
from gridgeo.objects import categories, counts, writing
from gridgeo.objects import store as objects
from gridgeo.objects.model import Where
from tests.objects import making
from tests.objects.making import IN_A, IN_C, NOWHERE

#: Rows of one object in each table; it was changed once. Counts: its own, its unit's total.
TABLES = {"object": 1, "object_grid": 1, "object_history": 1, "object_count": 1, "object_sum": 1}
ROLES = ("gridgeo_reader", "gridgeo_writer", "gridgeo_linkage")


@pytest.fixture(scope="module")
def city(server, template):
    """The URL of a database with an object in each of two communities and one outside, edition, units, element codes."""
    name = server.create(template)
    url = server.url_of(name)
    edition_id, units, codes = making.loaded(url, IN_A, IN_C, NOWHERE)
    with closing(connection.connect(url)) as conn, conn:
        writing.change(conn, [{"element_code": code, "status": "damaged"} for code in codes])
        with conn.cursor() as cur:
            cur.execute("DELETE FROM object_count WHERE n = 0; DELETE FROM object_sum WHERE n = 0")
            cur.execute("INSERT INTO object_rejected VALUES (1, 1, 'a.csv', '{}', '[]')")
    yield url, edition_id, units, codes
    server.drop(name)


@pytest.fixture(params=ROLES)
def conn(city, request):
    with closing(connection.connect(city[0], request.param)) as conn:
        yield conn


def seen(conn) -> dict[str, int]:
    with conn.cursor() as cur:
        return {table: _count(cur, table) for table in TABLES}


def _count(cur, table: str) -> int:
    cur.execute(f"SELECT count(*) FROM {table}")
    return cur.fetchone()[0]


def nothing() -> dict[str, int]:
    return dict.fromkeys(TABLES, 0)


def test_nothing_is_seen_before_somebody_says_what_may_be(conn):
    assert seen(conn) == nothing()


@pytest.mark.parametrize("area", ["", "{}", "{0}", "{-1}", "ALL"])
def test_an_area_without_units_is_nothing(conn, area):
    """Nor is what lies in no unit, which counts as unit 0."""
    store.see(conn, area)
    assert {table: n for table, n in seen(conn).items() if table != "object_count" and table != "object_sum"} == {
        "object": 0,
        "object_grid": 0,
        "object_history": 0,
    }


def test_an_area_is_its_objects_and_their_counts(city, conn):
    _, edition_id, units, codes = city
    everything = list(units.values())
    for unit, code, other in (("99990100100101", codes[0], codes[1]), ("99990100100201", codes[1], codes[0])):
        store.see(conn, rules.written([units[unit]]))
        assert seen(conn) == TABLES
        assert [one.element_code for one in objects.listed(conn, Where())] == [code]
        assert [one.element_code for one in objects.listed(conn, Where(polygon=shapely.box(112, 22, 114, 24)))] == [code]
        assert sum(objects.within(conn, Where(units=everything)).values()) == 1
        assert sum(counts.of_units(conn, edition_id, [*everything, 0]).values()) == 1
        assert counts.by_unit(conn, edition_id, dict.fromkeys(everything, 7)) == {7: 1}
        assert objects.unplaced(conn) == []
        with pytest.raises(NotFound):
            objects.find(conn, other)


def test_what_adds_up_counts_tells_a_caller_of_its_units_alone(city, conn):
    _, edition_id, units, _ = city
    for area, n in (("", 0), ("{}", 0), (rules.written([units["99990100100101"]]), 1), (store.WHOLE, 3)):
        store.see(conn, area)
        with conn.cursor() as cur:
            cur.execute("SELECT coalesce(sum(n), 0) FROM gridgeo.counted(%s, %s::bigint[])", (edition_id, [*units.values(), 0]))
            assert cur.fetchone() == (n,), area


def test_the_whole_city_is_all_of_it(city, conn):
    _, edition_id, units, codes = city
    store.see(conn, store.WHOLE)
    assert [one.element_code for one in objects.listed(conn, Where())] == codes
    assert sum(counts.of_units(conn, edition_id, [*units.values(), 0]).values()) == 3
    assert [one.element_code for one in objects.unplaced(conn)] == codes[2:]


def test_an_area_of_every_unit_counts_like_the_whole(city, conn):
    """By the sums of the units above it may not see, or by its own."""
    _, edition_id, units, _ = city
    lowest = [unit for code, unit in units.items() if len(code) == 14]
    store.see(conn, store.WHOLE)
    whole = counts.of_units(conn, edition_id, lowest)
    store.see(conn, rules.written(lowest))
    assert counts.of_units(conn, edition_id, lowest) == whole and sum(whole.values()) == 2


def test_a_sum_is_seen_by_whoever_may_see_all_that_it_adds_up(city, conn):
    _, _, units, _ = city
    lowest = [unit for code, unit in units.items() if len(code) == 14]
    for area, expected in ((lowest, [units["999901001"]]), (lowest[1:], []), (lowest[:-1], [])):
        store.see(conn, rules.written(area))
        with conn.cursor() as cur:
            cur.execute("SELECT DISTINCT unit_id FROM object_sum WHERE category_id <> 0")
            assert [unit for (unit,) in cur.fetchall()] == expected


def test_a_sum_of_an_edition_that_is_to_come_is_not_seen_by_what_belongs_together_today(database_url):
    edition_id, units, _ = making.loaded(database_url, IN_A, IN_C)
    with closing(connection.connect(database_url)) as conn, conn:
        activation.activate(conn, making.draft(conn, making.CUT), hierarchy.now(conn) + timedelta(days=1))
    with closing(connection.connect(database_url, "gridgeo_reader")) as conn, conn.cursor() as cur:
        store.see(conn, rules.written([unit for code, unit in units.items() if len(code) == 14]))
        cur.execute("SELECT DISTINCT edition_id FROM object_sum WHERE category_id <> 0")
        assert cur.fetchall() == [(edition_id,)]


def test_a_reader_of_the_whole_city_finds_objects_by_the_index_on_points(city):
    with closing(connection.connect(city[0], "gridgeo_reader")) as conn, conn.cursor() as cur:
        store.see_whole(conn)
        cur.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on")
        meant = objects.written(Where(polygon=shapely.box(113.0, 22.8, 113.01, 22.9)))
        cur.execute("EXPLAIN " + cur.mogrify(objects.SQL["amounts"], meant).decode())
        plan = str(cur.fetchall())
        assert "object_point_idx" in plan and "SubPlan" not in plan
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cur.execute("UPDATE object SET status = 'missing'")


def test_what_is_known_is_never_deleted_nor_history_rewritten(city):
    forbidden = (
        "DELETE FROM object",
        "UPDATE object SET element_code = 'X'",
        "UPDATE object_history SET status = 'in_use'",
        "DELETE FROM object_history",
        "UPDATE category SET name = 'x'",
        "DELETE FROM category_tree",
        "UPDATE object_status SET standing = true",
    )
    with closing(connection.connect(city[0], "gridgeo_writer")) as conn, conn.cursor() as cur:
        for statement in forbidden:
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cur.execute(statement)
            conn.rollback()


def test_a_writer_of_the_whole_city_writes_through_the_same_doors(city):
    with closing(connection.connect(city[0], "gridgeo_writer")) as conn:
        store.see(conn, store.WHOLE)
        kind = categories.tree(conn).by_path[making.LAMP].category_id
        assert writing.put(conn, [making.lamp(kind, 77)]).added == 1
        assert writing.change(conn, [{"element_code": f"{making.LIGHTS}77", "status": "missing"}]).changed == 1
        assert counts.difference(conn, city[1]) == []
        conn.rollback()


def test_rejected_rows_are_for_those_who_mend_them(city):
    may = "SELECT has_table_privilege(%s, 'gridgeo.object_rejected', 'SELECT')"
    with closing(connection.connect(city[0])) as conn, conn.cursor() as cur:
        allowed = {}
        for role in (*ROLES, "gridgeo_city", "gridgeo_admin"):
            cur.execute(may, (role,))
            allowed[role] = cur.fetchone()[0]
    assert {role for role, one in allowed.items() if one} == {"gridgeo_writer", "gridgeo_admin"}
