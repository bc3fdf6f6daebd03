"""Pictures of events over HTTP: sent by a duty or a receipt, seen by duties alone; and words as they were, which the audit tells of."""

from __future__ import annotations

import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import pytest

from api import schemas_events as told
from gridgeo.db import connection
from gridgeo.linkage import audit, keys
from tests.api import eventful
from tests.api.eventful import caller
from tests.api.world import D
from tests.events import life
from tests.events.making_media import png

#: Nobody's: of a region that was never issued, and a number of no exchange.
PERSON, PHONE = "449999199001010016", "13800138000"


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """The drawn city with classes, channels and departments, and the API over it, which takes a megabyte at most."""
    of = {
        "portal": caller("report"),
        "clerk": caller("read", "report", "accept", "dispatch"),
        "clerk of D": caller("read", "accept", area=D),
        "reader": caller("read"),
        "link": caller("link"),
        "caller": caller("link", "unmask"),
        "caller of D": caller("link", "unmask", area=D),
    }
    with eventful.served(server, template, tmp_path_factory, of, locked=True, media_mb=1) as lent:
        yield lent


def reported(place, **more):
    body = {"channel": "inspector", "told": "路灯不亮", "class_path": life.LAMP, "lon": 113.005, "lat": 22.895, **more}
    answer = place.client.post("/events", json=body, headers={**place.of["portal"], "Idempotency-Key": str(uuid4())})
    assert answer.status_code == 201, answer.text
    return answer.json()


def sent(place, event, data, who="clerk", status=201, **headers):
    answer = place.client.post(f"/events/{event}/media", content=data, headers={**place.of[who], **headers})
    assert answer.status_code == status, answer.text
    return answer.json()


def got(place, path, who="clerk", status=200, **headers):
    answer = place.client.get(path, headers={**place.of[who], **headers})
    assert answer.status_code == status, answer.text
    return answer


def test_a_picture_is_sent_listed_and_got_without_who_took_it(place):
    event = reported(place)["event_id"]
    before = got(place, f"/events/{event}", **{"Accept-Encoding": "identity"})
    held = told.Medium.model_validate(sent(place, event, png()))
    assert sent(place, event, png(), status=200)["media_no"] == held.media_no == 1
    listed = told.Media.model_validate(got(place, f"/events/{event}/media").json())
    assert listed.media == [held] and held.digest == hashlib.sha256(png()).hexdigest()
    after = got(place, f"/events/{event}", **{"Accept-Encoding": "identity", "If-None-Match": before.headers["etag"]})
    assert told.EventTold.model_validate(after.json()).media == [held], "another picture is another state to look at"
    picture = got(place, held.href)
    assert picture.headers["content-type"] == "image/png" and hashlib.sha256(picture.content).hexdigest() == held.kept
    assert b"Zhang Nobody" in png() and b"Zhang Nobody" not in picture.content
    assert {name: picture.headers[name] for name in ("cache-control", "x-content-type-options", "content-disposition")} == {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-disposition": f'attachment; filename="{listed.event_code}-1.png"',
    }
    part = got(place, held.href, status=206, Range="bytes=1-3")
    assert part.content == b"PNG" and part.headers["content-range"] == f"bytes 1-3/{held.bytes}"
    acted = place.client.post(
        f"/events/{event}/actions", json={"action": "file"}, headers={**place.of["clerk"], "If-Match": after.headers["etag"]}
    )
    assert acted.status_code == 200, "a picture stands in nobody's way"


def test_many_at_once_are_one_each(place):
    event = reported(place)["event_id"]
    pictures = [png(shade=shade) for shade in (1, 2, 3)] * 4
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda data: place.client.post(f"/events/{event}/media", content=data, headers=place.of["clerk"]), pictures)
        )
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201] * 3
    assert [each["media_no"] for each in got(place, f"/events/{event}/media").json()["media"]] == [1, 2, 3]


