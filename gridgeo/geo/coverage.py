"""Areas that should tile: where they overlap, where they leave holes, what of them lies outside another.

Arrays of valid polygons and multipolygons in one plane in, arrays out; lengths and areas in the plane's metres.
Nothing is repaired. Exact work (intersection, union, difference) is done only where the borders of neighbours are
not vertex for vertex the same: a clean coverage costs one pass over its edges. That pass is sound: of two areas
whose insides meet, equal and nested ones too, at least one has an edge that fits no neighbour.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import shapely

#: how far apart vertices may lie that an overlay has computed of the same corner, metres
_SNAP_M = 1e-3
#: pairs examined between two looks at the limit
_BATCH = 10_000
#: boxes that meet, to an area: a coverage has some ten; where there are more, looking at edges would take n x n steps
_CROWD = 64


class Overlaps(NamedTuple):
    """Pairs of areas whose insides meet: positions (the first is the smaller), the common part, and whether these are all."""

    first: np.ndarray
    second: np.ndarray
    geometry: np.ndarray
    complete: bool


class Coverage:
    """An array of valid areas that should tile a region. What is computed once is kept."""

    def __init__(self, areas) -> None:
        self.areas = np.asarray(areas, dtype=object)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The index over the areas."""
        return shapely.STRtree(self.areas)

    @cached_property
    def unclean(self) -> np.ndarray:
        """Whether each area has an edge that runs through another area, or beside a neighbour's that is not the same.

        Of a crowd lying over each other all are.
        """
        if self._crowded():
            return np.ones(len(self.areas), dtype=bool)
        return ~shapely.is_empty(shapely.coverage_invalid_edges(self.areas))

    def overlaps(self, above_m2: float = 0.0, most: int = 1_000_000) -> Overlaps:
        """Return the pairs whose common part is larger than `above_m2`, in ascending order.

        At most about `most` pairs are looked for: a thousand copies of one area are half a million pairs.
        """
        found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        count, complete = 0, True
        for first, second in self._candidates():
            parts = areal(shapely.intersection(self.areas[first], self.areas[second]))
            real = shapely.area(parts) > above_m2
            found.append((first[real], second[real], parts[real]))
            count += int(real.sum())
            if count >= most:
                complete = False
                break
        first, second, geometry = (np.concatenate(column) for column in zip(*found, strict=True)) if found else _no_pairs()
        order = np.lexsort((second, first))
        return Overlaps(first[order], second[order], geometry[order], complete)

    def holes(self, above_m2: float = 0.0) -> np.ndarray:
        """Return the holes of the union that are larger than `above_m2`, as polygons, without the islands in them."""
        parts = shapely.get_parts(self.union(np.ones(len(self.areas), dtype=bool)))
        rings, owner = shapely.get_rings(parts, return_index=True)
        inner = np.flatnonzero(np.diff(owner, prepend=-1) == 0)  # the first ring of each part is its outline
        holes = shapely.polygons(rings[inner])
        islands = shapely.polygons(rings[np.diff(owner, prepend=-1) > 0])
        hole, island = shapely.STRtree(islands).query(holes, predicate="contains")
        for at in np.unique(hole):
            holes[at] = shapely.difference(holes[at], shapely.union_all(islands[island[hole == at]]))
        holes = shapely.get_parts(holes)
        return holes[shapely.area(holes) > above_m2]

    def union(self, which: np.ndarray) -> shapely.Geometry:
        """Return the union of the areas of a mask. Clean ones are joined by their common edges, the others by overlay."""
        joined = shapely.coverage_union_all(self.areas[which & ~self.unclean])
        odd = self.areas[which & self.unclean]
        return shapely.union_all([joined, *odd]) if len(odd) else joined

    def around(self, places) -> tuple[np.ndarray, np.ndarray]:
        """Return which areas each place touches, to a millimetre: positions of places and of areas."""
        return self.tree.query(np.asarray(places, dtype=object), predicate="dwithin", distance=_SNAP_M)

    def _crowded(self) -> bool:
        meeting = 0
        for start in range(0, len(self.areas), 100):
            meeting += self.tree.query(self.areas[start : start + 100]).shape[1]
            if meeting > _CROWD * len(self.areas) + _BATCH:
                return True
        return False

    def _candidates(self):
        """Yield batches of pairs, each pair once, that may overlap: at least one of the two is unclean."""
        for area in np.flatnonzero(self.unclean):
            others = self.tree.query(self.areas[area])
            others = others[(others != area) & ~(self.unclean[others] & (others < area))]
            yield from _batches(np.minimum(area, others), np.maximum(area, others))


def areal(geometries: np.ndarray) -> np.ndarray:
    """Return the parts of geometries that have an area, as one polygon or multipolygon each (empty where none has)."""
    geometries = np.asarray(geometries, dtype=object).copy()
    mixed = np.flatnonzero(shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION)
    for at in mixed:
        parts = shapely.get_parts(geometries[at])
        geometries[at] = shapely.multipolygons(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    return geometries


def outside(areas, containers) -> tuple[np.ndarray, np.ndarray]:
    """Return which areas reach out of the container given for each, and the parts that do: positions, geometries."""
    areas, containers = np.asarray(areas, dtype=object), np.asarray(containers, dtype=object)
    shapely.prepare(containers)
    out = np.flatnonzero(~shapely.covers(containers, areas))
    parts = areal(shapely.difference(areas[out], containers[out]))
    real = shapely.area(parts) > 0
    return out[real], parts[real]


def uncovered(containers, coverage: Coverage, container_of: np.ndarray, suspect: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what of each container none of its own areas covers: positions of containers, polygons (a gap each).

    Where areas neither overlap nor reach out, what is not covered is the container's area less theirs: only where
    that leaves something, or where it does not hold, is the difference drawn.

    Parameters
    ----------
    containers
        Areas; one without own areas is passed over: there is nothing to compare it with.
    container_of
        For each area of the coverage the position of its container, -1 for none.
    suspect
        Whether each area of the coverage overlaps another or reaches out of its container.
    """
    containers = np.asarray(containers, dtype=object)
    owned = container_of >= 0
    count = np.bincount(container_of[owned], minlength=len(containers))
    filled = np.bincount(container_of[owned], weights=shapely.area(coverage.areas[owned]), minlength=len(containers))
    suspects = np.bincount(container_of[owned & suspect], minlength=len(containers)) > 0
    left = np.abs(shapely.area(containers) - filled) > 1e-12 * shapely.area(containers)
    positions, gaps = [], []
    for at in np.flatnonzero((count > 0) & (suspects | left)):
        parts = shapely.get_parts(areal([shapely.difference(containers[at], coverage.union(container_of == at))]))
        parts = parts[shapely.area(parts) > 0]
        positions += [at] * len(parts)
        gaps += list(parts)
    return np.array(positions, dtype=int), np.array(gaps, dtype=object)


def _batches(first: np.ndarray, second: np.ndarray):
    for start in range(0, len(first), _BATCH):
        yield first[start : start + _BATCH], second[start : start + _BATCH]


def _no_pairs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.empty(0, dtype=int), np.empty(0, dtype=int), np.empty(0, dtype=object)
