"""Buildings and houses over HTTP: by code, on a day, gone, and outside of a caller's area."""

from contextlib import closing
from datetime import date
from types import SimpleNamespace

import pytest

from gridgeo.addresses import lifecycle
from gridgeo.addresses.model import Address, NameKind
from gridgeo.db import connection
from gridgeo.hierarchy import store as hierarchy
from tests.addresses import making
from tests.api import callers, grounds


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """A building in A that was renumbered, one in E that was torn down for it, and the API over them."""
    with grounds.database(server, template) as url:
        with closing(connection.connect(url)) as conn, conn:
            making.edition(conn)
            kept = making.building(conn)
            first, _ = making.house(conn, kept, "501"), making.house(conn, kept, "502", unit="1")
            lifecycle.renumber(conn, kept.code, Address("前进一路", "14", "东山新村", "3"), on=date(2022, 3, 1))
            with conn.cursor() as cur:
                called = (kept.zone, kept.code, NameKind.COLLOQUIAL, "老村口楼", "老村口楼", date(2016, 1, 1))
                cur.execute(
                    "INSERT INTO address_name (zone, code, kind, name, name_key, valid_from) VALUES (%s, %s, %s, %s, %s, %s)", called
                )
            gone = making.building(conn, 4.5, 2.5, grid=making.CODES["E"], address=Address("创业路", "9", None, None))
            lost = making.house(conn, gone, "101", floor=1)
            lifecycle.retire(conn, gone.code, date(2023, 5, 1), successors=[kept.code])
            sold = making.building(conn, 4.6, 2.6, grid=making.CODES["E"], address=Address("创业路", "10", None, None))
            torn = making.building(conn, 4.7, 2.7, grid=making.CODES["E"], address=Address("创业路", "11", None, None))
            with conn.cursor() as cur:
                cur.execute("UPDATE building SET status = 'retired' WHERE building_code IN (%s, %s)", (sold.code, torn.code))
                follows = "INSERT INTO address_successor (zone, code, successor, reason, since) VALUES (%s, %s, %s, 'merged', '2021-02-03')"
                cur.execute(follows, (sold.zone, sold.code, kept.code))
            block = making.building(conn, 4.4, 2.4, grid=making.CODES["E"], address=Address("创业路", "12", None, None))
            labels = [
                ("102", None, None),
                ("101", None, 1),
                ("101", "2", 1),
                ("202", "2", 2),
                (None, "2", 2),
                ("301", "1", None),
                ("7", "1", -1),
            ]
            for room, unit, floor in labels:
                making.house(conn, block, room, unit=unit, floor=floor)
            far = making.building(conn, 5.5, 0.5, grid=making.CODES["C"], address=Address("宝民路", "1", None, None))
            area = hierarchy.versions(conn, "governance", code=making.CODES["A"])[0][0]
            key = callers.key(url, "read", area=[area])
        with grounds.service(url, tmp_path_factory) as lent:
            yield SimpleNamespace(
                client=lent.client, kept=kept, first=first, gone=gone, lost=lost, far=far, key=key, sold=sold, torn=torn, block=block
            )


def get(place, path, **more):
    return place.client.get(path, **more)


def test_a_building_says_how_it_is_written_and_called_and_where_it_lies(place):
    told = get(place, f"/buildings/{place.kept.code}").json()
    assert told["parts"]["plate"] == "14" and told["parts"]["compound"] == "东山新村"
    assert told["address"].endswith("前进一路14号东山新村3栋")
    assert [unit["level"] for unit in told["units"]] == ["district", "street", "community", "micro"]
    assert told["house_count"] == 2
    assert {"kind": "colloquial", "name": "老村口楼"}.items() <= next(one for one in told["names"] if one["kind"] == "colloquial").items()


def test_small_letters_and_full_width_are_the_same_code(place):
    assert get(place, f"/buildings/%EF%BC%94{place.kept.code[1:].lower()}").json()["code"] == place.kept.code


def test_a_building_is_asked_as_of_a_day(place):
    told = get(place, f"/buildings/{place.kept.code}", params={"datetime": "2020-01-01"}).json()
    assert told["parts"]["plate"] == "12"
    assert get(place, f"/buildings/{place.kept.code}", params={"datetime": "2001-01-01"}).status_code == 404


