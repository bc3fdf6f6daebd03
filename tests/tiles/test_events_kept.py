"""Tiles of events that are made of what is kept by place and day are those that are made of the events."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gridgeo.events import cells
from gridgeo.events.shown import Shown
from gridgeo.tiles import events
from tests.events import life
from tests.objects.making import IN_A, city
from tests.tiles.happening import NOW, Happening, put, some
from tests.tiles.making import seeing, tiles_of

_TODAY = cells.midnight(NOW)
_TICK = timedelta(microseconds=1)
_ASKED = (
    Shown(),
    Shown(public=True),
    Shown(states=("closed",)),
    Shown(states=("overdue", "due-soon")),
    Shown(since=_TODAY - timedelta(days=400), until=_TODAY - timedelta(days=17) - _TICK),
    Shown(since=_TODAY - timedelta(days=35), until=_TODAY - timedelta(days=29) - _TICK, public=True),
    Shown(since=_TODAY),
)
#: What befalls an event, whoever writes it.
_WRITES = (
    "UPDATE event SET stage = 'closed', closed_at = now() WHERE stage <> 'merged' AND event_id %% 7 = %(n)s",
    "UPDATE event SET stage = 'dispatched', merged_into = NULL WHERE event_id %% 7 = %(n)s",
    "UPDATE event SET stage = 'rejected', merged_into = NULL WHERE event_id %% 7 = %(n)s",
    "UPDATE event SET due_at = reported_at + interval '9 days', paused_at = NULL WHERE event_id %% 7 = %(n)s",
    "UPDATE event SET paused_at = reported_at WHERE event_id %% 7 = %(n)s",
    "UPDATE event SET point = ST_Translate(point, 0.004, -0.003) WHERE event_id %% 7 = %(n)s",
    "UPDATE event SET point = NULL, located = 'none' WHERE event_id %% 7 = %(n)s AND event_id %% 2 = 0",
    "UPDATE event SET class_id = (SELECT max(class_id) FROM event_class) WHERE event_id %% 7 = %(n)s",
    "UPDATE event SET class_id = NULL WHERE event_id %% 7 = %(n)s",
    "UPDATE event SET reported_at = reported_at - interval '20 days' WHERE event_id %% 7 = %(n)s",
    "UPDATE event SET stars = 3 WHERE event_id %% 7 = %(n)s",
    "UPDATE event_class SET public = NOT public WHERE class_id = (SELECT min(class_id) FROM event_class)",
)


@pytest.fixture
def happened(conn) -> None:
    edition_id, _ = city(conn)
    life.words(conn)
    put(conn, edition_id, [Happening(*IN_A)])
    put(conn, edition_id, some(random.Random(5), 150))


def alike(conn) -> int:
    """How many tiles that hold something were the same either way."""
    met = 0
    for wanted in _ASKED:
        assert wanted.days(NOW) is not None
        one_by_one = replace(wanted, grades=(1, 2, 3, 4))
        assert one_by_one.days(NOW) is None
        for z in (4, 9, 10, 11, 12):
            for at in tiles_of(z):
                body = events.tile(conn, at, wanted, NOW)
                assert body == events.tile(conn, at, one_by_one, NOW), (at, wanted)
                met += bool(body)
    return met


def test_what_is_kept_makes_the_tiles_that_the_events_make_whatever_befalls_them(conn, happened):
    assert alike(conn) > 20
    chance = random.Random(11)
    with conn.cursor() as cur:
        for write in chance.sample(_WRITES, len(_WRITES)):
            cur.execute(write, {"n": chance.randrange(7)})
            if chance.random() < 0.4:
                cells.fold(conn)
            assert cells.false(conn) == 0, write
        assert alike(conn) > 20
        cells.fold(conn)
        assert cells.fold(conn) == 0 and alike(conn) > 20
        cur.execute("SELECT * FROM event_closed_sum WHERE ns <> '{}' ORDER BY 1, 2, 3, 4, 5, 6")
        kept = cur.fetchall()
        cells.refresh(conn)
        cur.execute("SELECT * FROM event_closed_sum ORDER BY 1, 2, 3, 4, 5, 6")
        assert kept == cur.fetchall() != []


def test_what_was_written_past_the_triggers_is_found_and_mended(conn, happened):
    with conn.cursor() as cur:
        for write in (
            "DELETE FROM event_standing WHERE event_id = (SELECT min(event_id) FROM event_standing)",
            "DELETE FROM event_closed_sum WHERE zoom = 15",
        ):
            cur.execute(write)
            assert cells.false(conn) > 0
            cells.refresh(conn)
            assert cells.false(conn) == 0


def test_who_sees_a_part_of_the_city_sees_nothing_of_what_is_kept(conn, happened):
    cells.fold(conn)
    with seeing(conn, "{}"), conn.cursor() as cur:
        for table in ("event_standing", "event_closed_shift", "event_closed_sum"):
            cur.execute(f"SELECT count(*) FROM {table}")
            assert cur.fetchone() == (0,)


@pytest.mark.parametrize("first", [0, 1, 63, 20_413])
@pytest.mark.parametrize("length", [0, 1, 7, 8, 31, 64, 200, 366])
def test_spans_are_the_days_and_few(first, length):
    found = cells.spans(first, first + length)
    days = [day for span, number in found for day in range(span * number, span * (number + 1))]
    assert sorted(days) == list(range(first, first + length))
    assert len(found) <= 14 + 14 + length // 64


def test_whole_days_are_those_of_china():
    since, until = (datetime.fromisoformat(f"2026-11-{day}+08:00") for day in ("01T00:00", "03T23:59:59.999999"))
    first = cells.day_number(since)
    assert cells.days(since, until, NOW) == (first, first + 3)
    assert cells.days(since - _TICK, until, NOW) is cells.days(since, until - _TICK, NOW) is None
    assert cells.days(since, None, NOW)[1] > cells.day_number(NOW)
