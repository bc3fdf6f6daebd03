"""Managed objects out of files: what they may look like, what is said of them, what is stored, and what never is."""

from datetime import date
from pathlib import Path

import numpy as np
import orjson
import pytest

from gridgeo.addresses.store import today
from gridgeo.codes import credit
from gridgeo.errors import Conflict, InvalidInput, NotFound, UnreadableFile
from gridgeo.exports import objects as exported
from gridgeo.exports.model import Format
from gridgeo.ingest import fields, objects, objects_cells, objects_store
from gridgeo.objects import categories, counts, store
from gridgeo.objects.model import Status, Where
from gridgeo.sample import objects as invented
from tests.addresses.making import CODES, at, building, counted, edition
from tests.ingest.making import geojson, xlsx
from tests.ingest.objects_making import CODE, DEPARTMENT, HEADER, codes, found, issues, line, load, plan, rejected, tree, write


@pytest.fixture(scope="module")
def template(laid, template) -> str:
    """A database with an edition and a tree of categories."""
    return laid(template, edition, tree)


@pytest.fixture
def file(tmp_path) -> Path:
    return write(tmp_path / "部件.csv", [line(1), line(2, column=2.5), line(3, category="园林绿化,树木,行道树", attributes="12.5,")])


def test_objects_come_in_as_the_file_says(conn, file):
    assert load(conn, file) == objects.Stored(3, 0, 0)
    one = store.find(conn, CODE(1))
    assert (one.status, one.inspected_on, one.attributes["material"], one.outcome) == (Status.IN_USE, date(2025, 5, 6), "铸铁", "inside")
    assert (round(one.lon, 7), round(one.lat, 7)) == at(0.5, 0.5)
    assert categories.tree(conn).by_id[one.category_id].path == "公用设施/水/雨水井盖"
    assert store.find(conn, CODE(3)).attributes == {"height_m": 12.5}


def test_a_plan_stores_nothing(conn, file):
    made = plan(conn, file)
    assert objects.tried(conn, made) == objects.Stored(3, 0, 0) and counted(conn, "object") == 0
    load(conn, file)
    assert objects.tried(conn, plan(conn, write(file, [line(1, status="破损"), line(9)]))) == objects.Stored(1, 1, 0)
    assert counted(conn, "object") == 3 and store.find(conn, CODE(1)).status is Status.IN_USE


def test_objects_of_a_category_that_is_gone_keep_it_and_nothing_new_is_of_it(conn, file, tmp_path):
    load(conn, file)
    tree(conn, without="雨水井盖")
    assert load(conn, file) == objects.Stored(0, 0, 3)
    assert load(conn, write(file, [line(1, status="破损")])) == objects.Stored(0, 1, 0)
    other = line(3, attributes="12.5,")
    made = plan(conn, write(tmp_path / "n.csv", [line(2), line(4), other]))
    assert [(one.row, one.value) for one in found(made, "unknown-category")] == [(2, "公用设施/水/雨水井盖"), (3, "公用设施/水/雨水井盖")]


@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg"])
def test_what_was_exported_is_loaded_and_changes_nothing(conn, tmp_path, ending):
    header = "部件编码,类别,状态,名称,高度,材质,几何,数据来源"
    rows = [
        f'{CODE(1)},公用设施/水/雨水井盖,完好,井,0.7,铸铁,"POINT (113.0051234567 22.895)",普查',
        f'{CODE(2)},道路交通/护栏/护栏,破损,,,,"LINESTRING (113.001 22.895, 113.0092345678 22.896)",',
        f'{CODE(3)},园林绿化/绿地/绿地,拆除,,,,"POLYGON ((113.001 22.891, 113.004 22.891, 113.004 22.894, 113.001 22.891))",',
    ]
    assert load(conn, write(tmp_path / "o.csv", rows, header)).new == 3
    edition_now = next(iter(objects_store.snapshots(conn).values()))
    path, words = tmp_path / f"x.{ending}", exported.Words.of(conn, edition_now)
    exported.write(path, Format(ending), store.pages(conn, Where()), words, {"title": "部件"})
    again = plan(conn, path, datum="" if ending == "csv" else "cgcs2000", storing=True)
    assert issues(again) <= {"unused-columns", "department-mismatch"}, again.issues
    assert objects.commit(conn, again) == objects.Stored(0, 0, 3)
    assert load(conn, _otherwise(path), datum="") == objects.Stored(0, 1, 2) if ending == "csv" else True


