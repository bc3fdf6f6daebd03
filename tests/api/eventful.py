"""The drawn city with classes, channels and departments of events, and the API over it, for callers of every duty."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

from gridgeo.db import connection
from tests.access import making
from tests.api import callers, grounds
from tests.events import life


@dataclass(frozen=True)
class Caller:
    """Whose key has these scopes, in one micro-grid where its letter is given, for a department where its code is."""

    scopes: tuple[str, ...]
    area: str = ""
    department_code: str | None = None


def caller(*scopes: str, area: str = "", department_code: str | None = None) -> Caller:
    """Return a caller as a table of them is written."""
    return Caller(scopes, area, department_code)


@contextmanager
def served(
    server, template, folders, of: Mapping[str, Caller], *, fill: Callable[[Any], Any] = lambda conn: None, locked=False, **more
) -> Iterator[SimpleNamespace]:
    """Serve the city: url, where, client (httpx), units by code, keys and headers (`of`) by caller, settings, and what `fill` made of it.

    `fill(conn)` adds what is there before the server starts; `locked` says whether the locked room has its keys and people.
    """
    with grounds.database(server, template) as url:
        units = making.loaded(url)
        with closing(connection.connect(url)) as conn, conn:
            life.words(conn)
            made = fill(conn)
        if locked:
            more |= {"key_file": str(folders.mktemp("keys") / "master.key"), "before": partial(making.sealed, url)}
        keys = {who: _key(url, one, units) for who, one in of.items()}
        with grounds.service(url, folders, per_minute=0, log_json=True, **more) as lent:
            lent.units, lent.made, lent.keys = units, made, keys
            lent.of = {"nobody": {}} | {who: callers.bearer(key) for who, key in keys.items()}
            yield lent


def _key(url: str, one: Caller, units: Mapping[str, int]) -> str:
    area = {"area": [units[one.area]]} if one.area else {}
    return callers.key(url, *one.scopes, **area, department_code=one.department_code)
