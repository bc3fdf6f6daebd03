"""The business address check on a small district: what is gathered about each claim of a list."""

from __future__ import annotations

from datetime import date

import pytest

from gridgeo.errors import InvalidInput
from gridgeo.linkage import checks, known
from gridgeo.linkage.claims import Claim, Limits
from gridgeo.linkage.vault import Vault
from gridgeo.sample import columns, impossible
from tests.linkage.counting import A, B, C, D, build, found_district

TODAY = date(2025, 6, 1)
VAULT = Vault(bytes(32), bytes(32), {1: bytes(32)}, 1, [1])
FIRMS, HEADS, PHONES = (columns.texts(make(40, 3)).tolist() for make in (impossible.companies, impossible.persons, impossible.mobiles))


@pytest.fixture
def edition(conn):
    return found_district(conn)


@pytest.fixture
def office(conn, edition) -> list[str]:
    return build(conn, edition, A, houses=6, use="office", floors=6)


def put(conn, kind: str, role: str, code: str, place: str, valid: str = "[2020-01-01,)", recorded: str = "[2020-01-02,)") -> None:
    with conn.cursor() as cur:
        cur.execute(
            "INSERT INTO linkage.link (token, kind, zone, place, role, valid, recorded, method, confidence) "
            "VALUES (%s, %s, left(%s, 12), %s, %s, %s, %s, 'register', 0.95)",
            (VAULT.token(kind, code), kind, place, place, role, valid, recorded),
        )


def no_text(texts):
    raise AssertionError("there was no text to wash")


def judged(conn, *claims: Claim, **options) -> list[set[str]]:
    found = checks.check(conn, VAULT, claims, no_text, as_of=TODAY, **options)
    return [{finding.rule.code for finding in one.findings} for one in found]


def test_a_company_whose_head_is_known_there_is_fine(conn, office):
    put(conn, "person", "tenant", HEADS[0], office[0])
    claim = Claim(FIRMS[0], None, office[0], HEADS[0], PHONES[0])
    (checked,) = checks.check(conn, VAULT, [claim], no_text, as_of=TODAY)
    assert (checked.suspicious, checked.findings, checked.place) == (False, (), office[0])


def test_codes_are_read_as_anybody_writes_them(conn, office):
    put(conn, "person", "tenant", HEADS[0], office[0])
    claim = Claim(f" {FIRMS[0].lower()} ", "", office[0].replace("0", "０"), HEADS[0], PHONES[0])
    assert judged(conn, claim) == [set()]


def test_a_head_who_never_had_to_do_with_the_building_is_a_stranger(conn, office, edition):
    put(conn, "person", "resident", HEADS[0], build(conn, edition, B)[0])
    assert judged(conn, Claim(FIRMS[0], None, office[0], HEADS[0])) == [{"stranger"}]


@pytest.mark.parametrize("role, valid", [("owner", "[2001-01-01,2010-01-01)"), ("worker", "[2020-01-01,)")])
def test_whoever_owned_rented_or_worked_there_at_any_time_is_none(conn, office, role, valid):
    put(conn, "person", role, HEADS[0], office[0], valid)
    assert judged(conn, Claim(FIRMS[0], None, office[0], HEADS[0])) == [set()]


def test_neither_is_who_is_known_in_the_same_building_or_whose_company_is(conn, office):
    put(conn, "person", "tenant", HEADS[0], office[5])
    put(conn, "person", "owner", HEADS[1], f"{office[0][:19]}******")
    put(conn, "credit", "operating", FIRMS[2], office[0], "[2018-01-01,2019-01-01)")
    assert judged(conn, *(Claim(FIRMS[at], None, office[at], HEADS[at]) for at in range(3))) == [set(), set(), set()]


def test_a_link_that_is_no_longer_believed_makes_nobody_known(conn, office):
    put(conn, "person", "owner", HEADS[0], office[0], recorded="[2020-01-01,2021-01-01)")
    assert judged(conn, Claim(FIRMS[0], None, office[0], HEADS[0])) == [{"stranger"}]


def test_houses_that_are_not_there_or_not_for_work_are_found(conn, edition):
    home = build(conn, edition, A, 1)[0]
    shop = build(conn, edition, A, 2, house_use="commercial")[0]
    gone = build(conn, edition, A, 3, use="office", status="demolished", valid_to="2024-01-01")[0]
    planned = build(conn, edition, A, 4, use="office", status="planned")[0]
    never = f"{A}00001000099"
    assert judged(conn, *(Claim(FIRMS[at], house=house) for at, house in enumerate((home, shop, gone, planned, never, "4403")))) == [
        {"use-forbidden"},
        set(),
        {"house-gone"},
        {"house-planned"},
        {"house-unknown"},
        {"house-code-invalid"},
    ]


def test_a_house_is_gone_with_its_building(conn, edition, office):
    with conn.cursor() as cur:
        cur.execute("UPDATE building SET status = 'demolished' WHERE building_code = %s", (office[0][:19],))
    assert judged(conn, Claim(FIRMS[0], house=office[0])) == [{"house-gone"}]


def follow(conn, code: str, *successors: str) -> None:
    with conn.cursor() as cur:
        cur.execute("UPDATE house SET status = 'retired', valid_to = '2024-01-01' WHERE house_code = %s", (code,))
        for successor in successors:
            row = (code[:12], code, successor)
            cur.execute(
                "INSERT INTO address_successor (zone, code, successor, reason, since) VALUES (%s, %s, %s, 'replaced', '2024-01-01')", row
            )


