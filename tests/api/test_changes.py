"""The change feed over HTTP: numbers, transactions, changes, extracts and the stream; what of them is whose."""

from __future__ import annotations

import csv
import io
import json
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from api import feed
from gridgeo.changes import stamping
from gridgeo.changes.model import ENTITIES
from gridgeo.db import connection
from gridgeo.objects import writing
from tests.access import making
from tests.api import callers, grounds, things
from tests.api.things import CODE
from tests.api.world import A, D

AT = {A: (113.0051, 22.8951), D: (113.0351, 22.8751)}


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """The drawn city with a few objects, and the API over them, which numbers what is written; keys of A and of D alone."""
    with grounds.database(server, template) as url:
        units = making.loaded(url)
        things.add(url, units)
        mine = {unit: callers.bearer(callers.key(url, "read", area=[units[unit]])) for unit in (A, D)}
        with grounds.service(url, tmp_path_factory) as lent:
            yield SimpleNamespace(url=url, client=lent.client, units=units, of=mine)


@pytest.fixture
def write(place):
    """Change an object of the module's database, and return the number of the transaction."""

    def run(**given) -> int:
        with closing(connection.connect(place.url)) as conn:
            before = stamping.state(conn).latest
            conn.rollback()
            with conn:
                assert writing.change(conn, [given]).changed == 1
            until = time.monotonic() + 20
            while time.monotonic() < until:
                with conn:
                    found = stamping.state(conn)
                if found.latest > before and not found.waiting:
                    return found.latest
                time.sleep(0.02)
        raise AssertionError("was not numbered")

    return run


def got(place, path, headers=None, expect=200, **params):
    answer = place.client.get(path, params={name.rstrip("_"): value for name, value in params.items()}, headers=headers)
    assert answer.status_code == expect, answer.text
    return answer


def lines(answer) -> list[dict]:
    return [json.loads(line) for line in answer.text.splitlines()]


def events(place, headers=None, entity="object", **params):
    return [(one["operation"], one["state"]) for one in lines(got(place, f"/changes/events/{entity}", headers, **params))]


def test_a_copy_begins_with_an_extract_and_follows(place, write):
    first = got(place, "/changes/latest").json()["number"]
    copy = {one["key"]: one["state"] for one in lines(got(place, "/changes/extracts/object", at=first))}
    last = write(element_code=CODE[A], status="damaged", name="海滨灯")
    assert last == first + 1
    for one in lines(got(place, "/changes/events/object", from_=first + 1, to=last)):
        assert (one["number"], one["entity"], one["operation"]) == (last, "object", "update")
        copy[one["key"]] = one["state"]
    assert copy == {one["key"]: one["state"] for one in lines(got(place, "/changes/extracts/object", at=last))}
    assert {state["element_code"]: state["status"] for state in copy.values()}[CODE[A]] == "damaged"
    assert {one["key"]: one["state"] for one in lines(got(place, "/changes/extracts/object", at=first))} != copy


def test_every_entity_has_an_extract_and_events(place):
    described = got(place, "/changes/model").json()["entities"]
    assert [one["entity"] for one in described] == list(ENTITIES)
    for one in described:
        for name in ("extract", "events"):
            found = lines(got(place, one[name]))
            if one["entity"] not in ("successor", "event"):  # of which the place has none
                assert found and set(found[0]["state"]) == set(one["fields"])


def test_transactions_are_told_by_their_numbers(place, write):
    last = write(element_code=CODE[A], floor=3)
    body = got(place, "/changes/transactions", from_=last).json()
    assert [(one["number"], one["entities"]) for one in body["transactions"]] == [(last, {"object": {"update": 1}})]
    page = got(place, "/changes/transactions", limit=1).json()
    assert page["links"][-1]["rel"] == "next"
    following = place.client.get(page["links"][-1]["href"]).json()
    assert following["transactions"][0]["number"] == page["transactions"][0]["number"] + 1


