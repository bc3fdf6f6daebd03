"""What is asked of a collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import shapely

from ..cql2 import geometry, sql
from ..cql2.model import Geometry, Joined, Node, Predicate, Property
from ..cql2.words import SPATIAL
from .model import Collection
from .systems import CRS84, System

#: Degrees of a narrow area: about a kilometre, in which some thousands of features lie at most.
NARROW = 0.01

#: Whatever holds of two of which one is this to the other, they meet.
_MEETING = frozenset(SPATIAL) - {"S_DISJOINT"}


class Order(NamedTuple):
    """What to sort by, and which way."""

    name: str
    descending: bool = False


class Period(NamedTuple):
    """From one instant to another, both within; None where it has no end."""

    start: datetime | None
    end: datetime | None


class Filter(NamedTuple):
    """What is to hold of features, as a condition; the properties it speaks of; what they all meet, None where that is not said."""

    condition: sql.Condition
    names: frozenset[str]
    reach: shapely.Geometry | None


@dataclass(frozen=True)
class Question:
    """Which features of a collection are asked for, and how they are to be written.

    Parameters
    ----------
    period
        When they are to be valid; now when None.
    recorded
        As it was believed at this moment; now when None.
    area
        What they are to meet, EPSG:4490; None for anywhere.
    units
        The lowest units they are to lie in; None for any.
    only
        What is to hold of them.
    few
        Whether there are few buildings in that place.
    properties
        Those wanted; None for all.
    after
        The key of the last feature of the page before, as texts.
    public
        Whether only what anybody may see is meant: events of classes that say so.
    """

    ids: tuple[str, ...] | None = None
    period: Period | None = None
    recorded: datetime | None = None
    area: shapely.Geometry | None = None
    units: Sequence[int] | None = None
    few: bool = False
    only: Filter | None = None
    q: str | None = None
    properties: tuple[str, ...] | None = None
    order: tuple[Order, ...] = ()
    after: tuple[str | None, ...] | None = None
    limit: int | None = None
    system: System = CRS84
    public: bool = True

    @property
    def is_narrow(self) -> bool:
        """Whether the area is so small that all there is in it can be looked at."""
        west, south, east, north = self.area.bounds
        return east - west <= NARROW and north - south <= NARROW  # of an empty one all are nan


def filtered(collection: Collection, node: Node, system: System = CRS84) -> Filter:
    """Return the filter a tree says of a collection, its geometries being of a system; raises ValueError for one that is not valid."""
    return Filter(sql.condition(node, collection.queryables, system.points), node.names, _reach(node, system))


def _reach(node: Node, system: System) -> shapely.Geometry | None:
    """What meets every feature a filter lets through: found by an index as a box is, even where its own column has none."""
    for part in node.parts if isinstance(node, Joined) and node.word == "AND" else (node,):
        if isinstance(part, Predicate) and part.word in _MEETING and any(isinstance(each, Property) for each in part.operands):
            drawn = [each for each in part.operands if isinstance(each, Geometry)]
            if drawn:
                return shapely.from_wkb(geometry.stored(drawn[0], system.points))
    return None
