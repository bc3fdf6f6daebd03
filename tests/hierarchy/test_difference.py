"""What changed between two editions."""

import pytest
import shapely

from gridgeo.hierarchy import model
from gridgeo.hierarchy.difference import by_level, compare
from tests.districts import CODES, district

#: One character of a drawing, square metres.
CELL_M2 = 1027 * 1107.5


def changes(before, after):
    return [(row.change, row.key) for row in compare(before, after).itertuples()]


def test_nothing_changed():
    assert changes(district("AABB"), district("AABB")) == []


def test_order_of_rows_rings_and_vertices_is_no_change():
    frame = district("AABB\nAACC")
    other = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    other.geometry = shapely.reverse(other.geometry.to_numpy())
    assert changes(frame, other) == []


def test_a_moved_border_moves_both_sides_by_the_same_area():
    moved = compare(district("AABB"), district("ABBB"))
    assert moved["change"].tolist() == ["moved", "moved"]
    assert moved["key"].tolist() == [CODES["A"], CODES["B"]]
    assert moved["moved_m2"].tolist() == pytest.approx([CELL_M2] * 2, rel=1e-2)
    assert moved["area_before_m2"].tolist() == pytest.approx([2 * CELL_M2] * 2, rel=1e-2)
    assert moved["area_after_m2"].tolist() == pytest.approx([CELL_M2, 3 * CELL_M2], rel=1e-2)
    assert shapely.equals(moved.geometry[0], moved.geometry[1])


def test_areas_are_added_up_level_by_level():
    levels = tuple(model.Level(name, rank, name, name) for rank, name in enumerate(("district", "street", "community", "micro")))
    scheme = model.Scheme("governance", model.SchemeKind.DRAWN, "综合治理", "Governance", levels)
    counted = {key: rows["moved_m2"].sum() for key, rows in by_level(compare(model.frame([]), district("AB")), scheme)}
    assert list(counted) == [("added", level.level) for level in levels]
    assert list(counted.values()) == pytest.approx([2 * CELL_M2] * 4, rel=1e-2)


def test_a_last_digit_is_no_move():
    frame = district("AB")
    nudged = frame.copy()
    nudged.geometry = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy + 1e-11)
    assert changes(frame, nudged) == []


def test_added_and_removed_units():
    assert changes(district("AAB"), district("AAC")) == [
        ("added", "999901001002"),
        ("added", CODES["C"]),
        ("removed", CODES["B"]),
        ("moved", "999901001001"),
    ]


def test_renamed_reparented_and_altered_say_what():
    before = district("AD")
    after = before.copy()
    of = after["code"] == "999901002001"
    after.loc[of, "name_zh"] = "新名社区"
    after.loc[of, "parent"] = "999901001"
    after.loc[of, "household_count"] = 301
    rows = compare(before, after)
    assert rows["change"].tolist() == ["renamed", "reparented", "altered"]
    assert rows["detail"].tolist() == [
        "name_zh: community01 → 新名社区",
        "parent: 999901002 → 999901001",
        "household_count: 300 → 301",
    ]


def test_from_nothing_and_to_nothing():
    frame, nothing = district("A"), model.frame([])
    assert set(compare(nothing, frame)["change"]) == {"added"}
    assert set(compare(frame, nothing)["change"]) == {"removed"}
    assert len(compare(nothing, nothing)) == 0


def test_units_without_geometry_are_compared_too():
    listed = model.frame([{"level": "street", "code": "440306001", "name_zh": "西乡街道"}])
    assert changes(listed, listed.assign(name_zh="新安街道")) == [("renamed", "440306001")]
    assert changes(listed, listed.set_geometry([shapely.MultiPolygon([shapely.box(113, 22, 114, 23)])], crs=4490)) == [
        ("moved", "440306001")
    ]
