"""Nobody's number stands where it can be read by chance."""

import traceback

import pytest
from hypothesis import given, settings

from gridgeo.codes import credit, person, registry
from gridgeo.errors import InvalidCode, InvalidInput
from tests.codes import making

SAMPLE = "11010519491231002X"
PERSONAL = [family for family in registry.FAMILIES.values() if family.personal]


def test_id_and_phone_and_what_may_hold_them_are_personal():
    assert {family.kind for family in PERSONAL} == {"person", "phone", "event", "element", "placed_element"}


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, lambda code: f"{[code]}", lambda code: str({"a": code})])
def test_a_personal_code_shows_itself_masked(show):
    code = registry.parse("person", SAMPLE)
    assert SAMPLE[3:14] not in show(code) and "110***********002X" in show(code)
    assert SAMPLE[3:14] not in show(registry.judge("person", SAMPLE))
    assert "1949" not in show(code)


@given(making.PERSONS)
@settings(max_examples=50)
def test_of_an_id_number_three_and_four_are_shown_and_never_the_birth(code):
    masked = registry.judge("person", code).masked
    assert (masked[:3], masked[-4:], set(masked[3:-4])) == (code[:3], code[-4:], {"*"})


@pytest.mark.parametrize("kind", list(registry.FAMILIES))
@pytest.mark.parametrize("text", [SAMPLE, "110105194912310021", "13800138000", "张三13800138000", "张三", SAMPLE + SAMPLE])
def test_an_id_or_a_phone_given_as_any_kind_is_not_repeated(kind, text):
    shown = registry.judge(kind, text)
    for secret in (SAMPLE[3:14], "0013800", "张三"):
        assert secret not in repr(shown) and secret not in shown.masked
    if shown.code is None:
        with pytest.raises(InvalidCode) as raised:
            registry.parse(kind, text)
        told = "".join(traceback.format_exception(raised.value))
        assert not any(secret in told for secret in (SAMPLE[3:14], "0013800", "张三"))


def test_an_id_number_that_would_pass_for_a_credit_code_stays_hidden():
    passing = [f"4499{n:02}19900101{sequence:03}" for n in range(10, 40) for sequence in range(1, 60)]
    both = [code for body in passing if credit.FAMILY.judge(code := body + person.check_character(body)).outcome != "invalid"]
    assert both
    for code in both:
        assert credit.FAMILY.judge(code).masked == f"{code[:3]}{'*' * 11}{code[-4:]}"


@pytest.mark.parametrize(("kind", "text"), [("grid", SAMPLE[:14]), ("building", SAMPLE[:17] + "11"), ("house", SAMPLE[:17] + "11000001")])
def test_a_birth_in_a_grids_or_buildings_code_is_hidden(kind, text):
    assert registry.judge(kind, text).outcome == "valid"
    assert SAMPLE[6:14] not in registry.judge(kind, text).masked


def test_an_unknown_kind_names_those_there_are():
    with pytest.raises(InvalidInput, match="there are person, credit"):
        registry.judge("passport", "1")


@pytest.mark.parametrize(("name", "kind"), [("身份证号", "person"), (" 联系 电话", "phone"), ("USCC", "credit"), ("楼栋编码", "building")])
def test_a_columns_name_says_what_it_holds(name, kind):
    assert registry.of_column(name).kind == kind
    assert registry.of_column("备注") is None


def test_no_column_name_stands_for_two_kinds():
    names = [name for family in registry.FAMILIES.values() for name in family.columns]
    assert len(names) == len(set(names)) and all(name == name.lower().replace(" ", "") for name in names)