def _otherwise(path: Path) -> Path:
    path.write_text(path.read_text("utf-8-sig").replace("铸铁", "混凝土"), "utf-8-sig")
    return path


def test_the_same_file_again_changes_nothing(conn, file):
    load(conn, file)
    assert load(conn, file) == objects.Stored(0, 0, 3)
    assert counted(conn, "object_history") == 0


def test_what_changed_is_changed_and_its_history_kept(conn, file):
    load(conn, file)
    assert load(conn, write(file, [line(1, status="破损"), line(2, column=4.5), line(4)])) == objects.Stored(1, 2, 0)
    one, two = store.find(conn, CODE(1)), store.find(conn, CODE(2))
    assert (one.status, one.since, two.outcome) == (Status.DAMAGED, today(conn), "inside")
    assert len(store.history(conn, one.object_id)) == 2
    assert not counts.difference(conn, _edition(conn)), "counts are kept"


def test_counts_and_places_are_those_of_a_recount(conn, file, tmp_path):
    load(conn, file)
    load(conn, write(tmp_path / "b.csv", [line(7, column=20.0), line(8, column=2.0), line(1, column=3.5)]))
    assert not counts.difference(conn, _edition(conn))
    assert store.find(conn, CODE(7)).outcome == "none" and store.find(conn, CODE(8)).outcome == "boundary"


def test_the_first_load_leaves_the_tables_as_they_were(conn, file):
    before = _described(conn)
    load(conn, file)
    assert _described(conn) == before and len(before) > 10


def test_the_first_load_places_objects_as_the_others_do(conn, tmp_path):
    places = [(0.5, 0.5), (2.0, 0.5), (2.0, 2.0), (0.0, 0.0), (6.0, 3.0), (9.0, 9.0), (3.0, 2.0)]
    load(conn, write(tmp_path / "a.csv", [line(number, column=x, row=y) for number, (x, y) in enumerate(places)]))
    load(conn, write(tmp_path / "b.csv", [line(100 + number, column=x, row=y) for number, (x, y) in enumerate(places)]))
    lies = [
        [(one.unit_id, one.outcome) for one in (store.find(conn, CODE(base + number)) for number in range(len(places)))]
        for base in (0, 100)
    ]
    assert lies[0] == lies[1] and len({outcome for _, outcome in lies[0]}) == 3


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        (HEADER, "gbk"),
        ("BSM;DL;XL;BJMC;ZT;X坐标;Y坐标;XJRQ;高度(m);材质", "utf-8-sig"),
        ("element_code\tmajor\tminor\tcategory_name\tstatus\tlon\tlat\tinspected_on\theight_m\tmaterial", "utf-16"),
    ],
)
def test_columns_encodings_and_delimiters_are_recognised(conn, tmp_path, header, encoding):
    between = next(sign for sign in "\t;," if sign in header)
    path = write(tmp_path / "o.csv", [line(1).replace(",", between)], header, encoding)
    assert load(conn, path).new == 1 and store.find(conn, CODE(1)).attributes["material"] == "铸铁"


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        ("类别", "公用设施/水/雨水井盖"),
        ("类别", "公用设施 > 水 > 雨水井盖"),
        ("小类,部件名称", "水,雨水井盖"),
        ("部件名称", "雨水井盖"),
        ("类别", "雨水井盖"),
        ("大类,类别", "公用设施,水/雨水井盖"),
    ],
)
def test_categories_are_found_however_they_are_written(conn, tmp_path, columns, cells):
    path = write(tmp_path / "o.csv", [f"{CODE(1)},{cells},{at(1, 1)[0]},{at(1, 1)[1]}"], f"部件编码,{columns},经度,纬度")
    assert codes(plan(conn, path)) == []


