"""What an operator may get wrong about a database, each finding with a hint what to do.

Doors: :func:`require` before anything is done with a server of somebody else, :func:`examine` for `gridgeo check`.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from ..errors import EnvironmentIncomplete, SchemaMismatch
from . import connection, migrate, queries

SQL = queries.load(__package__)
OLDEST = 15
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")
#: The coordinate systems of storage and of measuring: CGCS2000, and its plane at 114° E.
CRS = (4490, 4547)


class State(StrEnum):
    """How grave a finding is. Only an ERROR makes the check fail."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was seen, and what to do where it is not right."""

    subject: str
    state: State
    seen: str
    hint: str = ""


def require(url: str) -> None:
    """Raise EnvironmentIncomplete naming the first thing the server at `url` lacks; DatabaseUnavailable when it cannot be reached."""
    with closing(connection.connect(url)) as conn:
        for finding in [version(conn), encoding(conn), *extensions(conn)]:
            if finding.state is State.ERROR:
                raise EnvironmentIncomplete(f"the server of DATABASE_URL: {finding.subject}: {finding.seen}", finding.hint)


def examine(conn) -> list[Finding]:
    """Return what there is to say about a database, from the ground up. Nothing in it is changed."""
    made = [tiles(conn), trigrams(conn), crs(conn), migrations(conn), indexes(conn)]
    found = [version(conn), encoding(conn), *extensions(conn), *made, log(conn)]
    conn.rollback()
    return found


def version(conn) -> Finding:
    """PostgreSQL is new enough."""
    seen = f"PostgreSQL {conn.server_version // 10000}.{conn.server_version % 10000}"
    fine = conn.server_version >= OLDEST * 10000
    return _finding("PostgreSQL", fine, seen, f"gridgeo needs PostgreSQL {OLDEST} or newer: upgrade the server, or unset DATABASE_URL")


def encoding(conn) -> Finding:
    """The database holds UTF-8: Chinese names fit into nothing else."""
    seen = _value(conn, "encoding")
    return _finding("encoding", seen == "UTF8", seen, "make the database anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0")


def extensions(conn) -> list[Finding]:
    """Each extension is there, or can be made by this user."""
    found = []
    for name in EXTENSIONS:
        installed, available, allowed, used = _row(conn, "extension", {"name": name})
        package = "postgresql-NN-postgis-3" if name == "postgis" else "postgresql-contrib"
        if installed:
            old = name == "postgis" and int(installed.split(".")[0]) < 3
            found.append(_finding(name, not old, installed, "gridgeo needs PostGIS 3: ALTER EXTENSION postgis UPDATE"))
        elif not available:
            found.append(Finding(name, State.ERROR, "not installed on the server", f"install it there (Debian: {package})"))
        elif used:
            lost = "restore the database from a backup: the columns that were of its types are gone with it"
            found.append(Finding(name, State.ERROR, "was dropped after the schema was made", lost))
        else:
            hint = f"let an administrator run CREATE EXTENSION {name} in this database"
            found.append(_finding(name, allowed, f"{available} can be made" if allowed else "not made, and this user may not", hint))
    return found


def tiles(conn) -> Finding:
    """PostGIS can write vector tiles: some builds leave it out."""
    if _value(conn, "has_tiles") is None:
        return Finding("vector tiles", State.WARNING, "unknown while PostGIS is not made", "run `gridgeo migrate`, then check again")
    seen = _value(conn, "tile_library")
    return _finding("vector tiles", seen is not None, f"protobuf {seen}" if seen else "not built in", "use a PostGIS built with protobuf-c")


def trigrams(conn) -> Finding:
    """Chinese text has trigrams: under the locale C it has none, and the search for names finds nothing."""
    if _value(conn, "has_trigrams") is None:
        return Finding("trigrams of Chinese", State.WARNING, "unknown while pg_trgm is not made", "run `gridgeo migrate`, then check again")
    count, locale = _row(conn, "trigrams")
    hint = "search for Chinese names will miss: make the database anew with LC_CTYPE 'C.UTF-8'"
    return _finding("trigrams of Chinese", count > 0, f"{count} in 创业 (LC_CTYPE {locale})", hint, State.WARNING)


def crs(conn) -> Finding:
    """The coordinate systems used are in PostGIS's table."""
    if _value(conn, "has_crs_table") is None:
        return Finding("coordinate systems", State.WARNING, "unknown while PostGIS is not made", "run `gridgeo migrate`, then check again")
    missing = _value(conn, "missing_crs", {"wanted": list(CRS)})
    seen = f"EPSG {', '.join(map(str, missing or CRS))}" + (" missing" if missing else "")
    return _finding("coordinate systems", not missing, seen, "spatial_ref_sys was emptied: restore it from PostGIS's spatial_ref_sys.sql")


def migrations(conn) -> Finding:
    """The schema is that of this version."""
    try:
        todo = migrate.pending(conn)
    except SchemaMismatch as error:
        return Finding("schema", State.ERROR, str(error), "use the version of gridgeo the database was made with, or a newer one")
    return _finding("schema", not todo, f"pending: {', '.join(todo)}" if todo else "up to date", "run `gridgeo migrate`")


def indexes(conn) -> Finding:
    """Every foreign key and every geometry column has an index."""
    missing = [what for (what,) in _rows(conn, "missing_indexes")]
    seen = f"missing: {', '.join(missing)}" if missing else "every foreign key and geometry has one"
    return _finding("indexes", not missing, seen, "make them anew, or restore the schema: without them loads and queries crawl")


def log(conn) -> Finding:
    """No statement stands in the server's log: in one that fails or takes long there may be an address or code somebody asked with."""
    kept = _value(conn, "logged")
    hint = "let its administrator set log_min_error_statement = panic, log_statement = none, and what else is named to its default"
    return _finding("log of the server", kept is None, kept or "holds no statements", hint, State.WARNING)


def _finding(subject: str, fine: bool, seen: str, hint: str, otherwise: State = State.ERROR) -> Finding:
    return Finding(subject, State.OK, seen) if fine else Finding(subject, otherwise, seen, hint)


def _rows(conn, name: str, values: dict | None = None) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(SQL[name], values)
        return cur.fetchall()


def _row(conn, name: str, values: dict | None = None) -> tuple:
    return _rows(conn, name, values)[0]


def _value(conn, name: str, values: dict | None = None):
    return _row(conn, name, values)[0]
