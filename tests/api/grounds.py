"""What tests of the API stand on: a database made from the template, and the service over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import httpx

from api import server as api_server
from gridgeo.settings import Settings


@contextmanager
def database(server, template) -> Iterator[str]:
    """Lend the address of a database of one's own."""
    name = server.create(template)
    yield server.url_of(name)
    server.drop(name)


@contextmanager
def service(url: str, folders, before: Callable[[Settings], None] = lambda _: None, **settings) -> Iterator[SimpleNamespace]:
    """Serve a database: where, a client (httpx) that says nothing of itself, the settings; `before` is done with these first."""
    given = Settings(home=folders.mktemp("home"), database_url=url, port=0, **settings)
    before(given)
    with api_server.background(given) as where, httpx.Client(base_url=where, trust_env=False, timeout=60) as client:
        yield SimpleNamespace(url=url, where=where, client=client, settings=given)