def test_what_leaves_ones_part_is_deleted_and_what_enters_it_inserted(place, write):
    write(element_code=CODE[A], lon=AT[A][0], lat=AT[A][1])
    there = write(element_code=CODE[A], lon=AT[D][0], lat=AT[D][1], status="in_use")
    assert events(place, place.of[A], from_=there) == [("delete", None)]
    assert [(operation, state["lon"]) for operation, state in events(place, place.of[D], from_=there)] == [("insert", AT[D][0])]
    back = write(element_code=CODE[A], lon=AT[A][0], lat=AT[A][1])
    assert [operation for operation, _ in events(place, place.of[A], from_=there)] == ["delete", "insert"]
    assert [operation for operation, _ in events(place, place.of[D], from_=there)] == ["insert", "delete"]
    for unit in (A, D):
        for number in (there, back):
            seen = {one["state"]["element_code"] for one in lines(got(place, "/changes/extracts/object", place.of[unit], at=number))}
            assert (CODE[A] in seen) == ((unit == D) == (number == there))
    told = got(place, "/changes/transactions", place.of[A], from_=there).json()["transactions"]
    assert [one["entities"] for one in told] == [None, None]


def test_a_caller_of_a_part_begins_with_the_present_edition(place):
    base = got(place, "/changes/latest", place.of[A]).json()["base"]
    assert base >= 1
    refused = got(place, "/changes/events/object", place.of[A], 410, from_=base)
    assert refused.json()["code"] == "forgotten"
    assert refused.headers["link"] == '</changes/extracts/object>; rel="alternate"'
    assert got(place, "/changes/latest").json()["base"] == 0


def test_tables_are_csv_on_demand(place, write):
    last = write(element_code=CODE[D], name="=1+1")
    for path, first in (
        (f"/changes/events/object?from={last}&f=csv", ["number", "operation", "key"]),
        ("/changes/extracts/object?f=csv", ["key"]),
    ):
        answer = place.client.get(path)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert rows[0] == [*first, *ENTITIES["object"].fields]
        assert "'=1+1" in [row[rows[0].index("name")] for row in rows[1:]]


def test_transactions_are_a_table_too(place, write):
    last = write(element_code=CODE[D], floor=9)
    answer = got(place, "/changes/transactions", from_=last, f="csv")
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["number"], row["entity"], row["operation"], row["changes"]) == (str(last), "object", "update", "1")
    (row,) = csv.DictReader(io.StringIO(got(place, "/changes/transactions", place.of[A], from_=last, f="csv").text.removeprefix("\ufeff")))
    assert (row["number"], row["entity"], row["changes"]) == (str(last), "", ""), "to callers of a part it is not told what"


def test_what_was_told_once_is_known_by_its_tag(place):
    for path in ("/changes/extracts/object?at=1", "/changes/events/object?from=1&to=1"):
        first = place.client.get(path)
        again = place.client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code) == (200, 304)
        assert first.headers["transaction-number"] == "1"


@pytest.mark.parametrize(
    "path, status",
    [
        ("/changes/events/person", 404),
        ("/changes/extracts/identity", 404),
        ("/changes/events/object?from=0", 400),
        ("/changes/events/object?from=999999999", 400),
        ("/changes/events/object?to=999999999", 400),
        ("/changes/events/object?from=１", 400),
        ("/changes/extracts/object?at=-1", 400),
        ("/changes/extracts/object?at=999999999", 400),
        ("/changes/extracts/object?since=1", 400),
        ("/changes/stream?seconds=0&after=999999999", 400),
        ("/changes/stream?seconds=0&entity=person", 400),
        *((f"/changes/transactions?{query}", 400) for query in ("limit=0", "limit=1001", "limit=1&limit=2", "f=ndjson", "f=", "From=1")),
        *(
            (f"/changes/events/object?from={number}", 400)
            for number in ("", "-1", "+1", "1.0", "1e3", "0x1", "%00", "1%0a", "9" * 19, "%F0%9F%98%80")
        ),
        *((f"/changes/events/object?{query}", 400) for query in ("from=1&from=2", "fromm=1", "from=1%3BDROP", "f=json", "limit=1")),
        *((f"/changes/events/{name}", 404) for name in ("Object", "object%20", "%00", "..%2f..", "object;", "%ff", "change", "x" * 3000)),
        *((f"/changes/extracts/{name}", 404) for name in ("api_key", "object'--", "webhook")),
        *((f"/changes/stream?{query}", 400) for query in ("seconds=-1", "seconds=3601", "seconds=nan", "entity=", "after=1&after=1")),
    ],
)
def test_what_is_not_there_is_refused(place, path, status):
    answer = place.client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json" and "DROP" not in answer.text


