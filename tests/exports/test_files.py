"""A file appears whole or not at all, says what it must, and is the same for the same edition."""

import os
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from gridgeo.errors import Conflict, InvalidInput
from gridgeo.exports import rules
from gridgeo.exports.files import export
from gridgeo.exports.model import OF_EDITIONS, Format, Order, Source
from gridgeo.geo import crs
from gridgeo.hierarchy import editions, model, store
from tests.exports.reading import read

WHOLE = ("district", "street", "community", "micro")


def order(kind="geojson", datum="cgcs2000", levels=WHOLE):
    return Order(Format(kind), crs.parse(datum), levels)


@pytest.mark.parametrize("kind", OF_EDITIONS)
def test_the_same_edition_gives_the_same_bytes(tmp_path, source, kind):
    wanted = order(kind)
    first = export(tmp_path / f"x{wanted.format.ending}", source, wanted).read_bytes()
    time.sleep(1.1)
    (tmp_path / "later").mkdir()
    assert export(tmp_path / "later" / f"x{wanted.format.ending}", source, wanted).read_bytes() == first


def test_a_fingerprint_changes_with_whatever_changes_the_bytes(source):
    print_of = rules.fingerprint(source, order())
    ended = replace(source.edition, valid_to=datetime(2027, 1, 1, tzinfo=UTC))
    others = [
        rules.fingerprint(source, order("gpkg")),
        rules.fingerprint(source, order(datum="gcj02")),
        rules.fingerprint(source, order(levels=("micro",))),
        rules.fingerprint(replace(source, authority="另一部门"), order()),
        rules.fingerprint(replace(source, edition=ended), order()),
    ]
    assert len({print_of, *others}) == 6
    assert rules.fingerprint(source, order()) == print_of


def test_a_file_that_is_there_is_kept_unless_told_otherwise(tmp_path, source):
    path = tmp_path / "x.geojson"
    path.write_text("mine")
    with pytest.raises(Conflict, match="--overwrite"):
        export(path, source, order())
    assert path.read_text() == "mine"
    export(path, source, order(), overwrite=True)
    assert path.stat().st_size > 1000


