"""Bring a database's schema up to date, one numbered file at a time.

Tables are made by `migrations/NNNN_what.sql`, forward only. Views, functions and grants live in
`functions/*.sql` and are made anew at the end of every migrate, so none of them has a version.
"""

from __future__ import annotations

import hashlib
import logging
from importlib import resources

import psycopg2
import psycopg2.errors

from ..errors import EnvironmentIncomplete, SchemaMismatch

LOG = logging.getLogger(__name__)

#: Earlier texts of migrations that make the same: a database with one of them lacks nothing.
_AS_GOOD = {
    # Asked whether a role is there by making it, which a user who may not make roles cannot do.
    "0001_hierarchy.sql": {"614130aea1be84b39114f6cd11c2d399b438706b9f1614ba21ad8233b0929777"},
}

_RECORD = """
CREATE SCHEMA IF NOT EXISTS gridgeo;
CREATE TABLE IF NOT EXISTS gridgeo.schema_migration (
  name       text PRIMARY KEY,
  checksum   text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
"""


def migrate(conn) -> list[str]:
    """Apply the migrations not yet applied, then every function; return the names applied, in order.

    All of it is one transaction of its own under an advisory lock: two that start at once wait for
    each other, and a failure leaves the schema as it was.

    Raises SchemaMismatch when a recorded file was edited since, or is unknown to this version;
    EnvironmentIncomplete when the server lacks an extension or forbids something.
    """
    applied = []
    try:
        with conn, conn.cursor() as cur:
            cur.execute("SET LOCAL client_min_messages = warning")
            cur.execute("SELECT pg_advisory_xact_lock(hashtext('gridgeo.migrate'))")
            cur.execute(_RECORD)
            for name, text in _todo(cur):
                LOG.info("applying %s", name)
                cur.execute(text)
                cur.execute("INSERT INTO gridgeo.schema_migration (name, checksum) VALUES (%s, %s)", (name, _checksum(text)))
                applied.append(name)
            for _, text in _files("functions"):
                cur.execute(text)
    except (psycopg2.errors.UndefinedFile, psycopg2.errors.FeatureNotSupported) as error:
        raise EnvironmentIncomplete(_line(error), "install PostGIS 3 for this PostgreSQL (Debian: postgresql-15-postgis-3)") from error
    except psycopg2.errors.InsufficientPrivilege as error:
        raise EnvironmentIncomplete(
            _line(error),
            "let an administrator run `gridgeo migrate` once, or create the extensions postgis, btree_gist, pg_trgm "
            "and the roles gridgeo_reader, gridgeo_city, gridgeo_writer, gridgeo_linkage, gridgeo_admin, gridgeo_tiles, gridgeo_jobs, "
            "and grant these to this user and gridgeo_city to gridgeo_tiles",
        ) from error
    return applied


def pending(conn) -> list[str]:
    """Return the names of the migrations not yet applied. Raises SchemaMismatch as :func:`migrate` does."""
    with conn.cursor() as cur:
        cur.execute("SELECT to_regclass('gridgeo.schema_migration')")
        if cur.fetchone()[0] is None:
            return [name for name, _ in _files("migrations")]
        return [name for name, _ in _todo(cur)]


def _todo(cur) -> list[tuple[str, str]]:
    cur.execute("SELECT name, checksum FROM gridgeo.schema_migration")
    done = dict(cur.fetchall())
    files = _files("migrations")
    for name in sorted(set(done) - {name for name, _ in files}):
        raise SchemaMismatch(f"the database has migration {name}, which this version does not know: use the newer gridgeo")
    for name, text in files:
        if name in done and done[name] not in {_checksum(text), *_AS_GOOD.get(name, ())}:
            raise SchemaMismatch(f"migration {name} was edited after it was applied: restore the file and add a new migration")
    return [(name, text) for name, text in files if name not in done]


def _files(folder: str) -> list[tuple[str, str]]:
    found = (resources.files(__package__) / folder).iterdir()
    return sorted((file.name, file.read_text(encoding="utf-8")) for file in found if file.name.endswith(".sql"))


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
