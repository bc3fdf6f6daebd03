"""All about a block, and the completeness of the linkage, over HTTP."""

from __future__ import annotations

import csv
import io
from contextlib import closing
from types import SimpleNamespace

import httpx
import pytest

from api import schemas, schemas_blocks
from api import server as api_server
from gridgeo.db import connection
from gridgeo.linkage import counts
from gridgeo.settings import Settings
from tests.api import callers
from tests.linkage import counting
from tests.linkage.counting import A, B, D, build, found_district, link, people

POLYGON = {"type": "Polygon", "coordinates": [[[113.0, 22.88], [113.045, 22.88], [113.045, 22.9], [113.0, 22.9], [113.0, 22.88]]]}

BOW_TIE = [[113, 22], [114, 23], [114, 22], [113, 23], [113, 22]]


@pytest.fixture(scope="module")
def place(server, template, tmp_path_factory):
    """Residents 12 and 9 in A and B, a company in A; the API over them; a key for A alone."""
    name = server.create(template)
    url = server.url_of(name)
    with closing(connection.connect(url)) as conn, conn:
        edition = found_district(conn)
        houses = {micro: build(conn, edition, micro, houses=20, floors=6, area_m2=50.0) for micro in (A, B, D)}
        people(conn, "resident", {houses[A][0]: 12, houses[B][0]: 9})
        link(conn, "credit", "registered", [("firm", houses[A][0])])
        counts.refresh(conn)
        unit = counting.units(conn, edition)
        key = callers.key(url, "read", area=[unit[A]])
    settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=url, port=0, per_minute=0)
    with api_server.background(settings) as where, httpx.Client(base_url=where, trust_env=False, timeout=30) as client:
        yield SimpleNamespace(client=client, houses=houses, key=callers.bearer(key), url=url)
    server.drop(name)


