"""Forms of codes and places, and text that names nobody."""

import pytest

from gridgeo.codes import registry
from gridgeo.codes.model import Kind
from gridgeo.errors import InvalidCode, InvalidInput
from gridgeo.linkage import rules
from gridgeo.linkage.model import Purpose
from tests.linkage import making

ODD = {
    Kind.PERSON: ["110105491231002", " 11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", making.person_code(1), "wrong", ""],
    Kind.CREDIT: ["91350100M000100Y43", "91350100m000100y43", "91350100M000100Y4Z", making.company_code(3)],
    Kind.PHONE: ["13800138000", "+8613800138000", "0755-88888888", "075588888888转12", "10650000000000", "110", "12"],
    Kind.EVENT: ["SZ-1", "sz-1 ", "398538336" + "20260101" + "000001", "事件", ""],
}


@pytest.mark.parametrize("kind", ODD)
def test_forms_of_many_codes_are_those_of_each(kind):
    """The quick way for codes that are in their form already, and the slow one, must not differ: equal codes have equal tokens."""
    forms, bits = rules.normal_forms(kind, ODD[kind])
    for code, form, wrong in zip(ODD[kind], forms, rules.is_faulty(bits), strict=True):
        verdict = registry.judge(kind, code)
        assert form == (verdict.code.value if verdict.code else None)
        assert wrong == (form is None)


@pytest.mark.parametrize(
    "given, place, form",
    [
        (making.HOUSE, making.HOUSE, "house"),
        (making.BUILDING, making.BUILDING + "*" * 6, "building"),
        (making.BUILDING + "*" * 6, making.BUILDING + "*" * 6, "building"),
        (making.OUTDOORS, making.OUTDOORS + "*" * 11, "outdoors"),
        (f" {making.HOUSE.lower()}", making.HOUSE, "house"),
        ("44030600960102t0117", "44030600960102T0117******", "building"),
    ],
)
def test_a_place_has_25_characters(given, place, form):
    assert rules.place_of(given) == place
    assert rules.places_of([given]) == [place]
    assert rules.form_of(place) == form
    assert rules.place_of(rules.code_of(place)) == place


NO_PLACES = ["", "44030600960100", "449999001001010000", "44999900100101000010000011", making.person_code(1), "*" * 25, "某地"]


@pytest.mark.parametrize("given", NO_PLACES)
def test_what_is_no_place_is_refused(given):
    with pytest.raises(InvalidCode):
        rules.place_of(given)
    assert rules.places_of([given]) == [None]


@pytest.mark.parametrize(
    "text",
    [
        f"身份证{making.person_code(5)}",
        "见 449999 19900101 0019",
        "4499 9919 9001 0100 19",
        "电话:13800138000",
        "138-0013-8000",
        "+86 13800138000",
        "１３８００１３８０００",
        "0755-88888888",
        "旧证110105491231002",
        making.person_code(5)[:17] + "x",
    ],
)
def test_text_that_names_somebody_is_known(text):
    assert rules.names_somebody(text)


@pytest.mark.parametrize(
    "text", ["", "2026年入户第3批", "工单 20260101000123", "合同号 91440300123456", "粤(2026)深圳市不动产权第0123456号", "2026-11-21 08:00"]
)
def test_numbers_of_registers_are_no_persons(text):
    assert not rules.names_somebody(text)


def test_a_cell_is_repeated_only_without_a_number():
    assert rules.repeated("租客") == "租客"
    assert rules.repeated(making.person_code(1)) == rules.repeated("tel 13800") == rules.UNSAID


def test_a_purpose_is_of_the_list_and_allows_what_is_asked():
    known = {"law": Purpose("law", "", "", True), "service": Purpose("service", "", "", False)}
    assert rules.permitted("law", known, True).unmask
    assert rules.permitted("service", known, False)
    for purpose, unmask in (("service", True), ("spite", False), (making.person_code(1), False), ("", False)):
        with pytest.raises(InvalidInput) as refused:
            rules.permitted(purpose, known, unmask)
        assert making.person_code(1)[3:14] not in str(refused.value)


@pytest.mark.parametrize("text", ["", "0" * 31, "g" * 32, "0" * 32 + "\n", making.person_code(1)])
def test_what_is_no_token_is_refused_unrepeated(text):
    with pytest.raises(InvalidInput) as refused:
        rules.token_of(text)
    assert making.person_code(1)[3:14] not in str(refused.value)
