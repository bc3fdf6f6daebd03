"""The API key a demo lends to whoever started it: what is linked to houses is shown to nobody without one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta

import psycopg2

from ..access import keys, store
from ..access.model import Key, Scope
from ..db import connection
from ..errors import DatabaseUnavailable
from ..hierarchy.store import now

NAME, SCOPES, LASTING = "demo", frozenset({Scope.READ, Scope.LINK}), timedelta(days=1)


@contextmanager
def lent(url: str) -> Iterator[str]:
    """Lend a key that ends with the block, at the latest in a day; empty where none may be made, which is said.

    The keys of demos that could not end theirs are revoked.
    """
    try:
        made = _made(url)
    except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ReadOnlySqlTransaction) as refused:
        reason = str(refused).splitlines()[0]
        print(f"gridgeo: no key for this demo, so it shows no links: {reason}", file=sys.stderr)
        yield ""
        return
    try:
        yield made.text
    finally:
        with suppress(psycopg2.Error, DatabaseUnavailable), closing(connection.connect(url)) as conn, connection.transaction(conn):
            store.revoke_key(conn, made.key_id)


def _made(url: str) -> keys.Made:
    made = keys.make()
    with closing(connection.connect(url)) as conn, connection.transaction(conn):
        for key in store.keys(conn):
            if _of_a_demo(key):
                store.revoke_key(conn, key.key_id)
        store.add_key(conn, made.key_id, made.digest, NAME, SCOPES, expires_at=now(conn) + LASTING)
    return made


def _of_a_demo(key: Key) -> bool:
    """Whether a demo made it: one that somebody named so does not end just a day after it began."""
    return (key.name, key.scopes, key.expires_at) == (NAME, SCOPES, key.created_at + LASTING)
