"""A collection as a file over HTTP: every format, the questions of its list, and no more than a caller may see."""

from __future__ import annotations

import zipfile
from io import BytesIO

import orjson
import pyogrio
import pytest

from api.routes import features_download
from gridgeo.exports.model import Format
from gridgeo.features.collections import COLLECTIONS

HERE = "/collections/{}/download"


def got(client, name, answered=200, headers=None, **asked):
    answer = client.get(HERE.format(name), params=asked, headers=headers)
    assert answer.status_code == answered, answer.text
    return answer


@pytest.mark.parametrize("kind", list(Format))
def test_each_format_is_handed_out_under_its_names(client, kind):
    answer = got(client, "buildings", f=kind)
    assert answer.headers["content-type"] == kind.media_type and len(answer.content) > 100
    named = answer.headers["content-disposition"]
    assert f"{kind.ending}" in named and "buildings_" in named and "%E6%A5%BC%E6%A0%8B" in named


@pytest.mark.parametrize("name", [each for each in COLLECTIONS if each not in ("grids", "objects")])
def test_a_file_has_what_the_list_has(client, name):
    listed = client.get(f"/collections/{name}/items", params={"limit": 1000}).json()["features"]
    assert len(got(client, name, f="geojson").json()["features"]) == len(listed) > 0


def test_the_questions_of_the_list_are_the_questions_of_the_file(client, tmp_path):
    asked = {"filter": "building_use = 'office' AND floors >= 3", "sortby": "-floors", "properties": "floors,building_code"}
    listed = client.get("/collections/buildings/items", params={**asked, "limit": 1000}).json()["features"]
    path = tmp_path / "x.gpkg"
    path.write_bytes(got(client, "buildings", f="gpkg", crs="EPSG:4547", **asked).content)
    found = pyogrio.read_dataframe(path, layer="buildings")
    assert list(found["building_code"]) == [each["properties"]["building_code"] for each in listed]
    assert found.crs.to_epsg() == 4547 and pyogrio.read_info(path, layer="buildings")["dataset_metadata"]["filter"] == asked["filter"]


def test_a_shift_is_named_in_the_file_and_outside(client):
    answer = got(client, "buildings", f="shp", crs="gcj02")
    assert "GCJ-02" in answer.headers["content-disposition"]
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert 'LOCAL_CS["GCJ-02"' in archive.read("buildings_GCJ-02.prj").decode()


def test_a_caller_of_a_part_gets_its_part(client, of_d):
    everything, part = (orjson.loads(got(client, "buildings", f="geojson", headers=who).content)["features"] for who in (None, of_d))
    assert 0 < len(part) < len(everything)


@pytest.mark.parametrize(
    "asked", [{"f": "dwg"}, {"f": "kml", "crs": "EPSG:4547"}, {"crs": "EPSG:1"}, {"filter": "nobody = 1"}, {"cursor": "x"}, {"limit": "0"}]
)
def test_what_cannot_be_asked_is_refused(client, asked):
    assert got(client, "buildings", 400, **asked).headers["content-type"].startswith("application/problem+json")


def test_a_file_holds_so_many_and_no_more(client, monkeypatch):
    monkeypatch.setattr(features_download, "MOST", 5)
    assert "gridgeo export buildings" in got(client, "buildings", 413, f="csv").json()["detail"]
    assert got(client, "buildings", f="csv", limit=5).content.count(b"\r\n") == 6


@pytest.mark.parametrize("kind", [Format.FGB, Format.XLSX])
def test_objects_come_in_every_format_by_their_own_filters(client, tmp_path, kind):
    answer = got(client, "objects", f=kind, status="in_use", filter="category IN (1, 2) AND department = 'MB0000011'")
    path = tmp_path / f"x.{kind}"
    path.write_bytes(answer.content)
    assert set(pyogrio.read_dataframe(path, layer="objects")["element_code"]) == {"MB0000011LAMP1", "MB0000011LAMP2"}
