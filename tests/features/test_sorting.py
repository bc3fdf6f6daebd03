"""What is in an index's order comes in it however much there is; what would have to be sorted is refused where it is too much."""

from __future__ import annotations

import pytest

from gridgeo.features import collections, reading
from gridgeo.features.order import in_own_order
from gridgeo.features.question import Order, Question
from tests.features.making import ids

LISTS = {"buildings": "building_code", "houses": "house_code", "addresses": "code", "objects": "object_id", "events": "reported_at"}


@pytest.mark.parametrize(("name", "leading"), LISTS.items())
def test_the_order_of_codes_is_read_from_an_index_up_and_down(client, monkeypatch, name, leading):
    monkeypatch.setattr(reading, "MOST_SORTED", 0)
    path = f"/collections/{name}/items"
    whole = ids(client, path)
    assert ids(client, path, sortby=leading, limit=2) == whole
    assert ids(client, path, sortby=f"-{leading}", limit=3) == whole[::-1]


@pytest.mark.parametrize("order", ["status", "-valid_from", "building_use,building_code"])
def test_more_than_can_be_sorted_in_time_is_refused_in_every_form(client, monkeypatch, order):
    asked = {"sortby": order}
    assert client.get("/collections/buildings/items", params=asked).status_code == 200
    monkeypatch.setattr(reading, "MOST_SORTED", 0)
    for form in ("json", "html", "csv", "geojsonseq"):
        answer = client.get("/collections/buildings/items", params={**asked, "f": form})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "too-many-to-sort"), form
        assert "building_code" in answer.json()["detail"]


def test_a_second_order_counts_where_the_first_leaves_some_alike():
    own = {
        ("buildings", (Order("building_code"), Order("floors"))): True,
        ("addresses", (Order("code"),)): True,
        ("addresses", (Order("code"), Order("name"))): False,
        ("buildings", (Order("floors"), Order("building_code"))): False,
    }
    assert own == {(name, order): in_own_order(collections.find(name), Question(order=order)) for name, order in own}
