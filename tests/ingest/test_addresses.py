"""Buildings, houses and names out of files: what they may look like, what is said of them, what is stored, and what never is."""

from contextlib import closing
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from gridgeo import cli
from gridgeo.addresses import lifecycle, store
from gridgeo.addresses.model import NameKind, Status
from gridgeo.db import connection
from gridgeo.errors import Conflict, Gone, InvalidInput, UnreadableFile
from gridgeo.ingest import addresses, bulk, kinds
from gridgeo.settings import Settings
from tests.addresses.making import CODES, building, counted, edition, house
from tests.ingest.addresses_making import BUILDINGS, HOUSES, NAMES, ONE, TWO, codes, found, load, loaded, plan, write
from tests.ingest.making import xlsx, zipped


def test_a_base_comes_in_as_the_files_say(conn, files):
    edition(conn)
    loaded(conn, files)
    one, within = store.building(conn, ONE), store.houses(conn, ONE)
    assert (one.use, one.status, one.floors, one.valid_from) == ("residential", Status.IN_USE, 7, date(2010, 1, 1))
    assert (one.address.road, one.address.plate, one.address.compound, one.address.block) == ("前进一路", "12", "东山新村", "3")
    assert [(home.room, home.floor, home.area_m2, home.use) for home in within] == [("501", 5, 88.5, "residential"), ("502", 5, None, None)]
    assert store.grid_of(conn, TWO).chain[-1].code == CODES["B"]
    named = {name.kind: name.name for name in store.names(conn, ONE)}
    assert (named[NameKind.SHORT], named[NameKind.COLLOQUIAL]) == ("村委楼", "老村委")
    with conn.cursor() as cur:
        cur.execute("SELECT road_key, block_key FROM building_address ORDER BY building_code")
        assert cur.fetchall() == [("前进1路", "3"), (None, "A")]
        cur.execute("SELECT unit_key, room_key FROM house ORDER BY house_code")
        assert cur.fetchall() == [("1", "501"), ("1", "502"), (None, "1203")]


@pytest.mark.parametrize("kind", ["buildings", "houses", "names"])
def test_a_plan_stores_nothing(conn, files, kind):
    loaded(conn, files, *["buildings", "houses", "names"][: ["buildings", "houses", "names"].index(kind)])
    before = [counted(conn, table) for table in ("building", "house", "address_name")]
    plan(conn, kind, files[kind])
    assert [counted(conn, table) for table in ("building", "house", "address_name")] == before


def test_the_same_files_again_change_nothing_and_say_so(conn, files):
    edition(conn)
    loaded(conn, files)
    assert load(conn, "buildings", files["buildings"]) == addresses.Stored(0, 0, 2, 0)
    assert load(conn, "houses", files["houses"]) == addresses.Stored(0, 0, 3, 0)
    assert load(conn, "names", files["names"]) == addresses.Stored(0, 0, 2, 0)
    assert [counted(conn, t) for t in ("building", "building_address", "building_grid", "house", "address_name")] == [2, 2, 2, 3, 3]


def test_what_changed_is_changed_and_the_rest_left(conn, files, tmp_path):
    loaded(conn, files)
    again = write(tmp_path / "again.csv", HOUSES.replace("502,,在用,,", "502,,在用,45.25,"))
    made = plan(conn, "houses", again)
    assert (made.new, made.changed, made.same) == (0, 1, 2)
    addresses.commit(conn, made)
    assert store.house(conn, f"{ONE}000002").area_m2 == 45.25


def test_a_column_that_is_not_there_leaves_what_is_stored_an_empty_cell_takes_it_away(conn, files, tmp_path):
    loaded(conn, files)
    load(conn, "houses", write(tmp_path / "part.csv", f"house_code,area_m2\n{ONE}000001,\n"))
    home = store.house(conn, f"{ONE}000001")
    assert (home.area_m2, home.room, home.use, home.valid_from) == (None, "501", "residential", date(2010, 1, 1))
    load(conn, "buildings", write(tmp_path / "b.csv", f"楼栋编码,层数\n{ONE},8\n"), datum="")
    one = store.building(conn, ONE)
    assert (one.floors, one.address.road, round(one.lon, 3)) == (8, "前进一路", 113.005)


