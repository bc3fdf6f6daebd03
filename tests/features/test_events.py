"""Events as features: how they stand and where, no word that anybody wrote, and what is not public to those alone who work on it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import orjson
import pytest

from gridgeo.db import connection
from gridgeo.exports.model import Format
from gridgeo.features import collections, reading
from gridgeo.features.question import Question
from gridgeo.ingest import sandbox
from tests.api import callers
from tests.api.world import A, D
from tests.features import reported
from tests.features.making import ids
from tests.features.reported import CLOSED, DUE_SOON, HIDDEN, NOWHERE, OPEN, OVERDUE, PAUSED
from tests.jobs.making import until

EVENTS = "/collections/events/items"
DOWNLOAD = "/collections/events/download"
PUBLIC = [CLOSED, OVERDUE, DUE_SOON, OPEN, PAUSED, NOWHERE]


@pytest.fixture(scope="module")
def clerk(city):
    """The header of somebody who works on events."""
    return callers.bearer(callers.key(city.url, "read", "accept"))


@pytest.fixture(scope="module")
def lights(city):
    """The header of a department that may see D alone, and has something to do about what is overdue there and paused in A."""
    with closing(connection.connect(city.url)) as conn, conn, conn.cursor() as cur:
        cur.executemany(
            "INSERT INTO gridgeo.event_task (event_id, task_no, part, department_code, stage, sent_at) "
            "VALUES (%s, 1, 'lead', %s, 'open', now())",
            [(OVERDUE, reported.DEPARTMENT), (PAUSED, reported.DEPARTMENT)],
        )
    key = callers.key(city.url, "read", "handle", area=[city.units[D]], department_code=reported.DEPARTMENT)
    return callers.bearer(key)


def of(client, number):
    return client.get(f"{EVENTS}/{number}").json()["properties"]


@pytest.mark.parametrize(
    ("state", "numbers"), [("open", [OPEN, PAUSED]), ("due-soon", [DUE_SOON]), ("overdue", [OVERDUE]), ("closed", [CLOSED, NOWHERE])]
)
def test_an_event_is_open_due_soon_overdue_or_over(client, state, numbers):
    """While its clock stands still it is not late; what was rejected is over as what was closed."""
    assert sorted(ids(client, EVENTS, filter=f"state = '{state}'")) == numbers
    assert {of(client, number)["state"] for number in numbers} == {state}


def test_facts_are_told_by_their_names(client):
    told = of(client, CLOSED)
    assert (told["class"], told["major"], told["grade"], told["stage"]) == (reported.LAMP, "公用设施", 4, "closed")
    assert (told["channel_kind"], told["department"], told["department_name"]) == ("hotline", reported.DEPARTMENT, "城管局")
    assert told["grid"] == A and datetime.fromisoformat(told["reported_at"]) == datetime(2024, 3, 1, 8, tzinfo=UTC)
    assert client.get(f"{EVENTS}/{NOWHERE}").json()["geometry"] is None


@pytest.mark.parametrize("form", ["json", "html", "csv", "geojsonseq", "file", "kml", "one", "page", "versions"])
def test_no_words_no_address_and_no_channel_of_one_caller_are_told_to_anybody(client, clerk, form):
    paths = {"one": f"{EVENTS}/{CLOSED}", "page": f"{EVENTS}/{CLOSED}?f=html", "versions": f"{EVENTS}/{CLOSED}/versions"}
    paths |= {"file": f"{DOWNLOAD}?f=geojson", "kml": f"{DOWNLOAD}?f=kml"}
    answer = client.get(paths.get(form, f"{EVENTS}?f={form}"), headers=clerk)
    assert answer.status_code == 200 and len(answer.content) > 200
    text = answer.content.decode()
    for secret in (reported.WORDS, reported.ADDRESS, reported.HOUSE, "hotline-7"):
        assert secret not in text


def test_what_is_not_public_is_told_to_those_who_work_on_events_alone(client, clerk):
    every = [*PUBLIC, HIDDEN]
    assert sorted(ids(client, EVENTS)) == PUBLIC
    assert sorted(each["id"] for each in client.get(EVENTS, headers=clerk).json()["features"]) == every
    for path in (f"{EVENTS}/{HIDDEN}", f"{EVENTS}/{HIDDEN}/versions"):
        assert client.get(path).status_code == 404 and client.get(path, headers=clerk).status_code == 200
    for asked in (
        {"ids": f"{HIDDEN}"},
        {"class": reported.NOISE},
        {"q": "噪音"},
        {"filter": f"event_id = {HIDDEN}"},
        {"bbox": "113,22,114,23"},
    ):
        assert HIDDEN not in ids(client, EVENTS, **asked)
        assert HIDDEN in [each["id"] for each in client.get(EVENTS, params=asked, headers=clerk).json()["features"]]
    assert client.get(EVENTS, params={"count": "exact"}).json()["numberMatched"] == len(PUBLIC)
    files = [orjson.loads(client.get(DOWNLOAD, params={"f": "geojson"}, headers=who).content)["features"] for who in (None, clerk)]
    assert [len(each) for each in files] == [len(PUBLIC), len(every)]


def test_an_export_holds_what_its_caller_is_told_of(city, client, clerk):
    """Who works on events finds all of his in the file, anybody else those that are public."""
    reader = callers.bearer(callers.key(city.url, "read"))
    wanted = {"inputs": {"collection": "events", "format": "geojson"}, "response": "document"}
    for headers, numbers in ((reader, PUBLIC), (clerk, [*PUBLIC, HIDDEN])):
        job = client.post("/processes/export/execution", json=wanted, headers={**headers, "Prefer": "respond-async"}).json()["jobID"]
        until(lambda job=job, headers=headers: client.get(f"/jobs/{job}", headers=headers).json()["status"] == "successful", 90)
        held = client.get(f"/jobs/{job}/results", headers=headers).json()["file"]["value"]
        assert sorted(int(each["properties"]["event_code"][9:]) - 20240000000000 for each in held["features"]) == numbers


def test_how_far_events_reach_tells_nothing_of_those_that_are_not_public(city, client):
    with closing(connection.connect(city.url)) as conn, conn.cursor() as cur:
        far = "point = ST_SetSRID(ST_MakePoint(114.9, 23.9), 4490), reported_at = '2001-01-01'"
        cur.execute(f"UPDATE gridgeo.event SET {far} WHERE event_id = %s", [HIDDEN])
        cur.execute("ANALYZE gridgeo.event")
        found = {name: reading.extent(conn, collections.COLLECTIONS[name]) for name in ("events", "grids")}
    assert found["events"].bounds == found["grids"].bounds and found["events"].start == datetime(2024, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("kind", [*Format])
def test_every_format_holds_them_all_also_what_has_no_place(client, tmp_path, kind):
    path = tmp_path / f"events{kind.ending}"
    path.write_bytes(client.get(DOWNLOAD, params={"f": kind}).content)
    (table,) = sandbox.read([path])
    assert any(list(column).count("overdue") == 1 and list(column).count("closed") == 2 for column in table.columns.values()), kind


def test_a_caller_of_a_part_sees_its_events_and_a_department_its_own_besides(client, of_d, lights):
    for who, seen in ((of_d, [OVERDUE]), (lights, [OVERDUE, PAUSED])):
        assert sorted(each["id"] for each in client.get(EVENTS, headers=who).json()["features"]) == seen
        assert client.get(f"{EVENTS}/{PAUSED}", headers=who).status_code == (200 if PAUSED in seen else 404)
        assert client.get(f"{EVENTS}/{CLOSED}", headers=who).status_code == 404


@pytest.mark.parametrize(
    ("when", "numbers"),
    [
        ("2024-03-01T08:00:00Z", [CLOSED]),
        ("2025-06-01/2025-06-01", [OVERDUE]),
        ("2024-03-02/2025-06-01", [OVERDUE]),
        ("2024-01-01/2025-06-01", [CLOSED, OVERDUE]),
        ("../2025-06-01T15:29:59Z", [CLOSED]),
        ("2024-03-02", []),
    ],
)
def test_the_time_asked_for_is_when_they_were_reported(client, when, numbers):
    assert sorted(ids(client, EVENTS, datetime=when)) == numbers


def test_one_was_there_from_its_report_on(client):
    for when, status in (("2024-02-01", 410), ("2024-03-02", 200), ("2030-01-01/..", 200)):
        assert client.get(f"{EVENTS}/{CLOSED}", params={"datetime": when}).status_code == status, when
    (version,) = client.get(f"{EVENTS}/{CLOSED}/versions").json()["versions"]
    assert version["valid_from"].startswith("2024-03-01T08:00:00")
    assert client.get(f"{EVENTS}/{CLOSED}", headers={"Accept-Datetime": "Mon, 01 Jan 1990 00:00:00 GMT"}).status_code == 200


def test_the_newest_come_first_where_that_is_asked(client):
    assert ids(client, EVENTS, sortby="-reported_at", limit=2) == PUBLIC[::-1]
    assert ids(client, EVENTS, **{"channel_kind": "hotline", "sortby": "due_at", "limit": 2})[0] == CLOSED


def test_the_schema_says_which_moment_is_theirs(client):
    told = client.get("/collections/events/schema").json()["properties"]
    assert told["reported_at"]["x-ogc-role"] == "primary-instant" and "told" not in told and "place" not in told
    assert told["state"]["enum"] == ["open", "due-soon", "overdue", "closed"]


def test_a_question_means_what_is_public_unless_it_says_otherwise(city):
    with closing(connection.connect(city.url)) as conn:
        counts = [reading.count(conn, collections.COLLECTIONS["events"], Question(**asked)) for asked in ({}, {"public": False})]
    assert counts == [len(PUBLIC), len(PUBLIC) + 1]