def test_a_name_that_stands_twice_in_the_tree_is_no_category(conn, tmp_path):
    path = write(tmp_path / "o.csv", [f"{CODE(1)},检查井,113.005,22.895", f"{CODE(2)},电/检查井,113.005,22.895"], "部件编码,类别,经度,纬度")
    made = plan(conn, path)
    assert codes(made) == ["ambiguous-category"] and "公用设施/水/检查井" in found(made, "ambiguous-category")[0].message


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (line(2, code=""), "no-code"),
        (line(2, code="007542"), "bad-element-code"),
        (line(2, code="1.23457E+28"), "code-as-number"),
        (line(1), "duplicate-code"),
        (line(2, category="公用设施,水,没有的"), "unknown-category"),
        (line(2, category=",,"), "no-category"),
        (line(2, status="不知道"), "unknown-value"),
        (line(2, lon="一百一十三"), "bad-point"),
        (line(2, lon="1e400"), "bad-point"),
        (line(2, lon="nan"), "bad-point"),
        (line(2, lon="", lat=""), "no-point"),
        (line(2, lon=""), "bad-point"),
        (line(2, inspected="2025-02-30"), "bad-date"),
        (line(2, inspected="2199-01-01"), "inspected-ahead"),
        (line(2, code="449999199001010011"), "bad-element-code"),
        (line(2, code="449999900101001"), "bad-element-code"),
        (line(2, attributes="高,"), "bad-attribute"),
        (line(2, attributes=",木"), "bad-attribute"),
    ],
)
def test_a_row_that_is_wrong_stops_the_load_and_says_why(conn, tmp_path, row, code):
    made = plan(conn, write(tmp_path / "o.csv", [line(1), row]), storing=True)
    assert codes(made) == [code] and [(one.row, one.source) for one in found(made, code)] == [(2, "o.csv")]
    with pytest.raises(Conflict, match=f"{code} \\(1\\).*--take-sound"):
        objects.commit(conn, made)
    assert counted(conn, "object") == 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (
            line(2, code=f"{credit.ORGANISATION.parse('00000000' + credit.organisation_check('00000000')).value}00000000000000000002"),
            "department-mismatch",
        ),
        (line(2, code=f"{DEPARTMENT[:8]}{'0' if DEPARTMENT[8] != '0' else '1'}00000000000000000002"), "odd-department"),
        (line(2, column=20.0), "point-outside"),
        (line(2, category="园林绿化,树木,行道树", attributes=",铸铁"), "unknown-attribute"),
        (line(2, category="道路交通,护栏,护栏", attributes=","), "point-only"),
    ],
)
def test_what_is_odd_is_said_and_loaded(conn, tmp_path, row, code):
    made = plan(conn, write(tmp_path / "o.csv", [line(1), row]), storing=True)
    assert code in issues(made) and codes(made) == []
    assert objects.commit(conn, made).new == 2


def test_what_is_so_from_a_day_to_come_is_refused(conn, tmp_path):
    rows = [f"{line(1)},2199-01-01", f"{line(2)},2025-01-01"]
    made = plan(conn, write(tmp_path / "o.csv", rows, f"{HEADER},状态日期"))
    assert codes(made) == ["since-ahead"] and [one.row for one in found(made, "since-ahead")] == [1]
    with pytest.raises(InvalidInput):
        plan(conn, write(tmp_path / "o.csv", [line(1)]), since=date(2199, 1, 1))


def test_a_number_of_fifteen_digits_that_holds_no_birth_is_a_thing(conn, tmp_path):
    assert not codes(plan(conn, write(tmp_path / "o.csv", [line(1, code="449999991399001")])))


def test_the_code_of_a_person_is_refused_and_nowhere_repeated(conn, tmp_path):
    impossible = "449999198001010011"
    from gridgeo.codes import person

    person_code = next(
        f"44999919800101{n:03}{c}" for n in range(1, 9) for c in "0123456789X" if person.FAMILY.judge(f"44999919800101{n:03}{c}").code
    )
    mistyped = impossible[:-1] + next(c for c in "0123456789" if not person.FAMILY.judge(impossible[:-1] + c).code)
    given = (person_code, impossible, mistyped, "449999800101001")
    path = write(tmp_path / "o.csv", [line(1), *(line(number, code=code) for number, code in enumerate(given, 2))])
    made = plan(conn, path, storing=True)
    assert codes(made) == ["bad-element-code"]
    objects.commit(conn, made, take_sound=True)
    kept = str(rejected(conn)) + str(made.issues)
    assert not any(code in kept for code in given) and len(rejected(conn)) == len(given)


def test_a_datum_is_asked_for_and_never_guessed(conn, file):
    made = plan(conn, file, datum="")
    assert "datum-undeclared" in codes(made)
    with pytest.raises(Conflict, match="--datum"):
        objects.commit(conn, made, take_sound=True)


def test_known_objects_that_all_shift_like_a_map_service_stop_the_load(conn, tmp_path):
    rows = [line(n, column=0.1 * n, row=0.5) for n in range(1, 31)]
    load(conn, write(tmp_path / "o.csv", rows))
    made = plan(conn, tmp_path / "o.csv", datum="gcj02", storing=True)
    assert "shifted-twice" in codes(made) and not codes(plan(conn, tmp_path / "o.csv"))
    with pytest.raises(Conflict, match="--accept shifted-twice"):
        objects.commit(conn, made, take_sound=True)
    assert objects.commit(conn, made, ["shifted-twice"]).changed == 30


