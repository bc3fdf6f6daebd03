"""Working time by a clock that is looked at every minute, and what the law says of days."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInput
from gridgeo.moments import CHINA
from gridgeo.worktime import reading, rules
from gridgeo.worktime.model import Amount, Calendar, Day, Unit

MINUTE = timedelta(minutes=1)
_BEGIN = datetime(2025, 12, 29, tzinfo=CHINA)
_SPAN = 21 * 1440


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@st.composite
def calendars(draw) -> Calendar:
    """Any weekdays, one to three spans of hours (midnight may be an end), any holidays and shifted workdays within three weeks."""
    ends = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=6)))
    ends = ends[: len(ends) // 2 * 2]
    spans = tuple((_time(a), _time(b)) for a, b in zip(ends[::2], ends[1::2], strict=True))
    days = draw(st.dictionaries(st.integers(0, 20).map(lambda n: _BEGIN.date() + timedelta(n)), st.booleans(), max_size=8))
    weekdays = draw(st.frozensets(st.integers(1, 7), min_size=1))
    return Calendar("tried", weekdays, spans, {day: Day(working, "x") for day, working in days.items()})


def _time(minute: int) -> time:
    return time.max if minute == 1440 else time(*divmod(minute, 60))


def worked(calendar: Calendar) -> list[bool]:
    """For each minute whether it is worked in: asked of the clock on the wall."""

    def of(moment: datetime) -> bool:
        return calendar.works(moment.date()) and any(a <= moment.time() < b for a, b in calendar.hours)

    return [of(_BEGIN + n * MINUTE) for n in range(_SPAN)]


@settings(max_examples=40)
@given(calendars(), st.lists(st.tuples(st.integers(0, _SPAN - 1), st.integers(1, 3000)), min_size=1, max_size=20))
def test_working_time_is_what_a_clock_counts_minute_by_minute(calendar, asked):
    minutes = worked(calendar)
    for start, amount in asked:
        left, now = amount, start
        while left and now < _SPAN:
            left -= minutes[now]
            now += 1
        if not left:
            end = rules.add(calendar, _BEGIN + start * MINUTE, amount)
            assert end == _BEGIN + now * MINUTE
            assert rules.between(calendar, _BEGIN + start * MINUTE, end) == amount
        until = min(start + amount, _SPAN)
        assert rules.between(calendar, _BEGIN + start * MINUTE, _BEGIN + until * MINUTE) == sum(minutes[start:until])


@settings(max_examples=40)
@given(calendars(), st.integers(0, _SPAN // 2), st.integers(0, 5000), st.lists(st.integers(1, 4000), min_size=2, max_size=2))
def test_a_pause_counts_off_what_a_clock_that_stands_still_does_not_count(calendar, start, amount, pause):
    """The clock minute by minute, which is stopped in the pause."""
    minutes = worked(calendar)
    paused, resumed = start + pause[0], start + sum(pause)
    left, now = amount + 1, start
    while left and now < _SPAN:
        left -= minutes[now] and not paused <= now < resumed
        now += 1
    if left:
        return
    start, paused, resumed = (_BEGIN + n * MINUTE for n in (start, paused, resumed))
    end = rules.due(Amount(amount + 1, Unit.MINUTE, "tried"), calendar, start, [(paused, resumed)])
    assert end == _BEGIN + now * MINUTE


@settings(max_examples=40)
@given(calendars(), st.lists(st.tuples(st.integers(0, _SPAN * 60), st.integers(0, 5000)), min_size=1, max_size=30))
def test_many_at_once_are_as_one_after_the_other(calendar, asked):
    """To the second, from any moment."""
    starts = rules.micros(_BEGIN + timedelta(seconds=second) for second, _ in asked)
    amounts = np.array([amount for _, amount in asked])
    ends = rules.moments(rules.add_many(calendar, starts, amounts))
    assert ends == [rules.add(calendar, start, amount) for start, amount in zip(rules.moments(starts), amounts, strict=True)]
    assert all(end >= start for start, end in zip(rules.moments(starts), ends, strict=True))


DUE = [
    ("within the hours", "2026-11-18T09:30", 60, "minute", "2026-11-18T10:30"),
    ("over noon", "2026-11-18T11:30", 1, "hour", "2026-11-18T14:30"),
    ("to the end of the hours, and not to the next", "2026-11-18T17:00", 1, "hour", "2026-11-18T18:00"),
    ("from the night", "2026-11-18T23:00", 1, "hour", "2026-11-19T10:00"),
    ("over a weekend", "2026-11-20T17:30", 1, "hour", "2026-11-23T09:30"),
    ("over the Spring Festival, and its Saturday", "2026-02-13T17:30", 2, "hour", "2026-02-14T10:30"),
    ("from that Saturday over nine days", "2026-02-14T17:30", 1, "hour", "2026-02-24T09:30"),
    ("a Wednesday of its own in 2025", "2024-12-31T17:30", 1, "hour", "2025-01-02T09:30"),
    ("a day: not the first, to the end of business", "2026-11-18T09:30", 1, "day", "2026-11-19T18:00"),
    ("a day from a Saturday", "2026-11-21T12:00", 1, "day", "2026-11-23T18:00"),
    ("five days over the National Day", "2026-09-30T10:00", 5, "day", "2026-10-13T18:00"),
]


@pytest.mark.parametrize("start, amount, unit, end", [case[1:] for case in DUE], ids=[case[0] for case in DUE])
def test_in_the_working_time_of_china(start, amount, unit, end):
    assert rules.due(Amount(amount, Unit(unit), "china"), reading.china(), at(start)) == at(end)


@pytest.mark.parametrize("unit, end", [("minute", "2026-11-20T17:32"), ("hour", "2026-11-20T19:30"), ("day", "2026-11-22T17:30")])
def test_time_as_it_goes_by_knows_no_weekend(unit, end):
    assert rules.due(Amount(2, Unit(unit)), None, at("2026-11-20T17:30")) == at(end)


def test_what_paused_after_it_was_due_stays_due():
    end = at("2026-11-18T10:00")
    assert rules.moved_on(reading.china(), end, at("2026-11-18T10:00"), at("2026-11-25T10:00")) == end
    assert rules.moved_on(None, end, at("2026-11-18T09:00"), at("2026-11-19T09:00")) == at("2026-11-19T10:00")


def test_no_time_at_all_is_now():
    saturday = at("2026-11-21T12:00")
    assert rules.add(reading.china(), saturday, 0) == saturday


@pytest.mark.parametrize("start, minutes", [("1999-12-31T12:00", 1), ("2100-01-01T12:00", 1), ("2099-12-31T17:00", 600)])
def test_beyond_the_years_nothing_is_reckoned(start, minutes):
    with pytest.raises(InvalidInput):
        rules.add(reading.china(), at(start), minutes)


@pytest.mark.parametrize("text", ["", "09:00", "12:00-09:00", "09:00-12:00,11:00-14:00", "nine-ten"])
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(InvalidInput):
        rules.checked(Calendar("x", frozenset((1,)), rules.hours(text), {}))


def test_days_never_worked_on_are_no_calendar():
    with pytest.raises(InvalidInput):
        rules.checked(Calendar("x", frozenset(), reading.HOURS, {}))


def test_the_calendar_of_china_has_the_days_that_were_announced():
    """Days off and shifted workdays a year, as the notices give them; each shifted workday is a Saturday or Sunday."""
    days = reading.china().days
    count = {year: (sum(not one.working for one in of), sum(one.working for one in of)) for year, of in _by_year(days).items()}
    assert count == {2024: (28, 8), 2025: (28, 5), 2026: (33, 6), 2027: (13, 0)}
    assert all(day.isoweekday() > 5 for day, one in days.items() if one.working)
    assert {day.year for day, one in days.items() if not one.certain} == {2027}


def _by_year(days):
    return {year: [one for day, one in days.items() if day.year == year] for year in {day.year for day in days}}


@pytest.mark.parametrize("year, working_days", [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_its_working_days(year, working_days):
    """Weekdays less holidays on weekdays plus shifted workdays."""
    china = reading.china()
    assert sum(china.works(date(year, 1, 1) + timedelta(n)) for n in range(366 if year == 2024 else 365)) == working_days


def test_other_days_take_the_place_of_a_year_alone():
    merged = rules.merged(reading.china(), {date(2027, 1, 1): Day(False, "元旦")})
    assert [day for day in merged.days if day.year == 2027] == [date(2027, 1, 1)]
    assert {day for day in reading.china().days if day.year != 2027} < set(merged.days)


def test_rows_that_are_no_days_are_issues():
    rows = [
        {"日期": "2026-10-01", "上班": "放假", "名称": "国庆节"},
        {"day": "2026-10-01", "working": "no", "name": "again"},
        {"day": "1.10.2026", "working": "no", "name": "x"},
        {"day": "2026-10-02", "working": "perhaps", "name": "x"},
        {"day": "2026-10-03", "working": "no"},
    ]
    days, found = reading.read(rows, "days.csv")
    assert days == {date(2026, 10, 1): Day(False, "国庆节", True, "days.csv")}
    assert [(issue.code, issue.row) for issue in found] == [("duplicate-day", 2), ("bad-day", 3), ("bad-working", 4), ("nameless-day", 5)]


def test_moments_of_any_zone_are_the_same_moment():
    start = at("2026-11-18T11:30")
    assert rules.add(reading.china(), start.astimezone(UTC), 60) == at("2026-11-18T14:30")
