"""Lineages between editions, made once for all who ask, and how they are told."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from gridgeo.addresses import lineage
from gridgeo.hierarchy.lineage import Descent, Lineage
from gridgeo.hierarchy.model import Edition

from . import answers, depends, mementos, rooted

#: So many are kept, for so many seconds: areas stay as they are, but houses are added.
_MOST, _KEPT_S = 8, 3600.0
_MAKING = threading.Lock()


def between(request: Request, before: Edition, after: Edition) -> Lineage:
    """Return what became of the units of an edition in another one, the same for every caller. Blocks, for seconds the first time."""
    state, key = request.app.state, (before.edition_id, before.digest, after.edition_id, after.digest)
    with _MAKING:  # one at a time: it takes a processor, and who asks for the same gets it a moment later
        kept: OrderedDict[tuple, tuple[float, Lineage]] = state.__dict__.setdefault("lineages", OrderedDict())
        if key not in kept or kept[key][0] < time.monotonic():
            kept[key] = time.monotonic() + _KEPT_S, depends.read_from(state.pool, _made, before, after)
        kept.move_to_end(key)
        while len(kept) > _MOST:
            kept.popitem(last=False)
        return kept[key][1]


def came_from(request: Request, before: Edition, here: Edition, ref: str) -> dict[str, Any]:
    """Return the units of the edition before that lay where a unit lies, with their shares in it."""
    made = between(request, before, here)
    units = [_told(row, row.before, row.before_name, row.from_area, row.from_households) for row in made.origins[ref] if row.before]
    return {"edition": answers.edition(before), **head(made), "units": [_leading_on(unit, before) for unit in units]}


def became(request: Request, here: Edition, after: Edition, ref: str) -> dict[str, Any]:
    """Return the units of the edition after that lie where a unit lay, with its shares in them."""
    made = between(request, here, after)
    return {"edition": answers.edition(after), **head(made), "units": [_leading_on(unit, after) for unit in followers(made, ref)]}


def followers(made: Lineage, ref: str) -> list[dict[str, Any]]:
    """Return the units that lie where a unit lay, the one with most of it first; none of one that has ended, or is not known."""
    return [_told(row, row.after, row.after_name, row.to_area, row.to_households) for row in made.followers.get(ref, ()) if row.after]


def head(made: Lineage) -> dict[str, Any]:
    """Return what is to be said of a lineage as a whole."""
    by_houses = bool(made.table["houses"].notna().any())
    slivers = {"pieces": made.slivers, "area_m2": round(made.slivers_m2, 2)}
    return {"households_by": "houses" if by_houses else "area", "slivers": slivers}


def _leading_on(unit: dict[str, Any], edition: Edition) -> dict[str, Any]:
    """A unit with the address of its own lineage in its edition."""
    then = urlencode({"datetime": mementos.instant(edition.valid_from)}, safe=":")
    return {**unit, "href": rooted.at(f"/grids/{unit['code']}/lineage?{then}")}


def _told(row: Descent, code: str, name: str, area: float, households: float) -> dict[str, Any]:
    return {"code": code, "name_zh": name, "reason": row.reason, "area_m2": row.area_m2, "area": area, "households": households}


def _made(conn, before: Edition, after: Edition) -> Lineage:
    depends.patient(conn)
    return lineage.between(conn, before, after).bare