def test_a_column_that_is_not_there_leaves_what_is_stored_an_empty_cell_takes_it_away(conn, file, tmp_path):
    load(conn, file)
    assert load(conn, write(tmp_path / "p.csv", [f"{CODE(1)},"], "部件编码,最近巡检日期"), datum="") == objects.Stored(0, 1, 0)
    one = store.find(conn, CODE(1))
    assert (one.inspected_on, one.status, one.attributes) == (None, Status.IN_USE, {"material": "铸铁", "height_m": 0.7})
    load(conn, write(tmp_path / "p.csv", [f"{CODE(1)},"], "部件编码,材质"), datum="")
    assert store.find(conn, CODE(1)).attributes == {"height_m": 0.7}


def test_attributes_that_a_category_demands_are_demanded_of_new_objects(conn, tmp_path):
    row = f"{CODE(1)},道路交通,灯,路灯,113.005,22.895"
    path = write(tmp_path / "o.csv", [row], "部件编码,大类,小类,部件名称,经度,纬度")
    assert codes(plan(conn, path)) == ["missing-attribute"]
    path = write(tmp_path / "o.csv", [f"{row},8"], "部件编码,大类,小类,部件名称,经度,纬度,高度")
    assert load(conn, path).new == 1
    assert codes(plan(conn, write(tmp_path / "o.csv", [f"{CODE(1)},破损"], "部件编码,状态"), datum="")) == []


def test_a_place_that_nobody_knows_is_said(conn, tmp_path):
    house = building(conn)
    rows = [f"{CODE(n)},雨水井盖,113.005,22.895,{place}" for n, place in enumerate([house.code, f"{CODES['A']}99999", "12"])]
    made = plan(conn, write(tmp_path / "o.csv", rows, "部件编码,类别,经度,纬度,地址编码"))
    assert [one.row for one in found(made, "unknown-place")] == [2] and [one.row for one in found(made, "bad-code")] == [3]


