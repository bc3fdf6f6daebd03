"""What files of buildings, houses and names may look like: columns, encodings, kinds; and what is no such file."""

import pytest

from gridgeo.addresses import store
from gridgeo.addresses.model import Status
from gridgeo.errors import InvalidInput, UnreadableFile
from gridgeo.ingest import addresses, bulk
from tests.addresses.making import CODES
from tests.ingest.addresses_making import HOUSES, ONE, TWO, codes, found, load, loaded, plan, write
from tests.ingest.making import xlsx, zipped


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
