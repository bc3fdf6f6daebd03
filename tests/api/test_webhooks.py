"""Webhooks over HTTP: for administrators, each for his part of the city; secrets shown once; hosts nobody entered are not told."""

from __future__ import annotations

from contextlib import closing
from types import SimpleNamespace

import pytest

from gridgeo.changes.webhooks import store
from gridgeo.db import connection
from gridgeo.letters import rules
from gridgeo.objects import writing
from tests.access import making
from tests.api import callers, grounds, things
from tests.api.things import CODE
from tests.api.world import A, D
from tests.changes.receiving import receiving


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """The drawn city with objects, the API over it, a service whose host was entered, and administrators of the whole and of A."""
    with grounds.database(server, template) as url:
        units = making.loaded(url)
        things.add(url, units)
        whole, part, reader = (callers.bearer(callers.key(url, *scopes, area=area)) for scopes, area in _callers(units))
        with receiving() as told, closing(connection.connect(url)) as conn:
            with conn:
                store.enter(conn, told.url)
            with grounds.service(url, tmp_path_factory) as lent:
                yield SimpleNamespace(url=url, client=lent.client, told=told, conn=conn, units=units, whole=whole, part=part, reader=reader)


def _callers(units):
    return (("admin",), None), (("admin",), [units[A]]), (("read", "write", "link", "unmask"), None)


@pytest.fixture(autouse=True)
def nobody_is_told(place):
    with place.conn, place.conn.cursor() as cur:
        cur.execute("DELETE FROM webhook")
    place.told.came.clear()
    place.told.answer = lambda letter: 200


def add(place, caller, expect=201, **body):
    answer = place.client.post("/changes/webhooks", json={"url": place.told.url, **body}, headers=caller)
    assert answer.status_code == expect, answer.text
    return answer


def write(place, unit=A, **values) -> None:
    with place.conn:
        assert writing.change(place.conn, [{"element_code": CODE[unit], **values}]).changed == 1


def test_one_is_added_told_looked_at_and_removed(place):
    made = add(place, place.whole, entities=["object"])
    one, where = made.json(), made.headers["location"]
    assert one["secret"].startswith("whsec_") and made.headers["cache-control"] == "no-store"
    write(place, name="海滨灯")
    assert place.told.soon(lambda: place.told.letters)
    letter, headers, body = place.told.letters[0], *place.told.came[0][1:]
    assert letter["events"][0]["state"]["name"] == "海滨灯"
    assert rules.is_genuine(headers, body, one["secret"], int(headers["webhook-timestamp"]))
    assert place.told.soon(lambda: place.client.get(where, headers=place.whole).json()["told"] == letter["number"])
    seen = place.client.get("/changes/webhooks", headers=place.whole)
    assert [each["webhook_id"] for each in seen.json()["webhooks"]] == [one["webhook_id"]]
    assert "secret" not in seen.text and "whsec_" not in seen.text
    assert place.client.post(f"{where}/remove", headers=place.whole).json() == {"webhook_id": one["webhook_id"]}
    assert place.client.get(where, headers=place.whole).status_code == 404


def test_an_administrator_of_a_part_has_his_own_alone(place):
    whole, part = add(place, place.whole).json(), add(place, place.part).json()
    assert (whole["area"], part["area"]) == (None, [place.units[A]])
    seen = place.client.get("/changes/webhooks", headers=place.part).json()["webhooks"]
    assert [one["webhook_id"] for one in seen] == [part["webhook_id"]]
    for path in ("", "/dead"):
        assert place.client.get(f"/changes/webhooks/{whole['webhook_id']}{path}", headers=place.part).status_code == 404
    assert place.client.post(f"/changes/webhooks/{whole['webhook_id']}/remove", headers=place.part).status_code == 404
    write(place, D, name="不告")
    assert place.told.soon(lambda: place.told.letters)
    assert {headers["webhook-id"].split("-")[0] for _, headers, _ in place.told.came} == {str(whole["webhook_id"])}


def test_a_letter_is_tried_and_what_was_left_out_told_again(place):
    where = add(place, place.whole, entities=["unit"]).headers["location"]
    assert place.client.post(f"{where}/test", headers=place.whole).json() == {"taken": True, "failure": None}
    assert place.told.letters[0]["type"] == "test"
    place.told.answer = lambda letter: 500
    assert place.client.post(f"{where}/test", headers=place.whole).json() == {"taken": False, "failure": "answered 500"}
    webhook_id = int(where.rpartition("/")[2])
    with place.conn, place.conn.cursor() as cur:
        cur.execute("INSERT INTO webhook_dead (webhook_id, number, failure) VALUES (%s, 1, 'answered 422')", (webhook_id,))
    (one,) = place.client.get(f"{where}/dead", headers=place.whole).json()["dead"]
    assert (one["number"], one["failure"]) == (1, "answered 422")
    assert place.client.post(f"{where}/dead/1/retry", headers=place.whole).json() == {"taken": False, "failure": "answered 500"}
    place.told.answer = lambda letter: 200
    assert place.client.post(f"{where}/dead/1/retry", headers=place.whole).json()["taken"]
    assert place.client.get(f"{where}/dead", headers=place.whole).json()["dead"] == []
    assert place.client.post(f"{where}/dead/1/retry", headers=place.whole).status_code == 404


@pytest.mark.parametrize(
    "body, status",
    [
        *((body, 400) for body in (b"", b"null", b"[]", b'"x"', b"{}", b'{"url":', b'{"url":1}', b'{"url":null}', b'{"url":""}')),
        *(
            (body, 400)
            for body in (b'{"url":"file:///etc/passwd"}', b'{"url":"http://a:b@c/"}', b'{"url":"http://a/\\u0000"}', b'{"url":"\xff"}')
        ),
        *(
            (body, 400)
            for body in (b'{"url":"http://a/","url":"http://b/"}', b'{"url":"http://a/","area":["x"]}', b'{"url":"http://a/","told":1}')
        ),
        *((b'{"url":"http://a/","entities":%s}' % names, 400) for names in (b"[]", b'"object"', b'["person"]', b"[1]", b"null", b"{}")),
        (b'{"url":"http://169.254.169.254/latest/meta-data"}', 409),
        (b'{"url":"http://127.0.0.1:1/"}', 409),
        (b'{"url":"http://a/%s"}' % (b"x" * 3_000_000), 413),
    ],
)
def test_what_is_no_webhook_is_refused(place, body, status):
    answer = place.client.post("/changes/webhooks", content=body, headers={**place.whole, "Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not any(word in answer.text for word in ("passwd", "169.254", "meta-data", "a:b"))
    with place.conn:
        assert store.listed(place.conn) == []


@pytest.mark.parametrize("webhook_id", ["0", "01", "-1", "x", "1.0", "9" * 30, "１", "%00"])
def test_a_number_that_is_none_is_nobodys(place, webhook_id):
    assert place.client.get(f"/changes/webhooks/{webhook_id}", headers=place.whole).status_code in (400, 404)


def test_only_administrators_know_of_them(place):
    for caller, status in ((place.reader, 403), ({}, 401)):
        assert place.client.get("/changes/webhooks", headers=caller).status_code == status
        add(place, caller, expect=status)
