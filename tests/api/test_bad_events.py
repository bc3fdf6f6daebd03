"""The catalogue of bad inputs, of events alone: reports, what is done to them, receipts. What every body refuses: test_bad_inputs.py.

Each row is refused with its status and code, and nothing of it is stored.
"""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.api import eventful
from tests.api.asking import is_refusal
from tests.api.eventful import caller
from tests.events import life

#: A digest of nothing that was ever sent.
DIGEST = "a" * 64
RING = [[113.0, 22.8], [113.1, 22.8], [113.1, 22.9], [113.0, 22.8]]
FAR = "2099-01-01T00:00:00+08:00"


def medium(**more) -> dict:
    return {"media": [{"digest": DIGEST, "media_type": "image/png", "bytes": 10, **more}]}


#: What is otherwise in a report, the status, and the code of the fault.
REPORTS = {
    "no such class": ({"class_path": "没有/这样/的类"}, 422, "unknown-class"),
    "a class with others below it": ({"class_path": "公用设施/照明"}, 422, "unknown-class"),
    "a class by its name alone": ({"class_path": "路灯不亮"}, 422, "unknown-class"),
    "a class of requests": ({"class_path": life.NOISE, "kind": "event"}, 422, "unknown-class"),
    "a class by a number nobody has": ({"class_path": None, "class_id": 2**31 - 1}, 422, "unknown-class"),
    "grade 0": ({"grade": 0}, 400, "invalid-member"),
    "grade 5": ({"grade": 5}, 400, "invalid-member"),
    "grade II": ({"grade": "II"}, 400, "invalid-member"),
    "grade 2.0": ({"grade": 2.0}, 400, "invalid-member"),
    "a class in two ways": ({"class_id": 1}, 400, "invalid-member"),
    "a class with NUL": ({"class_path": "公用设施\0/照明"}, 400, "invalid-member"),
    "a source with NUL": ({"source": "a\0b", "original": "1"}, 400, "invalid-member"),
    "happened before our calendars begin": ({"happened_at": "0001-01-01T00:00:00Z"}, 400, "invalid-member"),
    "a reporter nobody can be": ({"reporter": {"kind": "person", "code": "449999199001010017"}}, 400, "invalid-member"),
    "a kind of its own": ({"kind": "incident"}, 400, "invalid-member"),
    "happened tomorrow": ({"happened_at": FAR}, 422, "happened-later"),
    "reported tomorrow": ({"reported_at": FAR}, 422, "reported-ahead"),
    "happened after the report": (
        {"reported_at": "2026-01-01T08:00:00+08:00", "happened_at": "2026-01-01T09:00:00+08:00"},
        422,
        "happened-later",
    ),
    "a moment without its zone": ({"happened_at": "2026-01-01T08:00:00"}, 400, "invalid-member"),
    "a day there is not": ({"reported_at": "2026-02-30"}, 400, "invalid-member"),
    "seconds since 1970": ({"reported_at": 1767225600}, 400, "invalid-member"),
    "a point in the sea": ({"lon": 0, "lat": 0}, 422, "bad-point"),
    "axes swapped": ({"lon": 22.895, "lat": 113.005}, 400, "invalid-member"),
    "half a point": ({"lat": None}, 422, "bad-point"),
    "degrees as text": ({"lon": "113.005"}, 400, "invalid-member"),
    "a polygon for a longitude": ({"lon": {"type": "Polygon", "coordinates": [RING]}}, 400, "invalid-member"),
    "a polygon": ({"geometry": {"type": "Polygon", "coordinates": [RING]}}, 400, "unknown-member"),
    "a point and a unit": ({"unit": "999901001"}, 422, "several-places"),
    "a unit nobody has": ({"lon": None, "lat": None, "unit": "000000000"}, 422, "unknown-unit"),
    "a unit with a wildcard": ({"lon": None, "lat": None, "unit": "9999%"}, 400, "invalid-member"),
    "a house nobody has": ({"lon": None, "lat": None, "place": "4" * 25}, 422, "unknown-place"),
    "an address of 501 signs": ({"address": "路" * 501}, 400, "invalid-member"),
    "an address with NUL": ({"address": "海滨路\0号"}, 422, "bad-address"),
    "no words": ({"told": " \u3000\n"}, 400, "invalid-member"),
    "words nobody sees": ({"told": "\u200b\u200d"}, 422, "bad-text"),
    "4,001 signs": ({"told": "灯" * 4001}, 400, "invalid-member"),
    "words with NUL": ({"told": "路灯\0不亮"}, 422, "bad-text"),
    "words written backwards": ({"told": "路灯\u202e不亮"}, 422, "bad-text"),
    "words with half a sign": ({"told": "路灯\x1b[31m不亮"}, 422, "bad-text"),
    "no such channel": ({"channel": "pigeon"}, 422, "unknown-channel"),
    "a channel by its title": ({"channel": "网格员"}, 400, "invalid-member"),
    "a code of nobody's": ({"original": "SZ-1"}, 422, "bad-original"),
    "a source of 65 signs": ({"source": "x" * 65, "original": "1"}, 400, "invalid-member"),
    "a source that is a person": ({"source": "449999199001010016", "original": "1"}, 422, "bad-original"),
    "a digest of 63 digits": (medium(digest=DIGEST[1:]), 400, "invalid-member"),
    "a digest in capitals": (medium(digest=DIGEST.upper()), 400, "invalid-member"),
    "a medium that is a page": (medium(media_type="text/html"), 400, "invalid-member"),
    "a medium of no bytes": (medium(bytes=0), 400, "invalid-member"),
    "a medium with its path": (medium(path="/etc/passwd"), 400, "invalid-member"),
    "21 media": ({"media": medium()["media"] * 21}, 400, "invalid-member"),
    "a reporter of no kind": ({"reporter": {"kind": "passport", "code": "1"}}, 400, "invalid-member"),
    "a stage": ({"stage": "closed"}, 400, "unknown-member"),
    "somebody else as who reports": ({"actor": "system"}, 400, "unknown-member"),
    "its own code": ({"event_code": life.LIGHTS + "20260101000001"}, 400, "unknown-member"),
}

