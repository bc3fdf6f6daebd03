"""What is done to buildings and houses over HTTP: codes are given once, ends answer 410, and nobody reaches beyond his area."""

from __future__ import annotations

import json
import time
from contextlib import closing
from types import SimpleNamespace

import pytest

from gridgeo.db import connection
from gridgeo.hierarchy import store as hierarchy
from gridgeo.linkage import counts
from tests.addresses import making
from tests.api import callers, grounds

NEW = {"use": "residential", "road": "创业路", "compound": "新安花园", "block": "1", "floors": 6, "on": "2016-01-01"}


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """A district without buildings, the API over it, and writers of the whole city and of the grid A."""
    with grounds.database(server, template) as url:
        with closing(connection.connect(url)) as conn, conn:
            making.edition(conn)
            area = hierarchy.versions(conn, "governance", code=making.CODES["A"])[0][0]
            keys = {"all": callers.key(url, "read", "write"), "a": callers.key(url, "read", "write", area=[area])}
        with grounds.service(url, tmp_path_factory, per_minute=0) as lent:
            yield SimpleNamespace(client=lent.client, url=url, **keys)


def post(place, path, body, who="all"):
    return place.client.post(path, json=body, headers=callers.bearer(getattr(place, who)))


def minted(place, column, row, who="all", **other) -> str:
    lon, lat = making.at(column, row)
    answer = post(place, "/buildings", {**NEW, "lon": lon, "lat": lat, **other}, who)
    assert answer.status_code == 201, answer.text
    return answer.json()["code"]


def housed(place, building, room, who="all", **other) -> str:
    answer = post(place, f"/buildings/{building}/houses", {"room": room, "on": "2016-01-01", **other}, who)
    assert answer.status_code == 201, answer.text
    return answer.json()["code"]


def test_a_building_gets_the_next_code_of_the_grid_it_lies_in(place):
    lon, lat = making.at(2.5, 0.5)
    answer = post(place, "/buildings", {**NEW, "lon": lon, "lat": lat})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (201, f"{making.CODES['B']}00001")
    assert answer.headers["location"] == f"/buildings/{told['code']}" and told["address"].endswith("创业路新安花园1栋")
    assert place.client.get(answer.headers["location"]).json() == told
    assert post(place, "/buildings", {**NEW, "lon": lon, "lat": lat, "block": "2"}).json()["code"] == f"{making.CODES['B']}00002"


def test_what_was_made_before_is_not_made_again_and_is_named(place):
    code = minted(place, 2.6, 0.6)
    lon, lat = making.at(2.6, 0.6)
    again = post(place, "/buildings", {**NEW, "lon": lon, "lat": lat})
    assert again.status_code == 409 and code in again.json()["detail"]
    house = housed(place, code, "101")
    again = post(place, f"/buildings/{code}/houses", {"room": "101", "on": "2016-01-01"})
    assert again.status_code == 409 and house in again.json()["detail"]


def test_washing_knows_a_new_road_without_a_restart(place):
    code = minted(place, 2.7, 0.7, road="望海大道", plate="7", compound=None, block=None)
    until = time.monotonic() + 10
    while True:
        [washed] = place.client.get("/addresses/wash", params={"q": "望海大道7号"}).json()["washed"]
        if washed["results"] or time.monotonic() > until:
            break
        time.sleep(0.05)
    assert [one["code"] for one in washed["results"]] == [code]


def test_a_new_estate_is_offered_to_who_types_at_once_and_one_that_is_gone_is_not(place):
    def offered():
        found = place.client.get("/addresses/autocomplete", params={"q": "听海"}, headers=callers.bearer(place.all)).json()
        return [one["name"] for one in found["places"]]

    code = minted(place, 0.4, 0.4, who="a", compound="听海花园", block="7")
    assert offered() == ["听海花园"]
    assert post(place, f"/buildings/{code}/retire", {"on": "2020-01-01"}).status_code == 200
    assert offered() == []


