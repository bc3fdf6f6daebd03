"""What `gridgeo check` says of events: whether each is what its steps make of it, and whether it is said where it lies."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ..db import queries
from ..db.check import Finding, State
from ..hierarchy import assignment as placing
from ..hierarchy.model import GOVERNANCE
from . import cells, counts

SQL = queries.load(__package__, "soundness.sql")

#: Events that are named; the newest, and as many others, that are looked at unless all are.
_MOST, _SOME = 100, 10_000


def examine(conn, whole: bool = False) -> list[Finding]:
    """Return what there is to say of events; nothing is changed.

    Parameters
    ----------
    whole
        Whether every step of every event is read and all are counted from scratch, for a hundred thousand half a minute. Else of the
        newest and of others at random.
    """
    some = None if whole else _some(conn)
    findings = [_steps(conn, some), *([_drawn(conn)] if whole else [])]
    for edition_id in placing.editions_to_come(conn, GOVERNANCE):
        findings += [_placed(conn, edition_id), _counted(conn, edition_id) if whole else _adds_up(conn, edition_id, some)]
    return findings


def differing(conn, event_ids: Sequence[int] | None = None) -> list[str]:
    """Return the codes of the first events, of some or of all, that are not what their steps make of them."""
    return [code for (code,) in SQL.rows(conn, "differing", most=_MOST, events=None if event_ids is None else list(event_ids))]


def _some(conn) -> list[int]:
    """The numbers of the newest events and of others at random."""
    ((latest,),) = SQL.rows(conn, "latest")
    others = max(0, latest - _SOME)
    return [*random.sample(range(1, others + 1), min(_SOME, others)), *range(others + 1, latest + 1)]


def _steps(conn, some: Sequence[int] | None) -> Finding:
    wrong = differing(conn, some)
    if wrong:
        named = ", ".join(wrong[:3])
        hint = "somebody wrote past gridgeo: restore these events from a backup"
        return Finding("events", State.ERROR, f"{len(wrong)} events or more are not what was done to them: {named}", hint)
    ((amount,),) = SQL.rows(conn, "amount")
    looked = f"{amount:,}" if some is None or amount <= len(some) else f"{len(some):,} of {amount:,}"
    return Finding("events", State.OK, f"{looked} events are what their steps make of them")


def _placed(conn, edition_id: int) -> Finding:
    subject, ((lacking,),) = f"events in edition {edition_id}", SQL.rows(conn, "unassigned", edition_id=edition_id)
    if lacking:
        return Finding(subject, State.ERROR, f"of {lacking:,} events it is not said where they lie", "run `gridgeo events place`")
    return Finding(subject, State.OK, "of each it is said where it lies")


def _counted(conn, edition_id: int) -> Finding:
    subject, (false, wrong) = f"numbers of events in edition {edition_id}", counts.difference(conn, edition_id)
    if false or wrong:
        told = f"{len(false):,} events count for what they are not, {len(wrong):,} sums are others"
        return Finding(subject, State.ERROR, told, "run `gridgeo events place`, which counts them from scratch")
    return Finding(subject, State.OK, "they are what the events add up to")


def _adds_up(conn, edition_id: int, some: Sequence[int]) -> Finding:
    """Whether some events count for what they are, and as many are counted as the sums say."""
    subject, false = f"numbers of events in edition {edition_id}", SQL.rows(conn, "miscounted", edition_id=edition_id, events=list(some))
    totals = dict(SQL.rows(conn, "totals", edition_id=edition_id))
    counted, said = totals["facts"], totals["sums"] + totals["shifts"]
    if false or counted != said:
        told = f"of {len(some):,} events {len(false):,} count for what they are not; {counted:,} are counted, the sums say {said:,}"
        return Finding(subject, State.ERROR, told, "run `gridgeo events place`, which counts them from scratch")
    return Finding(subject, State.OK, f"the sums say {said:,}, and some were looked at (all: --all)")


def _drawn(conn) -> Finding:
    if wrong := cells.false(conn):
        hint = "run `gridgeo events place`, which adds them up from scratch"
        return Finding("events on maps", State.ERROR, f"{wrong:,} open events or sums of closed ones are not what the events are", hint)
    return Finding("events on maps", State.OK, "what is kept for maps is what the events are")