@pytest.mark.parametrize("kind", OF_EDITIONS)
def test_a_failure_leaves_nothing_behind(tmp_path, source, kind, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        export(tmp_path / "x", source, order(kind))
    assert list(tmp_path.iterdir()) == []


def test_shifted_coordinates_need_a_name_that_says_so(tmp_path, source):
    with pytest.raises(InvalidInput, match="has to hold GCJ-02"):
        export(tmp_path / "x.geojson", source, order(datum="gcj02"))
    assert export(tmp_path / "x_gcj02.geojson", source, order(datum="gcj02")).exists()
    assert list(tmp_path.iterdir()) == [tmp_path / "x_gcj02.geojson"]


@pytest.mark.parametrize(("datum", "label"), [("gcj02", "GCJ-02"), ("bd09", "BD-09"), ("4547", "EPSG4547"), ("wgs84", "WGS84")])
def test_own_file_names_say_scheme_level_date_and_coordinates(source, datum, label):
    names = rules.file_names(source, order("shp", datum, ("micro",)))
    assert names == (f"governance_micro_2026-01-01_{label}.shp.zip", f"综合治理_微网格_2026-01-01_{label}.shp.zip")
    rules.says_datum(names[0], crs.parse(datum))


def test_a_shapefile_is_gbk_with_a_dictionary_and_pinyin_names(tmp_path, source):
    path = export(tmp_path / "x.shp.zip", source, order("shp"))
    with zipfile.ZipFile(path) as archive:
        assert archive.read("governance_street_CGCS2000.cpg") == b"GBK"
        assert "大鹏新区街道".encode("gbk") in archive.read("governance_street_CGCS2000.dbf")
        dictionary = pd.read_csv(archive.open("字段说明.csv"), encoding="utf-8-sig")
    micro = dictionary[dictionary["图层"] == "微网格"].set_index("字段")["中文名"]
    known = {"GRIDCODE": "代码", "WGMC": "名称", "QCODE": "区代码", "JDCODE": "街道代码", "SQCODE": "社区代码", "HS": "户数"}
    assert micro[list(known)].to_dict() == known
    assert dictionary["字段"].str.len().max() <= 10
    assert not dictionary.duplicated(["图层", "字段"]).any()


def test_a_character_gbk_lacks_is_written_in_gb18030(tmp_path, source):
    path = export(tmp_path / "x.shp.zip", source, order("shp"))
    with zipfile.ZipFile(path) as archive:
        assert archive.read("governance_micro_CGCS2000.cpg") == b"GB18030"
        assert "㙟岗微网格".encode("gb18030") in archive.read("governance_micro_CGCS2000.dbf")


def test_a_name_too_long_for_a_shapefile_is_refused(tmp_path, source):
    frame = source.frame.copy()
    frame["name_zh"] = "长" * 128
    with pytest.raises(InvalidInput, match="254 bytes"):
        export(tmp_path / "x.shp.zip", replace(source, frame=frame), order("shp"))
    assert list(tmp_path.iterdir()) == []


def test_a_spreadsheet_finds_no_formula(tmp_path, source):
    table = pd.read_csv(export(tmp_path / "x.csv", source, order("csv", levels=("micro",))), dtype=str, encoding="utf-8-sig")
    assert "'=cmd|' /C calc'!A0" in set(table["name_zh"])


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"])
def test_whatever_may_begin_a_formula_is_neutralised(text):
    assert rules.neutral(text) == f"'{text}"


@pytest.mark.parametrize("cell", [None, -1, 0.5, "", "新安=1"])
def test_what_begins_no_formula_is_left_alone(cell):
    assert rules.neutral(cell) is cell


def test_codes_are_quoted_and_a_byte_order_mark_leads(tmp_path, source):
    content = export(tmp_path / "x.csv", source, order("csv", levels=("micro",))).read_bytes()
    assert content.startswith(b'\xef\xbb\xbf"unit_id"')
    assert b',"44030600100101",' in content


@pytest.fixture
def listed(conn):
    """A scheme of codes and names without geometry."""
    level = model.Level("street", 0, "街道", "Street")
    store.add_scheme(conn, model.Scheme("stats", model.SchemeKind.LISTED, "统计", "Statistics", (level,)))
    rows = [{"level": "street", "code": f"44030600{n}", "name_zh": f"街道{n}"} for n in range(3)]
    draft, _ = editions.stage(conn, "stats", model.frame(rows), name="2023")
    edition = editions.activate(conn, draft.edition_id, datetime.now(UTC) - timedelta(days=1))
    return Source(store.scheme(conn, "stats"), edition, store.frame(conn, edition.edition_id))


@pytest.mark.parametrize("kind", ["csv", "gpkg", "geojson"])
def test_a_scheme_without_geometry_is_exported_as_a_table(tmp_path, listed, kind):
    table = read(export(tmp_path / f"x.{kind}", listed, order(kind, levels=("street",))))
    assert sorted(table["code"]) == ["440306000", "440306001", "440306002"]


@pytest.mark.parametrize("kind", ["shp", "fgb"])
def test_a_scheme_without_geometry_is_refused_where_it_makes_no_sense(tmp_path, listed, kind):
    with pytest.raises(InvalidInput, match="choose csv"):
        export(tmp_path / "x", listed, order(kind, levels=("street",)))


@pytest.mark.parametrize(
    ("name", "kind"), [("gpkg", "gpkg"), ("a.GPKG", "gpkg"), ("a.shp.zip", "shp"), ("a.zip", "shp"), ("a.json", "geojson")]
)
def test_a_format_is_known_by_name_or_ending(name, kind):
    assert rules.format_named(name) == kind


def test_an_unknown_level_and_an_unknown_format_name_what_there_is(source):
    with pytest.raises(InvalidInput, match="district, street, community, micro"):
        rules.levels(source.scheme, source.frame, ["house"])
    with pytest.raises(InvalidInput, match="geojson, geojsonseq, gpkg, shp, csv, xlsx, fgb, parquet, kml"):
        rules.format_named("x.dwg")


def test_levels_come_from_the_top(source):
    assert rules.levels(source.scheme, source.frame, ["micro", "street"]) == ("street", "micro")
    assert rules.levels(source.scheme, source.frame) == WHOLE


def test_levels_without_units_are_left_out_unless_asked_for(source):
    districts = source.frame[source.frame["level"] == "district"]
    assert rules.levels(source.scheme, districts) == ("district",)
    assert rules.levels(source.scheme, districts, ["street"]) == ("street",)
    assert rules.levels(source.scheme, districts[:0]) == WHOLE
