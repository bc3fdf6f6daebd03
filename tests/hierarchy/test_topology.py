import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo import issues
from gridgeo.geo import crs, measure
from gridgeo.hierarchy import model, topology
from gridgeo.issues import Severity
from tests import real
from tests.drawing import draw

STEP = 0.001  # about 100 m: 11,391 m2 a letter


def units(level, picture, parents=None, step=STEP):
    """Return units of a level, one for each letter, under the parents given by letter."""
    return [
        {"level": level, "code": letter, "name_zh": f"{letter}格", "parent": (parents or {}).get(letter), "geometry": area}
        for letter, area in draw(picture, step=step).items()
    ]


def check(rows, tolerance_m2=1.0, **options):
    return topology.check(model.frame(rows), tolerance_m2, **options)


def told(rows, **options):
    return [(issue.code, issue.units) for issue in check(rows, **options)]


STREET = units("street", "SSSS SSSS")
COMMUNITIES = units("community", "aabb aacc", {"a": "S", "b": "S", "c": "S"})
CELL = draw("x", step=STEP)["x"]
CELL_M2 = measure.area_m2([CELL])[0]


def test_a_sound_hierarchy_raises_nothing_and_a_vertex_on_a_parents_edge_is_sound():
    plain = {"level": "street", "code": "S", "name_zh": "街", "geometry": shapely.box(*shapely.bounds(STREET[0]["geometry"]))}
    assert told(STREET + COMMUNITIES) == []
    assert told([plain, *COMMUNITIES]) == []


def test_edges_straight_in_degrees_of_many_kilometres_raise_nothing():
    street = {"level": "street", "code": "S", "name_zh": "街", "geometry": shapely.box(113.0, 22.8, 113.4, 22.9)}
    communities = units("community", "abcd", dict.fromkeys("abcd", "S"), step=0.1)
    bent = shapely.area(shapely.difference(*crs.to_metric([street["geometry"], shapely.union_all([c["geometry"] for c in communities])])))
    assert bent > 1000, "in the plane the street's edge runs metres beside its communities'"
    assert told([street, *communities]) == []


def test_overlapping_units_of_a_level_are_told_with_the_common_ground():
    both = [*units("community", "aab."), *units("community", ".cc.")]
    found = check(both)
    assert [(issue.code, issue.units) for issue in found] == [("overlap", ("a", "c")), ("overlap", ("b", "c"))]
    assert {issue.severity for issue in found} == {Severity.ERROR}
    assert [issue.area_m2 for issue in found] == pytest.approx([CELL_M2] * 2, rel=1e-3)
    assert shapely.equals_exact(shapely.normalize(found[0].geometry), shapely.normalize(draw(".x", step=STEP)["x"].geoms[0]), 1e-9)
    assert "a and c overlap by 11," in found[0].message


def test_units_of_different_levels_do_not_overlap():
    assert told([*units("street", "SS"), *units("community", "ab", {"a": "S", "b": "S"})]) == []


def test_a_hole_in_a_level_is_a_gap_between_the_units_around_it():
    found = check(units("district", "aaaa a.bb abbb"))
    assert [(issue.code, issue.units, issue.severity) for issue in found] == [("gap", ("a", "b"), "warning")]
    assert found[0].area_m2 == pytest.approx(CELL_M2, rel=1e-3)
    assert shapely.equals_exact(shapely.normalize(found[0].geometry), shapely.normalize(draw("... .x", step=STEP)["x"].geoms[0]), 1e-9)


def test_an_open_bay_is_no_gap():
    assert told(units("district", "aaaa a.bb a.bb")) == []


def test_a_part_of_a_parent_that_no_child_covers_is_a_gap():
    found = check(STREET + units("community", "aabb a.cc", dict.fromkeys("abc", "S")))
    assert [(issue.code, issue.units) for issue in found] == [("gap", ("S", "a", "b", "c"))]
    assert "of S belong to none of its community units" in found[0].message


def test_a_hole_is_told_once_at_the_uppermost_level_that_has_it():
    communities = units("community", "aab a.b ccc", dict.fromkeys("abc", "S"))
    assert told(units("street", "SSS SSS SSS") + communities) == [("gap", ("a", "b", "c"))]
    assert told(units("street", "SSS S.S SSS") + communities) == [("gap", ("S",))]


