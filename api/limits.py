"""How much one caller may ask: a bucket of tokens each, kept by this process.

Each request takes one token; tokens come back evenly, and a bucket holds those of a minute. Several worker processes
each count for themselves: a caller may get as many times more as there are of them.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from .problems import TooManyRequests

#: Buckets kept at most; those used longest ago go first.
_MOST = 50_000


class Left(NamedTuple):
    """What a caller has left: requests now, and seconds until the bucket is full again."""

    per_minute: int
    requests: int
    seconds: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return it as headers.

        Source: draft-ietf-httpapi-ratelimit-headers, sections 3 and 4.
        """
        policy, now = f'"minute";q={self.per_minute};w=60', f'"minute";r={self.requests};t={self.seconds}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", now.encode())]


class Buckets:
    """A bucket of tokens for each caller."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, per_minute: int) -> Left:
        """Take a token from a caller's bucket; raises TooManyRequests when it is empty."""
        tokens = self._tokens(caller, per_minute) - 1
        if tokens < 0:
            raise TooManyRequests(per_minute, math.ceil(-tokens * 60 / per_minute))
        self._held[caller] = tokens, self._clock()
        self._held.move_to_end(caller)
        if len(self._held) > _MOST:
            self._held.popitem(last=False)
        return Left(per_minute, int(tokens), math.ceil((per_minute - tokens) * 60 / per_minute))

    def look(self, caller: str, per_minute: int) -> None:
        """Raise TooManyRequests when a caller's bucket is empty; take nothing."""
        missing = 1 - self._tokens(caller, per_minute)
        if missing > 0:
            raise TooManyRequests(per_minute, math.ceil(missing * 60 / per_minute))

    def _tokens(self, caller: str, per_minute: int) -> float:
        tokens, since = self._held.get(caller, (float(per_minute), 0.0))
        return min(per_minute, tokens + (self._clock() - since) * per_minute / 60)


def place(host: str) -> str:
    """Return what of a network address stands for one caller: of IPv6 the first 64 bits, which one subscriber has alone."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return host
