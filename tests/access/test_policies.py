"""Row-level security, asked with the roles requests run as and never with the owner, whom no policy holds."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest

from gridgeo.access import rules, store
from gridgeo.db import connection
from gridgeo.db.connection import Pool
from tests.access import making
from tests.api.world import A, D

#: Rows of one building in each table.
EACH = {"building": 1, "building_address": 1, "building_grid": 1, "house": 1, "address_name": 2, "address_successor": 1}
EACH_LINKED = {**EACH, "linkage.link": 3, "linkage.identity": 1, "linkage.cluster_address": 2}
HELD = {"gridgeo_reader": EACH, "gridgeo_writer": EACH, "gridgeo_linkage": EACH_LINKED}


@pytest.fixture(scope="module")
def city(server, template):
    """The URL of a database with two buildings, and unit ids by code."""
    name = server.create(template)
    yield server.url_of(name), making.loaded(server.url_of(name))
    server.drop(name)


def seen(conn, table: str) -> int:
    with conn.cursor() as cur:
        cur.execute(f"SELECT count(*) FROM {table}")
        return cur.fetchone()[0]


def nothing(counts) -> dict:
    return dict.fromkeys(counts, 0)


@pytest.fixture(params=HELD)
def role(request):
    return request.param


@pytest.fixture
def conn(city, role):
    with closing(connection.connect(city[0], role)) as conn:
        yield conn


def test_nothing_is_seen_before_somebody_says_what_may_be(conn, role):
    assert {table: seen(conn, table) for table in HELD[role]} == nothing(HELD[role])


@pytest.mark.parametrize("area", ["", "{}", "none", "ALL", "{0}", "{-1}", "{} {}", "{-1} {[-1,0)}", " {[0,99)}"])
def test_an_area_without_units_is_nothing(conn, role, area):
    store.see(conn, area)
    assert {table: seen(conn, table) for table in HELD[role]} == nothing(HELD[role])


def test_an_area_is_its_buildings_and_what_hangs_on_them(city, conn, role):
    for unit in (A, D):
        store.see(conn, rules.written([city[1][unit]]))
        assert {table: seen(conn, table) for table in HELD[role]} == HELD[role]
        with conn.cursor() as cur:
            cur.execute("SELECT house_code FROM house")
            assert cur.fetchall() == [(making.HOUSE[unit],)]


def test_the_whole_city_is_all_of_it(city, conn, role):
    twice = {table: 2 * count for table, count in HELD[role].items()}
    store.see(conn, store.WHOLE)
    assert {table: seen(conn, table) for table in twice} == twice
    store.see(conn, rules.written(city[1].values()))
    assert {table: seen(conn, table) for table in twice} == twice


def test_a_reader_of_the_whole_city_is_held_by_no_policy_and_may_not_write(city):
    with closing(connection.connect(city[0], "gridgeo_reader")) as conn:
        store.see_whole(conn)
        assert {table: seen(conn, table) for table in EACH} == {table: 2 * count for table, count in EACH.items()}
        with conn.cursor() as cur:
            cur.execute("EXPLAIN SELECT FROM building")
            assert "SubPlan" not in str(cur.fetchall())
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cur.execute("UPDATE building SET floors = 1")
        conn.rollback()
        with conn.cursor() as cur:
            cur.execute("SELECT current_user, current_setting('gridgeo.area', true)")
            assert cur.fetchone() == ("gridgeo_reader", "")


def test_a_broken_setting_is_an_error_and_not_the_city(conn):
    store.see(conn, "{x}")
    with pytest.raises(psycopg2.errors.InvalidTextRepresentation):
        seen(conn, "building")


def test_what_one_transaction_may_see_ends_with_it(city, role):
    """The next caller gets the same connection of the pool."""
    pool = Pool(city[0], 1, role)
    for ending in (None, RuntimeError):
        try:
            with pool.connection() as conn:
                store.see(conn, store.WHOLE)
                assert seen(conn, "building") == 2
                if ending:
                    raise ending
        except RuntimeError:
            pass
        with pool.connection() as conn:
            assert seen(conn, "building") == 0
    pool.close()


def test_what_is_done_regardless_ends_with_its_block(city, conn, role):
    store.see(conn, rules.written([city[1][A]]))
    with store.regardless(conn):
        assert seen(conn, "building") == 2
    assert seen(conn, "building") == 1
    with pytest.raises(RuntimeError), store.regardless(conn):
        raise RuntimeError
    assert seen(conn, "building") == 1
    with pytest.raises(psycopg2.Error), store.regardless(conn), conn.cursor() as cur:
        cur.execute("SELECT 1 / 0")
    conn.rollback()
    assert seen(conn, "building") == 0


def test_outside_of_a_transaction_nothing_is_allowed(conn):
    conn.autocommit = True
    store.see(conn, store.WHOLE)
    assert seen(conn, "building") == 0


def test_reset_leaves_nothing(conn):
    with conn.cursor() as cur:
        cur.execute("SET gridgeo.area = 'all'; RESET gridgeo.area")
    assert seen(conn, "building") == 0


def test_a_house_is_where_its_building_is_today(city, conn, role):
    """Merged into a building of the other area, with the code it always had."""
    url, units = city
    moved = "UPDATE gridgeo.house SET building_code = %s WHERE house_code = %s"
    with closing(connection.connect(url)) as owner, owner, owner.cursor() as cur:
        cur.execute(moved, (making.BUILDING[D], making.HOUSE[A]))
    try:
        store.see(conn, rules.written([units[A]]))
        assert (seen(conn, "house"), seen(conn, "building")) == (0, 1)
        store.see(conn, rules.written([units[D]]))
        assert (seen(conn, "house"), seen(conn, "building")) == (2, 1)
    finally:
        conn.rollback()
        with closing(connection.connect(url)) as owner, owner, owner.cursor() as cur:
            cur.execute(moved, (making.BUILDING[A], making.HOUSE[A]))


def test_rows_cannot_be_written_beyond_ones_area(city):
    url, units = city
    insert = (
        "INSERT INTO linkage.link (token, kind, zone, place, role, valid, method, confidence) "
        "VALUES ('x'::bytea, 'person', %s, %s, 'owner', '[2020-01-01,)', 'visit', 0.9)"
    )
    with closing(connection.connect(url, "gridgeo_linkage")) as conn, conn.cursor() as cur:
        store.see(conn, rules.written([units[A]]))
        cur.execute(insert, (making.HOUSE[A][:12], making.HOUSE[A]))
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"):
            cur.execute(insert, (making.HOUSE[D][:12], making.HOUSE[D]))


def test_where_no_edition_is_valid_now_a_part_of_the_city_is_nothing(server, template):
    name = server.create(template)
    url = server.url_of(name)
    units = making.loaded(url)
    with closing(connection.connect(url)) as owner, owner, owner.cursor() as cur:
        cur.execute("UPDATE gridgeo.edition SET valid = tstzrange('2025-01-01', '2025-02-01')")
    with closing(connection.connect(url, "gridgeo_reader")) as conn:
        store.see(conn, rules.written(units.values()))
        assert seen(conn, "building") == seen(conn, "house") == 0
    server.drop(name)


# --- the rules all tables keep --------------------------------------------------------------------------------


def rows(conn, sql, *values):
    with conn.cursor() as cur:
        cur.execute(sql, values)
        return cur.fetchall()


@pytest.fixture
def owner(city):
    with closing(connection.connect(city[0])) as conn:
        yield conn


ZONED = """
SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace IN ('gridgeo'::regnamespace, 'linkage'::regnamespace) AND c.relkind IN ('r', 'p') AND a.attname = 'zone'
  AND NOT c.relrowsecurity
