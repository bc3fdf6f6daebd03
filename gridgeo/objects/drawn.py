"""Objects in an area drawn by hand, counted exactly: units that lie wholly in it by their kept counts, others object by object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely

from ..db import queries
from ..hierarchy.locate import Snapshot
from . import counts
from .conditions import condition
from .model import Where

SQL = queries.load(__package__, "drawn.sql")


@dataclass(frozen=True)
class Met:
    """Lowest units an area meets: those that lie wholly in it, and those it cuts (unit_id)."""

    whole: list[int]
    cut: list[int]

    @property
    def all(self) -> list[int]:
        """Both."""
        return sorted(self.whole + self.cut)


def met(today: Snapshot, area: shapely.MultiPolygon, among: Iterable[int] | None = None) -> Met:
    """Return the lowest units of an edition, or among some of them, that an area (EPSG:4490, lon/lat) meets; a touched border is one."""
    ids = [unit.unit_id for unit in today.units if unit.leaf] if among is None else list(among)
    places = np.array([today.position[unit_id] for unit_id in ids], int)
    shapes = today.geometry[places]
    near = np.flatnonzero(shapely.intersects(shapely.box(*area.bounds), shapes)) if not area.is_empty else np.array([], int)
    shapely.prepare(area)
    whole = shapely.covers(area, shapes[near])
    cut = ~whole
    cut[cut] = shapely.intersects(area, shapes[near][cut])
    held = np.array(ids, int)[near]
    return Met(held[whole].tolist(), held[cut].tolist())


def counted(conn, edition_id: int, where: Where, found: Met, beyond: bool) -> Counter[tuple[int, str]]:
    """Return how many objects lie in the area of `where`, by category and status; its units are those that were `found`.

    Parameters
    ----------
    beyond
        Whether objects in no unit are counted, too.
    """
    told = counts.of_units(conn, edition_id, found.whole, by=("category", "status"), only=where.only)
    total = Counter({kind: n for kind, n in told.items() if _meant(kind, where)})
    total.update(_in_part(conn, edition_id, where, found.cut, beyond))
    return total


def _meant(kind: tuple[int, str], where: Where) -> bool:
    category_id, status = kind
    return (where.categories is None or category_id in where.categories) and (where.statuses is None or status in where.statuses)


def _in_part(conn, edition_id: int, where: Where, cut: list[int], beyond: bool) -> dict[tuple[int, str], int]:
    asked = {
        "edition_id": edition_id,
        "cut": cut,
        "beyond": beyond,
        "categories": None if where.categories is None else list(where.categories),
        "statuses": None if where.statuses is None else list(where.statuses),
        "filter": condition(where.only),
        "area": shapely.to_wkb(shapely.set_srid(where.polygon, 4490), hex=True, include_srid=True),
    }
    with conn.cursor() as cur:
        cur.execute(SQL["in_part"], asked)
        return {(category_id, status): n for category_id, status, n in cur.fetchall()}
