"""One grid unit, its relatives, and all in figures."""

import csv
import io
from contextlib import closing

import pytest
import shapely
from shapely.geometry import shape

from api import schemas
from gridgeo.db import connection
from gridgeo.hierarchy import store
from tests.api.world import DISTRICT, RETIRED, STREET_1, STREET_2, A, B, C, D, F


def get(client, path, **params):
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer


def codes(answer):
    return [unit.code for unit in schemas.Units.model_validate(answer.json()).units]


def test_a_unit_says_who_it_is_and_where_to_go_on(client):
    answer = get(client, f"/grids/{A}")
    unit = schemas.Unit.model_validate(answer.json())
    assert (unit.code, unit.name_zh, unit.level, unit.household_count, unit.grid_type) == (A, "甲格", "micro", 300, "urban")
    assert unit.parent.code == "440306001001"
    assert [each.code for each in unit.chain] == [DISTRICT, STREET_1, "440306001001", A]
    assert unit.bbox == [113.0, 22.88, 113.02, 22.9]
    assert unit.area_m2 == pytest.approx(2053.0 * 2215.0, rel=0.01)
    assert f'</grids/{unit.parent.code}>; rel="up"' in answer.headers["link"]


def test_every_link_of_a_unit_leads_somewhere(client):
    for code in (A, STREET_2, DISTRICT):
        for link in get(client, f"/grids/{code}").json()["links"]:
            answer = client.get(link["href"].partition("#")[0])
            assert answer.status_code == 200, link
            assert answer.headers["content-type"].partition(";")[0] == link["type"], link


def test_codes_of_other_systems_are_told_by_vintage(client, world):
    before = get(client, f"/grids/{A}/codes")
    assert schemas.OtherCodes.model_validate(before.json()).codes == []
    with closing(connection.connect(world.url)) as conn, conn:
        unit_id = before.json()["unit"]["unit_id"]
        store.put_codes(conn, "statistics", "2023", {unit_id: "440309003"})
    after = get(client, f"/grids/{A}/codes")
    assert [each.model_dump() for each in schemas.OtherCodes.model_validate(after.json()).codes] == [
        {"system": "statistics", "vintage": "2023", "code": "440309003"}
    ]
    assert before.headers["etag"] != after.headers["etag"]


def test_a_unit_without_code_is_found_by_its_number(client, world):
    unit = schemas.Unit.model_validate(get(client, f"/grids/u{world.uncoded}").json())
    assert (unit.code, unit.href) == (None, f"/grids/u{world.uncoded}")
    assert client.get(unit.chain[-1].href).json()["unit_id"] == world.uncoded


def test_a_unit_with_its_area_is_a_feature(client):
    answer = get(client, f"/grids/{A}", f="geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    feature = schemas.Feature.model_validate(answer.json())
    assert shape(feature.geometry).equals(shapely.box(113.0, 22.88, 113.02, 22.9))
    assert schemas.Unit.model_validate(feature.properties).code == feature.id == A


def test_the_accept_header_chooses_the_form_and_f_goes_before_it(client):
    accept = {"Accept": "application/geo+json;q=0.9, application/json;q=0.2"}
    assert client.get(f"/grids/{A}", headers=accept).json()["type"] == "Feature"
    assert "type" not in client.get(f"/grids/{A}?f=json", headers=accept).json()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{A}/ancestors", [DISTRICT, STREET_1, "440306001001"]),
        (f"{DISTRICT}/ancestors", []),
        (f"{DISTRICT}/children", [STREET_1, STREET_2]),
        (f"{A}/children", []),
        (f"{STREET_2}/descendants", ["440306002001", "440306002002", C, D, F, None]),
        (f"{A}/siblings", [B]),
        (f"{DISTRICT}/siblings", []),
        (f"{STREET_1}/siblings", [STREET_2]),
        (f"{A}/neighbours", [B, C]),
        (f"{F}/neighbours", [D]),
        (f"{STREET_1}/neighbours", [STREET_2]),
    ],
)
def test_relatives(client, path, expected):
    assert codes(get(client, f"/grids/{path}")) == expected


def test_relatives_as_features_and_as_a_table(client):
    collection = schemas.FeatureCollection.model_validate(get(client, f"/grids/{STREET_2}/descendants", f="geojson").json())
    assert collection.numberReturned == len(collection.features) == 6
    assert all(shape(feature.geometry).is_valid for feature in collection.features)
    answer = get(client, f"/grids/{STREET_2}/descendants", f="csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["code"] for row in rows][:2] == ["440306002001", "440306002002"]
    assert rows[-1]["name_zh"] == "'=无码格"  # no spreadsheet takes it for a formula


def test_summary_counts_each_level(client, world):
    summary = schemas.Summary.model_validate(get(client, "/grids/summary").json())
    assert {level.level: level.count for level in summary.levels} == {"district": 1, "street": 2, "community": 3, "micro": 6}
    micro = summary.levels[-1]
    assert (micro.household_count, micro.grid_types) == (1500, {"urban": 5})
    assert summary.edition.edition_id == world.second
    assert summary.levels[0].area_m2 == pytest.approx(sum(16 * [1026.5 * 1107.4]), rel=0.01)


def test_the_past_is_asked_by_datetime(client, world):
    assert get(client, f"/grids/{RETIRED}", datetime="2024-05-05").json()["name_zh"] == "旧格"
    assert get(client, "/grids/summary", datetime="2024-05-05").json()["edition"]["edition_id"] == world.first


def test_a_retired_unit_is_gone_and_says_since_when(client):
    answer = client.get(f"/grids/{RETIRED}")
    problem = schemas.Problem.model_validate(answer.json())
    assert (answer.status_code, problem.code, problem.status) == (410, "gone", 410)
    assert answer.json()["since"].startswith("2025-01-01T00:00:00")
    assert "datetime=" in problem.detail and RETIRED in problem.detail


def test_a_retired_unit_names_what_lies_there_now(client):
    answer = client.get(f"/grids/{RETIRED}").json()
    assert answer["successors"] == [A] and answer["detail"].endswith(f"; now there lies {A}")


def test_a_unit_that_never_was_is_not_found(client):
    for code in ("440399", "u999999", "44030600100150"):
        answer = client.get(f"/grids/{code}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert client.get(f"/grids/{A}", params={"datetime": "2020-01-01"}).json()["code"] == "no-edition"


def test_before_the_first_edition_and_in_an_unknown_scheme_there_is_none(client):
    answer = client.get("/grids/summary", params={"scheme": "polise"})
    assert (answer.status_code, answer.json()["code"]) == (404, "no-edition")
    assert "fire, governance, statistics" in answer.json()["detail"]
    assert "no edition valid at that moment" in client.get("/grids/summary", params={"datetime": "1999-01-01"}).json()["detail"]
