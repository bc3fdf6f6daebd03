"""The database a command works on: the server named by DATABASE_URL, else the private cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from ..db.cluster import Cluster
from ..errors import SchemaMismatch
from ..settings import Settings


def cluster(settings: Settings) -> Cluster:
    """Return the private cluster of this installation."""
    return _cluster(settings.home, settings.pg_bin, settings.offline)


@cache
def _cluster(home: Path, pg_bin: str, offline: bool) -> Cluster:
    """One object for one home: it may take its lock again while it holds it, another could only wait for ever."""
    return Cluster(home, pg_bin, may_fetch=not offline)


@contextmanager
def opened(settings: Settings, migrate: bool = False) -> Iterator[str]:
    """Lend the URL of a database whose schema is up to date.

    The private cluster is started when it does not run (and stopped again by its last user), and
    always migrated. A server of somebody else is migrated only when `migrate` asks for it.

    Raises EnvironmentIncomplete naming what an existing server lacks, SchemaMismatch when it is to be migrated.
    """
    if settings.database_url:
        from ..db import check

        check.require(settings.database_url)
        prepare(settings.database_url, migrate)
        yield settings.database_url
    else:
        with cluster(settings).used() as url:
            prepare(url, migrate=True)
            yield url


def prepare(url: str, migrate: bool) -> list[str]:
    """Bring the schema up to date and return what was applied, or raise SchemaMismatch when that was not asked for."""
    from contextlib import closing

    from ..db import connection
    from ..db import migrate as migrations

    with closing(connection.connect(url)) as conn:
        todo = migrations.pending(conn)
        if todo and not migrate:
            raise SchemaMismatch(f"the database lacks {', '.join(todo)}: run `gridgeo migrate`")
        conn.rollback()
        return migrations.migrate(conn) if todo else []
