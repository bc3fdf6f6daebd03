"""Which polygon is here: a raster over the polygons that answers most points without touching one.

A cell that no border crosses and that lies in one polygon answers at once. A cell that a border
crosses, or that lies in several polygons, keeps the list of its candidates, and only those are
tested exactly. The cost of a point therefore does not grow with the number of polygons. The idea
stops where polygons are smaller than a cell: then every cell is mixed and each point is tested
against all polygons of its cell.

Coordinates are of one plane or of lon/lat degrees; the lattice does not care. All answers are
exact: they equal shapely's predicates, which decide orientation robustly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely

#: A border is taken to touch a cell already this far outside it (in cells), so that rounding in
#: the computed cell of a point can never lead past a border.
_MARGIN = 1e-6


class Hit(IntEnum):
    """How a point lies to the polygons."""

    NONE = 0
    INSIDE = 1
    BOUNDARY = 2
    SEVERAL = 3


@dataclass(frozen=True)
class Hits:
    """Answers for many points: `index` (int32, -1 for none) of the chosen polygon and `hit` (uint8, :class:`Hit`)."""

    index: np.ndarray
    hit: np.ndarray


class Lattice:
    """An index over polygons.

    The order of `polygons` is the order of precedence: on a shared border, or where several
    overlap, the first one wins.

    Parameters
    ----------
    polygons
        (n,) array of valid shapely polygons or multipolygons; None and empty ones are never hit.
    cells
        At most about how many cells to lay; 4 bytes of memory each. A thousand a polygon are enough.
    """

    def __init__(self, polygons: np.ndarray, cells: int = 4_000_000) -> None:
        self.polygons = np.asarray(polygons, dtype=object)
        shapely.prepare(self.polygons)
        self._lay(min(cells, 1000 * len(self.polygons) + 1))
        segments = _segments(self.polygons, self.x0, self.y0, self.scale)
        border = _distinct(_border_cells(*segments, self.width, self.height, len(self.polygons)))
        self._fill(border, _inner_cells(*segments, self.width, self.height, len(self.polygons)))

    def one(self, x: float, y: float) -> tuple[int, Hit]:
        """Return the polygon at a point (-1 for none) and how the point lies to it."""
        column, row = (x - self.x0) * self.scale, (y - self.y0) * self.scale
        if not (0.0 <= column < self.width and 0.0 <= row < self.height):
            return -1, Hit.NONE
        value = self._view[int(row) * self.width + int(column)]
        if value >= 0:
            return value, Hit.INSIDE
        if value == -1:
            return -1, Hit.NONE
        return self._decide(self._candidates_of(value), x, y)

    def every(self, x: float, y: float) -> list[int]:
        """Return all polygons whose inside or border holds the point, in order of precedence."""
        column, row = (x - self.x0) * self.scale, (y - self.y0) * self.scale
        if not (0.0 <= column < self.width and 0.0 <= row < self.height):
            return []
        value = self._view[int(row) * self.width + int(column)]
        if value >= -1:
            return [value] * (value >= 0)
        return [index for index in self._candidates_of(value) if shapely.intersects_xy(self.polygons[index], x, y)]

    def many(self, x: np.ndarray, y: np.ndarray) -> Hits:
        """Return the polygon at each of many points; NaN coordinates hit nothing."""
        index = np.full(len(x), -1, np.int32)
        hit = np.zeros(len(x), np.uint8)
        with np.errstate(over="ignore"):
            column, row = (x - self.x0) * self.scale, (y - self.y0) * self.scale
        within = (column >= 0) & (column < self.width) & (row >= 0) & (row < self.height)
        if within.all():
            value = self.cells[row.astype(np.int32) * self.width + column.astype(np.int32)]
        else:
            value = np.full(len(x), -1, np.int32)
            value[within] = self.cells[row[within].astype(np.int32) * self.width + column[within].astype(np.int32)]
        np.maximum(value, -1, out=index)
        hit[index >= 0] = Hit.INSIDE
        mixed = np.flatnonzero(value < -1)
        if len(mixed):
            index[mixed], hit[mixed] = self._decide_many(-2 - value[mixed], x[mixed], y[mixed])
        return Hits(index, hit)

    def _lay(self, cells: int) -> None:
        whole = self.polygons[~(shapely.is_missing(self.polygons) | shapely.is_empty(self.polygons))]
        west, south, east, north = shapely.total_bounds(whole) if len(whole) else (0.0, 0.0, 0.0, 0.0)
        span_x, span_y = max(east - west, 1e-9), max(north - south, 1e-9)
        self.scale = float(np.sqrt(cells / (span_x * span_y)))
        # A long thin extent (a road) would make millions of columns of one row; that is fine, but keep at least one cell.
        self.x0, self.y0 = float(west) - 0.5 / self.scale, float(south) - 0.5 / self.scale
        self.width, self.height = int(span_x * self.scale) + 2, int(span_y * self.scale) + 2

    def _fill(self, border: np.ndarray, full: np.ndarray) -> None:
        """`border`, `full`: sorted cell * n + polygon keys of borders in cells and of cells' centres in polygons."""
        n = len(self.polygons)
        full = full[~_member(full, border)]
        cells = np.full(self.width * self.height, -1, np.int32)
        full_cell = full // n
        cells[full_cell] = full % n
        double = full_cell[1:][full_cell[1:] == full_cell[:-1]]
        mixed = _distinct(np.concatenate([border // n, double]))
        pairs = _distinct(np.concatenate([border, full[_member(full_cell, mixed)]]))
        self._start = np.searchsorted(pairs // n, np.append(mixed, self.width * self.height)).astype(np.int64)
        self._candidate = (pairs % n).astype(np.int32)
        cells[mixed] = -2 - np.arange(len(mixed), dtype=np.int32)
        self.cells = cells
        self.direct_share = 1 - len(mixed) / max(np.count_nonzero(cells != -1), 1)
        self._view = memoryview(cells)
        self._lists = [None] * len(mixed)

    def _candidates_of(self, value: int) -> list[int]:
        slot = -2 - value
        found = self._lists[slot]
        if found is None:
            found = self._lists[slot] = self._candidate[self._start[slot] : self._start[slot + 1]].tolist()
        return found

    def _decide(self, candidates: list[int], x: float, y: float) -> tuple[int, Hit]:
        inside = [index for index in candidates if shapely.contains_xy(self.polygons[index], x, y)]
        if inside:
            return inside[0], Hit.INSIDE if len(inside) == 1 else Hit.SEVERAL
        for index in candidates:
            if shapely.intersects_xy(self.polygons[index], x, y):
                return index, Hit.BOUNDARY
        return -1, Hit.NONE

    def _decide_many(self, slot: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        count = (self._start[slot + 1] - self._start[slot]).astype(np.int64)
        point, place = _expand(count)
        candidate = self._candidate[self._start[slot][point] + place]
        # One polygon's points after another's: its prepared index stays in the processor's cache.
        order = np.argsort(candidate, kind="stable")
        point, candidate = point[order], candidate[order]
        inside = shapely.contains_xy(self.polygons[candidate], x[point], y[point])
        number = np.bincount(point[inside], minlength=len(slot))
        index = _lowest(point[inside], candidate[inside], len(slot))
        hit = np.where(number == 1, Hit.INSIDE, np.where(number > 1, Hit.SEVERAL, Hit.NONE)).astype(np.uint8)
        open_pairs = np.flatnonzero(number[point] == 0)
        point, candidate = point[open_pairs], candidate[open_pairs]
        touching = shapely.intersects_xy(self.polygons[candidate], x[point], y[point])
        border = _lowest(point[touching], candidate[touching], len(slot))
        hit[border >= 0] = Hit.BOUNDARY
        return np.where(border >= 0, border, index), hit


def _lowest(point: np.ndarray, candidate: np.ndarray, n: int) -> np.ndarray:
    """The lowest candidate of each of `n` points, -1 where there is none. `candidate` ascends."""
    lowest = np.full(n, -1, np.int32)
    lowest[point[::-1]] = candidate[::-1]
    return lowest


def _segments(polygons: np.ndarray, x0: float, y0: float, scale: float):
    """Every border segment as (polygon, ax, ay, bx, by), in cells."""
    parts, of_part = shapely.get_parts(polygons, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    of_polygon = of_part[of_ring]
    x, y = ((coordinates - (x0, y0)) * scale).T
    return of_polygon[ring[:-1][same]].astype(np.int64), x[:-1][same], y[:-1][same], x[1:][same], y[1:][same]


def _border_cells(polygon, ax, ay, bx, by, width: int, height: int, n: int) -> np.ndarray:
    """Keys (cell * n + polygon) of every cell a segment touches: its rows first, then the columns it takes in each row."""
    low, high = np.minimum(ay, by) - _MARGIN, np.maximum(ay, by) + _MARGIN
    first = np.floor(low).astype(np.int64)
    segment, step = _expand(np.floor(high).astype(np.int64) - first + 1)
    row = first[segment] + step
    slope_ok = np.abs(by - ay) > 1e-12
    inverse = np.divide(bx - ax, by - ay, out=np.zeros_like(ax), where=slope_ok)
    west, east = np.minimum(ax, bx)[segment], np.maximum(ax, bx)[segment]
    at_south = ax[segment] + (row - _MARGIN - ay[segment]) * inverse[segment]
    at_north = ax[segment] + (row + 1 + _MARGIN - ay[segment]) * inverse[segment]
    steep = slope_ok[segment]
    left = np.where(steep, np.clip(np.minimum(at_south, at_north), west, east), west)
    right = np.where(steep, np.clip(np.maximum(at_south, at_north), west, east), east)
    # Where a segment is nearly level its crossing of a row's edge is ill-conditioned: the error is bounded by this.
    slack = _MARGIN * (1 + np.abs(inverse[segment]))
    start = np.floor(left - slack).astype(np.int64)
    piece, step = _expand(np.floor(right + slack).astype(np.int64) - start + 1)
    column, row = start[piece] + step, row[piece]
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    return ((row * width + column) * n + polygon[segment][piece])[inside]


def _distinct(numbers: np.ndarray) -> np.ndarray:
    """Return different numbers in order; numpy's own way hashes them, which takes ten times as long where most differ."""
    found = np.sort(numbers)
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def _inner_cells(polygon, ax, ay, bx, by, width: int, height: int, n: int) -> np.ndarray:
    """Keys, ascending, of every cell whose centre lies in a polygon: scan lines through the middle of each row."""
    low, high = np.minimum(ay, by), np.maximum(ay, by)
    first = np.ceil(low - 0.5).astype(np.int64)
    segment, step = _expand(np.maximum(np.ceil(high - 0.5).astype(np.int64) - first, 0))
    row = first[segment] + step
    rise = (by - ay)[segment]
    x = ax[segment] + (row + 0.5 - ay[segment]) * (bx - ax)[segment] / rise
    of = polygon[segment]
    order = np.lexsort((x, row, of))
    of, row, x = of[order], row[order], x[order]
    start = np.clip(np.ceil(x[0::2] - 0.5).astype(np.int64), 0, width)
    end = np.clip(np.ceil(x[1::2] - 0.5).astype(np.int64), 0, width)
    span, step = _expand(np.maximum(end - start, 0))
    return np.sort((row[0::2][span] * width + start[span] + step) * n + of[0::2][span])


def _expand(count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For counts (2, 0, 3) return the owners (0, 0, 2, 2, 2) and the places (0, 1, 0, 1, 2)."""
    owner = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    return owner, place


def _member(values: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Whether each value stands in the sorted array `of`."""
    if not len(of):
        return np.zeros(len(values), bool)
    place = np.searchsorted(of, values)
    place[place == len(of)] = 0
    return of[place] == values
