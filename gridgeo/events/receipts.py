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


def again(conn, once: Once) -> Taken | None:
    """Return what was answered to a request, None where it is new: then the same one waits until this transaction ends.

    Raises KeyReused where its key was another request's.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["lock"], _named(once))
        cur.execute(SQL["again"], _named(once))
        found = cur.fetchone()
    if found is None:
        return None
    known, salt, event_id, event_code, version, has_receipt = found
    if bytes(known) != once.digest:
        raise KeyReused
    return Taken(event_id, event_code, version, of_key(once, bytes(salt)) if has_receipt else None, known=True)


def remember(conn, once: Once, salt: bytes, event_id: int) -> None:
    """Keep that a request was answered with an event."""
    with conn.cursor() as cur:
        cur.execute(SQL["remember"], {**_named(once), "digest": once.digest, "salt": salt, "event_id": event_id})


def _named(once: Once) -> dict[str, object]:
    return {"owner": once.owner, "key": hashlib.sha256(once.key.encode()).digest()}
