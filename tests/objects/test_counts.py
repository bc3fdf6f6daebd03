"""Counts are kept with every write, and equal to the count from scratch, also where several write at once."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.db import connection
from gridgeo.objects import categories, counts, writing
from gridgeo.objects.model import NOWHERE as NO_UNIT
from gridgeo.objects.model import Status
from tests.objects import making
from tests.objects.making import COVER, IN_A, IN_B, IN_C, LAMP, NOWHERE, ON_A_B

PLACES = (IN_A, IN_B, IN_C, ON_A_B, NOWHERE)
NUMBERS = range(6)

DEEDS = st.one_of(
    st.tuples(st.just("put"), st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(PLACES)), max_size=4)),
    st.tuples(st.just("move"), st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(PLACES)), max_size=4)),
    st.tuples(st.just("status"), st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(list(Status))), max_size=4)),
    st.tuples(st.just("category"), st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from((LAMP, COVER))), max_size=4)),
)


def do(conn, kinds: dict[str, int], deed: str, given: list[tuple]) -> None:
    """Do one thing to some objects; what is not there is told and left out."""
    of = [({"element_code": f"{making.LIGHTS}{number}"}, value) for number, value in given]
    if deed == "put":
        writing.put(conn, [making.lamp(kinds[LAMP], number, at) for number, at in given])
    elif deed == "move":
        writing.change(conn, [{**which, "lon": at[0], "lat": at[1]} for which, at in of])
    elif deed == "status":
        writing.change(conn, [{**which, "status": status} for which, status in of])
    else:
        said = {LAMP: {"height_m": 1}, COVER: {}}
        writing.change(conn, [{**which, "category_id": kinds[path], "attributes": said[path]} for which, path in of])


@pytest.fixture
def city(conn):
    edition_id, units = making.city(conn)
    return edition_id, units, making.tree(conn)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DEEDS, max_size=6))
def test_counts_equal_a_recount_whatever_is_written(conn, city, deeds):
    edition_id, units, kinds = city
    with conn.cursor() as cur:
        cur.execute("SAVEPOINT clean")
    for deed, given_ in deeds:
        do(conn, kinds, deed, given_)
        assert counts.difference(conn, edition_id) == []
    total = sum(counts.of_units(conn, edition_id, [*units.values(), NO_UNIT]).values())
    with conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM object")
        assert total == cur.fetchone()[0]
        cur.execute("ROLLBACK TO SAVEPOINT clean")


def test_a_count_that_is_wrong_is_seen(conn, city):
    making.lamps(conn, IN_A)
    with conn.cursor() as cur:
        cur.execute("UPDATE object_count SET n = 7")
    a = city[1]["99990100100101"]
    assert counts.difference(conn, city[0]) == [counts.Cell(a, city[2][LAMP], Status.IN_USE, 7, 1)]
    counts.refresh(conn, city[0])
    assert counts.difference(conn, city[0]) == []


def test_two_that_write_at_once_wait_for_each_other_and_count_right(database_url):
    """Each moves all objects back and forth, in the opposite order: neither loses a write, nor do both stop for ever."""
    edition_id, _, codes = making.loaded(database_url, *[IN_A] * 8)
    failed: list[Exception] = []

    def back_and_forth(order: list[str], places: tuple) -> None:
        try:
            with closing(connection.connect(database_url)) as conn:
                for turn in range(12):
                    at, status = places[turn % 2], ("damaged", "in_use", "missing")[turn % 3]
                    with conn:
                        writing.change(conn, [{"element_code": code, "lon": at[0], "lat": at[1], "status": status} for code in order])
                        making_new = making.lamp(kind, f"N{places[0][0]}{turn}".replace(".", ""), at)
                        del making_new["source"]
                    with conn:
                        writing.add(conn, [making_new])
        except Exception as error:
            failed.append(error)

    with closing(connection.connect(database_url)) as conn:
        kind = categories.tree(conn).by_path[LAMP].category_id
    writers = [
        threading.Thread(target=back_and_forth, args=(codes, (IN_A, IN_B))),
        threading.Thread(target=back_and_forth, args=(codes[::-1], (IN_C, NOWHERE))),
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=120)
    assert failed == []
    with closing(connection.connect(database_url)) as conn:
        assert counts.difference(conn, edition_id) == []
        with conn.cursor() as cur:
            cur.execute("SELECT count(*), (SELECT sum(n) FROM object_count) FROM object")
            assert cur.fetchone() == (8 + 24, 8 + 24)
            cur.execute("SELECT bool_and(lower(recorded) < upper(recorded)) FROM object_history")
            assert cur.fetchone() == (True,)


def test_units_above_are_sums_of_the_lowest(conn, city):
    edition_id, units, kinds = city
    codes = making.lamps(conn, IN_A, IN_A, IN_B, IN_C, NOWHERE)
    writing.change(conn, [{"element_code": codes[1], "status": "removed"}])
    parent_of = {unit: units[code[:12]] for code, unit in units.items() if len(code) == 14}
    here, there = units["999901001001"], units["999901001002"]
    assert counts.by_unit(conn, edition_id, parent_of) == {here: 2, there: 1}
    assert counts.by_unit(conn, edition_id, parent_of, statuses=["removed"]) == {here: 1, there: 0}
    assert counts.by_unit(conn, edition_id, parent_of, categories=[kinds[COVER]]) == {here: 0, there: 0}
    below = [unit for unit, parent in parent_of.items() if parent == here]
    assert counts.of_units(conn, edition_id, below, by=("status",)) == {("in_use",): 2, ("removed",): 1}
    assert counts.of_units(conn, edition_id, below, by=("status", "category"), statuses=["removed"]) == {("removed", kinds[LAMP]): 1}
    assert counts.of_units(conn, edition_id, [NO_UNIT], by=("category",)) == {(kinds[LAMP],): 1}
    assert counts.of_units(conn, edition_id, []) == {}