KEYS = {
    "none": ([], 400),
    "an empty one": ([""], 400),
    "one of 256 signs": (["x" * 256], 400),
    "one of 10 kB": (["x" * 10_000], 400),
    "two": (["one", "two"], 400),
}

#: What is sent as If-Match, of an event of version 1 that is filed then.
TAGS = {
    "none": (None, 428),
    "one that was": ('"0"', 412),
    "one to come": ('"7"', 412),
    "a weak one": ('W/"1"', 412),
    "no tag": ("1x", 412),
    "an empty one": ("", 412),
}

#: What is done to a filed event, the status, and the code.
DEEDS = {
    "an action there is not": ({"action": "delete"}, 400, None),
    "an action in capitals": ({"action": "REJECT"}, 400, None),
    "filed twice": ({"action": "file"}, 409, "forbidden-transition"),
    "closed at once": ({"action": "close"}, 409, "forbidden-transition"),
    "rated by a clerk": ({"action": "rate"}, 409, "forbidden-transition"),
    "merged into itself": ({"action": "merge", "into": "{itself}"}, 400, None),
    "merged into nothing": ({"action": "merge", "into": "999999999"}, 404, "not-found"),
    "merged into a code with a quote": ({"action": "merge", "into": "' or 1=1--"}, 400, None),
    "merged into nothing said": ({"action": "merge"}, 400, None),
    "paused without a reason": ({"action": "pause"}, 400, None),
    "paused for NUL": ({"action": "pause", "reason": "a\0b"}, 400, None),
    "paused for 2,001 signs": ({"action": "pause", "reason": "x" * 2001}, 400, None),
    "sent to a department nobody has": ({"action": "dispatch", "department_code": "ZZ9999999"}, 400, None),
    "sent to two who lead": (
        {"action": "dispatch", "tasks": [{"department_code": life.LIGHTS}, {"department_code": life.ROADS}]},
        400,
        None,
    ),
    "sent to 31": ({"action": "dispatch", "tasks": [{"department_code": life.LIGHTS}] * 31}, 400, None),
    "sent to nobody": ({"action": "dispatch", "tasks": []}, 400, None),
    "sent to be done yesterday": ({"action": "dispatch", "department_code": life.LIGHTS, "due_at": "2020-01-01"}, 400, "invalid-member"),
    "sent to be done by the end of time": (
        {"action": "dispatch", "tasks": [{"department_code": life.LIGHTS, "due_at": "9999-12-31T23:59:59Z"}]},
        400,
        "invalid-member",
    ),
    "sent with a word that is none": (
        {"action": "dispatch", "tasks": [{"department_code": life.LIGHTS, "note": "a\0b"}]},
        400,
        "invalid-member",
    ),
    "amended to a class with NUL": ({"action": "amend", "reason": "x", "class_path": "a\0b"}, 400, "invalid-member"),
    "amended to grade 9": ({"action": "amend", "reason": "x", "grade": 9}, 400, None),
    "amended to no class": ({"action": "amend", "reason": "x", "class_path": "没有/这样/的类"}, 422, None),
    "amended into the sea": ({"action": "amend", "reason": "x", "lon": 0, "lat": 0}, 422, None),
    "what a department has not": ({"action": "handle", "note": "x", "task_no": 7}, 409, "forbidden-transition"),
}

