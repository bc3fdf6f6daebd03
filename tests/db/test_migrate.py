"""Migrations: forward only, all or nothing, once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest

from gridgeo.db import connection, migrate
from gridgeo.errors import SchemaMismatch


@pytest.fixture
def blank_url(server):
    """The URL of a database without anything of ours."""
    name = server.create()
    yield server.url_of(name)
    server.drop(name)


def names(url):
    with closing(connection.connect(url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT name FROM schema_migration ORDER BY name")
        return [name for (name,) in cur]


def test_applies_all_then_nothing(blank_url):
    with closing(connection.connect(blank_url)) as conn:
        waiting = migrate.pending(conn)
        assert waiting[0] == "0001_hierarchy.sql"
        assert migrate.migrate(conn) == waiting
        assert migrate.pending(conn) == []
        assert migrate.migrate(conn) == []


def test_two_at_once_apply_once(blank_url):
    def apply(_):
        with closing(connection.connect(blank_url)) as conn:
            return migrate.migrate(conn)

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(apply, range(2)))
    assert results[0] == []
    assert results[1] == names(blank_url)


def test_an_edited_file_is_refused(conn):
    with conn.cursor() as cur:
        cur.execute("UPDATE schema_migration SET checksum = 'other' WHERE name = '0001_hierarchy.sql'")
    with pytest.raises(SchemaMismatch, match=r"0001_hierarchy\.sql was edited"):
        migrate.pending(conn)


def test_a_newer_database_is_refused(conn):
    with conn.cursor() as cur:
        cur.execute("INSERT INTO schema_migration (name, checksum) VALUES ('9999_future.sql', 'x')")
    with pytest.raises(SchemaMismatch, match=r"9999_future\.sql.*newer gridgeo"):
        migrate.pending(conn)


def test_a_failing_migration_leaves_nothing(blank_url, monkeypatch):
    files = migrate._files

    def with_a_fault(folder):
        return files(folder) + ([("9999_fault.sql", "CREATE TABLE gridgeo.half (a int); SELECT 1/0;")] if folder == "migrations" else [])

    monkeypatch.setattr(migrate, "_files", with_a_fault)
    with closing(connection.connect(blank_url)) as conn, pytest.raises(psycopg2.errors.DivisionByZero):
        migrate.migrate(conn)
    with closing(connection.connect(blank_url)) as conn, conn.cursor() as cur:
        cur.execute("SELECT to_regnamespace('gridgeo')")
        assert cur.fetchone() == (None,)


def test_each_role_may_do_what_it_is_for_and_no_more(database_url):
    def outcome(role, statement):
        with closing(connection.connect(database_url, role)) as conn, conn.cursor() as cur:
            try:
                cur.execute(statement)
                return "done"
            except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.UndefinedTable):  # a schema one may not use is not seen
                return "refused"

    add = "INSERT INTO scheme (scheme, kind, name_zh, name_en) VALUES ('x', 'drawn', 'x', 'x')"
    read = "SELECT count(*) FROM scheme"
    assert [outcome("gridgeo_reader", sql) for sql in (read, add)] == ["done", "refused"]
    assert [outcome("gridgeo_writer", sql) for sql in (read, add)] == ["done", "done"]
    assert outcome("gridgeo_writer", "DELETE FROM schema_migration") == "refused"
    assert outcome("gridgeo_writer", "DELETE FROM grid_unit") == "refused"
    assert [outcome("gridgeo_linkage", sql) for sql in (read, add)] == ["done", "refused"]
    assert [outcome("gridgeo_city", sql) for sql in (read, add)] == ["done", "refused"]
    assert outcome("gridgeo_writer", "SELECT count(*) FROM api_key") == "refused"
