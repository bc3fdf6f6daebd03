"""Rates are of the cases due; sums by month and facts tell the same, whatever is asked."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

import pytest

from gridgeo.access import rules
from gridgeo.access import store as access
from gridgeo.errors import InvalidInput
from gridgeo.events import counts, statistics
from gridgeo.events.statistics import Asked, By, Numbers
from gridgeo.moments import CHINA
from tests.events import counted
from tests.objects.making import LIGHTS, PARKS

NOW = datetime(2026, 7, 15, 12, tzinfo=CHINA)

#: From where months are whole, and where days are added to them, or taken off: at the beginning, in the end, and of one month alone.
PERIODS = (
    (date(2026, 2, 25), date(2026, 7, 10)),
    (date(2026, 3, 1), date(2026, 5, 1)),
    (date(2026, 2, 10), date(2026, 4, 21)),
    (date(2026, 3, 4), date(2026, 3, 30)),
    (date(2026, 3, 20), date(2026, 3, 28)),
    (date(2026, 1, 1), date(2027, 1, 1)),
    (date(2026, 7, 1), date(2026, 7, 16)),
)


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CHINA)


@pytest.fixture
def city(conn):
    edition_id, units = counted.ground(conn)
    return edition_id, units, counted.classes(conn)


def _known_month() -> list[dict]:
    """A month of a real city: 996 filed, 972 of them due in it, 911 of these closed, 737 in time."""
    filed = {"stage": "dispatched", "reported_at": at(3, 2), "filed_at": at(3, 2), "due_at": at(3, 20)}
    in_time = {**filed, "stage": "closed", "closed_at": at(3, 10)}
    late = {**filed, "stage": "closed", "closed_at": at(4, 2)}
    not_due = {**filed, "due_at": at(4, 5)}
    return [in_time] * 737 + [late] * (911 - 737) + [filed] * (972 - 911) + [not_due] * (996 - 972)


def test_the_rates_of_a_real_month_come_out_as_it_told_them(conn, city):
    edition_id = city[0]
    counted.put(conn, edition_id, _known_month())
    for _ in range(2):
        found = statistics.numbers(conn, Asked(edition_id, date(2026, 3, 1), date(2026, 4, 1)), now=NOW)[""]
        assert (found.filed, found.due, found.closed, found.on_time) == (996, 972, 911, 737)
        assert (found.closing_rate, found.on_time_rate) == (93.72, 75.82)
        assert (found.open, found.overdue) == (996 - 911, 996 - 911)
        counts.fold(conn)


def test_the_year_of_a_real_district_comes_out_as_it_told_it():
    assert round(89_430 * (100 - 99.78) / 100) == 197
    assert statistics.rate(89_430 - 197, 89_430) == 99.78
    assert statistics.growth(89_430, 51_527) == 73.56


def test_of_nothing_there_is_no_rate(conn, city):
    found = statistics.numbers(conn, Asked(city[0], date(2026, 3, 1), date(2026, 4, 1)))[""]
    assert found == Numbers()
    assert {getattr(found, name) for name in statistics.RATES} == {None}
    assert statistics.growth(5, 0) is None


@pytest.mark.parametrize(
    ("row", "due", "reported"),
    [
        ({"stage": "dispatched"}, 1, 1),
        ({"stage": "rejected"}, 0, 1),
        ({"stage": "dispatched", "paused_at": at(3, 5)}, 0, 1),
        ({"stage": "dispatched", "due_at": at(7, 15, 13)}, 0, 1),
        ({"stage": "dispatched", "due_at": at(7, 15, 11)}, 1, 1),
    ],
)
def test_what_is_rejected_stands_still_or_is_due_later_is_not_due(conn, city, row, due, reported):
    counted.put(conn, city[0], [{"reported_at": at(3, 1), "filed_at": at(3, 2), "due_at": at(3, 20), **row}])
    found = statistics.numbers(conn, Asked(city[0], date(2026, 1, 1), date(2027, 1, 1)), now=NOW)[""]
    assert (found.due, found.reported) == (due, reported)


def test_what_was_merged_counts_once(conn, city):
    first = counted.put(conn, city[0], [{"stage": "filed", "filed_at": at(3, 2), "due_at": at(3, 3)}])[0]
    counted.put(conn, city[0], [{"stage": "merged", "merged_into": first, "filed_at": at(3, 2), "due_at": at(3, 3)}])
    found = statistics.numbers(conn, Asked(city[0], date(2026, 3, 1), date(2026, 4, 1)), now=NOW)[""]
    assert (found.reported, found.merged, found.filed, found.due) == (2, 1, 1, 1)


def _mixed(city) -> list[dict]:
    """Sixty events in all places, classes, channels, of both departments, over five months."""
    _, units, kinds = city
    lowest = [unit for code, unit in units.items() if len(code) == 14]
    rows = []
    places = itertools.product([*lowest, None], [*kinds, None], ("hotline", "inspector"), (LIGHTS, PARKS, None))
    for number, (unit, kind, channel, of) in enumerate(places):
        begun = at(2, 20) + timedelta(days=number * 2)
        row = {"unit": unit, "class_id": kind, "channel": channel, "department_code": of, "reported_at": begun, "filed_at": begun}
        row |= {"due_at": begun + timedelta(days=10), "bounces": number % 3, "stage": "dispatched"}
        if number % 4:
            row |= {"stage": "closed", "closed_at": begun + timedelta(days=number % 17), "stars": number % 5 + 1}
            row |= {"responded_at": begun + timedelta(hours=number)}
        rows.append(row)
    return rows


def test_sums_tell_what_facts_tell_whatever_is_asked(conn, city, monkeypatch):
    edition_id, units, kinds = city
    counted.put(conn, edition_id, _mixed(city))
    lowest = {code: unit for code, unit in units.items() if len(code) == 14}
    parent_of = {unit: units[code[:12]] for code, unit in lowest.items()}
    some = dict(itertools.islice(parent_of.items(), 1))
    filters = [
        *({}, {"classes": kinds[:1]}, {"channels": ["hotline"]}, {"departments": [LIGHTS]}, {"units": list(parent_of)}),
        {"units": list(some), "classes": kinds},
        {"units": [*parent_of, 0], "channels": ["inspector"], "departments": [PARKS, ""]},
    ]
    periods = itertools.cycle(PERIODS)
    for fold in (False, True):
        if fold:
            assert counts.fold(conn) > 0
            assert counts.fold(conn) == 0
        for by, given in itertools.product(By, filters):
            if by is not By.DAY:
                asked = Asked(edition_id, *next(periods), **given)
                told = statistics.numbers(conn, asked, by, now=NOW)
                with monkeypatch.context() as only:
                    only.setattr(statistics, "_part_for", lambda *_: (None, None, None))
                    only.setattr(rules, "FEW", 0)
                    assert told == statistics.numbers(conn, asked, by, now=NOW), (by, given)
    by_unit = statistics.numbers(conn, Asked(edition_id, date(2026, 2, 1), date(2026, 7, 1)), By.UNIT, parent_of, NOW)
    assert set(by_unit) == set(parent_of.values())
    together = statistics.numbers(conn, Asked(edition_id, date(2026, 2, 1), date(2026, 7, 1), units=list(parent_of)), now=NOW)[""]
    assert sum(by_unit.values(), Numbers()) == together


@pytest.mark.parametrize(
    ("begin", "end", "months", "days"),
    [
        ((3, 1), (5, 1), ((3, 1), (5, 1)), []),
        ((2, 25), (6, 10), ((3, 1), (6, 1)), [((2, 25), (3, 1), 1), ((6, 1), (6, 10), 1)]),
        ((2, 4), (4, 28), ((2, 1), (5, 1)), [((2, 1), (2, 4), -1), ((4, 28), (5, 1), -1)]),
        ((1, 1), (12, 1), ((1, 1), (8, 1)), [((7, 15, 12), (8, 1), -1)]),
        ((3, 20), (3, 28), None, [((3, 20), (3, 28), 1)]),
        ((7, 14), (7, 16), None, [((7, 14), (7, 15, 12), 1)]),
    ],
)
def test_days_are_added_to_whole_months_or_taken_off_whichever_are_fewer(begin, end, months, days):
    spans = statistics._Spans.of(Asked(1, date(2026, *begin), date(2026, *end)), True, NOW)
    assert spans.months == (months and tuple(date(2026, *one) for one in months))
    told = [(datetime(2026, *since, tzinfo=CHINA), datetime(2026, *until, tzinfo=CHINA), times) for since, until, times in days]
    assert spans.days == told


def test_days_are_those_of_china_and_told_one_by_one_for_a_season(conn, city):
    counted.put(conn, city[0], [{"reported_at": at(3, 2, 7)}, {"reported_at": at(3, 2, 23)}, {"reported_at": at(3, 3, 0)}])
    found = statistics.numbers(conn, Asked(city[0], date(2026, 3, 1), date(2026, 4, 1)), By.DAY, now=NOW)
    assert {day: one.reported for day, one in found.items()} == {"2026-03-02": 2, "2026-03-03": 1}
    with pytest.raises(InvalidInput):
        statistics.numbers(conn, Asked(city[0], date(2026, 1, 1), date(2026, 12, 1)), By.DAY)
    with pytest.raises(InvalidInput):
        statistics.numbers(conn, Asked(city[0], date(2026, 3, 1), date(2026, 3, 1)))


def test_a_year_before_leap_day_is_the_first_of_march():
    asked = Asked(1, date(2028, 2, 1), date(2028, 2, 29))
    assert (asked.year_before().begin, asked.year_before().end) == (date(2027, 2, 1), date(2027, 3, 1))


def test_the_smallest_sums_are_read_that_tell_apart_what_is_asked(conn, city):
    edition_id, units, kinds = city
    lowest = {code: unit for code, unit in units.items() if len(code) == 14}
    near = {unit: units[code[:12]] for code, unit in lowest.items()}
    far = {unit: units[code[:9]] for code, unit in lowest.items()}
    period = edition_id, date(2026, 2, 1), date(2026, 7, 1)
    community = [unit for unit, above in near.items() if above == min(near.values())]
    asked = {
        "all": (Asked(*period), By.MONTH, None),
        "class": (Asked(*period, classes=kinds), By.CLASS, None),
        "department": (Asked(*period), By.DEPARTMENT, None),
        "channel": (Asked(*period), By.CHANNEL, None),
        "whole": (Asked(*period, classes=kinds), By.DEPARTMENT, None),
        "kind": (Asked(*period, classes=kinds), By.CHANNEL, None),
        "far": (Asked(*period, units=list(far)), By.UNIT, far),
        "near": (Asked(*period, units=community), By.ALL, None),
        "area": (Asked(*period, units=list(far), classes=kinds), By.UNIT, far),
        "way": (Asked(*period, units=list(far), channels=["hotline"]), By.ALL, None),
        "unit": (Asked(*period), By.UNIT, None),
        None: (Asked(*period, units=list(far), classes=kinds, channels=["hotline"]), By.ALL, None),
    }
    assert {part: statistics._part_for(conn, *given)[0] for part, given in asked.items()} == {part: part for part in asked}
    assert statistics._part_for(conn, Asked(*period, units=list(near)), By.UNIT, near)[0] == "near"


def test_who_has_a_community_alone_is_told_from_sums_what_its_events_tell(conn, city):
    edition_id, units, _ = city
    counted.put(conn, edition_id, _mixed(city))
    counts.fold(conn)
    under = [unit for code, unit in units.items() if len(code) == 14 and code.startswith("999901001001")]
    asked = Asked(edition_id, date(2026, 2, 1), date(2026, 7, 1), units=under)
    whole = statistics.numbers(conn, asked, now=NOW)
    with conn.cursor() as cur:
        cur.execute("SET LOCAL ROLE gridgeo_reader")
    access.see(conn, rules.written(under))
    assert statistics._part_for(conn, asked, By.ALL, None)[0] == "near"
    assert statistics.numbers(conn, asked, now=NOW) == whole and whole[""].reported
    access.see(conn, rules.written(under[:1]))
    assert statistics.numbers(conn, asked, now=NOW)[""].filed < whole[""].filed or len(under) == 1
