"""API keys: `gg_<key_id>_<secret>`. Shown once when made, kept as a digest, recognised by it.

The secret has 256 random bits, so a plain SHA-256 of the key cannot be searched for; a slow hash is for passwords.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from datetime import datetime
from typing import NamedTuple

from ..errors import Unauthenticated
from .model import Key, Principal

PREFIX = "gg_"

_LETTERS = string.ascii_lowercase + string.digits
_FORM = re.compile(r"gg_([a-z0-9]{8})_[0-9a-f]{64}", re.ASCII)


class Made(NamedTuple):
    """A new key: its text is shown to whoever it is for and forgotten."""

    key_id: str
    text: str
    digest: bytes


def make() -> Made:
    """Return a new key."""
    key_id = "".join(secrets.choice(_LETTERS) for _ in range(8))
    text = f"{PREFIX}{key_id}_{secrets.token_hex(32)}"
    return Made(key_id, text, digest(text))


def digest(text: str) -> bytes:
    """Return what of a key is kept."""
    return hashlib.sha256(text.encode()).digest()


def key_id(text: str) -> str:
    """Return the id in a key's text; raises Unauthenticated for what has not the form of a key."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise Unauthenticated("the key has not the form gg_…: give it whole")
    return match[1]


def recognised(text: str, kept: Key | None, when: datetime) -> Principal:
    """Return the caller a key's text stands for, by what is kept under its id; raises Unauthenticated.

    Why a key is not taken is told only to whoever has the whole key.
    """
    if kept is None or not hmac.compare_digest(kept.digest, digest(text)):
        raise Unauthenticated("the key is not known here")
    state = kept.state(when)
    if state != "valid":
        raise Unauthenticated(f"the key {'has ' if state == 'expired' else 'was '}{state}")
    return Principal(kept.name, kept.key_id, kept.scopes, kept.area, kept.per_minute, kept.department_code)
