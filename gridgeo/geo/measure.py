"""Sizes and distances on the ground, of geometries stored as EPSG:4490 lon/lat.

Measured in the plane EPSG:4547 (Gauss-Krueger, 114 E). In Shenzhen, within 0.7 degrees of that meridian, its scale
errs by at most 5.6e-5: 6 cm in a kilometre, 1.1e-4 of an area. It grows with the square of the distance from 114 E.
"""

from __future__ import annotations

import numpy as np
import shapely

from . import crs


def area_m2(geoms) -> np.ndarray:
    """Return areas in square metres; nan where there is no geometry."""
    return shapely.area(crs.to_metric(geoms))


def length_m(geoms) -> np.ndarray:
    """Return lengths of lines, or of the boundaries of areas, in metres; nan where there is no geometry."""
    return shapely.length(crs.to_metric(geoms))


def distance_m(geoms, others) -> np.ndarray:
    """Return the shortest distances between geometries pair by pair (broadcast), in metres; 0 where they meet."""
    return shapely.distance(crs.to_metric(geoms), crs.to_metric(others))


def area_in_degrees_m2(geoms) -> np.ndarray:
    """Return areas in square metres (of small ones to 0.5 %) as they are drawn with edges straight in degrees, not in the plane.

    An edge of a kilometre bends by 8 mm between the two. nan where there is no geometry, and for an empty one.
    """
    _, south, _, north = np.moveaxis(shapely.bounds(geoms), -1, 0)
    lat = np.radians((south + north) / 2)
    lon_m, lat_m = 111412.88 * np.cos(lat) - 93.50 * np.cos(3 * lat), 111132.95 - 559.85 * np.cos(2 * lat)
    return shapely.area(geoms) * lon_m * lat_m
