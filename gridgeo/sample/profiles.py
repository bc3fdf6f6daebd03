"""From invented ground to a frame of units: streets, communities and micro-grids, their names, codes and households."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas
import numpy as np
import shapely

from ..errors import InvalidInput
from ..geo import crs
from ..geo.lattice import Lattice
from ..hierarchy import model
from . import names, partition, terrain
from .weld import PLACES, weld

#: people drawn for each micro-grid: what cuts are balanced by
_PEOPLE = 16

#: the highest number a micro-grid's code can hold within its community
_MOST = 99

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Profile:
    """How large a sample is. Without districts named it is the whole city."""

    districts: tuple[str, ...]
    streets: int
    communities: int
    micros: int


PROFILES = {
    "small": Profile(("宝安区",), 3, 8, 60),
    "baoan": Profile(("宝安区",), 10, 124, 4833),
    "city": Profile((), 74, 650, 20000),
}


def make(profile: str = "baoan", seed: int = 1, progress: Progress | None = None) -> geopandas.GeoDataFrame:
    """Return the units of an invented city as a frame (see :mod:`gridgeo.hierarchy.model`), EPSG:4490 lon/lat.

    Children tile their parent with the very same vertices, at every level.

    Parameters
    ----------
    profile
        ``small`` (1 district, 3 streets, 8 communities, 60 micro-grids), ``baoan`` (1, 10, 124, 4,833) or
        ``city`` (10, 74, 650, 20,000).
    progress
        Called with what is being done.

    Raises
    ------
    InvalidInput
        No such profile.
    """
    if profile not in PROFILES:
        raise InvalidInput("profile", profile, f"there are {', '.join(PROFILES)}")
    wanted, say = PROFILES[profile], progress or (lambda _: None)
    rng = np.random.default_rng([seed, *profile.encode()])
    say("coast and land")
    mainland, islands = terrain.land(profile, rng)
    streets = _streets(wanted)
    centres = terrain.plane([[float(row["lon"]), float(row["lat"])] for row in streets])
    ground = terrain.Ground(mainland, islands, centres, rng)
    if profile == "small":
        ground.centres = _spread(ground.people(400), len(streets))
    say("streets")
    areas = _street_areas(ground, streets)
    people = ground.people(wanted.micros * _PEOPLE)
    owner = Lattice(areas).many(*people.T).index
    people, owner = people[owner >= 0], owner[owner >= 0]
    say("communities")
    shares = apportion(np.bincount(owner, minlength=len(areas)), wanted.communities)
    communities = partition.divide_winding(areas, shares, people, owner, ground)
    say("micro-grids")
    shares = apportion(communities.population(), wanted.micros, _MOST)
    micros = partition.divide_built(communities.polygons, shares, people, communities.owner, ground)
    say("shared borders")
    return _frame(ground, streets, communities, micros, seed)


def points(frame: geopandas.GeoDataFrame, count: int, seed: int = 1) -> np.ndarray:
    """Return `count` random points (n, 2), EPSG:4490 lon/lat, evenly spread over the units of a frame."""
    rng = np.random.default_rng([seed, count])
    top = frame.loc[frame["parent"].isna()].geometry.to_numpy()
    inside, found = Lattice(top), []
    west, south, east, north = shapely.total_bounds(top)
    while sum(map(len, found)) < count:
        xy = rng.uniform((west, south), (east, north), (count + 1000, 2))
        found.append(xy[inside.many(*xy.T).index >= 0])
    return np.concatenate(found)[:count]


def apportion(population: np.ndarray, total: int, most: int | None = None) -> np.ndarray:
    """Return how many of `total` units each piece gets: by its population, at least one, at most `most`."""
    ideal = population / population.sum() * total
    shares = np.clip(np.floor(ideal).astype(int), 1, most)
    while (left := total - shares.sum()) != 0:
        lacking = (ideal - shares) * np.sign(left)
        lacking[(shares >= (most or total)) if left > 0 else (shares <= 1)] = -np.inf
        step = np.argsort(-lacking, kind="stable")[: abs(left)]
        shares[step[np.isfinite(lacking[step])]] += np.sign(left)
    return shares


def _streets(wanted: Profile) -> list[dict[str, str]]:
    rows = [row for row in terrain.facts("streets.csv") if not wanted.districts or row["district"] in wanted.districts]
    return rows[: wanted.streets]


def _spread(people: np.ndarray, count: int) -> np.ndarray:
    """Return `count` of the places, each as far as can be from those before it, the first in the middle."""
    chosen = [int(np.argmin(((people - people.mean(axis=0)) ** 2).sum(axis=1)))]
    far = np.full(len(people), np.inf)
    for _ in range(count):
        far = np.minimum(far, ((people - people[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int(np.argmax(far)))
    return people[chosen[1:]]


def _street_areas(ground: terrain.Ground, streets: list[dict[str, str]]) -> np.ndarray:
    """Part the land into districts, and each of them into its streets."""
    of_district: dict[str, list[int]] = {}
    for place, row in enumerate(streets):
        of_district.setdefault(row["district"], []).append(place)
    groups = [ground.centres[places] for places in of_district.values()]
    areas = np.full(len(streets), None, dtype=object)
    for land, places in zip(partition.separate(ground.mainland, groups, ground.rng), of_district.values(), strict=True):
        areas[places] = partition.separate(land, [ground.centres[[place]] for place in places], ground.rng)
    return areas


def _frame(ground: terrain.Ground, streets: list[dict], communities: partition.Pieces, micros: partition.Pieces, seed: int):
    """Number, name and count the pieces; the levels above are unions of the micro-grids."""
    shapes = weld(micros.polygons)
    centre = shapely.get_coordinates(shapely.point_on_surface(shapes))
    fabric = ground.fabric(terrain.plane(centre))
    household_count = _households(micros.population(), fabric, ground.rng)
    shapes = _with_islands(shapes, ground.islands)
    rng = np.random.default_rng([seed, 7])
    table = names.Table(streets, communities.parent, micros.parent, centre, rng)
    rows = [
        {**row, "grid_type": kind, "household_count": count, "geometry": shape}
        for row, kind, count, shape in zip(table.micros, fabric, household_count, shapes, strict=True)
    ]
    frame = model.frame(rows)
    levels = [frame]
    for above in (table.communities, table.streets, table.districts):
        levels.insert(0, united(levels[0], above))
    return levels_together(levels)


def united(below: geopandas.GeoDataFrame, rows: list[dict]) -> geopandas.GeoDataFrame:
    """Return the units of `rows` with the union and the households of the units below them."""
    frame = model.frame(rows)
    parent, key = below["parent"].to_numpy(), model.keys(frame)
    order = np.argsort(parent, kind="stable")
    groups = dict(zip(*_split(parent[order], order), strict=True))
    frame.geometry = [_multi(shapely.coverage_union_all(below.geometry.to_numpy()[groups[unit]])) for unit in key]
    counts = below["household_count"].to_numpy(float)
    frame["household_count"] = [int(counts[groups[unit]].sum()) for unit in key]
    frame["household_count"] = frame["household_count"].astype("Int64")
    return frame


def levels_together(levels: list[geopandas.GeoDataFrame]) -> geopandas.GeoDataFrame:
    """Return one frame of frames of single levels, the uppermost first, each by its codes."""
    rows = [row for level in levels for row in level.sort_values(["code", "name_zh"], na_position="last").to_dict("records")]
    return model.frame(rows)


def _split(values: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    found, start = np.unique(values, return_index=True)
    return found, np.split(places, start[1:])


def _multi(shape):
    return shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])


def _households(population: np.ndarray, fabric: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """300 to 400 households to a micro-grid; fewer on industrial estates."""
    usual = np.clip(350 * population / _PEOPLE * rng.normal(1, 0.03, len(population)), 300, 400)
    return np.where(fabric == "enterprise", usual * rng.uniform(0.15, 0.6, len(population)), usual).astype(int)


def _with_islands(shapes: np.ndarray, islands: list) -> np.ndarray:
    """Give each island to the micro-grid nearest to it."""
    shapes = shapes.copy()
    for island in islands:
        lonlat = shapely.transform(island, lambda xy: crs.to_storage(xy, crs.METRIC_PLANE).round(PLACES))
        nearest = shapely.STRtree(shapes).nearest(lonlat)
        shapes[nearest] = shapely.MultiPolygon([*shapely.get_parts(shapes[nearest]), lonlat])
    return shapes
