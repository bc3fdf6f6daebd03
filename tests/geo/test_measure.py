import numpy as np
import pyproj
import pytest
import shapely

from gridgeo.geo import measure

GEOD = pyproj.Geod(ellps="GRS80")


@pytest.mark.parametrize(("lon", "lat"), [(113.75, 22.45), (114.0, 22.6), (114.65, 22.85)])
def test_measures_in_shenzhen_agree_with_the_ellipsoid_as_stated(lon, lat):
    square = shapely.box(lon, lat, lon + 0.01, lat + 0.01)
    area, perimeter = GEOD.geometry_area_perimeter(shapely.geometry.polygon.orient(square))
    # The edges of the square are straight in degrees, the geodesic's are not: a few millionths.
    assert measure.area_m2([square])[0] == pytest.approx(area, rel=1.2e-4)
    assert measure.length_m([square])[0] == pytest.approx(perimeter, rel=6e-5)
    assert measure.distance_m([shapely.Point(lon, lat)], [shapely.Point(lon + 0.01, lat)])[0] == pytest.approx(
        GEOD.inv(lon, lat, lon + 0.01, lat)[2], rel=6e-5
    )


def test_areas_drawn_in_degrees_are_those_of_the_plane_for_short_edges():
    square = shapely.box(114.0, 22.6, 114.002, 22.602)
    assert measure.area_in_degrees_m2([square])[0] == pytest.approx(measure.area_m2([square])[0], rel=5e-3)
    assert np.isnan(measure.area_in_degrees_m2([None, shapely.Polygon()])).all()


def test_what_meets_is_at_distance_0_and_nothing_has_no_measure():
    square = shapely.box(114, 22.5, 114.01, 22.51)
    assert measure.distance_m([square], [shapely.Point(114.005, 22.505)])[0] == 0
    assert np.isnan(measure.area_m2([None])[0])
    assert np.isnan(measure.distance_m([square], [None])[0])
