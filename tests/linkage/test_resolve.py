"""From any of the five codes to the others through the house: all places shown, codes masked, questions recorded."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gridgeo.codes.model import Kind
from gridgeo.errors import Conflict, InvalidCode, InvalidInput, NotFound
from gridgeo.linkage import audit, resolve, store
from gridgeo.linkage.model import Asked
from tests.linkage import making
from tests.linkage.making import BUILDING, HOUSE, NEXT, THIRD, company_code, person_code, phone, row

TENANT, OWNER, COMPANY, NUMBER, CASE = person_code(1), person_code(2), company_code(1), phone(1), "SZ-2024-7"


@pytest.fixture
def linked(load):
    """A house with a tenant, an owner who has another house too, a company, a number and a case."""
    load([row(TENANT, HOUSE, "tenant", method="visit"), row(OWNER, HOUSE, "owner"), row(OWNER, NEXT, "owner")])
    load([row(COMPANY, HOUSE, "registered")], "credit")
    load([row(NUMBER, HOUSE, "contact")], "phone")
    load([row(CASE, HOUSE, "place", "2024-05-01", "2024-05-02")], "event")


@pytest.fixture
def ask(conn, vault, linked):
    """Ask about codes, each a kind and a code."""

    def asked(*codes, purpose="verification", **more):
        found = resolve.resolve(conn, vault, [Asked(*code) for code in codes], purpose=purpose, actor="test", **more)
        return found.answers

    return asked


def met(answer):
    """Kinds and numbers of links at each place of an answer."""
    return {meeting.place: {str(kind): len(links) for kind, links in meeting.links.items()} for meeting in answer.meetings}


FIVE = {"person": TENANT, "credit": COMPANY, "phone": NUMBER, "event": CASE, "house": HOUSE}


@pytest.mark.parametrize("kind", FIVE)
def test_any_of_the_five_leads_to_the_other_four(ask, kind):
    (answer,) = ask((kind, FIVE[kind]), as_of=date(2024, 5, 1))
    assert met(answer) == {HOUSE: {"credit": 1, "event": 1, "person": 2, "phone": 1}}


def test_links_say_role_method_confidence_and_period(ask):
    (answer,) = ask(("phone", NUMBER))
    owner, tenant = answer.meetings[0].links[Kind.PERSON]
    assert (tenant.role, tenant.method, round(tenant.confidence, 2), tenant.valid_from) == ("tenant", "visit", 0.99, date(2020, 1, 1))
    assert (owner.role, owner.masked, owner.code) == ("owner", OWNER[:3] + "*" * 11 + OWNER[-4:], None)


def test_several_places_are_all_shown_and_none_is_chosen(ask):
    owner, tenant = ask(("person", OWNER), ("person", TENANT))
    assert owner.ambiguous and set(met(owner)) == {HOUSE, NEXT}
    assert not tenant.ambiguous


def test_answers_stand_in_the_order_asked(ask):
    answers = ask(("phone", NUMBER), ("person", "wrong"), ("house", NEXT), ("phone", phone(99)), ("phone", NUMBER))
    assert [answer.kind for answer in answers] == ["phone", "person", "house", "phone", "phone"]
    assert "too many or too few" in answers[1].fault and not answers[1].meetings
    assert [len(answer.meetings) for answer in answers] == [1, 0, 1, 0, 1]


def test_many_codes_take_as_many_statements_as_one(conn, vault, linked, monkeypatch):
    asked = []
    rows = store._rows
    monkeypatch.setattr(store, "_rows", lambda conn, name, values=None: asked.append(name) or rows(conn, name, values))
    resolve.resolve(conn, vault, [Asked("person", person_code(n)) for n in range(200)], purpose="service", actor="test")
    assert asked == ["purposes", "places", "links"]


def test_a_page_of_a_longer_list_takes_three_statements_more(conn, vault, crowded, monkeypatch):
    """Where it goes on, how many there are, and of which moment."""
    asked = []
    rows = store._rows
    monkeypatch.setattr(store, "_rows", lambda conn, name, values=None: asked.append(name) or rows(conn, name, values))
    resolve.at_place(conn, vault, HOUSE, actor="test", most=5)
    assert asked == ["links", "totals", "moment"]
    (page,) = resolve.at_place(conn, vault, HOUSE, actor="test", most=5).answers[0].meetings
    asked.clear()
    resolve.at_place(conn, vault, HOUSE, actor="test", after=page.last, most=100)
    assert asked == ["marks", "links", "totals"]


def test_codes_are_whole_only_for_a_purpose_that_allows_it(ask):
    (answer,) = ask(("house", HOUSE), purpose="emergency", unmask=True)
    codes = {link.code.value for links in answer.meetings[0].links.values() for link in links}
    assert codes == {TENANT, OWNER, COMPANY, f"+86{NUMBER}"}
    assert TENANT not in repr(answer) and NUMBER not in repr(answer)
    for purpose in ("service", "statistics", "spite", ""):
        with pytest.raises(InvalidInput):
            ask(("house", HOUSE), purpose=purpose, unmask=True)


def test_a_place_is_itself_and_nothing_below(conn, vault, load, ask):
    load([row(TENANT, BUILDING, "worker")])
    (answer,) = ask(("house", BUILDING))
    assert met(answer) == {BUILDING + "*" * 6: {"person": 1}}


def test_an_ended_link_is_shown_on_its_days(ask):
    assert met(ask(("event", CASE), as_of=date(2024, 5, 2))[0]) == {}
    assert "event" not in met(ask(("house", HOUSE))[0])[HOUSE]
    assert met(ask(("house", HOUSE), as_of=date(2019, 12, 31))[0]) == {HOUSE: {}}


def test_what_was_believed_before_a_correction_can_still_be_asked(database_url, tmp_path):
    from contextlib import closing

    from gridgeo.db import connection

    with closing(connection.connect(database_url)) as conn:
        with conn:
            making.base(conn)
            vault = making.vault(conn, tmp_path)
            making.load(conn, vault, tmp_path, [row(TENANT, role="resident")])
        moment = datetime.now(UTC)
        with conn:
            link = store.history(conn, vault, vault.token("person", TENANT))[0]
            store.correct(conn, link, role="tenant", confidence=0.5)
        with conn:

            def roles(**when):
                (answer,) = resolve.resolve(conn, vault, [Asked("person", TENANT)], purpose="law", actor="t", **when).answers
                return [link.role for meeting in answer.meetings for link in meeting.links[Kind.PERSON]]

            assert roles() == ["tenant"]
            assert roles(recorded=moment) == ["resident"]
            assert roles(recorded=moment - timedelta(days=1)) == []
            history = store.history(conn, vault, vault.token("person", TENANT))
    assert [link.role for link in history] == ["resident", "tenant"]
    assert history[0].recorded_to == history[1].recorded_from


def test_a_correction_is_held_to_the_rules_and_to_what_is_believed_now(conn, vault, linked):
    link = store.history(conn, vault, vault.token("person", TENANT))[0]
    for wrong in (
        {"role": "landline"},
        {"method": "guess"},
        {"valid_to": date(2020, 1, 1)},
        {"confidence": 2.0},
        {"evidence": f"证 {OWNER}"},
        {"place": HOUSE[:19]},
    ):
        with pytest.raises(InvalidInput) as refused:
            store.correct(conn, link, **wrong)
        assert OWNER[3:14] not in str(refused.value)
    assert store.correct(conn, link) is link
    ended = store.end(conn, link, date(2025, 1, 1))
    assert ended.valid_to == date(2025, 1, 1) and ended.link_id != link.link_id
    with pytest.raises(Conflict, match="corrected meanwhile"):
        store.end(conn, link, date(2025, 2, 1))


def test_a_token_leads_on_without_its_code(conn, vault, linked):
    token = vault.token("person", OWNER)
    found = resolve.of_token(conn, vault, token, actor="test").answers[0]
    assert (found.kind, found.masked[:3], set(met(found))) == ("person", OWNER[:3], {HOUSE, NEXT})
    with pytest.raises(NotFound):
        resolve.of_token(conn, vault, b"0" * 16, actor="test")


def test_a_house_shows_what_is_linked_to_it(conn, vault, linked):
    found = resolve.at_place(conn, vault, HOUSE, actor="test").answers[0]
    assert met(found) == {HOUSE: {"credit": 1, "person": 2, "phone": 1}}
    assert met(resolve.at_place(conn, vault, THIRD, actor="test").answers[0]) == {THIRD: {}}
    with pytest.raises(InvalidCode):
        resolve.at_place(conn, vault, TENANT, actor="test")


def test_where_there_is_more_than_is_shown_that_is_said_with_the_exact_number(conn, vault, load, linked, monkeypatch):
    monkeypatch.setattr(store, "MOST_PLACES", 1)
    (owner,) = resolve.resolve(conn, vault, [Asked("person", OWNER)], purpose="law", actor="t", most=2).answers
    assert not owner.complete and len(owner.meetings) == 1
    (meeting,) = owner.meetings
    assert not meeting.complete and met(owner) == {HOUSE: {"credit": 1, "person": 1}}
    assert meeting.counts == {Kind.CREDIT: 1, Kind.PERSON: 2, Kind.PHONE: 1}


def pages(conn, vault, most, place=HOUSE, **when):
    """Every page of a list, each as its links are numbered."""
    after, listed = 0, []
    while True:
        found = resolve.at_place(conn, vault, place, actor="test", after=after, most=most, **when)
        (meeting,) = found.answers[0].meetings
        listed.append([link.link_id for link in meeting.listed])
        if meeting.complete:
            return listed
        after = meeting.last


@pytest.fixture
def crowded(conn, vault, load, linked):
    """The house with twenty tenants and twenty companies more."""
    load([row(person_code(n), HOUSE, "tenant" if n % 2 else "resident") for n in range(100, 120)])
    load([row(company_code(n), HOUSE, "registered" if n % 3 else "operating") for n in range(100, 120)], "credit")


@pytest.mark.parametrize("most", [1, 7, 20, 44, 45, 100])
def test_pages_neither_repeat_a_link_nor_leave_one_out(conn, vault, crowded, most):
    (whole,) = pages(conn, vault, None)
    listed = pages(conn, vault, most)
    assert [link_id for page in listed for link_id in page] == whole and len(set(whole)) == 44
    assert [len(page) for page in listed[:-1]] == [most] * (44 // most - (44 % most == 0)) and listed[-1]


def test_pages_of_one_moment_are_whole_whatever_is_corrected_meanwhile(database_url, tmp_path):
    """A link that moves up the list, one that ends, and a new one: those who page on see what was believed when they began."""
    from contextlib import closing

    from gridgeo.db import connection

    with closing(connection.connect(database_url)) as conn:
        with conn:
            making.base(conn)
            vault = making.vault(conn, tmp_path)
            making.load(conn, vault, tmp_path, [row(person_code(n), role="tenant") for n in range(10)])
        with conn:
            (whole,) = pages(conn, vault, None)
            first = resolve.at_place(conn, vault, HOUSE, actor="test", most=4)
        with conn:
            links = [store.history(conn, vault, vault.token("person", person_code(n)))[0] for n in range(10)]
            (late,) = (link for link in links if link.link_id == whole[8])
            store.correct(conn, late, role="owner")
            store.end(conn, next(link for link in links if link.link_id == whole[6]), date(2021, 1, 1))
            making.load(conn, vault, tmp_path, [row(person_code(50), role="tenant")])
        with conn:
            rest, after = [], first.answers[0].meetings[0].last
            while after:
                found = resolve.at_place(conn, vault, HOUSE, actor="test", after=after, most=4, recorded=first.recorded)
                (meeting,) = found.answers[0].meetings
                rest += [link.link_id for link in meeting.listed]
                after = 0 if meeting.complete else meeting.last
            assert [link.link_id for link in first.answers[0].meetings[0].listed] + rest == whole
            assert pages(conn, vault, 4) != [whole]


def test_a_list_goes_on_after_a_link_of_the_place_alone(conn, vault, crowded):
    (elsewhere,) = pages(conn, vault, None, NEXT)
    for after in (elsewhere[0], 2**62):
        with pytest.raises(NotFound):
            resolve.at_place(conn, vault, HOUSE, actor="test", after=after)


def test_a_place_may_be_asked_about_from_its_beginning_and_further_on_at_once(conn, vault, crowded):
    (whole,) = pages(conn, vault, None)
    asked = [Asked("house", HOUSE), Asked("house", HOUSE, whole[4]), Asked("house", NEXT)]
    found = resolve.resolve(conn, vault, asked, purpose="law", actor="t", most=5).answers
    assert [[link.link_id for link in one.meetings[0].listed] for one in found[:2]] == [whole[:5], whole[5:10]]
    assert len(found[2].meetings[0].listed) == 1


def test_every_question_is_recorded_with_tokens_and_never_a_code(conn, vault, ask):
    ask(("person", TENANT), ("house", NEXT), ("phone", "wrong"))
    (entry,) = audit.show(conn, 1)
    assert (entry.action, entry.purpose, entry.outcome, entry.subjects) == ("resolve", "verification", "done", 3)
    assert vault.token("person", TENANT).hex() in entry.detail and NEXT in entry.detail and TENANT not in entry.detail


def test_a_refusal_is_recorded_under_a_purpose_of_the_list_or_none(conn, vault):
    resolve.refuse(conn, vault, purpose=TENANT, actor="test", subjects=2, why="purpose")
    resolve.refuse(conn, vault, purpose="law", actor="test", subjects=1, why="forbidden")
    entries = audit.show(conn, 2)
    assert [(entry.purpose, entry.outcome) for entry in entries] == [("", "refused"), ("law", "refused")]


def test_too_many_codes_and_unknown_kinds_are_refused(conn, vault):
    with pytest.raises(InvalidInput, match="at most 1,000"):
        resolve.resolve(conn, vault, [Asked("phone", "110")] * 1001, purpose="law", actor="t")
    with pytest.raises(InvalidInput, match="there are person, credit, phone, event") as refused:
        resolve.resolve(conn, vault, [Asked(TENANT, TENANT)], purpose="law", actor="t")
    assert TENANT[3:14] not in str(refused.value)
    assert TENANT not in repr(Asked("person", TENANT))


def test_the_role_of_the_room_asks_and_loads_as_its_owner_does(database_url, tmp_path):
    """With the rights of gridgeo_linkage, and no others."""
    from contextlib import closing

    from gridgeo.db import connection

    with closing(connection.connect(database_url)) as conn, conn:
        making.base(conn)
        vault = making.vault(conn, tmp_path)
    with closing(connection.connect(database_url, "gridgeo_linkage", **{"gridgeo.area": "all"})) as conn, conn:
        making.load(conn, vault, tmp_path, [row(TENANT)])
        store.end(conn, store.history(conn, vault, vault.token("person", TENANT))[0], date(2025, 1, 1))
        (answer,) = resolve.resolve(conn, vault, [Asked("person", TENANT)], purpose="law", actor="t", as_of=date(2024, 1, 1)).answers
        assert met(answer) == {HOUSE: {"person": 1}}


def test_look_ups_use_the_indexes_under_row_level_security(conn, vault, linked):
    """A comparison with what a function makes of a column would be made after the policy was asked: of every link there is."""
    when = {"as_of": resolve.today(), "recorded": None, "most": 10}
    at = {"zones": [HOUSE[:12]], "places": [HOUSE], "kinds": [""], "roles": [""], "after": [0]}
    asked = {"places": {"tokens": [b"0" * 16]}, "links": at, "totals": at, "marks": at}
    with conn.cursor() as cur:
        # Enough rows, and counted: of nearly empty tables every plan costs the same.
        cur.execute(
            "INSERT INTO linkage.identity (token, kind, key_id, sealed) "
            "SELECT decode(md5(i::text), 'hex'), 'person', 1, '' FROM generate_series(1, 20000) AS i"
        )
        cur.execute(
            "INSERT INTO linkage.link (token, kind, zone, place, role, valid, method, confidence) "
            "SELECT decode(md5(i::text), 'hex'), 'person', %s, %s || lpad((i / 4)::text, 6, '0'), 'resident', '[2020-01-01,)', 'visit', 1 "
            "FROM generate_series(1, 20000) AS i",
            (HOUSE[:12], HOUSE[:19]),
        )
        cur.execute("ANALYZE linkage.identity; ANALYZE linkage.link")
        cur.execute("SET LOCAL ROLE gridgeo_linkage")
        plans = {}
        for name, values in asked.items():
            cur.execute(f"EXPLAIN {store.SQL[name]}", {**values, **when})
            plans[name] = "\n".join(line for (line,) in cur.fetchall())
    assert "Index Cond: (token = asked.token)" in plans["places"]
    for name in ("links", "totals", "marks"):
        assert "Index Cond: ((zone = asked.zone) AND (place = asked.place))" in plans[name]
    assert "Index Cond: (token = l.token)" in plans["links"]
