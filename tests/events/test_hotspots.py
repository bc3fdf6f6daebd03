"""Hot spots are told of where there is enough to tell, beside the rate of what the caller sees."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest

from api import schemas_event_hotspots
from api import server as api_server
from gridgeo.db import connection
from gridgeo.errors import InvalidInput
from gridgeo.events import counts
from gridgeo.events.hotspots import store, surroundings
from gridgeo.events.hotspots.model import By
from gridgeo.events.statistics import Asked
from gridgeo.hierarchy import store as hierarchy
from gridgeo.hierarchy.locate import Snapshot
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.moments import CHINA
from gridgeo.settings import Settings
from tests.api import callers
from tests.events import counted

A, B, C = "99990100100101", "99990100100102", "99990100100201"
X, Y = f"{A}00001", f"{B}00001"
MARCH = (date(2026, 3, 1), date(2026, 4, 1))
NOW = datetime(2026, 7, 1, tzinfo=CHINA)


def _at(month: int, n: int) -> datetime:
    return datetime(2026, month, 2, 10, tzinfo=CHINA) + timedelta(hours=n)


def _rows(units: dict[str, int], kinds: list[int]) -> list[dict]:
    """In March forty in A, three in B, two in C, two rejected there; of the second class ten in each of two months."""
    many = [("filed", A, 0, 3)] * 40 + [("filed", B, 0, 3)] * 3 + [("filed", C, 0, 3)] * 2 + [("rejected", C, 0, 3)] * 30
    many += [("filed", A, 0, 2)] * 5 + [("filed", None, 1, 2)] * 10 + [("filed", None, 1, 3)] * 10
    return [
        {"stage": stage, "unit": units.get(code), "class_id": kinds[kind], "reported_at": _at(month, n)}
        for n, (stage, code, kind, month) in enumerate(many)
    ]


_HOUSES = """
INSERT INTO house (zone, house_code, building_code, status, valid_from)
SELECT left(%(code)s, 12), %(code)s || to_char(n, 'FM000000'), %(code)s, 'in_use', '2020-01-01' FROM generate_series(1, %(n)s) AS n
"""
_LYING = """
INSERT INTO building_grid (zone, building_code, edition_id, unit_id, outcome)
SELECT left(%(code)s, 12), %(code)s, v.edition_id, v.unit_id, 'inside' FROM grid_unit_version AS v
 WHERE v.edition_id = %(edition_id)s AND v.code = left(%(code)s, 14)
