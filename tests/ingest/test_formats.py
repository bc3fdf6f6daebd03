"""Every format read as it is found here."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from gridgeo.errors import UnreadableFile
from gridgeo.geo import gate
from gridgeo.ingest import sandbox
from gridgeo.ingest.model import Table
from tests.ingest.making import SQUARE, csv_text, feature, geojson, parts, polygon, shapefile, square, streets, xlsx, zipped

NAMES = ["第1街道", "第2街道", "第3街道"]


def read(path: Path) -> Table:
    (table,) = sandbox.read([path])
    return table


def same_areas(table: Table, frame) -> bool:
    made, issues = gate.polygons(table.shapes)
    assert issues == []
    return bool(shapely.equals(made, frame.geometry.to_numpy()).all())


def codes_of(table: Table) -> list[str]:
    return [note.code for note in table.notes]


def test_geojson(tmp_path: Path):
    table = read(geojson(tmp_path / "streets.geojson", streets()))
    assert (table.name, table.declared, codes_of(table)) == ("streets.geojson", "EPSG:4490", [])
    assert table.columns == {"code": ["440306001", "440306002", "440306003"], "name": NAMES}
    assert same_areas(table, streets())


def test_geojson_without_crs_declares_nothing(tmp_path: Path):
    assert read(geojson(tmp_path / "a.json", streets(), epsg=None)).declared == ""


def test_geojson_of_one_bare_geometry(tmp_path: Path):
    table = read(geojson(tmp_path / "440306.geojson", polygon(), epsg=None))
    assert (len(table), table.columns, table.stem) == (1, {}, "440306")


def test_geojson_one_feature_a_line(tmp_path: Path):
    path = tmp_path / "a.geojsonl"
    path.write_text("\n".join(f'\x1e{{"type":"Feature","properties":{{"code":"{n}"}},"geometry":null}}' for n in range(3)))
    table = read(path)
    assert table.columns == {"code": ["0", "1", "2"]} and len(table.shapes.coords) == 0


def test_geojson_in_gbk_is_read_and_said(tmp_path: Path):
    path = geojson(tmp_path / "a.geojson", streets())
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    table = read(path)
    assert table.columns["name"] == NAMES and codes_of(table) == ["encoding-guessed"]


def test_values_become_text_as_they_are_meant(tmp_path: Path):
    values = {
        "whole": 440306001,
        "float": 440306001.0,
        "part": 1.5,
        "yes": True,
        "none": None,
        "list": ["a", 1],
        "object": {"a": 1},
        "blank": " ",
    }
    table = read(geojson(tmp_path / "a.geojson", [feature(None, **values)]))
    assert {name: column[0] for name, column in table.columns.items()} == {
        "whole": "440306001",
        "float": "440306001",
        "part": "1.5",
        "yes": "true",
        "none": None,
        "list": "a,1",
        "object": '{"a":1}',
        "blank": None,
    }


def test_heights_are_left_out_and_said(tmp_path: Path):
    table = read(geojson(tmp_path / "a.geojson", [feature(polygon([[*place, 12.5] for place in SQUARE]))]))
    assert table.shapes.coords.tolist() == SQUARE and codes_of(table) == ["height-dropped"]


def test_what_is_no_area_is_said_with_its_row(tmp_path: Path):
    point, line = {"type": "Point", "coordinates": [114, 22]}, {"type": "LineString", "coordinates": SQUARE}
    table = read(geojson(tmp_path / "a.geojson", [feature(polygon()), feature(point), feature(line), feature(None)]))
    assert [(note.code, note.row) for note in table.notes] == [("wrong-type", 2), ("wrong-type", 3)]
    assert len(table.shapes) == 4


@pytest.mark.parametrize("cpg", [True, False])
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_shapefile_with_and_without_cpg(tmp_path: Path, encoding: str, cpg: bool):
    frame = streets(QQQQQQQQQQ=["a", "b", "c"])
    path = shapefile(tmp_path / "in", frame, encoding, cpg)
    attributes = path.with_suffix(".dbf")  # a field name has 10 bytes, even where that cuts a character in two
    attributes.write_bytes(attributes.read_bytes().replace(b"Q" * 10, "街道编码".encode(encoding)[:10].ljust(10, b"\0")))
    table = read(path)
    assert table.columns["name"] == NAMES and table.declared == "EPSG:4490"
    assert same_areas(table, frame)
    assert codes_of(table) == (["encoding-guessed"] if encoding == "GBK" and not cpg else [])
    cut = "街道编码"[: 10 // (2 if encoding == "GBK" else 3)]
    assert list(table.columns) == ["code", "name", cut]


def test_shapefile_whose_cpg_lies(tmp_path: Path):
    path = shapefile(tmp_path / "in", streets(), "GBK")
    path.with_suffix(".cpg").write_text("UTF-8")
    table = read(path)
    assert table.columns["name"] == NAMES and codes_of(table) == ["encoding-guessed"]


def test_shapefile_without_prj_declares_nothing(tmp_path: Path):
    path = shapefile(tmp_path / "in", streets())
    path.with_suffix(".prj").unlink()
    assert read(path).declared == ""


def test_shapefile_in_the_words_of_arcgis(tmp_path: Path):
    path = shapefile(tmp_path / "in", streets().to_crs(4547))
    path.with_suffix(".prj").write_text(
        'PROJCS["CGCS2000_3_Degree_GK_CM_114E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
        'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
        'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
        'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    assert read(path).declared == "EPSG:4547"


def test_deleted_rows_of_a_shapefile_are_passed_over(tmp_path: Path):
    path = shapefile(tmp_path / "in", streets())
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    head, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    data[head + width] = ord("*")
    path.with_suffix(".dbf").write_bytes(data)
    table = read(path)
    assert table.columns["code"] == ["440306001", "440306003"]
    assert same_areas(table, streets().iloc[[0, 2]])


def test_the_parts_of_a_shapefile_may_be_given_with_it(tmp_path: Path):
    shp = shapefile(tmp_path / "in", streets())
    (shp.parent / f"{shp.name}.xml").write_text("<metadata/>")
    (table,) = sandbox.read(sorted(shp.parent.iterdir()))
    assert (table.name, len(table)) == (shp.name, 3)


@pytest.mark.parametrize("ending", [".shx", ".dbf", ".prj", ".cpg"])
def test_a_part_alone_says_what_it_is_a_part_of(tmp_path: Path, ending: str):
    shp = shapefile(tmp_path / "in", streets())
    with pytest.raises(UnreadableFile, match=r"is a part of a Shapefile: give 街道\.shp"):
        sandbox.read([shp.with_suffix(ending)])


def test_shapefile_with_holes_and_parts(tmp_path: Path):
    ring = shapely.box(114.1, 22.5, 114.2, 22.6).difference(shapely.box(114.12, 22.52, 114.14, 22.54))
    frame = streets(1).set_geometry([shapely.MultiPolygon([ring, *square(0).geoms])])
    assert same_areas(read(shapefile(tmp_path / "in", frame)), frame)


def test_geopackage_with_several_layers(tmp_path: Path):
    path = tmp_path / "网格.gpkg"
    streets().to_file(path, layer="街道", driver="GPKG")
    streets(2).to_crs(4547).to_file(path, layer="社区", driver="GPKG")
    pyogrio.write_dataframe(pd.DataFrame({"style": ["x"]}), path, layer="layer_styles", driver="GPKG")
    tables = sandbox.read([path])
    assert [(table.name, table.stem, table.declared, len(table)) for table in tables] == [
        ("网格.gpkg:街道", "街道", "EPSG:4490", 3),
        ("网格.gpkg:社区", "社区", "EPSG:4547", 2),
    ]
    assert same_areas(tables[0], streets()) and tables[1].shapes.coords[0, 0] > 500_000


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_csv_with_wkt(tmp_path: Path, delimiter: str, encoding: str):
    path = tmp_path / "a.csv"
    path.write_bytes(csv_text(streets(), delimiter, "\r\n").encode(encoding))
    table = read(path)
    assert table.columns["name"] == NAMES and list(table.columns) == ["code", "name"]
    assert same_areas(table, streets())


def test_csv_of_codes_only(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("编码,名称,备注\n440306001,甲,\n440306002,乙,=1+1\n\n", encoding="utf-8")
    table = read(path)
    assert table.shapes is None and len(table) == 2
    assert table.columns["备注"] == [None, "=1+1"]


def test_csv_whose_wkt_declares_its_system(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text('code,wkt\n1,"SRID=4547;POLYGON ((500000 2500000, 500100 2500000, 500100 2500100, 500000 2500000))"\n')
    assert read(path).declared == "EPSG:4547"


def test_xlsx_keeps_codes_written_as_numbers(tmp_path: Path):
    path = xlsx(
        tmp_path / "a.xlsx", [["编码", "名称", "户数"], [440306001, "甲", 312.0], ["44030600100101", "乙", None], [44030600100102, "丙", 0]]
    )
    assert read(path).columns == {
        "编码": ["440306001", "44030600100101", "44030600100102"],
        "名称": ["甲", "乙", "丙"],
        "户数": ["312", None, "0"],
    }


def test_xlsx_with_wkt_on_the_visible_sheets(tmp_path: Path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "街道"
    for sheet in (book.active, book.create_sheet("社区"), book.create_sheet("隐藏")):
        sheet.append(["code", "geometry"])
        sheet.append(["1", shapely.to_wkt(square())])
    book["隐藏"].sheet_state = "hidden"
    book.create_sheet("空")
    book.save(tmp_path / "a.xlsx")
    assert [(table.stem, len(table.shapes)) for table in sandbox.read([tmp_path / "a.xlsx"])] == [("街道", 1), ("社区", 1)]


def test_zip_of_shapefiles_in_folders(tmp_path: Path):
    first, second = shapefile(tmp_path / "a", streets(), name="街道"), shapefile(tmp_path / "b", streets(2), name="社区", cpg=False)
    inner = {f"数据/{name}": part for name, part in (parts(first) | parts(second)).items()}
    path = zipped(tmp_path / "b.zip", inner | {"数据/说明.txt": b"x", "__MACOSX/._a": b"x"})
    assert [(table.name, len(table)) for table in sandbox.read([path])] == [("b.zip/数据/街道.shp", 3), ("b.zip/数据/社区.shp", 2)]


def test_zip_with_names_in_gbk(tmp_path: Path):
    path = zipped(tmp_path / "a.zip", parts(shapefile(tmp_path / "in", streets(), name="QQQQ")))
    path.write_bytes(path.read_bytes().replace(b"QQQQ", "街道".encode("gbk")))  # as Chinese programs write it, without the UTF-8 flag
    assert [(table.name, len(table)) for table in sandbox.read([path])] == [("a.zip/街道.shp", 3)]


def test_zip_of_other_formats(tmp_path: Path):
    files = {
        "a.geojson": geojson(tmp_path / "x", streets()),
        "b.csv": csv_text(streets()).encode(),
        "c.xlsx": xlsx(tmp_path / "y", [["code"], ["1"]]),
    }
    tables = sandbox.read([zipped(tmp_path / "all.zip", files)])
    assert [table.name for table in tables] == ["all.zip/a.geojson", "all.zip/b.csv", "all.zip/c.xlsx"]
    assert [len(table) for table in tables] == [3, 3, 1]


def test_files_are_read_in_one_go_and_in_order(tmp_path: Path):
    paths = [geojson(tmp_path / f"{name}.geojson", streets(count)) for name, count in (("z", 1), ("a", 2))]
    assert [(table.name, len(table)) for table in sandbox.read(paths)] == [("z.geojson", 1), ("a.geojson", 2)]


def test_wkt_and_geojson_and_shapefile_give_the_same_numbers(tmp_path: Path):
    csv = tmp_path / "a.csv"
    csv.write_text(csv_text(streets()))
    tables = sandbox.read([csv, geojson(tmp_path / "a.geojson", streets()), shapefile(tmp_path / "in", streets())])
    for table in tables[1:]:
        assert np.sort(table.shapes.coords, axis=0).tolist() == np.sort(tables[0].shapes.coords, axis=0).tolist()
