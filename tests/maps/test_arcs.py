"""Every border once: the arcs of a topology, taken apart and put together again."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maps import arcs
from tests.drawing import draw


def together(topology, nested):
    """Put a geometry together from its arcs."""
    if nested is None:
        return None
    lines = [np.cumsum(arc, axis=0) * topology.step + topology.origin for arc in topology.arcs]

    def ring(indices):
        parts = [lines[i] if i >= 0 else lines[~i][::-1] for i in indices]
        for one, other in zip(parts, parts[1:] + parts[:1], strict=True):
            assert (one[-1] == other[0]).all()
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])

    return shapely.MultiPolygon([shapely.Polygon(ring(outline), [ring(hole) for hole in holes]) for outline, *holes in nested])


def build(picture):
    areas = draw(picture)
    return areas, arcs.build({"all": np.array(list(areas.values()), dtype=object)})


@pytest.mark.parametrize(
    "picture",
    ["A", "AB", "AAB ABB", "AAA ABA AAA", "AB BA", "AAAA A.BA AAAA", "AA.. ..AA", "ABC DBE FGH", "AAAAA ABBBA ABCBA ABBBA AAAAA"],
)
def test_what_is_taken_apart_goes_together_again(picture):
    areas, topology = build(picture)
    for area, nested in zip(areas.values(), topology.objects["all"], strict=True):
        assert shapely.equals(together(topology, nested), area) or shapely.hausdorff_distance(together(topology, nested), area) < arcs.STEP


def test_a_shared_border_is_one_arc_walked_both_ways():
    _, topology = build("AB")
    (a,), (b,) = topology.objects["all"]
    (shared,) = set(a[0]) & {~i for i in b[0]}
    assert len(topology.arcs) == 3
    assert shared in a[0] and ~shared in b[0]


def test_levels_are_drawn_with_the_very_same_arcs():
    parts = list(draw("AB CD").values())
    topology = arcs.build({"whole": np.array([shapely.union_all(parts)], dtype=object), "parts": np.array(parts, dtype=object)})
    used = [{i if i >= 0 else ~i for polygon in nested for ring in polygon for i in ring} for nested in topology.objects["parts"]]
    (whole,) = topology.objects["whole"]
    assert {i if i >= 0 else ~i for i in whole[0][0]} <= set().union(*used)
    assert len(topology.arcs) == 8


def test_an_island_that_touches_nobody_is_one_closed_arc_for_all_who_have_it():
    _, topology = build("AAA ABA AAA")
    a, b = topology.objects["all"]
    assert len(topology.arcs) == 2
    assert a[0][1] == [~b[0][0][0]]


def test_overlapping_and_doubled_units_stay_whole():
    one, other = shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)
    topology = arcs.build({"all": np.array([one, other, one], dtype=object)})
    put = [together(topology, nested) for nested in topology.objects["all"]]
    assert [shapely.equals(made, area) for made, area in zip(put, [one, other, one], strict=True)] == [True] * 3
    assert len(topology.arcs) == 2


def test_no_geometry_stays_none_and_nothing_at_all_is_an_empty_topology():
    assert arcs.build({"all": np.array([None, shapely.MultiPolygon()], dtype=object)}).objects == {"all": [None, None]}
    assert arcs.build({}).arcs == []


def test_what_shrinks_below_a_triangle_is_left_out():
    sliver = shapely.Polygon([(0, 0), (1e-8, 0), (1e-8, 1e-8)])
    topology = arcs.build({"all": np.array([shapely.box(0, 0, 1, 1), sliver], dtype=object)})
    assert topology.objects["all"][1] is None


def test_outlines_turn_one_way_and_holes_the_other():
    _, topology = build("AAA ABA AAA")
    for nested in topology.objects["all"]:
        for polygon in together(topology, nested).geoms:
            assert polygon.exterior.is_ccw and not any(hole.is_ccw for hole in polygon.interiors)


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 6).flatmap(lambda n: st.lists(st.text("AB.CD", min_size=n, max_size=n), min_size=1, max_size=6)))
def test_any_drawing_goes_together_again(rows):
    areas = draw(" ".join(rows))
    topology = arcs.build({"all": np.array(list(areas.values()), dtype=object)})
    for area, nested in zip(areas.values(), topology.objects["all"], strict=True):
        assert shapely.area(shapely.symmetric_difference(together(topology, nested), area)) < 1e-8
    ends = [tuple(sorted(map(tuple, np.cumsum(arc, axis=0).tolist()))) for arc in topology.arcs]
    assert len(ends) == len(set(ends)), "a border stands twice"
