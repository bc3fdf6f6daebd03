"""Welding pieces that were cut apart: every vertex on a shared border stands in both neighbours, to the last digit."""

from __future__ import annotations

import numpy as np
import shapely

from ..geo import crs
from ..geo.lattice import Lattice

#: Coordinates are kept to so many decimal places of a degree, and of a metre while welding: about a centimetre.
PLACES, _PLANE_PLACES = 7, 2

#: A vertex this near an edge (metres) stands on it: rounding moved either by 7 mm at most.
_NEAR = 0.016


def weld(pieces: np.ndarray) -> np.ndarray:
    """Return polygons of the metric plane, in their order, as EPSG:4490 lon/lat polygons that share their vertices.

    Two pieces cut apart share the ends of their cut, but not those of later cuts that meet it from one side; rounded
    as they are they would overlap by slivers. So every edge is given the vertices that stand on it, all edges are laid
    into one net, and the faces of the net are the pieces again. The pieces tile: no face is left to nobody.
    """
    faces = shapely.get_parts(shapely.polygonize(_net(pieces)))
    within = shapely.get_coordinates(shapely.point_on_surface(faces))
    whole = _whole(faces, Lattice(pieces).many(*within.T).index, len(pieces))
    degrees = shapely.transform(whole, lambda xy: crs.to_storage(xy, crs.METRIC_PLANE).round(PLACES))
    return shapely.remove_repeated_points(degrees)


def _net(polygons: np.ndarray) -> np.ndarray:
    """Every edge once, from vertex to vertex, as lines."""
    coordinates, ring = shapely.get_coordinates(shapely.get_exterior_ring(polygons), return_index=True)
    coordinates = coordinates.round(_PLANE_PLACES)
    same = ring[1:] == ring[:-1]
    edges = np.concatenate([coordinates[:-1][same], coordinates[1:][same]], axis=1)
    while True:
        edges = _once(edges)
        edge, vertex = _on_edges(edges, coordinates)
        if not len(edge):
            return shapely.linestrings(edges.reshape(-1, 2, 2))
        edges = _split(edges, edge, vertex)


def _once(edges: np.ndarray) -> np.ndarray:
    """Edges (n, 4) without direction, doubles and points."""
    turned = (edges[:, 0] > edges[:, 2]) | ((edges[:, 0] == edges[:, 2]) & (edges[:, 1] > edges[:, 3]))
    edges = np.where(turned[:, None], edges[:, [2, 3, 0, 1]], edges)
    return np.unique(edges[np.any(edges[:, :2] != edges[:, 2:], axis=1)], axis=0)


def _on_edges(edges: np.ndarray, coordinates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which vertex (x, y) stands on which edge, between its ends; in order along each edge."""
    vertices = np.unique(coordinates, axis=0)
    tree = shapely.STRtree(shapely.points(vertices))
    edge, found = tree.query(shapely.linestrings(edges.reshape(-1, 2, 2)), "dwithin", _NEAR)
    start, run, vertex = edges[edge, :2], edges[edge, 2:] - edges[edge, :2], vertices[found]
    along = ((vertex - start) * run).sum(axis=1) / (run**2).sum(axis=1)
    inner = (along > 0) & (along < 1) & np.any(vertex != start, axis=1) & np.any(vertex != start + run, axis=1)
    order = np.lexsort((along[inner], edge[inner]))
    return edge[inner][order], vertex[inner][order]


def _split(edges: np.ndarray, edge: np.ndarray, vertex: np.ndarray) -> np.ndarray:
    """Edges cut at vertices that stand on them."""
    hit, count = np.unique(edge, return_counts=True)
    rest = np.delete(edges, hit, axis=0)
    owner = np.repeat(np.arange(len(hit)), count + 2)
    path = np.empty((len(owner), 2))
    first = np.cumsum(count + 2) - (count + 2)
    last = first + count + 1
    path[first], path[last] = edges[hit, :2], edges[hit, 2:]
    path[np.setdiff1d(np.arange(len(owner)), np.concatenate([first, last]), assume_unique=True)] = vertex
    same = owner[1:] == owner[:-1]
    return np.concatenate([rest, np.concatenate([path[:-1][same], path[1:][same]], axis=1)])


def _whole(faces: np.ndarray, owner: np.ndarray, count: int) -> np.ndarray:
    """One polygon of each owner: its largest face; crumbs go to the face they share most border with."""
    order = np.lexsort((-shapely.area(faces), owner))
    faces, owner = faces[order], owner[order]
    main = np.append(True, owner[1:] != owner[:-1]) & (owner >= 0)
    whole = np.full(count, None, dtype=object)
    whole[owner[main]] = faces[main]
    tree = shapely.STRtree(whole)
    for crumb in faces[~main]:
        near = tree.query(crumb, "intersects")
        shared = shapely.length(shapely.intersection(whole[near], crumb))
        whole[near[np.argmax(shared)]] = shapely.coverage_union(whole[near[np.argmax(shared)]], crumb)
    return whole
