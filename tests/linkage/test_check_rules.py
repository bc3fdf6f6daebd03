"""The rules of the business address check, one by one: what breaks each, and what comes close and does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridgeo.addresses.model import Status
from gridgeo.addresses.washing.model import Category, Fault, Level, Result, Washed
from gridgeo.issues import Severity
from gridgeo.linkage import check_rules
from gridgeo.linkage.claims import Facts, Limits, Standing

HOUSE, BUILDING = "9999010010010100001000001", "9999010010010100001"
OFFICE = Standing(HOUSE, BUILDING, Status.IN_USE, False, "office", True, 9, 20)
SOUND = Facts(house_given=True, at=OFFICE, place=OFFICE, companies=1, strange=False)


def washed(category: Category, *faults: Fault, level: Level = Level.HOUSE, code: str | None = HOUSE) -> Washed:
    results = (Result(level, code, "", None, None, building=BUILDING),) if category in (Category.EXACT, Category.SAFE) else ()
    return Washed("试验路1号", category, "", level, level, results, faults)


def broken(facts: Facts, limits: Limits = Limits()) -> set[str]:  # noqa: B008
    return {finding.rule.code for finding in check_rules.judge(facts, limits)}


def test_a_sound_claim_breaks_no_rule():
    assert broken(SOUND) == set()
    assert broken(replace(SOUND, washed=washed(Category.EXACT), washed_at=OFFICE)) == set()
    assert broken(Facts(washed=washed(Category.EXACT), washed_at=OFFICE, place=OFFICE, companies=1, strange=False)) == set()


GONE = replace(OFFICE, status=Status.RETIRED, gone=True)
NEXT = replace(OFFICE, code="9999010010010100001000009")

CASES = {
    "credit-invalid": replace(SOUND, credit_fault="has a check character that does not fit"),
    "address-missing": Facts(),
    "house-code-invalid": Facts(house_given=True, house_fault="has too many characters"),
    "house-unknown": Facts(house_given=True),
    "house-gone": replace(SOUND, at=GONE, place=None),
    "house-planned": replace(SOUND, place=replace(OFFICE, status=Status.PLANNED)),
    "use-forbidden": replace(SOUND, place=replace(OFFICE, use="residential", worked_in=False)),
    "floor-beyond": replace(SOUND, place=replace(OFFICE, floor=21)),
    "room-beyond": Facts(washed=washed(Category.UNSURE, Fault.ROOM_UNKNOWN, level=Level.BUILDING)),
    "address-gone": Facts(washed=washed(Category.UNSURE, Fault.NOT_LIVE)),
    "address-unknown": Facts(washed=washed(Category.NONE, Fault.NOT_AN_ADDRESS, level=Level.NONE)),
    "address-disagrees": replace(SOUND, washed=washed(Category.EXACT), washed_at=NEXT),
    "too-many-companies": replace(SOUND, companies=11),
    "stranger": replace(SOUND, strange=True),
    "registered-elsewhere": replace(SOUND, elsewhere=(NEXT.code,)),
    "claimed-twice": replace(SOUND, claimed=(NEXT.code,)),
    "phone-shared": replace(SOUND, phone_companies=6),
    "address-unsure": replace(SOUND, washed=washed(Category.UNSURE, Fault.AMBIGUOUS)),
    "beyond-area": Facts(house_given=True, partial=True),
    "house-followed": replace(SOUND, at=GONE, followers=(NEXT.code,), place=NEXT),
    "division-contradicted": replace(SOUND, washed=washed(Category.SAFE, Fault.WRONG_STREET), washed_at=OFFICE),
    "address-former": replace(SOUND, washed=washed(Category.SAFE, Fault.FORMER_NAME), washed_at=OFFICE),
    "house-not-named": Facts(washed=washed(Category.EXACT, level=Level.BUILDING, code=BUILDING), place=replace(OFFICE, code=BUILDING)),
    "legal-person-invalid": replace(SOUND, person_fault="holds a date that cannot be"),
    "phone-invalid": replace(SOUND, phone_fault="is no number of a known form"),
    "cluster-address": replace(SOUND, companies=300, cluster="示例集群"),
}


@pytest.mark.parametrize("code", CASES)
def test_a_rule_is_broken_alone(code):
    assert broken(CASES[code]) == {code}


def test_every_rule_is_tried():
    assert [rule.code for rule in check_rules.RULES] == list(CASES)


@pytest.mark.parametrize("code", CASES)
def test_a_claim_is_suspicious_by_errors_alone(code):
    (finding,) = check_rules.judge(CASES[code], Limits())
    assert check_rules.suspicious([finding]) is (finding.rule.severity is Severity.ERROR)


@pytest.mark.parametrize(
    "facts",
    [
        replace(SOUND, companies=10),
        replace(SOUND, phone_companies=5, phone_houses=5),
        replace(SOUND, place=replace(OFFICE, floor=20)),
        replace(SOUND, place=replace(OFFICE, floor=-1)),
        replace(SOUND, place=replace(OFFICE, floors=None)),
        replace(SOUND, strange=None),
        replace(SOUND, washed=washed(Category.EXACT, level=Level.BUILDING, code=BUILDING), washed_at=replace(OFFICE, code=BUILDING)),
    ],
    ids=["at the limit of companies", "at the limit of a number", "top floor", "basement", "height unknown", "nobody named", "building"],
)
def test_what_comes_close_is_no_breach(facts):
    assert broken(facts) == set()


def test_limits_are_the_askers():
    assert broken(replace(SOUND, companies=4), Limits(companies=3)) == {"too-many-companies"}
    assert broken(replace(SOUND, companies=40), Limits(companies=40)) == set()


def test_a_contradiction_with_todays_divisions_is_a_warning_only():
    facts = replace(SOUND, washed=washed(Category.SAFE, Fault.WRONG_DISTRICT, Fault.FORMER_DIVISION), washed_at=OFFICE)
    assert not check_rules.suspicious(check_rules.judge(facts, Limits()))


def test_a_text_that_may_mean_several_places_is_no_accusation():
    facts = Facts(washed=washed(Category.UNSURE, Fault.AMBIGUOUS, Fault.MISSING_BLOCK, level=Level.COMPOUND))
    assert broken(facts) == {"address-unsure"}


def test_a_house_named_by_its_code_makes_up_for_a_text_that_leads_nowhere():
    lost = replace(SOUND, washed=washed(Category.UNSURE, Fault.BUILDING_UNKNOWN, level=Level.COMMUNITY))
    assert broken(lost) == {"address-unsure"}
    assert broken(replace(lost, at=None, place=None)) == {"house-unknown", "address-unknown"}


def test_a_text_of_another_city_contradicts_the_code():
    assert broken(replace(SOUND, washed=washed(Category.NONE, Fault.ELSEWHERE, level=Level.NONE))) == {"address-unknown"}


def test_a_caller_for_a_part_of_the_city_accuses_nobody_of_what_it_cannot_see():
    lost = washed(Category.NONE, Fault.BUILDING_UNKNOWN, level=Level.NONE)
    assert broken(Facts(washed=lost, partial=True)) == {"beyond-area", "address-unsure"}


def test_every_rule_says_itself_in_both_languages():
    assert all(rule.zh and rule.en and rule.zh != rule.en for rule in check_rules.RULES)
