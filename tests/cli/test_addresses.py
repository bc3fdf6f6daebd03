"""`gridgeo addresses`: texts and files washed, places searched, codes shown."""

import csv
import json
import signal
import subprocess
import sys
import time
from contextlib import closing

import openpyxl
import pytest

from gridgeo import cli
from gridgeo.addresses.washing import batch
from gridgeo.addresses.washing.wash import wash
from gridgeo.db import connection
from tests.addresses.making import at
from tests.addresses.town import Town

TEXTS = ["海曲区东山花园4栋501", "海曲区东山花园3栋501", "无", "", "海曲区老供销社1203", "=海曲区金辉大厦1203"]


@pytest.fixture(scope="module")
def database(server, template):
    name = server.create(template)
    url = server.url_of(name)
    with closing(connection.connect(url)) as conn, conn:
        town = Town(conn)
    yield url, town
    server.drop(name)


@pytest.fixture
def town(database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database[0])
    with closing(connection.connect(database[0])) as conn:
        database[1].conn = conn
        yield database[1]


def run(capsys, *argv):
    """Status, output and errors of a command."""
    try:
        status = cli.main(["addresses", *map(str, argv)])
    except SystemExit as stopped:
        status = stopped.code
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.fixture
def given(tmp_path):
    """A table as an office sends it: GBK, numbers that are codes, a cell with a line break."""
    path = tmp_path / "名单.csv"
    with path.open("w", encoding="gbk", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "地址", "备注"])
        writer.writerows([f"00{n}", text, "第一行\n第二行" if n == 1 else "+1"] for n, text in enumerate(TEXTS))
    return path


