"""Numbers over HTTP: of the whole city, of a part to whose it is, and never of classes that are nobody's business."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from types import SimpleNamespace

import httpx
import pytest

from api import event_numbers, schemas_event_stats
from api import server as api_server
from gridgeo.db import connection
from gridgeo.events import counts
from gridgeo.moments import CHINA
from gridgeo.settings import Settings
from tests.api import callers
from tests.events import counted
from tests.objects.making import LIGHTS

A, B, STREET = "99990100100101", "99990100100102", "999901001"


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 10, tzinfo=CHINA)


def _rows(units: dict[str, int], kinds: list[int]) -> list[dict]:
    """In A three closed in time of class 1, and one open; in B one late of class 2; in no unit one; and one a year earlier."""
    row = {"reported_at": at(2025, 3, 2), "filed_at": at(2025, 3, 2), "due_at": at(2025, 3, 9), "stage": "dispatched"}
    row |= {"department_code": LIGHTS}
    closed = {**row, "stage": "closed", "closed_at": at(2025, 3, 5), "stars": 5, "responded_at": at(2025, 3, 3)}
    return [
        *[{**closed, "unit": units[A], "class_id": kinds[0]}] * 3,
        {**row, "unit": units[A], "class_id": kinds[0], "bounces": 2},
        {**closed, "unit": units[B], "class_id": kinds[1], "closed_at": at(2025, 4, 1), "channel": "inspector"},
        {**row, "class_id": kinds[0]},
        {**closed, "unit": units[A], "class_id": kinds[0], **dict.fromkeys(("reported_at", "filed_at", "due_at"), at(2024, 3, 2))},
    ]


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    name = server.create(template)
    url = server.url_of(name)
    with closing(connection.connect(url)) as conn, conn:
        edition_id, units = counted.ground(conn)
        kinds = counted.classes(conn)
        with conn.cursor() as cur:
            cur.execute("UPDATE event_class SET public = false WHERE class_id = %s", (kinds[1],))
        counted.put(conn, edition_id, _rows(units, kinds))
        counts.fold(conn)
    of = {
        "clerk": callers.key(url, "read", "accept"),
        "reader": callers.key(url, "read"),
        "clerk of B": callers.key(url, "read", "accept", area=[units[B]]),
    }
    settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=url, port=0, per_minute=0)
    with api_server.background(settings) as where, httpx.Client(base_url=where, trust_env=False) as client:
        yield SimpleNamespace(client=client, kinds=kinds, of={who: callers.bearer(text) for who, text in of.items()})
    server.drop(name)


def asked(place, who="clerk", path="/events/stats", status=200, **params):
    answer = place.client.get(path, params=params, headers=place.of[who])
    assert answer.status_code == status, answer.text
    return answer.json()


def test_all_together_and_beside_a_year_earlier(place):
    body = asked(place, period="2025-03", compare="year")
    schemas_event_stats.Stats.model_validate(body)
    total = body["total"]
    assert (body["from"], body["until"]) == ("2025-03-01", "2025-04-01")
    assert {name: total[name] for name in ("reported", "due", "closed", "on_time", "open", "overdue", "bounces")} == {
        **{"reported": 6, "due": 6, "closed": 4, "on_time": 3, "open": 2, "overdue": 2, "bounces": 2},
    }
    assert (total["closing_rate"], total["on_time_rate"], total["satisfaction"]) == (66.67, 50.0, 5.0)
    assert (total["before"]["reported"], total["growth"]) == (1, 500.0)


@pytest.mark.parametrize(
    ("params", "key", "found"),
    [
        ({"by": "unit", "level": "micro"}, "code", {A: 4, B: 1, "99990100100201": 0}),
        ({"by": "unit", "level": "street"}, "code", {STREET: 5}),
        ({"by": "unit", "level": "micro", "unit": B}, "code", {B: 1}),
        ({"by": "channel"}, "channel", {"hotline": 5, "inspector": 1}),
        ({"by": "major"}, "major", {"市容环境": 6}),
        ({"by": "month", "period": "2025-Q1"}, "month", {"2025-03-01": 6}),
        ({"by": "day"}, "day", {"2025-03-02": 6, "2025-03-05": 0, "2025-03-09": 0}),
        ({"by": "class", "unit": STREET}, "class", {"市容环境/环卫/暴露垃圾": 4, "市容环境/环卫/道路破损": 1}),
    ],
)
def test_told_apart(place, params, key, found):
    body = asked(place, **{"period": "2025-03", **params})
    schemas_event_stats.Stats.model_validate(body)
    assert {row[key]: row["reported"] for row in body["rows"]} == found
    assert body["total"]["reported"] == sum(found.values())


def test_by_department_of_one_channel(place):
    (row,) = asked(place, period="2025", by="department", channel="inspector")["rows"]
    assert (row["department"]["code"], row["reported"], row["on_time"]) == (LIGHTS, 1, 0)


def test_who_works_on_no_event_is_told_of_public_classes_alone(place):
    assert asked(place, "reader", period="2025-03")["total"]["reported"] == 5
    assert asked(place, "reader", period="2025-03", **{"class": place.kinds[1]})["total"]["reported"] == 0
    assert len(asked(place, "reader", period="2025-03", by="class")["rows"]) == 1


def test_who_has_a_part_of_the_city_is_told_of_that_part_and_that_it_is_one(place):
    body = asked(place, "clerk of B", period="2025-03", by="unit", level="street")
    assert body["part"] and body["total"]["reported"] == 1 and body["rows"][0]["part"]
    assert asked(place, "clerk of B", period="2025-03", by="channel")["total"]["reported"] == 1
    asked(place, "clerk of B", period="2025-03", unit=A, status=404)


@pytest.mark.parametrize(
    "params",
    [
        {"period": "last year"},
        {"period": "2025-13"},
        {"period": "2025-02-30"},
        {"period": "2025/2024"},
        {"by": "unit"},
        {"level": "street"},
        {"by": "unit", "level": "nowhere"},
        {"by": "day", "period": "2025"},
        {"by": "weather"},
        {"channel": "A B"},
        {"class": "x"},
        {"compare": "month"},
    ],
)
def test_what_cannot_be_asked_is_refused(place, params):
    asked(place, status=400, **params)


def test_classes_and_channels_are_listed_with_a_tag(place):
    body = asked(place, path="/events/classes")
    assert (body["n"], body["majors"][0]["minors"][0]["classes"][0]["path"]) == (2, "市容环境/环卫/暴露垃圾")
    schemas_event_stats.Classes.model_validate(body)
    assert [one["channel"] for one in asked(place, path="/events/channels")["channels"]] == ["hotline", "inspector"]
    tag = place.client.get("/events/classes", headers=place.of["reader"]).headers["etag"]
    assert place.client.get("/events/classes", headers={**place.of["reader"], "If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2025", (date(2025, 1, 1), date(2026, 1, 1))),
        ("2025-Q4", (date(2025, 10, 1), date(2026, 1, 1))),
        ("2024-02", (date(2024, 2, 1), date(2024, 3, 1))),
        ("2025-12-31", (date(2025, 12, 31), date(2026, 1, 1))),
        ("2025-11/2026-Q1", (date(2025, 11, 1), date(2026, 4, 1))),
    ],
)
def test_periods(text, days):
    assert event_numbers.period(text) == days
