"""The labelled address strings keep their own rules (corpus/README.md)."""

import csv
import re
import unicodedata
from pathlib import Path

import pytest
from opencc import OpenCC

CORPUS = Path(__file__).with_name("corpus")
DIVIDED = ["province", "city", "district", "street", "community"]
LABELS = [*DIVIDED, "area", "road", "plate", "compound", "block", "unit", "floor", "room", "rest"]
COLUMNS = ["text", *LABELS, "traps"]
DIVISIONS = dict(zip(DIVIDED, ["省", "市", "区", "街道", "社区"], strict=True))
NUMBERED = {"plate", "block", "unit", "floor", "room"}
DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
SCALES = {"十": 10, "百": 100, "千": 1000}
BELOW_GROUND = ("负", "地下", "B1", "B2", "B3", "-")

simplified = OpenCC("t2s").convert


def _rows():
    for path in sorted(CORPUS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                yield f"{path.name}:{number}", row


ROWS = list(_rows())


def _plain(text: str) -> str:
    return re.sub(r"\s", "", simplified(unicodedata.normalize("NFKC", text)).upper())


def _number(numeral: str) -> str:
    if not any(c in SCALES for c in numeral):
        return "".join(str(DIGITS[c]) for c in numeral)
    total, digit = 0, 0
    for c in numeral:
        if c in SCALES:
            total, digit = total + (digit or 1) * SCALES[c], 0
        else:
            digit = DIGITS[c]
    return str(total + digit)


def _in_digits(text: str) -> str:
    numerals = f"[{''.join(DIGITS)}{''.join(SCALES)}]+"
    return re.sub(numerals, lambda found: _number(found[0]), text)


def _pieces(column: str, value: str) -> list[str]:
    if column in NUMBERED:
        return [piece for piece in re.split(r"[-,]|(?<=宿舍)", value) if piece]
    return value.split(" ") if column == "rest" else [value]


def _written(column: str, piece: str, text: str) -> bool:
    """Is this part of a label in the text, allowing for width, script, numerals and the suffix of a bare division?"""
    plain = _plain(text)
    found = {plain, re.sub(r"[^\w]", "", plain)}
    if column in NUMBERED:
        found |= {_in_digits(shown) for shown in found}
    if column in DIVISIONS:
        piece = piece.removesuffix(DIVISIONS[column])
    return any(_plain(piece) in shown or re.sub(r"[^\w]", "", _plain(piece)) in shown for shown in found)


def _tags() -> set[str]:
    section = (CORPUS / "README.md").read_text(encoding="utf-8").split("## Traps")[1]
    return {tag.strip() for line in section.splitlines() if line.startswith("| ") for tag in line.split("|")[1].split(",")} - {"tag"}


def test_there_are_enough_strings():
    assert len(ROWS) >= 1000


def test_every_file_has_the_same_columns():
    for path in CORPUS.glob("*.csv"):
        assert path.read_text(encoding="utf-8").splitlines()[0].split(",") == COLUMNS, path.name


def test_no_text_is_labelled_twice():
    seen: dict[str, str] = {}
    for place, row in ROWS:
        assert row["text"] not in seen, f"{place} repeats {seen[row['text']]}"
        seen[row["text"]] = place


@pytest.mark.parametrize("column", LABELS)
def test_every_label_is_written_in_its_text(column):
    for place, row in ROWS:
        value = row[column]
        if column == "floor" and value.startswith("-"):
            assert any(sign in _plain(row["text"]) for sign in BELOW_GROUND), place
        elif column == "floor" and value == "1" and "首" in _plain(row["text"]):
            continue
        else:
            assert all(_written(column, piece, row["text"]) for piece in _pieces(column, value)), f"{place} {column} {value!r}"


def test_labels_are_simplified_half_width_and_upper_case():
    for place, row in ROWS:
        for column in LABELS:
            value = row[column]
            assert value == value.strip() == unicodedata.normalize("NFKC", value).upper(), f"{place} {column} {value!r}"


def test_numbered_parts_are_letters_digits_commas_and_hyphens():
    for place, row in ROWS:
        for column in NUMBERED:
            assert re.fullmatch(r"[\w,-]*", row[column]), f"{place} {column} {row[column]!r}"


def test_every_trap_is_explained_and_every_row_has_one():
    tags = _tags()
    for place, row in ROWS:
        traps = row["traps"].split()
        assert traps and set(traps) <= tags, f"{place} {set(traps) - tags}"


def test_every_explained_trap_occurs():
    assert _tags() == {tag for _, row in ROWS for tag in row["traps"].split()}


def test_what_is_no_address_has_no_labels_below_the_city():
    for place, row in ROWS:
        if "negative" in row["traps"].split():
            assert not any(row[column] for column in LABELS if column not in ("province", "city", "rest")), place


def test_a_label_that_is_not_written_is_seen():
    assert not _written("road", "前进二路", "深圳市宝安区前进一路3号")
    assert not _written("floor", "13", "三楼")
    assert _written("floor", "23", "二十三楼")
    assert _written("district", "宝安区", "寶安西鄉")
