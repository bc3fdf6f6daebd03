"""What is counted in each of the lowest units, against counting one by one."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from gridgeo.addresses import lifecycle
from gridgeo.db import connection
from gridgeo.errors import Conflict
from gridgeo.hierarchy import editions
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.ingest import activation
from gridgeo.linkage import counts
from tests.districts import district
from tests.linkage.counting import AT, PICTURE, A, B, C, D, E, build, found_district, link, people, token, units

TODAY = date(2025, 6, 1)


@pytest.fixture
def edition(conn):
    return found_district(conn)


def counted(conn, edition_id: int) -> dict[tuple[str, str, str, str], int]:
    """Counts by code of the unit, subject, class and status."""
    with conn.cursor() as cur:
        cur.execute(
            "SELECT v.code, m.subject, m.class, m.status, c.n FROM linkage.unit_count AS c JOIN linkage.measure AS m USING (measure_id) "
            "JOIN grid_unit_version AS v USING (edition_id, unit_id) WHERE c.edition_id = %s",
            (edition_id,),
        )
        return {tuple(key): n for *key, n in cur.fetchall()}


def test_a_code_counts_once_in_a_unit_however_many_houses_it_is_linked_to(conn, edition):
    here, there = build(conn, edition, A, houses=3), build(conn, edition, B, houses=1)
    link(conn, "person", "owner", [("li", here[0]), ("li", here[1]), ("li", here[2]), ("li", there[0])])
    counts.refresh(conn, TODAY)
    found = counted(conn, edition)
    assert found[A, "person", "owner", ""] == found[B, "person", "owner", ""] == 1
    assert found[A, "covered", "person", ""] == 3


def test_links_that_ended_begin_later_or_are_no_longer_believed_do_not_count(conn, edition):
    (house,) = build(conn, edition, A)
    link(conn, "person", "resident", [("was", house)], valid="[2020-01-01,2025-06-01)")
    link(conn, "person", "resident", [("will be", house)], valid="[2025-06-02,)")
    link(conn, "person", "resident", [("was wrong", house)], recorded="[2020-01-01,2021-01-01)")
    link(conn, "person", "resident", [("is", house)], valid="[2025-06-01,2025-06-02)")
    counts.refresh(conn, TODAY)
    assert counted(conn, edition)[A, "person", "resident", ""] == 1


def test_what_is_linked_to_a_building_or_a_grid_counts_but_covers_no_house(conn, edition):
    (house,) = build(conn, edition, A)
    link(conn, "event", "place", [("lamp", f"{house[:19]}******"), ("hole", f"{A}***********")])
    counts.refresh(conn, TODAY)
    found = counted(conn, edition)
    assert found[A, "event", "place", ""] == 2
    assert (A, "covered", "event", "") not in found


def test_a_house_counts_where_its_building_is_today(conn, edition):
    (moved,) = build(conn, edition, A)
    (kept,) = build(conn, edition, C)
    with conn.cursor() as cur:
        cur.execute("UPDATE house SET building_code = %s WHERE house_code = %s", (kept[:19], moved))
    people(conn, "resident", {moved: 2})
    counts.refresh(conn, TODAY)
    found = counted(conn, edition)
    assert found[C, "house", "residential", "in_use"] == 2
    assert found[C, "person", "resident", ""] == 2
    assert (A, "person", "resident", "") not in found


def test_buildings_count_by_use_status_and_height_and_a_house_may_have_a_use_of_its_own(conn, edition):
    build(conn, edition, A, 1, houses=2, floors=6, area_m2=50.5)
    build(conn, edition, A, 2, houses=1, use="mixed", floors=40, house_use="commercial")
    build(conn, edition, A, 3, houses=1, status="demolished", floors=2)
    build(conn, edition, A, 4, houses=1, valid_to="2024-01-01")
    counts.refresh(conn, TODAY)
    found = {key[1:]: n for key, n in counted(conn, edition).items() if key[0] == A}
    assert found == {
        ("building", "residential", "in_use"): 1,
        ("building", "mixed", "in_use"): 1,
        ("building", "residential", "demolished"): 1,
        ("building", "residential", "retired"): 1,
        ("storey", "4-6", ""): 1,
        ("storey", "34+", ""): 1,
        ("house", "residential", "in_use"): 2,
        ("house", "commercial", "in_use"): 1,
        ("house", "residential", "demolished"): 1,
        ("house", "residential", "retired"): 1,
    }


def test_counting_again_replaces_what_was_counted(conn, edition):
    (house,) = build(conn, edition, A)
    people(conn, "resident", {house: 3})
    counts.refresh(conn, TODAY)
    first = counts.counted(conn, edition)
    people(conn, "tenant", {house: 2})
    counts.refresh(conn, TODAY + timedelta(days=1))
    assert counted(conn, edition)[A, "person", "tenant", ""] == 2
    assert counts.counted(conn, edition).as_of > first.as_of == TODAY


def test_an_edition_that_is_planned_is_counted_too(conn, edition):
    (house,) = build(conn, edition, A)
    people(conn, "resident", {house: 4})
    planned, _ = editions.stage(conn, GOVERNANCE, district(PICTURE).assign(name_en="later"), name="later")
    editions.activate(conn, planned.edition_id, datetime.now(UTC) + timedelta(days=30))
    with conn.cursor() as cur:
        cur.execute(
            "INSERT INTO building_grid SELECT zone, building_code, %s, unit_id, outcome FROM building_grid WHERE edition_id = %s",
            (planned.edition_id, edition),
        )
    counts.refresh(conn, TODAY)
    assert counted(conn, planned.edition_id)[A, "person", "resident", ""] == 4


def test_counts_are_those_of_counting_link_by_link(conn, edition):
    """Many houses and links of every kind, counted in Python from the rows themselves."""
    chance = random.Random(7)
    homes = [house for micro in (A, B, C) for number in (1, 2) for house in build(conn, edition, micro, number, houses=20)]
    roles = {"person": ["resident", "owner"], "credit": ["registered"], "phone": ["contact", "landline"], "event": ["place", "reporter"]}
    made = defaultdict(set)
    covered = defaultdict(set)
    for kind, names in roles.items():
        for role in names:
            pairs = [(chance.randrange(60), chance.choice(homes)) for _ in range(80)]
            link(conn, kind, role, pairs)
            for name, house in pairs:
                made[house[:14], kind, role, ""].add(token((kind, name)))
                if role != "reporter":  # of a case it is open where it happened, not where somebody told of it
                    covered[house[:14], "covered", kind, ""].add(house)
    counts.refresh(conn, TODAY)
    expected = {key: len(some) for key, some in [*made.items(), *covered.items()]}
    found = {key: n for key, n in counted(conn, edition).items() if key[1] not in ("building", "house", "storey")}
    assert found == expected
    assert len(found) > 20


def test_cells_are_given_once_with_how_many_units_have_the_same_number(conn, edition):
    unit = units(conn, edition)
    for micro, count in ((A, 3), (B, 3), (C, 5)):
        people(conn, "resident", {build(conn, edition, micro)[0]: count})
    counts.refresh(conn, TODAY)
    cells = counts.cells(conn, edition, {unit[A]: 0, unit[B]: 0, unit[C]: 1}, ["person"])
    assert {measure: sorted(some) for measure, some in cells.items()} == {("person", "resident", ""): [(0, 3, 2, None), (1, 5, 1, None)]}


def test_one_edition_may_be_counted_or_forgotten_alone(conn, edition):
    (house,) = build(conn, edition, A)
    people(conn, "resident", {house: 3})
    draft, _ = editions.stage(conn, GOVERNANCE, district(PICTURE).assign(name_en="later"), name="later")
    counts.refresh(conn, TODAY)
    counts.refresh(conn, TODAY, [draft.edition_id])
    assert counts.counted(conn, edition) and counts.counted(conn, draft.edition_id)
    counts.forget(conn, draft.edition_id)
    assert counts.counted(conn, draft.edition_id) is None
    assert counted(conn, edition)[A, "person", "resident", ""] == 3


def rewrite(conn, chance: random.Random, edition: int) -> None:
    """One change of those that happen: somebody moves in or out, is found wrong, a house or building goes, moves or is new."""
    with conn.cursor() as cur:
        cur.execute("SELECT house_code, building_code FROM house ORDER BY house_code")
        homes = cur.fetchall()
        house, building = chance.choice(homes)
        other = chance.choice(homes)[1]
        by_code = units(conn, edition)
        elsewhere = by_code[chance.choice((A, B, C))]
        match chance.randrange(7):
            case 0:
                people(conn, chance.choice(("resident", "owner")), {house: chance.randrange(1, 4)})
            case 1:
                cur.execute("UPDATE linkage.link SET recorded = tstzrange(lower(recorded), now()) WHERE place = %s", (house,))
            case 2:
                cur.execute("UPDATE house SET status = 'demolished' WHERE house_code = %s", (house,))
            case 3:
                cur.execute("UPDATE house SET building_code = %s WHERE house_code = %s", (other, house))
            case 4:
                cur.execute("DELETE FROM building_grid WHERE building_code = %s AND edition_id = %s", (building, edition))
                values = (building[:12], building, edition, elsewhere)
                cur.execute("INSERT INTO building_grid VALUES (%s, %s, %s, %s, 'inside')", values)
            case 5:
                link(
                    conn,
                    "event",
                    "place",
                    [(chance.random(), f"{chance.choice((A, B))}***********"), (chance.random(), building + "******")],
                )
            case 6:
                link(
                    conn,
                    "phone",
                    "contact",
                    [(chance.random(), house)],
                    valid=f"[{TODAY},{TODAY + timedelta(days=chance.randrange(1, 4))})",
                )


def from_scratch(conn, edition: int, day: date) -> dict:
    """The counts of an edition when nothing is taken over."""
    counts.forget(conn, edition)
    counts.refresh(conn, day, [edition])
    return counted(conn, edition)


@pytest.mark.parametrize("seed", range(6))
def test_counting_what_has_changed_is_counting_everything(database_url, seed):
    """Each change in a transaction of its own, as in life: what is counted anew is told by who wrote it."""
    chance = random.Random(seed)
    with closing(connection.connect(database_url)) as conn:
        with conn:
            edition = found_district(conn)
            for micro in (A, B, C):
                build(conn, edition, micro, houses=3)
        for day in (TODAY + timedelta(days=n // 3) for n in range(9)):
            with conn:
                rewrite(conn, chance, edition)
            with conn:
                counts.refresh(conn, day)
                found = counted(conn, edition)
                with conn.cursor() as cur:
                    cur.execute("SAVEPOINT before")
                    assert from_scratch(conn, edition, day) == found
                    cur.execute("ROLLBACK TO before")


def settle(conn) -> None:
    """Wait until every transaction that was open has ended: what is written from now on is told apart from what was before."""
    with conn, conn.cursor() as cur:
        cur.execute("SELECT pg_current_xact_id()::text")
        [(mine,)] = cur.fetchall()
    for _ in range(600):
        with conn, conn.cursor() as cur:
            cur.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8", (mine,))
            if cur.fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError("a transaction of this cluster does not end")


def test_only_units_where_something_has_changed_are_counted(database_url):
    with closing(connection.connect(database_url)) as conn:
        with conn:
            edition = found_district(conn)
            homes = [build(conn, edition, micro)[0] for micro in (A, B, C)]
            people(conn, "resident", dict.fromkeys(homes, 2))
        settle(conn)
        with conn:
            assert counts.refresh(conn, TODAY) == 5
        with conn:
            people(conn, "tenant", {homes[1]: 1})
        with conn:
            assert counts.refresh(conn, TODAY) == 1
            assert counted(conn, edition)[B, "person", "tenant", ""] == 1
        settle(conn)
        with conn:
            counts.refresh(conn, TODAY)
        with conn:
            assert counts.refresh(conn, TODAY) == 0


def test_a_new_edition_takes_over_the_counts_of_units_that_are_what_they_were(database_url):
    with closing(connection.connect(database_url)) as conn:
        with conn:
            edition = found_district(conn)
            homes = [build(conn, edition, micro)[0] for micro in (A, B, C)]
            people(conn, "resident", dict.fromkeys(homes, 2))
            counts.refresh(conn, TODAY)
        with conn:
            planned, _ = editions.stage(conn, GOVERNANCE, district(PICTURE.replace("AABB", "AAAB", 1)), name="later")
            activation.activate(conn, planned.edition_id, datetime.now(UTC) + timedelta(days=30))
        with conn:
            today = counts.counted(conn, planned.edition_id).as_of
            found = counted(conn, planned.edition_id)
            assert found[C, "person", "resident", ""] == 2
            assert from_scratch(conn, planned.edition_id, today) == found


def test_a_part_of_the_city_is_not_counted_for_the_whole(conn, edition):
    with conn.cursor() as cur:
        cur.execute("SELECT set_config('gridgeo.area', %s, true)", (f"{{{units(conn, edition)[A]}}}",))
    with pytest.raises(Conflict):
        counts.refresh(conn, TODAY)


def test_who_counts_is_oneself_again_afterwards(conn, edition):
    with conn.cursor() as cur:
        cur.execute("SELECT current_user")
        before = cur.fetchone()
        counts.refresh(conn, TODAY)
        cur.execute("SELECT current_user")
        assert cur.fetchone() == before


def test_the_room_may_count_with_its_own_role(conn, edition):
    (house,) = build(conn, edition, A)
    people(conn, "resident", {house: 3})
    with conn.cursor() as cur:
        cur.execute("SET LOCAL ROLE gridgeo_linkage")
        cur.execute("SET LOCAL gridgeo.area = 'all'")
    counts.refresh(conn, TODAY)
    assert counted(conn, edition)[A, "person", "resident", ""] == 3


def test_nobody_else_reads_the_exact_counts(conn, edition):
    with conn.cursor() as cur:
        may = "SELECT has_table_privilege(role, 'linkage.unit_count', 'SELECT') FROM unnest(%s) AS role"
        cur.execute(may, (["gridgeo_reader", "gridgeo_writer"],))
        assert cur.fetchall() == [(False,), (False,)]


# --- what follows few changes ---------------------------------------------------------------------------------


@pytest.fixture
def lived_in(conn, edition):
    """Buildings in every micro-grid, with people in their houses, counted."""
    for micro, n in ((A, 3), (B, 4), (C, 5), (D, 6), (E, 7)):
        houses = build(conn, edition, micro, houses=3, floors=6)
        people(conn, "resident", {houses[0]: n, houses[1]: 2})
    counts.refresh(conn, TODAY)
    return edition


def deeds(conn, edition):
    """A house that ends, a building that moves to another micro-grid, one that takes others' houses."""
    code = {micro: f"{micro}00001" for micro in (A, B, C, D)}
    yield f"{code[A]}000001", lambda: lifecycle.retire(conn, f"{code[A]}000001")
    lon, lat = AT[D]
    yield code[B], lambda: lifecycle.relocate(conn, code[B], lon, lat)
    yield code[C], lambda: lifecycle.merge(conn, [code[C]], code[D])


