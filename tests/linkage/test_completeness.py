"""The share of houses that have persons, organisations, numbers and events."""

from __future__ import annotations

from datetime import date

import pytest

from gridgeo.linkage import completeness, counts
from gridgeo.linkage.disclosure import EXACT, Control, Told
from tests.linkage.counting import A, B, D, build, found_district, link, people

RULE = Control()
TODAY = date(2025, 6, 1)


@pytest.fixture
def edition(conn):
    """A has 40 houses, 21 of them lived in and 4 with a company; B has 10 houses, 3 lived in; D has 5 gone ones."""
    edition_id = found_district(conn)
    in_a = build(conn, edition_id, A, houses=40)
    in_b = build(conn, edition_id, B, houses=10)
    gone = build(conn, edition_id, D, houses=5, status="demolished")
    people(conn, "resident", dict.fromkeys([*in_a[:21], *in_b[:3], *gone], 2))
    link(conn, "credit", "registered", [(house, house) for house in in_a[:4]])
    link(conn, "credit", "operating", [(house, house) for house in in_a[:4]])
    counts.refresh(conn, TODAY)
    return edition_id


def by_code(conn, level, control=RULE):
    table, _ = completeness.by_level(conn, level, control)
    return {one.unit.code: one for one in table}


def test_houses_are_counted_once_whatever_and_however_many_are_linked_to_them(conn, edition):
    found = by_code(conn, "micro", EXACT)
    assert (found[A].houses, found[A].covered["person"].count, found[A].covered["credit"]) == (40, 21, 4)
    assert (found[A].share("person"), found[A].share("credit"), found[A].share("event")) == (0.525, 0.1, 0.0)


def test_houses_that_are_gone_are_no_houses(conn, edition):
    found = by_code(conn, "micro", EXACT)[D]
    assert (found.houses, found.covered["person"].count, found.share("person")) == (0, 0, None)


def test_houses_with_people_are_told_as_people_are(conn, edition):
    found = by_code(conn, "micro")
    assert found[A].covered["person"] == Told(20, 0, 18, 22)
    assert found[A].share("person") == 0.5
    assert found[B].covered["person"] == Told(None, 1, 0, 9)
    assert found[B].share("person") is None


def test_larger_units_add_up_their_micro_grids(conn, edition):
    (district,) = by_code(conn, "district").values()
    assert district.houses == 50
    assert district.covered["person"] == Told(20, 4, 18, 22 + 4 * 9)
    assert district.covered["credit"] == 4
    assert district.share("person") == 0.4


def test_every_unit_of_the_level_stands_in_the_table(conn, edition):
    assert [len(by_code(conn, level)) for level in ("district", "street", "community", "micro")] == [1, 2, 3, 5]
    below, counted = completeness.by_level(conn, "micro", RULE, within="999901002")
    assert [one.unit.code for one in below] == ["99990100200101", "99990100200102"]
    assert counted.as_of == TODAY
