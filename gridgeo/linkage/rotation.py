"""New keys. A new master key wraps the others anew; a new seal key re-seals code by code while the room is open; a new index
key changes every token, in one transaction, while the room is closed.

Audit rows keep the tokens of their day: after a new index key they can be told apart, but not looked up.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from ..codes.model import Kind
from ..db import queries
from ..settings import Settings
from . import keys
from .keys import Master
from .vault import Vault

SQL = queries.load(__package__, "rotation.sql")

#: Codes of one step, and of one transaction.
BATCH = 20_000

_START = b""

Progress = Callable[[int], None]


def begin(conn, settings: Settings, vault: Vault) -> Vault:
    """Return a vault with a new seal key, or as it is where codes of an older key are left: then that work is to be finished."""
    if _is_unfinished(conn, vault):
        return vault
    keys.replace(conn, settings, "seal")
    return keys.unlock(conn, settings)


def step(conn, vault: Vault, after: bytes = _START, most: int = BATCH) -> tuple[bytes | None, int]:
    """Seal the next codes with the key of now; return where to go on (None at the end) and how many were sealed anew.

    To be committed after each step. Whoever breaks off begins again and passes over what is done.
    """
    rows = _batch(conn, after, most)
    old = [row for row in rows if row[2] != vault.seal_key_id]
    if old:
        with conn.cursor() as cur:
            cur.execute(SQL["make_anew"])
            _copy(cur, _anew(vault, vault, old))
            cur.execute(SQL["analyze_anew"])
            cur.execute(SQL["seal_anew"])
            cur.execute("DROP TABLE linkage_anew")
    return (bytes(rows[-1][1]) if len(rows) == most else None), len(old)


def reindex(conn, settings: Settings, vault: Vault, progress: Progress = lambda _: None) -> tuple[Vault, int]:
    """Give every code a token of a new index key; return the new vault and the number of codes.

    One transaction: it takes minutes for millions, and until it ends nobody can read the room. Servers load the new keys
    with their next question.
    """
    keys.replace(conn, settings, "index")
    anew = keys.unlock(conn, settings)
    with conn.cursor() as cur:
        cur.execute(SQL["lock_room"])
        cur.execute(SQL["make_anew"])
        done = 0
        for rows in _batches(conn):
            _copy(cur, _anew(vault, anew, rows, retokened=True))
            done += len(rows)
            progress(done)
        for name in ("analyze_anew", "name_reporters", "keep_links", "keep_identities", "empty_room", "put_identities", "put_links"):
            cur.execute(SQL[name])
    return anew, done


def rewrap(conn, settings: Settings) -> tuple[Master, int]:
    """Make a new master key beside the old one and wrap every key with it; return it and their number.

    To be committed before :func:`settle`. What breaks off between the two is found by its fingerprint (:func:`keys.master_of`).
    """
    path = keys.master_path(settings)
    beside = keys.successor_path(path)
    old = keys.master_of(conn, settings)
    if old.path == beside:  # a change that broke off is finished first
        settle(old, path)
        old = keys.read_master(path)
    beside.unlink(missing_ok=True)
    new = keys.make_master(beside)
    return new, keys.rewrap(conn, old, new)


def settle(new: Master, path: Path) -> None:
    """Put a new master key in the old one's place; the old one stays beside it, for dumps from before, under its fingerprint."""
    if path.exists():
        old = keys.read_master(path)
        os.replace(path, path.with_name(f"{path.name}.{old.fingerprint}"))
    os.replace(new.path, path)


def _is_unfinished(conn, vault: Vault) -> bool:
    with conn.cursor() as cur:
        cur.execute(SQL["is_unfinished"], {"key_id": vault.seal_key_id})
        return cur.fetchone()[0]


def _batches(conn) -> Iterator[list[tuple]]:
    after: bytes | None = _START
    while after is not None:
        rows = _batch(conn, after, BATCH)
        if rows:
            yield rows
        after = bytes(rows[-1][1]) if len(rows) == BATCH else None


def _batch(conn, after: bytes, most: int) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(SQL["sealed_after"], {"after": after, "most": most})
        return cur.fetchall()


def _anew(old: Vault, new: Vault, rows: list[tuple], retokened: bool = False) -> Iterator[str]:
    """Rows as they are copied: sealed with the new key, under their own token or under a new one."""
    for kind, some in groupby(sorted(rows, key=lambda row: row[0]), lambda row: row[0]):
        some = list(some)
        forms, tokens = old.open_many(some), [bytes(row[1]) for row in some]
        under = new.tokens_of(Kind(kind), forms) if retokened else tokens
        for token, now, sealed in zip(tokens, under, new.seal_many(Kind(kind), under, forms), strict=True):
            yield f"{_bytea(token)}\t{_bytea(now)}\t{new.seal_key_id}\t{_bytea(sealed)}\n"


def _bytea(value: bytes) -> str:
    return f"\\\\x{value.hex()}"


def _copy(cur, lines: Iterator[str]) -> None:
    cur.copy_expert(SQL["copy_anew"], io.BytesIO("".join(lines).encode()), size=1 << 20)