def test_the_counts_of_a_grid_follow_what_is_done_in_it(place):
    """By who may see that grid alone too; those of a grid that is left and of one that is moved to."""
    with closing(connection.connect(place.url)) as conn, conn:
        counts.refresh(conn)

    def stock(letter):
        block = place.client.get(f"/blocks/{making.CODES[letter]}", headers=callers.bearer(place.all)).json()
        return block["buildings"]["count"], block["houses"]["count"]

    (buildings, houses), there = stock("A"), stock("B")
    code = minted(place, 0.6, 0.6, who="a", block="8")
    home = housed(place, code, "801", who="a")
    assert stock("A") == (buildings + 1, houses + 1)
    assert post(place, f"/houses/{home}/retire", {"on": "2020-01-01"}, "a").status_code == 200
    assert stock("A") == (buildings + 1, houses)
    lon, lat = making.at(2.4, 0.6)
    assert post(place, f"/buildings/{code}/relocate", {"lon": lon, "lat": lat}).status_code == 200
    assert (stock("A"), stock("B")) == ((buildings, houses), (there[0] + 1, there[1]))


def test_a_renumbered_building_and_a_relabelled_house_keep_their_codes(place):
    code = minted(place, 2.8, 0.5)
    home = housed(place, code, "201", unit="1")
    told = post(place, f"/buildings/{code}/renumber", {"road": "创业路", "plate": "99", "on": "2020-01-01"})
    assert told.status_code == 200 and told.json()["code"] == code and told.json()["parts"]["plate"] == "99"
    told = post(place, f"/houses/{home}/relabel", {"room": "2A", "on": "2020-01-01"}).json()
    assert (told["code"], told["unit"], told["room"]) == (home, "1", "2A")
    assert told["names"][0]["kind"] == "former"


def test_a_moved_house_has_a_new_code_and_the_old_one_answers_410_with_it(place):
    wrong, right = minted(place, 2.1, 0.2), minted(place, 2.1, 0.3)
    home = housed(place, wrong, "301")
    moved = post(place, f"/houses/{home}/move", {"building": right, "on": "2020-01-01"}).json()
    assert moved["building"] == right
    gone = place.client.get(f"/houses/{home}")
    assert gone.status_code == 410 and gone.json()["successors"] == [moved["code"]]


def test_merged_and_split_buildings_answer_410_with_who_follows(place):
    one, other = minted(place, 2.2, 0.2), minted(place, 2.2, 0.3)
    home = housed(place, one, "101")
    ended = post(place, f"/buildings/{one}/merge", {"follower": other, "on": "2020-01-01"})
    assert ended.status_code == 200 and ended.json()["successors"] == [other] and ended.json()["since"] == "2020-01-01"
    east, west = minted(place, 2.3, 0.2), minted(place, 2.3, 0.3)
    refused = post(place, f"/buildings/{other}/split", {"into": [east, west], "on": "2020-01-01"})
    assert refused.status_code == 409
    parts = {"into": [east, west], "houses": {home: west}, "on": "2020-01-02"}
    assert post(place, f"/buildings/{other}/split", parts).status_code == 200
    assert place.client.get(f"/buildings/{one}").json()["successors"] == [east, west]
    assert place.client.get(f"/houses/{home}").json()["building"] == west
    assert post(place, f"/buildings/{other}/retire", {}).status_code == 410


@pytest.mark.parametrize(
    ("more", "place_of_fault"),
    [
        ({"use": "castle"}, "/use"),
        ({"use": None}, "/use"),
        ({"lon": "x"}, "/lon"),
        ({"lon": True}, "/lon"),
        ({"floors": 0}, "/floors"),
        ({"floors": 1e300}, "/floors"),
        ({"road": "王先生13800138000"}, "/road"),
        ({"road": "一" * 201}, "/road"),
        ({"road": {"a": 1}}, "/road"),
        ({"road": "\u202e路"}, "/road"),
        ({"on": "2020-02-30"}, "/on"),
        ({"on": ""}, "/on"),
        ({"status": ""}, "/status"),
        ({"colour": "red"}, ""),
    ],
)
def test_a_value_that_cannot_be_is_named_and_not_repeated(place, more, place_of_fault):
    lon, lat = making.at(2.5, 0.5)
    answer = post(place, "/buildings", {**NEW, "lon": lon, "lat": lat, **more})
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == place_of_fault
    assert "13800138000" not in answer.text and "castle" not in answer.text


