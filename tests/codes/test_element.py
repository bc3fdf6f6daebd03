import pytest
from hypothesis import given

from gridgeo.codes import element
from gridgeo.codes.model import Reason
from gridgeo.errors import InvalidCode
from tests.codes import making

LIFT = "39853833630104403002000082166"
GRID, BUILDING, HOUSE = "44030400100101", "4403040010010100001", "4403040010010100001000001"
SAMPLE = "11010519491231002X"


@pytest.mark.parametrize(
    ("code", "form"),
    [(LIFT, "thing"), (SAMPLE, "person"), ("11440300398538336H", "credit"), ("398538336000000001", "thing"), ("3985383361", "thing")],
)
def test_what_an_element_is_shows_in_its_code(code, form):
    assert element.FAMILY.parse(code).form == form


def test_a_lift_belongs_to_the_department_that_answers_for_it():
    assert element.build("39853833-6", "30104403002000082166").value == LIFT
    assert dict(element.FAMILY.parse(LIFT).parts) == {"organisation": "398538336", "number": "30104403002000082166"}
    assert element.FAMILY.judge("398538337" + LIFT[9:]).reasons == (Reason.ORGANISATION_CHECK,)
    with pytest.raises(InvalidCode):
        element.build("398538337", "1")


@pytest.mark.parametrize(
    ("address", "form", "padded"),
    [(GRID, "outdoors", GRID + "*" * 11), (BUILDING, "building", BUILDING + "*" * 6), (HOUSE, "house", HOUSE)],
)
def test_stars_stand_for_the_building_and_the_room_there_are_not(address, form, padded):
    code = element.place(address, LIFT)
    assert (code.value, code.form) == (padded + LIFT, f"{form}/thing")
    assert (code.parts["address"], code.parts["element"]) == (address, LIFT)


@given(making.PLACED)
def test_what_is_placed_is_read_again(code):
    parsed = element.PLACED.parse(code)
    assert element.place(parsed.parts["address"], parsed.parts["element"]).value == code


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (GRID[:13] + "*" * 12, Reason.STARS),
        (GRID + "0" + "*" * 10, Reason.STARS),
        (BUILDING + "0" + "*" * 5, Reason.STARS),
        ("*" * 25, Reason.STARS),
        ("A" * 25, Reason.WRONG_CHARACTER),
        (BUILDING + "000000", Reason.ZERO_GROUP),
        ("99" + GRID[2:] + "*" * 11, Reason.ISSUING_GRID),
    ],
)
def test_stars_stand_nowhere_else(address, reason):
    assert reason in element.PLACED.judge(address + LIFT).reasons


@pytest.mark.parametrize("code", [LIFT[:9], "*" * 20, "A" * 65, LIFT + "é", "A*" + LIFT])
def test_what_is_no_element_is_refused(code):
    assert element.FAMILY.judge(code).outcome == "invalid"


def test_a_person_is_hidden_in_an_element_too():
    code = element.place(HOUSE, SAMPLE)
    assert SAMPLE[3:14] not in str(code) and HOUSE not in str(code)
    assert str(code) == "440" + "*" * 36 + "002X"
    assert str(element.FAMILY.parse(SAMPLE)) == "110***********002X"
