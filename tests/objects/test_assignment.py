"""Where objects lie, as boundaries change."""

from datetime import timedelta

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.errors import Conflict
from gridgeo.hierarchy import editions, model
from gridgeo.hierarchy import store as hierarchy
from gridgeo.hierarchy.model import Outcome
from gridgeo.ingest import activation
from gridgeo.objects import assignment, counts, references, store, writing
from tests.districts import district
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


def said(conn, edition_id: int) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute("SELECT object_id, unit_id, outcome FROM object_grid WHERE edition_id = %s ORDER BY object_id", (edition_id,))
        return cur.fetchall()


#: Points in the middle of cells of the drawing, on their edges and on their corners, and some beyond it.
POINTS = st.tuples(st.integers(-1, 17), st.integers(-1, 5)).map(lambda at: (113 + at[0] * 0.005, 22.9 - at[1] * 0.005))
CUTS = st.lists(st.sampled_from("ABC."), min_size=16, max_size=16).map(lambda cells: "".join(cells[:8]) + "\n" + "".join(cells[8:]))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CUTS.filter(lambda cut: "A" in cut), CUTS.filter(lambda cut: "A" in cut), st.lists(POINTS, min_size=1, max_size=12))
def test_what_is_carried_over_from_the_edition_before_is_what_is_found_from_scratch(conn, first, second, points):
    with conn.cursor() as cur:
        cur.execute("SAVEPOINT clean")
    before, after = (making.draft(conn, cut) for cut in (first, second))
    activation.activate(conn, before)
    making.tree(conn)
    making.lamps(conn, *points)
    assignment.assign(conn, after, before)
    carried, counted = said(conn, after), counts.difference(conn, after)
    assignment.clear(conn, after)
    assignment.assign(conn, after)
    assert carried == said(conn, after) and counted == []
    with conn.cursor() as cur:
        cur.execute("ROLLBACK TO SAVEPOINT clean")


def test_what_is_cut_as_before_is_carried_over_and_not_looked_at(conn, city):
    """A place that is wrong before shows it: it is carried over where nothing lies, and found again where A and B are cut otherwise."""
    _, units, _ = city
    making.lamps(conn, NOWHERE, EDGE)
    with conn.cursor() as cur:
        cur.execute("UPDATE object_grid SET unit_id = %s, outcome = 'inside'", (units["99990100100201"],))
    after = making.draft(conn, making.CUT)
    activation.activate(conn, after)
    assert [unit for _, unit, _ in said(conn, after)] == [units["99990100100201"], units[A]]


def test_a_unit_that_lies_over_another_now_holds_what_is_carried_over_there_too(conn, city):
    _, units, _ = city
    making.lamps(conn, IN_A, IN_C)
    frame = district(making.PICTURE, **making.CORNER)
    b = frame["code"] == B
    frame.loc[b, "geometry"] = [shapely.MultiPolygon([shapely.box(113.0, 22.88, 113.04, 22.9)])]
    over = editions.stage(conn, model.GOVERNANCE, frame, name="over")[0].edition_id
    activation.activate(conn, over)
    assert [(unit, outcome) for _, unit, outcome in said(conn, over)] == [(units[A], "several"), (units["99990100100201"], "inside")]


def test_references_that_are_looked_at_at_once_are_looked_at(conn, city):
    making.lamps(conn, IN_A)
    edition_id, units, _ = city
    with pytest.raises(Conflict), references.at_once(conn, [edition_id]), conn.cursor() as cur:
        cur.execute("UPDATE object_grid SET unit_id = 77")
    with conn.cursor() as cur:
        cur.execute("UPDATE object_grid SET unit_id = %s", (units[A],))
    with pytest.raises(Conflict), references.at_once(conn, [edition_id], objects=True), conn.cursor() as cur:
        cur.execute("UPDATE object SET category_id = 77")
