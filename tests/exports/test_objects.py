"""Managed objects as files: what is written is read back, whatever the format."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime

import orjson
import pyogrio
import pytest
import shapely

from gridgeo.errors import InvalidInput
from gridgeo.exports import objects
from gridgeo.exports.model import Format
from gridgeo.hierarchy.model import Outcome
from gridgeo.objects.model import Category, Department, GeometryKind, ManagedObject, Status

_CODE = "4403060010000000000123"
_ABOUT = {"title": "部件", "objects": "3", "made_at": datetime(2026, 1, 1, tzinfo=UTC).isoformat()}


def category(category_id, name, kind):
    return Category(
        category_id, "公用设施", "照明", name, f"公用设施/照明/{name}", 1, "", "", "", kind, "440306001", "A", 30, "lamp", "#112233"
    )


WORDS = objects.Words(
    {1: category(1, "路灯", GeometryKind.POINT), 2: category(2, "=管线", GeometryKind.LINE)},
    {"440306001": Department("440306001", "城管局", "Urban management")},
    {Status.IN_USE: "完好"},
    {},
)
LAMP = ManagedObject(
    *(1, _CODE, 1, Status.IN_USE, "=1+1", 113.9, 22.5, None, None, date(2026, 1, 2), {"height": 8}, date(2020, 1, 1)),
    *("@load", datetime(2026, 1, 1, tzinfo=UTC), None, 7, Outcome.INSIDE),
)
LINE = replace(
    LAMP, object_id=2, element_code="440306001A", category_id=2, floor=-1, shape=shapely.LineString([(113.9, 22.5), (113.91, 22.5)])
)
AREA = replace(LAMP, object_id=3, element_code="440306001B", shape=shapely.box(113.9, 22.5, 113.91, 22.51))
PAGES = [[LAMP], [LINE, AREA]]


def test_a_table_keeps_codes_as_text_and_holds_no_formula(tmp_path):
    path = tmp_path / "x.csv"
    assert objects.write(path, Format.CSV, PAGES, WORDS, _ABOUT) == 3
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf") and f'"{_CODE}"'.encode() in text
    first, second, _ = csv.DictReader(text.decode("utf-8-sig").splitlines())
    assert (first["name"], first["source"], first["attributes"]) == ("'=1+1", "'@load", '{"height":8}')
    assert (first["department"], second["floor"], first["lon"]) == ("城管局", "-1", "113.9")


def test_geojson_has_each_object_in_its_own_shape(tmp_path):
    path = tmp_path / "x.geojson"
    objects.write(path, Format.GEOJSON, PAGES, WORDS, _ABOUT)
    read = orjson.loads(path.read_bytes())
    assert [one["geometry"]["type"] for one in read["features"]] == ["Point", "LineString", "Polygon"]
    assert read["features"][0]["properties"]["element_code"] == _CODE and read["gridgeo"]["objects"] == "3"


def test_a_package_has_a_layer_for_each_kind_of_shape_with_chinese_names(tmp_path):
    path = tmp_path / "x.gpkg"
    objects.write(path, Format.GPKG, [*PAGES, [replace(LAMP, object_id=4, element_code="440306001C")]], WORDS, _ABOUT)
    assert {name for name, _ in pyogrio.list_layers(path)} == {"objects", "objects_lines", "objects_areas"}
    points = pyogrio.read_dataframe(path, layer="objects")
    assert list(points["element_code"]) == [_CODE, "440306001C"] and points.crs.to_epsg() == 4490
    assert list(pyogrio.read_dataframe(path, layer="objects_lines")["floor"]) == [-1]


@pytest.mark.parametrize("kind", objects.FORMATS)
def test_nothing_is_a_file_too(tmp_path, kind):
    path = tmp_path / f"x.{kind}"
    assert objects.write(path, kind, [], WORDS, _ABOUT) == 0 and path.stat().st_size > 0


def test_other_formats_are_refused(tmp_path):
    with pytest.raises(InvalidInput):
        objects.write(tmp_path / "x.zip", Format.SHP, PAGES, WORDS, _ABOUT)
