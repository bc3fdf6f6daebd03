"""Areas simplified together: whoever shares a border before shares it afterwards, at every zoom.

A zoom is made of its faces: the units of the lowest level that is large enough to be seen, and what is left of a unit
above when all below it are taken away. The faces are simplified as one coverage and put on the whole numbers of the
tiles; a unit above is what its faces are together. So the border of a parent is that of its children, wherever they are.

Areas that overlap or gape are no coverage: where they do, borders are simplified each for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import geopandas
import numpy as np
import shapely

from .model import EXTENT, GRIDS_DEEPEST, WORLD_BITS

#: A level is drawn from the zoom on where half its units are as wide as this, in 4096ths of a tile: 12 pixels of 512.
_SEEN = 96

#: Detail below this (4096ths of a tile, about a pixel of 512) is left out.
_TOLERANCE = 7

#: What is left of a parent and smaller than this share of it is no face but a flaw of its drawing.
_LEFT = 1e-5


def zooms_from(world: np.ndarray, level: np.ndarray, levels: Sequence[str]) -> dict[str, int]:
    """Return for each level the zoom from which on it is drawn; the uppermost one always is.

    Parameters
    ----------
    world
        Areas as :func:`to_world` returns them.
    level
        The level of each; `levels` are those there are, from the top.
    """
    found, least = {}, 0
    for name in levels:
        width = float(np.median(np.sqrt(shapely.area(world[level == name]))))
        seen = int(np.ceil(np.log2(_SEEN / EXTENT * 2**WORLD_BITS / width)))
        least = found[name] = 0 if not found else min(max(seen, least), GRIDS_DEEPEST)
    return found


def to_world(areas: np.ndarray) -> np.ndarray:
    """Return EPSG:4490 areas in Web Mercator: the world is 2^31 wide, x to the east from 180 W, y to the south from 85 N."""

    def project(lonlat: np.ndarray) -> np.ndarray:
        y = 0.5 - np.log(np.tan(np.pi / 4 + np.radians(lonlat[:, 1]) / 2)) / (2 * np.pi)
        return np.column_stack([(lonlat[:, 0] + 180) / 360, y]) * 2**WORLD_BITS

    return shapely.transform(areas, project)


def at_zooms(
    frame: geopandas.GeoDataFrame, world: np.ndarray, levels: Sequence[str], zoom_from: Mapping[str, int]
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield each zoom that is to be kept, the positions in the frame of the units drawn, and their areas in whole numbers of its tiles."""
    faces: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for zoom in range(GRIDS_DEEPEST + 1):
        shown = [name for name in levels if zoom_from[name] <= zoom]
        if shown[-1] not in faces:
            faces[shown[-1]] = _faces(frame, world, shown)
        areas, of = faces[shown[-1]]
        snapped = _on_grid(areas, zoom)
        yield zoom, *_units(frame, shown, snapped, of)


def _faces(frame: geopandas.GeoDataFrame, world: np.ndarray, shown: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The faces of some levels, and for each the position of the unit it is of."""
    level, unit_id = frame["level"].to_numpy(object), frame["unit_id"].to_numpy()
    parent = frame["parent_id"].to_numpy(dtype=np.int64, na_value=-1)
    here = np.flatnonzero(level == shown[-1])
    areas, of = [world[here]], [here]
    for name in shown[:-1]:
        units = np.flatnonzero(level == name)
        below = np.flatnonzero(np.isin(parent, unit_id[units]) & np.isin(level, shown))
        for unit in units:
            children = below[parent[below] == unit_id[unit]]
            left = _left(world[unit], world[children])
            if left is not None:
                areas.append(np.array([left], dtype=object))
                of.append(np.array([unit]))
    return np.concatenate(areas), np.concatenate(of)


def _left(area, children: np.ndarray):
    """What is left of an area without its children; None where that is nothing to speak of."""
    if not len(children):
        return area
    if abs(shapely.area(area) - shapely.area(children).sum()) < _LEFT * shapely.area(area):
        return None
    left = shapely.difference(area, shapely.union_all(children))
    parts = [part for part in shapely.get_parts(left) if shapely.area(part) >= _LEFT * shapely.area(area)]
    return shapely.multipolygons([part for part in parts if part.geom_type == "Polygon"]) if parts else None


def _on_grid(areas: np.ndarray, zoom: int) -> np.ndarray:
    """Areas simplified for a zoom, in whole numbers of its tiles: each corner goes where it goes, whoever it is of."""
    unit = 2 ** (WORLD_BITS - zoom) / EXTENT
    simple = shapely.coverage_simplify(areas, _TOLERANCE * unit)
    snapped = shapely.transform(simple, lambda xy: np.rint(xy / unit))
    bad = ~shapely.is_valid(snapped)
    snapped[bad] = shapely.make_valid(snapped[bad], method="structure")
    return snapped


def _units(frame: geopandas.GeoDataFrame, shown: Sequence[str], faces: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The units of some levels, put together from their faces: level by level, each from those below it."""
    level, above = frame["level"].to_numpy(object), _above(frame)
    union = shapely.coverage_union_all if shapely.coverage_is_valid(faces) else shapely.union_all
    pieces, owner = faces, of
    positions, areas = [], []
    for name in reversed(shown):
        mine = level[owner] == name
        units, merged = _merged(pieces[mine], owner[mine], union)
        positions.append(units)
        areas.append(merged)
        up = above[units] >= 0
        pieces, owner = np.concatenate([pieces[~mine], merged[up]]), np.concatenate([owner[~mine], above[units[up]]])
    return np.concatenate(positions), _polygons(np.concatenate(areas))


def _above(frame: geopandas.GeoDataFrame) -> np.ndarray:
    """The position of each unit's parent, -1 for none."""
    position = {one: place for place, one in enumerate(frame["unit_id"])}
    return np.array([position.get(one, -1) for one in frame["parent_id"].to_numpy(dtype=np.int64, na_value=-1)], dtype=int)


def _merged(pieces: np.ndarray, owner: np.ndarray, union) -> tuple[np.ndarray, np.ndarray]:
    """The owners of some pieces, each once, and what its pieces are together."""
    order = np.argsort(owner, kind="stable")
    units, starts = np.unique(owner[order], return_index=True)
    groups = np.split(pieces[order], starts[1:]) if len(units) else []
    merged = np.empty(len(units), dtype=object)
    for place, group in enumerate(groups):
        merged[place] = group[0] if len(group) == 1 else union(group)
    return units, merged


def _polygons(areas: np.ndarray) -> np.ndarray:
    """Areas as multipolygons; of what is no area any more an empty one."""
    made = np.empty(len(areas), dtype=object)
    for place, area in enumerate(areas):
        parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon" and not part.is_empty]
        made[place] = shapely.MultiPolygon(parts)
    return made
