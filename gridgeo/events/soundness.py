"""What `gridgeo check` says of events: whether each is what its steps make of it, and whether it is said where it lies."""

from __future__ import annotations

from ..db import queries
from ..db.check import Finding, State
from ..hierarchy import assignment as placing
from ..hierarchy.model import GOVERNANCE
from . import counts

SQL = queries.load(__package__, "soundness.sql")

#: Events that are named.
_MOST = 100


def examine(conn) -> list[Finding]:
    """Return what there is to say of events; nothing is changed. Reads every step once."""
    editions = placing.editions_to_come(conn, GOVERNANCE)
    return [_steps(conn), *(judged(conn, edition_id) for edition_id in editions for judged in (_placed, _counted))]


def differing(conn) -> list[str]:
    """Return the codes of the first events that are not what their steps make of them."""
    return [code for (code,) in _rows(conn, "differing", most=_MOST)]


def _steps(conn) -> Finding:
    wrong = differing(conn)
    if wrong:
        named = ", ".join(wrong[:3])
        hint = "somebody wrote past gridgeo: restore these events from a backup"
        return Finding("events", State.ERROR, f"{len(wrong)} events or more are not what was done to them: {named}", hint)
    ((amount,),) = _rows(conn, "amount")
    return Finding("events", State.OK, f"{amount:,} events are what their steps make of them")


def _placed(conn, edition_id: int) -> Finding:
    subject, ((lacking,),) = f"events in edition {edition_id}", _rows(conn, "unassigned", edition_id=edition_id)
    if lacking:
        return Finding(subject, State.ERROR, f"of {lacking:,} events it is not said where they lie", "run `gridgeo events place`")
    return Finding(subject, State.OK, "of each it is said where it lies")


def _counted(conn, edition_id: int) -> Finding:
    subject, (false, wrong) = f"numbers of events in edition {edition_id}", counts.difference(conn, edition_id)
    if false or wrong:
        told = f"{len(false):,} events count for what they are not, {len(wrong):,} sums are others"
        return Finding(subject, State.ERROR, told, "run `gridgeo events place`, which counts them from scratch")
    return Finding(subject, State.OK, "they are what the events add up to")


def _rows(conn, query: str, **parameters) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(SQL[query], parameters)
        return cur.fetchall()
