import numpy as np
import pytest
import shapely

from gridgeo.geo import crs, suspicion
from tests import real

SHENZHEN = np.array([[113.8831, 22.5553], [114.0579, 22.5431], [114.31, 22.78]])
PLANE = crs.from_storage(SHENZHEN, crs.METRIC_PLANE)
PREFIXED = crs.from_storage(SHENZHEN, crs.parse(4526))
MERCATOR = crs.from_storage(SHENZHEN, crs.parse(3857))


def codes(xy, datum=None):
    return [found.code for found in suspicion.suspect(xy, datum)]


@pytest.mark.parametrize("datum", [None, crs.WGS84, crs.CGCS2000, crs.GCJ02, crs.BD09, crs.METRIC_PLANE, crs.parse(4526), crs.parse(3857)])
def test_what_is_as_declared_raises_no_suspicion(datum):
    assert codes(crs.from_storage(SHENZHEN, datum or crs.CGCS2000), datum) == []


@pytest.mark.parametrize("datum", [None, crs.WGS84, crs.GCJ02])
def test_latitude_first_is_swapped_axes(datum):
    assert codes(SHENZHEN[:, ::-1], datum) == ["swapped-axes"]


@pytest.mark.parametrize(
    ("xy", "expected"),
    [
        (PLANE, ["metre-coordinates"]),
        (MERCATOR, ["metre-coordinates"]),
        (PLANE[:, ::-1], ["swapped-axes", "metre-coordinates"]),
        (PREFIXED, ["zone-prefix", "metre-coordinates"]),
        (PREFIXED[:, ::-1], ["swapped-axes", "zone-prefix", "metre-coordinates"]),
    ],
)
def test_undeclared_metres_are_said_with_what_else_is_odd(xy, expected):
    assert codes(xy) == expected


@pytest.mark.parametrize(
    ("xy", "datum", "expected"),
    [
        (PLANE[:, ::-1], crs.METRIC_PLANE, ["swapped-axes"]),
        (MERCATOR[:, ::-1], crs.parse(3857), ["swapped-axes"]),
        (PREFIXED, crs.METRIC_PLANE, ["zone-prefix"]),
        (PREFIXED[:, ::-1], crs.parse(4526), ["swapped-axes", "zone-prefix"]),
        (SHENZHEN, crs.METRIC_PLANE, ["degree-coordinates"]),
        (PLANE, crs.parse(4526), ["outside-region"]),
    ],
)
def test_a_declared_plane_is_not_taken_on_trust(xy, datum, expected):
    assert codes(xy, datum) == expected


def test_the_zone_names_the_system_to_declare():
    prefix = next(found for found in suspicion.suspect(PREFIXED) if found.code == "zone-prefix")
    assert "zone 38 (central meridian 114 E)" in prefix.message and "EPSG:4526" in prefix.message
    wide = suspicion.suspect(crs.from_storage([[117.1, 36.6]], crs.parse(4498)))[0]
    assert "zone 20 (central meridian 117 E)" in wide.message and "EPSG:4498" in wide.message


def test_only_the_odd_rows_are_named_and_null_island_is_outside():
    xy = np.vstack([SHENZHEN, [[0, 0]], SHENZHEN[:1, ::-1], [[np.nan, 22.5]], [[2.35, 48.85]]])
    found = {each.code: each.rows.tolist() for each in suspicion.suspect(xy)}
    assert found == {"swapped-axes": [4], "outside-region": [3, 6]}


def test_no_points_are_no_suspicion():
    assert codes(np.empty((0, 2))) == []
    assert suspicion.shift_between(np.empty((0, 2)), np.empty((0, 2))) is None


@pytest.mark.parametrize("datum", [crs.GCJ02, crs.BD09])
def test_a_map_services_shift_is_recognised_through_noise_and_wrong_pairs(datum):
    rng = np.random.default_rng(1)
    true = rng.uniform([113.75, 22.45], [114.6, 22.85], (100, 2))
    given = crs.from_storage(true, datum) + rng.normal(0, 0.002, (100, 2))
    given[::5] = given[::5][::-1]  # every fifth pair is wrong
    assert suspicion.shift_between(given, true) == datum


def test_no_shift_is_invented():
    rng = np.random.default_rng(2)
    true = rng.uniform([113.75, 22.45], [114.6, 22.85], (100, 2))
    assert suspicion.shift_between(true, true) is None
    assert suspicion.shift_between(true + rng.normal(0, 0.002, (100, 2)), true) is None
    assert suspicion.shift_between(true + np.array([0, 0.005]), true) is None, "550 m north is no map service's shift: they go east"
    assert suspicion.shift_between(2 * true - crs.from_storage(true, crs.GCJ02), true) is None, "the shift taken off twice"


@pytest.mark.real
def test_the_real_gcj02_districts_are_recognised_against_the_real_wgs84_ones():
    # Longgang (440307) is drawn with Dapeng in one set and without in the other.
    names = {"440303": "罗湖", "440304": "福田", "440305": "南山", "440306": "宝安", "440308": "盐田", "440309": "龙华", "440310": "坪山"}
    centre = shapely.get_coordinates
    true = centre(shapely.centroid(real.districts_wgs84().set_index("qh").geometry[list(names.values())].to_numpy()))
    given = centre(shapely.centroid(real.districts_gcj02().geometry[list(names)].to_numpy()))
    assert suspicion.shift_between(given, true) == crs.GCJ02
    assert suspicion.shift_between(crs.to_storage(given, crs.GCJ02), true) is None
