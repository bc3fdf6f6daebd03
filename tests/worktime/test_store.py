"""Calendars in the database."""

from dataclasses import replace
from datetime import date

import pytest

from gridgeo.errors import InvalidInput, NotFound
from gridgeo.worktime import reading, rules, store
from gridgeo.worktime.model import Calendar, Day


def test_that_of_china_is_there_before_any_is_loaded(conn):
    assert store.find(conn) is reading.china()
    assert store.names(conn) == ["china"]
    with pytest.raises(NotFound):
        store.find(conn, "rescue")


def test_a_calendar_is_what_was_loaded_last(conn):
    rescue = Calendar("rescue", frozenset(range(1, 8)), rules.hours("00:00-24:00"), {}, "us")
    store.load(conn, rescue)
    found = store.find(conn, "rescue")
    assert (found.weekdays, found.hours, dict(found.days)) == (rescue.weekdays, rescue.hours, {})
    assert store.find(conn, "rescue") is found
    store.load(conn, replace(rescue, days={date(2026, 10, 1): Day(False, "国庆节", True, "us")}))
    assert store.find(conn, "rescue").days == {date(2026, 10, 1): Day(False, "国庆节", True, "us")}
    assert store.names(conn) == ["china", "rescue"]


def test_china_s_may_be_another(conn):
    store.load(conn, rules.merged(reading.china(), {date(2027, 1, 1): Day(True, "none")}))
    assert store.find(conn).works(date(2027, 1, 1))
    assert not store.find(conn).works(date(2026, 10, 1))


def test_what_is_no_calendar_is_not_stored(conn):
    with pytest.raises(InvalidInput):
        store.load(conn, Calendar("never", frozenset(), reading.HOURS, {}))
    assert store.names(conn) == ["china"]