def test_the_reporter_sends_by_the_receipt_while_it_is_open_and_sees_nothing(place):
    mine, others = reported(place), reported(place)
    secret = {"Receipt": mine["receipt"]}
    held = sent(place, mine["event_code"], png(), "portal", **secret)
    assert held["actor"] == "receipt"
    sent(place, others["event_id"], png(), "portal", 404, **secret)
    sent(place, mine["event_id"], png(), "portal", 404, Receipt="A" * 32)
    assert sent(place, mine["event_id"], png(), "portal", 400)["errors"][0]["code"] == "missing-parameter"
    for path in (f"/events/{mine['event_id']}/media", held["href"]):
        got(place, path, "portal", 403)
        got(place, path, "reader", 403)
    assert "media" not in got(place, f"/events/{mine['event_id']}", "reader").json()
    rejected = {"action": "reject", "reason": "不属实"}
    place.client.post(f"/events/{mine['event_id']}/actions", json=rejected, headers={**place.of["clerk"], "If-Match": "*"})
    sent(place, mine["event_id"], png(), "portal", 409, **secret)


def test_what_a_report_named_is_sent_later(place):
    medium = {"digest": hashlib.sha256(png()).hexdigest(), "media_type": "image/png", "bytes": len(png())}
    event = reported(place, media=[medium])["event_id"]
    (named,) = got(place, f"/events/{event}/media").json()["media"]
    assert (named["href"], named["kept"]) == (None, None)
    got(place, f"/events/{event}/media/1", status=404)
    assert sent(place, event, png())["media_no"] == 1
    assert got(place, f"/events/{event}/media/1").content


def test_callers_of_a_part_neither_see_nor_send_elsewhere(place):
    event = reported(place)["event_id"]
    sent(place, event, png())
    sent(place, event, png(shade=9), "clerk of D", 404)
    for path in (f"/events/{event}/media", f"/events/{event}/media/1"):
        got(place, path, "clerk of D", 404)


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"<script>alert(1)</script>", 415, "unsupported-media-type"),
        (b"", 415, "unsupported-media-type"),
        (png()[:-20], 400, "invalid-request"),
        (b"%PDF-" + b"0" * 1_000_000 + b"%%EOF", 413, "body-too-large"),
    ],
)
def test_what_is_not_kept_is_refused(place, data, status, code):
    event = reported(place)["event_id"]
    assert sent(place, event, data, status=status, **{"Content-Type": "image/png"})["code"] == code
    assert got(place, f"/events/{event}/media").json()["media"] == []


@pytest.mark.parametrize("number", ["0", "2", "99999", "1.5", "x", "%31%30"])
def test_there_is_no_other_number(place, number):
    event = reported(place)["event_id"]
    sent(place, event, png())
    got(place, f"/events/{event}/media/{number}", status=404)


def test_what_is_damaged_is_said_and_not_given(place, caplog):
    event = reported(place)["event_id"]
    held = sent(place, event, png(shade=77))
    (path,) = (place.settings.home / "media").rglob(held["kept"])
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with caplog.at_level(logging.ERROR, "api"):
        assert got(place, held["href"], status=500).json()["code"] == "damaged"
    assert held["kept"] in caplog.text


def test_words_as_they_were_are_opened_for_a_purpose_and_the_audit_tells(place, caplog):
    """By who has the scopes link and unmask; masked everywhere else, and in no log."""
    words = f"楼下张某 {PERSON} 电话{PHONE} 很吵"
    event, plain = reported(place, told=words)["event_id"], reported(place)["event_id"]
    path = f"/events/{event}/original"
    with caplog.at_level(logging.DEBUG):
        opened = got(place, f"{path}?purpose=callback", "caller")
        got(place, f"{path}?purpose=service", "caller", 400)
        got(place, path, "caller", 400)
        got(place, f"{path}?purpose=callback", "link", 403)
        got(place, f"{path}?purpose=callback", "clerk", 403)
        got(place, f"{path}?purpose=callback", "caller of D", 404)
        got(place, f"/events/{plain}/original?purpose=callback", "caller", 404)
    body = told.Originals.model_validate(opened.json())
    assert [(one.report_no, one.text) for one in body.originals] == [(1, words)]
    assert opened.headers["cache-control"] == "no-store"
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    assert PERSON not in ours and PHONE not in ours
    with closing(connection.connect(place.url)) as conn:
        rows = audit.show(conn, action="original")
        vault = keys.unlock(conn, place.settings)
        assert audit.verify(conn, vault, audit.anchored(place.settings))[1] == []
    assert [(row.outcome, row.purpose) for row in rows if row.outcome == "done"] == [("done", "callback")]
    assert f'"event":{event}' in next(row.detail for row in rows if row.outcome == "done")
    assert {row.detail for row in rows if row.outcome == "refused"} >= {'{"why":"forbidden"}', '{"why":"not-found"}'}
    assert not any(PERSON in row.detail or PHONE in row.detail for row in rows)
