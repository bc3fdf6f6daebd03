"""Lists of events: one class or several, a page after the other, name the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gridgeo.events import store
from gridgeo.events.model import Where
from tests.events.life import GAS, LAMP, ground, report

BEGUN = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def made(conn):
    """Twelve events of two classes by two channels, three at a time at one moment."""
    ground(conn)
    ways = (("inspector", LAMP), ("hotline", LAMP), ("inspector", GAS))
    return [
        store.find(conn, report(conn, channel=way, class_path=path, reported_at=BEGUN + timedelta(hours=n)).event_id)
        for n in range(4)
        for way, path in ways
    ]


@pytest.mark.parametrize("column", ["class_id", "channel", "department_code"])
def test_one_alone_is_found_as_among_several_and_page_by_page(conn, made, column):
    name = {"class_id": "classes", "channel": "channels", "department_code": "departments"}[column]
    for value in {getattr(one, column) for one in made} - {None} or {"ZZ000009X"}:
        those = sorted(((one.reported_at, one.event_id) for one in made if getattr(one, column) == value), reverse=True)
        expected = [event_id for _, event_id in those]
        nobody = -1 if column == "class_id" else "nobody"
        for asked in (Where(**{name: (value,)}), Where(**{name: (value, nobody)})):
            assert [one.event_id for one in store.listed(conn, asked)] == expected
            paged, after = [], None
            while page := store.listed(conn, asked, after, 2):
                paged += [one.event_id for one in page]
                after = page[-1].reported_at, page[-1].event_id
            assert paged == expected