def test_a_hole_across_two_parents_is_told_once():
    rows = units("street", "SSTT SSTT SSTT") + units("community", "aabb a..b aabb", {"a": "S", "b": "T"})
    assert told(rows) == [("gap", ("a", "b"))]


def test_a_gap_that_an_overlap_makes_up_for_in_area_is_found_all_the_same():
    rows = STREET + units("community", "aab. aabb", dict.fromkeys("ab", "S")) + units("community", ".... .c..", {"c": "S"})
    assert told(rows) == [("overlap", ("a", "c")), ("gap", ("S", "b"))]


def test_a_parent_without_children_is_passed_over():
    assert told(units("street", "SSTT") + units("community", "ab", {"a": "S", "b": "S"})) == []


def test_a_unit_that_reaches_out_of_its_parent_is_told_with_the_part_outside():
    found = check(units("street", "SSS.") + units("community", "aabb", {"a": "S", "b": "S"}))
    assert [(issue.code, issue.units) for issue in found] == [("outside-parent", ("S", "b"))]
    assert found[0].area_m2 == pytest.approx(CELL_M2, rel=1e-3)
    assert shapely.equals_exact(shapely.normalize(found[0].geometry), shapely.normalize(draw("...x", step=STEP)["x"].geoms[0]), 1e-9)


def test_a_unit_far_from_its_parent_is_outside_it():
    assert told(units("street", "S..") + units("community", "a.b", {"a": "S", "b": "S"})) == [("outside-parent", ("S", "b"))]


def test_a_unit_that_lies_in_another_parent_names_the_wrong_one_and_nothing_else_is_told():
    found = check(units("street", "SSTT") + units("community", "abcd", {"a": "S", "b": "S", "c": "S", "d": "T"}))
    assert [(issue.code, issue.units) for issue in found] == [("wrong-parent", ("S", "T", "c"))]
    assert "c names parent S but lies in T" in found[0].message
    assert found[0].area_m2 == pytest.approx(CELL_M2, rel=1e-3)


def test_a_unit_half_in_its_parent_is_outside_not_wrong():
    rows = units("street", "SSTT") + units("community", "abbc", {"a": "S", "b": "S", "c": "T"})
    assert told(rows) == [("outside-parent", ("S", "b")), ("gap", ("T", "b", "c"))]


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ({"a": "S"}, ("missing-parent", ("b",))),
        ({"a": "S", "b": "Z"}, ("unknown-parent", ("b",))),
        ({"a": "S", "b": "a"}, ("parent-level", ("a", "b"))),
        ({"a": "S", "b": "b"}, ("parent-level", ("b",))),
    ],
)
def test_a_parent_must_be_named_be_there_and_be_of_the_level_above(parents, expected):
    assert told(units("street", "SS") + units("community", "ab", parents)) == [expected]


def test_a_unit_without_known_parent_is_told_where_it_lies():
    rows = units("street", "SS") + units("community", "ab", {"a": "Z"})
    assert [issue.message for issue in check(rows)] == [
        "b names no parent, a street; it lies in S",
        "a names parent Z, which is not there; it lies in S",
    ]


def test_the_uppermost_level_that_is_there_needs_no_parent():
    assert told(units("community", "ab")) == []
    assert told([*units("zone", "ZZ"), *units("block", "ab", {"a": "Z", "b": "Z"})], levels=["zone", "block"]) == []
    assert told([*units("zone", "ZZ"), *units("block", "ab", {"a": "Z"})], levels=["zone", "block"]) == [("missing-parent", ("b",))]


def test_a_code_that_stands_for_two_units_is_told_once():
    rows = units("community", "ab")
    rows[1]["code"] = "a"
    found = check(rows)
    assert [(issue.code, issue.units, issue.value) for issue in found] == [("duplicate-code", ("a",), "a")]
    assert "a stands for 2 units (a格、b格)" in found[0].message


def test_units_without_code_are_told_by_level_and_name():
    rows = units("community", "ab") + units("community", ".c")
    for row in rows:
        row["code"] = None
    assert told(rows) == [("overlap", ("community:b格", "community:c格"))]


def test_a_unit_without_area_among_others_is_told_and_leaves_a_gap():
    rows = STREET + COMMUNITIES
    rows = [row | ({"geometry": None} if row["code"] == "b" else {}) for row in rows]
    assert told(rows) == [("empty-geometry", ("b",)), ("gap", ("S", "a", "c"))]


