"""What `gridgeo check` says of tiles: whether cells add up to the objects there are."""

from __future__ import annotations

from ..db.check import Finding, State
from . import cells

_SUBJECT = "objects in cells of tiles"


def examine(conn) -> list[Finding]:
    """Return what there is to say of the cells; nothing is changed. Counts everything once."""
    if cells.waiting(conn):
        return [
            Finding(_SUBJECT, State.OK, "changed since they were added up", "a running server, or `gridgeo tiles rebuild`, adds them up")
        ]
    wrong = cells.unlike(conn)
    if wrong:
        zooms = ", ".join(map(str, wrong))
        return [Finding(_SUBJECT, State.ERROR, f"cells of zoom {zooms} are not what objects add up to", "run `gridgeo tiles rebuild`")]
    return [Finding(_SUBJECT, State.OK, "add up to all objects")]
