"""Making editions valid, with all that follows from it for addresses and objects, and for what is counted by grid."""

from __future__ import annotations

from datetime import datetime

from ..addresses import assignment
from ..events import assignment as events
from ..hierarchy import editions, store
from ..hierarchy.model import GOVERNANCE, Edition
from ..linkage import counts
from ..objects import assignment as objects
from ..tiles import grids as tiles


def activate(conn, edition_id: int, when: datetime | None = None) -> Edition:
    """Make a draft valid from a moment on (now when None).

    Of a governance edition it is said where every building and every object lies in it, and counted what its units hold.
    It is simplified for tiles by whoever serves them, when they are told: that takes seconds and nothing waits for it.
    Raises Conflict as :func:`gridgeo.hierarchy.editions.activate` does.
    """
    editions.lock(conn, store.edition(conn, edition_id).scheme)
    before = store.edition_open(conn, GOVERNANCE)
    made = editions.activate(conn, edition_id, when)
    if made.scheme == GOVERNANCE:
        assignment.assign(conn, edition_id)
        counts.refresh(conn, editions=[edition_id])
        objects.assign(conn, edition_id, before and before.edition_id)
        events.assign(conn, edition_id)
    return made


def withdraw(conn, edition_id: int) -> Edition:
    """Make a scheduled edition a draft again. Raises Conflict once it has begun."""
    made = editions.withdraw(conn, edition_id)
    counts.forget(conn, edition_id)
    assignment.clear(conn, edition_id)
    objects.clear(conn, edition_id)
    events.clear(conn, edition_id)
    tiles.clear(conn, edition_id)
    return made


def discard(conn, edition_id: int) -> None:
    """Delete a draft and all that belongs to it. Raises Conflict for what was activated: that is history."""
    if store.edition(conn, edition_id).valid_from is None:
        assignment.clear(conn, edition_id)
        objects.clear(conn, edition_id)
        events.clear(conn, edition_id)
        tiles.clear(conn, edition_id)
    editions.discard(conn, edition_id)