def test_units_that_were_touched_are_counted_as_all_would_be(conn, lived_in):
    for code, do in deeds(conn, lived_in):
        before = counts.units_of(conn, [code, f"{D}00001"])
        do()
        counts.recount(conn, before | counts.units_of(conn, [code, f"{D}00001"]))
    followed = counted(conn, lived_in)
    counts.forget(conn, lived_in)
    counts.refresh(conn, TODAY)
    assert followed == counted(conn, lived_in)


def test_units_that_were_not_touched_are_left_alone(conn, lived_in):
    unit = units(conn, lived_in)
    with conn.cursor() as cur:
        cur.execute("UPDATE linkage.unit_count SET n = 99 WHERE unit_id = ANY (%s)", ([unit[A], unit[B]],))
    assert counts.recount(conn, [(lived_in, unit[A])]) == 1
    assert {n for key, n in counted(conn, lived_in).items() if key[0] == A} != {99}
    assert {n for key, n in counted(conn, lived_in).items() if key[0] == B} == {99}


def test_the_day_and_what_was_seen_stay_those_of_the_count_of_the_whole(conn, lived_in):
    def marked():
        with conn.cursor() as cur:
            cur.execute("SELECT * FROM linkage.counted")
            return cur.fetchall()

    before = marked()
    counts.recount(conn, counts.units_of(conn, [f"{A}00001"]))
    assert marked() == before


def test_where_nothing_was_counted_nothing_is_counted_anew(conn, edition):
    build(conn, edition, A)
    assert counts.units_of(conn, [f"{A}00001"]) == set()
    assert counts.recount(conn, []) == counts.recount(conn, [(edition, units(conn, edition)[A])]) == 0


def test_while_somebody_counts_the_whole_few_are_not_waited_for(database_url):
    with closing(connection.connect(database_url)) as one, closing(connection.connect(database_url)) as other:
        with one:
            edition = found_district(one)
            build(one, edition, A)
            counts.refresh(one, TODAY)
        touched = {(edition, units(one, edition)[A])}
        one.rollback()
        with one:
            counts.refresh(one, TODAY)
            with other:
                assert counts.recount(other, touched) == 0
        with other:
            assert counts.recount(other, touched) == 1
