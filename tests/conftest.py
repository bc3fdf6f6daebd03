"""A real PostGIS for every test: the server in GRIDGEO_TEST_DATABASE_URL, or a throw-away cluster.

`conn` is rolled back after each test; `database_url` is a database of the test's own, for what commits.
Where there is no PostGIS the tests fail and name the package: nothing is skipped in silence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg2
import pytest

from gridgeo.bootstrap import browser
from gridgeo.db import cluster, connection, migrate, queries
from gridgeo.settings import Settings

# How long an example takes is the machine's business.
hypothesis.settings.register_profile("gridgeo", deadline=None)
hypothesis.settings.load_profile("gridgeo")

pytest_plugins = ("tests.browsing", "tests.installation")

_PREFIX = f"gridgeo_test_{os.getpid()}"

#: Bytes of log that tests write to the database they have one after the other before it is made anew.
_WORN = 32 * 2**20


def pytest_addoption(parser: pytest.Parser) -> None:
    """What only these tests know."""
    parser.addoption("--long", action="store_true", help="everything that is tried in part otherwise: for minutes instead of seconds")
    parser.addoption("--make-golden", action="store_true", help="keep the page's pictures as they are now (tests/maps/test_golden.py)")


#: Folders whose files take longest, in the order in which they are begun.
_LONG = ("acceptance", "maps", "cli", "tiles", "bootstrap", "bench", "api", "ingest")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: a long file begun last is waited for by processes that have nothing to do."""
    rank = {name: number for number, name in enumerate(_LONG)}
    items.sort(key=lambda item: rank.get(item.path.parent.name, len(_LONG)))


class Server:
    """A PostgreSQL server on which tests make and drop databases."""

    def __init__(self, admin_url: str, url_of: Callable[[str], str]) -> None:
        self.url_of = url_of
        self._admin = psycopg2.connect(admin_url)
        self._admin.autocommit = True
        self._numbers = count()

    def create(self, template: str = "template0") -> str:
        """Make a database and return its name. Its files are copied: without fsync that takes half of what writing them to the log does."""
        name = f"{_PREFIX}_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Drop every database made here."""
        with closing(self._admin), self._admin.cursor() as cur:
            cur.execute("SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY datname", (f"^{_PREFIX}_",))
            for (name,) in cur.fetchall():
                self.drop(name)

    def _run(self, statement: str) -> None:
        with self._admin.cursor() as cur:
            cur.execute(statement)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server of this test run."""
    settings = Settings.from_env()
    if settings.test_database_url:
        parts = urlsplit(settings.test_database_url)
        made = Server(settings.test_database_url, lambda name: urlunsplit(parts._replace(path=f"/{name}")))
        yield made
        made.close()
    else:
        with cluster.throwaway(settings.pg_bin, engine_home=settings.home) as throwaway:
            yield Server(throwaway.url_of("postgres"), throwaway.url_of)


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """The name of a migrated, empty database; nobody stays connected to it.

    A module whose tests all begin alike has a template of its own: a copy of this one, in which that is laid once (see :func:`laid`).
    """
    name = server.create()
    with closing(connection.connect(server.url_of(name))) as conn:
        migrate.migrate(conn)
    return name


@pytest.fixture(scope="session")
def laid(server: Server) -> Callable[..., str]:
    """Makes a template out of another: `laid(template, *works)` commits what each `work(conn)` does, and returns its name."""

    def lay(template: str, *works: Callable) -> str:
        name = server.create(template)
        with closing(connection.connect(server.url_of(name))) as conn, conn:
            for work in works:
                work(conn)
        return name

    return lay


class Lent:
    """A copy of a template that tests have one after the other, and the connection to it."""

    def __init__(self, server: Server, template: str) -> None:
        self._server = server
        self._name = server.create(template)
        self.conn = connection.connect(server.url_of(self._name))
        self._since = self._written()

    def __call__(self):
        """The connection, made again where a test has closed it."""
        if self.conn.closed:
            self.conn = connection.connect(self._server.url_of(self._name))
        return self.conn

    def worn(self) -> bool:
        """Whether so much was written since that it is better made anew: rows rolled back stay in its files, and are read over."""
        return self._written() - self._since > _WORN

    def drop(self) -> None:
        """Make an end of both."""
        self.conn.close()
        self._server.drop(self._name)

    def _written(self) -> int:
        with self().cursor() as cur:
            cur.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
            (written,) = cur.fetchone()
        self.conn.rollback()
        return written


@pytest.fixture(scope="session")
def _lent() -> Iterator[dict[str, Lent]]:
    """What `conn` is connected to, by template."""
    lent: dict[str, Lent] = {}
    yield lent
    for one in lent.values():
        one.conn.close()


@pytest.fixture
def conn(server: Server, template: str, _lent: dict[str, Lent]) -> Iterator:
    """A connection to a copy of the template: migrated and empty, or what a module lays; whatever the test does is rolled back."""
    if template in _lent and _lent[template].worn():
        _lent.pop(template).drop()
    if template not in _lent:
        _lent[template] = Lent(server, template)
    conn = _lent[template]()
    yield conn
    if not conn.closed:
        conn.reset()
        queries.forget(conn)


@pytest.fixture
def database_url(server: Server, template: str) -> Iterator[str]:
    """The URL of a copy of the template, of the test's own."""
    name = server.create(template)
    yield server.url_of(name)
    server.drop(name)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an installation with a database of its own."""
    return Settings(home=tmp_path / "home", database_url=database_url)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; where it or a Chinese font is missing, the tests fail and name the packages."""
    return browser.find(Settings.from_env().chromium)
