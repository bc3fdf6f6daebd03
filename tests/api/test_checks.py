"""The business address check over HTTP: judged by rules, recorded, nothing repeated."""

from __future__ import annotations

from contextlib import closing
from types import SimpleNamespace

import httpx
import pytest

from api import schemas, schemas_blocks
from api import server as api_server
from gridgeo.db import connection
from gridgeo.linkage import audit, keys
from gridgeo.settings import Settings
from tests.access import making as city
from tests.api import callers
from tests.linkage import making
from tests.linkage.counting import A, B, build, found_district, units

PATH = "/linkage/checks/business-address"
HEAD, FIRM, PHONE = making.person_code(11), making.company_code(11), making.phone(11)


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """An office in A whose tenant is known, a dwelling in B."""
    name, folder = server.create(template), tmp_path_factory.mktemp("home")
    url = server.url_of(name)
    settings = Settings(home=folder, database_url=url, port=0, per_minute=0)
    with closing(connection.connect(url)) as conn, conn:
        edition = found_district(conn)
        office, home = build(conn, edition, A, use="office", houses=3)[0], build(conn, edition, B)[0]
        unit = units(conn, edition)
    city.sealed(url, settings)
    with closing(connection.connect(url)) as conn, conn:
        making.load(conn, keys.unlock(conn, settings), folder, [making.row(HEAD, office, "tenant", method="visit")])
    headers = callers.bearer(callers.key(url, "link"))
    with api_server.background(settings) as where, httpx.Client(base_url=where, headers=headers, trust_env=False, timeout=30) as client:
        yield SimpleNamespace(client=client, office=office, home=home, url=url, unit=unit)
    server.drop(name)


def ask(place, *claims, purpose="verification", **more):
    headers = more.pop("headers", None)
    return place.client.post(PATH, json={"purpose": purpose, "claims": list(claims), **more}, headers=headers)


def checked(place, *claims, **more):
    answer = ask(place, *claims, **more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return schemas_blocks.CheckedClaims.model_validate_json(answer.text)


def refused(answer, status=400):
    assert answer.status_code == status, answer.text
    return schemas.Problem.model_validate(answer.json())


def rules(claim):
    return {finding.rule for finding in claim.findings}


def test_one_claim_and_many_are_judged_alike(place):
    sound = {"credit": FIRM, "house": place.office, "legal_person": HEAD, "phone": PHONE}
    fake = {"credit": making.company_code(12), "house": place.home, "legal_person": HEAD}
    both = checked(place, sound, fake)
    assert [one.suspicious for one in both.claims] == [False, True]
    assert rules(both.claims[1]) == {"use-forbidden", "stranger"}
    assert both.claims[0] == checked(place, sound).claims[0]
    assert (both.suspicious, both.counts) == (1, {"use-forbidden": 1, "stranger": 1})
    assert both.rules["use-forbidden"].severity == "error" and both.rules["use-forbidden"].zh


def test_an_address_is_washed_to_its_house(place):
    found = checked(place, {"credit": FIRM, "address": "试验路1号101"}, {"credit": making.company_code(12), "address": "试验路1号999"})
    assert found.claims[0].category in ("A", "B", "C")
    assert "room-beyond" in rules(found.claims[1])


def test_limits_may_be_given(place):
    claims = [{"credit": making.company_code(number), "house": place.office} for number in range(20, 24)]
    assert checked(place, *claims).suspicious == 0
    assert checked(place, *claims, limits={"companies": 3}).counts == {"too-many-companies": 4}


def test_the_question_is_recorded_with_its_purpose(place):
    checked(place, {"credit": FIRM, "house": place.home}, purpose="law")
    with closing(connection.connect(place.url)) as conn:
        (entry,) = audit.show(conn, 1)
    assert (entry.action, entry.purpose, entry.subjects, entry.outcome) == ("check", "law", 1, "done")
    assert FIRM not in entry.detail and place.home not in entry.detail


def test_what_is_refused_is_recorded_too(place):
    assert refused(ask(place, {"credit": FIRM}, purpose="curiosity")).errors[0].code == "unknown-purpose"
    with closing(connection.connect(place.url)) as conn:
        (entry,) = audit.show(conn, 1)
    assert (entry.action, entry.outcome) == ("business_address", "refused")


def test_nothing_that_was_given_is_repeated(place):
    codes = {"credit": FIRM, "legal_person": HEAD, "phone": PHONE, "address": "某人家里", "house": "12345"}
    text = ask(place, codes, {**codes, "credit": FIRM[:-1], "legal_person": HEAD[:-1], "phone": "17900"}).text
    assert not [code for code in (FIRM, HEAD, PHONE, FIRM[:-1], HEAD[:-1], "17900", "12345", "某人家里") if code in text]


@pytest.mark.parametrize(
    "body, place_, code",
    [
        ({"claims": [{}]}, "/purpose", "missing-member"),
        ({"purpose": "verification", "claims": []}, "/claims", "invalid-body"),
        ({"purpose": "verification", "claims": [{}] * 1001}, "/claims", "too-many-claims"),
        ({"purpose": "verification", "claims": [{"credit": 91}]}, "/claims/0/credit", "invalid-text"),
        ({"purpose": "verification", "claims": [{"name": "x"}]}, "/claims/0", "invalid-claim"),
        ({"purpose": "verification", "claims": [{"address": "长" * 501}]}, "/claims/0/address", "invalid-text"),
        ({"purpose": 5, "claims": [{}]}, "/purpose", "unknown-purpose"),
        ({"purpose": "verification", "claims": [{}], "limits": {"companies": 0}}, "/limits/companies", "invalid-number"),
        ({"purpose": "verification", "claims": [{}], "limits": {"companies": True}}, "/limits/companies", "invalid-number"),
        ({"purpose": "verification", "claims": [{}], "limits": 3}, "/limits", "invalid-member"),
    ],
)
def test_what_is_no_list_of_claims_is_refused(place, body, place_, code):
    fault = refused(place.client.post(PATH, json=body)).errors[0]
    assert (fault.pointer, fault.code) == (place_, code)


def test_a_query_is_refused_and_not_repeated(place):
    answer = place.client.post(f"{PATH}?credit={FIRM}", json={"purpose": "verification", "claims": [{}]})
    assert FIRM not in answer.text
    refused(answer)


def test_who_may_not_see_links_may_not_check(place):
    reader = callers.bearer(callers.key(place.url, "read"))
    refused(ask(place, {"credit": FIRM}, headers=reader), 403)


def test_a_caller_for_a_part_of_the_city_accuses_nobody_of_what_it_cannot_see(place):
    part = callers.bearer(callers.key(place.url, "link", area=[place.unit[A]]))
    beyond = checked(place, {"credit": FIRM, "house": place.home}, headers=part).claims[0]
    assert (beyond.suspicious, rules(beyond), beyond.place) == (False, {"beyond-area"}, None)