def block(place, body, **more):
    answer = place.client.post("/blocks", json=body, **more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return schemas_blocks.Block.model_validate_json(answer.text)


def refused(answer, status):
    assert answer.status_code == status, answer.text
    return schemas.Problem.model_validate(answer.json())


def role(rows, name):
    return next((one.count, one.hidden, one.least, one.most) for one in rows if one.role == name)


def test_a_unit_is_told_in_one_call(place):
    told = block(place, {"unit": A})
    assert (told.kind, told.code, told.micro_grids) == ("unit", A, 1)
    assert [unit.level for unit in told.chain] == ["district", "street", "community", "micro"]
    assert (told.buildings.count, told.houses.count, told.houses.by_use[0].area_m2) == (1, 20, 1000.0)
    assert told.buildings.by_storeys == {"4-6": 1}
    assert role(told.persons, "resident") == (10, 0, 10, 12)
    assert role(told.persons, "owner") == (None, 1, 0, 9)
    assert role(told.organisations, "registered") == (1, 0, 1, 1)
    assert (told.rule.suppress_under, told.rule.round_to) == (10, 5)


def test_a_unit_has_an_address_of_its_own(place):
    answer = place.client.get("/blocks/999901")
    assert schemas_blocks.Block.model_validate_json(answer.text) == block(place, {"unit": "999901"})
    assert role(answer_of(answer).persons, "resident") == (10, 4, 10, 12 + 4 * 9)


def answer_of(answer):
    return schemas_blocks.Block.model_validate_json(answer.text)


def test_a_house_and_a_building_answer_with_their_own_facts(place):
    house = block(place, {"house": place.houses[B][0]})
    assert (house.own.code, house.own.href, house.own.use_zh) == (place.houses[B][0], f"/houses/{place.houses[B][0]}", "住宅")
    assert (house.chain[-1].code, role(house.persons, "resident")) == (B, (None, 1, 0, 9))
    building = block(place, {"building": place.houses[A][0][:19]})
    assert (building.own.houses, building.own.floors, building.own.room) == (20, 6, None)


def test_a_polygon_answers_for_the_micro_grids_in_it_and_names_those_it_cuts(place):
    told = block(place, {"polygon": POLYGON})
    assert (told.code, told.chain, told.whole) == (None, [], [A, B])
    assert told.left_out == ["99990100100201"]
    assert role(told.persons, "resident") == (10, 1, 10, 12 + 9)


def test_no_list_of_people_nor_any_token_is_in_an_answer(place):
    text = place.client.post("/blocks", json={"unit": A}).text
    assert counting.token(("person", ("resident", place.houses[A][0], 0))).hex() not in text


@pytest.mark.parametrize(
    "body, status, code",
    [
        ({}, 400, "invalid-request"),
        ({"unit": A, "house": "1"}, 400, "invalid-request"),
        ({"unit": 5}, 400, "invalid-request"),
        ({"unit": ""}, 400, "invalid-request"),
        ({"unit": A, "scheme": "nowhere"}, 404, "not-found"),
        ({"unit": "44030600100199"}, 404, "not-found"),
        ({"house": "1234"}, 400, "invalid-code"),
        ({"house": f"{A}00001009999"}, 404, "not-found"),
        ({"polygon": {"type": "Point", "coordinates": [113, 22]}}, 400, "invalid-geometry"),
        (
            {"polygon": {"type": "Polygon", "coordinates": [[[113, 22], [114, 23], [114, 22], [113, 23], [113, 22]]]}},
            400,
            "invalid-geometry",
        ),
        ({"polygon": None}, 400, "invalid-geometry"),
        ({"people": 1}, 400, "invalid-request"),
        ({"unit": "a\0"}, 400, "invalid-request"),
        ({"unit": A, "scheme": "a\0"}, 400, "invalid-request"),
        ({"building": "a\0"}, 400, "invalid-code"),
        ({"house": "a\0"}, 400, "invalid-code"),
        ([], 400, "invalid-request"),
    ],
)
def test_what_names_no_block_is_refused(place, body, status, code):
    assert refused(place.client.post("/blocks", json=body), status).code == code


@pytest.mark.parametrize("code", ["%00", "a%00b", "abc", "u0", "440306%0a"])
def test_what_is_no_code_of_a_unit_is_refused(place, code):
    assert refused(place.client.get(f"/blocks/{code}"), 400).errors[0].code == "invalid-code"


@pytest.mark.parametrize("kind", ["449999193801089274", "44999919", {"449999193801089274": 1}])
def test_a_type_that_is_no_geometry_is_not_repeated(place, kind):
    for path in ("/blocks", "/addresses/search"):
        answer = place.client.post(path, json={"polygon": {"type": kind, "coordinates": []}})
        refused(answer, 400)
        assert "449999" not in answer.text and "wrong-ty" not in answer.text


def test_a_coordinate_that_is_somebodys_number_is_not_repeated(place):
    ring = [[449999193801, 89274], [1, 2], [2, 2], [449999193801, 89274]]
    answer = place.client.post("/blocks", json={"polygon": {"type": "Polygon", "coordinates": [ring]}})
    refused(answer, 400)
    assert "4.4999" not in answer.text and "449999" not in answer.text


def test_a_table_has_every_unit_of_a_level(place):
    answer = place.client.get("/blocks", params={"level": "micro"})
    table = schemas_blocks.BlockTable.model_validate_json(answer.text)
    assert table.numberReturned == 5
    assert [role(row.persons, "resident")[0] for row in table.blocks][:2] == [10, None]
    below = place.client.get("/blocks", params={"level": "micro", "within": "999901002"}).json()
    assert [row["unit"]["code"] for row in below["blocks"]] == [D, "99990100200102"]


def test_a_table_comes_as_csv_too(place):
    answer = place.client.get("/blocks?level=micro&f=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["code"], row["houses"], row["persons_resident"]) for row in rows][:2] == [(A, "20", "10"), (B, "20", "")]


def test_completeness_is_told_by_level(place):
    answer = place.client.get("/linkage/completeness?level=micro")
    table = schemas_blocks.CompletenessTable.model_validate_json(answer.text)
    first = table.completeness[0]
    assert (first.unit.code, first.houses, first.organisations.share, first.persons.share) == (A, 20, 0.05, None)
    rows = list(csv.DictReader(io.StringIO(place.client.get("/linkage/completeness?f=csv").content.decode("utf-8-sig"))))
    assert [row["level"] for row in rows] == ["street", "street"]


def test_unknown_levels_and_parameters_are_refused(place):
    assert refused(place.client.get("/blocks?level=planet"), 400).code == "invalid-request"
    assert refused(place.client.get("/blocks?levels=micro"), 400).code == "invalid-request"
    assert refused(place.client.post("/blocks?x=1", json={"unit": A}), 400).code == "invalid-request"
    assert refused(place.client.get(f"/blocks?level=street&within={A}"), 404).code == "not-found"


def test_a_caller_for_a_part_of_the_city_is_told_of_that_part_alone(place):
    assert role(block(place, {"unit": A}, headers=place.key).persons, "resident")[0] == 10
    for body in ({"unit": B}, {"unit": "999901"}, {"house": place.houses[B][0]}):
        refused(place.client.post("/blocks", json=body, headers=place.key), 404)
    part = block(place, {"polygon": POLYGON}, headers=place.key)
    assert (part.whole, part.left_out) == ([A], [B, "99990100100201"])
    assert place.client.get("/blocks?level=micro", headers=place.key).json()["numberReturned"] == 1