RECEIPTS = {
    "no secret": ({}, 400),
    "a short one": ({"secret": "abc"}, 400),
    "one with blanks": ({"secret": "A" * 20 + " "}, 400),
    "nobody's": ({"secret": "A" * 32}, 404),
    "rated without stars": ({"action": "rate"}, 409),
    "six stars": ({"action": "rate", "stars": 6}, 400),
    "stars as text": ({"action": "rate", "stars": "5"}, 400),
    "another action": ({"action": "close"}, 400),
    "reopened for nothing": ({"action": "reopen"}, 409),
    "rated before it is closed": ({"action": "rate", "stars": 5}, 409),
    "reopened before it is closed": ({"action": "reopen", "reason": "x"}, 409),
}


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """The city, a portal that reports and a clerk; `event` is filed, its receipt is known."""
    of = {"portal": caller("report"), "clerk": caller("read", "report", "accept", "dispatch", "handle")}
    with eventful.served(server, template, tmp_path_factory, of, locked=True) as lent:
        lent.event = reported(lent).json()
        acted(lent, {"action": "file"}, '"1"')
        yield lent


def reported(served, key: list[str] | None = None, **more):
    body = {"channel": "inspector", "told": "路灯不亮", "class_path": life.LAMP, "lon": 113.005, "lat": 22.895, **more}
    keys = [str(uuid4())] if key is None else key
    headers = [*served.of["portal"].items(), *(("Idempotency-Key", one) for one in keys)]
    return served.client.post("/events", json=body, headers=headers)


def acted(place, body: dict, tag: str | None = "*"):
    headers = place.of["clerk"] | ({} if tag is None else {"If-Match": tag})
    return place.client.post(f"/events/{place.event['event_id']}/actions", json=body, headers=headers)


def state(place) -> tuple:
    """How many events there are, and how the one stands."""
    listed = place.client.get("/events", headers=place.of["clerk"]).json()
    one = place.client.get(f"/events/{place.event['event_id']}", headers=place.of["clerk"]).json()
    return len(listed["events"]), one["stage"], one["version"]


@pytest.fixture(scope="module")
def before(place):
    return state(place)


def codes(answer) -> set[str]:
    said = answer.json()
    return {said.get("code"), *(each["code"] for each in said.get("errors", ()))}


@pytest.mark.parametrize(("more", "status", "code"), REPORTS.values(), ids=REPORTS)
def test_a_report_that_cannot_be_is_refused_with_its_fault(place, before, more, status, code):
    answer = reported(place, **more)
    assert (answer.status_code, is_refusal(answer)) == (status, True), answer.text
    assert code in codes(answer), answer.text


@pytest.mark.parametrize("wrong", [{"told": "路灯\0不亮"}, {"lon": None}, {"place": "4"}, {"class_id": 0}], ids=str)
def test_nothing_is_similar_to_what_cannot_be_reported(place, wrong):
    seen = {"told": "路灯不亮", "lon": 113.005, "lat": 22.895, **wrong}
    answer = place.client.post("/events/similar", json=seen, headers=place.of["portal"])
    assert (answer.status_code, is_refusal(answer)) == (400, True), answer.text


@pytest.mark.parametrize(("keys", "status"), KEYS.values(), ids=KEYS)
def test_a_report_is_sent_with_one_key(place, before, keys, status):
    answer = reported(place, key=keys)
    assert (answer.status_code, is_refusal(answer)) == (status, True), answer.text


def test_ten_megabytes_of_words_are_not_read(place, before):
    answer = reported(place, told="灯" * 3_500_000)
    assert (answer.status_code, is_refusal(answer)) == (413, True) and len(answer.content) < 1000


def test_a_key_that_was_used_is_not_used_for_another_report(place, before):
    key = [str(uuid4())]
    assert reported(place, key=key, grade=9).status_code == 400, "what was refused has used up no key"
    assert reported(place, key=key, channel="pigeon").status_code == 422


@pytest.mark.parametrize(("tag", "status"), TAGS.values(), ids=TAGS)
def test_who_does_not_know_how_an_event_stands_does_nothing_to_it(place, before, tag, status):
    answer = acted(place, {"action": "reject", "reason": "x"}, tag)
    assert (answer.status_code, is_refusal(answer)) == (status, True), answer.text


@pytest.mark.parametrize(("body", "status", "code"), DEEDS.values(), ids=DEEDS)
def test_what_cannot_be_done_to_an_event_is_refused(place, before, body, status, code):
    body = {name: str(place.event["event_id"]) if value == "{itself}" else value for name, value in body.items()}
    answer = acted(place, body)
    assert (answer.status_code, is_refusal(answer)) == (status, True), answer.text
    assert code is None or code in codes(answer), answer.text


@pytest.mark.parametrize(("more", "status"), RECEIPTS.values(), ids=RECEIPTS)
def test_a_receipt_lets_do_what_it_lets_do(place, before, more, status):
    body = more if more.keys() <= {"secret"} else {"secret": place.event["receipt"], **more}
    answer = place.client.post("/events/receipts", json=body, headers=place.of["portal"])
    assert (answer.status_code, is_refusal(answer)) == (status, True), answer.text


def test_nothing_of_all_that_was_stored(place, before):
    assert state(place) == before == (1, "filed", 2)
