"""What goes into a file of features comes out of it again, whatever the format and the coordinates: to the letter, and to a millimetre."""

from __future__ import annotations

import csv
import sqlite3
import threading
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
from psycopg2 import sql

from gridgeo.cql2 import text as cql2
from gridgeo.db import connection
from gridgeo.errors import InvalidInput
from gridgeo.exports import collected
from gridgeo.exports.bulk import columns, copying
from gridgeo.exports.collected import Layer
from gridgeo.exports.model import Format
from gridgeo.features import statements
from gridgeo.features.collections import COLLECTIONS
from gridgeo.features.question import Order, Question, filtered
from gridgeo.geo import crs
from gridgeo.hierarchy import store
from gridgeo.ingest import addresses, loading, objects, sandbox
from gridgeo.ingest.model import Instructions
from gridgeo.moments import CHINA
from tests.features.conftest import city  # noqa: F401

_FORMULA, _RARE, _QUOTED = "=cmd|'/C calc'!A0", "㙟岗路", '甲,"乙"'
_HARD = f"""
UPDATE gridgeo.building_address SET road = '{_QUOTED}' WHERE building_code = '4403060010010100001';
INSERT INTO gridgeo.building_address (zone, building_code, address_no, road, road_key, plate, plate_key, valid_from)
VALUES ('440306001001', '4403060010010200011', 1, $t${_FORMULA}$t$, 'X', '007', '7', '2011-01-01'),
       ('440306001001', '4403060010010200012', 1, '{_RARE}', 'Y', '0x1F', '0X1F', '2011-01-01');
UPDATE gridgeo.object SET shape = ST_GeomFromText('LINESTRING(113.1 22.895, 113.1061234567 22.895)', 4490) WHERE object_id = 5;
UPDATE gridgeo.object SET shape = ST_Multi(ST_ForcePolygonCCW(ST_MakeEnvelope(113.034, 22.874, 113.036, 22.876, 4490))),
       category_id = 4 WHERE object_id = 2;
UPDATE gridgeo.object SET attributes = '{{}}', name = CASE WHEN name IS NOT NULL THEN '㙟岗' END,
       point = CASE ST_Dimension(shape) WHEN 1 THEN ST_LineInterpolatePoint(shape, 0.5) WHEN 2 THEN ST_PointOnSurface(shape) ELSE point END;
"""
_TRIED = ("wgs84", "EPSG:4547", "gcj02")
SYSTEMS = ("wgs84", "cgcs2000", "EPSG:4547", "EPSG:3857", "gcj02", "bd09")


@pytest.fixture(scope="module")
def hard(city):  # noqa: F811
    """A connection to the city with what makes exports hard: a formula, quotes, a rare character, zeros in front."""
    with closing(connection.connect(city.url)) as conn:
        with conn, conn.cursor() as cur:
            cur.execute(_HARD)
        yield conn


def wanted(name, **asked):
    return Layer(COLLECTIONS[name], Question(**asked))


def written(conn, folder, kind, datum, *layers):
    datum = crs.parse(datum)
    path = folder / f"x_{datum.name.replace(':', '')}{kind.ending}"
    with conn:
        n = collected.write(conn, path, layers, kind, datum)
    return path, n


def truth(conn, name):
    """Rows and places (EPSG:4490) as the database has them, by key."""
    collection = COLLECTIONS[name]
    told = [*columns.of(collection), "ST_X(ST_Centroid(f.geom))", "ST_Y(ST_Centroid(f.geom))"]
    with conn, conn.cursor() as cur:
        cur.execute(*statements.selected(collection, Question(), [sql.SQL(getattr(each, "told", each)) for each in told]))
        names = [each.field.name for each in told[:-2]]
        return {row[0]: (dict(zip(names, row[:-2], strict=True)), row[-2:]) for row in cur.fetchall()}


def told(table, kind):
    """Columns by the names of properties, and places of points, x first, as our own reader has them."""
    named = {each.field.short: each.field.name for each in columns.of(COLLECTIONS["buildings"])} if kind is Format.SHP else {}
    cells = {named.get(title, title): column for title, column in table.columns.items()}
    drawn = [table.points[row] for row in sorted(table.points)]
    axes = [[float(number) for number in cells[axis]] for axis in ("lon", "lat", "x", "y") if axis in cells]
    return cells, np.array(drawn) if drawn else np.column_stack(axes)


