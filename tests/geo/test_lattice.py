"""The lattice answers exactly what testing every polygon would answer."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.geo.lattice import Hit, Lattice
from tests.drawing import draw


def by_testing_all(polygons, x, y):
    """The rule, spelled out: first polygon whose inside holds the point, else first whose border does."""
    inside = [i for i, polygon in enumerate(polygons) if polygon is not None and shapely.contains_xy(polygon, x, y)]
    if inside:
        return inside[0], Hit.INSIDE if len(inside) == 1 else Hit.SEVERAL
    touching = [i for i, polygon in enumerate(polygons) if polygon is not None and shapely.intersects_xy(polygon, x, y)]
    return (touching[0], Hit.BOUNDARY) if touching else (-1, Hit.NONE)


def assert_same(polygons, x, y, cells):
    lattice = Lattice(np.array([*polygons, None], dtype=object)[:-1], cells)
    hits = lattice.many(np.asarray(x, float), np.asarray(y, float))
    for i, point in enumerate(zip(x, y, strict=True)):
        expected = by_testing_all(polygons, *point)
        assert lattice.one(*point) == expected
        assert (hits.index[i], hits.hit[i]) == expected


def fan(points):
    """Overlapping and touching triangles over the given points, the valid ones."""
    triangles = [shapely.Polygon(points[i : i + 3]) for i in range(len(points) - 2)]
    return [triangle for triangle in triangles if triangle.is_valid and triangle.area > 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=4, max_size=9), st.sampled_from([1, 7, 100, 3000]))
def test_equals_testing_every_polygon_on_edges_corners_and_overlaps(points, cells):
    polygons = fan(points)
    x, y = np.meshgrid(np.arange(-1, 14, 0.5), np.arange(-1, 14, 0.5))
    assert_same(polygons, x.ravel().tolist(), y.ravel().tolist(), cells)


@pytest.mark.parametrize("cells", [1, 50, 5000, 500_000])
def test_result_does_not_depend_on_the_size_of_cells(cells):
    areas = draw("""
        AABB
        A.CB
        AACC
    """)
    polygons = [areas[letter] for letter in "ABC"]
    rng = np.random.default_rng(7)
    assert_same(polygons, rng.uniform(112.99, 113.05, 300).tolist(), rng.uniform(22.86, 22.91, 300).tolist(), cells)
    corners = shapely.get_coordinates(polygons)
    assert_same(polygons, corners[:, 0].tolist(), corners[:, 1].tolist(), cells)


def test_shared_border_goes_to_the_first():
    areas = draw("AB")
    lattice = Lattice(np.array([areas["B"], areas["A"]], dtype=object))
    assert lattice.one(113.01, 22.895) == (0, Hit.BOUNDARY)
    assert lattice.every(113.01, 22.895) == [0, 1]


def test_overlap_is_several_and_all_are_listed():
    lattice = Lattice(np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3), shapely.box(1.2, 1.2, 1.4, 1.4)], dtype=object))
    assert lattice.one(1.3, 1.3) == (0, Hit.SEVERAL)
    assert lattice.every(1.3, 1.3) == [0, 1, 2]
    assert lattice.one(2.5, 2.5) == (1, Hit.INSIDE)


def test_missing_and_empty_polygons_are_never_hit():
    lattice = Lattice(np.array([None, shapely.Polygon(), shapely.box(0, 0, 1, 1), None], dtype=object), 100)
    assert lattice.one(0.5, 0.5) == (2, Hit.INSIDE)
    assert lattice.many(np.array([0.5, 1.0, 9.0, np.nan]), np.array([0.5, 1.0, 9.0, 0.5])).index.tolist() == [2, 2, -1, -1]


def test_no_polygons_at_all():
    lattice = Lattice(np.array([], dtype=object))
    assert lattice.one(113.0, 22.0) == (-1, Hit.NONE)
    assert lattice.many(np.zeros(2), np.zeros(2)).index.tolist() == [-1, -1]


@pytest.mark.parametrize("x, y", [(float("nan"), 0.5), (float("inf"), 0.5), (-1e308, 1e308), (0.5, float("nan"))])
def test_points_that_are_nowhere_hit_nothing(x, y):
    lattice = Lattice(np.array([shapely.box(0, 0, 1, 1)], dtype=object))
    assert lattice.one(x, y) == (-1, Hit.NONE)
    assert lattice.every(x, y) == []
    assert lattice.many(np.array([x]), np.array([y])).hit.tolist() == [Hit.NONE]
