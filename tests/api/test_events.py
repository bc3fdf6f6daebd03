"""Events over HTTP: sent in once, acted on by those whose duty it is, told to each as much as is theirs."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import pytest

from api import schemas_events as told
from gridgeo.db import connection
from gridgeo.linkage import keys, reporters
from tests.api import canaries, eventful
from tests.api.eventful import caller
from tests.api.world import A, D
from tests.events import life

#: Nobody's: of a region that was never issued, and a number of no exchange.
PERSON, PHONE = "449999199001010016", "13800138000"


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """The city with its locked room, and callers of every duty."""
    of = {
        "portal": caller("report"),
        "clerk": caller("read", "report", "accept", "dispatch"),
        "checker": caller("read", "verify"),
        "lights": caller("read", "handle", department_code=life.LIGHTS),
        "lights of D": caller("read", "handle", area=D, department_code=life.LIGHTS),
        "clerk of D": caller("read", "accept", area=D),
        "reader": caller("read"),
        "app": caller("read", "report"),
    }
    with eventful.served(server, template, tmp_path_factory, of, locked=True) as lent:
        yield lent


def sent(place, who="portal", key=None, status=201, **more):
    body = {"channel": "inspector", "told": "路灯不亮", "class_path": life.LAMP, "lon": 113.005, "lat": 22.895, **more}
    answer = place.client.post("/events", json=body, headers={**place.of[who], "Idempotency-Key": key or str(uuid4())})
    assert answer.status_code == status, answer.text
    return answer.json()


def got(place, path, who="clerk", status=200, **params):
    answer = place.client.get(path, params=params, headers=place.of[who])
    assert answer.status_code == status, answer.text
    return answer.json()


def acted(place, who, event_id, action, version="*", status=200, **more):
    tag = version if version == "*" else f'"{version}"'
    answer = place.client.post(f"/events/{event_id}/actions", json={"action": action, **more}, headers={**place.of[who], "If-Match": tag})
    assert answer.status_code == status, answer.text
    return answer.json()


def receipt(place, secret, status=200, **more):
    answer = place.client.post("/events/receipts", json={"secret": secret, **more}, headers=place.of["portal"])
    assert answer.status_code == status, answer.text
    return answer.json()


def test_from_the_report_to_the_stars(place):
    taken = sent(place)
    told.Taken.model_validate(taken)
    number = taken["event_id"]
    event = told.EventTold.model_validate(got(place, f"/events/{taken['event_code']}"))
    assert (event.stage, event.unit.code, event.grade, event.told) == ("reported", A, 4, "路灯不亮")
    assert event.actions == ["amend", "file", "reject", "merge"]
    acted(place, "clerk", number, "file", 1)
    acted(place, "clerk", number, "dispatch", 2, department_code=life.LIGHTS)
    acted(place, "lights", number, "accept", 3)
    assert acted(place, "lights", number, "handle", 4, note="换了灯泡")["stage"] == "handled"
    acted(place, "checker", number, "verify", 5)
    assert acted(place, "clerk", number, "close", 6)["stage"] == "closed"
    assert receipt(place, taken["receipt"])["actions"] == ["reopen", "rate"]
    assert receipt(place, taken["receipt"], action="rate", stars=5)["stars"] == 5
    assert receipt(place, taken["receipt"], 409, action="rate", stars=1)["allowed"] == ["reopen"]
    assert receipt(place, taken["receipt"], action="reopen", reason="又灭了")["stage"] == "reopened"
    line = told.Timeline.model_validate(got(place, f"/events/{number}/timeline"))
    assert [step.action for step in line.steps][-3:] == ["close", "rate", "reopen"]
    assert [task["stage"] for task in got(place, f"/events/{number}/tasks")["tasks"]] == ["handled"]
    told.Tasks.model_validate(got(place, f"/events/{number}/tasks"))


def test_sent_twice_is_one_and_the_answer_the_same(place):
    key = str(uuid4())
    first = sent(place, key=key)
    assert sent(place, key=key) == first and first["receipt"]
    other = sent(place, key=key, told="井盖丢了", status=422)
    assert other["code"] == "key-reused"
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda _: sent(place, key="the-same"), range(16)))
    assert len({one["event_id"] for one in many}) == 1 and len({one["receipt"] for one in many}) == 1
    assert sent(place, who="clerk", key="the-same")["event_id"] != many[0]["event_id"], "a key is its owner's"


def test_reports_that_come_at_once_are_answered_each_for_itself(place, monkeypatch):
    """Also where one of them spoils the transaction of all by what nobody foresaw: then each has its own."""
    wrong, keep = {"reporter": {"kind": "phone", "code": "13900139000"}}, reporters.keep

    def spoilt(*given):
        if "13900139000" in given:
            raise ValueError("nobody foresaw it")
        return keep(*given)

    monkeypatch.setattr(reporters, "keep", spoilt)
    sorts = [
        ({}, 201),
        ({"told": "\t"}, 400),
        ({"channel": "pigeon"}, 422),
        (wrong, 500),
        ({"reporter": {"kind": "phone", "code": PHONE}}, 201),
    ]
    with ThreadPoolExecutor(15) as pool:
        answers = list(pool.map(lambda each: (each[1], sent(place, status=each[1], **each[0])), sorts * 6))
    taken = {answer["event_id"] for status, answer in answers if status == 201}
    assert len(taken) == 12, "none is lost, and none is taken in twice"
    with closing(connection.connect(place.url)) as conn, conn, conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM linkage.event_reporter WHERE event_id = ANY(%s)", (list(taken),))
        assert cur.fetchone() == (6,)


def test_a_report_without_a_key_could_not_be_sent_again(place):
    body = {"channel": "inspector", "told": "路灯不亮"}
    answer = place.client.post("/events", json=body, headers=place.of["portal"])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "missing-parameter")


def test_what_a_source_sent_before_is_known(place):
    first = sent(place, source="12345", original="SZ-2026-1")
    again = sent(place, source="12345", original="SZ-2026-1", status=200)
    assert (again["event_id"], again["receipt"]) == (first["event_id"], None)


def test_what_a_source_sent_is_found_by_its_code(place):
    number = sent(place, source="hotline", original="GD-2026 0001")["event_id"]
    found = [one["event_id"] for one in got(place, "/events", source="hotline", original="GD-20260001")["events"]]
    assert found == [number] and got(place, "/events", source="police", original="GD-20260001")["events"] == []
    for wrong in ({"original": "GD-20260001"}, {"source": "hotline"}, {"source": "hotline", "original": PERSON}):
        refused = got(place, "/events", status=400, **wrong)
        assert refused["errors"][0]["parameter"] == "original" and PERSON not in str(refused)


def test_events_are_found_by_their_words_and_addresses(place):
    number = sent(place, told="翠景路口 100%_灯不亮")["event_id"]
    now = got(place, f"/events/{number}")["reported_at"]
    told, address, other = (got(place, "/events", q=q, since=now)["events"] for q in ("0%_灯", "没有这样的地方", "0_%灯"))
    assert [[one["event_id"] for one in found] for found in (told, address, other)] == [[number], [], []]
    acted(place, "clerk", number, "amend", address="没有这样的地方", reason="x")
    assert [one["event_id"] for one in got(place, "/events", q="这样的地", since=now)["events"]] == [number]
    for who, wrong in (
        ("reader", {"since": now}),
        ("clerk", {}),
        ("clerk", {"since": "2026-01-01"}),
        ("clerk", {"since": now, "q": PHONE}),
    ):
        refused = got(place, "/events", who, 400, **{"q": "灯不亮", **wrong})
        assert refused["errors"][0]["parameter"] == "q" and PHONE not in str(refused)


def test_acting_says_which_state_is_known(place):
    number = sent(place)["event_id"]
    missing = place.client.post(f"/events/{number}/actions", json={"action": "file"}, headers=place.of["clerk"])
    assert missing.status_code == 428
    etag = place.client.get(f"/events/{number}", headers={**place.of["clerk"], "Accept-Encoding": "identity"}).headers["etag"]
    assert etag == '"1"'
    acted(place, "clerk", number, "file", 1)
    stale = acted(place, "clerk", number, "dispatch", 1, 412, department_code=life.LIGHTS)
    assert stale["code"] == "stale"
    assert got(place, f"/events/{number}")["stage"] == "filed"


def test_what_is_kept_of_an_event_is_not_taken_for_what_somebody_else_is_told(place):
    where = f"/events/{sent(place)['event_id']}"
    answers = {who: place.client.get(where, headers={**place.of[who], "Accept-Encoding": "identity"}) for who in ("clerk", "reader")}
    for who, other in (("clerk", "reader"), ("reader", "clerk")):
        known = {"If-None-Match": answers[other].headers["etag"], "Accept-Encoding": "identity"}
        assert place.client.get(where, headers={**place.of[who], **known}).json().get("told") == answers[who].json().get("told")
    assert answers["clerk"].json()["told"] and "told" not in answers["reader"].json()


def test_what_may_not_be_done_lists_what_may(place):
    number = sent(place)["event_id"]
    refused = acted(place, "clerk", number, "close", 1, 409)
    assert (refused["code"], refused["stage"], refused["allowed"]) == (
        "forbidden-transition",
        "reported",
        ["amend", "file", "reject", "merge"],
    )
    assert acted(place, "checker", number, "verify", 1, 409)["allowed"] == []


def test_faults_of_a_report_are_told_by_their_places(place):
    wrong = sent(place, class_path="没有/这样/的类", channel="pigeon", unit="999", status=422)
    assert {each["code"] for each in wrong["errors"]} == {"unknown-class", "unknown-channel", "several-places", "unknown-unit"}
    assert sent(place, lon=None, status=422)["errors"][0]["code"] == "bad-point"
    assert sent(place, grade="1", status=400)["errors"][0] == {
        "pointer": "/grade",
        "code": "invalid-member",
        "detail": "is no whole number from 1 to 4",
    }


@pytest.mark.parametrize("who", ["reader", "app"])
def test_who_only_reads_or_sends_in_is_told_facts_and_of_public_classes_alone(place, who):
    lamp, noise = sent(place)["event_id"], sent(place, class_path=life.NOISE, kind="request", told="楼上很吵")["event_id"]
    seen = got(place, f"/events/{lamp}", who)
    assert "told" not in seen and "address" not in seen and seen["actions"] == []
    steps = got(place, f"/events/{lamp}/timeline", who)["steps"]
    assert not {"actor", "reason"} & steps[0].keys() and "address" not in steps[0]["given"]
    got(place, f"/events/{noise}", who, 404)
    listed = {one["event_id"] for one in got(place, "/events", who, limit=1000)["events"]}
    assert lamp in listed and noise not in listed
    assert noise in {one["event_id"] for one in got(place, "/events", limit=1000)["events"]}
    refused = place.client.get(f"/events/{lamp}/reports", headers=place.of[who])
    assert refused.status_code == 403


def test_callers_of_a_part_see_what_lies_there_and_departments_what_they_have_to_do(place):
    here = sent(place)["event_id"]
    there = sent(place, lon=113.035, lat=22.875)["event_id"]
    listed = {one["event_id"] for one in got(place, "/events", "clerk of D", limit=1000)["events"]}
    assert there in listed and here not in listed
    got(place, f"/events/{here}", "clerk of D", 404)
    acted(place, "clerk of D", here, "file", "*", 404)
    got(place, f"/events/{here}", "lights of D", 404)
    acted(place, "clerk", here, "file")
    acted(place, "clerk", here, "dispatch", department_code=life.LIGHTS)
    assert got(place, f"/events/{here}", "lights of D")["actions"] == ["accept", "return", "handle"]
    assert acted(place, "lights of D", here, "accept")["stage"] == "dispatched"
    assert here in {one["event_id"] for one in got(place, "/events", "lights of D", tasks_of=life.LIGHTS)["events"]}


def test_pages_go_on_and_neither_repeat_nor_leave_out(place):
    mine = {sent(place, channel="hotline")["event_id"] for _ in range(5)}
    seen, path = [], "/events?channel=hotline&limit=2"
    while path:
        page = place.client.get(path, headers=place.of["clerk"]).json()
        told.Events.model_validate(page)
        seen += [one["event_id"] for one in page["events"]]
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len(seen) == len(set(seen)) and mine <= set(seen)
    assert got(place, "/events", status=400, cursor="A" * 24)["code"] == "invalid-request"


def test_nearby_and_similar_are_found(place):
    first = sent(place, told="前进路口的路灯一直不亮", lon=113.0101, lat=22.8901)
    second = sent(place, told="前进路口路灯不亮了", lon=113.0102, lat=22.8902)["event_id"]
    near = told.NearbyEvents.model_validate(got(place, "/events/nearby", lon=113.0101, lat=22.8901, metres=100))
    assert near.events[0].event_id == first["event_id"] and near.events[0].metres == 0
    like = told.Similar.model_validate(got(place, f"/events/{second}/similar"))
    assert like.similar[0].event_id == first["event_id"] and like.similar[0].same_class
    seen = {"told": "前进路口的路灯不亮", "lon": 113.0101, "lat": 22.8901}
    answer = place.client.post("/events/similar", json=seen, headers=place.of["portal"])
    assert first["event_id"] in {one.event_id for one in told.Similar.model_validate(answer.json()).similar}
    assert "told" not in answer.json()["similar"][0] and answer.json()["similar"][0]["alike"] is None, "a number tells on words"
    merged = acted(place, "clerk", second, "merge", into=first["event_code"])
    assert (merged["stage"], merged["merged_into"]) == ("merged", first["event_id"])
    reports = told.Reports.model_validate(got(place, f"/events/{first['event_id']}/reports"))
    assert len(reports.reports) == 2
    geojson = got(place, "/events/nearby", lon=113.0101, lat=22.8901, f="geojson")
    assert geojson["features"][0]["geometry"]["coordinates"] == [113.0101, 22.8901]


def test_identities_never_appear(place):
    """Neither of who reported nor of who was named: not in any answer, not in the feed, not in the database in the clear."""
    words = f"楼下张某 {PERSON} 电话{PHONE} 很吵"
    taken = sent(place, told=words, address=f"海滨路1号 联系{PHONE}", reporter={"kind": "phone", "code": PHONE})
    number = taken["event_id"]
    acted(place, "clerk", number, "file")
    acted(place, "clerk", number, "dispatch", department_code=life.LIGHTS)
    acted(place, "lights", number, "return", reason=f"请联系 {PHONE}")
    paths = [f"/events/{number}{rest}" for rest in ("", "/timeline", "/tasks", "/reports", "/similar")]
    answers = [place.client.get(path, headers=place.of["clerk"]).text for path in (*paths, "/events?limit=1000", "/changes/extracts/event")]
    answers.append(receipt_text(place, taken["receipt"]))
    wrong = place.client.post(
        "/events",
        json={"channel": "hotline", "told": "x", "reporter": {"kind": "person", "code": "449999199001010017"}},
        headers={**place.of["portal"], "Idempotency-Key": str(uuid4())},
    )
    assert wrong.status_code == 400
    with closing(connection.connect(place.url)) as conn, conn.cursor() as cur:
        tables = [f"gridgeo.{name}" for name in ("event", "event_report", "event_step", "event_task", "change", "event_request")]
        for table in [*tables, "linkage.event_reporter", "linkage.event_original"]:
            cur.execute(f"SELECT string_agg(t::text, ' ') FROM {table} AS t")
            answers.append(cur.fetchone()[0] or "")
        vault = keys.unlock(conn, place.settings)
        assert reporters.tokens(conn, number) == [vault.token("phone", PHONE)]
        assert reporters.text(conn, vault, number, 1).startswith(words), "whoever must call back finds the words"
    for text in (*answers, wrong.text):
        assert not re.search(f"{PERSON}|{PHONE}|449999199001010017", text)


@pytest.mark.parametrize("canary", canaries.CANARIES)
def test_a_personal_code_is_never_repeated_wherever_somebody_puts_it(place, caplog, canary):
    with caplog.at_level(logging.DEBUG, "gridgeo"):
        answers = list(everywhere(place, canary))
    assert all(answer.status_code < 500 for answer in answers)
    text = "".join(answer.text + str(answer.headers) for answer in answers)
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records if record.name.startswith("gridgeo"))
    assert "/events" in logged
    assert not canaries.leaked(canary, text + logged)


def everywhere(place, canary):
    """Reports, actions and receipts with a code in each of their members, and what is told of them then."""
    report = {
        "channel": "hotline",
        "told": f"找{canary}",
        "address": f"海滨路1号{canary}",
        "class_path": life.LAMP,
        "lon": 113.005,
        "lat": 22.895,
    }
    reporters = [{"reporter": {"kind": kind, "code": canary}} for kind in ("person", "phone", "credit", canary)]
    members = ("channel", "kind", "class_path", "grade", "unit", "place", "happened_at", "source", "original", "media", "receipt")
    for more in ({}, *reporters, {"source": "x", "original": canary}, {canary: 1}, *({name: canary} for name in members)):
        yield place.client.post("/events", json={**report, **more}, headers={**place.of["clerk"], "Idempotency-Key": str(uuid4())})
    number = sent(place)["event_id"]
    clerk = {**place.of["clerk"], "If-Match": "*"}
    for said in (
        {"action": canary},
        {"action": "merge", "into": canary},
        {"action": "file", "unit": canary},
        {"action": "reject", "reason": canary},
    ):
        yield place.client.post(f"/events/{number}/actions", json=said, headers=clerk)
    yield place.client.post(f"/events/{number}/actions", json={"action": "file"}, headers={**clerk, "If-Match": canary})
    yield place.client.post("/events/receipts", json={"secret": f"{canary}-{canary}"}, headers=place.of["portal"])
    yield place.client.post("/events/similar", json={"told": canary, "lon": 113.005, "lat": 22.895}, headers=place.of["portal"])
    for path in (f"/events/{canary}", f"/events?department={canary}", f"/events/{number}/timeline", f"/events/{number}/reports", "/events"):
        yield place.client.get(path, headers=place.of["clerk"])


def receipt_text(place, secret):
    return place.client.post("/events/receipts", json={"secret": secret}, headers=place.of["portal"]).text


def test_a_wrong_secret_is_nobodys(place):
    assert receipt(place, "A" * 32, 404)["code"] == "not-found"
