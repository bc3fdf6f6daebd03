"""A database of somebody else: its owner is no superuser, and the roles were there before."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest

from gridgeo.access import store
from gridgeo.db import connection, migrate
from gridgeo.errors import EnvironmentIncomplete
from tests.access import making

_ROLES = "gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage, gridgeo_admin, gridgeo_tiles, gridgeo_jobs"


@pytest.fixture
def town(server, template):
    """A connection as the owner of a database with nothing but the extensions; the roles are there and the owner's."""
    name = server.create()
    run = server._run
    run("CREATE ROLE gridgeo_test_town")
    run(f"GRANT {_ROLES} TO gridgeo_test_town")
    run(f"ALTER DATABASE {name} OWNER TO gridgeo_test_town")
    with closing(psycopg2.connect(server.url_of(name))) as admin, admin, admin.cursor() as cur:
        cur.execute("CREATE EXTENSION postgis; CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm")
    with closing(connection.connect(server.url_of(name))) as conn:
        with conn, conn.cursor() as cur:
            cur.execute("SET SESSION AUTHORIZATION gridgeo_test_town")
        yield conn
    server.drop(name)
    run("DROP ROLE gridgeo_test_town")


def seen(conn, table: str) -> int:
    with conn.cursor() as cur:
        cur.execute(f"SELECT count(*) FROM {table}")
        return cur.fetchone()[0]


def test_the_owner_migrates_again_and_again(town):
    assert migrate.migrate(town) == migrate_names()
    assert migrate.migrate(town) == []


def migrate_names() -> list[str]:
    return [name for name, _ in migrate._files("migrations")]


def test_the_owner_loads_and_the_locked_room_holds_it_too(town):
    """FORCE: without an area the owner sees no link; the connections of commands have the whole city's."""
    migrate.migrate(town)
    making.city(town)
    assert (seen(town, "building"), seen(town, "linkage.link"), seen(town, "linkage.identity")) == (2, 6, 2)
    store.see(town, "")
    assert (seen(town, "building"), seen(town, "linkage.link"), seen(town, "linkage.identity")) == (2, 0, 0)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"), town.cursor() as cur:
        cur.execute("INSERT INTO linkage.identity (token, kind, key_id, sealed) VALUES (%s, 'person', 1, 'x')", (b"z" * 16,))


def test_an_owner_without_the_roles_is_told_which(town):
    with town, town.cursor() as cur:
        cur.execute("RESET SESSION AUTHORIZATION")
        cur.execute("REVOKE gridgeo_city, gridgeo_tiles FROM gridgeo_test_town")
        cur.execute("SET SESSION AUTHORIZATION gridgeo_test_town")
    with pytest.raises(EnvironmentIncomplete, match="gridgeo_city"):
        migrate.migrate(town)


def test_an_earlier_text_of_a_migration_that_makes_the_same_is_no_edit(conn):
    name, texts = next(iter(migrate._AS_GOOD.items()))
    with conn.cursor() as cur:
        cur.execute("UPDATE schema_migration SET checksum = %s WHERE name = %s", (next(iter(texts)), name))
    assert migrate.pending(conn) == []
