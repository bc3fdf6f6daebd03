"""Who is in charge of a unit: by dated periods, seen by whom the unit belongs to."""

from datetime import UTC, date, datetime

import psycopg2.errors
import pytest

from gridgeo.access import rules
from gridgeo.access import store as access
from gridgeo.db.check import State
from gridgeo.hierarchy import editions, soundness, store, workers
from gridgeo.hierarchy.model import GOVERNANCE, unit_key
from gridgeo.hierarchy.workers import Role, Worker

MICRO, COMMUNITY, STREET = "99990100100101", "999901001001", "999901001"
TODAY = date(2026, 1, 1)


@pytest.fixture
def units(conn, two_streets):
    """The unit_id of each unit of a loaded district, by its code."""
    edition = editions.stage(conn, GOVERNANCE, two_streets, name="drawn")[0]
    editions.activate(conn, edition.edition_id, datetime(2024, 1, 1, tzinfo=UTC))
    frame = store.frame(conn, edition.edition_id)
    return dict(zip(frame["code"], frame["unit_id"].astype(int), strict=True))


def given(conn, *people: Worker, whole=False, since=TODAY, phones=True):
    compared, crowded = workers.stage(conn, GOVERNANCE, people, since, whole, phones)
    workers.put(conn, GOVERNANCE, since, whole, phones)
    return compared, crowded


def one(key=MICRO, name="网格员甲", role=Role.WORKER, phone="+8617900000001", since=None, until=None):
    return Worker(key, role, name, phone, since, until)


def names(conn, key=MICRO, day=TODAY):
    return [worker.name for worker in workers.of_unit(conn, GOVERNANCE, key, day)]


def test_the_head_comes_first_and_who_has_gone_is_not_named(conn, units):
    given(conn, one(), one(name="网格长乙", role=Role.HEAD), one(name="网格员丙", since=date(2020, 1, 1), until=TODAY))
    assert names(conn) == ["网格长乙", "网格员甲"]
    assert names(conn, day=date(2025, 12, 31)) == ["网格员丙"], "the day a period ends is the first without"


def test_the_same_list_twice_changes_nothing(conn, units):
    first, _ = given(conn, one(), one(COMMUNITY, "网格长乙", Role.HEAD))
    again, _ = given(conn, one(), one(COMMUNITY, "网格长乙", Role.HEAD), since=date(2026, 5, 1))
    assert (first.new, again.new, again.changed, again.same) == (2, 0, 0, 2)


def test_a_list_without_phones_leaves_them_as_they_are(conn, units):
    given(conn, one())
    compared, _ = given(conn, one(phone=None), phones=False)
    assert (compared.changed, workers.of_unit(conn, GOVERNANCE, MICRO, TODAY)[0].phone) == (0, "+8617900000001")
    compared, _ = given(conn, one(phone=None))
    assert (compared.changed, workers.of_unit(conn, GOVERNANCE, MICRO, TODAY)[0].phone) == (1, None)


def test_a_whole_list_ends_the_duty_of_whom_it_does_not_name(conn, units):
    given(conn, one(), one(name="网格员乙"))
    compared, _ = given(conn, one(), whole=True, since=date(2026, 6, 1))
    assert compared.ended == 1
    assert names(conn, day=date(2026, 6, 1)) == ["网格员甲"] and len(names(conn, day=date(2026, 5, 31))) == 2


def test_two_heads_of_a_unit_are_told(conn, units):
    _, crowded = given(conn, one(COMMUNITY, "网格长乙", Role.HEAD), one(COMMUNITY, "网格长丙", Role.HEAD), one(), one(name="网格员丁"))
    assert crowded == [COMMUNITY], "several workers of one unit are nothing to remark"


def test_another_edition_cuts_nobody_off(conn, units, two_streets):
    given(conn, one())
    edition = editions.stage(conn, GOVERNANCE, two_streets.assign(name_en="Other"), name="later")[0]
    editions.activate(conn, edition.edition_id)
    assert names(conn) == ["网格员甲"]


def test_units_nobody_is_in_charge_of_are_vacant(conn, units):
    given(conn, one(), one(COMMUNITY, "网格长乙", Role.HEAD))
    assert workers.vacant_among(conn, GOVERNANCE, [MICRO, COMMUNITY, STREET], TODAY) == {STREET}


def test_a_check_counts_vacant_units_of_the_levels_somebody_was_named_for(conn, units):
    assert soundness.examine(conn) == [], "where nobody was ever named nothing is lacking"
    given(conn, one(since=date(2020, 1, 1)), one("99990100100102", "网格员乙", since=date(2020, 1, 1), until=date(2020, 2, 1)))
    (level,) = workers.vacancies_by_scheme(conn)[GOVERNANCE]
    micro = sum(len(code) == len(MICRO) for code in units)
    assert (level.level, level.units, level.vacant) == ("micro", micro, micro - 1), "who has gone is in charge of nothing"
    (found,) = soundness.examine(conn)
    assert found.state is State.WARNING and f"{micro - 1} of {micro}" in found.seen
    given(conn, *(one(code, since=date(2020, 1, 1)) for code in units if len(code) == len(MICRO)))
    (found,) = soundness.examine(conn)
    assert found.state is State.OK


def test_a_workers_repr_names_nobody():
    assert "甲" not in repr(one()) and "179" not in repr(one())


@pytest.mark.parametrize(
    "area, seen",
    [
        ([MICRO], {MICRO}),
        (["99990100100101", "99990100100102"], {MICRO, COMMUNITY}),
        (["99990100200101"], set()),
        ([], set()),
    ],
)
def test_a_unit_is_seen_by_whom_all_of_it_belongs_to(conn, units, area, seen):
    given(conn, one(), one(COMMUNITY, "网格长乙", Role.HEAD), one(STREET, "网格长丙", Role.HEAD))
    with conn.cursor() as cur:
        cur.execute("SET LOCAL ROLE gridgeo_reader")
    access.see(conn, rules.written(units[code] for code in area))
    found = {key for key in (MICRO, COMMUNITY, STREET) if workers.of_unit(conn, GOVERNANCE, key, TODAY)}
    assert found == seen == {key for key in (MICRO, COMMUNITY, STREET) if workers.may_see(conn, GOVERNANCE, key)}


def test_whole_city_callers_see_all_and_units_without_a_code_are_named_otherwise(conn, units):
    key = unit_key("micro", None, "无码格")
    given(conn, one(key))
    access.see_whole(conn)
    assert names(conn, key) == ["网格员甲"]


def test_the_locked_room_does_not_know_workers_and_nobody_deletes_them(conn, units):
    for role, statement in (("gridgeo_linkage", "SELECT 1 FROM grid_worker"), ("gridgeo_writer", "DELETE FROM grid_worker")):
        with conn.cursor() as cur, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cur.execute("SAVEPOINT before")
            cur.execute(f"SET LOCAL ROLE {role}")
            cur.execute(statement)
        with conn.cursor() as cur:
            cur.execute("ROLLBACK TO before")
