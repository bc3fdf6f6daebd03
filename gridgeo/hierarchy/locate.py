"""Which unit is here, from memory: an edition with its units, their chains and a lattice over their areas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import geopandas
import numpy as np
import shapely

from ..errors import InvalidInput, NotFound
from ..geo import crs
from ..geo.lattice import Hit, Lattice
from .model import Edition, GridUnit, Kind, Outcome, Scheme

_OUTCOME = {Hit.NONE: Outcome.NONE, Hit.INSIDE: Outcome.INSIDE, Hit.BOUNDARY: Outcome.BOUNDARY, Hit.SEVERAL: Outcome.SEVERAL}

#: Cells of the lattice over the units that are asked for most, and of those over single levels. With 20,000 units
#: eight million answer a third faster than four; sixteen gain a tenth more, and take twice as long to build.
_CELLS, _LEVEL_CELLS = 8_000_000, 1_000_000

#: Neighbours may stand this far apart (degrees, about a metre) and must share this much border (about five).
_APART, _SHARED = 1e-5, 5e-5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point lies.

    `chain` is of the units from the uppermost down to the one that is here; with outcome NONE down to the
    deepest one that holds the point, if any. `others` are the further units it lies in or on the border of.
    `nearest` and `metres` are given with outcome NONE only.
    """

    outcome: Outcome
    chain: tuple[GridUnit, ...]
    others: tuple[GridUnit, ...] = ()
    nearest: GridUnit | None = None
    metres: float | None = None


@dataclass(frozen=True)
class Places:
    """Where many points lie, as arrays of one length.

    `unit` and `nearest` (int32) are positions in :attr:`Snapshot.units`, -1 for none; `hit` is of
    :class:`gridgeo.geo.lattice.Hit`; `metres` is nan where the point is in a unit. With hit NONE, `unit` is the
    deepest unit that holds the point all the same.
    """

    unit: np.ndarray
    hit: np.ndarray
    nearest: np.ndarray
    metres: np.ndarray


