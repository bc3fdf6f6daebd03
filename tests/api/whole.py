"""The drawn city with all there is to be asked about, served to a caller who may ask everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx

from api import server as api_server
from gridgeo.access.model import Scope
from gridgeo.settings import Settings
from tests.access import making
from tests.api import callers, things


@contextmanager
def served(server, template: str, folder: Path) -> Iterator[SimpleNamespace]:
    """Buildings, houses, names, links and objects in A and in D; lend `url`, `units`, `address` and a `client` with every scope."""
    name = server.create(template)
    url, key_file = server.url_of(name), str(folder / "master.key")
    units = making.loaded(url)
    things.add(url, units)
    making.sealed(url, Settings(key_file=key_file, database_url=url))
    key = callers.key(url, *map(str, Scope))
    given = Settings(home=folder, database_url=url, key_file=key_file, port=0, per_minute=0)
    with (
        api_server.background(given) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=20, headers=callers.bearer(key)) as client,
    ):
        yield SimpleNamespace(url=url, units=units, address=address, client=client, key=key)
    server.drop(name)
