"""What `gridgeo check` says of the change feed: whether transactions get their numbers, and webhooks are told."""

from __future__ import annotations

import time

from ..db.check import Finding, State
from . import stamping
from .webhooks import store

#: Seconds after which a transaction that waits, waits for somebody who does not come: numbering takes a small part of one.
_PATIENCE_S = 2.0


def examine(conn) -> list[Finding]:
    """Return what there is to say of numbering and of webhooks; nothing is changed. Where a transaction waits, it is looked at twice."""
    return [_numbered(conn), *_told(conn)]


def _numbered(conn) -> Finding:
    """Transactions are numbered: none waits that waited a moment ago."""
    first = _first_waiting(conn)
    if first is not None:
        time.sleep(_PATIENCE_S)
    state, stuck = stamping.state(conn), first is not None and _first_waiting(conn) == first
    if not stuck:
        return Finding("change feed", State.OK, f"{state.latest:,} transactions numbered, none is kept waiting")
    seen = f"{state.waiting:,} transactions wait for a number, the first since {state.waiting_since:%Y-%m-%d %H:%M:%S %Z}"
    if stamping.is_numbering(conn):
        return Finding("change feed", State.ERROR, seen, "who numbers is stuck: end it (`gridgeo stamper` in pg_stat_activity)")
    return Finding("change feed", State.WARNING, seen, "nobody numbers: `gridgeo up`, or `gridgeo feed stamp`")


def _told(conn) -> list[Finding]:
    """Webhooks are told, and refuse nothing."""
    found = []
    for one in store.listed(conn):
        subject = f"webhook {one.webhook_id}"
        if one.failing_since is not None:
            seen = f"not told what came after {one.told:,} since {one.failing_since:%Y-%m-%d %H:%M %Z}: {one.failure}"
            found.append(Finding(subject, State.WARNING, seen, f"see that {one.url.partition('?')[0]} answers; it is tried again"))
        elif one.dead:
            seen = f"{one.dead:,} transactions were refused and left out"
            found.append(Finding(subject, State.WARNING, seen, f"see `gridgeo feed webhook dead {one.webhook_id}`, then `… retry`"))
        else:
            found.append(Finding(subject, State.OK, f"told up to {one.told:,}"))
    return found


def _first_waiting(conn) -> int | None:
    """As it is now: a transaction with a snapshot of its own would see what was."""
    conn.rollback()
    return stamping.first_waiting(conn)
