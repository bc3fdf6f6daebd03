"""A frame of units laid out for the topology check: keys, parents and levels as positions, areas in the metric plane.

What two checks need is computed once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas
import numpy as np
import pandas as pd
import shapely

from ..geo import coverage, crs, measure
from .model import keys

#: the levels of the governance scheme, from the top
_GOVERNANCE_LEVELS = ("district", "street", "community", "micro")

#: overlapping pairs to a unit (and in small sets) after which no more are looked for: neighbours make some three
_MOST_OVERLAPS_EACH, _MOST_OVERLAPS = 10, 10_000
_EARTH_RADIUS_M = 6_371_000


@dataclass(frozen=True)
class Findings:
    """Places of one kind: positions of the units concerned (a row each), EPSG:4490 geometries, areas in the plane."""

    units: np.ndarray
    geometry: np.ndarray
    area_m2: np.ndarray
    complete: bool = True

    def only(self, which: np.ndarray) -> Findings:
        """Return the rows of a mask."""
        return replace(self, units=self.units[which], geometry=self.geometry[which], area_m2=self.area_m2[which])

    def __iter__(self):
        return zip(self.units.tolist(), self.geometry, self.area_m2.tolist(), strict=True)


class Survey:
    """One frame of units under examination. Units are positions 0..n-1 in the frame throughout."""

    def __init__(self, frame: geopandas.GeoDataFrame, tolerance_m2: float, levels: Sequence[str] | None) -> None:
        self.tolerance_m2 = tolerance_m2
        self.key = keys(frame).to_numpy(object)
        self.level = frame["level"].to_numpy(object)
        self.name = frame["name_zh"].to_numpy(object)
        self.declared = frame["parent"].to_numpy(object)
        present = pd.unique(self.level)
        order = levels or (_GOVERNANCE_LEVELS if set(present) <= set(_GOVERNANCE_LEVELS) else present)
        self.levels = [level for level in order if level in set(present)]
        self.rank = pd.Series(self.level).map({level: rank for rank, level in enumerate(self.levels)}).fillna(-1).to_numpy(int)
        self.geometry = np.array(frame.geometry, dtype=object)
        self.empty = shapely.is_missing(self.geometry) | ~(shapely.get_dimensions(self.geometry) == 2) | shapely.is_empty(self.geometry)
        self.valid = shapely.is_valid(self.geometry)
        self.sound = self.valid & ~self.empty
        self._made: dict = {}

    @cached_property
    def parent(self) -> np.ndarray:
        """Position of each unit's declared parent, -1 where none is declared or none is there."""
        place = pd.Series(np.arange(len(self.key)), index=self.key)
        place = place[~place.index.duplicated()]
        return pd.Series(self.declared, dtype=object).map(place).fillna(-1).to_numpy(int)

    @cached_property
    def metric(self) -> np.ndarray:
        """Geometries in the metric plane, None where there is no sound one."""
        return crs.to_metric(np.where(self.sound, self.geometry, None))

    @cached_property
    def bend_m(self) -> float:
        """How far an edge may be bent between degrees and plane: a circle's arc of the earth's curvature, doubly safe."""
        rings = shapely.get_rings(shapely.get_parts(self.metric[self.sound]))
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        edges = np.hypot(*np.diff(corners, axis=0).T)[ring[1:] == ring[:-1]]
        return float(edges.max(initial=0)) ** 2 / (4 * _EARTH_RADIUS_M)

    def units(self, level: str | None) -> np.ndarray:
        """Return the positions of a level's units that have a sound geometry, in ascending order."""
        return np.flatnonzero((self.level == level) & self.sound)

    def coverage(self, level: str) -> coverage.Coverage:
        """Return the areas of a level's sound units, in the order of :meth:`units`."""
        return self._kept("coverage", level, lambda: coverage.Coverage(self.metric[self.units(level)]))

    def overlaps(self, level: str) -> Findings:
        """Return the overlapping pairs of a level, however small: the check of gaps counts on it."""
        return self._kept("overlaps", level, lambda: self._overlaps(level))

    def outside(self, level: str) -> Findings:
        """Return the parts of a level's units outside their declared parents, however small."""
        return self._kept("outside", level, lambda: self._outside(level))

    def astray(self, level: str) -> Findings:
        """Return the parts of :meth:`outside` that are large."""
        return self._kept("astray", level, lambda: self.large(self.outside(level), self._still_outside))

    def homes(self, level: str) -> np.ndarray:
        """Return for every unit of the frame the one above it in which it is at home, -1 for none and for other levels' units.

        That is its declared parent, unless most of it lies outside that and another unit of that level holds more of
        it. A unit without known parent is at home where a point of its inside lies.
        """
        return self._kept("homes", level, lambda: self._homes(level))

    def holes(self, level: str) -> Findings:
        """Return the large holes of the union of a level; of no units in particular."""
        return self._kept("holes", level, lambda: self._holes(level))

    def uncovered(self, level: str) -> Findings:
        """Return the large parts of the units above that no unit at home in them covers."""
        units, above = self.units(level), self.units(self.above(level))
        if not len(units) or not len(above):
            return _findings(np.empty((0, 1), dtype=int), [])
        place = np.full(len(self.key) + 1, -1)  # one more, for home -1
        place[above] = np.arange(len(above))
        suspect = np.isin(units, np.union1d(self.overlaps(level).units, self.outside(level).units))
        which, parts = coverage.uncovered(self.metric[above], self.coverage(level), place[self.homes(level)[units]], suspect)
        found = self._sayable(_findings(above[which].reshape(-1, 1), parts))
        return self.large(found, lambda unit, place: shapely.intersection(self._still_bare(level, place), self.geometry[unit[0]]))

    def large_overlaps(self, level: str) -> Findings:
        """Return the overlapping pairs of a level that share more than the tolerance."""
        return self.large(self.overlaps(level), lambda pair, _: shapely.intersection(*self.geometry[pair]))

    def around(self, level: str, found: Findings) -> list[np.ndarray]:
        """Return for each place the keys of a level's units that it touches, ascending."""
        place, unit = self.coverage(level).around(crs.to_metric(found.geometry))
        keys_of = self.key[self.units(level)][unit]
        order = np.lexsort((keys_of.astype(str), place))
        return np.split(keys_of[order], np.searchsorted(place[order], np.arange(len(found.geometry))))[1:]

    def large(self, found: Findings, in_degrees: Callable[[np.ndarray, shapely.Geometry], shapely.Geometry]) -> Findings:
        """Return the places larger than the tolerance that the bend of long edges cannot explain.

        An edge straight in degrees, as stored, is bent in the plane: by 1 cm in a kilometre, by 1 m in ten. A place so
        thin that this may have made it must be larger than the tolerance drawn in degrees too: as `in_degrees` returns
        it for a row's units and place.
        """
        large = found.area_m2 > self.tolerance_m2
        rows = np.flatnonzero(large)
        thin = found.area_m2[rows] <= self.tolerance_m2 + self.bend_m * measure.length_m(found.geometry[rows])
        for row in rows[thin]:
            drawn = in_degrees(found.units[row], found.geometry[row])
            large[row] = measure.area_in_degrees_m2(drawn) > self.tolerance_m2
        return found.only(large)

    def above(self, level: str) -> str | None:
        """Return the level above, None for the uppermost."""
        rank = self.levels.index(level)
        return self.levels[rank - 1] if rank else None

    def _overlaps(self, level: str) -> Findings:
        units = self.units(level)
        pairs = self.coverage(level).overlaps(most=_MOST_OVERLAPS + _MOST_OVERLAPS_EACH * len(units))
        return _findings(np.column_stack([units[pairs.first], units[pairs.second]]), pairs.geometry, pairs.complete)

    def _outside(self, level: str) -> Findings:
        units = self.units(level)
        units = units[np.isin(self.parent[units], self.units(self.above(level)))]
        which, parts = coverage.outside(self.metric[units], self.metric[self.parent[units]])
        return _findings(units[which].reshape(-1, 1), parts)

    def _homes(self, level: str) -> np.ndarray:
        homes, above = np.full(len(self.key), -1), self.units(self.above(level))
        units = self.units(level)
        homes[units] = np.where(np.isin(self.parent[units], above), self.parent[units], -1)
        if not len(above):
            return homes
        upper = self.coverage(self.above(level))
        orphans = units[homes[units] < 0]
        orphan, holder = upper.tree.query(shapely.point_on_surface(self.metric[orphans]), predicate="within")
        homes[orphans[orphan]] = above[holder]
        astray = self.astray(level)
        for (unit,), _, away_m2 in astray:
            held_m2 = shapely.area(self.metric[unit]) - away_m2
            if away_m2 > held_m2:
                candidates = upper.tree.query(self.metric[unit])
                holding = shapely.area(shapely.intersection(upper.areas[candidates], self.metric[unit]))
                if holding.max(initial=0) > held_m2 + self.tolerance_m2:
                    homes[unit] = above[candidates[holding.argmax()]]
        return homes

    def _holes(self, level: str) -> Findings:
        holes = self.coverage(level).holes() if len(self.units(level)) else []
        found = self._sayable(_findings(np.empty((len(holes), 0), dtype=int), holes))
        return self.large(found, lambda _, place: self._still_bare(level, place))

    def _still_outside(self, unit: np.ndarray, place: shapely.Geometry) -> shapely.Geometry:
        return shapely.difference(place, self.geometry[self.parent[unit[0]]])

    def _still_bare(self, level: str, place: shapely.Geometry) -> shapely.Geometry:
        _, touching = self.coverage(level).around(crs.to_metric([place]))
        return shapely.difference(place, shapely.union_all(self.geometry[self.units(level)[touching]]))

    def _sayable(self, found: Findings) -> Findings:
        """Leave out what lies where an invalid unit may be: what is missing there nobody can say."""
        boxes = shapely.envelope(self.geometry[~self.empty & ~self.valid])
        boxes = boxes[np.isfinite(shapely.bounds(boxes)).all(axis=1)]
        near = shapely.STRtree(boxes).query(found.geometry, predicate="intersects")[0]
        return found.only(~np.isin(np.arange(len(found.geometry)), near))

    def _kept(self, what: str, level: str, make):
        if (what, level) not in self._made:
            self._made[what, level] = make()
        return self._made[what, level]


def _findings(units: np.ndarray, metric, complete: bool = True) -> Findings:
    metric = np.asarray(metric, dtype=object)
    return Findings(units, crs.from_metric(metric), shapely.area(metric), complete)
