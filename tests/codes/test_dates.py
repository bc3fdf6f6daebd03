from datetime import date

import pytest

from gridgeo.codes import dates
from gridgeo.errors import InvalidCode


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("20240229", "2024-02-29", "2024-02-29"),
        ("202402**", "2024-02-01", "2024-02-29"),
        ("2024****", "2024-01-01", "2024-12-31"),
        ("202*****", "2020-01-01", "2029-12-31"),
        ("20******", "2000-01-01", "2099-12-31"),
        ("２０２４－０３－＊＊", "2024-03-01", "2024-03-31"),
    ],
)
def test_a_starred_date_spans_what_it_leaves_open(text, first, last):
    parts = dates.FAMILY.parse(text).parts
    assert (parts["first"], parts["last"]) == (first, last)


def test_of_a_date_nobody_knows_nothing_is_said():
    assert dict(dates.FAMILY.parse("********").parts) == {}


def test_what_is_built_has_stars_for_what_is_unknown():
    assert [dates.build(), dates.build(2024), dates.build(2024, 3), dates.build(2024, 3, 5)] == [
        "********",
        "2024****",
        "202403**",
        "20240305",
    ]


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2023, 2, 29), (2024, 13, None), (2024, None, 5), (None, 3, 5), (0, None, None), (12345, 1, 1)]
)
def test_no_day_is_built_that_cannot_be(year, month, day):
    with pytest.raises(InvalidCode):
        dates.build(year, month, day)


@pytest.mark.parametrize("text", ["2024031", "2024031*", "*0240315", "2*******", "20240*15", "2024AB**", "20241301", "00000101"])
def test_what_is_no_such_date_is_refused(text):
    assert dates.FAMILY.judge(text).outcome == "invalid"


def test_today_is_a_day_in_china():
    assert isinstance(dates.today(), date)
