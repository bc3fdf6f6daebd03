"""Events on maps over HTTP: tiles and counts of the same events, to each as much as is theirs, never of what was."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api import schemas_event_counts, schemas_tiles
from gridgeo.db import connection
from gridgeo.tiles.model import EVENTS_FROM, YEARS_FROM
from tests.access import making
from tests.api import eventful
from tests.api.eventful import caller
from tests.api.world import A, B, D, F
from tests.events import life
from tests.tiles.happening import Happening, put
from tests.tiles.making import tile_at
from tests.tiles.reading import layers

NOW = datetime.now(UTC)
_OF_A, _OF_D = making.POINT[A], making.POINT[D]


def happened(place: tuple[float, float], days: float, **more) -> Happening:
    return Happening(*place, **{"reported_at": NOW - timedelta(days=days), **more})


#: In A two that are open, one old and late, one closed of late, one closed long ago, and one of a class that is not public; in D one.
OPEN, TOO, LATE, CLOSED, OLD, NOISE, THERE = HAPPENINGS = [
    happened(_OF_A, 1),
    happened(_OF_A, 1, path=life.GAS, grade=1, department=life.LIGHTS),
    happened(_OF_A, 300, due_at=NOW - timedelta(days=299)),
    happened(_OF_A, 20, stage="closed"),
    happened(_OF_A, 400, stage="closed"),
    happened(_OF_A, 2, path=life.NOISE),
    happened(_OF_D, 2),
]


def happen(conn):
    """Let it happen; return the numbers of the classes by path, and those of the events."""
    with conn.cursor() as cur:
        cur.execute("SELECT max(edition_id) FROM edition WHERE valid @> now()")
        (edition_id,) = cur.fetchone()
        cur.execute("SELECT path, class_id FROM event_class")
        classes = dict(cur.fetchall())
    return classes, dict(zip(HAPPENINGS, put(conn, edition_id, HAPPENINGS), strict=True))


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    of = {
        "clerk": caller("read", "accept"),
        "reader": caller("read"),
        "clerk of D": caller("read", "accept", area=D),
        "lights of D": caller("read", "handle", area=D, department_code=life.LIGHTS),
    }
    with eventful.served(server, template, tmp_path_factory, of, fill=happen) as lent:
        lent.ids, lent.number = lent.made
        yield lent


def path(z: int, at: tuple[float, float] = _OF_A) -> str:
    tile = tile_at(*at, z)
    return f"/collections/events/tiles/WebMercatorQuad/{tile.z}/{tile.y}/{tile.x}"


def asked(place, where: str, who: str = "clerk", headers: dict | None = None, **params) -> httpx.Response:
    return place.client.get(where, params=params, headers={**place.of[who], **(headers or {})})


def seen(place, who: str = "clerk", z: int = EVENTS_FROM, at: tuple[float, float] = _OF_A, **params) -> list[Happening]:
    """Which events a tile shows one by one."""
    answer = asked(place, path(z, at), who, **params)
    assert answer.status_code == 200, answer.text
    of = {number: one for one, number in place.number.items()}
    found = layers(answer.content).get("events", [])
    return sorted((of[each["id"]] for each in found), key=HAPPENINGS.index)


def total(place, who: str = "clerk", **params) -> dict[str, int]:
    """What the clusters of the whole city add up to."""
    answer = asked(place, path(8), who, **params)
    assert answer.status_code == 200, answer.text
    told: dict[str, int] = {}
    for each in layers(answer.content).get("clusters", []):
        for name, n in each["properties"].items():
            told[name] = told.get(name, 0) + n
    return told


def test_what_is_open_and_what_was_reported_of_late_is_shown(place):
    assert seen(place) == [OPEN, TOO, LATE, CLOSED, NOISE]
    assert total(place) == {"n": 6, "o": 4, "v": 1, "c": 1, "m1": 4, "m2": 1, "m3": 1}
    assert total(place) == total(place, state="open,due-soon,overdue,closed")


def test_filters_mean_in_tiles_and_counts_what_they_mean_elsewhere(place):
    day = (NOW - timedelta(days=400)).date()
    for given, those in (
        ({"class": place.ids[life.GAS]}, [TOO]),
        ({"class": f"{place.ids[life.GAS]},{place.ids[life.NOISE]}"}, [TOO, NOISE]),
        ({"grade": "1,2"}, [TOO]),
        ({"state": "overdue"}, [LATE]),
        ({"state": "closed"}, [CLOSED]),
        ({"stage": "closed"}, [CLOSED]),
        ({"stage": "rejected"}, []),
        ({"department": life.LIGHTS}, [TOO]),
        ({"datetime": f"{day - timedelta(days=2)}/{day + timedelta(days=2)}"}, [OLD]),
        ({"datetime": f"{(NOW - timedelta(days=25)).date()}/P10D"}, [CLOSED]),
        ({"datetime": "2001-01-01"}, []),
    ):
        assert seen(place, **given) == those, given
        counted = asked(place, "/events/counts", unit=A, **given)
        assert counted.json()["n"] == len(those), (given, counted.text)


def test_a_class_that_is_not_public_is_for_those_who_work_on_events(place):
    assert NOISE in seen(place) and seen(place, "reader") == [OPEN, TOO, LATE, CLOSED]
    assert total(place, "reader")["n"] == asked(place, "/events/counts", "reader").json()["n"] == 5
    assert seen(place, "reader", **{"class": place.ids[life.NOISE]}) == []


def test_of_a_part_of_the_city_is_told_what_lies_there(place):
    assert seen(place, "clerk of D") == [] and seen(place, "clerk of D", at=_OF_D) == [THERE]
    assert total(place, "clerk of D") == {"n": 1, "o": 1, "m1": 1}
    told = asked(place, "/events/counts", "clerk of D", level="micro").json()
    assert [(each["unit_id"], each["n"]) for each in told["units"]] == [(place.units[D], 1)] and told["part"]
    assert asked(place, "/events/counts", "clerk of D", unit=A).status_code == 404


def test_a_department_sees_beside_its_units_what_it_has_to_do(place):
    with closing(connection.connect(place.url)) as conn, conn, conn.cursor() as cur:
        cur.execute(
            "INSERT INTO event_task (event_id, task_no, part, department_code, stage, sent_at) VALUES (%s, 1, 'lead', %s, 'open', now())",
            (place.number[TOO], life.LIGHTS),
        )
    assert seen(place, "lights of D") == [TOO] and seen(place, "lights of D", at=_OF_D) == [THERE]


def test_counts_are_told_by_unit_class_and_department(place):
    units = schemas_event_counts.EventCounts.model_validate(asked(place, "/events/counts", level="micro").json())
    by_code = {each.code: each for each in units.units}
    assert (by_code[A].n, by_code[A].o, by_code[A].v, by_code[A].c, by_code[D].n, by_code[B].n, by_code[F].n) == (5, 3, 1, 1, 1, 0, 0)
    assert len(units.units) == 6 and units.n == 6 and not units.part
    classes = asked(place, "/events/counts", unit=A).json()
    schemas_event_counts.EventCounts.model_validate(classes)
    assert {each["class_id"]: each["n"] for each in classes["counts"]} == {
        place.ids[kind]: n for kind, n in ((life.LAMP, 3), (life.GAS, 1), (life.NOISE, 1))
    }
    offices = asked(place, "/events/counts", by="department").json()
    assert offices["counts"] == [
        {"department": None, "n": 5, "o": 3, "v": 1, "c": 1},
        {"department": {"code": life.LIGHTS, "name_zh": "照明处", "name_en": "照明处"}, "n": 1, "o": 1},
    ]


def test_a_tile_is_told_unchanged_until_something_changes(place):
    where = path(16, _OF_D)
    first = asked(place, where)
    assert first.headers["cache-control"] == "private, no-cache" and first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    again = asked(place, where, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = place.client.head(where, headers=place.of["clerk"])
    assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])
    with closing(connection.connect(place.url)) as conn, conn, conn.cursor() as cur:
        cur.execute("UPDATE event SET grade = 2 WHERE event_id = %s", (place.number[THERE],))
    changed = asked(place, where, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200 and layers(changed.content)["events"][0]["properties"]["g"] == 2
    empty = asked(place, path(16, (120.0, 30.0)))
    assert (empty.status_code, empty.content) == (200, b"")


@pytest.mark.parametrize(
    "given, fault",
    [
        ({"state": "late"}, "state"),
        ({"state": "due_soon"}, "state"),
        ({"class": "x"}, "class"),
        ({"class": ",".join(map(str, range(1, 302)))}, "class"),
        ({"grade": "5"}, "grade"),
        ({"stage": "done"}, "stage"),
        ({"department": "1"}, "department"),
        ({"datetime": "2026-01-01T08:00:00Z"}, "datetime"),
        ({"datetime": "2026-02-30"}, "datetime"),
        ({"datetime": "2026-03-01/2026-02-01"}, "datetime"),
        ({"datetime": "../.."}, "datetime"),
        ({"datetime": "../2026-01-01"}, "datetime"),
        ({"datetime": "2020-01-01/2026-01-01"}, "datetime"),
        ({"f": "json"}, "f"),
    ],
)
def test_what_cannot_be_meant_is_refused(place, given, fault):
    for where in (path(12), "/events/counts"):
        answer = asked(place, where, **given)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, fault), (where, answer.text)


def test_near_more_than_a_year_may_be_asked_for(place):
    assert asked(place, path(YEARS_FROM), datetime="2001-01-01/..").status_code == 200
    assert OLD in seen(place, datetime="2001-01-01/..")
    for more in ({"by": "unit"}, {"by": "class", "level": "micro"}, {"level": "moon"}):
        assert asked(place, "/events/counts", **more).status_code == 400


def test_the_set_of_tiles_says_what_its_numbers_mean(place):
    answer = asked(place, "/collections/events/tiles/WebMercatorQuad")
    told = schemas_tiles.TileSetAndJSON.model_validate(answer.json())
    assert (told.points_from, told.years_from, told.due_soon) == (EVENTS_FROM, YEARS_FROM, 0.2)
    assert [(one.m, one.major) for one in told.majors] == [("m1", "公用设施"), ("m2", "突发事件"), ("m3", "住房")]
    fields = {each["id"]: set(each["fields"]) for each in answer.json()["vector_layers"]}
    assert fields == {"clusters": {"n", "o", "s", "v", "c", "m1", "m2", "m3"}, "events": {"c", "g", "s", "k"}}
