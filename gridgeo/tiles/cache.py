"""Tiles in memory: those used longest ago go first when there are too many bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from .model import CELLS_DEEPEST, Collection, Packed, Tile

#: What keeping a tile takes besides its bytes and the text of its variant, about.
_BESIDES = 400

#: Variants of one place that are held: then the one used longest ago goes.
_VARIANTS = 64


class Place(NamedTuple):
    """Which tile of what."""

    collection: Collection
    edition_id: int
    tile: Tile


class Cache:
    """At most so many bytes of tiles. A place may have several: filtered, or of a part of the city."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.bytes = most_bytes, 0
        self._held: OrderedDict[Place, OrderedDict[Hashable, Packed]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, place: Place, variant: Hashable) -> Packed | None:
        """Return a tile where it is held."""
        with self._lock:
            held = self._held.get(place)
            if held is None:
                return None
            self._held.move_to_end(place)
            if variant in held:
                held.move_to_end(variant)
            return held.get(variant)

    def put(self, place: Place, variant: Hashable, packed: Packed) -> None:
        """Hold a tile."""
        with self._lock:
            held = self._held.setdefault(place, OrderedDict())
            if variant in held:
                self.bytes -= _size(variant, held.pop(variant))
            held[variant] = packed
            self.bytes += _size(variant, packed)
            if len(held) > _VARIANTS:
                self.bytes -= _size(*held.popitem(last=False))
            self._held.move_to_end(place)
            while self.bytes > self.most_bytes and self._held:
                self._drop(next(iter(self._held)))

    def forget(self, collection: Collection, but: Sequence[int] = ()) -> None:
        """Forget all of a collection but some editions."""
        with self._lock:
            for place in [place for place in self._held if place.collection is collection and place.edition_id not in but]:
                self._drop(place)

    def forget_cells(self, cells: Iterable[tuple[int, int]]) -> None:
        """Forget tiles of objects that hold one of some cells of zoom 20 (column, row), or lie in one."""
        deepest = set(cells)
        changed = {z: {(x >> (CELLS_DEEPEST - z), y >> (CELLS_DEEPEST - z)) for x, y in deepest} for z in range(CELLS_DEEPEST + 1)}
        with self._lock:
            for place in [place for place in self._held if place.collection is Collection.OBJECTS]:
                z, x, y = place.tile
                deeper = max(z - CELLS_DEEPEST, 0)
                if (x >> deeper, y >> deeper) in changed[z - deeper]:
                    self._drop(place)

    def _drop(self, place: Place) -> None:
        self.bytes -= sum(_size(*each) for each in self._held.pop(place).items())


def _size(variant: Hashable, packed: Packed) -> int:
    """Bytes, about: the variant names the units of a caller, which may be thousands."""
    return len(packed.body) + len(repr(variant)) + _BESIDES
