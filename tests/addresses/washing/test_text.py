"""Names and numbered parts have keys they are compared by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.addresses.washing import text

ANY = st.text() | st.text("第一二三十百零〇0123AB号栋单元层楼室路街-~、,之 至地下负區號樓ａｂ１２", max_size=12)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("前進一路", "前进1路"),
        ("前进１路", "前进1路"),
        ("第3工业区", "3工业区"),
        ("黄埔第二工业区", "黄埔2工业区"),
        ("七星广场", "七星广场"),
        ("深业·泰然（一期）", "深业泰然1期"),
        ("coco park", "COCOPARK"),
        ("翠岗六区", "翠岗6区"),
        ("万象城", "万象城"),
        ("三巷", "3巷"),
        ("二十三号大院", "23号大院"),
        ("乾龙大厦", "乾龙大厦"),
        ("", None),
        (None, None),
        ("——", None),
    ],
)
def test_a_name_has_one_key_however_it_is_written(name, key):
    assert text.key(name) == key


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("第三单元", "3"),
        ("3栋", "3"),
        ("三號樓", "3"),
        ("1006号", "1006"),
        ("1006号之二", "1006-2"),
        ("1006－2", "1006-2"),
        ("0369号", "369"),
        ("12a", "12A"),
        ("Ｂ座", "B"),
        ("东座", "东"),
        ("研发大楼", "研发大楼"),
        ("1601至1602室", "1601-1602"),
        ("701、702室", "701,702"),
        ("701室,702室", "701,702"),
        ("地下一层", "-1"),
        ("负2楼", "-2"),
        ("3A08", "3A08"),
        ("0", "0"),
        ("十二", "12"),
        ("一〇一", "101"),
        ("-1", "-1"),
        ("主楼", "主楼"),
        ("", None),
        (None, None),
        ("#", None),
    ],
)
def test_a_numbered_part_has_one_key_however_it_is_written(label, key):
    assert text.number_key(label) == key


@given(ANY)
def test_keys_of_keys_are_the_same(given):
    for make in (text.key, text.number_key):
        once = make(given)
        assert make(once) == once