def test_lists_of_codes_without_geometry_are_checked_for_their_codes_only():
    rows = [row | {"geometry": None} for row in STREET + COMMUNITIES]
    assert told(rows) == []
    rows[1]["parent"] = "Z"
    assert told(rows) == [("unknown-parent", ("a",))]
    assert told([row | ({"geometry": None} if row["level"] == "street" else {}) for row in STREET + COMMUNITIES]) == []


def test_no_units_raise_nothing():
    assert check([]) == []


def test_an_invalid_ring_is_told_with_reason_and_place_and_is_not_compared_further():
    bow = shapely.Polygon([(113.0, 22.9), (113.004, 22.898), (113.004, 22.9), (113.0, 22.898)])
    rows = [row | ({"geometry": bow} if row["code"] == "b" else {}) for row in STREET + COMMUNITIES]
    found = check(rows)
    assert [(issue.code, issue.units) for issue in found] == [("invalid-ring", ("b",))]
    assert found[0].message == "b: self-intersection at 113.0020000, 22.8990000"
    assert shapely.equals_exact(found[0].geometry, shapely.Point(113.002, 22.899), 1e-9)


def test_what_is_not_larger_than_the_tolerance_is_not_told():
    a, b = shapely.box(114.0, 22.5, 114.001, 22.501), shapely.box(114.001 - 1e-7, 22.5, 114.002, 22.501)
    rows = [{"level": "community", "code": code, "name_zh": code, "geometry": area} for code, area in (("a", a), ("b", b))]
    common = shapely.area(shapely.intersection(*crs.to_metric([a, b])))
    assert common == pytest.approx(1.14, abs=0.01)
    assert told(rows, tolerance_m2=1.1) == [("overlap", ("a", "b"))]
    assert told(rows, tolerance_m2=1.2) == []


def test_progress_runs_to_the_end():
    steps = []
    check(STREET + COMMUNITIES, progress=lambda done, total: steps.append((done, total)))
    total = len(topology.FINDINGS)
    assert steps == [(done, total) for done in range(total + 1)]


def test_copies_of_one_area_by_the_thousand_end_with_a_word_instead_of_all_pairs():
    rows = [{"level": "micro", "code": str(number), "name_zh": "重", "geometry": CELL} for number in range(400)]
    found = check(rows)
    assert issues.count(found).keys() == {"overlap", "unfinished"}
    assert len(found) < 400 * 399 / 2
    assert "the rest is not listed" in found[-1].message


def test_every_kind_of_finding_is_documented_and_named_as_its_function():
    for code, find in topology.FINDINGS.items():
        assert find.__name__ == code.replace("-", "_")
        assert find.__doc__


