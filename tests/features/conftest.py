"""The drawn city served once for all tests of features: buildings, houses, names, objects and events whose places are known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx
import pytest

from api import server as api_server
from gridgeo.db import connection
from gridgeo.hierarchy import editions, model
from gridgeo.settings import Settings
from tests.access import making
from tests.api import callers, things, world
from tests.api.world import A, D
from tests.features import reported
from tests.features.making import grow


@pytest.fixture(scope="session")
def city(server, template) -> Iterator[SimpleNamespace]:
    """A database with two editions, of which the first has a grid that was retired, and more buildings in A."""
    name = server.create(template)
    url = server.url_of(name)
    with closing(connection.connect(url)) as conn, conn:
        first, _ = editions.stage(conn, model.GOVERNANCE, world.frame(True), name="2024")
        editions.activate(conn, first.edition_id, datetime(2024, 1, 1, tzinfo=UTC))
    units = making.loaded(url)
    things.add(url, units)
    with closing(connection.connect(url)) as conn, conn:
        grow(conn, units[A])
        reported.add(conn, units)
    yield SimpleNamespace(url=url, units=units)
    server.drop(name)


@pytest.fixture(scope="session")
def address(city, tmp_path_factory) -> Iterator[str]:
    """Where the API serves the city."""
    given = Settings(home=tmp_path_factory.mktemp("home"), database_url=city.url, port=0, per_minute=0)
    with api_server.background(given) as where:
        yield where


@pytest.fixture(scope="session")
def client(address) -> Iterator[httpx.Client]:
    """A client that says nothing of itself: it sees the whole city."""
    with httpx.Client(base_url=address, trust_env=False, timeout=30, headers={"Accept-Encoding": "identity"}) as client:
        yield client


@pytest.fixture(scope="session")
def of_d(city) -> dict[str, str]:
    """The header of a caller that may see D alone."""
    return callers.bearer(callers.key(city.url, "read", area=[city.units[D]]))
