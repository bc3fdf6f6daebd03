"""What `gridgeo check` says about a database, and what a server of somebody else must have."""

from contextlib import closing

import pytest

from gridgeo.db import check, connection
from gridgeo.errors import DatabaseUnavailable, EnvironmentIncomplete


@pytest.fixture
def bare_url(server):
    """A database nobody has touched."""
    name = server.create()
    yield server.url_of(name)
    server.drop(name)


def found(conn, subject: str) -> check.Finding:
    return next(finding for finding in check.examine(conn) if finding.subject == subject)


def run(conn, statement: str) -> None:
    with conn.cursor() as cur:
        cur.execute(statement)


def test_a_migrated_database_has_nothing_to_complain_of(conn):
    unwell = {finding.subject for finding in check.examine(conn) if finding.state is not check.State.OK}
    assert unwell <= {"log of the server"}, "which is the server's own business"


def test_an_untouched_database_is_usable_but_not_migrated(bare_url):
    check.require(bare_url)
    with closing(connection.connect(bare_url)) as conn:
        assert found(conn, "postgis").seen.endswith("can be made")
        schema = found(conn, "schema")
        assert schema.state is check.State.ERROR and "pending" in schema.seen and "gridgeo migrate" in schema.hint
        assert found(conn, "vector tiles").state is check.State.WARNING
        assert found(conn, "trigrams of Chinese").state is check.State.WARNING


def test_a_user_who_may_not_make_postgis_is_told_whom_to_ask(bare_url):
    with closing(connection.connect(bare_url)) as conn:
        run(conn, "CREATE ROLE gridgeo_test_guest; SET ROLE gridgeo_test_guest")
        postgis, *_ = check.extensions(conn)
        conn.rollback()
    assert postgis.state is check.State.ERROR and "CREATE EXTENSION postgis" in postgis.hint


def test_an_extension_dropped_after_the_schema_was_made_is_an_error(conn):
    with conn.cursor() as cur:
        cur.execute("SET LOCAL client_min_messages = error; DROP EXTENSION postgis CASCADE")
    postgis, *_ = check.extensions(conn)
    assert postgis.state is check.State.ERROR and "dropped" in postgis.seen and "backup" in postgis.hint


def test_an_extension_the_server_does_not_have_names_its_package(monkeypatch, conn):
    monkeypatch.setattr(check, "EXTENSIONS", ("no_such_extension",))
    (finding,) = check.extensions(conn)
    assert finding.state is check.State.ERROR and finding.seen == "not installed on the server" and "postgresql-contrib" in finding.hint


def test_a_database_with_locale_c_is_warned_of(server):
    """Under the locale C every Chinese name has no trigram, and all names count as equal."""
    with closing(connection.connect(server.url_of("postgres"))) as admin:
        admin.autocommit = True
        run(admin, "CREATE DATABASE gridgeo_test_locale_c TEMPLATE template0 LC_CTYPE 'C' LC_COLLATE 'C' ENCODING 'UTF8'")
        try:
            with closing(connection.connect(server.url_of("gridgeo_test_locale_c"))) as conn:
                run(conn, "CREATE EXTENSION pg_trgm")
                finding = check.trigrams(conn)
                conn.rollback()
        finally:
            run(admin, "DROP DATABASE gridgeo_test_locale_c")
    assert finding.state is check.State.WARNING and finding.seen == "0 in 创业 (LC_CTYPE C)" and "C.UTF-8" in finding.hint


def test_a_database_not_in_utf8_is_refused(server):
    with closing(connection.connect(server.url_of("postgres"))) as admin:
        admin.autocommit = True
        run(admin, "CREATE DATABASE gridgeo_test_latin TEMPLATE template0 LC_CTYPE 'C' LC_COLLATE 'C' ENCODING 'LATIN1'")
        try:
            with pytest.raises(EnvironmentIncomplete, match=r"DATABASE_URL: encoding: LATIN1.*UTF8"):
                check.require(server.url_of("gridgeo_test_latin"))
        finally:
            run(admin, "DROP DATABASE gridgeo_test_latin")


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE TABLE gridgeo.shop (scheme text REFERENCES gridgeo.scheme)", "foreign key shop.shop_scheme_fkey"),
        ("CREATE TABLE gridgeo.shop (geom geometry(Point, 4490))", "geometry shop.geom"),
        (
            "CREATE TABLE gridgeo.shop (n int, scheme text REFERENCES gridgeo.scheme); CREATE INDEX ON gridgeo.shop (n, scheme)",
            "foreign key shop.shop_scheme_fkey",
        ),
    ],
    ids=["foreign key", "geometry", "index that begins elsewhere"],
)
def test_a_missing_index_is_named(conn, statement, named):
    assert check.indexes(conn).state is check.State.OK
    run(conn, statement)
    finding = check.indexes(conn)
    assert finding.state is check.State.ERROR and finding.seen == f"missing: {named}"


@pytest.mark.parametrize("setting", ["log_min_error_statement = 'error'", "log_min_duration_statement = '500'", "log_statement = 'mod'"])
def test_a_server_that_writes_statements_into_its_log_is_warned_of(conn, setting):
    run(conn, "SET LOCAL log_min_error_statement = 'panic'; SET LOCAL log_min_duration_statement = -1; SET LOCAL log_statement = 'none'")
    assert check.log(conn).state is check.State.OK
    run(conn, f"SET LOCAL {setting}")
    assert (check.log(conn).state, setting.split()[0] in check.log(conn).seen) == (check.State.WARNING, True)


def test_a_missing_coordinate_system_is_named(conn):
    run(conn, "DELETE FROM spatial_ref_sys WHERE srid = 4547")
    finding = check.crs(conn)
    assert finding.state is check.State.ERROR and finding.seen == "EPSG 4547 missing"


def test_a_migration_edited_afterwards_is_said(conn):
    run(conn, "UPDATE gridgeo.schema_migration SET checksum = 'other'")
    finding = check.migrations(conn)
    assert finding.state is check.State.ERROR and "was edited" in finding.seen


def test_an_old_server_is_refused():
    class Old:
        server_version = 140011

    finding = check.version(Old())
    assert finding.state is check.State.ERROR and finding.seen == "PostgreSQL 14.11"


def test_a_server_that_cannot_be_reached_is_one_line():
    with pytest.raises(DatabaseUnavailable) as caught:
        check.require("postgresql://nobody@127.0.0.1:1/none")
    assert "\n" not in str(caught.value)


def test_every_finding_that_is_not_ok_has_a_hint(bare_url):
    with closing(connection.connect(bare_url)) as conn:
        unwell = [finding for finding in check.examine(conn) if finding.state is not check.State.OK]
    assert unwell and all(finding.hint for finding in unwell)
