"""What takes long and changes slowly: made once for all who are told the same, and again after a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import TypeVar

from starlette.requests import Request

from . import depends

T = TypeVar("T")

#: So many are kept at most; then it is begun anew.
_MOST = 1000


def remembered(request: Request, seconds: float, key: Hashable, make: Callable[[], T]) -> T:
    """Return what was made for a key and callers of the same area less than so many seconds ago, in today's editions; else make() now."""
    state = request.app.state
    if not hasattr(state, "remembered"):
        state.remembered = {}
    whole, now = (key, state.gate.area(request), depends.live(request).generation), time.monotonic()
    until, found = state.remembered.get(whole, (0.0, None))
    if until <= now:
        found = make()
        if len(state.remembered) >= _MOST:
            state.remembered.clear()
        state.remembered[whole] = now + seconds, found
    return found
