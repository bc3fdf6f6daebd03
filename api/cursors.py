"""Where a list goes on: an opaque text that holds for one list with its filters and for no other."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence

import orjson

from .parameters import Parameter, matching
from .problems import Fault, InvalidRequest

_RULE = "is no cursor of this list with these filters: take the link next of the page before as it is"

CURSOR = Parameter(
    "cursor",
    "Where the list goes on; only as the link next of the page before has it.",
    matching("[A-Za-z0-9_-]{22}", _RULE),
    {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"},
)

#: Of lists that go on after a key of several texts.
KEYED = Parameter(
    "cursor",
    CURSOR.description,
    matching("[A-Za-z0-9_-]{16,300}", _RULE),
    {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,300}$"},
)


def written(after: int, *bound: object) -> str:
    """Return the cursor that goes on after a number, bound to what the list was asked for."""
    return base64.urlsafe_b64encode(after.to_bytes(8) + _seal(after, bound)).decode().rstrip("=")


def read(text: str, *bound: object) -> int:
    """Return the number a cursor goes on after; raises InvalidRequest for one that was altered or is of another list."""
    try:
        raw = base64.b64decode(f"{text}==", altchars=b"-_", validate=True)
    except binascii.Error:
        raw = b""
    after = int.from_bytes(raw[:8])
    if raw[8:] != _seal(after, bound) or written(after, *bound) != text:
        raise InvalidRequest([Fault("cursor", "invalid-parameter", _RULE)])
    return after


def sealed(after: Sequence[str | None], *bound: object) -> str:
    """Return the cursor that goes on after a key of several texts, bound to what the list was asked for."""
    key = orjson.dumps(after)
    return base64.urlsafe_b64encode(_seal(key, bound) + key).decode().rstrip("=")


def opened(text: str, length: int, *bound: object) -> tuple[str | None, ...]:
    """Return the key a cursor of :func:`sealed` goes on after; raises ValueError for one that was altered or is of another list."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        key = orjson.loads(raw[8:])
    except (binascii.Error, orjson.JSONDecodeError):
        raise ValueError(_RULE) from None
    sound = isinstance(key, list) and len(key) == length and all(isinstance(part, str | None) for part in key)
    if not sound or sealed(key, *bound) != text:
        raise ValueError(_RULE)
    return tuple(key)


def _seal(after: int | bytes, bound: tuple) -> bytes:
    """No secret: whoever makes one up reads no more than whoever pages on."""
    return hashlib.blake2b(repr((after, bound)).encode(), digest_size=8, person=b"gridgeo cursor").digest()
