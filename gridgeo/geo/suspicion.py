"""Coordinates that are not what they are said to be: swapped, in metres, with a zone's prefix, shifted by a map service.

A guess is never acted on: it is said, and the one who loads decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import crs
from .crs import Datum

# Gauss-Krueger zones of China, written in front of the easting in millions: 13-23 are 6 degrees wide, 25-45 are 3.
_WIDE_ZONES, _ZONES = range(13, 24), range(25, 46)
_FIRST_WIDE_EPSG, _FIRST_EPSG = 4491, 4513

#: a map service's shift in China is some 300 to 700 m (GCJ-02), and up to 1,500 m (BD-09)
_LEAST_SHIFT_M = 100.0


@dataclass(frozen=True, eq=False)
class Suspicion:
    """What a set of coordinates looks like instead.

    Parameters
    ----------
    code
        ``swapped-axes``, ``zone-prefix``, ``metre-coordinates``, ``degree-coordinates`` or ``outside-region``.
    rows
        Positions in the array given, ascending.
    message
        What it looks like, an example, and the way out.
    """

    code: str
    rows: np.ndarray
    message: str


def suspect(xy, datum: Datum | None = None) -> list[Suspicion]:
    """Return what is suspicious about points (n, 2), x (east, longitude) first, of a datum; none declared means degrees.

    A row that lies in China (73-136 E, 3-54 N; for a plane: within 2 degrees of where it is used) is in order. Each
    other row gets every explanation that fits, else ``outside-region``. Rows that are not finite are the
    geometry gate's.
    """
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    planar = datum is not None and crs.is_planar(datum)
    rows = np.flatnonzero(np.isfinite(xy).all(axis=1))
    rows = rows[~_lands(xy[rows], datum)]
    x, y = xy[rows].T
    x_zone, y_zone = _zone(x), _zone(y)
    metres = (np.abs(x) > 1000) & (np.abs(y) > 1000)
    swapped = _lands(xy[rows][:, ::-1], datum) | ((x_zone == 0) & (y_zone > 0))
    if not planar:  # a northing in China exceeds any easting without prefix, except in the far south
        swapped |= metres & (x > 1e6) & (x < 6.2e6) & (y > 1e5) & (y < 9e5)
    found = {
        "swapped-axes": swapped,
        "zone-prefix": metres & ((x_zone > 0) | (y_zone > 0)),
        "metre-coordinates": metres & (not planar),
        "degree-coordinates": (np.abs(x) <= 180) & (np.abs(y) <= 90) & planar,
    }
    found["outside-region"] = ~np.any(list(found.values()), axis=0)
    return [_suspicion(code, rows[which], xy, datum) for code, which in found.items() if which.any()]


def shift_between(given, reference) -> Datum | None:
    """Return the map service's shift that explains how points lie to where they should, or None.

    `given` and `reference` are matching points (n, 2) in lon/lat, such as the centres of units of the same name;
    `reference` is sound EPSG:4490. The middle offset counts, so that a minority of wrong pairs does no harm. A shift
    explains it when it takes away more than two thirds of an offset of 100 m or more.
    """
    given, reference = (np.asarray(points, dtype=float).reshape(-1, 2) for points in (given, reference))
    sound = np.isfinite(given).all(axis=1) & np.isfinite(reference).all(axis=1)
    given, reference = given[sound], reference[sound]
    if not len(given):
        return None
    before = _offset_m(given, reference)
    left = {datum: _offset_m(crs.to_storage(given, datum), reference) for datum in (crs.GCJ02, crs.BD09)}
    best = min(left, key=left.__getitem__)
    return best if before >= _LEAST_SHIFT_M and left[best] < before / 3 else None


def _lands(xy: np.ndarray, datum: Datum | None) -> np.ndarray:
    west, south, east, north = crs.region(datum or crs.CGCS2000)
    lon, lat = crs.to_storage(xy, datum or crs.CGCS2000).T
    lands = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    if datum is not None and crs.is_planar(datum):  # far outside its range a projection wraps round and lands anywhere
        lands[lands] = np.abs(crs.from_storage(np.column_stack([lon, lat])[lands], datum) - xy[lands]).max(axis=1, initial=0) < 1
    return lands


def _zone(easting: np.ndarray) -> np.ndarray:
    """Return the zone number in front of an easting, 0 where there is none. The easting itself is 100 to 900 km."""
    zone, rest = np.divmod(easting, 1e6)
    known = np.isin(zone, [*_WIDE_ZONES, *_ZONES]) & (rest > 1e5) & (rest < 9e5)
    return np.where(known, zone, 0).astype(int)


def _offset_m(points: np.ndarray, reference: np.ndarray) -> float:
    away = crs.from_storage(points, crs.METRIC_PLANE) - crs.from_storage(reference, crs.METRIC_PLANE)
    return float(np.hypot(*np.median(away, axis=0)))


def _suspicion(code: str, rows: np.ndarray, xy: np.ndarray, datum: Datum | None) -> Suspicion:
    x, y = xy[rows[0]]
    said = datum or "degrees"
    ways_out = {
        "swapped-axes": "latitude or northing seems to come first; give longitude or easting first",
        "zone-prefix": f"the easting begins with zone {_zone_text(x, y)}",
        "metre-coordinates": f"metres, not {said}; declare the plane they are in (EPSG:n)",
        "degree-coordinates": f"degrees, not {said}; declare the geographic system they are in",
        "outside-region": f"not in China as {said}; check the datum",
    }
    return Suspicion(code, rows, f"{len(rows)} of {len(xy)} points, the first ({x:.10g}, {y:.10g}): {ways_out[code]}")


def _zone_text(x: float, y: float) -> str:
    zone = int(_zone(np.array([x]))[0] or _zone(np.array([y]))[0])
    wide = zone in _WIDE_ZONES
    meridian = zone * 6 - 3 if wide else zone * 3
    epsg = _FIRST_WIDE_EPSG + zone - _WIDE_ZONES[0] if wide else _FIRST_EPSG + zone - _ZONES[0]
    return f"{zone} (central meridian {meridian} E); for CGCS2000 declare EPSG:{epsg}"