class Snapshot:
    """One edition in memory. Never changes; safe to share between threads.

    Units stand in order of precedence: the lower code first, missing codes last, then by id.

    Parameters
    ----------
    frame
        As :func:`store.frame` returns it.
    """

    def __init__(self, scheme: Scheme, edition: Edition, frame: geopandas.GeoDataFrame) -> None:
        self.scheme, self.edition, self.frame = scheme, edition, frame
        self.geometry = frame.geometry.to_numpy()
        self.units = _units(frame)
        self.position = {unit.unit_id: i for i, unit in enumerate(self.units)}
        self._by_ref = {f"u{unit.unit_id}": i for i, unit in enumerate(self.units)}
        self._by_ref |= {unit.code: i for i, unit in enumerate(self.units) if unit.code}
        self._children: dict[int | None, list[GridUnit]] = {}
        for unit in self.units:
            self._children.setdefault(unit.parent_id, []).append(unit)
        self.chains = [self._chain(unit) for unit in self.units]
        self._inside = [Place(Outcome.INSIDE, chain) for chain in self.chains]
        self._rank = {level.level: level.rank for level in scheme.levels}
        self._lattices: dict[str | None, Lattice] = {None: self._lattice(None)}
        self._one = self._lattices[None].one

    def unit(self, ref: str) -> GridUnit:
        """Return the unit of a code, or of `u` and an id; raises NotFound."""
        found = self._by_ref.get(ref)
        if found is None:
            raise NotFound("grid unit", ref)
        return self.units[found]

    def chain(self, unit: GridUnit) -> tuple[GridUnit, ...]:
        """Return the units from the uppermost down to this one."""
        return self.chains[self.position[unit.unit_id]]

    def children(self, unit: GridUnit | None) -> list[GridUnit]:
        """Return the units directly below one; the uppermost units for None."""
        return self._children.get(unit.unit_id if unit else None, [])

    def descendants(self, unit: GridUnit) -> list[GridUnit]:
        """Return all units below one, level by level."""
        found, below = [], self.children(unit)
        while below:
            found += below
            below = [child for parent in below for child in self.children(parent)]
        return found

    def lowest(self, of: Iterable[int] | None = None) -> list[int]:
        """Return the lowest units (unit_id), or those that some units consist of; units that are not there consist of none."""
        if of is None:
            return [unit.unit_id for unit in self.units if unit.leaf]
        there = [self.units[self.position[unit_id]] for unit_id in of if unit_id in self.position]
        return [each.unit_id for unit in there for each in (unit, *self.descendants(unit)) if each.leaf]

    def above(self, level: str, of: Iterable[int]) -> dict[int, int]:
        """Return the unit of a level (unit_id) that each of some units lies in, or is; those that lie in none are left out."""
        chains = ((unit_id, self.chains[self.position[unit_id]]) for unit_id in of)
        return {unit_id: unit.unit_id for unit_id, chain in chains for unit in chain if unit.level == level}

    def neighbours(self, unit: GridUnit) -> list[GridUnit]:
        """Return the units of the same level that share a border with one: five metres or more of it, at most a metre apart."""
        here = self.geometry[self.position[unit.unit_id]]
        if here is None:
            return []
        near = [i for i in self._tree.query(here, "dwithin", _APART) if self.units[i].level == unit.level and self.units[i] is not unit]
        strip = shapely.buffer(shapely.boundary(here), _APART, quad_segs=2)
        shared = shapely.length(shapely.intersection(shapely.boundary(self.geometry[near]), strip))
        return [self.units[i] for i in sorted(np.array(near, int)[shared >= _SHARED].tolist())]

    def warm(self) -> Snapshot:
        """Build now what else the first question about a level, a point outside or a neighbour would wait for; return self."""
        for level in (None, *self._rank):
            self._lattice_of(level)
            self._metric_tree(level)
        assert self._tree is not None
        return self

    def at(self, lon: float, lat: float, level: str | None = None) -> Place:
        """Return where a point lies (EPSG:4490, degrees).

        Asked are the units that have none below them, or those of `level`. Raises InvalidInput for a level
        the scheme does not have.
        """
        if level is not None:
            return self._at_level(lon, lat, level)
        index, hit = self._one(lon, lat)
        if hit is Hit.INSIDE:
            return self._inside[index]
        return self._describe(lon, lat, index, hit, None)

    def at_many(self, lon: np.ndarray, lat: np.ndarray, level: str | None = None, nearest: bool = True) -> Places:
        """Return where many points lie (EPSG:4490, degrees); the nearest unit is looked for only if wanted."""
        hits = self._lattice_of(level).many(lon, lat)
        unit = hits.index
        out = np.flatnonzero(hits.hit == Hit.NONE)
        near, metres = np.full(len(lon), -1, np.int32), np.full(len(lon), np.nan)
        if len(out):
            unit[out] = self._holding_many(lon[out], lat[out], level)
            if nearest:
                near[out], metres[out] = self._nearest(lon[out], lat[out], level)
        return Places(unit, hits.hit, near, metres)

    def _at_level(self, lon: float, lat: float, level: str) -> Place:
        index, hit = self._lattice_of(level).one(lon, lat)
        return self._inside[index] if hit is Hit.INSIDE else self._describe(lon, lat, index, hit, level)

    def _describe(self, lon: float, lat: float, index: int, hit: Hit, level: str | None) -> Place:
        if hit is not Hit.NONE and index >= 0:
            others = [self.units[i] for i in self._lattice_of(level).every(lon, lat) if i != index]
            return Place(_OUTCOME[hit], self.chains[index], tuple(others))
        x, y = np.array([lon], float), np.array([lat], float)
        (holding,) = self._holding_many(x, y, level)
        (near,), (metres,) = self._nearest(x, y, level)
        chain = self.chains[holding] if holding >= 0 else ()
        return Place(Outcome.NONE, chain, (), self.units[near] if near >= 0 else None, round(float(metres), 2) if near >= 0 else None)

    def _holding_many(self, lon: np.ndarray, lat: np.ndarray, level: str | None) -> np.ndarray:
        """The deepest unit above the asked ones that holds each point, -1 for none."""
        found = np.full(len(lon), -1, np.int32)
        below = len(self.scheme.levels) if level is None else self._rank[level]
        for name in sorted((name for name, rank in self._rank.items() if rank < below), key=self._rank.get, reverse=True):
            open_points = np.flatnonzero(found < 0)
            if not len(open_points):
                break
            found[open_points] = self._lattice_of(name).many(lon[open_points], lat[open_points]).index
        return found

    def _nearest(self, lon: np.ndarray, lat: np.ndarray, level: str | None) -> tuple[np.ndarray, np.ndarray]:
        tree = self._metric_tree(level)
        unit, metres = np.full(len(lon), -1, np.int32), np.full(len(lon), np.nan)
        plane = crs.to_metric(shapely.points(lon, lat))
        sane = np.isfinite(shapely.get_x(plane)) & np.isfinite(shapely.get_y(plane))
        if not len(tree.geometries) or not sane.any():
            return unit, metres
        rows = np.flatnonzero(sane)
        (point, found), distance = tree.query_nearest(plane[rows], return_distance=True)
        # Of several at the same distance the first in precedence.
        order = np.lexsort((found, point))[::-1]
        unit[rows[point[order]]] = self._asked(level)[found[order]]
        metres[rows[point[order]]] = distance[order]
        return unit, metres

    def _asked(self, level: str | None) -> np.ndarray:
        """Positions of the units with an area that are asked: those without units below them, or those of a level."""
        if level not in self._asked_positions:
            wanted = self.frame["leaf"].to_numpy() if level is None else (self.frame["level"] == level).to_numpy()
            self._asked_positions[level] = np.flatnonzero(wanted & ~shapely.is_missing(self.geometry))
        return self._asked_positions[level]

    def _lattice_of(self, level: str | None) -> Lattice:
        if level not in self._lattices:
            if level not in self._rank:
                raise InvalidInput("level", level, f"scheme {self.scheme.scheme} has the levels {', '.join(self._rank)}")
            same = np.array_equal(self._asked(level), self._asked(None))
            self._lattices[level] = self._lattices[None] if same else self._lattice(level)
        return self._lattices[level]

    def _lattice(self, level: str | None) -> Lattice:
        areas = np.full(len(self.units), None, dtype=object)
        asked = self._asked(level)
        areas[asked] = self.geometry[asked]
        return Lattice(areas, _CELLS if level is None else _LEVEL_CELLS)

    def _metric_tree(self, level: str | None) -> shapely.STRtree:
        if level not in self._metric_trees:
            self._metric_trees[level] = shapely.STRtree(crs.to_metric(self.geometry[self._asked(level)]))
        return self._metric_trees[level]

    @cached_property
    def _asked_positions(self) -> dict[str | None, np.ndarray]:
        return {}

    @cached_property
    def _metric_trees(self) -> dict[str | None, shapely.STRtree]:
        return {}

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.geometry)

    def _chain(self, unit: GridUnit) -> tuple[GridUnit, ...]:
        chain = [unit]
        while chain[0].parent_id is not None:
            chain.insert(0, self.units[self.position[chain[0].parent_id]])
        return tuple(chain)


def _units(frame: geopandas.GeoDataFrame) -> list[GridUnit]:
    columns = ("unit_id", "level", "code", "name_zh", "name_en", "parent_id", "kind", "grid_type", "household_count", "area_m2", "leaf")
    values = [frame[column].astype(object).where(frame[column].notna(), None).tolist() for column in columns]
    kind = columns.index("kind")
    values[kind] = [Kind(value) for value in values[kind]]
    return [GridUnit(*row) for row in zip(*values, strict=True)]