def rows(path, encoding="utf-8-sig"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def test_a_text_is_washed_and_told(town, capsys):
    status, out, _ = run(capsys, "wash", TEXTS[0], TEXTS[1])
    assert status == 0
    assert "A exact, house" in out and town.house(town.estate4, "501") in out and "ambiguous 对应多个地址" in out


@pytest.mark.parametrize("name", ["名单1.csv", "list.XLSX", "./list", "/nowhere/list", "a/b.ndjson"])
def test_a_file_that_is_not_there_is_no_address(town, name, capsys):
    status, out, err = run(capsys, "wash", name)
    assert (status, out) == (2, "") and name in err and "no such file" in err


def test_files_among_texts_are_washed_one_at_a_time(town, given, capsys):
    status, _, err = run(capsys, "wash", TEXTS[0], given)
    assert status == 2 and "one at a time" in err


def test_a_stroke_or_a_point_makes_no_file(town, capsys):
    status, out, _ = run(capsys, "wash", "海曲区东山花园4栋/501", "海曲区东山花园3.5栋")
    assert status == 0 and out


def test_a_text_as_json(town, capsys):
    _, out, _ = run(capsys, "wash", "--json", TEXTS[0])
    assert json.loads(out)["results"][0]["code"] == town.house(town.estate4, "501")


def test_a_file_keeps_its_rows_and_their_order_and_gets_columns(town, given, tmp_path, capsys):
    out = tmp_path / "out.csv"
    status, said, _ = run(capsys, "wash", given, "--out", out)
    assert status == 0 and "6 rows: 2 A, 1 B, 1 C, 2 none" in said
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    header, *body = rows(out)
    assert header == ["编号", "地址", "备注", *batch.COLUMNS]
    assert [row[0] for row in body] == [f"00{n}" for n in range(6)]
    assert body[1][2] == "第一行\n第二行"
    assert body[5][1] == "'=海曲区金辉大厦1203" and body[0][2] == "'+1", "no cell is a formula"
    assert not (tmp_path / "out.csv.part").exists() and not (tmp_path / "out.csv.part.json").exists()


def test_command_batch_and_single_give_the_same_answer(town, given, tmp_path, capsys):
    out = tmp_path / "out.ndjson"
    run(capsys, "wash", given, "--out", out)
    written = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    for text, row in zip(TEXTS, written, strict=True):
        [alone] = wash(town.conn, [text or None], town.base)
        assert [row[name] for name in batch.COLUMNS] == list(batch.cells(alone))


def test_a_workbook_in_and_out_holds_codes_as_text(town, tmp_path, capsys):
    book = openpyxl.Workbook()
    for row in (("地址",), *((text,) for text in TEXTS[:2])):
        book.active.append(row)
    book.save(tmp_path / "in.xlsx")
    status, *_ = run(capsys, "wash", tmp_path / "in.xlsx")
    assert status == 0
    sheet = openpyxl.load_workbook(tmp_path / "in_washed.xlsx").active
    header, first, _ = sheet.iter_rows(values_only=True)
    cells = dict(zip(header, first, strict=True))
    assert cells["wash_house_code"] == town.house(town.estate4, "501")
    assert isinstance(cells["wash_lon"], float)


def test_lines_of_json_keep_their_fields(town, tmp_path, capsys):
    path = tmp_path / "in.ndjson"
    path.write_text('{"id": 7, "address": "海曲区东山花园4栋501"}\n{"id": 8}\n', encoding="utf-8")
    status, *_ = run(capsys, "wash", path, "--out", tmp_path / "out.ndjson")
    first, second = map(json.loads, (tmp_path / "out.ndjson").read_text(encoding="utf-8").splitlines())
    assert status == 0 and (first["id"], first["wash_category"], second["wash_category"]) == ("7", "A", "none")


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(batch, "BLOCK", 2)


def test_a_killed_run_leaves_a_part_that_is_gone_on_with(database, given, tmp_path, town, capsys, small_blocks, monkeypatch):
    out, whole = tmp_path / "out.csv", tmp_path / "whole.csv"
    run(capsys, "wash", given, "--out", whole)
    done = []

    def broken(conn, texts, base, area):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(texts)
        return iter(wash(conn, texts, base, area))

    with monkeypatch.context() as patch:
        patch.setattr(batch, "washed", broken)
        assert run(capsys, "wash", given, "--out", out)[0] == 130
    part = tmp_path / "out.csv.part"
    assert part.exists() and not out.exists()
    with part.open("ab") as file:
        file.write(b'"005","half a r')  # what a kill in the middle of a write leaves
    status, _, err = run(capsys, "wash", given, "--out", out)
    assert status == 1 and "--resume" in err
    status, said, _ = run(capsys, "wash", given, "--out", out, "--resume")
    assert status == 0 and "6 rows" in said
    assert out.read_bytes() == whole.read_bytes()
    assert not part.exists()


def test_half_of_another_job_is_not_gone_on_with(town, given, tmp_path, capsys):
    out = tmp_path / "out.csv"
    (tmp_path / "out.csv.part").write_bytes(b"x")
    (tmp_path / "out.csv.part.json").write_text('{"job": "another", "rows": 3, "bytes": 1}')
    status, _, err = run(capsys, "wash", given, "--out", out, "--resume")
    assert status == 1 and "another job" in err
    assert run(capsys, "wash", given, "--out", out, "--overwrite")[0] == 0


def test_a_process_that_is_killed_is_gone_on_with(database, tmp_path, capsys, monkeypatch):
    url, _ = database
    monkeypatch.setenv("DATABASE_URL", url)
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text("address\n" + "\n".join(f"海曲区东山花园{n}栋501" for n in range(7_000)), encoding="utf-8")
    command = [sys.executable, "-m", "gridgeo.cli", "addresses", "wash", str(path), "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    state = tmp_path / "out.csv.part.json"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (state.exists() and json.loads(state.read_bytes())["rows"] >= 2000):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists()
    kept = json.loads(state.read_bytes())["rows"]
    assert 2000 <= kept < 7_000
    assert run(capsys, "wash", path, "--out", out, "--resume")[0] == 0
    assert [row[0] for row in rows(out)[1:]] == [f"海曲区东山花园{n}栋501" for n in range(7_000)]


def test_refusals_are_one_line(town, given, tmp_path, capsys):
    nameless = tmp_path / "nameless.csv"
    nameless.write_text("甲,乙\n1,2\n", encoding="utf-8")
    (tmp_path / "there.csv").write_text("x")
    for arguments, words in (
        (("wash", nameless), "no column is called as addresses are"),
        (("wash", nameless, "--column", "丙"), "is not in nameless.csv"),
        (("wash", given, "--out", tmp_path / "there.csv"), "--overwrite"),
        (("wash", given, "--out", tmp_path / "out.pdf"), "its name ends in"),
        (("wash", given, "--out", tmp_path / "no" / "out.csv"), "no directory"),
        (("wash", given, "--out", tmp_path / "x.csv", "--resume"), "no half-written file"),
        (("wash", "甲", "乙", "--out", tmp_path / "x.csv"), "goes with one file"),
        (("wash", "甲", "--default-area", "没有"), "没有"),
        (("wash", tmp_path / "missing.csv", "--out", tmp_path / "x.csv"), "there is no such file"),
        (("show", "123"), "too few characters"),
        (("show", "4403990010010199999"), "4403990010010199999"),
        (("at", "112", "22"), "112"),
    ):
        status, _, err = run(capsys, *arguments)
        assert status in (1, 2), arguments
        assert words in err and err.count("\n") == 1, (arguments, err)


def test_places_are_searched(town, capsys):
    _, out, _ = run(capsys, "search", "dongshan")
    assert "东山花园" in out and "compound" in out
    assert "nothing found" in run(capsys, "search", "zzzz")[1]


def test_a_code_is_shown_with_its_names_and_houses(town, capsys):
    _, out, _ = run(capsys, "show", town.tower.code)
    assert "金辉大厦" in out and "former: 老供销社" in out and "1203" in out
    assert "海曲区 440399 > 东泽街道" in out


def test_the_building_at_a_point(town, capsys):
    lon, lat = at(0.5, 0.5)
    _, out, _ = run(capsys, "at", lon, lat, "--limit", "1")
    assert town.estate3.code in out and "0.0 m" in out


def test_labelled_addresses_are_scored(town, tmp_path, capsys):
    path = tmp_path / "labels.csv"
    path.write_text("text,road,plate,room\n前进一路12号501,前进一路,12,501\n建设路8号101,建设路,9,101\n", encoding="utf-8")
    status, out, _ = run(capsys, "score", path, "--errors", "5")
    assert status == 0 and "exact rows 1 of 2" in out and "plate: 8 for 9" in out
    assert "washed" in run(capsys, "score", path, "--base")[1]


def test_a_long_text_is_washed_and_looked_for_as_no_file(town, capsys):
    status, out, err = run(capsys, "wash", "海曲区东山花园4栋501" + "送货上门请放在门口谢谢" * 20)
    assert status == 0 and err == "" and "海曲区" in out


def test_the_first_row_of_a_file_without_header_is_not_repeated(town, capsys, tmp_path):
    path = tmp_path / "无表头.csv"
    path.write_text("阿一,1380013,海曲区东山花园4栋501\n阿二,1380014,海曲区东山花园4栋502\n", encoding="utf-8")
    for more in ((), ("--column", "地址")):
        status, out, err = run(capsys, "wash", path, *more)
        assert status != 0 and "header" in err
        assert "1380013" not in out + err and "东山花园" not in out + err
