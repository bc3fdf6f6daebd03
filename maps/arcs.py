"""Polygons to arcs: every border once, whoever shares it, at whatever level.

A TopoJSON topology of several layers is built from the very same arcs, so that a border
looked at from both sides, or from a micro-grid and from its district, is one line. Nothing
is assumed of the polygons: where they do not nest, overlap, or leave holes, they merely
share less.

The whole is arrays: the rings are walked together, never one by one.
Source: The TopoJSON Format Specification 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

STEP = 1e-6
"""Default quantisation in degrees: 0.11 m on the ground, a sixth of a pixel at zoom 18."""


@dataclass(frozen=True)
class Topology:
    """Layers that share their arcs.

    `arcs` are integer steps from `origin`, delta-coded, one (n, 2) array each. `objects` holds for each layer
    one nested list of arc numbers per geometry, a negative number ~i meaning arc i backwards; None for no geometry.
    """

    origin: tuple[float, float]
    step: float
    arcs: list[np.ndarray]
    objects: dict[str, list[list | None]]


def build(layers: Mapping[str, np.ndarray], step: float = STEP) -> Topology:
    """Return the topology of layers of polygons, multipolygons and Nones.

    Parameters
    ----------
    layers
        Name to array of shapely geometries, EPSG:4490, lon/lat order.
    step
        Quantisation in degrees. Rings that shrink to less than a triangle are left out.
    """
    geometries = np.concatenate([np.asarray(layer, dtype=object) for layer in layers.values()] or [np.empty(0, object)])
    rings = _Rings.of(geometries, step)
    if not len(rings.vertex):
        return Topology((0.0, 0.0), step, [], {name: [None] * len(layer) for name, layer in layers.items()})
    arcs, piece_arc, piece_ring = _cut(rings)
    nested = _nest(rings, piece_arc, piece_ring, len(geometries))
    objects, start = {}, 0
    for name, layer in layers.items():
        objects[name] = nested[start : start + len(layer)]
        start += len(layer)
    return Topology(rings.origin, step, _deltas(rings.xy, *arcs), objects)


@dataclass(frozen=True)
class _Rings:
    """All rings end to end, open (the closing vertex left out), outer ones counter-clockwise."""

    origin: tuple[float, float]
    xy: np.ndarray  # distinct vertices, integer steps
    vertex: np.ndarray  # vertex number at each place
    ring: np.ndarray  # ring number at each place, ascending
    polygon_of_ring: np.ndarray
    geometry_of_polygon: np.ndarray

    @classmethod
    def of(cls, geometries: np.ndarray, step: float) -> _Rings:
        polygons, geometry_of_polygon = shapely.get_parts(geometries, return_index=True)
        outlines, polygon_of_ring = shapely.get_rings(shapely.orient_polygons(polygons), return_index=True)
        xy, ring = shapely.get_coordinates(outlines, return_index=True)
        if not len(xy):
            return cls((0.0, 0.0), np.empty((0, 2), np.int64), np.empty(0, np.int64), ring, polygon_of_ring, geometry_of_polygon)
        origin = xy.min(axis=0)
        cell = np.rint((xy - origin) / step).astype(np.int64)
        packed, vertex = np.unique((cell[:, 0] << 32) | cell[:, 1], return_inverse=True)
        # The closing vertex repeats the first; quantising may make neighbours one.
        repeats = np.r_[vertex[1:] == vertex[:-1], False] & np.r_[ring[1:] == ring[:-1], False]
        last = np.r_[ring[1:] != ring[:-1], True]
        keep = ~(repeats | last)
        keep &= np.bincount(ring[keep], minlength=len(outlines))[ring] >= 3
        points = np.column_stack([packed >> 32, packed & 0xFFFFFFFF])
        return cls((float(origin[0]), float(origin[1])), points, vertex[keep], ring[keep], polygon_of_ring, geometry_of_polygon)

    def following(self) -> np.ndarray:
        """Return for each place the place that follows it on its ring."""
        following = np.arange(1, len(self.ring) + 1)
        first = np.flatnonzero(np.r_[True, self.ring[1:] != self.ring[:-1]])
        following[np.r_[first[1:], len(self.ring)] - 1] = first
        return following


def _cut(rings: _Rings) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
    """Cut the rings where borders meet.

    Returns the arcs as vertex numbers end to end with the count of each, and for each piece of each ring, in order,
    its arc (~i when backwards) and its ring.
    """
    following = rings.following()
    begin, end = rings.vertex, rings.vertex[following]
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    edges, edge = np.unique((low << 32) | high, return_inverse=True)
    # A vertex where other than two distinct edges meet is where arcs begin and end: at any other, whoever passes
    # takes both edges. A ring without such a vertex is one arc, begun at its lowest vertex so that all agree.
    degree = np.bincount(np.concatenate([edges >> 32, edges & 0xFFFFFFFF]), minlength=len(rings.xy))
    starts = degree[begin] != 2
    count = int(rings.ring[-1]) + 1
    untouched = np.bincount(rings.ring[starts], minlength=count)[rings.ring] == 0
    lowest = np.full(count, len(rings.xy))
    np.minimum.at(lowest, rings.ring, begin)
    starts |= untouched & (begin == lowest[rings.ring])
    order = _rotated(rings.ring, starts)
    begin, end, edge, starts, ring = begin[order], end[order], edge[order], starts[order], rings.ring[order]

    piece_start = np.flatnonzero(starts)
    piece_length = np.diff(np.r_[piece_start, len(order)])
    # A chain of edges belongs to one arc only, so any one of its edges names it; its lowest also tells the direction.
    named_by = np.minimum.reduceat(edge, piece_start)
    at = np.flatnonzero(edge == np.repeat(named_by, piece_length))
    at = at[np.r_[True, np.diff(np.searchsorted(piece_start, at, side="right")) > 0]]
    upwards = begin[at] < end[at]
    _, first, arc = np.unique(named_by, return_index=True, return_inverse=True)
    length = piece_length[first] + 1
    stop = np.cumsum(length)
    place = np.arange(stop[-1]) + np.repeat(piece_start[first] - (stop - length), length)
    vertices = begin[np.minimum(place, len(begin) - 1)]
    vertices[stop - 1] = end[piece_start[first] + piece_length[first] - 1]
    return (vertices, length), np.where(upwards == upwards[first][arc], arc, ~arc), ring[piece_start]


def _rotated(ring: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the order of places in which each ring begins at the first of its `starts`."""
    place = np.arange(len(ring))
    first_of_ring = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    length = np.diff(np.r_[first_of_ring, len(ring)])
    first_start = np.minimum.reduceat(np.where(starts, place, len(ring)), first_of_ring)
    base, shift = np.repeat(first_of_ring, length), np.repeat(first_start - first_of_ring, length)
    return base + (place - base + shift) % np.repeat(length, length)


def _nest(rings: _Rings, piece_arc: np.ndarray, piece_ring: np.ndarray, geometries: int) -> list[list | None]:
    """Return polygons > rings > arc numbers for each geometry; None where nothing is left of it."""
    nested: list[list | None] = [None] * geometries
    cuts = np.flatnonzero(np.diff(piece_ring)) + 1
    lines = piece_arc.tolist()
    bounds = [0, *cuts.tolist(), len(lines)]
    seen = -1
    for start, stop in pairwise(bounds):
        polygon = int(rings.polygon_of_ring[piece_ring[start]])
        geometry = int(rings.geometry_of_polygon[polygon])
        if nested[geometry] is None:
            nested[geometry] = []
        if polygon != seen:
            nested[geometry].append([])
            seen = polygon
        nested[geometry][-1].append(lines[start:stop])
    return nested


def _deltas(xy: np.ndarray, vertices: np.ndarray, length: np.ndarray) -> list[np.ndarray]:
    """Return each arc as its first point and the steps from there."""
    points = xy[vertices]
    stop = np.cumsum(length)
    steps = np.diff(points, axis=0, prepend=0)
    steps[stop - length] = points[stop - length]
    return np.split(steps, stop[:-1])
