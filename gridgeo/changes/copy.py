"""A copy of what is published, kept by the change feed; killed at any moment it is as after a whole transaction.

What is common to all copies; :mod:`.geopackage` keeps one in a file, :mod:`.postgis` one in a database.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import orjson
import shapely

from .client import Outdated, Source
from .model import ENTITIES, Entity

_INTEGERS = (
    "edition_id",
    "unit_id",
    "parent_id",
    "household_count",
    "floors",
    "floors_below",
    "address_no",
    "floor",
    "category_id",
    "object_id",
    *("event_id", "class_id", "grade", "merged_into", "bounces", "reopened", "stars", "version"),
)

#: What fields hold that are not text: words of GeoPackage.
TYPES = {
    **dict.fromkeys(_INTEGERS, "INTEGER"),
    **dict.fromkeys(("lon", "lat", "area_m2"), "DOUBLE"),
    **dict.fromkeys(("main", "lowest"), "BOOLEAN"),
    **dict.fromkeys(("since", "inspected_on"), "DATE"),
}

Told = Iterable[tuple[str, Mapping[str, Any] | None]]


class Copy(ABC):
    """A copy of a source. What is taken in is taken in whole, with its number, in one transaction of the copy's own."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def catch_up(self) -> int:
        """Take in everything there is; return the number the copy is true to.

        Raises as :class:`.client.Source` does; the copy is then as it was.
        """
        until, number = self.source.latest(), self.number
        if number is None or until < number:  # a lower one is another database's, under the same address
            return self._begin(until)
        if until > number:
            try:
                with self.transaction():
                    for entity in ENTITIES.values():
                        self.put(entity, self.source.events(entity.name, number, until))
                    self.remember(until)
            except Outdated:
                return self._begin(until)
        return until

    def _begin(self, number: int) -> int:
        with self.transaction():
            self.empty()
            for entity in ENTITIES.values():
                self.make(entity)
                self.put(entity, self.source.extract(entity.name, number))
            self.remember(number)
        return number

    @property
    @abstractmethod
    def number(self) -> int | None:
        """Up to which transaction it is true; None before it has begun."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""

    @abstractmethod
    def states(self, entity: Entity) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield key and state of everything of an entity; `geometry` is shapely's, of points too."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager:
        """All of a block, or nothing."""

    @abstractmethod
    def empty(self) -> None:
        """Make it as if nothing had been taken in."""

    @abstractmethod
    def make(self, entity: Entity) -> None:
        """Make what holds an entity."""

    @abstractmethod
    def put(self, entity: Entity, told: Told) -> None:
        """Take in what things are from then on, in order; None is a thing that is no more."""

    @abstractmethod
    def remember(self, number: int) -> None:
        """Write down up to which transaction it is true."""


def is_drawn(entity: Entity) -> bool:
    """Return whether an entity has a shape."""
    return "geometry" in entity.fields


def columns(entity: Entity) -> list[str]:
    """Return the fields of an entity but its shape."""
    return [name for name in entity.fields if name != "geometry"]


def cell(value: Any) -> Any:
    """Return a value as a cell of a table holds it."""
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def shape(state: Mapping[str, Any]) -> shapely.Geometry | None:
    """Return the shape of a state; of what has a point only, that."""
    if state.get("geometry") is not None:
        return shapely.from_geojson(orjson.dumps(state["geometry"]))
    return shapely.Point(state["lon"], state["lat"]) if state.get("lon") is not None else None
