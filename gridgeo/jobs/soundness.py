"""What `gridgeo check` says of jobs: whether somebody does them."""

from __future__ import annotations

from datetime import timedelta

from ..db.check import Finding, State
from . import store

#: A job that nobody took for so long has nobody to take it: workers look every few seconds, and are told besides.
PATIENCE = timedelta(minutes=1)


def examine(conn) -> list[Finding]:
    """Return what there is to say of jobs; nothing is changed."""
    undone, done, since, waited = store.standing(conn)
    if not undone:
        return [Finding("jobs", State.OK, f"none waits, {done:,} under way" if done else "none waits")]
    seen = f"{undone:,} wait, the first since {since:%Y-%m-%d %H:%M:%S %Z}, {done:,} under way"
    if waited <= PATIENCE:
        return [Finding("jobs", State.OK, seen)]
    hint = "more workers do more at a time: `gridgeo work --threads 4`" if done else "nobody does them: `gridgeo up`, or `gridgeo work`"
    return [Finding("jobs", State.WARNING, seen, hint)]
