import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.codes import house
from gridgeo.codes.model import Reason
from gridgeo.errors import InvalidCode
from tests.codes import making

BUILDING, HOUSE = "4403040010010100001", "4403040010010100001000001"


@given(making.GRIDS, st.integers(1, 99_999), st.integers(1, 999_999))
def test_what_is_built_says_where_it_was_issued(grid, building, number):
    code = house.build_building(grid, building)
    assert (code.parts["issued_in"], int(code.parts["number"])) == (grid, building)
    inside = house.build_house(code.value, number)
    assert (inside.parts["building"], int(inside.parts["number"])) == (code.value, number)
    assert house.HOUSE.parse(inside.value) == inside


def test_a_building_and_a_house_are_not_mixed_up_and_the_way_out_is_said():
    with pytest.raises(InvalidCode, match="25 characters are a house's code"):
        house.BUILDING.parse(HOUSE)
    with pytest.raises(InvalidCode, match="19 alone are the building's code"):
        house.HOUSE.parse(BUILDING)


@pytest.mark.parametrize("text", ["44030600960102t0117", "44030600960102Ｔ0117", "4403060096 0102 T0117"])
def test_letters_are_capitals(text):
    assert house.BUILDING.parse(text).value == "44030600960102T0117"


@pytest.mark.parametrize(
    ("code", "reason", "outcome"),
    [
        ("4403040010010100000", Reason.ZERO_GROUP, "invalid"),
        ("9903040010010100001", Reason.ISSUING_GRID, "warning"),
        ("4403040000010100001", Reason.ISSUING_GRID, "warning"),
        ("4403040010010000001", Reason.ISSUING_GRID, "warning"),
        ("44030400100101000T*", Reason.WRONG_CHARACTER, "invalid"),
        ("440304001001T100001", Reason.WRONG_CHARACTER, "invalid"),
    ],
)
def test_what_can_have_been_issued_nowhere_is_doubted(code, reason, outcome):
    verdict = house.BUILDING.judge(code)
    assert (verdict.reasons, verdict.outcome) == ((reason,), outcome)


def test_houses_are_numbered_from_one():
    assert house.HOUSE.judge(BUILDING + "000000").reasons == (Reason.ZERO_GROUP,)
    for number in (0, 1_000_000):
        with pytest.raises(InvalidCode):
            house.build_house(BUILDING, number)
    with pytest.raises(InvalidCode, match="says nothing of a micro"):
        house.build_building("440304001", 1)


def test_a_house_is_shown_down_to_its_building():
    assert house.HOUSE.judge(HOUSE).masked == BUILDING + "******"
    assert house.HOUSE.parse(HOUSE).value == HOUSE
