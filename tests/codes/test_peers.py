"""Against independent libraries: the same where they are right; where they are wrong is listed, and held to be so still.

When a library mends its ways, its test here fails, and its exception goes.
"""

from datetime import date

import phonenumbers
import pytest
import stdnum.cn.ric as stdnum_person
import stdnum.cn.uscc as stdnum_credit
import stdnum.iso7064.mod_11_2 as mod_11_2
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.codes import credit, person, phone, registry
from tests.codes import making

#: What python-stdnum 2.2 wrongly refuses, by class.
REFUSED = {
    "a division its table does not know, or not at the time of birth": (stdnum_person, "440524188001010014"),
    "residence permits of Hong Kong, Macao and Taiwan": (stdnum_person, "810000190001010018"),
    "foreigners' numbers of 2023": (stdnum_person, "932682198501010017"),
    "the form with 15 digits": (stdnum_person, "449901900101001"),
    "credit codes whose authority or kind is a letter": (stdnum_credit, "N2440306MF0000013C"),
}


@given(making.PERSONS)
def test_the_check_character_of_a_person_is_iso_7064(code):
    assert mod_11_2.is_valid(code)
    assert person.check_character(code[:17]) == mod_11_2.calc_check_digit(code[:17])


@given(st.dates(date(1995, 1, 1), date(2020, 1, 1)), st.integers(0, 999), st.sampled_from("0123456789X"))
def test_persons_of_a_division_it_knows_are_judged_alike(born, sequence, check):
    code = f"110105{born:%Y%m%d}{sequence:03}{check}"
    assert (registry.judge("person", code).outcome != "invalid") == stdnum_person.is_valid(code)


@given(making.CREDITS, st.integers(0, 17), st.sampled_from(making.DIGITS + making.CAPITALS))
def test_credit_codes_that_begin_with_digits_are_judged_alike(code, at, sign):
    for each in (code, code[:at] + sign + code[at + 1 :]):
        if each[:2].isdigit():
            assert (credit.FAMILY.judge(each).outcome != "invalid") == stdnum_credit.is_valid(each)


@pytest.mark.parametrize(("peer", "code"), REFUSED.values(), ids=REFUSED)
def test_what_the_library_wrongly_refuses_is_accepted_here(peer, code):
    assert not peer.is_valid(code)
    kind = "credit" if peer is stdnum_credit else "person"
    assert registry.judge(kind, code).outcome == "valid"


@given(st.integers(13_000_000_000, 19_999_999_999).map(str))
def test_every_mobile_number_the_library_knows_is_one_here(number):
    theirs = phonenumbers.parse(number, "CN")
    if phonenumbers.is_valid_number(theirs):
        code = phone.FAMILY.parse(number)
        assert code.value == phonenumbers.format_number(theirs, phonenumbers.PhoneNumberFormat.E164)


@given(st.sampled_from(["0755", "010", "021", "0769"]), st.integers(20_000_000, 89_999_999).map(str))
def test_every_landline_the_library_knows_is_one_here(area, number):
    theirs = phonenumbers.parse(area + number, "CN")
    if phonenumbers.is_valid_number(theirs):
        assert phone.FAMILY.parse(area + number).value == phonenumbers.format_number(theirs, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize("number", ["1410000000000", "1440000000000", "1064600000000"])
def test_numbers_of_machines_are_unknown_to_the_library_only(number):
    assert not phonenumbers.is_valid_number(phonenumbers.parse(number, "CN"))
    assert phone.FAMILY.parse(number).form == "iot"