def test_a_retired_house_that_one_follows_is_checked_there(conn, office):
    follow(conn, office[0], office[1])
    follow(conn, office[1], office[2])
    put(conn, "person", "tenant", HEADS[0], office[0])
    (checked,) = checks.check(conn, VAULT, [Claim(FIRMS[0], None, office[0], HEADS[0])], no_text, as_of=TODAY)
    assert [finding.rule.code for finding in checked.findings] == ["house-followed"]
    assert (checked.suspicious, checked.place) == (False, office[2])


def test_a_house_that_was_split_does_not_say_which_is_meant(conn, office):
    follow(conn, office[0], office[1], office[2])
    assert judged(conn, Claim(FIRMS[0], house=office[0])) == [{"house-gone"}]


def test_companies_of_the_base_and_of_the_list_are_counted_together_each_once(conn, office):
    for firm in FIRMS[:4]:
        put(conn, "credit", "registered", firm, office[0])
    put(conn, "credit", "registered", FIRMS[8], office[0], "[2010-01-01,2012-01-01)")
    listed = [Claim(firm, house=office[0]) for firm in FIRMS[2:6]]  # two of them are known already
    assert judged(conn, *listed, limits=Limits(companies=6)) == [set()] * 4
    assert judged(conn, *listed, limits=Limits(companies=5)) == [{"too-many-companies"}] * 4


def test_at_a_cluster_address_many_may_be_registered(conn, office):
    for firm in FIRMS[:20]:
        put(conn, "credit", "registered", firm, office[0])
    known.put_cluster(conn, office[0], "示例集群注册场所")
    assert judged(conn, Claim(FIRMS[0], house=office[0])) == [{"cluster-address"}]


def test_a_cluster_address_ends_and_may_be_a_whole_building(conn, office):
    known.put_cluster(conn, office[0], "旧场所", date(2014, 1, 1), date(2020, 1, 1))
    assert judged(conn, Claim(FIRMS[0], house=office[0])) == [set()]
    known.put_cluster(conn, office[0][:19], "示例孵化器")
    assert judged(conn, Claim(FIRMS[0], house=office[0])) == [{"cluster-address"}]
    with pytest.raises(InvalidInput):
        known.put_cluster(conn, A, "格")


def test_a_registration_elsewhere_that_is_still_open_is_found(conn, edition, office):
    other = build(conn, edition, B, use="office")[0]
    put(conn, "credit", "registered", FIRMS[0], other)
    put(conn, "credit", "registered", FIRMS[1], other, "[2019-01-01,2024-01-01)")
    put(conn, "credit", "operating", FIRMS[2], other)
    put(conn, "credit", "registered", FIRMS[3], office[0])
    assert judged(conn, *(Claim(firm, house=office[0]) for firm in FIRMS[:4])) == [{"registered-elsewhere"}, set(), set(), set()]


def test_the_house_that_was_followed_is_not_elsewhere(conn, office):
    follow(conn, office[0], office[1])
    put(conn, "credit", "registered", FIRMS[0], office[0])
    put(conn, "credit", "registered", FIRMS[1], f"{office[1][:19]}******")
    assert judged(conn, *(Claim(firm, house=office[1]) for firm in FIRMS[:2])) == [set(), set()]


def test_one_company_at_two_places_of_a_list_is_found(conn, office):
    assert judged(conn, Claim(FIRMS[0], house=office[0]), Claim(FIRMS[0], house=office[1])) == [{"claimed-twice"}] * 2
    assert judged(conn, Claim(FIRMS[0], house=office[0]), Claim(FIRMS[0], house=office[0])) == [set()] * 2


def test_a_number_many_give_is_found_and_one_company_giving_it_often_is_not(conn, office):
    shared = [Claim(firm, house=house, phone=PHONES[0]) for firm, house in zip(FIRMS, office, strict=False)]
    assert judged(conn, *shared) == [{"phone-shared"}] * 6
    again = [Claim(FIRMS[0], house=office[0], phone=PHONES[0])] * 6
    assert judged(conn, *again) == [set()] * 6


def test_a_number_linked_to_many_houses_is_found(conn, edition, office):
    for house in build(conn, edition, C, houses=6):
        put(conn, "phone", "contact", PHONES[0], house)
    assert judged(conn, Claim(FIRMS[0], house=office[0], phone=PHONES[0])) == [{"phone-shared"}]


def test_faulty_codes_are_told_without_being_repeated(conn, office):
    wrong = Claim(FIRMS[0][:-1], None, office[0], HEADS[0][:-1] + "A", "17900")
    (checked,) = checks.check(conn, VAULT, [wrong], no_text, as_of=TODAY)
    assert {finding.rule.code for finding in checked.findings} == {"credit-invalid", "legal-person-invalid", "phone-invalid"}
    told = repr(checked) + repr(wrong)
    assert not [code for code in (FIRMS[0][:-1], HEADS[0][:-1], "17900") if code in told]


def test_no_answer_holds_a_code_of_a_person(conn, edition, office):
    put(conn, "person", "resident", HEADS[0], build(conn, edition, D)[0])
    found = checks.check(conn, VAULT, [Claim(FIRMS[0], None, office[0], HEADS[0], PHONES[0])], no_text, as_of=TODAY)
    assert HEADS[0] not in repr(found) and PHONES[0] not in repr(found) and FIRMS[0] not in repr(found)


def test_an_empty_list_has_no_answers(conn, edition):
    assert checks.check(conn, VAULT, [], no_text, as_of=TODAY) == []


def test_broken_rules_are_tallied(conn, office):
    found = checks.check(conn, VAULT, [Claim(FIRMS[0]), Claim(FIRMS[1]), Claim(FIRMS[2], house="1")], no_text, as_of=TODAY)
    assert checks.tally(found) == {"address-missing": 2, "house-code-invalid": 1}
