"""A moment is read by China's clock, whatever the machine's is."""

from datetime import UTC, datetime

from gridgeo import moments

MIDNIGHT = datetime(2024, 5, 31, 16, tzinfo=UTC)


def test_the_day_is_chinas():
    assert moments.day(MIDNIGHT) == "2024-06-01"
    assert moments.day(MIDNIGHT.replace(hour=15, minute=59)) == "2024-05-31"


def test_midnight_in_china_is_shown_as_a_date():
    assert moments.shown(MIDNIGHT) == "2024-06-01"
    assert moments.shown(MIDNIGHT.replace(minute=30)) == "2024-06-01 00:30"
    assert moments.shown(None) == ""
