"""Editions: which there are, what was found in one, what changed between two."""

import csv
import io

import pytest
from shapely.geometry import shape

from api import schemas, schemas_editions
from tests.api.world import RETIRED, A, B


def get(client, path, **params):
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer


def test_all_editions_with_their_state(client, world):
    found = schemas_editions.Editions.model_validate(get(client, "/editions").json())
    states = {each.edition_id: each.status for each in found.editions}
    assert states == {world.first: "retired", world.second: "active", world.draft: "draft", world.fire: "active", world.fire + 1: "active"}
    assert found.numberReturned == 5


def test_the_editions_of_one_scheme(client, world):
    assert [each["edition_id"] for each in get(client, "/editions", scheme="fire").json()["editions"]] == [world.fire]
    assert get(client, "/editions", scheme="none").json()["editions"] == []


def test_one_edition_says_whose_it_is_and_when_it_holds(client, world):
    edition = schemas_editions.Edition.model_validate(get(client, f"/editions/{world.first}").json())
    assert (edition.authority, edition.valid_from.year, edition.valid_to.year) == ("区政法委", 2024, 2025)
    for link in edition.links:
        assert client.get(link.href).status_code == 200


def test_findings_in_every_form(client, world):
    path = f"/editions/{world.second}/findings"
    (finding,) = schemas_editions.Findings.model_validate(get(client, path).json()).findings
    assert (finding.code, finding.severity, finding.units, finding.area_m2) == ("overlap", "warning", [A, B], 12.35)
    (feature,) = schemas.FeatureCollection.model_validate(get(client, path, f="geojson").json()).features
    assert shape(feature.geometry).bounds == (113.0, 22.89, 113.02, 22.9)
    (row,) = csv.DictReader(io.StringIO(get(client, path, f="csv").content.decode("utf-8-sig")))
    assert (row["code"], row["units"]) == ("overlap", f"{A} {B}")


def test_an_edition_without_findings_has_an_empty_list_in_every_form(client, world):
    path = f"/editions/{world.first}/findings"
    assert get(client, path).json()["findings"] == []
    assert get(client, path, f="geojson").json()["features"] == []
    assert get(client, path, f="csv").content.decode("utf-8-sig") == "code,severity,message,units,area_m2\r\n"


def test_what_changed_from_one_edition_to_the_next(client, world):
    path = f"/editions/{world.first}/diff/{world.second}"
    told = schemas_editions.Difference.model_validate(get(client, path).json())
    assert (told.before.edition_id, told.after.edition_id) == (world.first, world.second)
    assert {(change.change, change.key) for change in told.changes} == {("removed", RETIRED), ("moved", A)}
    assert {change: n for change, n in told.counts.items() if n} == {"removed": 1, "moved": 1}
    moved = next(change for change in told.changes if change.change == "moved")
    assert moved.moved_m2 == pytest.approx(moved.area_after_m2 - moved.area_before_m2, abs=0.1)
    collection = schemas.FeatureCollection.model_validate(get(client, path, f="geojson").json())
    assert [feature.properties["change"] for feature in collection.features] == [change.change for change in told.changes]
    assert len(list(csv.DictReader(io.StringIO(get(client, path, f="csv").content.decode("utf-8-sig"))))) == 2


def test_backwards_the_removed_is_added(client, world):
    told = schemas_editions.Difference.model_validate(get(client, f"/editions/{world.second}/diff/{world.first}").json())
    assert ("added", RETIRED) in {(change.change, change.key) for change in told.changes}


def test_an_edition_does_not_differ_from_itself(client, world):
    path = f"/editions/{world.first}/diff/{world.first}"
    assert get(client, path).json()["changes"] == []
    assert get(client, path, f="csv").content.decode("utf-8-sig").startswith("change,level,key,")


def test_editions_of_two_schemes_are_not_compared(client, world):
    answer = client.get(f"/editions/{world.first}/diff/{world.fire}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
    assert "fire" in answer.json()["detail"] and "governance" in answer.json()["detail"]