"""


def unguarded(conn) -> set[str]:
    return {name for (name,) in rows(conn, ZONED)}


def test_every_table_of_places_has_row_level_security(owner):
    assert unguarded(owner) == set()


def test_a_table_without_it_is_found(owner):
    rows(owner, "CREATE TABLE gridgeo.planted (zone text); SELECT 1")
    assert unguarded(owner) == {"planted"}


def test_views_ask_as_whoever_looks(owner):
    careless = """
    SELECT c.relname FROM pg_class AS c WHERE c.relnamespace IN ('gridgeo'::regnamespace, 'linkage'::regnamespace)
      AND (c.relkind = 'm' OR c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false))
    """
    assert rows(owner, careless) == []
    rows(owner, "CREATE VIEW gridgeo.planted AS SELECT * FROM gridgeo.building; SELECT 1")
    assert rows(owner, careless) == [("planted",)]


#: The change feed: tables tell of themselves, and what changed is told by what the caller may see (tests/changes). Nothing else is named.
FEED = ("change_bounds", "change_lag", "change_transactions", "changed_since", "changes_of", "keep_change", "keep_edition")


#: What is told of the caller's units alone, found or added up before (tests/objects/test_policies.py, tests/tiles/test_buildings.py,
#: tests/tiles/test_events.py).
OF_AN_AREA = ("buildings_in", "counted", "events_of_units")

#: Whether a department has something to do about an event, which its tasks tell it; and numbers of events, which nobody else may write
#: (tests/events, tests/api/test_events.py).
OF_EVENTS = (
    *("is_of_department", "count_events", "fold_events"),
    *("keep_event_drawn", "keep_class_drawn", "fold_closed_events", "draw_events_anew"),
)


def test_no_function_of_ours_runs_as_its_owner_but_the_feed_s_and_those_that_tell_nothing_new(owner):
    """Whether a place lies in given units gridgeo_linkage can see by itself; for every link its policies would cost too much."""
    ours = "pronamespace IN ('gridgeo'::regnamespace, 'linkage'::regnamespace)"
    found = rows(owner, f"SELECT proname, proconfig[1], proacl::text FROM pg_proc WHERE {ours} AND prosecdef ORDER BY proname")
    assert {name for name, *_ in found} == {*FEED, *OF_AN_AREA, *OF_EVENTS, "place_is_seen"}
    assert all(path.startswith("search_path=") and ("pg_temp" in path or path == "search_path=pg_catalog") for _, path, _ in found)
    callers = {name: {grant.split("=")[0] for grant in acl.strip("{}").split(",")} for name, _, acl in found}
    assert not [name for name, granted in callers.items() if "" in granted], "not everybody"
    assert "gridgeo_linkage" in callers["place_is_seen"] and len(callers["place_is_seen"]) == 2, "its owner, and the room's role"


GRANTED = """
SELECT c.relname, p.privilege_type FROM pg_class AS c, aclexplode(c.relacl) AS p
WHERE c.relnamespace = 'linkage'::regnamespace AND p.grantee = %s::regrole ORDER BY 1, 2
"""


def test_only_its_own_role_enters_the_locked_room(owner):
    for role in ("gridgeo_reader", "gridgeo_city", "gridgeo_writer", "gridgeo_admin"):
        assert rows(owner, GRANTED, role) == []
        assert rows(owner, "SELECT has_schema_privilege(%s, 'linkage', 'USAGE')", role) == [(False,)]
    assert rows(owner, GRANTED, "gridgeo_linkage")


def test_the_locked_room_is_read_and_added_to_and_nothing_else(owner):
    granted = set(rows(owner, GRANTED, "gridgeo_linkage"))
    beyond_reading = {(table, right) for table, right in granted if right != "SELECT"}
    counts = {(table, right) for table in ("unit_count", "counted") for right in ("INSERT", "DELETE")}
    lists = {("cluster_address", "INSERT"), ("cluster_address", "UPDATE"), ("measure", "INSERT")}
    added = ("identity", "link", "audit", "event_reporter", "event_original")
    assert beyond_reading == {(table, "INSERT") for table in added} | counts | lists
    columns = """
    SELECT c.relname, a.attname, p.privilege_type FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid, aclexplode(a.attacl) AS p
    WHERE c.relnamespace = 'linkage'::regnamespace
    """
    assert rows(owner, columns) == [("link", "recorded", "UPDATE")]


def test_no_key_is_written_or_read_but_where_callers_are_let_in(owner):
    may = "SELECT has_table_privilege(%s, 'gridgeo.api_key', %s)"
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE")
    granted = {(role, right) for role in ("gridgeo_reader", "gridgeo_city", "gridgeo_writer", "gridgeo_linkage") for right in rights}
    assert {pair for pair in granted if rows(owner, may, *pair) == [(True,)]} == {("gridgeo_reader", "SELECT")}
