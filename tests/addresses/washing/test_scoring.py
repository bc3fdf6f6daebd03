"""Parsed fields are scored against labels, field by field and row by row."""

import pytest

from gridgeo.addresses.washing.scoring import Tally, score
from gridgeo.errors import InvalidInput

RIGHT = {"text": "深圳市宝安区前进一路1006号", "city": "深圳市", "district": "宝安区", "road": "前进1路", "plate": "1006号", "room": ""}


def test_fields_are_alike_when_their_keys_are():
    result = score([RIGHT])
    assert (result.exact, result.total.f1) == (1, 1.0)
    assert result.wrong == []


def test_what_is_found_in_vain_and_what_is_missed_are_told_apart():
    result = score([RIGHT | {"district": "", "room": "501"}])
    assert (result.fields["district"].vain, result.fields["district"].missed) == (1, 0)
    assert (result.fields["room"].vain, result.fields["room"].missed) == (0, 1)
    assert result.exact == 0
    assert result.wrong[0].fields == {"district": ("宝安区", ""), "room": ("", "501")}


def test_another_value_is_both_in_vain_and_missed():
    tally = Tally()
    assert not tally.add("3", "4")
    assert (tally.vain, tally.missed, tally.f1) == (1, 1, 0.0)


def test_only_fields_with_a_column_are_scored():
    assert set(score([{"text": "宝安区", "区": "宝安区"}]).fields) == {"district"}


def test_chinese_headers_are_known():
    row = {"地址": "西乡街道固戍社区科技园前进一路1号碧海富通城3栋2单元5楼501", "街道": "西乡街道", "社区": "固戍社区", "片区": "科技园"}
    row |= {"道路": "前进一路", "门牌": "1", "小区": "碧海富通城", "楼栋": "3", "单元": "2", "楼层": "5", "房号": "501"}
    assert score([row]).exact == 1


def test_the_rest_counts_neither_for_the_total_nor_for_exact_rows():
    result = score([RIGHT | {"rest": "旁边"}])
    assert (result.exact, result.total.f1, result.fields["rest"].missed) == (1, 1.0, 1)


def test_washed_rows_are_counted_by_category():
    result = score([RIGHT, RIGHT], categories=lambda texts: ["A"] * len(texts))
    assert result.categories == {"A": 2}
    assert "A 2" in result.table()


def test_the_table_names_every_field_and_the_exact_rows():
    table = score([RIGHT]).table()
    assert "district" in table and "exact rows 1 of 1 (100.0%)" in table


def test_rows_without_an_address_are_refused():
    with pytest.raises(InvalidInput):
        score([{"区": "宝安区"}])