def test_a_building_is_a_feature(place):
    answer = get(place, f"/buildings/{place.kept.code}", params={"f": "geojson"})
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json()["geometry"] == {"type": "Point", "coordinates": [place.kept.lon, place.kept.lat]}


def test_houses_are_listed_and_lead_to_themselves(place):
    listed = get(place, f"/buildings/{place.kept.code}/houses").json()["houses"]
    assert {one["room"] for one in listed} == {"501", "502"}
    told = get(place, listed[0]["href"]).json()
    assert told["building"] == place.kept.code and told["parts"]["room"] == listed[0]["room"]


def test_one_that_is_gone_answers_410_with_who_follows(place):
    answer = get(place, f"/buildings/{place.gone.code}")
    assert answer.status_code == 410 and answer.json()["successors"] == [place.kept.code]
    was = get(place, f"/buildings/{place.gone.code}", params={"datetime": "2020-01-01"})
    assert was.status_code == 200 and was.json()["parts"]["road"] == "创业路"
    assert get(place, f"/houses/{place.lost.code}").status_code == 410


def test_one_whose_end_was_not_told_is_gone_since_others_followed_it(place):
    assert get(place, f"/buildings/{place.sold.code}").json()["since"] == "2021-02-03"
    answer = get(place, f"/buildings/{place.torn.code}")
    assert answer.status_code == 410 and answer.json()["since"] is None and "an unknown day" in answer.json()["detail"]


@pytest.mark.parametrize("limit", [1, 2, 6, 7])
def test_pages_of_houses_are_the_whole_list_in_order(place, limit):
    path = f"/buildings/{place.block.code}/houses"
    whole = get(place, path).json()
    assert whole["numberMatched"] == whole["numberReturned"] == 7 and all(link["rel"] != "next" for link in whole["links"])
    pages, following = [], f"{path}?limit={limit}&datetime=2025-01-01"
    while following:
        told = get(place, following).json()
        assert told["numberMatched"] == 7 and told["numberReturned"] == len(told["houses"]) <= limit
        pages += told["houses"]
        following = next((link["href"] for link in told["links"] if link["rel"] == "next"), None)
    assert pages == whole["houses"]


@pytest.mark.parametrize("query", ["limit=0", "limit=10001", "limit=-1", "limit=x", "limit=１", "after=1", "after=%00"])
def test_a_page_of_houses_that_cannot_be_is_refused(place, query):
    answer = get(place, f"/buildings/{place.block.code}/houses?{query}")
    assert answer.status_code == 400 and answer.json()["errors"][0]["parameter"] == query.split("=")[0]


def test_a_page_goes_on_in_its_own_building(place):
    assert get(place, f"/buildings/{place.block.code}/houses?after={place.first.code}").status_code == 404


def test_history_is_told_of_the_living_and_the_gone(place):
    kept = [(one["on"], one["what"]) for one in get(place, f"/addresses/{place.kept.code}/history").json()["changes"]]
    assert ("2015-06-01", "issued") in kept and ("2022-03-01", "address-ended") in kept and ("2023-05-01", "follows") in kept
    gone = [one["what"] for one in get(place, f"/addresses/{place.gone.code}/history").json()["changes"]]
    assert "followed-by" in gone


def test_a_code_that_is_none_is_the_callers_mistake(place):
    for path in ("/buildings/123", "/houses/44030600960102T0117", f"/buildings/{place.first.code}", "/addresses/x/history"):
        answer = get(place, path)
        assert answer.status_code == 400 and answer.json()["code"] == "invalid-code", path


def test_what_lies_outside_of_a_callers_area_is_as_if_it_were_not(place):
    headers = {"Authorization": f"Bearer {place.key}"}
    assert get(place, f"/buildings/{place.kept.code}", headers=headers).status_code == 200
    foreign = get(place, f"/buildings/{place.far.code}", headers=headers)
    unknown = get(place, f"/buildings/{place.far.code[:-1]}9", headers=headers)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["code"] == unknown.json()["code"] == "not-found"
    assert get(place, f"/buildings/{place.far.code}").status_code == 200
