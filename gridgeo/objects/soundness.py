"""What `gridgeo check` says of objects: whether counts are right, and which objects lie nowhere."""

from __future__ import annotations

from ..db.check import Finding, State
from ..hierarchy.model import Outcome
from . import assignment, counts, store


def examine(conn) -> list[Finding]:
    """Return what there is to say of the editions in which objects have their place; nothing is changed. Counts everything once."""
    return [finding for edition_id in assignment.editions(conn) for finding in (_counted(conn, edition_id), _placed(conn, edition_id))]


def _counted(conn, edition_id: int) -> Finding:
    """Counts and sums are those of a recount."""
    subject, wrong = f"objects of edition {edition_id}", counts.difference(conn, edition_id)
    if wrong:
        return Finding(subject, State.ERROR, f"{len(wrong):,} counts are not those of a recount", "run `gridgeo objects recount`")
    return Finding(subject, State.OK, "counts equal a recount")


def _placed(conn, edition_id: int) -> Finding:
    """Of each object it is said where it lies; those in no unit are told, for they are in no count of a unit."""
    subject, lacking, outcomes = f"places in edition {edition_id}", store.unassigned(conn, edition_id), store.outcomes(conn, edition_id)
    if lacking:
        return Finding(subject, State.ERROR, f"of {lacking:,} objects it is not said where they lie", "run `gridgeo objects recount`")
    told = ", ".join(f"{outcomes[outcome]:,} {outcome}" for outcome in Outcome if outcomes[outcome])
    nowhere = outcomes[Outcome.NONE] + outcomes[Outcome.SEVERAL]
    return Finding(subject, State.OK, told or "no object", "see `gridgeo objects unplaced`" if nowhere else "")