def test_another_address_ends_the_one_before_which_is_not_lost(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    made = plan(conn, "buildings", write(tmp_path / "b.csv", BUILDINGS.replace("前进一路,12", "前进二路,8")))
    assert codes(made, "info") == ["other-address"] and made.changed == 1
    addresses.commit(conn, made)
    now, before = store.addresses(conn, ONE)
    assert (now.road, now.valid_to, before.road, before.valid_to) == ("前进二路", None, "前进一路", store.today(conn))
    load(conn, "buildings", write(tmp_path / "b.csv", BUILDINGS.replace("前进一路,12", "前进三路,9")))
    assert [one.road for one in store.addresses(conn, ONE)] == ["前进三路", "前进一路"], "one that began today was never valid otherwise"


def test_a_moved_building_lies_in_another_unit_and_is_no_other(conn, files, tmp_path):
    edition(conn)
    loaded(conn, files, "buildings")
    load(conn, "buildings", write(tmp_path / "b.csv", BUILDINGS.replace("113.005,22.895", "113.045,22.895")))
    assert store.grid_of(conn, ONE).chain[-1].code == CODES["C"]
    assert counted(conn, "building") == 2


@pytest.mark.parametrize(
    ("header", "encoding", "ends", "delimiter"),
    [
        ("房屋编码,单元,楼层,房号,用途,状态,建筑面积,启用日期", "gbk", "\r\n", ","),
        ("FWBM,DYH,SZC,FH,FWYT,FWZT,JZMJ,QYRQ", "utf-8", "\n", ","),
        ("HOUSE CODE;Unit;Storey;Room No;Use;Status;Area;Start_Date", "utf-8-sig", "\r\n", ";"),
        ("house_code\tunit\tfloor\troom\thouse_use\tstatus\tarea_m2\tvalid_from", "utf-16", "\n", "\t"),
    ],
)
def test_columns_encodings_and_delimiters_are_recognised(conn, files, tmp_path, header, encoding, ends, delimiter):
    loaded(conn, files, "buildings")
    body = HOUSES.split("\n", 1)[1].replace(",", delimiter)
    path = tmp_path / "h.csv"
    path.write_bytes(f"{header}\n{body}".replace("\n", ends).encode(encoding))
    made = plan(conn, "houses", path)
    assert (made.rows, made.new, codes(made)) == (3, 3, [])
    addresses.commit(conn, made)
    assert store.house(conn, f"{TWO}000001").status is Status.UNDER_INVESTIGATION


def test_a_column_may_be_named_by_the_user(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    path = write(tmp_path / "h.csv", HOUSES.replace("room", "甲"))
    made = plan(conn, "houses", path, given={"room": "甲"})
    assert not found(made, "unused-columns")
    with pytest.raises(InvalidInput, match="no such column"):
        plan(conn, "houses", path, given={"room": "乙"})
    with pytest.raises(InvalidInput, match="no such field"):
        plan(conn, "houses", path, given={"height": "甲"})
    assert found(plan(conn, "houses", path), "unused-columns")[0].message == "not read: 甲"


def test_empty_lines_quotes_and_line_feeds_in_cells_are_taken_as_meant(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    text = f'\nhouse_code,room,source\n\n"{ONE}000001","5,01","a ""b"""\n,,\n\n{ONE}000002,"502",\n'
    made = plan(conn, "houses", write(tmp_path / "h.csv", text))
    assert (made.rows, codes(made)) == (2, [])
    addresses.commit(conn, made)
    assert store.house(conn, f"{ONE}000001").source == 'a "b"'
    broken = write(tmp_path / "h2.csv", f'house_code,source\n{ONE}000001,"a\n\nb"\n')
    assert [(issue.code, issue.row) for issue in plan(conn, "houses", broken).issues if issue.severity == "error"] == [("bad-text", 1)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("house_code,room\n{one},1\n{one}\n", "line 3: has fewer cells than the header"),
        ("house_code,room\n\n\n{one},1,2\n", "line 4: has more cells than the header"),
        ('house_code,room\n{one},1\n{one},"2\n', "a quote is opened and never closed"),
        ("house_code,room\n\\.\n{one},1\n", "a line of"),
        ("house_code,room\n{one},\0\n", "NUL"),
        ("house_code,house_code\n", "twice"),
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("house_code,room\n", "holds no row"),
        ("house_code,room\n\n,\n", "holds no row"),
        ("PK\x03\x04", "by its content"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_line(conn, tmp_path, text, said):
    path = write(tmp_path / "h.csv", text.format(one=f"{ONE}000001"), "utf-8")
    with pytest.raises(UnreadableFile, match=said) as refused:
        plan(conn, "houses", path)
    assert ONE not in str(refused.value) and "\n" not in str(refused.value)


def test_what_is_neither_utf8_nor_gbk_is_refused(conn, tmp_path):
    path = tmp_path / "h.csv"
    path.write_bytes(b"house_code,room\n\xff\xff\xff\x80,1\n")
    with pytest.raises(UnreadableFile, match="neither in UTF-8 nor in GBK"):
        plan(conn, "houses", path)


def test_a_file_without_codes_is_refused(conn, tmp_path):
    with pytest.raises(InvalidInput, match="--field house_code="):
        plan(conn, "houses", write(tmp_path / "h.csv", "room\n501\n"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_blocks_may_end_anywhere(conn, files, tmp_path, monkeypatch, encoding):
    """Within a line, within a character, between the two signs of a line's end."""
    loaded(conn, files, "buildings")
    text = HOUSES.replace("\n", "\r\n\r\n") + f'{ONE}000003,"甲\n\n乙",,,,,,\n'
    path, made = write(tmp_path / "h.csv", text, encoding), []
    for block in (1 << 20, 7, 1):
        monkeypatch.setattr(bulk, "_BLOCK", block)
        made.append([(issue.code, issue.row, issue.value) for issue in plan(conn, "houses", path).issues])
    assert made[0] == made[1] == made[2] and ("bad-text", 8, "甲\n\n乙") in made[0]


def test_codes_are_kept_in_one_writing(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    lettered = f"{CODES['D']}t0117"
    load(conn, "buildings", write(tmp_path / "b.csv", f"楼栋编码,经度,纬度,路名\n{lettered},113.01,22.875,三巷\n"))
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in f"{lettered}000009")
    load(conn, "houses", write(tmp_path / "h.csv", f"房屋编码\n{wide}\n'{ONE}000007\n"))
    assert store.house(conn, f"{lettered.upper()}000009").building_code == lettered.upper()
    assert store.house(conn, f"{ONE}000007").code


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("4403990010010100001,1,5,501,,,,", "bad-code"),
        (f"{ONE}00000X,1,5,501,,,,", "bad-code"),
        (f"{ONE}000000,1,5,501,,,,", "bad-code"),
        ("4.40399001001010E+24,1,5,501,,,,", "code-as-number"),
        (",1,5,501,,,,", "no-code"),
        (f"{CODES['C']}00009000001,1,5,501,,,,", "unknown-building"),
        (f"{ONE}000001,1,5,501,,,,\n{ONE}000001,1,5,502,,,,", "duplicate-code"),
        (f"{ONE}000003,1,abc,501,,,,", "bad-number"),
        (f"{ONE}000003,1,999,501,,,,", "bad-number"),
        (f"{ONE}000003,1,5,501,城堡,,,", "unknown-value"),
        (f"{ONE}000003,1,5,501,,消失,,", "unknown-value"),
        (f"{ONE}000003,1,5,501,,,-3,", "bad-number"),
        (f"{ONE}000003,1,5,501,,,,2010-02-30", "bad-date"),
        (f"{ONE}000003,1,5,5\u202e01,,,,", "bad-text"),
    ],
)
def test_an_error_stops_the_whole_load(conn, files, tmp_path, row, code):
    loaded(conn, files, "buildings")
    path = write(tmp_path / "h.csv", HOUSES.replace(f"{ONE}000001", f"{ONE}000008") + row + "\n")
    made = plan(conn, "houses", path)
    assert codes(made) == [code] and made.totals[code] == 1
    assert found(made, code)[0].row >= 4 and found(made, code)[0].source == "h.csv"
    with pytest.raises(Conflict, match=f"--accept {code}"):
        addresses.commit(conn, made)
    assert counted(conn, "house") == 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"{ONE}000003,1,9,901,,,,", "floor-beyond-building"),
        (f"{ONE}000003,1,3,501,,,,", "room-on-other-floor"),
    ],
)
def test_what_is_implausible_is_said_and_stored(conn, files, tmp_path, row, code):
    loaded(conn, files, "buildings")
    made = plan(conn, "houses", write(tmp_path / "h.csv", HOUSES + row + "\n"))
    assert codes(made, "warning") == [code] and codes(made) == []
    assert addresses.commit(conn, made).new == 4


def test_a_house_in_another_building_than_its_code_begins_with_is_said(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    made = plan(conn, "houses", write(tmp_path / "h.csv", f"房屋编码,楼栋编码,房号\n{ONE}000001,{TWO},1\n"))
    assert codes(made, "warning") == ["other-building"]
    addresses.commit(conn, made)
    assert store.house(conn, f"{ONE}000001").building_code == TWO
    load(conn, "houses", write(tmp_path / "h2.csv", f"房屋编码,房号\n{ONE}000001,2\n"))
    assert store.house(conn, f"{ONE}000001").building_code == TWO


def test_accepted_errors_leave_out_the_row_or_the_value(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    rows = f"{ONE}000001,1,5,502,,,,\n{ONE}000003,1,abc,503,,,,\nnonsense,,,,,,,\n"
    made = plan(conn, "houses", write(tmp_path / "h.csv", HOUSES + rows))
    stored = addresses.commit(conn, made, ["duplicate-code", "bad-number", "bad-code"])
    assert (stored.new, stored.left_out) == (4, 1)
    assert (store.house(conn, f"{ONE}000001").room, store.house(conn, f"{ONE}000003").floor) == ("501", None)


def test_a_retired_code_is_not_given_again(conn, files):
    loaded(conn, files)
    lifecycle.retire(conn, f"{ONE}000001", date(2020, 1, 1))
    made = plan(conn, "houses", files["houses"])
    assert codes(made) == ["retired-code"]
    lifecycle.retire(conn, TWO, date(2020, 1, 1))
    assert codes(plan(conn, "houses", files["houses"])) == ["building-gone", "retired-code"]
    assert codes(plan(conn, "buildings", files["buildings"])) == ["retired-code"]
    with pytest.raises(Gone):
        store.building(conn, TWO)


def test_what_was_pulled_down_may_be_loaded_as_such(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    load(conn, "buildings", write(tmp_path / "b.csv", f"楼栋编码,状态,拆除日期\n{TWO},已拆除,2021年5月6日\n"), datum="")
    with pytest.raises(Gone) as gone:
        store.building(conn, TWO)
    assert gone.value.since == date(2021, 5, 6)


def test_a_building_without_address_or_with_an_impossible_grid_is_said(conn, tmp_path):
    made = plan(conn, "buildings", write(tmp_path / "b.csv", "building_code,plate,lon,lat\n0003990010010100001,3,113.005,22.895\n"))
    assert codes(made, "warning") == ["issuing-grid", "no-address"]
    addresses.commit(conn, made)
    assert counted(conn, "building_address") == 0


def test_workbooks_and_zips_come_the_same_way(conn, files, tmp_path):
    rows = [line.split(",") for line in HOUSES.strip().split("\n")]
    loaded(conn, files, "buildings")
    book = xlsx(tmp_path / "h.xlsx", rows)
    assert load(conn, "houses", book).new == 3
    assert load(conn, "houses", zipped(tmp_path / "h.zip", {"h.csv": files["houses"]})).same == 3


def test_several_files_are_one_load_and_faults_name_theirs(conn, files, tmp_path):
    loaded(conn, files, "buildings")
    other = write(tmp_path / "more.csv", f"房号,房屋编码\n601,{TWO}000002\n501,{ONE}000001\n")
    made = plan(conn, "houses", files["houses"], other)
    (double,) = found(made, "duplicate-code")
    assert (made.rows, made.files, double.source, double.row) == (5, ("houses.csv", "more.csv"), "more.csv", 2)


@pytest.mark.parametrize(
    ("row", "severity", "code"),
    [
        (f"{CODES['C']}00007,俗称,a,,,", "error", "unknown-code"),
        (f"{ONE},外号,a,,,", "error", "unknown-value"),
        (f"{ONE},,a,,,", "error", "no-kind"),
        (f"{ONE},俗称,,,,", "error", "no-name"),
        (f"{ONE},俗称,———,,,", "error", "no-name"),
        (f"{ONE},俗称,a,2020-01-01,2019-01-01,", "error", "period-reversed"),
        (f"{ONE},俗称,老村委,2011-01-01,,", "warning", "duplicate-name"),
        ("440399,俗称,a,,,", "error", "bad-code"),
    ],
)
def test_names_at_fault_are_said(conn, files, tmp_path, row, severity, code):
    loaded(conn, files, "buildings", "houses")
    made = plan(conn, "names", write(tmp_path / "n.csv", NAMES + row + "\n"))
    assert code in codes(made, severity)
    if severity == "warning":
        assert addresses.commit(conn, made) == addresses.Stored(2, 0, 0, 1)


def test_a_name_without_a_day_is_as_old_as_what_it_is_of(conn, files, tmp_path):
    loaded(conn, files, "buildings", "houses")
    load(conn, "names", write(tmp_path / "n.csv", f"code,kind,name\n{ONE},其他,第三栋\n"))
    (name,) = [name for name in store.names(conn, ONE) if name.name == "第三栋"]
    assert (name.kind, name.valid_from) == (NameKind.OTHER, date(2010, 1, 1))


def test_what_is_loaded_goes_on_in_sequence_and_is_written_by_the_writer(conn, files):
    loaded(conn, files, "buildings")
    assert lifecycle.mint_house(conn, ONE, room="1").code == f"{ONE}000001"
    with conn.cursor() as cur:
        cur.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'staged_buildings'")
        assert cur.fetchall() == [("gridgeo_writer",)]


def test_rows_in_any_order_are_stored_by_code(conn, tmp_path):
    building(conn)
    numbers = np.random.default_rng(1).permutation(3000) + 1
    rows = pd.DataFrame({"house_code": [f"{ONE}{number:06}" for number in numbers], "room": numbers.astype(str)})
    rows.to_csv(tmp_path / "h.csv", index=False)
    assert load(conn, "houses", tmp_path / "h.csv").new == 3000
    with conn.cursor() as cur:
        cur.execute(
            "SELECT bool_and(house_code > before) FROM (SELECT house_code, lag(house_code) OVER (ORDER BY ctid) AS before FROM house) AS h"
        )
        stored = [code for (code,) in cur.fetchall()]
    assert stored == sorted(stored)


def test_only_so_many_rows_of_a_fault_are_told_and_all_are_counted(conn, files, tmp_path, monkeypatch):
    monkeypatch.setattr(addresses, "MOST_TOLD", 5)
    made = plan(conn, "houses", write(tmp_path / "h.csv", "house_code\n" + "".join(f"{ONE}{n:06}\n" for n in range(1, 20))))
    assert (len(found(made, "unknown-building")), made.totals["unknown-building"]) == (5, 19)


def test_no_row_is_compared_with_a_list_one_by_one(conn):
    """Millions of rows against some hundred thousand parts of codes: once it was tried so, it did not end."""
    for kind in kinds.KINDS.values():
        with conn.cursor() as cur:
            cur.execute(kind.sql["make"])
            cur.execute("EXPLAIN " + kind.sql["odd"])
            assert not [line for (line,) in cur.fetchall() if "SubPlan" in line], kind.name


def test_progress_tells_bytes_and_can_be_interrupted(conn, files, tmp_path):
    told = []

    def stop(what, done, total):
        told.append((what, done, total))
        if "looked" not in what:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan(conn, "houses", files["houses"], progress=stop)
    size = files["houses"].stat().st_size
    assert told[0] == ("bytes looked at of houses.csv", size, size)
    assert told[1][0] == "bytes of houses.csv" and told[1][2] == size


def test_an_interruption_on_the_way_to_the_reading_is_one_still(conn, files, monkeypatch):
    """COPY makes a cancelled query of whatever stops it, and what came before the reading began was not kept."""

    def interrupted(self, size):
        raise KeyboardInterrupt

    monkeypatch.setattr(bulk._Lines, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        plan(conn, "houses", files["houses"])


#: nobody's: no region is 449999
PERSON, MOBILE = "449999193801089274", "13800138000"


@pytest.mark.parametrize("number", [PERSON, MOBILE])
@pytest.mark.parametrize("kind, columns", [
    ("buildings", ["building_code", "building_use", "status", "floors", "valid_from", "lon", "lat", "road", "plate", "short_name"]),
    ("houses", ["house_code", "building_code", "status", "area_m2", "floor", "room", "unit", "valid_to", "source"]),
    ("names", ["code", "kind", "name", "valid_from"]),
])  # fmt: skip
def test_no_number_of_anybody_is_repeated(conn, tmp_path, kind, columns, number):
    code = ONE if kind != "houses" else f"{ONE}000001"
    rows = [[number if at == wrong else code if at == 0 else "" for at in range(len(columns))] for wrong in range(len(columns))]
    text = "\n".join(",".join(row) for row in [columns, *rows]) + "\n"
    for path in (write(tmp_path / "x.csv", text), write(tmp_path / "y.csv", text.replace(columns[-1], f"甲{number}", 1))):
        made = plan(conn, kind, path)
        assert len(codes(made)) > 1 and number not in repr(made.issues) and number[:8] not in repr(made.issues)
    assert "it has" in found(made, "bad-code")[0].message


@pytest.mark.parametrize("text", [f"张三{PERSON}", MOBILE, "电话１３８００１３８０００"])
@pytest.mark.parametrize(("kind", "column"), [("buildings", "road"), ("buildings", "short_name"), ("houses", "source"), ("names", "name"),
                                              ("addresses", "compound")])  # fmt: skip
def test_nobodys_number_is_kept_in_the_clear(conn, files, tmp_path, kind, column, text):
    loaded(conn, files, "buildings")
    name = {"buildings": "building_code", "houses": "house_code", "names": "code", "addresses": "building_code"}[kind]
    code = f"{ONE}000001" if kind == "houses" else ONE
    made = plan(conn, kind, write(tmp_path / "x.csv", f"{name},{column}\n{code},{text}\n"), datum="")
    assert [(issue.field, issue.value) for issue in found(made, "code-in-text")] == [(column, "(not repeated)")]


@pytest.fixture
def run(database_url, monkeypatch, capsys):
    settings = Settings(database_url=database_url)
    monkeypatch.setattr(Settings, "from_env", classmethod(lambda cls: settings))
    with closing(connection.connect(database_url)) as conn, conn:
        edition(conn, when=datetime(2024, 1, 1, tzinfo=UTC))

    def run(*arguments) -> tuple[int, str]:
        status = cli.main(["load", *map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def test_the_command_tries_stores_and_says_when_there_is_nothing_to_do(run, files, database_url, tmp_path):
    status, said = run("buildings", files["buildings"], "--datum", "wgs84")
    assert status == 0 and "2 new, 0 changed, 0 as before" in said and "Dry run: nothing was stored" in said
    status, said = run("buildings", files["buildings"])
    assert status == 1 and "datum-undeclared" in said and "say the --datum" in said
    status, said = run("buildings", files["buildings"], "--datum", "wgs84", "--commit")
    assert status == 0 and "Stored: 2 new, 0 changed, 0 as before." in said
    status, said = run("buildings", files["buildings"], "--datum", "wgs84", "--commit")
    assert status == 0 and "All 2 are stored already: nothing was changed." in said
    status, said = run("houses", files["houses"], "--commit", "--report", tmp_path / "report")
    assert status == 0 and {path.name for path in (tmp_path / "report").iterdir()} == {"issues.csv", "issues.geojson"}
    with closing(connection.connect(database_url)) as conn:
        assert len(store.houses(conn, ONE)) == 2
        with pytest.raises(Conflict):
            lifecycle.retire(conn, ONE, date(2000, 1, 1))


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("houses", "{houses}", "--since", "soon"), 2, "give a date"),
        (("houses", "{houses}", "--field", "room"), 2, "FIELD=COLUMN"),
        (("houses", "nowhere.csv"), 1, "no such file"),
        (("buildings", "{buildings}", "--datum", "mars"), 2, "give wgs84"),
        (("houses", "{houses}"), 1, "unknown-building"),
    ],
)
def test_a_mistake_is_told_in_a_line(run, files, arguments, status, said):
    got, printed = run(*(argument.format(**files) for argument in arguments))
    assert (got, said in printed, "Traceback" in printed) == (status, True, False)


def test_a_house_of_a_building_that_was_minted_is_known(conn, tmp_path):
    one = building(conn)
    home = house(conn, one)
    made = plan(conn, "houses", write(tmp_path / "h.csv", f"house_code,room\n{home.code},501\n"))
    assert (made.new, made.changed, made.same) == (0, 0, 1)