@pytest.mark.parametrize("given", ["x", "-1", "1.0", "１".encode(), "9" * 19, "999999999", "1, 2", "1 ; --"])
def test_a_last_number_that_is_none_is_refused(place, given):
    answer = place.client.get("/changes/stream", params={"seconds": 0}, headers={"Last-Event-ID": given})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_nothing_lies_between_numbers_that_are_the_wrong_way_round(place, write):
    last = write(element_code=CODE[D], floor=10)
    assert got(place, "/changes/events/object", from_=last, to=last - 1).text == ""
    assert got(place, "/changes/transactions", from_=last, to=1).json()["numberReturned"] == 0


def test_what_is_kept_no_more_is_refused_with_what_to_take_instead(place, write):
    last = write(element_code=CODE[D], floor=4)
    with closing(connection.connect(place.url)) as conn, conn:
        stamping.forget(conn, datetime.now(UTC) + timedelta(days=1))
    refused = got(place, "/changes/events/object", expect=410, from_=last - 1)
    assert "/changes/extracts/object" in refused.json()["detail"]
    assert got(place, "/changes/extracts/object", expect=410, at=last - 2).json()["code"] == "forgotten"
    assert got(place, "/changes/latest").json() | {"links": 0} == {"number": last, "base": last - 1, "links": 0}
    assert [operation for operation, _ in events(place, from_=last)] == ["update"]
    assert lines(got(place, "/changes/extracts/object", at=last - 1))


# The stream


def messages(answer):
    """The messages of a stream as it comes: event, id, data."""
    message: dict[str, str] = {}
    for line in answer.iter_lines():
        if not line and "event" in message:
            yield message["event"], int(message["id"]), json.loads(message["data"])
        if not line:
            message = {}
        else:
            name, _, text = line.partition(": ")
            message[name] = text


def test_changes_come_as_they_are_made(place, write):
    with place.client.stream("GET", "/changes/stream", params={"entity": "object"}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        coming = messages(answer)
        last = write(element_code=CODE[D], floor=5)
        event, number, change = next(coming)
        assert (event, number, change["state"]["floor"]) == ("object", last - 1, 5)
        assert next(coming) == ("reached", last, {"number": last})
        write(element_code=CODE[D], floor=6)
        assert next(coming)[2]["state"]["floor"] == 6


def test_who_comes_back_misses_nothing(place, write):
    first = write(element_code=CODE[D], floor=7)
    last = write(element_code=CODE[D], floor=8)
    answer = place.client.get("/changes/stream", params={"seconds": 0}, headers={"Last-Event-ID": str(first - 1)})
    told = list(messages(answer))
    assert [(event, number) for event, number, _ in told] == [("transaction", first), ("transaction", last), ("reached", last)]
    own = place.client.get("/changes/stream", params={"seconds": 0, "entity": "object", "after": first}, headers=place.of[A])
    assert [event for event, *_ in messages(own)] == ["reached"], "what changed in D is nobody's business in A"


def test_what_an_extract_holds_is_given_back(place):
    for _ in range(feed._EXTRACTS + 2):
        assert got(place, "/changes/extracts/object").status_code == 200


def test_who_goes_away_in_the_middle_gives_back_what_he_held(place):
    for _ in range(feed._STREAMS + 2):
        with place.client.stream("GET", "/changes/stream") as answer:
            assert answer.status_code == 200
