"""What `gridgeo check` says of routing: whether every class has one lead, and which rules are in force."""

from __future__ import annotations

from ...db.check import Finding, State
from ...issues import Severity, count
from .. import classes
from . import matrix, rulesets
from .model import State as Stage


def examine(conn) -> list[Finding]:
    """Return what there is to say, where there are classes of events at all; nothing is changed."""
    return [_matrix(conn), _rules(conn)] if classes.valid(conn) else []


def _matrix(conn) -> Finding:
    subject = "responsibility matrix"
    if not matrix.listed(conn, limit=1):
        return Finding(subject, State.WARNING, "there is none: events go where rules or people send them", "run `gridgeo routing load`")
    found = [issue for issue in matrix.check(conn) if issue.severity is not Severity.INFO]
    if not found:
        return Finding(subject, State.OK, "every class has one lead everywhere")
    grave = any(issue.severity is Severity.ERROR for issue in found)
    told = ", ".join(f"{code} ({n:,})" for code, n in count(found).items())
    return Finding(subject, State.ERROR if grave else State.WARNING, told, "see `gridgeo routing check`")


def _rules(conn) -> Finding:
    active = [made for made in rulesets.sets(conn) if made.state is Stage.ACTIVE]
    seen = f"set {active[0].set_id} ({active[0].name}) is in force" if active else "none are in force: the matrix alone decides"
    return Finding("routing rules", State.OK, seen)