"""


def _placed(conn, edition_id: int, made: list[int]) -> None:
    """Ten homes in X, with twenty events, ten of these in its first; ninety in Y, with five."""
    with conn.cursor() as cur:
        for code, n in ((X, 10), (Y, 90)):
            cur.execute(
                "INSERT INTO building (zone, building_code, building_use, status, point, valid_from)"
                " VALUES (left(%(code)s, 12), %(code)s, 'residential', 'in_use', ST_SetSRID(ST_MakePoint(113, 22.9), 4490), '2020-01-01')",
                {"code": code},
            )
            cur.execute(_LYING, {"code": code, "edition_id": edition_id})
            cur.execute(_HOUSES, {"code": code, "n": n})
        for place, events in ((X, made[:10]), (f"{X}000001", made[10:20]), (Y, made[40:43])):
            cur.execute("UPDATE event SET place = %s WHERE event_id = ANY(%s)", (place, events))


def _ground(conn) -> SimpleNamespace:
    edition_id, units = counted.ground(conn)
    kinds = counted.classes(conn)
    _placed(conn, edition_id, counted.put(conn, edition_id, _rows(units, kinds)))
    with conn.cursor() as cur:
        cur.execute("UPDATE event_class SET public = false WHERE class_id = %s", (kinds[1],))
    counts.fold(conn)
    return SimpleNamespace(edition_id=edition_id, units=units, kinds=kinds)


@pytest.fixture
def city(conn):
    made = _ground(conn)
    edition = hierarchy.edition(conn, made.edition_id)
    made.edition = Snapshot(hierarchy.scheme(conn, GOVERNANCE), edition, hierarchy.frame(conn, made.edition_id))
    return made


def test_a_grid_is_hot_where_its_households_explain_fewer(conn, city):
    found = store.grids(conn, Asked(city.edition_id, *MARCH), city.edition, now=NOW)
    assert (found.n, found.households, found.unjudged, found.tested) == (45, 900, 0, 3)
    (spot,) = found.spots
    assert (spot.unit_id, spot.n, spot.expected) == (city.units[A], 40, pytest.approx(15))
    assert 1 < spot.ratio.low < 40 / 15 < spot.ratio.high and spot.q < 1e-5


def test_nothing_shouts_that_is_small_or_usual(conn, city):
    assert not store.grids(conn, Asked(city.edition_id, *MARCH), city.edition, least=41, now=NOW).spots
    assert not store.grids(conn, Asked(city.edition_id, *MARCH, units=[city.units[B], city.units[C]]), city.edition, now=NOW).spots
    assert not store.grids(conn, Asked(city.edition_id, date(2025, 3, 1), date(2025, 4, 1)), city.edition, now=NOW).spots


def test_a_grid_without_households_is_not_judged(conn, city):
    with conn.cursor() as cur:
        cur.execute("UPDATE grid_unit_version SET household_count = NULL WHERE code = %s", (A,))
    edition = Snapshot(city.edition.scheme, city.edition.edition, hierarchy.frame(conn, city.edition_id))
    found = store.grids(conn, Asked(city.edition_id, *MARCH), edition, now=NOW)
    assert (found.n, found.unjudged, found.tested, found.spots) == (5, 40, 2, [])


def test_a_building_is_hot_with_the_events_of_its_houses(conn, city):
    found = store.places(conn, Asked(city.edition_id, *MARCH), By.BUILDING, now=NOW)
    assert (found.n, found.households, found.tested) == (23, 100, 2)
    (spot,) = found.spots
    assert (spot.code, spot.n, spot.households, spot.expected, spot.unit_id) == (X, 20, 10, pytest.approx(2.3), city.units[A])


def test_a_house_counts_where_its_building_is_today(conn, city):
    with conn.cursor() as cur:
        cur.execute("UPDATE house SET building_code = %s WHERE house_code = %s", (Y, f"{X}000001"))
    found = store.places(conn, Asked(city.edition_id, *MARCH), By.BUILDING, now=NOW)
    assert [(spot.code, spot.n, spot.households) for spot in found.spots] == [(X, 10, 9)]


def test_a_house_is_hot_beside_all_houses(conn, city):
    found = store.places(conn, Asked(city.edition_id, *MARCH), By.HOUSE, now=NOW)
    assert [(spot.code, spot.n, spot.expected) for spot in found.spots] == [(f"{X}000001", 10, pytest.approx(0.1))]
    assert found.tested == 100


def test_a_class_rises_beside_the_month_before(conn, city):
    (rise,) = store.rising(conn, Asked(city.edition_id, *MARCH), now=NOW)
    assert (rise.class_id, rise.beside, rise.n, rise.before) == (city.kinds[0], "period", 45, 5)
    assert (rise.days, rise.days_before) == (31, 28) and rise.ratio.low > 1


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (MARCH, (date(2026, 2, 1), date(2026, 3, 1))),
        ((date(2026, 1, 1), date(2026, 4, 1)), (date(2025, 10, 1), date(2026, 1, 1))),
        ((date(2026, 3, 3), date(2026, 3, 10)), (date(2026, 2, 24), date(2026, 3, 3))),
    ],
)
def test_the_period_before_is_of_whole_months_where_the_period_is(days, found):
    earlier = store.before(Asked(1, *days))
    assert (earlier.begin, earlier.end) == found


def test_a_period_that_has_not_begun_tells_nothing_and_one_that_ends_first_is_refused(conn, city):
    assert store.rising(conn, Asked(city.edition_id, date(2027, 1, 1), date(2027, 2, 1)), now=NOW) == []
    with pytest.raises(InvalidInput):
        store.places(conn, Asked(city.edition_id, *reversed(MARCH)), By.HOUSE, now=NOW)


def test_grids_touch_at_a_border_and_no_grid_itself(city):
    first, second = surroundings.touching(city.edition)
    pairs = {(city.edition.units[a].code, city.edition.units[b].code) for a, b in zip(first, second, strict=True)}
    assert pairs == {(A, B), (B, A), (B, C), (C, B)}


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    name = server.create(template)
    url = server.url_of(name)
    with closing(connection.connect(url)) as conn, conn:
        made = _ground(conn)
    made.of = {
        "clerk": callers.key(url, "read", "accept"),
        "reader": callers.key(url, "read"),
        "clerk of B": callers.key(url, "read", "accept", area=[made.units[B]]),
    }
    settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=url, port=0, per_minute=0)
    with api_server.background(settings) as where, httpx.Client(base_url=where, trust_env=False, timeout=60) as made.client:
        yield made
    server.drop(name)


def asked(place, who="clerk", status=200, **params):
    headers = callers.bearer(place.of[who])
    answer = place.client.get("/events/hotspots", params={"period": "2026-03", **params}, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 200:
        schemas_event_hotspots.Hotspots.model_validate(answer.json())
    return answer.json()


def test_hot_grids_over_http(place):
    body = asked(place)
    (row,) = body["rows"]
    assert (row["code"], row["n"], row["expected"], row["ratio"]) == (A, 40, 15.0, 2.67)
    assert (body["n"], body["households"], body["per_1000"], body["found"]) == (45, 900, 50.0, 1)
    assert asked(place, unit=B)["rows"] == []


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"by": "building"}, X),
        ({"by": "house"}, f"{X}000001"),
        ({"by": "building", "unit": A}, X),
        ({"by": "building", "unit": B}, None),
        ({"by": "building", "least": "21"}, None),
    ],
)
def test_hot_places_over_http(place, params, found):
    assert [row["place"] for row in asked(place, **params)["rows"]] == ([found] if found else [])


def test_rising_classes_over_http(place):
    (row,) = asked(place, by="class")["rows"]
    assert (row["class"], row["beside"], row["n_before"]) == ("市容环境/环卫/暴露垃圾", "period", 5)


def test_who_works_on_no_event_is_told_of_public_classes_and_of_no_house(place):
    assert asked(place, "reader", **{"class": place.kinds[1]})["n"] == 0
    assert asked(place, "reader")["n"] == 45
    assert asked(place, "reader", by="building")["rows"][0]["place"] == X
    asked(place, "reader", by="house", status=400)


def test_who_has_a_part_is_told_beside_the_rate_of_that_part(place):
    body = asked(place, "clerk of B")
    assert (body["part"], body["n"], body["households"], body["rows"]) == (True, 3, 300, [])
    body = asked(place, "clerk of B", by="building")
    assert (body["n"], body["households"], body["rows"]) == (3, 90, [])
    asked(place, "clerk of B", unit=A, status=404)


@pytest.mark.parametrize("params", [{"by": "weather"}, {"least": "4"}, {"least": "x"}, {"limit": "0"}, {"limit": "1001"}])
def test_what_cannot_be_asked_is_refused(place, params):
    asked(place, status=400, **params)
