"""How the text of a cell is read: numbers, days, and what may be repeated."""

import pytest

from gridgeo.ingest import words
from tests.ingest.addresses_making import ONE


@pytest.mark.parametrize("text", ["前进一路", "107国道1234567", "档案2015-0601", "2015060112"])
def test_numbers_that_are_nobodys_are_text(text):
    assert words.plain(text).value == text


@pytest.mark.parametrize("text", [ONE, f"{ONE}000001", "113.0051234, 22.8951234", "2010-02-30", "5楼", "38500000.25, 2500000.5"])
def test_codes_coordinates_and_days_are_repeated(text):
    assert words.repeatable(text) == text


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (words.floor, "五楼", 5),
        (words.floor, "地下一层", -1),
        (words.floor, "B2", -2),
        (words.floor, "12.0", 12),
        (words.storeys, "30层", 30),
        (words.area, "1,234.5㎡", 1234.5),
        (words.area, "８８", 88),
    ],
)
def test_numbers_are_read_as_people_write_them(read, text, value):
    assert read(text).number == value


@pytest.mark.parametrize("text", ["2015-06-01", "2015/6/1", "20150601", "2015年6月1日", "2015-06-01 00:00:00", "２０１５.6.1"])
def test_days_are_read_as_people_write_them(text):
    assert words.day(text).value == "2015-06-01"


@pytest.mark.parametrize("text", ["1.6.2015", "2015", "2015-13-01", "0001-01-01", "42000", "99999999"])
def test_what_is_no_day_is_said(text):
    assert words.day(text).fault == "bad-date"
