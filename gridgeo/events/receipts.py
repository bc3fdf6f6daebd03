"""Receipts, by whose secret a reporter rates an event and has it opened again; and reports that are sent twice.

Of a secret only its SHA-256 is kept. So that an answer which got lost can be given again, the secret of a report with an
Idempotency-Key follows from the key and a salt: we keep the salt and not the key, who sent the report has the key and not the salt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence

from ..db import queries
from ..errors import KeyReused
from .model import Once, Taken

SQL = queries.load(__package__, "receipts.sql")

_BYTES = 24


def make() -> str:
    """Return a new secret: 32 letters, digits, hyphens and underscores."""
    return secrets.token_urlsafe(_BYTES)


def salt() -> bytes:
    """Return what a secret follows from, besides a key."""
    return os.urandom(16)


def of_key(once: Once, salt: bytes) -> str:
    """Return the secret that follows from a key of a request."""
    made = hmac.digest(salt, f"{once.owner}\0{once.key}".encode(), "sha256")
    return base64.urlsafe_b64encode(made[:_BYTES]).decode()


def digest(secret: str) -> bytes:
    """Return what of a secret is kept."""
    return hashlib.sha256(secret.encode()).digest()


def again(conn, sent: Sequence[Once | None]) -> dict[int, Taken | KeyReused]:
    """Return what was answered to requests that were sent before, by their place, or that their key was another's; new ones are left out.

    Who sends a new one again meanwhile waits until this transaction ends.
    """
    asked = {_key(one): n for n, one in enumerate(sent) if one is not None}
    if not asked:
        return {}
    owners, keys = map(list, zip(*asked, strict=True))
    with conn.cursor() as cur:
        queries.prepared(cur, SQL["lock"], {"owners": owners, "keys": keys})
        queries.prepared(cur, SQL["again"], {"owners": owners, "keys": keys})
        rows = cur.fetchall()
    return {n: _answer(sent[n], *row) for owner, key, *row in rows for n in [asked[owner, bytes(key)]]}


def remember(conn, answered: Sequence[tuple[Once, bytes, int]]) -> None:
    """Keep that requests were answered with events: each with the salt of its secret, and the event's number."""
    if not answered:
        return
    rows = [(*_key(once), once.digest, salt, event_id) for once, salt, event_id in answered]
    names = ("owners", "keys", "digests", "salts", "events")
    with conn.cursor() as cur:
        queries.prepared(cur, SQL["remember"], dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def _answer(once: Once, known, salt, event_id: int, event_code: str, version: int, has_receipt: bool) -> Taken | KeyReused:
    if bytes(known) != once.digest:
        return KeyReused()
    return Taken(event_id, event_code, version, of_key(once, bytes(salt)) if has_receipt else None, known=True)


def _key(once: Once) -> tuple[str, bytes]:
    return once.owner, hashlib.sha256(once.key.encode()).digest()
