"""Which unit each building lies in, by edition: derived from its point, never from its code."""

from __future__ import annotations

from collections.abc import Sequence

from ..hierarchy import assignment as placing
from ..hierarchy.model import GOVERNANCE
from .store import SQL


def assign(conn, edition_id: int, codes: Sequence[str] | None = None) -> int:
    """Say for an edition where every building lies of which it is not said yet; return how many.

    Set-based; the rule is :class:`gridgeo.hierarchy.model.Outcome`, among the units that have none below.

    Parameters
    ----------
    codes
        Buildings to look at; all when None.
    """
    named = {"edition_id": edition_id, **_named(codes)}
    with conn.cursor() as cur:
        cur.execute(SQL["make_unassigned"])
        cur.execute(SQL["find_unassigned"], named)
        placing.prepare(cur)
        cur.execute(SQL["place_unassigned"])
        placing.lay(cur, edition_id)
        cur.execute(SQL["assign"], named)
        assigned = cur.rowcount
        placing.done(cur)
        cur.execute("DROP TABLE unassigned")
    return assigned


def assign_new(conn, codes: Sequence[str] | None = None) -> int:
    """Say where buildings lie in the governance edition valid now and in those planned; return how many were said of each at most."""
    return max((assign(conn, edition_id, codes) for edition_id in placing.editions_to_come(conn, GOVERNANCE)), default=0)


def reassign(conn, codes: Sequence[str]) -> int:
    """Say anew where buildings lie whose points have changed. What was said for editions that have ended stays."""
    with conn.cursor() as cur:
        for edition_id in placing.editions_to_come(conn, GOVERNANCE):
            cur.execute(SQL["forget"], {"edition_id": edition_id, **_named(codes)})
    return assign_new(conn, codes)


def clear(conn, edition_id: int) -> int:
    """Forget where buildings lie in an edition; return how many."""
    with conn.cursor() as cur:
        cur.execute(SQL["forget"], {"edition_id": edition_id, **_named(None)})
        return cur.rowcount


def _named(codes: Sequence[str] | None) -> dict[str, list[str] | None]:
    if codes is None:
        return {"codes": None, "zones": None}
    return {"codes": list(codes), "zones": sorted({code[:12] for code in codes})}
