"""The geometry gate: what comes through is sound, what is not is refused with reason and place, nothing is repaired."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import InvalidGeometry
from gridgeo.geo import crs, gate
from gridgeo.geo.gate import FILE, Limits
from gridgeo.geo.shapes import Shapes

SQUARE = [[114.0, 22.5], [114.01, 22.5], [114.01, 22.51], [114.0, 22.51], [114.0, 22.5]]
HOLE = [[114.002, 22.502], [114.002, 22.504], [114.004, 22.504], [114.004, 22.502], [114.002, 22.502]]
BOW_TIE = [[114.0, 22.5], [114.01, 22.51], [114.01, 22.5], [114.0, 22.51], [114.0, 22.5]]


def shapes(*features: list) -> Shapes:
    """Features as lists of polygons, polygons as lists of rings, rings as lists of positions."""
    return Shapes.of([[[np.array(ring, dtype=float).reshape(-1, 2) for ring in polygon] for polygon in feature] for feature in features])


def ring(count: int, radius: float = 0.1) -> np.ndarray:
    """A circle of so many vertices."""
    turn = np.linspace(0, 2 * np.pi, count - 1, endpoint=False)
    points = np.column_stack([114 + radius * np.cos(turn), 22.5 + radius * np.sin(turn)])
    return np.vstack([points, points[:1]])


def star(count: int, seed: int = 1) -> np.ndarray:
    """A ring through random places: it crosses itself some count squared times."""
    points = np.random.default_rng(seed).uniform(0, 0.1, (count - 1, 2)) + np.array([114, 22.5])
    return np.vstack([points, points[:1]])


def moved(ring: list, vertex: int, position: list) -> list:
    return [position if at == vertex else place for at, place in enumerate(ring)]


def test_sound_polygons_come_through_as_they_were_given():
    made, issues = gate.polygons(shapes([[SQUARE, HOLE]], [], [[SQUARE], [[[x + 0.1, y] for x, y in SQUARE]]]))
    assert issues == []
    assert [None if area is None else area.geom_type for area in made] == ["MultiPolygon", None, "MultiPolygon"]
    assert shapely.equals_exact(made[0], shapely.MultiPolygon([(SQUARE, [HOLE])]))
    assert shapely.get_num_geometries(made).tolist() == [1, 0, 2]


REFUSED = {
    "bow-tie": ([[BOW_TIE]], "invalid-ring", "Self-intersection at 114.005, 22.505"),
    "no area": ([[[[114, 22.5], [114.01, 22.5], [114, 22.5], [114, 22.5]]]], "invalid-ring", "Too few points"),
    "hole outside": ([[SQUARE, [[x + 1, y] for x, y in HOLE]]], "invalid-ring", "Hole lies outside shell"),
    "twice the same part": ([[SQUARE], [SQUARE]], "invalid-ring", "Self-intersection"),
    "not closed": ([[SQUARE[:4]]], "ring-open", "it ends at 114, 22.51"),
    "three points": ([[SQUARE[:2] + SQUARE[:1]]], "ring-too-short", "3 points"),
    "one point": ([[SQUARE[:1]]], "ring-too-short", "1 points"),
    "empty ring": ([[[]]], "ring-too-short", "0 points"),
    "empty hole": ([[SQUARE, []]], "ring-too-short", "0 points"),
    "not a number": ([[moved(SQUARE, 2, [float("nan"), 22.5])]], "not-finite", "finite"),
    "infinite": ([[moved(SQUARE, 2, [114.01, float("inf")])]], "not-finite", "finite"),
    "1e308": ([[moved(SQUARE, 2, [1e308, 22.5])]], "not-finite", "sensible size"),
    "axes swapped": ([[[[y, x] for x, y in SQUARE]]], "outside-region", "are the axes swapped?"),
    "the whole world": ([[[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]], "outside-region", "73–136 °E"),
    "null island": ([[[[x - 114, y - 22.5] for x, y in SQUARE]]], "outside-region", "73–136 °E"),
    "random star of 300": ([[star(300)]], "invalid-ring", "Self-intersection"),
    "random star of 3,000": ([[star(3_000)]], "invalid-ring", "Self-intersection"),
    "random star of 20,000": ([[star(20_000)]], "invalid-ring", "Self-intersection"),
    "a million vertices": ([[ring(1_000_000)]], "too-many-vertices", "1,000,000 vertices, 200,000 is the most"),
    "many rings": ([[SQUARE, *[HOLE] * 20_000]], "too-many-rings", "20,001 rings"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refuses_with_code_reason_and_row_and_lets_the_neighbours_in(what: str):
    feature, code, reason = REFUSED[what]
    made, issues = gate.polygons(shapes([[SQUARE]], feature, [[SQUARE]]))
    assert [(issue.code, issue.row) for issue in issues] == [(code, 2)]
    assert reason in issues[0].message
    assert [area is None for area in made] == [False, True, False]


def test_an_invalid_ring_is_shown_at_its_place():
    _, (issue,) = gate.polygons(shapes([[BOW_TIE]]))
    assert issue.geometry.equals_exact(shapely.Point(114.005, 22.505), 1e-12)


def test_one_feature_has_one_issue_the_first():
    _, issues = gate.polygons(shapes([[BOW_TIE], [SQUARE[:3]], [moved(SQUARE, 1, [float("nan"), 0])]]))
    assert [issue.code for issue in issues] == ["ring-too-short"]


def test_a_conversion_is_never_given_what_is_not_finite():
    given = []

    def convert(xy):
        given.append(xy)
        return crs.to_storage(xy, crs.GCJ02)

    made, issues = gate.polygons(shapes([[moved(SQUARE, 0, [1e308, 1e308])]], [[SQUARE]]), convert=convert)
    assert np.isfinite(given[0]).all() and [issue.code for issue in issues] == ["not-finite"]
    assert made[1].equals_exact(crs.transform(np.array([shapely.MultiPolygon([(SQUARE, [])])]), crs.GCJ02, crs.CGCS2000)[0], 1e-12)


def test_what_a_conversion_cannot_place_is_outside_the_region():
    far = [[4e7, 2.5e7], [4.1e7, 2.5e7], [4.1e7, 2.6e7], [4e7, 2.5e7]]
    _, issues = gate.polygons(shapes([[far]]), convert=lambda xy: crs.to_storage(xy, crs.parse(4547)))
    assert [issue.code for issue in issues] == ["outside-region"]


def test_hostile_rings_are_refused():
    comb = np.column_stack([np.repeat(np.linspace(114, 114.1, 10_000), 2), np.tile([22.5, 22.6, 22.6, 22.5], 5_000)])
    comb = np.vstack([comb, [[114.1, 22.4], [114, 22.4]], comb[:1]])
    made, issues = gate.polygons(shapes([[star(3_001)]], [[star(20_000, 2)]], [[comb]]))
    assert [issue.row for issue in issues] == [1, 2] and made[2] is not None


def test_progress_counts_to_the_end():
    seen = []
    gate.polygons(shapes(*[[[ring(100_000)]] for _ in range(12)]), progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 1 and seen[-1] == (12, 12) and seen == sorted(seen)


def test_nothing_gives_nothing():
    made, issues = gate.polygons(shapes())
    assert len(made) == 0 and issues == []


coordinate = st.one_of(st.floats(), st.floats(113.9, 114.1), st.sampled_from([114.0, 22.5, 114.01, 22.51, 0.0, 1e308, -1e9]))


@given(
    st.lists(st.lists(st.lists(st.lists(st.tuples(coordinate, coordinate), max_size=6), min_size=1, max_size=3), max_size=2), max_size=4)
)
def test_whatever_is_given_what_comes_out_is_valid_and_in_the_region(features):
    given = shapes(*features)
    made, issues = gate.polygons(given)
    refused = {issue.row - 1 for issue in issues}
    for at, area in enumerate(made):
        assert (area is None) == (at in refused or not features[at])
        if area is not None:
            assert area.is_valid and area.bounds[0] >= 73 and area.bounds[3] <= 54


REFUSED_IN_A_REQUEST = {
    "nothing": None,
    "a list": [],
    "an empty object": {},
    "no coordinates": {"type": "Polygon"},
    "unknown type": {"type": "Circle", "coordinates": SQUARE},
    "small letters": {"type": "polygon", "coordinates": [SQUARE]},
    "type is a list": {"type": ["Polygon"], "coordinates": [SQUARE]},
    "a point": {"type": "Point", "coordinates": [114, 22.5]},
    "a feature": {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}},
    "a collection": {"type": "GeometryCollection", "geometries": []},
    "crs member": {"type": "Polygon", "coordinates": [SQUARE], "crs": {"type": "name", "properties": {"name": "EPSG:4547"}}},
    "no ring": {"type": "Polygon", "coordinates": []},
    "no polygon": {"type": "MultiPolygon", "coordinates": []},
    "polygon without ring": {"type": "MultiPolygon", "coordinates": [[]]},
    "too shallow": {"type": "Polygon", "coordinates": SQUARE},
    "too deep": {"type": "Polygon", "coordinates": [[SQUARE]]},
    "1 number": {"type": "Polygon", "coordinates": [[[114]] * 4]},
    "3 numbers": {"type": "Polygon", "coordinates": [[[x, y, 0] for x, y in SQUARE]]},
    "5 numbers": {"type": "Polygon", "coordinates": [[[x, y, 0, 0, 0] for x, y in SQUARE]]},
    "mixed": {"type": "Polygon", "coordinates": [moved(SQUARE, 1, [114.0, 22.5, 1.0])]},
    "text numbers": {"type": "Polygon", "coordinates": [[["114", "22.5"]] * 4]},
    "text positions": {"type": "Polygon", "coordinates": [["ab", "cd", "ef", "ab"]]},
    "null numbers": {"type": "Polygon", "coordinates": [moved(SQUARE, 1, [None, 22.5])]},
    "booleans": {"type": "Polygon", "coordinates": [moved(SQUARE, 1, [True, False])]},
    "objects": {"type": "Polygon", "coordinates": [moved(SQUARE, 1, {"x": 114, "y": 22.5})]},
    "a number too large": {"type": "Polygon", "coordinates": [moved(SQUARE, 1, [10**400, 22.5])]},
    "coordinates are an object": {"type": "Polygon", "coordinates": {"0": SQUARE}},
    "too many vertices": {"type": "Polygon", "coordinates": [ring(10_001).tolist()]},
    "too many rings": {"type": "Polygon", "coordinates": [SQUARE, *[HOLE] * 1_000]},
    "bow-tie": {"type": "Polygon", "coordinates": [BOW_TIE]},
    "swapped": {"type": "Polygon", "coordinates": [[[y, x] for x, y in SQUARE]]},
}


class TestGeojson:
    """One geometry in a request."""

    def test_lets_a_polygon_and_a_multipolygon_in(self):
        assert gate.geojson({"type": "Polygon", "coordinates": [SQUARE, HOLE]}).geom_type == "MultiPolygon"
        assert gate.geojson({"type": "MultiPolygon", "coordinates": [[SQUARE]]}).area == pytest.approx(1e-4)

    @pytest.mark.parametrize("what", REFUSED_IN_A_REQUEST)
    def test_refuses_in_one_line(self, what: str):
        with pytest.raises(InvalidGeometry) as raised:
            gate.geojson(REFUSED_IN_A_REQUEST[what])
        assert "\n" not in str(raised.value) and len(str(raised.value)) < 300

    def test_refuses_depth_without_descending(self):
        nest: list = SQUARE
        for _ in range(100_000):
            nest = [nest]
        with pytest.raises(InvalidGeometry):
            gate.geojson({"type": "Polygon", "coordinates": nest})

    def test_limits_are_a_parameter(self):
        with pytest.raises(InvalidGeometry, match="6"):
            gate.geojson({"type": "Polygon", "coordinates": [ring(7).tolist()]}, Limits(6, 6, 1))
        assert gate.geojson({"type": "Polygon", "coordinates": [ring(12_000).tolist()]}, FILE)


class TestPoints:
    """Points of any datum."""

    def test_says_which_are_sound(self):
        given = [[114.06301399856547, 22.54038281422246], [np.nan, 22], [np.inf, 22], [1e308, 1], [22.5, 114], [0, 0]]
        lonlat, sound = gate.points(np.array(given), crs.GCJ02)
        assert sound.tolist() == [True, False, False, False, False, False]
        assert lonlat[0] == pytest.approx([114.0579, 22.5431], abs=1e-9)
