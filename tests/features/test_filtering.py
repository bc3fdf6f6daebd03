"""OGC API - Features, Part 3 (OGC 19-079r2) with CQL2 (OGC 21-065r2): what may be asked of, and that questions reach the rows."""

from __future__ import annotations

import json

import pytest

from gridgeo.features.collections import COLLECTIONS
from tests.access import making
from tests.api.world import A, D
from tests.features.making import FIRST, LAST, grown, ids

BUILDINGS = "/collections/buildings/items"
AROUND_D = "POLYGON((113.03 22.87,113.04 22.87,113.04 22.88,113.03 22.88,113.03 22.87))"

#: A filter, and the numbers of the grown buildings it lets through; each class that is declared has some.
LETS_THROUGH = {
    "building_use = 'office' AND floors >= 3": {n for n in range(FIRST, LAST) if n % 2 == 0 and n % 5 >= 3},
    "NOT (floors < 4) OR floors IS NULL": {n for n in range(FIRST, LAST) if n % 5 in (0, 4)},
    "floors BETWEEN 2 AND 3": {n for n in range(FIRST, LAST) if n % 5 in (2, 3)},
    "floors IN (1, 4)": {n for n in range(FIRST, LAST) if n % 5 in (1, 4)},
    f"building_code LIKE '{grown(12)[:-1]}%' AND floors IS NOT NULL": {n for n in range(10, 20) if n % 5},
    "CASEI(building_use) = CASEI('OFFICE') AND floors = 2": {n for n in range(FIRST, LAST) if n % 2 == 0 and n % 5 == 2},
    "valid_from < DATE('2010-01-13')": {10, 11},
    "T_BEFORE(valid_from, DATE('2010-01-13'))": {10, 11},
    "T_DURING(valid_from, INTERVAL('2010-01-12', '2010-01-14'))": {12},
    "S_INTERSECTS(geometry, BBOX(113.0005, 22.8915, 113.0025, 22.8925))": {10, 11},
    "S_WITHIN(geometry, POLYGON((113 22.891,113.0025 22.891,113.0025 22.8925,113 22.8925,113 22.891)))": {10, 11},
    f"S_DISJOINT(geometry, {AROUND_D}) AND floors = 4 AND building_use = 'office'": {n for n in range(FIRST, LAST) if n % 10 == 4},
    "floors_below IS NULL AND floors = floors AND valid_to IS NULL AND floors = 1": {n for n in range(FIRST, LAST) if n % 5 == 1},
}


@pytest.mark.parametrize("text", LETS_THROUGH)
def test_req_filter_response(client, text):
    assert {code for code in ids(client, BUILDINGS, filter=text) if code[12:14] == "02"} == {grown(n) for n in LETS_THROUGH[text]}


def test_req_filter_lang_json(client):
    office = {"op": "=", "args": [{"property": "building_use"}, "office"]}
    document = {"op": "and", "args": [office, {"op": ">=", "args": [{"property": "floors"}, 3]}]}
    found = ids(client, BUILDINGS, **{"filter": json.dumps(document), "filter-lang": "cql2-json"})
    assert set(found) == {grown(n) for n in LETS_THROUGH["building_use = 'office' AND floors >= 3"]}


@pytest.mark.parametrize("name", COLLECTIONS)
def test_req_queryables_are_what_may_be_asked_of(client, name):
    """Every one of them may be asked whether it is there, and each answer has it."""
    answer = client.get(f"/collections/{name}/queryables")
    assert answer.headers["content-type"] == "application/schema+json"
    told = answer.json()
    assert told["$id"].endswith(f"/collections/{name}/queryables") and told["additionalProperties"] is False
    assert told["properties"].pop("geometry")["format"].startswith("geometry-")
    for asked in told["properties"]:
        both = [client.get(f"/collections/{name}/items", params={"filter": f"{asked} IS {word}NULL", "limit": 1}) for word in ("", "NOT ")]
        assert [each.status_code for each in both] == [200, 200], asked
    made_of = client.get(f"/collections/{name}/schema").json()["properties"]
    assert {**told["properties"], "geometry": 0}.keys() <= made_of.keys()
    feature = client.get(f"/collections/{name}/items", params={"limit": 1}).json()["features"][0]
    assert list(made_of) == ["geometry", *feature["properties"]]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_sortables_are_what_may_be_sorted_by(client, name):
    for asked in client.get(f"/collections/{name}/sortables").json()["properties"]:
        assert client.get(f"/collections/{name}/items", params={"sortby": f"-{asked}", "limit": 1}).status_code == 200, asked


@pytest.mark.parametrize(
    "asked, numbers",
    [
        ({"building_use": "office", "floors": "2"}, {n for n in range(FIRST, LAST) if n % 2 == 0 and n % 5 == 2}),
        ({"valid_from": "2010-01-11"}, {10}),
        ({"valid_from": "2010-01-11T"}, {10}),
        ({"building_code": grown(12), "filter": "floors > 1"}, {12}),
        ({"building_use": "nothing"}, set()),
        ({"grid": D}, set()),
    ],
)
def test_req_queryables_query_parameters(client, asked, numbers):
    assert {code for code in ids(client, BUILDINGS, **asked) if code[12:14] == "02"} == {grown(n) for n in numbers}


@pytest.mark.parametrize(
    "text",
    [
        *("1=1", "flors = 1", "floors = 'x'", "floors = 1;drop table gridgeo.building", "pg_sleep(5) = 1", "floors = (select 1)"),
        *("(((", "", "'", "f.zone = '1'", "NOT " * 600 + "floors = 1", "floors IN (" + ",".join(["1"] * 900) + ")"),
        "S_INTERSECTS(geometry, POLYGON((0 0,1 1,0 1,1 0,0 0)))",
    ],
)
def test_a_filter_that_is_none_is_refused_with_its_place(client, text):
    answer = client.get(BUILDINGS, params={"filter": text})
    assert answer.status_code in (400, 414), answer.text
    assert client.get(f"{BUILDINGS}/{making.BUILDING[A]}").status_code == 200


def test_an_unknown_property_is_refused_with_those_there_are(client):
    for asked in ({"filter": "flors = 1"}, {"sortby": "flors"}, {"properties": "flors"}):
        answer = client.get(BUILDINGS, params=asked)
        assert answer.status_code == 400 and "floors" in answer.json()["errors"][0]["detail"], asked


@pytest.mark.parametrize("text", ["floors;drop table x", "1", "(select 1)", "floors,-floors", "floors,", "attributes"])
def test_an_order_is_made_of_properties(client, text):
    assert client.get(BUILDINGS, params={"sortby": text}).status_code == 400


def test_what_was_torn_down_is_found_by_its_status(client):
    assert ids(client, BUILDINGS, filter="status = 'demolished'", datetime="2023-01-01") == [grown(LAST)]
    assert ids(client, BUILDINGS, filter="status = 'in_use'", ids=making.BUILDING[A]) == [making.BUILDING[A]]
