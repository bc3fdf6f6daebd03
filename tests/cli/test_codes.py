"""`gridgeo codes check`: what is wrong with the codes in a file, none of them repeated."""

import csv

import openpyxl
import pytest

from gridgeo import cli

PERSON, WRONG, PHONE = "11010519491231002X", "110105194912310021", "13800138000"
ROWS = [
    ("姓名", "身份证号", "统一社会信用代码", "联系电话"),
    ("甲", PERSON, "91350100M000100Y43", PHONE),
    ("乙", WRONG, "91440300MA5D0004X0", "0755-8888888"),
    ("丙", "", "", "110"),
    ("丁", "4.40306E+17", "91350100M000100Y4Z", ""),
]


@pytest.fixture
def people(tmp_path):
    """A table as an office sends it, in GBK."""
    path = tmp_path / "people.csv"
    path.write_text("\n".join(",".join(row) for row in ROWS), encoding="gbk")
    return path


def check(*arguments):
    return cli.main(["codes", "check", *map(str, arguments)])


def test_every_column_that_says_what_it_holds_is_looked_at(people, capsys):
    assert check(people) == 1
    said = capsys.readouterr().out
    assert "people.csv: 4 rows" in said
    assert "身份证号: 公民身份号码 (person): 1 valid, 0 warning, 2 invalid" in said
    assert "统一社会信用代码: 统一社会信用代码 (credit): 1 valid, 1 warning, 1 invalid" in said
    assert "联系电话: 通讯号码 (phone): 2 valid, 0 warning, 1 invalid" in said
    lines = [line.split()[:4] for line in said.splitlines() if line[:1].isdigit()]
    assert lines == [
        ["2", "身份证号", "person", "invalid"],
        ["4", "身份证号", "person", "invalid"],
        ["2", "统一社会信用代码", "credit", "warning"],
        ["4", "统一社会信用代码", "credit", "invalid"],
        ["2", "联系电话", "phone", "invalid"],
    ]
    assert "check-character" in said and "校验码不符" in said


def test_nothing_but_masks_is_printed_or_written(people, tmp_path, capsys):
    out = tmp_path / "wrong.csv"
    assert check(people, "--out", out) == 1
    said = capsys.readouterr()
    written = out.read_text("utf-8-sig")
    for secret in (PERSON[3:14], PHONE[3:7], "8888888"):
        assert secret not in said.out + said.err + written
    rows = list(csv.DictReader(written.splitlines()))
    assert [row["masked"] for row in rows][:2] == ["110***********0021", "***********"]
    assert (rows[0]["row"], rows[0]["reasons"]) == ("2", "check-character")


def test_a_column_is_named_with_its_kind(people, capsys):
    assert check(people, "--column", "联系电话") == 1
    assert check(people, "--column", "姓名", "--kind", "phone") == 1
    assert "姓名: 通讯号码 (phone): 0 valid, 0 warning, 4 invalid" in capsys.readouterr().out
    assert check(people, "--kind", "person") == 1
    assert "(credit)" not in capsys.readouterr().out


def test_a_workbook_is_read_and_a_number_it_rounded_is_said(tmp_path, capsys):
    book = openpyxl.Workbook()
    book.active.append(["房屋编码"])
    book.active.append(["4403040010010100001000001"])
    book.active.append([4403040010010100001000001])
    book.save(tmp_path / "houses.xlsx")
    assert check(tmp_path / "houses.xlsx") == 1
    said = capsys.readouterr().out
    assert "1 valid, 0 warning, 1 invalid" in said and "spreadsheet-number" in said


def test_a_file_in_order_is_said_to_be(tmp_path, capsys):
    (tmp_path / "houses.csv").write_text("房屋编码\n4403040010010100001000001\n", "utf-8")
    assert check(tmp_path / "houses.csv") == 0
    assert capsys.readouterr().out.count("\n") == 2


def test_of_many_wrong_ones_the_first_are_shown(tmp_path, capsys):
    (tmp_path / "houses.csv").write_text("房屋编码\n" + "1\n" * 1000, "utf-8")
    assert check(tmp_path / "houses.csv") == 1
    said = capsys.readouterr().out
    assert "… and 980 more: --out FILE.csv" in said and said.count("\n") < 30


@pytest.mark.parametrize(
    ("content", "options", "rule"),
    [
        (f"{PERSON}\n{WRONG}\n", [], "its first row holds numbers"),
        (f"{PERSON},{PERSON}\n1,2\n", [], "is there a header?"),
        (f'身份证号\n"{PERSON}\n', [], "a quote is never closed"),
        (f"身份证号,电话\n{PERSON}\n", [], "has 1 cells in row 1"),
        (f"{PERSON}\n{WRONG}\n", ["--kind", "person"], "its first row holds numbers"),
        ("名称,备注\n甲,乙\n", [], "no column's name says that it holds codes; add --column and --kind. It has 名称, 备注"),
        ("名称,备注\n甲,乙\n", ["--column", "备注"], "add --kind: person, credit"),
        ("名称,备注\n甲,乙\n", ["--column", PERSON, "--kind", "person"], "which has 名称, 备注"),
        ("", [], "is empty"),
    ],
)
def test_what_cannot_be_looked_at_is_one_line_that_repeats_no_number(tmp_path, capsys, content, options, rule):
    (tmp_path / "a.csv").write_text(content, "utf-8")
    assert check(tmp_path / "a.csv", *options) == 2
    said = capsys.readouterr().err
    assert rule in said and said.count("\n") == 1 and PERSON[3:14] not in said


def test_a_file_that_is_there_is_not_written_over(people, tmp_path, capsys):
    out = tmp_path / "wrong.csv"
    out.write_text("mine")
    assert check(people, "--out", out) == 1
    assert "give --overwrite" in capsys.readouterr().err and out.read_text() == "mine"
    assert check(people, "--out", out, "--overwrite") == 1
    assert "check-character" in out.read_text("utf-8-sig")


def test_a_single_column_needs_only_its_kind(tmp_path, capsys):
    (tmp_path / "a.csv").write_text(f"号码\n{PERSON}\n", "utf-8")
    assert check(tmp_path / "a.csv", "--kind", "person") == 0
    assert "1 valid" in capsys.readouterr().out
