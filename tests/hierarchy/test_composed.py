"""Schemes made of micro-grids."""

from datetime import UTC, datetime

import pandas as pd
import pytest
import shapely

from gridgeo.errors import Conflict
from gridgeo.hierarchy import editions, model, store
from gridgeo.hierarchy.composed import unite
from tests.districts import CODES, district

BEATS = model.frame(
    [
        {"level": "beat", "code": "999901001H001", "name_zh": "一号警格"},
        {"level": "beat", "code": "999901001H002", "name_zh": "二号警格"},
    ]
)


def members(**of):
    """members(H001="AB") gives micro-grids A and B to beat H001."""
    rows = [(f"999901001{unit}", CODES.get(letter, letter)) for unit, letters in of.items() for letter in letters]
    return pd.DataFrame(rows, columns=["unit", "member"])


def test_a_unit_is_the_union_of_its_members():
    basis = district("AABBCC")
    united, issues = unite(BEATS, members(H001="AB", H002="C"), basis)
    community = basis.set_index("code").geometry
    assert shapely.equals(united.geometry[0], community["999901001001"])
    assert shapely.equals(united.geometry[1], community[CODES["C"]])
    assert issues == []


def test_members_that_overlap_still_unite():
    basis = district("AABB")
    wide = shapely.union(basis.geometry.iloc[-1], basis.geometry.iloc[-2])
    basis.loc[basis["code"] == CODES["A"], "geometry"] = shapely.MultiPolygon([wide])
    united, _ = unite(BEATS[:1], members(H001="AB"), basis)
    assert shapely.equals(united.geometry[0], wide)


@pytest.mark.parametrize(
    "given, code",
    [
        (members(H001="AB", H002="BC"), "member-twice"),
        (members(H001="ABC", H002=["99990100100199"]), "unknown-member"),
        (members(H001="ABC", H003="D"), "unknown-unit"),
        (members(H001="ABC"), "no-members"),
    ],
)
def test_faulty_members_are_errors(given, code):
    _, issues = unite(BEATS, given, district("AABBCCDD"))
    found = [issue for issue in issues if issue.severity == "error"]
    assert code in {issue.code for issue in found}


def test_micro_grids_left_over_are_told():
    _, issues = unite(BEATS, members(H001="A", H002="B"), district("AABBCC"))
    assert [(issue.code, issue.severity, issue.units) for issue in issues] == [("unassigned", "info", (CODES["C"],))]


def test_members_are_kept_with_the_edition(conn):
    basis = district("AABBCC")
    governance = editions.stage(conn, "governance", basis, name="basis")[0]
    editions.activate(conn, governance.edition_id)
    store.add_scheme(conn, model.Scheme("police", model.SchemeKind.COMPOSED, "警务", "Police", (model.Level("beat", 0, "警格", "Beat"),)))
    given = members(H001="AB", H002="C")
    united, _ = unite(BEATS, given, basis)
    staged, _ = editions.stage(conn, "police", united, name="beats", members=given)
    assert len(store.members(conn, staged.edition_id)) == 3
    wrong = pd.concat([given, members(H002=["99990100100199"])])
    with pytest.raises(Conflict, match="1 of 4"):
        editions.stage(conn, "police", united, name="wrong", members=wrong)
    editions.activate(conn, staged.edition_id, datetime(2030, 1, 1, tzinfo=UTC))
