"""What must hold of jobs; nothing here touches a database."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from ..errors import Forbidden, GridgeoError, InvalidInput, NotFound, Unauthenticated

#: Jobs of one caller that may wait or run at a time, and of all callers.
MOST_OPEN, MOST_WAITING = 10, 1000

#: A job that was begun so often and ended neither way will not.
MOST_TRIES = 3

#: How long a job and what it made are kept after its end.
KEPT = timedelta(days=3)

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def problem(error: Exception) -> dict[str, Any]:
    """Return what a caller is told of an error that ended a job; of what the caller gave nothing is repeated."""
    if not isinstance(error, GridgeoError):
        return {"status": 500, "code": "internal-server-error", "detail": "something went wrong here; it is in the log under this number"}
    code = _WORD.sub("-", type(error).__name__).lower()
    if isinstance(error, InvalidInput):
        return {"status": 400, "code": code, "detail": f"{error.field}: {error.rule}"}
    if isinstance(error, NotFound):
        return {"status": 404, "code": code, "detail": f"there is no such {error.kind}"}
    if isinstance(error, Forbidden | Unauthenticated):
        return {"status": 403, "code": code, "detail": str(error)}
    return {"status": 500, "code": code, "detail": "it cannot be done as things are"}


def gave_up() -> dict[str, Any]:
    """Return what is told of a job whose workers died one after the other."""
    detail = f"it was begun {MOST_TRIES} times, and whoever did it went away each time"
    return {"status": 500, "code": "gave-up", "detail": detail}
