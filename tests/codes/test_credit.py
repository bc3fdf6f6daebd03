import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.codes import credit
from gridgeo.codes.model import Reason
from gridgeo.errors import InvalidCode
from tests.codes import making


@given(making.CREDITS, st.integers(0, 17), st.sampled_from(credit.ALPHABET))
def test_every_single_mistyped_character_is_noticed(code, at, sign):
    spoilt = code[:at] + sign + code[at + 1 :]
    if sign != code[at]:
        assert credit.FAMILY.judge(spoilt).outcome == "invalid"


@given(making.ORGANISATIONS, st.integers(0, 7), st.sampled_from(making.DIGITS))
def test_every_single_mistyped_digit_of_an_organisation_is_noticed(code, at, digit):
    if code[at].isdigit() and digit != code[at]:
        assert credit.ORGANISATION.judge(code[:at] + digit + code[at + 1 :]).reasons == (Reason.CHECK_CHARACTER,)


def test_a_code_says_who_registered_what_where():
    assert dict(credit.FAMILY.parse("11440300398538336H").parts) == {
        "authority": "1",
        "kind": "1",
        "region": "440300",
        "organisation": "398538336",
    }
    assert credit.build("1", "1", "440300", "39853833-6").value == "11440300398538336H"
    assert credit.build("1", "1", "440300", "39853833").value == "11440300398538336H"


def test_the_organisation_inside_warns_and_alone_is_refused():
    inside = credit.FAMILY.judge("91440300MA5D0004X0")
    assert (inside.outcome, inside.code.parts["organisation"]) == ("warning", "MA5D0004X")
    assert credit.ORGANISATION.judge("MA5D0004X").outcome == "invalid"
    assert credit.ORGANISATION.parse("398538336").value == credit.ORGANISATION.parse("39853833-6").value


def test_registered_by_the_state_itself_is_a_region():
    assert credit.build("1", "2", "100000", "40000011").parts["region"] == "100000"
    assert Reason.UNKNOWN_REGION in credit.FAMILY.judge(credit.build("1", "2", "990000", "40000011").value).reasons


@pytest.mark.parametrize("sign", "IOSVZ")
def test_letters_that_look_like_digits_are_not_in_the_alphabet(sign):
    assert credit.FAMILY.judge(f"9135010{sign}M000100Y43").reasons == (Reason.WRONG_CHARACTER,)
    assert credit.FAMILY.judge(f"91350100{sign}000100Y43").reasons == (Reason.WRONG_CHARACTER,)


def test_nothing_is_built_of_wrong_parts():
    with pytest.raises(InvalidCode):
        credit.build("1", "1", "44030", "398538336")
    with pytest.raises(InvalidCode):
        credit.build("I", "1", "440300", "398538336")