def alike(given, found):
    """Whether a cell of text says a value: of a number, a moment and an object what they mean."""
    if given in (None, "") or found is None:
        return given in (None, "") and found is None
    if isinstance(given, datetime):
        at = datetime.fromisoformat(found.replace("/", "-"))
        return abs((at if at.tzinfo else at.replace(tzinfo=UTC)) - given).total_seconds() < 1
    if isinstance(given, int | float):
        return float(found) == given
    return str(given) == found


@pytest.mark.parametrize("kind", list(Format))
def test_buildings_come_back_to_the_letter_and_to_a_millimetre(hard, tmp_path, request, kind):
    """In WGS 84, a plane and a map service's shift; with --long in every system."""
    known = SYSTEMS if kind not in collected.WORLDWIDE else SYSTEMS[:1]
    systems = [name for name in known if name in _TRIED or request.config.getoption("--long")]
    paths = [written(hard, tmp_path, kind, name, wanted("buildings"))[0] for name in systems]
    expected = truth(hard, "buildings")
    for name, table in zip(systems, sandbox.read(paths), strict=True):
        datum = crs.parse(name)
        cells, xy = told(table, kind)
        assert set(cells["building_code"]) == set(expected) and len(xy) == 41
        assert table.declared in ("", f"EPSG:{datum.epsg}") or (not datum.epsg and not table.declared.startswith("EPSG:"))
        for at, code in enumerate(cells["building_code"]):
            row, place = expected[code]
            if kind is Format.CSV and row["road"] == _FORMULA:
                row = row | {"road": f"'{_FORMULA}"}
            assert not {name: (value, cells[name][at]) for name, value in row.items() if not alike(value, cells[name][at])}
            both = np.array([crs.to_storage(xy[at], datum)[0], place])
            assert np.hypot(*np.ptp(crs.from_storage(both, crs.METRIC_PLANE), axis=0)) < 1e-3


#: What is loaded back, and in which formats: codes with their zeros, texts and places are as they were.
_LOADED = [
    *(("buildings", kind) for kind in Format if kind is not Format.CSV),
    *(("houses", kind) for kind in (Format.SHP, Format.CSV)),
    *(("objects", kind) for kind in (Format.FGB, Format.GEOJSON, Format.CSV)),
    *(("microgrids", kind) for kind in (Format.PARQUET, Format.KML)),
    *(("addresses", Format.PARQUET), ("streets", Format.FGB)),
]


@pytest.mark.parametrize(("name", "kind"), _LOADED)
def test_what_was_exported_is_loaded_without_a_change(hard, tmp_path, name, kind):
    path, n = written(hard, tmp_path, kind, "wgs84", wanted(name))
    try:
        if name in ("streets", "microgrids"):
            plan = loading.plan(hard, [path], store.scheme(hard, "governance"), Instructions(datum="wgs84"))
            assert not plan.errors() and plan.unchanged and sum(plan.found.values()) == n
        elif name == "objects":
            plan = objects.plan(hard, [path], datum="wgs84")
            assert not plan.errors() and objects.tried(hard, plan) == objects.Stored(0, 0, n)
        else:
            plan = addresses.plan(hard, {"addresses": "names"}.get(name, name), [path], datum="wgs84")
            assert not plan.errors() and (plan.rows, plan.new, plan.changed) == (n, 0, 0)
    finally:
        hard.rollback()


def test_a_filter_goes_to_the_database_and_the_order_stays(hard, tmp_path):
    node = cql2.parse("building_use = 'office' AND floors >= 3", COLLECTIONS["buildings"].queryables)
    asked = Question(
        only=filtered(COLLECTIONS["buildings"], node), order=(Order("floors", True),), limit=3, properties=("floors", "building_code")
    )
    path, n = written(hard, tmp_path, Format.CSV, "4547", Layer(COLLECTIONS["buildings"], asked))
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines(), quoting=csv.QUOTE_NONNUMERIC))
    assert n == 3 and [row["floors"] for row in rows] == [4.0, 4.0, 4.0]
    assert list(rows[0]) == ["floors", "building_code", "x", "y", "crs"] and rows[0]["crs"] == "EPSG:4547"


