import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from gridgeo.geo import coverage
from gridgeo.geo.coverage import Coverage
from tests import real

RECTANGLES = st.builds(
    lambda x, y, width, height, dense: shapely.segmentize(box(x, y, x + width, y + height), 1 if dense else 99),
    *[st.integers(0, 6)] * 2,
    *[st.integers(1, 4)] * 2,
    st.booleans(),
)
TRIANGLES = (
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=3, unique=True)
    .map(Polygon)
    .filter(lambda triangle: triangle.area > 0)
)
AREAS = st.lists(st.one_of(RECTANGLES, TRIANGLES), min_size=1, max_size=8).map(np.array)
RING = Polygon(box(0, 0, 9, 9).exterior, [box(2, 2, 3, 3).exterior])


def pairs(areas, **options):
    found = Coverage(np.array(areas, dtype=object)).overlaps(**options)
    return list(zip(found.first.tolist(), found.second.tolist(), shapely.area(found.geometry).round(6).tolist(), strict=True))


@given(AREAS)
@settings(max_examples=300)
def test_overlaps_are_those_of_looking_at_every_pair(areas):
    every = [(i, j, shapely.intersection(areas[i], areas[j]).area) for i in range(len(areas)) for j in range(i + 1, len(areas))]
    expected = [(i, j, pytest.approx(area, abs=1e-6)) for i, j, area in every if area > 1e-9]
    assert pairs(areas, above_m2=1e-9) == expected


@given(AREAS)
@settings(max_examples=300)
def test_holes_are_what_the_outlines_hold_and_no_area_does(areas):
    whole = shapely.union_all(areas)
    outlines = shapely.union_all([Polygon(part.exterior) for part in shapely.get_parts(whole)])
    expected = shapely.get_parts(shapely.difference(outlines, whole))
    expected = expected[shapely.area(expected) > 1e-9]
    holes = Coverage(areas).holes(above_m2=1e-9)
    assert len(holes) == len(expected)
    assert shapely.area(shapely.symmetric_difference(shapely.union_all(holes), shapely.union_all(expected))) == pytest.approx(0, abs=1e-9)


@given(AREAS, AREAS, st.data())
def test_outside_and_uncovered_are_what_difference_says(areas, containers, data):
    container_of = np.array([data.draw(st.integers(-1, len(containers) - 1)) for _ in areas])
    owned = np.flatnonzero(container_of >= 0)
    which, parts = coverage.outside(areas[owned], containers[container_of[owned]])
    expected = shapely.area(shapely.difference(areas[owned], containers[container_of[owned]]))
    assert np.bincount(which, weights=shapely.area(parts), minlength=len(owned)) == pytest.approx(expected, abs=1e-9)

    tiles = Coverage(areas)
    overlapping = tiles.overlaps()
    suspect = np.isin(np.arange(len(areas)), [*overlapping.first, *overlapping.second, *owned[which]])
    which, parts = coverage.uncovered(containers, tiles, container_of, suspect)
    for at, container in enumerate(containers):
        own = areas[container_of == at]
        bare = shapely.difference(container, shapely.union_all(own)).area if len(own) else 0
        assert shapely.area(parts[which == at]).sum() == pytest.approx(bare, abs=1e-9)


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        pytest.param([box(0, 0, 1, 1), box(0, 0, 1, 1)], [(0, 1, 1)], id="equal"),
        pytest.param([box(0, 0, 1, 1), shapely.segmentize(box(0, 0, 1, 1), 0.5)], [(0, 1, 1)], id="equal, other vertices"),
        pytest.param([box(0, 0, 1, 1)] * 3, [(0, 1, 1), (0, 2, 1), (1, 2, 1)], id="three times"),
        pytest.param([box(1, 0, 2, 1), box(1, 0, 2, 1), box(0, 0, 1, 1), box(2, 0, 3, 1)], [(0, 1, 1)], id="equal among neighbours"),
        pytest.param([box(0, 0, 9, 9), box(2, 2, 3, 3)], [(0, 1, 1)], id="nested"),
        pytest.param([box(0, 0, 9, 9), box(0, 2, 1, 3)], [(0, 1, 1)], id="nested along an edge"),
        pytest.param([box(0, 0, 1, 1), Polygon([(0, 0), (1, 0), (1, 1)])], [(0, 1, 0.5)], id="nested, the same vertices"),
        pytest.param([box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 0, 2, 1)], [(0, 2, 1), (1, 2, 1)], id="one over two"),
        pytest.param([RING, box(2, 2, 3, 3), box(2.2, 2.2, 2.5, 2.5)], [(1, 2, 0.09)], id="nested in the filling of a hole"),
        pytest.param([MultiPolygon([box(0, 0, 1, 1), box(5, 5, 6, 6)]), box(4, 4, 7, 7)], [(0, 1, 1)], id="a part nested"),
        pytest.param([box(0, 4, 9, 5), box(4, 0, 5, 9)], [(0, 1, 1)], id="crossing"),
        pytest.param([box(0, 0, 1, 1), box(1, 0, 2, 0.5), box(1, 0.5, 2, 1)], [], id="a vertex on an edge is no overlap"),
        pytest.param([box(0, 0, 1, 1), box(1, 1, 2, 2), box(1, 0, 2, 1)], [], id="touching is no overlap"),
        pytest.param([RING, box(2, 2, 3, 3)], [], id="a filled hole is no overlap"),
    ],
)
def test_areas_with_common_ground_are_found(areas, expected):
    assert pairs(areas) == expected


