"""What `gridgeo check` says of the time of events: whether workers are at it, and departments' systems take their tasks."""

from __future__ import annotations

from datetime import timedelta

from ...db import queries
from ...db.check import Finding, State
from . import receivers

SQL = queries.load(__package__, "soundness.sql")

#: What waits for so long waits for a worker that does not come: they look every second, and are told besides.
PATIENCE = timedelta(minutes=1)


def examine(conn) -> list[Finding]:
    """Return what there is to say of limits, workers and departments' systems; nothing is changed."""
    return [*_counted(conn), _worked(conn), *_told(conn)]


def _counted(conn) -> list[Finding]:
    """Events that are open have a time by which they are to be closed."""
    undue, open_ones = _row(conn, "undue")
    if not open_ones or not undue:
        return []
    hint = "see `gridgeo limits list`; `gridgeo limits load --commit` gives some to begin with"
    return [Finding("limits of events", State.WARNING, f"{undue:,} of {open_ones:,} open events are never due", hint)]


def _worked(conn) -> Finding:
    """What was filed is sent on, and what is overdue is noted."""
    filed, unrouted, overdue = _row(conn, "waiting", patience=PATIENCE)
    if filed or overdue:
        seen = f"{filed:,} filed events wait to be sent on, {overdue:,} are overdue and nobody was told"
        return Finding("workers for events", State.WARNING, seen, "nobody works: start `gridgeo work`")
    if unrouted:
        hint = "`gridgeo events notices` lists them; say in the matrix who leads (`gridgeo routing check`)"
        return Finding("workers for events", State.WARNING, f"of {unrouted:,} filed events nobody is known to lead", hint)
    return Finding("workers for events", State.OK, "nothing waits to be sent on, and what is overdue was told")


def _told(conn) -> list[Finding]:
    """Departments' systems take what they are told."""
    found = []
    for one in receivers.listed(conn):
        subject = f"tasks of {one.department_code}"
        if one.failing_since is not None:
            seen = f"{one.waiting:,} letters wait since {one.failing_since:%Y-%m-%d %H:%M %Z}: {one.failure}"
            found.append(Finding(subject, State.WARNING, seen, f"see that {one.url.partition('?')[0]} answers; it is tried again"))
        elif one.dead:
            seen = f"{one.dead:,} letters were refused and left out"
            found.append(
                Finding(subject, State.WARNING, seen, f"mend the receiver, then `gridgeo events receiver retry {one.department_code}`")
            )
        else:
            found.append(Finding(subject, State.OK, f"{one.waiting:,} letters wait"))
    return found


def _row(conn, query: str, **parameters) -> tuple:
    with conn.cursor() as cur:
        cur.execute(SQL[query], parameters)
        return cur.fetchone()