def test_no_tree_of_categories_is_no_load(conn, file):
    with conn.cursor() as cur:
        cur.execute("UPDATE category_tree SET valid = 'empty', activated_at = NULL")
    with pytest.raises(NotFound):
        plan(conn, file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEADER}\n{line(1)}\n{CODE(2)},x\n", "line 3: has fewer cells"),
        (f"{HEADER}\n{line(1)},\n", "line 2: has more cells"),
        (f'{HEADER}\n{line(1)}\n"{line(2)}\n', "quote"),
        (f"{HEADER}\n", "holds no row"),
        (f"{HEADER}\n\n,,,,,,,,,\n", "holds no row"),
        ("", "is empty"),
        (f"{HEADER}\n{line(1)}\0\n", "NUL"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_line(conn, tmp_path, text, said):
    path = tmp_path / "o.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=said) as refused:
        plan(conn, path)
    assert "\n" not in str(refused.value)


def test_a_file_without_codes_is_refused(conn, tmp_path):
    with pytest.raises(InvalidInput, match="--field element_code="):
        plan(conn, write(tmp_path / "o.csv", ["1,2"], "经度,纬度"))


def test_quotes_line_feeds_and_long_cells_are_taken_as_meant(conn, tmp_path):
    rows = [
        f'"{CODE(1)}","雨水井盖",113.005,22.895,"a ""b"", c"',
        "",
        f"{CODE(2)},雨水井盖,113.005,22.895,{'长' * 300}",
        ",,,,",
        f'{CODE(3)},雨水井盖,113.005,22.895,"x\ny"',
    ]
    made = plan(conn, write(tmp_path / "o.csv", rows, "部件编码,类别,经度,纬度,名称"), storing=True)
    assert (made.rows, [one.row for one in found(made, "text-too-long")], [one.row for one in found(made, "bad-text")]) == (3, [3], [5])
    objects.commit(conn, made, take_sound=True)
    assert store.find(conn, CODE(1)).name == 'a "b", c'


def test_a_workbook_and_a_geojson_say_the_same_as_a_csv(conn, tmp_path):
    book = xlsx(tmp_path / "部件.xlsx", [HEADER.split(","), *[cells.split(",") for cells in (line(1), line(2))]])
    assert load(conn, book).new == 2
    drawn = [
        {
            "type": "Feature",
            "properties": {"部件编码": CODE(3), "类别": "雨水井盖"},
            "geometry": {"type": "Point", "coordinates": list(at(0.5, 0.5))},
        },
        {
            "type": "Feature",
            "properties": {"部件编码": CODE(4), "类别": "护栏"},
            "geometry": {"type": "LineString", "coordinates": [list(at(0.5, 0.5)), list(at(0.6, 0.5))]},
        },
        {
            "type": "Feature",
            "properties": {"部件编码": CODE(5), "类别": "绿地"},
            "geometry": {"type": "Polygon", "coordinates": [[list(at(*c)) for c in ((0, 0), (0, 1), (1, 1), (0, 0))]]},
        },
    ]
    assert load(conn, geojson(tmp_path / "图.geojson", drawn), datum="").new == 3
    assert store.find(conn, CODE(4)).shape.geom_type == "LineString" and round(store.find(conn, CODE(4)).lon, 7) == at(0.55, 0.5)[0]
    assert store.find(conn, CODE(5)).shape.geom_type == "MultiPolygon"
    assert load(conn, tmp_path / "图.geojson", datum="") == objects.Stored(0, 0, 3)


@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_layers_of_points_with_chinese_names_come_in(conn, tmp_path, ending):
    import geopandas
    import shapely

    table = geopandas.GeoDataFrame(
        {"部件编码": [CODE(1), CODE(2)], "类别": ["雨水井盖", "护栏"]},
        geometry=[shapely.Point(at(1, 1)), shapely.LineString([at(1, 1), at(2, 1)])],
        crs=4490,
    )
    path = tmp_path / f"部件.{ending}"
    (table if ending == "gpkg" else table.iloc[:1]).to_file(path, **({"encoding": "GBK"} if ending == "shp" else {}))
    assert load(conn, path, datum="").new == (2 if ending == "gpkg" else 1)
    assert store.find(conn, CODE(1)).outcome == "boundary" or store.find(conn, CODE(1)).unit_id


@pytest.mark.parametrize(
    ("geometry", "category", "code"),
    [
        ({"type": "Polygon", "coordinates": [[list(at(*c)) for c in ((0, 0), (0, 1), (1, 1), (0, 0))]]}, "雨水井盖", "wrong-geometry-kind"),
        ({"type": "Polygon", "coordinates": [[list(at(*c)) for c in ((0, 0), (1, 1), (1, 0), (0, 1), (0, 0))]]}, "绿地", "invalid-ring"),
        ({"type": "LineString", "coordinates": [list(at(0, 0)), list(at(0, 0))]}, "护栏", "bad-line"),
        ({"type": "LineString", "coordinates": [list(at(0, 0)), [400, 22]]}, "护栏", "bad-line"),
    ],
)
def test_geometries_pass_the_gate_or_stay_out(conn, tmp_path, geometry, category, code):
    feature = {"type": "Feature", "properties": {"部件编码": CODE(1), "类别": category}, "geometry": geometry}
    assert code in codes(plan(conn, geojson(tmp_path / "o.geojson", [feature]), datum=""))


def _edition(conn) -> int:
    with conn.cursor() as cur:
        cur.execute("SELECT edition_id FROM edition WHERE valid @> now() AND scheme = 'governance'")
        return cur.fetchone()[0]


def _described(conn) -> list:
    with conn.cursor() as cur:
        cur.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated::text FROM pg_constraint"
            " WHERE conrelid::regclass::text ~ '^object' UNION ALL SELECT tablename, indexname, indexdef, '' FROM pg_indexes"
            " WHERE tablename ~ '^object' UNION ALL SELECT 'role', current_setting('session_replication_role'), '', '' ORDER BY 1, 2, 3"
        )
        return cur.fetchall()


def test_different_texts_are_told_apart_whatever_their_length():
    rng = np.random.default_rng(1)
    texts = np.array(["".join(map(chr, rng.integers(97, 100, size))) for size in rng.integers(0, 30, 5000)], dtype="S")
    index, words = objects_cells.distinct(texts)
    assert (words[index] == texts).all() and len(set(words.tolist())) == len(words)


def test_no_attribute_of_the_sample_is_taken_for_another_column():
    names = {one["name"] for row in invented.categories() for one in orjson.loads(row["attributes"])}
    assert len(names) > 20 and set(fields.recognise(names, {}, "objects").roles) == set()