def test_a_package_has_layers_with_chinese_names_and_styles(hard, tmp_path):
    path, n = written(hard, tmp_path, Format.GPKG, "cgcs2000", wanted("streets"), wanted("buildings"), wanted("objects"))
    layers = dict(pyogrio.list_layers(path))
    assert layers == {
        **{"streets": "MultiPolygon", "buildings": "Point", "objects": "Point", "layer_styles": None},
        **{"objects_lines": "MultiLineString", "objects_areas": "MultiPolygon"},
    }
    assert n == sum(pyogrio.read_info(path, layer=layer)["features"] for layer in layers if layer != "layer_styles")
    with closing(sqlite3.connect(path)) as package:
        aliases = dict(package.execute("SELECT column_name, name FROM gpkg_data_columns WHERE table_name = 'buildings'"))
        styles = dict(package.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault"))
    assert aliases["building_code"] == "楼栋编码" and set(styles) == set(layers) - {"layer_styles"}
    assert all(ElementTree.fromstring(style).find("renderer-v2") is not None for style in styles.values())
    assert pyogrio.read_info(path, layer="buildings")["dataset_metadata"]["title"] == "街道、楼栋、部件"


def test_a_shapefile_is_gbk_until_it_cannot_be_and_brings_its_dictionary(hard, tmp_path):
    for asked, encoding in ((Question(), b"GB18030"), (Question(q="大厦"), b"GBK")):
        path, _ = written(hard, tmp_path, Format.SHP, "cgcs2000", Layer(COLLECTIONS["buildings"], asked))
        with zipfile.ZipFile(path) as archive:
            assert archive.read("buildings_CGCS2000.cpg") == encoding
            assert "LDBM,楼栋编码,building_code" in archive.read("字段说明.csv").decode("utf-8-sig")
        path.unlink()


def test_every_collection_fits_a_shapefile():
    for collection in COLLECTIONS.values():
        short = [each.field.short for each in columns.of(collection)]
        assert len(set(short)) == len(short) and all(name.isascii() and len(name) <= 10 for name in short)


def test_codes_may_be_kept_from_a_double_click(hard, tmp_path):
    path = tmp_path / "x.csv"
    with hard:
        collected.write(hard, path, [wanted("buildings")], Format.CSV, coded=True)
    assert any(row["building_code"] == '="4403060010010100001"' for row in csv.DictReader(path.read_text("utf-8-sig").splitlines()))


@pytest.mark.parametrize(
    ("kind", "datum", "names", "rule"),
    [
        (Format.KML, "gcj02", ("buildings",), "WGS 84 by its standard"),
        (Format.GEOJSONSEQ, "4547", ("buildings",), "WGS 84 by its standard"),
        (Format.PARQUET, "wgs84", ("buildings", "houses"), "holds one collection"),
    ],
)
def test_what_a_format_cannot_say_is_refused(hard, tmp_path, kind, datum, names, rule):
    with pytest.raises(InvalidInput, match=rule):
        written(hard, tmp_path, kind, datum, *map(wanted, names))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", [Format.CSV, Format.GPKG, Format.PARQUET])
def test_an_interruption_leaves_neither_a_file_nor_a_statement(hard, tmp_path, monkeypatch, kind):
    """What breaks off between two batches is raised as it was, whoever writes."""
    monkeypatch.setattr(copying, "_ROWS", 5)
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        collected.write(hard, tmp_path / "x", [wanted("buildings")], kind, progress=interrupted)
    hard.rollback()
    assert not list(tmp_path.iterdir()) and threading.active_count() == before
    with hard, hard.cursor() as cur:
        cur.execute("SELECT 1")


def interrupted(what, done, total):
    if done > 10:
        raise KeyboardInterrupt


@pytest.mark.parametrize("kind", list(Format))
def test_nothing_is_a_file_too(hard, tmp_path, kind):
    path, n = written(hard, tmp_path, kind, "wgs84", wanted("buildings", ids=("nobody",)))
    assert n == 0 and path.exists()


_KINDS = """
SELECT nullif(n, 3)::int8, nullif(n, 4)::float8, repeat('网', n), nullif(repeat('x', n), 'x'), '网格', repeat('网', 9 * n),
       DATE '1969-12-31' + n, TIMESTAMPTZ '1999-12-31T23:59:59.000001+08' + n * interval '1 second', decode(repeat('0a', n), 'hex')
  FROM generate_series(0, 9) AS n
"""


def test_batches_are_what_rows_are(hard):
    """Each kind of value, null or not, and texts of any length."""
    kinds = [columns.Kind(kind) for kind in ("int8", "float8", *["text"] * 4, "date", "timestamptz", "bytea")]
    with hard, hard.cursor() as cur:
        cur.execute(_KINDS)
        expected = [(*row[:6], row[6].isoformat(), row[7].astimezone(CHINA).isoformat(), bytes(row[8])) for row in cur.fetchall()]
        (batch,) = copying.batches(hard, sql.SQL(_KINDS), {}, kinds)
    assert list(zip(*(column.plain() for column in batch), strict=True)) == expected
