"""From one of the five codes to the others over HTTP: masked, recorded, whole only for who may and what for."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from types import SimpleNamespace

import httpx
import pytest

from api import schemas
from api import schemas_linkage as told
from api import server as api_server
from gridgeo.access.model import Scope
from gridgeo.addresses import lifecycle
from gridgeo.db import connection
from gridgeo.linkage import audit, keys
from gridgeo.settings import Settings
from tests.access import making as city
from tests.api import callers
from tests.api.world import A, D
from tests.linkage import making

HOUSE, OTHER, CROWDED = city.HOUSE[A], city.HOUSE[D], f"{city.BUILDING[D]}000102"
PERSON, PHONE, COMPANY = making.person_code(7), making.phone(7), making.company_code(7)

#: Firms registered at one door.
FIRMS = [making.company_code(n) for n in range(1000, 1230)]


@pytest.fixture(scope="module")
def room(server, template, tmp_path_factory):
    """The drawn city with a person, a company and a number at a house of A; the person has one in D as well.

    Next door to it many firms are registered.
    """
    name, folder = server.create(template), tmp_path_factory.mktemp("home")
    url = server.url_of(name)
    settings = Settings(home=folder, database_url=url, port=0, per_minute=0)
    units = city.loaded(url)
    city.sealed(url, settings)
    with closing(connection.connect(url)) as conn, conn:
        vault = keys.unlock(conn, settings)
        assert lifecycle.mint_house(conn, city.BUILDING[D], room="102", on=date(2020, 1, 1)).code == CROWDED
        here, there = (making.row(PERSON, place, role, method="visit") for place, role in ((HOUSE, "resident"), (OTHER, "owner")))
        making.load(conn, vault, folder, [here, there])
        making.load(conn, vault, folder, [making.row(COMPANY, HOUSE, "registered")], "credit")
        making.load(conn, vault, folder, [making.row(PHONE, HOUSE, "contact")], "phone")
        making.load(conn, vault, folder, [making.row(firm, CROWDED, "registered") for firm in FIRMS], "credit")
    yield SimpleNamespace(url=url, settings=settings, units=units)
    server.drop(name)


@pytest.fixture(scope="module")
def client(room):
    """A caller that may see links of the whole city, masked."""
    with api_server.background(room.settings) as address:
        headers = callers.bearer(callers.key(room.url, "read", "link"))
        with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=30) as client:
            yield client


@pytest.fixture(scope="module")
def whole(room):
    """What a caller sends that may see codes whole."""
    return callers.bearer(callers.key(room.url, "link", "unmask"))


def ask(client, *codes, purpose="verification", headers=None, **more):
    body = {"purpose": purpose, "codes": [{"kind": kind, "code": code} for kind, code in codes], **more}
    return client.post("/linkage/resolve", json=body, headers=headers)


def answers(client, *codes, **more):
    answer = ask(client, *codes, **more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return told.Answers.model_validate(answer.json()).answers


def refused(answer, status=400):
    assert answer.status_code == status, answer.text
    return schemas.Problem.model_validate(answer.json())


def recorded(room, most=1):
    with closing(connection.connect(room.url)) as conn:
        return audit.show(conn, most)


def test_any_code_leads_to_the_others_through_the_house(client):
    person, phone, company, house = answers(client, ("person", PERSON), ("phone", PHONE), ("credit", COMPANY), ("house", HOUSE))
    for one in (phone, company, house):
        assert [meeting.code for meeting in one.places] == [HOUSE]
        links = one.places[0].links
        assert PERSON[:3] in {link.masked[:3] for link in links.person} and len(links.phone) == len(links.credit) == 1
        assert links.credit[0].masked == COMPANY and links.phone[0].role == "contact"
    assert person.ambiguous and [meeting.code for meeting in person.places] == [HOUSE, OTHER]
    assert phone.places[0].links.phone[0].token == phone.token


def test_codes_are_masked_unless_somebody_may_see_them_and_says_what_for(client, whole):
    masked = ask(client, ("phone", PHONE))
    assert PERSON not in masked.text and PHONE not in masked.text and PERSON[6:14] not in masked.text
    shown = answers(client, ("phone", PHONE), purpose="emergency", unmask=True, headers=whole)
    assert PERSON in {link.code for link in shown[0].places[0].links.person}
    assert shown[0].places[0].links.phone[0].code == f"+86{PHONE}"


def test_whole_codes_need_the_scope_and_a_purpose_that_allows_them(client, whole, room):
    assert refused(ask(client, ("phone", PHONE), purpose="emergency", unmask=True), 403).code == "forbidden"
    assert [(row.outcome, row.action, json.loads(row.detail)["why"]) for row in recorded(room)] == [("refused", "resolve", "forbidden")]
    fault = refused(ask(client, ("phone", PHONE), unmask=True, headers=whole)).errors[0]
    assert (fault.pointer, fault.code) == ("/purpose", "purpose-without-unmask")


def test_every_question_is_in_the_audit_and_its_head_outside(client, room):
    answers(client, ("person", PERSON), ("house", HOUSE))
    (row,) = recorded(room)
    assert (row.action, row.purpose, row.outcome, row.subjects) == ("resolve", "verification", "done", 2)
    assert row.actor.startswith("key:") and PERSON not in row.detail and HOUSE in row.detail
    assert list(audit.anchored(room.settings))[-1].seq == row.seq


def test_refusals_of_known_callers_are_in_the_audit(client, room):
    before = recorded(room)[0].seq
    refused(client.get("/houses/449999001001010000100001/links"))
    refused(client.get(f"/linkage/tokens/{'0' * 32}"), 404)
    refused(client.get("/linkage/tokens/1"))
    reader = callers.bearer(callers.key(room.url, "read"))
    refused(client.get(f"/houses/{HOUSE}/links", headers=reader), 403)
    rows = recorded(room, 4)
    assert [row.seq for row in rows] == [before + 1, before + 2, before + 3, before + 4]
    assert [row.action for row in rows] == ["links", "token", "token", "links"]
    assert {row.outcome for row in rows} == {"refused"}


def test_strangers_fill_no_audit(client, room):
    before = recorded(room)[0].seq
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer gg_aaaaaaaa_" + "0" * 43}):
        refused(client.get(f"/houses/{HOUSE}/links", headers=headers), 401)
    assert recorded(room)[0].seq == before


def test_a_house_shows_its_links_masked(client):
    answer = client.get(f"/houses/{HOUSE}/links")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    meeting = told.Meeting.model_validate(answer.json())
    assert (meeting.form, meeting.code, meeting.complete) == ("house", HOUSE, True)
    assert all(link.code is None for link in meeting.links.person)


def pages(client, first, **how):
    """The pages of a list of links, as they name each other."""
    found, next_ = [], first
    while next_:
        answer = client.get(next_, **how)
        assert answer.status_code == 200, answer.text
        found.append(told.Meeting.model_validate(answer.json()))
        next_ = found[-1].next
    return found


@pytest.mark.parametrize("limit", ["", "?limit=7&purpose=service"])
def test_where_many_are_linked_the_pages_name_each_other_and_are_whole(client, room, limit):
    found = pages(client, f"/houses/{CROWDED}/links{limit}")
    listed = [link.link_id for page in found for link in page.links.credit]
    assert len(listed) == len(set(listed)) == found[0].counts.credit == len(FIRMS)
    assert [page.complete for page in found] == [False] * (len(found) - 1) + [True]
    assert {len(page.links.credit) for page in found[:-1]} == {7 if limit else 100}
    assert {row.purpose for row in recorded(room, len(found))} == ({"service"} if limit else {""})


def test_a_look_up_names_the_page_that_follows_and_who_may_see_codes_goes_on_with_them_whole(client, whole):
    (firm,) = answers(client, ("credit", FIRMS[0]))
    (meeting,) = firm.places
    assert (meeting.complete, meeting.counts.credit, len(meeting.links.credit)) == (False, len(FIRMS), 100)
    rest = pages(client, meeting.next)
    assert sum(len(page.links.credit) for page in rest) == len(FIRMS) - 100
    shown, asked, told_as = set(), {"kind": "house", "code": CROWDED}, {}
    while asked:
        body = {"purpose": "emergency", "unmask": True, "codes": [asked], **told_as}
        page = told.Answers.model_validate(client.post("/linkage/resolve", json=body, headers=whole).json())
        [meeting] = page.answers[0].places
        shown |= {link.code for link in meeting.links.credit}
        asked = meeting.cursor and {"kind": "house", "code": CROWDED, "cursor": meeting.cursor}
        told_as = {"datetime": page.as_of.isoformat(), "recorded": page.recorded and page.recorded.isoformat()}
    assert shown == set(FIRMS)


def test_a_cursor_holds_for_its_house_alone(client):
    cursor = client.get(f"/houses/{CROWDED}/links?limit=1").json()["cursor"]
    for path in (f"/houses/{HOUSE}/links?cursor={cursor}", f"/houses/{CROWDED}/links?cursor={cursor[:-2]}AA"):
        assert refused(client.get(path)).errors[0].parameter == "cursor"
    for item in ({"kind": "house", "code": HOUSE, "cursor": cursor}, {"kind": "credit", "code": FIRMS[0], "cursor": cursor}):
        answer = client.post("/linkage/resolve", json={"purpose": "verification", "codes": [item]})
        assert refused(answer).errors[0].pointer == "/codes/0/cursor"
    assert refused(client.get(f"/houses/{CROWDED}/links?limit=101")).errors[0].parameter == "limit"


def test_a_cursor_leads_nobody_beyond_his_area(client, room):
    cursor = client.get(f"/houses/{CROWDED}/links?limit=1").json()["cursor"]
    mine = callers.bearer(callers.key(room.url, "link", area=[room.units[A]]))
    assert client.get(f"/houses/{CROWDED}/links?cursor={cursor}", headers=mine).status_code == 404
    body = {"purpose": "verification", "codes": [{"kind": "house", "code": CROWDED, "cursor": cursor}]}
    assert client.post("/linkage/resolve", json=body, headers=mine).status_code == 404
    assert client.post("/linkage/resolve", json=body).status_code == 200


def test_what_is_linked_to_a_grid_outdoors_is_listed_too(client):
    grid = CROWDED[:14]
    meeting = told.Meeting.model_validate(client.get(f"/houses/{grid}/links").json())
    assert (meeting.form, meeting.code, meeting.complete) == ("outdoors", grid, True)


def test_a_building_shows_what_is_linked_to_none_of_its_houses(client):
    meeting = told.Meeting.model_validate(client.get(f"/houses/{HOUSE[:19]}/links").json())
    assert (meeting.form, meeting.place) == ("building", HOUSE[:19] + "*" * 6)
    assert len(meeting.links.person) == 1


def test_a_token_leads_where_its_code_leads(client):
    found = answers(client, ("person", PERSON))[0]
    by_token = told.Answer.model_validate(client.get(f"/linkage/tokens/{found.token}").json())
    assert by_token == found


def test_what_was_not_so_on_a_day_or_not_believed_then_is_not_shown(client):
    assert answers(client, ("phone", PHONE), datetime="2019-01-01")[0].places == []
    assert answers(client, ("phone", PHONE), recorded="2020-01-01T00:00:00Z")[0].places == []
    assert client.get(f"/houses/{HOUSE}/links?datetime=2020-06-01").json()["links"]["phone"]


def test_a_caller_of_an_area_finds_nothing_beyond_it(client, room):
    """A person who lives in A and owns in D is found in A alone, and of D nothing is said."""
    mine = callers.bearer(callers.key(room.url, "link", area=[room.units[A]]))
    found = answers(client, ("person", PERSON), ("house", OTHER), headers=mine)
    assert [meeting.code for meeting in found[0].places] == [HOUSE] and not found[0].ambiguous
    assert not any(found[1].places[0].links.model_dump().values())
    assert client.get(f"/houses/{OTHER}/links", headers=mine).status_code == 404
    elsewhere = callers.bearer(callers.key(room.url, "link", area=[]))
    assert client.get(f"/linkage/tokens/{found[0].token}", headers=elsewhere).status_code == 404


def test_faulty_codes_are_answered_each_in_its_place(client):
    wrong, right = answers(client, ("person", PERSON[:-1] + ("0" if PERSON[-1] != "0" else "1")), ("phone", PHONE))
    assert "check character" in wrong.fault and wrong.places == [] and wrong.token is None
    assert right.fault is None and right.index == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"purpose": PERSON, "codes": [{"kind": "person", "code": PERSON}]},
        {"purpose": "verification", "codes": [{"kind": PERSON, "code": PERSON}]},
        {"purpose": "verification", "codes": [{"kind": "person", "code": int(PERSON[:17])}]},
        {"purpose": "verification", "codes": [{"kind": "person", "code": PERSON * 20}]},
        {"purpose": "verification", "codes": [PERSON]},
        {"purpose": "verification", "codes": {PERSON: 1}},
        {"purpose": "verification", "codes": []},
        {"purpose": "verification", "codes": [{"kind": "phone", "code": "1"}] * 1001},
        {"purpose": "verification", "codes": [{"kind": "phone", "code": "1"}], "datetime": PERSON},
        {"purpose": "verification", "codes": [{"kind": "phone", "code": "1"}], "unmask": PERSON},
        {"purpose": "verification", "codes": [{"kind": "phone", "code": "1"}], PERSON: 1},
        {"purpose": ["verification"], "codes": [{"kind": "phone", "code": "1"}]},
    ],
)
def test_what_is_refused_repeats_nothing(client, body):
    answer = client.post("/linkage/resolve", json=body)
    refused(answer)
    assert PERSON[3:14] not in answer.text


@pytest.mark.parametrize("path", ["/linkage/resolve?code={}", "/houses/{}/links", "/linkage/tokens/{}", "/linkage/roles?{}=1"])
def test_a_code_in_an_address_is_refused_and_not_repeated(client, path):
    answer = client.request("POST" if "resolve" in path else "GET", path.format(PERSON), json=None if "GET" in path else {})
    assert answer.status_code in (400, 404) and PERSON[3:14] not in answer.text


def test_the_words_of_the_room_are_told(client):
    roles = told.Roles.model_validate(client.get("/linkage/roles").json()).roles
    assert ("person", "resident", "居住") in {(one.kind, one.role, one.name_zh) for one in roles}
    methods = told.Methods.model_validate(client.get("/linkage/methods").json()).methods
    assert methods[0].method == "visit"
    purposes = told.Purposes.model_validate(client.get("/linkage/purposes").json()).purposes
    assert {one.purpose for one in purposes if one.unmask} == {"emergency", "law", "correction", "callback"}


def test_a_room_without_keys_says_what_to_do(server, template, tmp_path):
    name = server.create(template)
    settings = Settings(home=tmp_path, database_url=server.url_of(name), port=0, per_minute=0)
    headers = callers.bearer(callers.key(settings.database_url, Scope.LINK))
    with api_server.background(settings) as address, httpx.Client(base_url=address, trust_env=False, headers=headers) as client:
        answer = ask(client, ("phone", PHONE))
    server.drop(name)
    assert "gridgeo linkage init" in refused(answer, 409).detail


def test_a_server_takes_up_new_keys(client, room):
    """Both new seals and new tokens, without being started again."""
    from gridgeo.linkage import rotation

    before = answers(client, ("phone", PHONE))[0].token
    with closing(connection.connect(room.url)) as conn:
        with conn:
            vault = rotation.begin(conn, room.settings, keys.unlock(conn, room.settings))
            assert rotation.step(conn, vault)[1] == 5 + len(FIRMS)
        assert answers(client, ("phone", PHONE))[0].token == before
        with conn:
            rotation.reindex(conn, room.settings, vault)
    after = answers(client, ("phone", PHONE))[0]
    assert after.token != before and [meeting.code for meeting in after.places] == [HOUSE]