def lattice_district(streets, communities, micros, steps=17, seed=1):
    """Return one district of streets of communities of micro-grids (so many east and north), bent and jittered, ~70 vertices each."""
    east, north = (a * b * c for a, b, c in zip(streets, communities, micros, strict=True))
    x, y = np.meshgrid(np.arange(east * steps + 1), np.arange(north * steps + 1), indexing="ij")
    noise = np.random.default_rng(seed).uniform(-0.3, 0.3, (2, *x.shape))
    lon = 113.75 + 1.6e-4 * (x + noise[0]) + 2e-3 * np.sin(y / 97) + 6e-4 * np.sin(x / 31 + y / 53)
    lat = 22.50 + 1.6e-4 * (y + noise[1]) + 2e-3 * np.cos(x / 83)
    corners = np.stack([lon, lat], axis=-1).round(7)
    along, start, end = np.arange(steps), np.zeros(steps, int), np.full(steps, steps)
    ring_x = np.concatenate([along, end, end - along, start, [0]])
    ring_y = np.concatenate([start, along, end, end - along, [0]])
    column, row = np.divmod(np.arange(east * north), north)
    areas = shapely.polygons(corners[column[:, None] * steps + ring_x, row[:, None] * steps + ring_y])
    community = (column // micros[0]) * 1000 + row // micros[1]
    street = (column // (micros[0] * communities[0])) * 1000 + row // (micros[1] * communities[1])
    rows = [{"level": "district", "code": "D", "name_zh": "区", "parent": None, "geometry": shapely.coverage_union_all(areas)}]
    for level, prefix, of, parent in (
        ("street", "S", street, ["D"] * len(street)),
        ("community", "C", community, [f"S{number}" for number in street]),
    ):
        for number in np.unique(of):
            members = np.flatnonzero(of == number)
            area = shapely.coverage_union_all(areas[members])
            rows.append({"level": level, "code": f"{prefix}{number}", "name_zh": level, "parent": parent[members[0]], "geometry": area})
    rows += [
        {"level": "micro", "code": f"M{n}", "name_zh": "格", "parent": f"C{community[n]}", "geometry": area} for n, area in enumerate(areas)
    ]
    return model.frame(rows)


def test_a_district_of_4800_micro_grids_is_clean():
    district = lattice_district((2, 5), (4, 3), (8, 5))
    assert district["level"].value_counts().to_dict() == {"micro": 4800, "community": 120, "street": 10, "district": 1}
    assert topology.check(district) == []


@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_a_fault_planted_anywhere_is_told_and_nothing_else(data):
    district = lattice_district((1, 2), (2, 1), (5, 5))
    unit = data.draw(st.sampled_from(np.flatnonzero(district["level"] == "micro").tolist()))
    key, area = district["code"][unit], district.geometry[unit]
    others = district.drop(index=unit)

    def found(**change):
        changed = district.loc[[unit]].assign(**change)
        return {(issue.code, key in issue.units) for issue in topology.check(model.frame(pd.concat([others, changed])))}

    inner = shapely.transform(area, lambda corners: corners + (corners.mean(axis=0) - corners) / 10)
    assert found() == set()
    assert found(parent=None) == {("missing-parent", True)}
    assert found(geometry=[None]) == {("empty-geometry", True), ("gap", False)}
    assert found(geometry=[inner]) in ({("gap", True)}, {("gap", True), ("overlap", True)})
    twice = topology.check(model.frame(pd.concat([district, district.loc[[unit]].assign(code="copy")])))
    assert [(issue.code, issue.units) for issue in twice] == [("overlap", (key, "copy"))]


@pytest.mark.real
def test_the_real_districts_are_reported_on_as_they_are():
    ten = real.districts_wgs84()
    frame = model.frame(ten.assign(level="district", name_zh=ten["qh"]))
    found = topology.check(frame)
    assert [(issue.code, round(issue.area_m2)) for issue in found] == [("gap", 69_117)]
    assert measure.area_m2(frame.geometry).sum() / 1e6 == pytest.approx(2135.9, abs=0.05)

    nine = real.districts_gcj02().geometry.to_numpy()
    true = crs.transform(nine, crs.GCJ02, crs.CGCS2000)
    assert check({"level": "district", "name_zh": str(number), "geometry": area} for number, area in enumerate(true)) == []
    assert measure.area_m2(nine).sum() / 1e6 == pytest.approx(2135.4, abs=0.05), "measured as though it were CGCS2000"
    assert measure.area_m2(true).sum() / 1e6 == pytest.approx(2136.3, abs=0.05), "shifted back"


@pytest.mark.real
@pytest.mark.parametrize(
    ("tolerance_m2", "expected"),
    [
        (0.0, {"overlap": (517, 530_668.9), "gap": (654, 433_565.6)}),
        (0.01, {"overlap": (517, 530_668.9), "gap": (654, 433_565.6)}),
        (1.0, {"overlap": (509, 530_666.4), "gap": (649, 433_564.3)}),
    ],
)
def test_the_real_traffic_zones_are_reported_on_as_they_are(tolerance_m2, expected):
    zones = real.traffic_zones()
    areas = crs.transform(zones.geometry.to_numpy(), crs.parse(3857), crs.CGCS2000)
    frame = model.frame({"level": "zone", "name_zh": str(n), "geometry": area} for n, area in enumerate(areas))
    found = topology.check(frame, tolerance_m2)
    assert len(frame) == 491
    assert issues.count(found) == {code: count for code, (count, _) in sorted(expected.items(), key=lambda item: -item[1][0])}
    for code, (_, area_m2) in expected.items():
        assert sum(issue.area_m2 for issue in found if issue.code == code) == pytest.approx(area_m2, abs=0.1)
    assert {issue.severity for issue in found if issue.code == "gap"} == {Severity.WARNING}
