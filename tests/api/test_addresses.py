"""Addresses over HTTP: found as one types, washed one by one and by the thousand, made plain, looked for from a point."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from types import SimpleNamespace

import pytest

from gridgeo.addresses import lifecycle, places
from gridgeo.addresses.model import Address, NameKind
from gridgeo.db import connection
from gridgeo.hierarchy import store as hierarchy
from tests.addresses import making
from tests.api import callers, grounds


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """Three buildings in A, C and E, and the API over them."""
    with grounds.database(server, template) as url:
        with closing(connection.connect(url)) as conn, conn:
            making.edition(conn)
            kept = making.building(conn)
            house = making.house(conn, kept, "501")
            with conn.cursor() as cur:
                called = (kept.zone, kept.code, NameKind.COLLOQUIAL, "老村口楼", "老村口楼", date(2016, 1, 1))
                cur.execute(
                    "INSERT INTO address_name (zone, code, kind, name, name_key, valid_from) VALUES (%s, %s, %s, %s, %s, %s)", called
                )
            far = making.building(conn, 5.5, 0.5, grid=making.CODES["C"], address=Address("宝民路", "1", "碧海花园", "2"))
            gone = making.building(conn, 4.5, 2.5, grid=making.CODES["E"], address=Address("创业路", "9", None, None))
            lifecycle.retire(conn, gone.code, date(2023, 5, 1), successors=[kept.code])
            places.refresh(conn)
            area = hierarchy.versions(conn, "governance", code=making.CODES["A"])[0][0]
        key = callers.key(url, "read", area=[area])
        with grounds.service(url, tmp_path_factory) as lent:
            yield SimpleNamespace(
                client=lent.client, kept=kept, house=house, far=far, gone=gone, headers={"Authorization": f"Bearer {key}"}
            )


def found(place, q, **more):
    answer = place.client.get("/addresses", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["places"]


@pytest.mark.parametrize("q", ["老村口楼", "laocunkoulou", "lckl", "东山新村3栋", "前进一路12号"])
def test_a_building_is_found_by_name_sound_initials_and_address(place, q):
    codes = [one["code"] for one in found(place, q)]
    assert place.kept.code in codes, codes


def test_a_building_code_answers_with_the_building_and_its_houses(place):
    first, second = found(place, place.kept.code)
    assert (first["code"], second["code"]) == (place.kept.code, place.house.code)
    assert second["href"] == f"/houses/{place.house.code}" and place.client.get(second["href"]).status_code == 200


def test_what_is_gone_is_found_with_who_follows(place):
    one, *_ = found(place, place.gone.code)
    assert not one["live"] and one["successors"] == [place.kept.code]


def test_typing_goes_on_step_by_step(place):
    step = place.client.get("/addresses/autocomplete", params={"q": "东山新"}).json()["places"][0]
    assert step["kind"] == "compound"
    building = place.client.get("/addresses/autocomplete", params={"q": "3", "within": step["ref"]}).json()["places"][0]
    assert building["code"] == place.kept.code
    (house,) = place.client.get("/addresses/autocomplete", params={"q": "50", "within": building["ref"]}).json()["places"]
    assert house["code"] == place.house.code


def test_search_keeps_to_a_circle_a_unit_and_a_polygon(place):
    lon, lat = place.kept.lon, place.kept.lat
    assert [one["code"] for one in found(place, "", lon=lon, lat=lat, within_m=100)] == [place.kept.code]
    assert [one["code"] for one in found(place, "", unit=making.CODES["C"])] == [place.far.code]
    ring = [[lon - 0.001, lat - 0.001], [lon + 0.001, lat - 0.001], [lon, lat + 0.001], [lon - 0.001, lat - 0.001]]
    asked = {"polygon": {"type": "Polygon", "coordinates": [ring]}}
    assert [one["code"] for one in place.client.post("/addresses/search", json=asked).json()["places"]] == [place.kept.code]


def test_a_point_names_the_nearest_building_with_metres(place):
    asked = {"lon": place.kept.lon + 0.0001, "lat": place.kept.lat}
    (near,) = place.client.get("/addresses/reverse", params=asked).json()["buildings"]
    assert near["code"] == place.kept.code and 9 < near["metres"] < 12 and not near["inside"]
    assert place.client.get("/addresses/reverse", params={"lon": 110.0, "lat": 22.0}).status_code == 404


def test_a_text_is_washed_to_its_house_and_many_as_one(place):
    texts = ["东山新村3栋501", "老村口楼501房", "乱七八糟", None, "宝民路1号碧海花园2栋"]
    many = place.client.post("/addresses/wash", json={"texts": texts}).json()
    assert [one["results"][0]["code"] if one["results"] else None for one in many["washed"]] == [
        place.house.code,
        place.house.code,
        None,
        None,
        place.far.code,
    ]
    for text, one in zip(texts, many["washed"], strict=True):
        if text:
            assert place.client.get("/addresses/wash", params={"q": text}).json()["washed"] == [one]
    assert many["counts"]["none"] == 2 and set(many["faults"]) == {fault for one in many["washed"] for fault in one["faults"]}


def test_normalising_looks_nothing_up(place):
    told = place.client.get("/addresses/normalize", params={"q": "深圳市寶安區前進一路１２號東山新村三棟５０１房"}).json()
    assert {name: part["value"] for name, part in told["parts"].items()} == {
        "city": "深圳市",
        "district": "宝安区",
        "road": "前进一路",
        "plate": "12",
        "compound": "东山新村",
        "block": "3",
        "room": "501",
    }
    assert {"width", "script", "numerals"} <= {step["step"] for step in told["steps"]}


def test_what_lies_outside_of_a_callers_area_is_not_found(place):
    for q in (place.far.code, "碧海花园2栋", "宝民路1号"):
        assert found(place, q), q
        answer = place.client.get("/addresses", params={"q": q}, headers=place.headers)
        assert answer.status_code == 404 or place.far.code not in answer.text, q
    washed = place.client.post("/addresses/wash", json={"texts": ["宝民路1号碧海花园2栋"]}, headers=place.headers).json()
    assert place.far.code not in str(washed)
    near = place.client.get("/addresses/reverse", params={"lon": place.far.lon, "lat": place.far.lat}, headers=place.headers)
    assert place.far.code not in near.text


def test_a_list_that_takes_too_long_is_told_to_be_shorter(place, monkeypatch):
    monkeypatch.setattr("api.routes.addresses.SECONDS", -1)
    answer = place.client.post("/addresses/wash", json={"texts": ["东山新村3栋501"]})
    assert answer.status_code == 413 and "send fewer" in answer.json()["detail"]


def test_texts_made_to_be_slow_do_not_stop_others(place):
    """Each of these costs the parser as much as a hundred addresses."""
    with ThreadPoolExecutor(4) as others:
        slow = [
            others.submit(place.client.post, "/addresses/wash", json={"texts": ["(" * 400 + str(i)] * 200}, timeout=120) for i in range(4)
        ]
        assert place.client.get(f"/buildings/{place.kept.code}", timeout=60).status_code == 200
        assert all(one.result().status_code in (200, 413) for one in slow)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/texts"),
        ({"texts": "x"}, "/texts"),
        ({"texts": [1]}, "/texts/0"),
        ({"texts": ["x" * 501]}, "/texts/0"),
        ({"texts": [], "default_area": 1}, "/default_area"),
        ({"texts": [], "secret": "x"}, ""),
    ],
)
def test_a_body_that_is_not_right_names_the_place_and_repeats_nothing(place, body, pointer):
    answer = place.client.post("/addresses/wash", json=body)
    assert answer.status_code == 400 and pointer in [fault["pointer"] for fault in answer.json()["errors"]]
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "query",
    [{"q": "x", "limit": "0"}, {"q": "x", "lon": "113"}, {"q": "x" * 501}, {"q": "x", "unit": "a b"}, {"q": "x", "within_m": "nan"}],
)
def test_a_query_that_is_not_right_is_refused(place, query):
    assert place.client.get("/addresses", params=query).status_code == 400


def test_nobody_meant_by_garbage(place):
    for q in ("🙂🙂", "%%%", "' OR 1=1 --", "\u202e反", "0" * 500):
        assert place.client.get("/addresses", params={"q": q}).status_code == 200, q
