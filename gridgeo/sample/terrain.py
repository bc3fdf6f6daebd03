"""The invented ground: a coast with creeks, basins and quays, where people live, which way roads run."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

import numpy as np
import shapely
from shapely.geometry import Polygon

from ..geo import crs

#: how far a midpoint leaves its edge, as a share of the edge's length
ROUGHNESS = {"coast": 0.13, "border": 0.09}


def plane(lonlat) -> np.ndarray:
    """Return lon/lat points (n, 2) in the metric plane, metres."""
    return crs.from_storage(lonlat, crs.METRIC_PLANE)


def facts(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of this package."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


class Waves:
    """A smooth random field of mean 0 and variance 1: plane waves of about one length, in all directions.

    Parameters
    ----------
    length_m
        Typical distance from one crest to the next.
    """

    def __init__(self, rng: np.random.Generator, length_m: float, terms: int = 14) -> None:
        angle = rng.uniform(0, 2 * np.pi, terms)
        number = 2 * np.pi / (length_m * rng.uniform(0.6, 1.8, terms))
        self.vectors = np.stack([np.cos(angle), np.sin(angle)]) * number
        self.phases = rng.uniform(0, 2 * np.pi, terms)

    def __call__(self, xy: np.ndarray) -> np.ndarray:
        return np.cos(xy @ self.vectors + self.phases).sum(axis=1) * np.sqrt(2 / len(self.phases))


@dataclass
class Ground:
    """The land of a profile and the fields everything else follows.

    ``mainland`` is one polygon without holes, ``islands`` lie apart; both in the metric plane. ``centres`` (n, 2) are
    the middles of the streets, round which people live.
    """

    mainland: Polygon
    islands: list[Polygon]
    centres: np.ndarray
    rng: np.random.Generator

    def __post_init__(self) -> None:
        rng, self.scale = self.rng, scale_of(self.mainland)
        self.hills, self.bustle = Waves(rng, 9000 * self.scale), Waves(rng, 3500 * self.scale)
        self.villages, self.estates = Waves(rng, 2600 * self.scale), Waves(rng, 5500 * self.scale)
        self.bearing = Waves(rng, 12000 * self.scale)

    @cached_property
    def shore(self) -> shapely.Geometry:
        """The whole boundary of the mainland, prepared."""
        return self.mainland.boundary

    def fabric(self, xy: np.ndarray) -> np.ndarray:
        """Return what is built there: ``village``, ``enterprise`` or ``urban``."""
        village, estate = self.villages(xy) > 0.95, self.estates(xy) > 0.75
        return np.select([village, estate], ["village", "enterprise"], "urban")

    def crowding(self, xy: np.ndarray) -> np.ndarray:
        """Return how densely people live there, 1 being the densest."""
        reach = 2200 * self.scale
        near = np.zeros(len(xy))
        for centre in self.centres:
            near += np.exp(-((xy - centre) ** 2).sum(axis=1) / (2 * reach**2))
        density = (0.12 + np.minimum(near, 1.5)) * np.exp(0.7 * self.bustle(xy))
        density *= 1 / (1 + np.exp(4 * (self.hills(xy) - 0.9)))
        density *= np.select([self.villages(xy) > 0.95, self.estates(xy) > 0.75], [2.2, 0.45], 1.0)
        return np.clip(density / 2.4, 0.012, 1.0)

    def road_angle(self, xy: np.ndarray) -> np.ndarray:
        """Return the direction of the road grid, radians, turning slowly over the city."""
        return 0.55 * self.bearing(xy)

    def people(self, count: int) -> np.ndarray:
        """Return `count` points (n, 2) spread over the mainland as people are."""
        west, south, east, north = self.mainland.bounds
        shapely.prepare(self.mainland)
        found, have = [], 0
        while have < count:
            xy = self.rng.uniform([west, south], [east, north], (count * 2, 2))
            xy = xy[self.rng.random(len(xy)) < self.crowding(xy) * 2.5]
            xy = xy[shapely.contains_xy(self.mainland, xy)]
            found.append(xy)
            have += len(xy)
        return np.concatenate(found)[:count]


def scale_of(land: Polygon) -> float:
    """Return the size of features: 1 for a district of 400 km2 and more, less for smaller land."""
    return float(min(1.0, np.sqrt(land.area / 4e8)))


def land(profile: str, rng: np.random.Generator) -> tuple[Polygon, list[Polygon]]:
    """Return the mainland and the islands of a profile in the metric plane."""
    rows = [row for row in facts("outlines.csv") if row["profile"] == profile]
    rings = []
    for number in sorted({row["ring"] for row in rows}):
        ring = [row for row in rows if row["ring"] == number]
        corners = plane(np.array([[float(row["lon"]), float(row["lat"])] for row in ring]))
        rings.append(_rough_polygon(corners, np.array([row["edge"] for row in ring]), rng))
    mainland, *islands = rings
    coast = plane([[float(row["lon"]), float(row["lat"])] for row in rows if row["ring"] == "0" and row["edge"] == "coast"])
    return _shape_coast(mainland, coast, rng), islands


def _rough_polygon(corners: np.ndarray, kinds: np.ndarray, rng: np.random.Generator) -> Polygon:
    roughness = np.array([ROUGHNESS[kind] for kind in kinds])
    spacing = 70 * scale_of(Polygon(corners)) ** 0.7
    while True:
        polygon = Polygon(roughen(corners, roughness, spacing, rng))
        if polygon.is_valid:
            return polygon
        roughness = roughness * 0.8


def roughen(ring: np.ndarray, roughness: np.ndarray, spacing: float, rng: np.random.Generator) -> np.ndarray:
    """Return an open ring (n, 2) with every edge bent at its middle, again and again, until edges are short."""
    while True:
        edge = np.roll(ring, -1, axis=0) - ring
        long = np.flatnonzero(np.hypot(*edge.T) > spacing)
        if not len(long):
            return ring
        aside = np.stack([-edge[long, 1], edge[long, 0]], axis=1)
        bend = np.clip(rng.normal(0, 1, len(long)), -1.8, 1.8) * roughness[long]
        middle = ring[long] + edge[long] * rng.uniform(0.4, 0.6, (len(long), 1)) + aside * bend[:, None]
        ring = np.insert(ring, long + 1, middle, axis=0)
        roughness = np.insert(roughness, long + 1, roughness[long])


def _shape_coast(mainland: Polygon, coast: np.ndarray, rng: np.random.Generator) -> Polygon:
    """Return the land with straight quays built out, basins dug in, and creeks that run inland."""
    scale = scale_of(mainland)
    # Inland is towards here; simplified, since only the direction counts.
    inside = mainland.simplify(100 * scale).buffer(-0.04 * np.sqrt(mainland.area))
    spots = coast[1:-1:2]
    quays = [_quay(inside, spot, rng.uniform(500, 1100) * scale, rng.uniform(1200, 2600) * scale) for spot in spots[::3]]
    basins = [_quay(inside, spot, rng.uniform(700, 1300) * scale, rng.uniform(180, 380) * scale) for spot in spots[1::3]]
    creeks = [_creek(inside, spot, scale, rng) for spot in coast[2::3]]
    shaped = mainland.union(shapely.union_all(quays)).difference(shapely.union_all(basins + creeks))
    largest = max(shapely.get_parts(shaped), key=shapely.area)
    return Polygon(largest.exterior)


def _inland(inside: shapely.Geometry, spot: np.ndarray) -> np.ndarray:
    """Return the unit vector that leads from the coast into the land."""
    target = np.array(shapely.shortest_line(shapely.Point(spot), inside).coords[1])
    return (target - spot) / np.hypot(*(target - spot))


def _quay(inside: shapely.Geometry, spot: np.ndarray, depth: float, width: float) -> Polygon:
    ahead = _inland(inside, spot)
    aside = np.array([-ahead[1], ahead[0]])
    corners = [(-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)]
    return Polygon([spot + ahead * depth * i + aside * width * j for i, j in corners])


def _creek(inside: shapely.Geometry, spot: np.ndarray, scale: float, rng: np.random.Generator) -> Polygon:
    ahead = _inland(inside, spot)
    steps = 28
    heading = np.arctan2(ahead[1], ahead[0]) + np.cumsum(rng.normal(0, 0.22, steps))
    stride = rng.uniform(90, 150) * scale
    path = spot - ahead * stride * 5 + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1) * stride, axis=0)
    width = np.linspace(150, 18, steps) * scale * rng.uniform(0.7, 1.2)
    aside = np.stack([-np.sin(heading), np.cos(heading)], axis=1) * width[:, None]
    return Polygon(np.concatenate([path + aside, (path - aside)[::-1]])).buffer(0)
