"""Where receivers may lie, how their letters are signed, and when one that failed is tried again.

Source: Standard Webhooks 1.0.0 (headers, signature, replay window); any library that knows it can receive them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from ..errors import InvalidInput

#: A letter is not taken, by a receiver that checks, when its time is further off than so many seconds.
WINDOW_S = 300

#: Refused so often, a letter is left out: about an hour and a quarter after the first time.
REFUSALS = 12

#: Longest wait between two tries, in seconds.
_LONGEST_S = 3600

#: Answers that say nothing of the letter: come again later.
LATER = frozenset({408, 425, 429, 502, 503, 504})

_PREFIX, _SECRET_BYTES, _URL_LENGTH = "whsec_", 32, 2000
_PORTS = {"http": 80, "https": 443}


def address(url: str) -> tuple[str, str]:
    """Return origin (scheme, host and port) and path of an address; raises InvalidInput, which does not repeat it.

    >>> address("https://Copy.example/hook?of=grid")
    ('https://copy.example:443', '/hook?of=grid')
    """
    if len(url) > _URL_LENGTH or not url.isascii() or not url.isprintable() or set(' "<>\\^`{|}') & set(url):
        raise InvalidInput("url", None, f"is no address of at most {_URL_LENGTH} plain characters; write others as %XX or xn--")
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        raise InvalidInput("url", None, "has no host and port that can be read") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise InvalidInput("url", None, "does not begin with http:// or https:// and a host")
    if "@" in parts.netloc or "#" in url:
        raise InvalidInput("url", None, "holds a user, a password or a fragment: letters are signed instead")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def new_secret() -> str:
    """Return a secret to sign with, as it is shown to whoever receives."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, letter: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a letter (its id), a time (seconds since 1970) and a body, as the header has it."""
    key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    digest = hmac.digest(key, f"{letter}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()


def signed(secret: str, letter: str, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers of a letter: that it is from us, and which it is (its id, and the key by which one that comes again is known)."""
    return {
        "webhook-id": letter,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, letter, timestamp, body),
        "idempotency-key": key,
    }


def is_genuine(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    """Return whether headers (by small letters) and body of a letter are from who has the secret, and of this moment."""
    letter, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(now - int(timestamp)) > WINDOW_S:
        return False
    try:
        wanted = signature(secret, letter, int(timestamp), body)
    except binascii.Error:
        return False
    return any(hmac.compare_digest(wanted, one) for one in headers.get("webhook-signature", "").split(" ") if one.isascii())


def wait_s(tries: int, chance: float) -> float:
    """Return after how many seconds a letter that failed so often is tried again; `chance` from 0 to 1 spreads those of many.

    >>> [wait_s(tries, 1) for tries in (1, 2, 3, 20)]
    [1.0, 2.0, 4.0, 3600.0]
    """
    return min(_LONGEST_S, 2.0 ** min(tries - 1, 20)) * (0.5 + chance / 2)