def test_a_clean_coverage_needs_no_exact_work():
    tiles = Coverage([box(x, y, x + 1, y + 1) for x in range(5) for y in range(5)])
    assert not tiles.unclean.any()
    assert len(tiles.overlaps().first) == len(tiles.holes()) == 0


def test_common_ground_is_given_without_the_lines_and_points_where_areas_only_touch():
    comb = Polygon([(0, 0), (4, 0), (4, 3), (3, 3), (3, 1), (1, 1), (1, 3), (0, 3)])
    common = Coverage([comb, box(0, 2, 3.5, 9)]).overlaps().geometry[0]
    assert common.equals(MultiPolygon([box(0, 2, 1, 3), box(3, 2, 3.5, 3)]))
    touching = Coverage([comb, Polygon([(1, 1), (3, 1), (3, 5), (0, 5), (0, 2.5), (1, 2.5)])]).overlaps().geometry[0]
    assert touching.equals(box(0, 2.5, 1, 3))


def test_a_hole_open_to_the_outside_is_none_and_an_island_is_not_part_of_one():
    def ring(low, high):
        return Polygon(box(low, low, high, high).exterior, [box(low + 1, low + 1, high - 1, high - 1).exterior])

    assert len(Coverage([Polygon([(0, 0), (3, 0), (3, 3), (0, 3), (0, 2), (1, 2), (1, 1), (0, 1)])]).holes()) == 0
    assert sorted(shapely.area(Coverage([ring(0, 9), ring(3, 6)]).holes())) == [1, 49 - 9]
    assert shapely.area(Coverage([ring(0, 9), ring(3, 6)]).holes(above_m2=1)).tolist() == [49 - 9]


def test_what_touches_a_place_is_found_though_its_corner_is_a_rounding_away():
    tiles = Coverage([box(0, 0, 1, 1), box(2 + 1e-9, 0, 3, 1), box(4, 0, 5, 1)])
    place, area = tiles.around([box(1, 0, 2, 1)])
    assert place.tolist() == [0, 0] and sorted(area.tolist()) == [0, 1]


def test_a_crowd_lying_over_each_other_stops_at_the_limit_instead_of_taking_n_squared():
    found = Coverage([box(0, 0, 1, 1)] * 3000).overlaps(most=5000)
    assert not found.complete and 5000 <= len(found.first) < 20_000
    assert Coverage([box(0, 0, 1, 1)] * 3).overlaps(most=5000).complete


def test_nothing_is_a_clean_coverage():
    nothing = Coverage([])
    assert len(nothing.overlaps().first) == len(nothing.holes()) == 0


@pytest.mark.real
@pytest.mark.parametrize(
    ("above_m2", "overlaps", "overlapping_m2", "holes", "holes_m2"),
    [(0.01, 517, 530_668.9, 656, 433_567.0), (1, 509, 530_666.4, 650, 433_565.7)],
)
def test_the_real_traffic_zones_overlap_and_leave_holes(above_m2, overlaps, overlapping_m2, holes, holes_m2):
    tiles = Coverage(real.traffic_zones().to_crs(4547).geometry)
    common = shapely.area(tiles.overlaps(above_m2).geometry)
    assert (len(common), common.sum()) == (overlaps, pytest.approx(overlapping_m2, abs=0.1))
    left = shapely.area(tiles.holes(above_m2))
    assert (len(left), left.sum()) == (holes, pytest.approx(holes_m2, abs=0.1))


@pytest.mark.real
def test_of_the_671_holes_of_the_real_traffic_zones_15_are_the_rounding_of_the_overlay():
    whole = shapely.union_all(real.traffic_zones().to_crs(4547).geometry.to_numpy())
    holes = np.array([Polygon(ring).area for part in shapely.get_parts(whole) for ring in part.interiors])
    assert (len(holes), holes.sum()) == (671, pytest.approx(433_567, abs=0.1))
    assert np.count_nonzero(holes < 1e-6) == 15
