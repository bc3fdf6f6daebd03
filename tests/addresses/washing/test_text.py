"""Text is brought to one form, step by step; names and numbered parts have keys they are compared by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.addresses.washing import text, tidying
from gridgeo.addresses.washing.text import ALL, LIMIT, Step, normalise

LABELS = st.text() | st.text("第一二三十百零〇0123AB号栋单元层楼室路街-~、,之 至地下负區號樓ａｂ１２", max_size=12)
ADDRESSES = st.text() | st.text(
    "深圳市宝安区广东省第一二三十〇0123AbF号栋幢座#单元层楼室房路街巷-~/、，,;；.()（）[]之 至\n地下负區號樓ａ１至。", max_size=24
)


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
        ("D3栋B座", "D3-B"),
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


@given(LABELS)
def test_keys_of_keys_are_the_same(given):
    for make in (text.key, text.number_key):
        once = make(given)
        assert make(once) == once


def test_keys_of_many_are_the_keys_of_each():
    assert text.keys(["前进一路", None]) == {"前进一路": "前进1路", None: None}
    assert text.number_keys(["3栋"]) == {"3栋": "3"}


@pytest.mark.parametrize(
    ("step", "written", "plain"),
    [
        (Step.WIDTH, "Ａ座１２０１", "A座1201"),
        (Step.WIDTH, "宝\u200b安\u202e区", "宝安区"),
        (Step.SCRIPT, "寶安區沙井鎮", "宝安区沙井镇"),
        (Step.CASE, "neo大厦", "NEO大厦"),
        (Step.NOISE, "工作地点:深圳市", "深圳市"),
        (Step.ORDER, "501室,3栋,碧海富通城,宝安区,深圳市", "深圳市,宝安区,碧海富通城,3栋,501室"),
        (Step.SEPARATORS, "宝安区 西乡街道", "宝安区西乡街道"),
        (Step.SEPARATORS, "深圳软件园【二期】", "深圳软件园二期"),
        (Step.SEPARATORS, "701、702室", "701,702室"),
        (Step.SEPARATORS, "13~14楼", "13-14楼"),
        (Step.SPELLING, "3单园501", "3单元501"),
        (Step.SPELLING, "3懂2搂", "3栋2楼"),
        (Step.NUMERALS, "七星广场第十二栋三楼", "七星广场12栋3楼"),
        (Step.NUMERALS, "五-六楼", "5-6楼"),
        (Step.SYNONYMS, "3#4层", "3栋4楼"),
        (Step.SYNONYMS, "宝龙二路103#", "宝龙二路103号"),
        (Step.DOUBLED, "广东省深圳市广东省深圳市宝安区", "广东省深圳市宝安区"),
    ],
)
def test_each_step_does_its_own_and_can_be_left_out(step, written, plain):
    assert normalise(written, step).text == plain
    assert normalise(written, ALL & ~step).text != plain


def test_names_keep_their_numerals():
    assert normalise("宝安区前进一路七星广场一期").text == "宝安区前进一路七星广场一期"


def test_each_change_is_told_with_what_was_and_where():
    edits = normalise("寶安區第三栋").edits
    assert [(edit.step, edit.before, edit.after, edit.at) for edit in edits] == [
        (Step.SCRIPT, "寶", "宝", 0),
        (Step.SCRIPT, "區", "区", 2),
        (Step.NUMERALS, "第三", "3", 3),
    ]


def test_nothing_changes_where_nothing_is_wrong():
    assert normalise("深圳市宝安区西乡街道固戍社区前进一路1006号碧海富通城3栋2单元501").edits == ()


@given(ADDRESSES)
def test_normalising_twice_changes_nothing_more(written):
    once = normalise(written).text
    assert normalise(once).text == once


@pytest.mark.parametrize(
    "garbage", ["", None, "\x00\x01", "🏠" * 50, "\u202e\u202d", "((((((", "-" * 400, "\ud800", "ﷺ" * 100, "号" * 10_000]
)
def test_garbage_is_normalised_within_the_limit(garbage):
    assert len(normalise(garbage).text) <= LIMIT


def test_what_is_beyond_the_limit_is_cut_and_told():
    edits = normalise("深" * (LIMIT + 7)).edits
    assert [(edit.step, len(edit.before), edit.at) for edit in edits] == [(Step.LENGTH, 7, LIMIT)]


PIECES = (
    *"0123AF一三十〇号栋幢座楼层室房铺元单梯第之至到和及是搂懂东首#(),-~ ;",
    *("单园", "丹元", "号楼", "楼层", "RM", "深圳市", "深圳", "广东省", "广东", "宝安区", "西乡街道", "翠岗路"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_whatever_a_step_would_change_is_told_by_the_quick_look_before_it(given):
    looks = (
        (tidying.MAY_MISSPELL, [pattern for _, pattern, _ in tidying.SPELLING]),
        (tidying.MAY_COUNT, [tidying.WRITTEN]),
        (tidying.MAY_DIFFER, [pattern for _, pattern, _ in tidying.SYNONYMS]),
        (tidying.MAY_DOUBLE, [pattern for _, pattern, _ in tidying.DOUBLED]),
    )
    for look, patterns in looks:
        assert look.search(given) or not any(pattern.search(given) for pattern in patterns)


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_a_simple_text_has_no_separator_to_change(given):
    if tidying.SIMPLE.fullmatch(given):
        assert all(pattern.sub(to, given) == given for _, pattern, to in tidying.SEPARATORS)


def test_a_plain_address_needs_no_second_look():
    plain = "广东省深圳市宝安区西乡街道固戍社区航城大道8-1号碧海花园3栋2单元501室"
    assert tidying.SIMPLE.fullmatch(plain)
    assert not tidying.MAY_CHANGE.search(plain)
    assert not tidying.BEGINS_WITH_NOISE.match(plain)
