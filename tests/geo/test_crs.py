import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gridgeo.errors import UnknownDatum
from gridgeo.geo import crs

ULP = 6e-14  # two units in the last place of a longitude: 6e-9 m
POINTS = arrays(float, (20, 2), elements=st.floats(0, 1)).map(lambda unit: unit * [63, 51] + [73, 3])


def test_gcj02_and_bd09_are_the_published_shift():
    wgs = [[114.0579, 22.5431]]
    np.testing.assert_allclose(crs.from_storage(wgs, crs.GCJ02), [[114.06301399856547, 22.54038281422246]], atol=ULP, rtol=0)
    np.testing.assert_allclose(crs.from_storage(wgs, crs.BD09), [[114.06956398703267, 22.546041559073544]], atol=ULP, rtol=0)


def test_the_metric_plane_has_its_origin_at_114_east_and_x_is_east():
    plane = crs.from_storage([[114.0, 22.5], [113.8831, 22.5553]], crs.METRIC_PLANE)
    np.testing.assert_allclose(plane, [[500000.0, 2489167.311], [487976.209, 2495295.798]], atol=1e-3, rtol=0)


def test_zone_38_is_the_same_plane_with_a_prefix():
    plane = crs.from_storage([[113.8831, 22.5553]], crs.parse(4526))
    np.testing.assert_allclose(plane, [[38487976.209, 2495295.798]], atol=1e-3, rtol=0)


@pytest.mark.parametrize("datum", [crs.GCJ02, crs.BD09])
@given(points=POINTS)
def test_a_shift_is_taken_back_to_the_last_bit_anywhere_in_china(datum, points):
    np.testing.assert_allclose(crs.to_storage(crs.from_storage(points, datum), datum), points, atol=ULP, rtol=0)
    np.testing.assert_allclose(crs.from_storage(crs.to_storage(points, datum), datum), points, atol=ULP, rtol=0)


@given(points=arrays(float, (20, 2), elements=st.floats(0, 1)).map(lambda unit: unit * [3, 51] + [112.5, 3]))
def test_the_metric_plane_round_trips_to_a_tenth_of_a_micrometre(points):
    np.testing.assert_allclose(crs.to_storage(crs.from_storage(points, crs.METRIC_PLANE), crs.METRIC_PLANE), points, atol=1e-12, rtol=0)


def test_nothing_is_shifted_outside_china():
    abroad = np.array([[2.35, 48.85], [-74.0, 40.7], [151.2, -33.9]])
    assert np.array_equal(crs.from_storage(abroad, crs.GCJ02), abroad)


def test_wgs84_is_taken_as_cgcs2000():
    points = np.array([[114.0, 22.5]])
    assert np.array_equal(crs.to_storage(points, crs.WGS84), points)
    assert np.array_equal(crs.from_storage(points, crs.WGS84), points)


@pytest.mark.parametrize("datum", [crs.GCJ02, crs.BD09, crs.METRIC_PLANE, crs.parse(3857)])
def test_what_is_no_number_comes_out_as_no_number_and_no_neighbour_suffers(datum):
    out = crs.to_storage([[np.nan, 22.5], [np.inf, 22.5], *crs.from_storage([[114.0, 22.5]], datum)], datum)
    assert not np.isfinite(out[:2]).all(axis=1).any()
    np.testing.assert_allclose(out[2], [114.0, 22.5], atol=1e-12)


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("wgs84", crs.WGS84),
        (" WGS-84 ", crs.WGS84),
        ("CGCS2000", crs.CGCS2000),
        ("gcj02", crs.GCJ02),
        ("GCJ-02", crs.GCJ02),
        ("bd_09", crs.BD09),
        ("EPSG:4326", crs.WGS84),
        ("epsg: 4490", crs.CGCS2000),
        (4547, crs.METRIC_PLANE),
        ("4526", crs.Datum("EPSG:4526", 4526)),
    ],
)
def test_a_datum_is_known_by_its_usual_names(text, datum):
    assert crs.parse(text) == datum


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "give wgs84"),
        ("mars", "give wgs84"),
        ("EPSG:999999", "no such system"),
        ("EPSG:4978", "two coordinates"),
        ("EPSG:5773", "two coordinates"),
        ("EPSG:2383", "Xian 1980 .* not public|no public parameters"),
        ("EPSG:4214", "Beijing 1954 has no public parameters"),
        ("4547; DROP", "give wgs84"),
    ],
)
def test_another_datum_is_refused_with_the_way_out(text, rule):
    with pytest.raises(UnknownDatum, match=rule):
        crs.parse(text)


def test_a_prj_file_is_read_and_what_is_none_is_refused():
    import pyproj

    for epsg in (3857, 4490, 4526, 4547):
        assert crs.from_wkt(pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_ESRI")).epsg == epsg
    with pytest.raises(UnknownDatum, match="not recognised"):
        crs.from_wkt("PROJCS[broken")
    with pytest.raises(UnknownDatum, match="no public parameters"):
        crs.from_wkt(pyproj.CRS.from_epsg(2383).to_wkt("WKT1_ESRI"))


def test_geometries_move_vertex_by_vertex_and_none_stays_none():
    square = shapely.box(114.0, 22.5, 114.001, 22.501)
    moved = crs.transform([square, None], crs.WGS84, crs.GCJ02)
    assert moved[1] is None
    np.testing.assert_array_equal(shapely.get_coordinates(moved[0]), crs.from_storage(shapely.get_coordinates(square), crs.GCJ02))
    back = crs.from_metric(crs.to_metric([square, None]))
    assert back[1] is None
    assert shapely.equals_exact(back[0], square, tolerance=1e-12)
