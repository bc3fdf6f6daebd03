"""Files that are broken, or made to do harm: each is refused in one clear line, in time, and leaves nothing behind."""

import gzip
import io
import json
import os
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from gridgeo.errors import UnreadableFile
from gridgeo.ingest import sandbox
from tests.ingest.making import SQUARE, csv_text, feature, geojson, parts, polygon, shapefile, streets, xlsx, zip_bytes, zipped

VRT = '<OGRVRTDataSource><OGRVRTLayer name="p"><SrcDataSource>CSV:/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


def raw(name: str, content: bytes | str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def collection(*features: dict) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def without(*suffixes: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = shapefile(folder / "in", streets())
        for suffix in suffixes:
            path.with_suffix(suffix).unlink()
        return path

    return make


def cut(suffix: str, share: float = 0.5) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = shapefile(folder / "in", streets())
        part = path.with_suffix(suffix)
        part.write_bytes(part.read_bytes()[: int(part.stat().st_size * share)])
        return path

    return make


def foreign_rows(folder: Path) -> Path:
    path, other = shapefile(folder / "in", streets(3)), shapefile(folder / "other", streets(2))
    path.with_suffix(".dbf").write_bytes(other.with_suffix(".dbf").read_bytes())
    return path


def geopackage(change: Callable[[Path], None]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "a.gpkg"
        streets().to_file(path, driver="GPKG")
        change(path)
        return path

    return make


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def archive(files: dict[str, bytes], name: str = "a.zip") -> Callable[[Path], Path]:
    return lambda folder: zipped(folder / name, files)


def entry(name: str, mode: int, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        with zipfile.ZipFile(folder / "a.zip", "w") as made:
            made.writestr(info, content)
        return folder / "a.zip"

    return make


def patched(old: bytes, new: bytes, content: bytes) -> Callable[[Path], Path]:
    """A zip of one stored file, changed after its checksum was taken."""

    def make(folder: Path) -> Path:
        data = zipped(folder / "a.zip", {"a.csv": content}, zipfile.ZIP_STORED).read_bytes()
        return raw("a.zip", data.replace(old, new))(folder)

    return make


def encrypted(folder: Path) -> Path:
    data = bytearray(zip_bytes({"a.csv": b"code\n1\n"}))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return raw("a.zip", bytes(data))(folder)


def false_size(folder: Path) -> Path:
    """A zip that declares 10 bytes and holds 20 MB."""
    data = bytearray(zip_bytes({"a.csv": b"code\n" + b"1\n" * 10_000_000}))
    for at, offset in ((0, 22), (data.index(b"PK\1\2"), 24)):
        data[at + offset : at + offset + 4] = (10).to_bytes(4, "little")
    return raw("a.zip", bytes(data))(folder)


def bomb(folder: Path) -> Path:
    """300 MB of zeros in 300 kB."""
    with (
        zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made,
        made.open("a.csv", "w", force_zip64=True) as out,
    ):
        for _ in range(300):
            out.write(bytes(1 << 20))
    return folder / "a.zip"


def workbook(change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        made = zipfile.ZipFile(xlsx(folder / "x.xlsx", [["code"], ["1"]]))
        return raw("a.xlsx", zip_bytes(change({name: made.read(name) for name in made.namelist()})))(folder)

    return make


LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'

REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "is not there": (lambda folder: folder / "nowhere.csv", "there is no such file"),
    "a folder": (lambda folder: folder, "is a directory"),
    "a path of GDAL's": (lambda folder: Path("/vsicurl/http://127.0.0.1:9/a.geojson"), "there is no such file"),
    "a service of GDAL's": (lambda folder: Path("WFS:http://127.0.0.1:9/"), "there is no such file"),
    "a database of GDAL's": (lambda folder: Path("PG:host=127.0.0.1"), "there is no such file"),
    "empty": (raw("a.geojson", ""), "is empty"),
    "blank": (raw("a.csv", " \r\n\t\n"), "is empty"),
    "GeoJSON cut off": (raw("a.geojson", collection(feature(polygon()))[:-9]), "was cut off"),
    "GeoJSON with NaN": (raw("a.geojson", collection(feature(polygon([[float("nan"), 22.5], *SQUARE])))), "JSON has no NaN"),
    "GeoJSON with infinity": (raw("a.geojson", collection(feature(polygon([[float("inf"), 22.5], *SQUARE])))), "JSON has no Infinity"),
    "GeoJSON with text behind": (raw("a.geojson", collection() + "x"), "is not JSON"),
    "GeoJSON nested without end": (raw("a.geojson", '{"a":' + "[" * 100_000), "is not JSON"),
    "GeoJSON nested and closed": (raw("a.geojson", '{"a":' + "[" * 50_000 + "]" * 50_000 + "}"), "is not JSON"),
    "a list": (raw("a.json", "[1]"), "not GeoJSON"),
    "TopoJSON": (raw("a.json", '{"type":"Topology"}'), "'Topology'"),
    "no type": (raw("a.json", '{"features":[]}'), "a FeatureCollection"),
    "features are no list": (raw("a.json", '{"type":"FeatureCollection","features":{}}'), "without a list of features"),
    "a feature is none": (raw("a.json", '{"type":"FeatureCollection","features":[1]}'), "feature 1"),
    "properties are a list": (raw("a.json", collection({"type": "Feature", "properties": [1], "geometry": None})), "properties"),
    "GeoJSON of no encoding": (raw("a.geojson", b'{"type":"\xff\xff\x81"}'), "neither in UTF-8 nor in GBK"),
    "VRT as geojson": (raw("a.geojson", VRT), "is XML (VRT"),
    "VRT as csv": (raw("a.csv", VRT), "is XML (VRT"),
    "VRT as zip": (raw("a.zip", VRT), "is XML (VRT"),
    "VRT as gpkg": (raw("a.gpkg", VRT), "is XML (VRT"),
    "VRT as shp": (raw("a.shp", VRT), "is XML (VRT"),
    "VRT in a zip": (archive({"a.vrt": VRT.encode()}), "'a.vrt'"),
    "VRT as csv in a zip": (archive({"a.csv": VRT.encode()}), "is XML (VRT"),
    "KML": (raw("a.geojson", '<?xml version="1.0"?><kml/>'), "is a KML by its content"),
    "csv called geojson": (raw("a.geojson", "code,name\n1,a\n"), "which its name does not say"),
    "geojson called csv": (raw("a.csv", collection()), "which its name does not say"),
    "zip called gpkg": (archive({"a.csv": b"code\n1\n"}, "a.gpkg"), "which its name does not say"),
    "PDF": (raw("a.csv", b"%PDF-1.7 \x00\x01"), "none of the formats"),
    "gzip": (raw("a.csv", gzip.compress(b"code\n1\n")), "none of the formats"),
    "csv with NUL": (raw("a.csv", b"code,name\n1,a\x00b\n"), "none of the formats"),
    "csv with NUL far down": (raw("a.csv", b"code,name\n" + b"1,a\n" * 3000 + b"1,\x00\n"), "NUL"),
    "csv of no encoding": (raw("a.csv", b"code,name\n1,\xff\xff\n"), "neither in UTF-8 nor in GBK"),
    "csv without rows": (raw("a.csv", "code,name\n"), "no row below"),
    "csv with an open quote": (raw("a.csv", 'code,name\n1,"a\n2,b\n'), "a quote is never closed"),
    "csv with a column twice": (raw("a.csv", "code,name,code\n1,a,2\n"), "the column 'code' twice"),
    "csv with a row too long": (raw("a.csv", "code,name\n1,a\n2,b,c\n"), "has 3 cells in row 2"),
    "csv with a row too short": (raw("a.csv", "code,name\n1\n"), "has 1 cells in row 1"),
    "csv of a million columns": (raw("a.csv", "a," * 1_000_000 + "\n"), "1,000,001 columns"),
    "shp without shx": (without(".shx"), "without its .shx"),
    "shp without dbf": (without(".dbf"), "without its .dbf"),
    "shp cut off": (cut(".shp", 0.3), "Shapefile"),
    "dbf cut off": (cut(".dbf"), "truncated .dbf"),
    "dbf of another file": (foreign_rows, "do not belong together"),
    "gpkg cut off": (geopackage(halve), "damaged or no GeoPackage"),
    "SQLite, no GeoPackage": (raw("a.gpkg", b"SQLite format 3\0" + bytes(4000)), "damaged or no GeoPackage"),
    "zip cut off": (lambda folder: raw("a.zip", zip_bytes({"a.csv": b"code\n1\n" * 99})[:-30])(folder), "damaged or truncated zip"),
    "zip damaged inside": (patched(b"code", b"cXde", b"code\n1\n"), "is damaged"),
    "zip of nothing": (archive({"readme.txt": b"x"}), "nothing that is read"),
    "zip with a path up": (archive({"../../etc/a.csv": b"code\n1\n"}), "leads out of it"),
    "zip with a path up, in Windows' way": (archive({"..\\a.csv": b"code\n1\n"}), "leads out of it"),
    "zip with an absolute path": (archive({"/tmp/a.csv": b"code\n1\n"}), "leads out of it"),
    "zip with a drive": (archive({"C:/a.csv": b"code\n1\n"}), "leads out of it"),
    "zip with a symbolic link": (entry("a.csv", stat.S_IFLNK | 0o777, b"/etc/passwd"), "symbolic link"),
    "zip in a zip": (archive({"a.csv": b"code\n1\n", "b.zip": zip_bytes({"a.csv": b"code\n1\n"})}), "'b.zip'"),
    "zip in a zip, renamed": (archive({"b.csv": zip_bytes({"a.csv": b"code\n1\n"})}), "zip inside a zip"),
    "zip of 5,000 files": (archive({f"{n}.csv": b"" for n in range(5_000)}), "holds 5,000 files"),
    "encrypted zip": (encrypted, "is encrypted"),
    "zip that declares too little": (false_size, "damaged"),
    "zip bomb": (bomb, "to 1"),
    "workbook cut off": (
        lambda folder: raw("a.xlsx", xlsx(folder / "x", [["code"], ["1"]]).read_bytes()[:-50])(folder),
        "damaged or truncated",
    ),
    "workbook without sheets": (workbook(lambda p: {n: c for n, c in p.items() if "sheet1" not in n}), "no visible sheet"),
    "workbook with half a sheet": (
        workbook(lambda p: p | {"xl/worksheets/sheet1.xml": p["xl/worksheets/sheet1.xml"][:-60]}),
        "damaged workbook",
    ),
    "workbook without parts": (workbook(lambda p: p | {"xl/workbook.xml": b"<a/>"}), "no visible sheet"),
    "workbook with a laugh": (workbook(lambda p: p | {"xl/sharedStrings.xml": LAUGHS}), "declares entities"),
    "workbook of a header": (lambda folder: xlsx(folder / "a.xlsx", [["code"]]), "header and a row below"),
    "JSON of something else": (raw("a.json", '{"440303": "x"}'), "is JSON that is no GeoJSON"),
    "an old workbook": (raw("a.xls", b"\xd0\xcf\x11\xe0" + bytes(100)), "none of the formats"),
}


@pytest.fixture(autouse=True)
def temporary(tmp_path_factory, monkeypatch) -> Path:
    """A place of the test's own for what a reading needs."""
    made = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


def left_behind() -> list[Path]:
    return list(Path(tempfile.gettempdir()).iterdir())


@pytest.mark.parametrize("what", REFUSED)
def test_is_refused_in_one_line(tmp_path: Path, what: str):
    make, reason = REFUSED[what]
    path = make(tmp_path)
    with pytest.raises(UnreadableFile) as raised:
        sandbox.read([path])
    said = str(raised.value)
    assert reason in said and path.name in said
    assert "\n" not in said and "/gridgeo-load-" not in said and len(said) < 400
    assert left_behind() == []


def test_a_view_that_never_ends_is_stopped(tmp_path: Path):
    import sqlite3

    path = tmp_path / "a.gpkg"
    streets().to_file(path, driver="GPKG", layer="s")
    with sqlite3.connect(path) as base:
        base.execute("CREATE VIEW v AS WITH RECURSIVE t(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM t) SELECT fid FROM t")
        base.execute("INSERT INTO gpkg_contents (table_name, data_type) VALUES ('v', 'attributes')")
        base.execute("DELETE FROM gpkg_geometry_columns")
        base.execute("DELETE FROM gpkg_contents WHERE table_name = 's'")
    base.close()
    with pytest.raises(UnreadableFile, match=r"a\.gpkg"):
        sandbox.read([path], timeout_s=5)
    assert left_behind() == []


@pytest.mark.parametrize("name", ["a.geojson", "a.csv", "a.gpkg", "a.shp"])
def test_a_vrt_brings_no_foreign_byte(tmp_path: Path, name: str):
    """Behind a true beginning, too: whatever GDAL is handed, it has no driver that follows a link."""
    canary = tmp_path / "canary.csv"
    canary.write_text("code,name\n440306001,the-canary\n")
    vrt = VRT.replace("/etc/passwd", str(canary))
    heads = {"a.gpkg": b"SQLite format 3\0", "a.shp": bytes.fromhex("0000270a")}
    path = raw(name, heads.get(name, b"") + vrt.encode())(tmp_path)
    for suffix in (".shx", ".dbf"):
        path.with_suffix(suffix).write_bytes(vrt.encode())
    with pytest.raises(UnreadableFile) as raised:
        sandbox.read([path])
    assert "the-canary" not in str(raised.value)


def test_what_a_killed_load_left_is_swept_away_after_a_day(tmp_path: Path, temporary: Path):
    old, fresh = temporary / "gridgeo-load-old", temporary / "gridgeo-load-fresh"
    for left in (old, fresh):
        left.mkdir()
        (left / "input").write_text("x")
    os.utime(old, (0, 0))
    sandbox.read([geojson(tmp_path / "a.geojson", streets())])
    assert left_behind() == [fresh]


def test_a_reader_that_is_stopped_leaves_nothing(tmp_path: Path):
    path = raw("a.csv", "code,name\n" + "1,a\n" * 2_000_000)(tmp_path)
    with pytest.raises(UnreadableFile, match="took longer than 0 s"):
        sandbox.read([path], timeout_s=0.05)
    assert left_behind() == []


ISSUES: dict[str, tuple[Callable[[Path], Path], list[tuple[str, int | None]]]] = {
    "a 21,000 deep collection as WKT": (
        raw("a.csv", f'code,wkt\n1,"{"GEOMETRYCOLLECTION (" * 21_000}{")" * 21_000}"\n2,POLYGON EMPTY\n'),
        [("wrong-type", 1)],
    ),
    "brackets without end": (raw("a.csv", f'code,wkt\n1,"POLYGON {"(" * 500_000}"\n'), [("malformed-geometry", 1)]),
    "WKT cut off": (raw("a.csv", f'code,wkt\n1,"{shapely.to_wkt(shapely.Polygon(SQUARE))[:-20]}"\n'), [("malformed-geometry", 1)]),
    "WKT with words": (raw("a.csv", 'code,wkt\n1,"POLYGON ((a b, c d))"\n'), [("malformed-geometry", 1)]),
    "WKT with NaN": (raw("a.csv", 'code,wkt\n1,"POLYGON ((nan 1, 1 1, 1 2, nan 1))"\n'), [("malformed-geometry", 1)]),
    "WKT with measures": (raw("a.csv", 'code,wkt\n1,"POLYGON M ((1 1 1, 1 1 1, 1 2 1, 1 1 1))"\n'), [("malformed-geometry", 1)]),
    "WKT of a point": (raw("a.csv", 'code,wkt\n1,"POLYGON ((1 1, 2 2, 1 2, 1 1))"\n2,POINT (1 1)\n'), [("wrong-type", 2)]),
    "WKT with two systems": (
        raw("a.csv", 'code,wkt\n1,"SRID=4490;POLYGON EMPTY"\n2,"SRID=4547;POLYGON EMPTY"\n'),
        [("datum-undeclared", None)],
    ),
    "GeoJSON coordinates as text": (raw("a.json", collection(feature(polygon([["114", "22"]] * 4)))), [("malformed-geometry", 1)]),
    "GeoJSON with 1e400": (raw("a.json", collection(feature(polygon([[1, 2]] * 4))).replace("[1, 2]", "[1e308, 2]")), []),
    "GeoJSON geometry is text": (raw("a.json", collection(feature("POLYGON EMPTY"))), [("malformed-geometry", 1)]),
    "GeoJSON of a collection": (raw("a.json", collection(feature({"type": "GeometryCollection", "geometries": []}))), [("wrong-type", 1)]),
    "Excel cut the WKT": (
        lambda folder: xlsx(folder / "a.xlsx", [["code", "wkt"], ["1", ("POLYGON ((" + "114 22," * 9999)[:32_767]]]),
        [("malformed-geometry", 1)],
    ),
}


@pytest.mark.parametrize("what", ISSUES)
def test_a_bad_geometry_is_an_issue_with_its_row(tmp_path: Path, what: str):
    make, expected = ISSUES[what]
    (table,) = sandbox.read([make(tmp_path)])
    assert [(note.code, note.row) for note in table.notes if note.severity == "error"] == expected
    assert all(len(note.message) < 300 and len(note.value) <= 200 for note in table.notes)


def test_what_is_no_area_in_a_geopackage_is_refused_row_by_row(tmp_path: Path):
    path = tmp_path / "a.gpkg"
    frame = streets(2)
    frame.geometry = [shapely.LineString(SQUARE), shapely.Polygon(np.column_stack([SQUARE, np.ones(5)]))]
    frame.to_file(path, driver="GPKG")
    (table,) = sandbox.read([path])
    assert [(note.code, note.row) for note in table.notes] == [("wrong-type", 1), ("height-dropped", None)]


def test_a_million_vertices_are_read_but_do_not_pass(tmp_path: Path):
    from gridgeo.geo import gate

    turn = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    ring = np.column_stack([114 + 0.1 * np.cos(turn), 22.5 + 0.1 * np.sin(turn)]).tolist()
    (table,) = sandbox.read([geojson(tmp_path / "a.geojson", [feature(polygon([*ring, ring[0]]))])])
    _, issues = gate.polygons(table.shapes)
    assert [issue.code for issue in issues] == ["too-many-vertices"]


def test_the_first_bad_file_is_named(tmp_path: Path):
    good = geojson(tmp_path / "good.geojson", streets())
    bad = zipped(tmp_path / "bad.zip", parts(shapefile(tmp_path / "in", streets())) | {"inner.csv": b'code\n"'})
    with pytest.raises(UnreadableFile, match=r"inner\.csv"):
        sandbox.read([good, bad])


def test_the_same_table_as_text_is_the_same_in_every_line_end(tmp_path: Path):
    mixed = io.StringIO(csv_text(streets())).read().replace("\n", "\r\n", 2)
    (table,) = sandbox.read([raw("a.csv", mixed)(tmp_path)])
    assert len(table) == 3
