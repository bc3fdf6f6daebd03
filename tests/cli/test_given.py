"""What people type is understood as they mean it; what they read stands in columns."""

from datetime import UTC

import pytest

from gridgeo.cli import given
from gridgeo.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "hour", "day"),
    [("2024-06-01", 16, 31), ("2024-06-01T08:00", 0, 1), ("2024-06-01T08:00:00Z", 8, 1), ("2024-06-01T08:00:00+08:00", 0, 1)],
)
def test_a_moment_without_a_zone_is_chinas(text, hour, day):
    moment = given.moment("--at", text).astimezone(UTC)
    assert (moment.day, moment.hour) == (day, hour)


def test_now_is_left_to_the_database():
    assert given.moment("--at", "now") is None
    assert given.moment("--at", None) is None


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01", "2024-02-30", "20240", "2024-01-01/2024-02-01"])
def test_what_is_no_moment_names_the_option(text):
    with pytest.raises(InvalidInput, match="--at"):
        given.moment("--at", text)


def test_columns_line_up_though_chinese_is_twice_as_wide():
    lines = given.table(("name", "units"), [("宝安区", 4833), ("a", None), ("long name", 12)])
    assert lines == ["name       units", "宝安区     4,833", "a", "long name     12"]
