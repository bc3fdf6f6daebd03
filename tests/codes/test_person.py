from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.codes import person
from gridgeo.codes.model import Reason
from gridgeo.errors import InvalidCode
from tests.codes import making

JUDGE = person.FAMILY.judge


@given(making.REGIONS, making.BIRTHS, st.integers(0, 999))
def test_what_is_built_says_its_parts(region, born, sequence):
    code = person.build(region, born, sequence)
    assert code.parts["birth"] == born.isoformat()
    assert code.parts["sex"] == ("male" if sequence % 2 else "female")
    assert person.FAMILY.parse(code.value) == code


@given(making.PERSONS, st.integers(0, 16), st.sampled_from("0123456789"))
def test_every_single_mistyped_digit_is_noticed(code, at, digit):
    if digit != code[at]:
        reasons = JUDGE(code[:at] + digit + code[at + 1 :]).reasons
        assert Reason.CHECK_CHARACTER in reasons


@given(making.PERSONS, st.integers(0, 15))
def test_two_neighbouring_digits_swapped_are_noticed(code, at):
    if code[at] != code[at + 1]:
        assert Reason.CHECK_CHARACTER in JUDGE(code[:at] + code[at + 1] + code[at] + code[at + 2 :]).reasons


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("11010519491231002X", "citizen"),
        ("810000190001010018", "residence_hk"),
        ("820000190001010028", "residence_mo"),
        ("830000190001010038", "residence_tw"),
        ("932682198501010017", "foreigner"),
        ("449901900101001", "citizen_15"),
        ("XXX000000000000", "foreigner_15"),
    ],
)
def test_every_form_is_told_apart(code, form):
    assert person.FAMILY.parse(code).form == form


def test_a_foreigner_has_a_province_and_a_country():
    parts = person.FAMILY.parse("932682198501010017").parts
    assert (parts["province"], parts["country"], parts["birth"], parts["sex"]) == ("32", "682", "1985-01-01", "male")


def test_the_old_form_is_kept_as_the_new_one():
    code = person.FAMILY.parse("449901900101001")
    assert code.value == person.build("449901", date(1990, 1, 1), 1).value
    assert JUDGE("449901900101001").reasons == (Reason.OLD_FORM,)
    assert code.masked == "449********1001"


@pytest.mark.parametrize("sequence", [996, 997, 998, 999])
def test_an_old_number_of_a_centenarian_is_not_upgraded(sequence):
    assert Reason.AMBIGUOUS_CENTURY in JUDGE(f"449901900101{sequence}").reasons
    with pytest.raises(InvalidCode, match="century is not known"):
        person.FAMILY.parse(f"449901900101{sequence}")
    assert JUDGE("449901900101995").outcome == "valid"


def test_the_old_form_of_foreigners_is_taken_but_not_called_verified():
    verdict = JUDGE("XXX000000000000")
    assert (verdict.outcome, verdict.reasons) == ("warning", (Reason.UNVERIFIED,))


@pytest.mark.parametrize("region", ["999001", "160000", "000000", "810001", "840000"])
def test_an_unknown_region_is_only_a_warning(region):
    body = f"{region}19000101001"
    verdict = JUDGE(body + person.check_character(body))
    assert (verdict.outcome, verdict.reasons) == ("warning", (Reason.UNKNOWN_REGION,))


@pytest.mark.parametrize(
    ("born", "reason"),
    [("19000229", "no-such-date"), ("19991301", "no-such-date"), ("17991231", "no-such-date"), ("99990101", "future-date")],
)
def test_a_day_of_birth_has_been(born, reason):
    body = f"449901{born}001"
    assert [one.code for one in JUDGE(body + person.check_character(body)).reasons] == [reason]
    assert JUDGE("449901200002290016").outcome == "valid"


@pytest.mark.parametrize(
    "text",
    ["11010519491231002x", " 110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ", "110105-19491231-002X", "'11010519491231002X"],
)
def test_it_is_read_as_people_write_it(text):
    assert person.FAMILY.parse(text).value == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, Reason.EMPTY),
        (float("nan"), Reason.EMPTY),
        ("  ", Reason.EMPTY),
        ("4.49901E+17", Reason.SPREADSHEET_NUMBER),
        (4.49901190001010e17, Reason.SPREADSHEET_NUMBER),
        ("1101051949123100", Reason.WRONG_LENGTH),
        ("11010519491231002Y", Reason.WRONG_CHARACTER),
        ("110105X9491231002X", Reason.WRONG_CHARACTER),
        ("١١٠١٠٥19491231002X", Reason.WRONG_CHARACTER),
        ("11A105491231002", Reason.WRONG_CHARACTER),
    ],
)
def test_a_misshapen_number_is_refused_for_one_reason(text, reason):
    assert JUDGE(text).reasons == (reason,)


@pytest.mark.parametrize("parts", [("44990", date(1990, 1, 1), 1), ("44990A", date(1990, 1, 1), 1), ("449901", date(1990, 1, 1), 1000)])
def test_nothing_is_built_of_wrong_parts(parts):
    with pytest.raises(InvalidCode):
        person.build(*parts)
