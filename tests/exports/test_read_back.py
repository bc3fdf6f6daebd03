"""What GDAL reads from an export equals what is stored: every format, in every kind of coordinates."""

import json
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from gridgeo.exports.files import export
from gridgeo.exports.model import OF_EDITIONS, Format, Order
from gridgeo.geo import crs
from tests.exports.reading import read

DATUMS = ["wgs84", "cgcs2000", "4547", "3857", "gcj02", "bd09"]
LEVELS = ("district", "street", "community", "micro")

#: degrees (about a millimetre) and metres
CLOSE = {True: 1e-3, False: 1e-8}


def written(tmp_path, source, kind, datum="cgcs2000", levels=("micro",)):
    order = Order(Format(kind), crs.parse(datum), levels)
    return export(tmp_path / f"x_{crs.parse(datum).name.replace(':', '')}{order.format.ending}", source, order)


def texts(column, kind=None):
    """Texts with None for what is missing; a CSV's apostrophe before a formula taken off."""
    return [None if pd.isna(text) else text.removeprefix("'") if kind is Format.CSV else text for text in column]


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize("kind", OF_EDITIONS)
def test_geometry_codes_and_names_are_the_stored_ones(tmp_path, source, kind, datum):
    got = read(written(tmp_path, source, kind, datum))
    want = source.frame[source.frame["level"] == "micro"]
    got = got.assign(unit_id=got["unit_id"].astype(int)).set_index("unit_id").loc[want["unit_id"]]
    for column in ("code", "name_zh", "parent", "kind", "grid_type"):
        assert texts(got[column], kind) == texts(want[column]), column
    assert got["household_count"].astype(float).fillna(-1).tolist() == want["household_count"].fillna(-1).tolist()
    shapes = got["geometry"].to_numpy()
    back = crs.transform(shapes, crs.parse(datum), crs.CGCS2000)
    assert shapely.hausdorff_distance(back, want.geometry.to_numpy()).max() < 1e-8
    expected = crs.transform(want.geometry.to_numpy(), crs.CGCS2000, crs.parse(datum))
    assert shapely.hausdorff_distance(shapes, expected).max() < CLOSE[crs.is_planar(crs.parse(datum))]
    assert (shapely.get_num_interior_rings(shapely.get_geometry(expected, 0)) == [1, 0, 0, 0]).all()
    assert np.array_equal(shapely.get_num_coordinates(shapes), shapely.get_num_coordinates(expected))


@pytest.mark.skipif(not shutil.which("ogrinfo"), reason="no second GDAL on this machine (Debian: gdal-bin); the first one has read it back")
@pytest.mark.parametrize(
    ("datum", "x", "y"), [("cgcs2000", 113.0, 22.8), ("4547", 397e3, 2.53e6), ("3857", 1.258e7, 2.6e6), ("gcj02", 113.0, 22.8)]
)
@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp", "fgb"])
def test_another_gdal_reads_longitude_or_east_first(tmp_path, source, kind, datum, x, y):
    path = written(tmp_path, source, kind, datum)
    said = subprocess.run(["ogrinfo", "-ro", "-al", "-so", path], capture_output=True, text=True, check=True).stdout
    (extent,) = [line for line in said.splitlines() if line.startswith("Extent")]
    west, south = map(float, extent.split("(")[1].split(")")[0].split(","))
    assert west == pytest.approx(x, rel=0.01)
    assert south == pytest.approx(y, rel=0.01)


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp", "fgb"])
@pytest.mark.parametrize("datum", DATUMS)
def test_the_file_names_its_coordinates(tmp_path, source, kind, datum):
    path = written(tmp_path, source, kind, datum)
    told = pyogrio.read_info(f"/vsizip/{path}" if kind == "shp" else path)["crs"]
    asked = crs.parse(datum)
    if asked.epsg is None:
        assert told.startswith(f'LOCAL_CS["{asked.name}"')
    else:
        assert told == f"EPSG:{asked.epsg}"


def test_a_csv_names_its_coordinates_and_its_origin_in_each_row(tmp_path, source):
    table = read(written(tmp_path, source, "csv", "gcj02", LEVELS))
    assert set(table["crs"]) == {"GCJ-02"}
    assert set(table["authority"]) == {"宝安区政数局"}
    assert set(table["valid_from"]) == {"2026-01-01T08:00:00+08:00"}


def test_each_level_is_a_layer_of_a_geopackage_with_chinese_names(tmp_path, source):
    path = written(tmp_path, source, "gpkg", levels=LEVELS)
    assert [name for name, _ in pyogrio.list_layers(path)] == list(LEVELS)
    assert [len(read(path, level)) for level in LEVELS] == [2, 2, 2, 4]
    with closing(sqlite3.connect(path)) as package:
        aliases = dict(package.execute("SELECT column_name, name FROM gpkg_data_columns WHERE table_name = 'micro'"))
    assert aliases["name_zh"] == "名称"
    assert aliases["street_code"] == "街道代码"
    assert set(aliases) == set(read(path, "micro").columns) - {"geometry"}


def test_a_unit_without_a_code_keeps_its_place_in_the_chain(tmp_path, source):
    table = read(written(tmp_path, source, "gpkg")).set_index("name_zh")
    assert pd.isna(table.loc["无码", "code"])
    assert pd.isna(table.loc["无码", "district_code"])
    assert table.loc["无码", "district_name"] == "大鹏新区"
    assert table.loc["无码", "street_code"] == "440307001"
    assert table.loc["㙟岗微网格", "district_code"] == "440306"
    streets = read(written(tmp_path, source, "gpkg", "4547", ("street",)))
    assert streets["parent"].tolist() == ["440306", "大鹏新区"]


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "fgb", "shp"])
def test_authority_edition_and_dates_are_inside(tmp_path, source, kind):
    path = written(tmp_path, source, kind)
    if kind == "geojson":
        passport = json.loads(path.read_text())["gridgeo"]
    elif kind == "shp":
        with zipfile.ZipFile(path) as archive:
            passport = dict(line.split(": ", 1) for line in archive.read("说明.txt").decode("utf-8-sig").splitlines())
    else:
        info = pyogrio.read_info(path)
        passport = {name.lower(): text for name, text in info["dataset_metadata" if kind == "gpkg" else "layer_metadata"].items()}
    assert passport["authority"] == "宝安区政数局"
    assert passport["title"] == "综合治理 微网格"
    assert passport["edition"] == str(source.edition.edition_id)
    assert passport["edition_name"] == "2026 年版"
    assert passport["valid_from"] == "2026-01-01T08:00:00+08:00"
    assert passport["digest"] == source.edition.digest
