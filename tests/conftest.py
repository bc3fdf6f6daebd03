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


def pytest_addoption(parser: pytest.Parser) -> None:
    """What only these tests know."""
    parser.addoption("--long", action="store_true", help="everything that is tried in part otherwise: for minutes instead of seconds")
    parser.addoption("--make-golden", action="store_true", help="keep the page's pictures as they are now (tests/maps/test_golden.py)")


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
    """The name of a migrated, empty database; nobody stays connected to it."""
    name = server.create()
    with closing(connection.connect(server.url_of(name))) as conn:
        migrate.migrate(conn)
    return name


@pytest.fixture(scope="session")
def _shared(server: Server, template: str) -> Iterator[list]:
    url = server.url_of(server.create(template))
    held = [connection.connect(url), url]
    yield held
    held[0].close()


@pytest.fixture
def conn(_shared: list) -> Iterator:
    """A connection to a migrated, empty database; whatever the test does is rolled back."""
    if _shared[0].closed:
        _shared[0] = connection.connect(_shared[1])
    yield _shared[0]
    if not _shared[0].closed:
        _shared[0].reset()
        queries.forget(_shared[0])


@pytest.fixture
def database_url(server: Server, template: str) -> Iterator[str]:
    """The URL of a migrated, empty database of the test's own."""
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
