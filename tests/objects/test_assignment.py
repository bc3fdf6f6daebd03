"""Where objects lie, as boundaries change."""

from datetime import timedelta

import pytest

from gridgeo.hierarchy import store as hierarchy
from gridgeo.hierarchy.model import Outcome
from gridgeo.ingest import activation
from gridgeo.objects import assignment, counts, store, writing
from tests.objects import making
from tests.objects.making import IN_A, IN_B, IN_C, LAMP, NOWHERE, ON_A_B

#: In the part of B that the other cut gives to A.
EDGE = (113.025, 22.895)
A, B = "99990100100101", "99990100100102"


@pytest.fixture
def city(conn):
    edition_id, units = making.city(conn)
    return edition_id, units, making.tree(conn)


def lies(conn, codes) -> list:
    return [(found.unit_id, found.outcome) for found in (store.find(conn, code) for code in codes)]


def test_every_object_of_a_new_edition_is_placed_and_counted(conn, city):
    _, units, kinds = city
    codes = making.lamps(conn, IN_A, EDGE, IN_B, NOWHERE)
    assert [unit for unit, _ in lies(conn, codes)] == [units[A], units[B], units[B], None]
    after = making.draft(conn, making.CUT)
    activation.activate(conn, after)
    assert [unit for unit, _ in lies(conn, codes)] == [units[A], units[A], units[B], None]
    assert counts.of_units(conn, after, [units[A]]) == {(kinds[LAMP], "in_use"): 2}
    assert counts.of_units(conn, after, [0]) == {(kinds[LAMP], "in_use"): 1}
    assert counts.difference(conn, after) == [] and store.unassigned(conn, after) == 0


def test_outcomes_are_kept_and_listed(conn, city):
    codes = making.lamps(conn, IN_A, ON_A_B, IN_C, NOWHERE)
    assert [outcome for _, outcome in lies(conn, codes)] == ["inside", "boundary", "inside", "none"]
    assert store.outcomes(conn, city[0]) == {Outcome.INSIDE: 2, Outcome.BOUNDARY: 1, Outcome.NONE: 1}
    assert [one.element_code for one in store.unplaced(conn)] == [codes[1], codes[3]]
    assert [one.element_code for one in store.unplaced(conn, [Outcome.NONE])] == [codes[3]]


def test_a_planned_edition_is_kept_right_as_well(conn, city):
    edition_id, units, kinds = city
    codes = making.lamps(conn, IN_A, IN_B)
    planned = making.draft(conn, making.CUT)
    activation.activate(conn, planned, hierarchy.now(conn) + timedelta(days=1))
    writing.change(conn, [{"element_code": codes[1], "lon": EDGE[0], "lat": EDGE[1]}])
    assert counts.of_units(conn, edition_id, [units[B]], by=("category",)) == {(kinds[LAMP],): 1}
    assert counts.of_units(conn, planned, [units[A]], by=("category",)) == {(kinds[LAMP],): 2}
    assert counts.difference(conn, edition_id) == counts.difference(conn, planned) == []


def test_a_withdrawn_edition_says_nothing(conn, city):
    making.lamps(conn, IN_A)
    planned = making.draft(conn, making.CUT)
    activation.activate(conn, planned, hierarchy.now(conn) + timedelta(days=1))
    assert store.outcomes(conn, planned)
    activation.withdraw(conn, planned)
    assert not store.outcomes(conn, planned) and counts.of_units(conn, planned, city[1].values()) == {}
    activation.discard(conn, planned)


def test_a_draft_that_was_assigned_can_be_discarded(conn, city):
    making.lamps(conn, IN_A)
    draft = making.draft(conn, making.CUT)
    assert assignment.assign(conn, draft) == 1
    activation.discard(conn, draft)
    assert not store.outcomes(conn, draft)


def test_objects_wait_for_the_first_edition(conn):
    making.tree(conn)
    code = making.lamps(conn, IN_A)[0]
    assert lies(conn, [code]) == [(None, None)]
    edition_id = making.draft(conn)
    activation.activate(conn, edition_id)
    assert lies(conn, [code]) == [(making.units(conn, edition_id)[A], "inside")]
