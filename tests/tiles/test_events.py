"""Events in tiles: every one that is meant is shown once at every zoom, as it stands, to whoever may see it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from gridgeo.access import rules
from gridgeo.access import store as access
from gridgeo.events import shown as showing
from gridgeo.events.shown import By, Count, Shown
from gridgeo.tiles import events
from gridgeo.tiles.model import EVENTS_FROM, EVENTS_MOST
from tests.events import life
from tests.objects.making import IN_A, city
from tests.tiles.happening import MAJORS, NOW, Happening, put, some
from tests.tiles.making import seeing, tile_at, tiles_of
from tests.tiles.reading import layers

_NAMES = {"open": "o", "due-soon": "s", "overdue": "v", "closed": "c"}
_DAYS = [timedelta(days=n) for n in (0, 10, 45, 365, 800)]


@pytest.fixture
def made(conn):
    """The district with events of all kinds: edition, units by code, classes by path, events by number."""
    edition_id, units = city(conn)
    life.words(conn)
    with conn.cursor() as cur:
        cur.execute("SELECT path, class_id FROM event_class")
        ids = dict(cur.fetchall())
    held = put(conn, edition_id, [Happening(*IN_A)])
    # One on the corner of four tiles of every zoom from 15 on.
    held |= put(conn, edition_id, [*some(random.Random(7), 300), Happening(26671 / 2**15 * 360 - 180, tile_at(*IN_A, 15).bounds[3])])
    return edition_id, units, ids, held


def drawn(conn, z: int, wanted: Shown, make=events.tile) -> dict[str, list]:
    found: dict[str, list] = {}
    for at in tiles_of(z):
        told = layers(make(conn, at, wanted, NOW))
        assert len(told) <= 1
        for layer, features in told.items():
            found.setdefault(layer, []).extend(features)
    return found


def added_up(clusters: list) -> Counter:
    total = Counter()
    for each in clusters:
        assert 0 not in each["properties"].values()
        total.update(each["properties"])
    return total


def expected(those: list[Happening]) -> Counter:
    kinds = [f"m{MAJORS[one.path]}" for one in those if one.path]
    return Counter({"n": len(those)} if those else {}) + Counter(_NAMES[one.state] for one in those) + Counter(kinds)


def random_filter(chance: random.Random, ids: dict[str, int]) -> Shown:
    """A filter that leaves something over, as often as not."""
    since = chance.choice((None, *_DAYS))
    span = {} if since is None else {"since": NOW - since - timedelta(days=1), "until": NOW - since + timedelta(days=15)}

    def few(of) -> tuple | None:
        return chance.choice((None, None, tuple(chance.sample(of, 2))))

    return Shown(
        classes=few(list(ids.values())),
        grades=few([1, 2, 3, 4]),
        states=few(list(_NAMES)),
        stages=few(["dispatched", "rejected", "merged", "closed", "filed"]),
        department=chance.choice((None, None, life.LIGHTS)),
        public=chance.random() < 0.3,
        **span,
    )


def test_tiles_and_counts_show_what_is_meant_and_nothing_else(conn, made):
    edition_id, _, ids, held = made
    chance = random.Random(20261116)
    met = 0
    for wanted in (Shown(), Shown(public=True), Shown(stages=("merged", "rejected")), *(random_filter(chance, ids) for _ in range(12))):
        those = {number: one for number, one in held.items() if one.is_shown(wanted, ids)}
        met += len(those)
        for z in (6, 13, EVENTS_FROM - 1):
            assert added_up(drawn(conn, z, wanted).get("clusters", [])) == expected(list(those.values())), (z, wanted)
        near = drawn(conn, EVENTS_FROM, wanted).get("events", [])
        assert sorted(each["id"] for each in near) == sorted(those), wanted
        for by in By:
            total = Count.total(showing.counts(conn, edition_id, wanted, by, now=NOW).values())
            assert total == count(those.values()), (by, wanted)
    assert met > 300


def count(those) -> Count:
    by = Counter(one.state for one in those)
    return Count(by.total(), by["open"], by["due-soon"], by["overdue"], by["closed"])


def test_near_an_event_says_what_it_is_and_where(conn, made):
    *_, ids, held = made
    of_some = {tile_at(one.lon, one.lat, 17) for one in list(held.values())[:40]}
    for z, tiles in ((EVENTS_FROM, tiles_of(EVENTS_FROM)), (17, of_some)):
        found = [each for at in tiles for each in layers(events.tile(conn, at, Shown(), NOW)).get("events", [])]
        assert len(found) > 5
        for each in found:
            one = held[each["id"]]
            told = {"g": one.grade, "s": one.state, **({"c": ids[one.path]} if one.path else {})}
            assert {name: value for name, value in each["properties"].items() if name != "k"} == told
            assert ("k" in each["properties"]) == (z >= 17)
    at = tile_at(*IN_A, 18)
    (here,) = (each for each in layers(events.tile(conn, at, Shown(), NOW))["events"] if each["id"] == min(held))
    ((x, y),) = here["parts"][0]
    west, south, east, north = at.bounds
    assert (x, y) == pytest.approx(((IN_A[0] - west) / (east - west) * 4096, (north - IN_A[1]) / (north - south) * 4096), abs=1.1)


def test_where_more_lie_than_can_be_told_apart_there_are_clusters_near_too(conn, made):
    edition_id, *_ = made
    at = tile_at(113.0301, 22.8799, 17)
    assert "clusters" not in layers(events.tile(conn, at, Shown(), NOW))
    put(conn, edition_id, [Happening(113.0301, 22.8799, stage="filed")] * (EVENTS_MOST + 1))
    told = layers(events.tile(conn, at, Shown(stages=("filed",)), NOW))
    assert set(told) == {"clusters"} and added_up(told["clusters"])["n"] > EVENTS_MOST


def test_who_is_for_some_units_sees_what_lies_in_them_and_no_more(conn, made):
    edition_id, units, ids, held = made
    mine = [units[code] for code in list(units)[-2:]]
    with conn.cursor() as cur:
        cur.execute("SELECT event_id FROM event_grid WHERE edition_id = %s AND unit_id = ANY(%s)", (edition_id, mine))
        inside = {number for (number,) in cur.fetchall()}
    for wanted in (Shown(), Shown(since=NOW - timedelta(days=800), until=NOW), Shown(states=("overdue",))):
        those = {number: one for number, one in held.items() if number in inside and one.is_shown(wanted, ids)}
        assert 0 < len(those) < len(held)
        with seeing(conn, "{" + ",".join(map(str, mine)) + "}"):
            for make in (events.tile_of_units, events.tile):
                near = drawn(conn, EVENTS_FROM, wanted, make).get("events", [])
                assert {each["id"] for each in near} == set(those)
            assert added_up(drawn(conn, 12, wanted, events.tile_of_units)["clusters"]) == expected(list(those.values()))
            assert drawn(conn, 12, Shown()) == {}, "what is kept is the whole city's, and for whom it is"
            counted = showing.counts(conn, edition_id, wanted, By.UNIT, mine, dict(zip(mine, mine, strict=True)), NOW)
            assert set(counted) == set(mine) and Count.total(counted.values()) == count(those.values())
    with seeing(conn, "{}"):
        assert drawn(conn, EVENTS_FROM, Shown()) == drawn(conn, 8, Shown(), events.tile_of_units) == {}


def test_whoever_names_units_of_others_is_shown_nothing_of_them(conn, made):
    edition_id, units, *_ = made
    mine = [list(units.values())[-1]]
    with conn.cursor() as cur:
        cur.execute("SELECT event_id FROM event_grid WHERE edition_id = %s AND unit_id = ANY(%s)", (edition_id, mine))
        inside = set(cur.fetchall())
        with seeing(conn, "{" + str(mine[0]) + "}"):
            cur.execute("SELECT event_id FROM events_of_units(%s, '-infinity', 'infinity', false)", (list(units.values()),))
            assert set(cur.fetchall()) == inside != set()


def test_a_department_sees_what_it_has_to_do_wherever_it_lies(conn, made):
    *_, held = made
    number = min(held)
    with conn.cursor() as cur:
        cur.execute(
            "INSERT INTO event_task (event_id, task_no, part, department_code, stage, sent_at) VALUES (%s, 1, 'lead', %s, 'open', now())",
            (number, life.LIGHTS),
        )
    with seeing(conn, "{}"):
        access.see_department(conn, life.LIGHTS)
        for make in (events.tile, events.tile_of_units):
            assert [each["id"] for each in drawn(conn, EVENTS_FROM, Shown(), make)["events"]] == [number]


def test_what_changes_is_shown_at_once(conn, made):
    number = min(made[-1])
    at, there = (tile_at(*place, 17) for place in (IN_A, (113.045, 22.885)))

    def states() -> list[str]:
        told = layers(events.tile(conn, at, Shown(), NOW)).get("events", [])
        return [each["properties"]["s"] for each in told if each["id"] == number]

    with conn.cursor() as cur:
        assert states() == ["open"]
        for due, state in ((NOW, "overdue"), (NOW + timedelta(hours=3), "due-soon"), (NOW + timedelta(days=9), "open")):
            cur.execute("UPDATE event SET due_at = %s WHERE event_id = %s", (due, number))
            assert states() == [state]
        cur.execute("UPDATE event SET stage = 'closed', closed_at = %s WHERE event_id = %s", (NOW, number))
        assert states() == ["closed"]
        cur.execute("UPDATE event SET point = ST_SetSRID(ST_MakePoint(113.045, 22.885), 4490) WHERE event_id = %s", (number,))
        assert states() == [] and number in {each["id"] for each in layers(events.tile(conn, there, Shown(), NOW))["events"]}


def test_units_of_no_event_are_told_too_and_what_lies_nowhere_where_no_unit_is_asked_for(conn, made):
    edition_id, *_ = made
    with conn.cursor() as cur:
        cur.execute("SELECT unit_id FROM grid_unit_version WHERE edition_id = %s AND leaf", (edition_id,))
        lowest = [unit_id for (unit_id,) in cur.fetchall()]
    itself = dict(zip(lowest, lowest, strict=True))
    nothing = Shown(since=NOW + timedelta(days=1), until=NOW + timedelta(days=2))
    assert showing.counts(conn, edition_id, nothing, By.UNIT, None, itself, NOW) == dict.fromkeys(lowest, Count())
    put(conn, edition_id, [Happening(113.075, 22.895)])
    before = showing.counts(conn, edition_id, Shown(), By.UNIT, None, itself, NOW)
    everywhere = showing.counts(conn, edition_id, Shown(), By.UNIT, now=NOW)
    assert everywhere[None].n == Count.total(everywhere.values()).n - Count.total(before.values()).n > 0


def test_many_units_are_counted_as_few_are(conn, made, monkeypatch):
    edition_id, units, *_ = made
    asked = [units["99990100100101"], units["99990100100201"], 0]
    told = showing.counts(conn, edition_id, Shown(), By.CLASS, asked, now=NOW)
    monkeypatch.setattr(rules, "FEW", 2)
    assert showing.counts(conn, edition_id, Shown(), By.CLASS, asked, now=NOW) == told
    assert 0 < Count.total(told.values()).n < Count.total(showing.counts(conn, edition_id, Shown(), By.CLASS, now=NOW).values()).n


def test_classes_that_are_no_more_are_counted_after_those_in_use(conn, made):
    assert [one.major for one in events.majors(conn)] == ["公用设施", "突发事件", "住房"]
    with conn.cursor() as cur:
        cur.execute("UPDATE event_class SET valid = daterange(NULL, '2020-01-01') WHERE path = %s", (life.LAMP,))
    assert [(one.m, one.major) for one in events.majors(conn)] == [(1, "突发事件"), (2, "住房"), (3, "公用设施")]


def test_what_was_reported_within_a_year_is_no_long_time():
    assert not Shown().long and Shown(until=NOW).long
    year = Shown(since=NOW - timedelta(days=366), until=NOW)
    assert not year.long and replace(year, until=NOW + timedelta(days=2)).long
