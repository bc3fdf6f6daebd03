"""Where coordinates are: the one file that knows EPSG numbers, datums and axis order.

Everywhere else coordinates are (lon, lat), or (x east, y north), in this order.

- Stored: CGCS2000 degrees, EPSG:4490. Measured: its 3-degree Gauss-Krueger plane at 114 E, EPSG:4547.
- WGS 84 is taken as CGCS2000. The ellipsoids differ in the eleventh digit (0.1 mm on the ground); the frames
  (ITRF97 at epoch 2000.0 against WGS 84 of the day) part with the drift of the plate, about 3 cm a year: some
  decimetres today, less than any boundary is known to. No parameters to do better are published.
- GCJ-02 and BD-09 are no datums but shifts laid over WGS 84 by Chinese map services: some 500 m in Shenzhen.
- Beijing 1954 and Xi'an 1980 are refused: their parameters to CGCS2000 are not public and guessing errs by 100 m.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
import shapely

from ..errors import UnknownDatum

STORAGE = 4490
METRIC = 4547

#: where data of this system may lie, degrees: west, south, east, north
REGION = (73.0, 3.0, 136.0, 54.0)

#: geographic systems that are CGCS2000 to a few decimetres
_SAME_AS_STORAGE = {4326, STORAGE}
_RULE = "give wgs84, cgcs2000, gcj02, bd09 or EPSG:n"


@dataclass(frozen=True)
class Datum:
    """What coordinates refer to: an EPSG system, or a shift that has no EPSG number."""

    name: str
    epsg: int | None = None

    def __str__(self) -> str:
        return self.name


WGS84 = Datum("WGS84", 4326)
CGCS2000 = Datum("CGCS2000", STORAGE)
GCJ02 = Datum("GCJ-02")
BD09 = Datum("BD-09")
METRIC_PLANE = Datum(f"EPSG:{METRIC}", METRIC)

_NAMED = {datum.name.replace("-", "").lower(): datum for datum in (WGS84, CGCS2000, GCJ02, BD09)}
_BY_EPSG = {datum.epsg: datum for datum in _NAMED.values() if datum.epsg}


def parse(text: str | int) -> Datum:
    """Return the datum a user means: ``wgs84``, ``cgcs2000``, ``gcj02`` (``gcj-02``), ``bd09``, ``EPSG:4547``, ``4547``.

    Raises
    ------
    UnknownDatum
        For another word, an EPSG number that does not exist, one that is no plane or geographic system,
        and one on a datum whose way to CGCS2000 is not public (Beijing 1954, Xi'an 1980).
    """
    plain = str(text).strip().lower()
    named = _NAMED.get(plain.replace("-", "").replace("_", "").replace(" ", ""))
    if named:
        return named
    number = plain.removeprefix("epsg:").strip()
    if not (number.isascii() and number.isdigit() and len(number) <= 6):
        raise UnknownDatum("datum", text, _RULE)
    epsg = int(number)
    _to_degrees(epsg)
    return _BY_EPSG.get(epsg) or Datum(f"EPSG:{epsg}", epsg)


def from_wkt(wkt: str) -> Datum:
    """Return the datum a ``.prj`` file describes.

    Raises
    ------
    UnknownDatum
        When the text is no coordinate system, or none with an EPSG number.
    """
    try:
        epsg = pyproj.CRS.from_wkt(wkt).to_epsg(min_confidence=20)
    except pyproj.exceptions.CRSError:
        epsg = None
    if epsg is None:
        raise UnknownDatum("coordinate system", wkt, f"not recognised; {_RULE}")
    return parse(epsg)


def definition(datum: Datum) -> str:
    """Return how a datum is named to other programs: ``EPSG:n``, or WKT where there is no such number.

    GCJ-02 and BD-09 are told as local systems: a program that does not know them asks, or refuses to draw them
    over others. As a geographic system of their own they would be drawn 500 m off without a word.
    """
    if datum.epsg is not None:
        return f"EPSG:{datum.epsg}"
    return f'LOCAL_CS["{datum.name}",UNIT["degree",0.0174532925199433],AXIS["Longitude",EAST],AXIS["Latitude",NORTH]]'


def described(epsg: int) -> tuple[str, str, bool]:
    """Return the name of a system, its definition in WKT of 2019, and whether it is one of degrees."""
    known = pyproj.CRS.from_epsg(epsg)
    return known.name, known.to_wkt("WKT2_2019"), known.is_geographic


def to_storage(xy: np.ndarray, datum: Datum) -> np.ndarray:
    """Return points (n, 2) of a datum as EPSG:4490 lon/lat degrees.

    What cannot be (infinite, or outside a projection's range) comes out as not finite: the geometry gate refuses it.
    """
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    if datum == GCJ02:
        return _invert(_gcj02, xy)
    if datum == BD09:
        return _invert(_gcj02, _invert(_bd09_of_gcj02, xy))
    return _project(xy, datum.epsg, inverse=False)


def from_storage(xy: np.ndarray, datum: Datum) -> np.ndarray:
    """Return EPSG:4490 lon/lat points (n, 2) in a datum, x (east, longitude) first."""
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    if datum == GCJ02:
        return _gcj02(xy)
    if datum == BD09:
        return _bd09_of_gcj02(_gcj02(xy))
    return _project(xy, datum.epsg, inverse=True)


def transform(geoms, from_datum: Datum, to_datum: Datum) -> np.ndarray:
    """Return an array of geometries of one datum in another; None stays None. Vertices move, no vertex is added."""
    geoms = np.asarray(geoms, dtype=object)
    if from_datum == to_datum:
        return geoms
    return shapely.transform(geoms, lambda xy: from_storage(to_storage(xy, from_datum), to_datum))


def to_metric(geoms) -> np.ndarray:
    """Return EPSG:4490 geometries in the metric plane EPSG:4547, metres, x east and y north."""
    return transform(geoms, CGCS2000, METRIC_PLANE)


def from_metric(geoms) -> np.ndarray:
    """Return geometries of the metric plane EPSG:4547 as EPSG:4490 lon/lat degrees."""
    return transform(geoms, METRIC_PLANE, CGCS2000)


def is_planar(datum: Datum) -> bool:
    """Return whether the coordinates of a datum are metres in a plane, not degrees."""
    return datum.epsg is not None and pyproj.CRS.from_epsg(datum.epsg).is_projected


def region(datum: Datum) -> tuple[float, float, float, float]:
    """Return where data of a datum may lie, EPSG:4490 degrees: west, south, east, north.

    China; for a plane, the part of it within 2 degrees of where EPSG says the plane is used.
    """
    used = pyproj.CRS.from_epsg(datum.epsg).area_of_use if is_planar(datum) else None
    if used is None:
        return REGION
    west, south, east, north = REGION
    return max(west, used.west - 2), max(south, used.south - 2), min(east, used.east + 2), min(north, used.north + 2)


def _project(xy: np.ndarray, epsg: int, inverse: bool) -> np.ndarray:
    if epsg in _SAME_AS_STORAGE:
        return xy
    x, y = _to_degrees(epsg).transform(xy[:, 0], xy[:, 1], direction="INVERSE" if inverse else "FORWARD")
    return np.column_stack([x, y])


@lru_cache(maxsize=32)
def _to_degrees(epsg: int) -> pyproj.Transformer:
    try:
        system = pyproj.CRS.from_epsg(epsg)
    except pyproj.exceptions.CRSError:
        raise UnknownDatum("datum", f"EPSG:{epsg}", f"there is no such system; {_RULE}") from None
    if not (system.is_projected or system.is_geographic) or len(system.axis_info) != 2:
        raise UnknownDatum("datum", f"EPSG:{epsg}", f"{system.name} is not a system of two coordinates; {_RULE}")
    degrees = system.geodetic_crs
    if degrees.to_epsg() not in _SAME_AS_STORAGE:
        rule = f"{system.name} has no public parameters to CGCS2000 here; have the data transformed to CGCS2000 first"
        raise UnknownDatum("datum", f"EPSG:{epsg}", rule)
    # Never from one datum to another: PROJ would go by a "ballpark" and say nothing.
    return pyproj.Transformer.from_crs(system, degrees, always_xy=True)


# GCJ-02 and BD-09: the formulas every map client carries, fitted to the published shift. Beyond the rectangle
# map services shift nothing.
_GCJ_AXIS, _GCJ_ECCENTRICITY = 6378245.0, 0.00669342162296594323
_GCJ_WEST, _GCJ_SOUTH, _GCJ_EAST, _GCJ_NORTH = 72.004, 0.8293, 137.8347, 55.8271
_BD_TURN = np.pi * 3000 / 180


def _gcj02(xy: np.ndarray) -> np.ndarray:
    lon, lat = xy[:, 0], xy[:, 1]
    inside = (lon >= _GCJ_WEST) & (lon <= _GCJ_EAST) & (lat >= _GCJ_SOUTH) & (lat <= _GCJ_NORTH)
    out = xy.copy()
    lon, lat = lon[inside], lat[inside]
    x, y = lon - 105, lat - 35
    root, product = np.sqrt(np.abs(x)), x * y
    common = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * product + 0.2 * root + common
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi / 3 * y)) * 2 / 3
    north += (160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * product + 0.1 * root + common
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi / 3 * x)) * 2 / 3
    east += (150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)) * 2 / 3
    curve = 1 - _GCJ_ECCENTRICITY * np.sin(np.radians(lat)) ** 2
    meridian = _GCJ_AXIS * (1 - _GCJ_ECCENTRICITY) / curve**1.5
    parallel = _GCJ_AXIS / np.sqrt(curve) * np.cos(np.radians(lat))
    out[inside] += np.column_stack([np.degrees(east / parallel), np.degrees(north / meridian)])
    return out


def _bd09_of_gcj02(xy: np.ndarray) -> np.ndarray:
    lon, lat = xy[:, 0], xy[:, 1]
    with np.errstate(invalid="ignore", over="ignore"):  # infinite input: not a number out
        radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
        angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
        return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])


def _invert(forward: Callable[[np.ndarray], np.ndarray], target: np.ndarray, steps: int = 20) -> np.ndarray:
    """Return the points a shift carries to `target`, to the last bit of a double (1e-14 degrees, 1e-9 m).

    Each step takes off what is still wrong; the shifts change so slowly that less than a fiftieth of it is left.
    The usual single step leaves up to 2.5 m.
    """
    guess = target.copy()
    with np.errstate(invalid="ignore"):
        for _ in range(steps):
            wrong = forward(guess) - target
            guess -= wrong
            if not np.any(np.abs(wrong) > 1e-12):
                break
    return guess


#: The systems coordinates are taken and given in, by the names they are called by. All take x (longitude, easting) first.
OFFERED = {
    "CRS84": WGS84,
    "EPSG:4490": CGCS2000,
    "EPSG:4326": WGS84,
    "EPSG:4547": METRIC_PLANE,
    "EPSG:3857": parse("EPSG:3857"),
    "GCJ-02": GCJ02,
    "BD-09": BD09,
}