@pytest.mark.parametrize("more", [{"lon": 0, "lat": 0}, {"lon": float(10**308)}, {"road": "", "compound": ""}, {"status": "retired"}])
def test_a_building_that_cannot_be_is_refused(place, more):
    lon, lat = making.at(2.5, 0.5)
    assert post(place, "/buildings", {**NEW, "block": "77", "lon": lon, "lat": lat, **more}).status_code == 400


def test_outside_of_all_grids_no_code_is_given(place):
    lon, lat = making.at(50, 0.5)
    answer = post(place, "/buildings", {**NEW, "lon": lon, "lat": lat})
    assert (answer.status_code, answer.json()["code"]) == (404, "outside-area")


# --- a caller of one grid -----------------------------------------------------------------------------------------


def test_a_caller_of_a_grid_does_all_of_it_there(place):
    code = minted(place, 0.5, 0.5, "a")
    other = minted(place, 0.6, 0.5, "a")
    home = housed(place, code, "101", "a")
    lon, lat = making.at(0.7, 0.7)
    assert post(place, f"/buildings/{code}/relocate", {"lon": lon, "lat": lat}, "a").json()["lon"] == lon
    assert post(place, f"/buildings/{code}/renumber", {"road": "新湖路", "on": "2020-01-01"}, "a").status_code == 200
    assert post(place, f"/houses/{home}/relabel", {"room": "102", "on": "2020-01-01"}, "a").status_code == 200
    assert post(place, f"/buildings/{code}/merge", {"follower": other, "on": "2021-01-01"}, "a").status_code == 200
    assert place.client.get(f"/buildings/{code}").status_code == 410


def test_numbers_go_on_after_buildings_a_caller_does_not_see(place):
    """One that was issued in the grid and lies elsewhere today still has its number."""
    code = minted(place, 0.3, 0.3)
    lon, lat = making.at(2.9, 0.9)
    assert post(place, f"/buildings/{code}/relocate", {"lon": lon, "lat": lat}).status_code == 200
    assert minted(place, 0.3, 0.4, "a") > code


def test_beyond_ones_area_nothing_is_done_and_all_looks_as_if_it_were_not(place):
    far, near = minted(place, 2.4, 0.4), minted(place, 0.2, 0.2)
    home = housed(place, far, "101")
    lon, lat = making.at(0.5, 0.5)
    asked = {
        f"/buildings/{far}/houses": {"room": "9"},
        f"/buildings/{far}/renumber": {"road": "甲路"},
        f"/buildings/{far}/relocate": {"lon": lon, "lat": lat},
        f"/buildings/{far}/merge": {"follower": near},
        f"/buildings/{near}/merge": {"follower": far},
        f"/buildings/{near}/split": {"into": [far]},
        f"/buildings/{near}/retire": {"successors": [far]},
        f"/buildings/{far}/retire": {},
        f"/houses/{home}/retire": {},
        f"/houses/{home}/relabel": {"room": "9"},
        f"/houses/{home}/move": {"building": near},
    }
    for path, body in asked.items():
        unknown, sent = path, json.dumps(body)
        for there in (home, far):
            unknown, sent = unknown.replace(there, there[:-1] + "9"), sent.replace(there, there[:-1] + "9")
        answers = [post(place, path, body, "a"), post(place, unknown, json.loads(sent), "a")]
        told = [{name: value for name, value in one.json().items() if name != "instance"} for one in answers]
        assert [one.status_code for one in answers] == [404, 404], path
        assert told[0] == told[1], path
    assert place.client.get(f"/buildings/{far}").json()["house_count"] == 1


def test_nothing_is_put_where_its_caller_sees_nothing(place):
    lon, lat = making.at(2.5, 0.1)
    answer = post(place, "/buildings", {**NEW, "lon": lon, "lat": lat}, "a")
    assert (answer.status_code, answer.json()["code"]) == (404, "outside-area")
    mine = minted(place, 0.4, 0.9, "a")
    assert post(place, f"/buildings/{mine}/relocate", {"lon": lon, "lat": lat}, "a").status_code == 404
    assert place.client.get(f"/buildings/{mine}").json()["lon"] != lon


def test_a_reader_writes_nothing(place):
    assert place.client.post("/buildings", json=NEW).status_code == 401
