"""What happens to buildings and houses, and what the database does not let happen."""

from contextlib import closing
from datetime import date

import psycopg2.errors
import pytest

from gridgeo.addresses import lifecycle, rules, store
from gridgeo.addresses.model import Address, Reason, Status
from gridgeo.db import connection
from gridgeo.errors import Conflict, Gone, InvalidGeometry, InvalidInput, NotFound
from tests.addresses.making import CODES, LONG_AGO, building, counted, edition, house

DAY = date(2020, 1, 1)


def test_codes_are_given_in_sequence_in_each_grid_and_each_building(conn):
    one, two, elsewhere = building(conn), building(conn), building(conn, grid=CODES["B"])
    assert [made.code[14:] for made in (one, two, elsewhere)] == ["00001", "00002", "00001"]
    assert [house(conn, two).code for _ in range(2)] == [f"{two.code}000001", f"{two.code}000002"]


def test_a_code_is_never_given_again(conn):
    one = building(conn)
    home = house(conn, one)
    lifecycle.retire(conn, home.code, DAY)
    assert house(conn, one).code == f"{one.code}000002"
    lifecycle.retire(conn, one.code, DAY)
    assert building(conn).code[14:] == "00002"


def test_houses_that_belong_elsewhere_today_still_count_where_they_were_issued(conn):
    old, new = building(conn), building(conn)
    moved = house(conn, old)
    lifecycle.split(conn, old.code, [new.code], {moved.code: new.code}, DAY)
    assert store.house(conn, moved.code).building_code == new.code
    assert house(conn, new).code == f"{new.code}000001"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM building",
        "DELETE FROM house",
        "DELETE FROM building_address",
        "DELETE FROM address_name",
        "DELETE FROM address_successor",
        "TRUNCATE house",
        "UPDATE building SET building_code = left(building_code, 18) || '9'",
        "UPDATE building SET zone = zone",
        "UPDATE house SET house_code = house_code",
        "UPDATE house SET zone = zone",
        "UPDATE building_address SET building_code = building_code",
        "UPDATE address_name SET code = code",
        "UPDATE address_successor SET successor = successor",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_code(conn, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), store.writing(conn), conn.cursor() as cur:
        cur.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE building SET status = 'in_use'", "UPDATE house SET building_code = 'X' WHERE false"])
def test_what_may_change_the_database_lets_change(conn, statement):
    """The negative control: the refusal above is not of everything."""
    with store.writing(conn), conn.cursor() as cur:
        cur.execute(statement)
        cur.execute("SELECT current_user")
        assert cur.fetchone() == ("gridgeo_writer",)


def test_whoever_wrote_is_oneself_again_afterwards(conn):
    with store.writing(conn):
        pass
    with conn.cursor() as cur:
        cur.execute("SELECT current_user = session_user")
        assert cur.fetchone() == (True,)


def test_two_who_give_codes_at_once_wait_for_each_other(database_url):
    with closing(connection.connect(database_url)) as one, closing(connection.connect(database_url)) as two:
        building(one)
        with two.cursor() as cur:
            cur.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            building(two)
        two.rollback()
        assert building(two, grid=CODES["B"]).code[14:] == "00001"
        two.rollback()
        one.commit()
        assert building(two).code[14:] == "00002"


def test_nobody_gives_codes_while_a_load_is_on(database_url):
    with closing(connection.connect(database_url)) as loading, closing(connection.connect(database_url)) as other:
        store.lock(loading)
        with other.cursor() as cur:
            cur.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            building(other)


def test_a_renumbered_building_keeps_its_code_and_its_old_address(conn):
    one = building(conn)
    made = lifecycle.renumber(conn, one.code, Address(compound="碧海富通城", block="3"), DAY)
    assert (made.code, made.address.compound) == (one.code, "碧海富通城")
    old = store.addresses(conn, one.code)[1]
    assert (old.number, old.valid_to, old.road) == (1, DAY, "前进一路")
    with pytest.raises(Conflict, match="give a later day"):
        lifecycle.renumber(conn, one.code, Address("前进三路"), DAY)


def test_a_house_with_a_new_number_keeps_the_old_one_as_a_former_name(conn):
    home = house(conn, building(conn), "501")
    assert lifecycle.relabel(conn, home.code, floor=5, room="5A", on=DAY).room == "5A"
    former = store.names(conn, home.code)[0]
    assert (former.kind, former.name, former.valid_to) == ("former", "广东省深圳市前进一路12号东山新村3栋501", DAY)


def test_a_relocated_building_lies_in_another_unit_under_the_same_code(conn):
    edition(conn)
    one = building(conn)
    lifecycle.relocate(conn, one.code, 113.025, 22.895)
    assert store.grid_of(conn, one.code).chain[-1].code == CODES["B"]
    with pytest.raises(InvalidGeometry):
        lifecycle.relocate(conn, one.code, 22.5, 114)


def test_a_moved_house_gets_a_code_in_its_building_and_the_old_one_names_it(conn):
    wrong, right = building(conn), building(conn)
    home = house(conn, wrong, unit="2", use="office")
    moved = lifecycle.move(conn, home.code, right.code, DAY)
    assert (moved.code, moved.unit, moved.room, moved.use) == (f"{right.code}000001", "2", "501", "office")
    with pytest.raises(Gone) as gone:
        store.house(conn, home.code)
    assert gone.value.successors == (moved.code,)
    assert store.successors(conn, home.code)[0].reason is Reason.MOVED


def test_houses_of_merged_buildings_keep_their_codes(conn):
    one, other = building(conn), building(conn)
    home = house(conn, one)
    lifecycle.merge(conn, [one.code], other.code, DAY)
    assert store.houses(conn, other.code) == [store.house(conn, home.code)]
    with pytest.raises(Gone, match=f"followed by {other.code}"):
        store.building(conn, one.code)


def test_every_house_of_a_split_building_is_given_to_a_part(conn):
    one, east, west = building(conn), building(conn), building(conn)
    homes = [house(conn, one, room) for room in ("501", "502")]
    with pytest.raises(Conflict, match="1 houses"):
        lifecycle.split(conn, one.code, [east.code, west.code], {homes[0].code: east.code}, DAY)
    with pytest.raises(InvalidInput, match="none of those"):
        lifecycle.split(conn, one.code, [east.code], {homes[0].code: west.code}, DAY)
    lifecycle.split(conn, one.code, [east.code, west.code], {homes[0].code: east.code, homes[1].code: west.code}, DAY)
    assert [store.house(conn, home.code).building_code for home in homes] == [east.code, west.code]
    assert [one.successor for one in store.successors(conn, one.code)] == [east.code, west.code]


def test_what_is_left_of_a_demolished_building_ends_with_it(conn):
    one = building(conn)
    homes = [house(conn, one), house(conn, one, on=date(2020, 5, 1))]
    lifecycle.retire(conn, one.code, DAY, status=Status.DEMOLISHED)
    for home in homes:
        with pytest.raises(Gone):
            store.house(conn, home.code)
    assert store.house(conn, homes[0].code, date(2019, 1, 1)).code == homes[0].code
    assert counted(conn, "house") == 2


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"successors": ["4403990010010109999"]}, NotFound),
        ({"on": LONG_AGO}, Conflict),
        ({"on": date(2099, 1, 1)}, Conflict),
        ({"status": Status.IN_USE}, InvalidInput),
    ],
)
def test_an_end_that_cannot_be_is_refused(conn, how, error):
    one = building(conn)
    with pytest.raises(error):
        lifecycle.retire(conn, one.code, **how)


def test_nothing_follows_itself_or_what_is_gone(conn):
    one, other = building(conn), building(conn)
    with pytest.raises(Conflict, match="follow itself"):
        lifecycle.retire(conn, one.code, DAY, successors=[one.code])
    lifecycle.retire(conn, other.code, DAY)
    with pytest.raises(Gone):
        lifecycle.retire(conn, one.code, DAY, successors=[other.code])
    with pytest.raises(Gone):
        lifecycle.retire(conn, other.code, DAY)


@pytest.mark.parametrize("wrong", [{"use": "castle"}, {"address": Address(plate="3")}])
def test_a_building_that_cannot_be_is_refused(conn, wrong):
    with pytest.raises(InvalidInput):
        building(conn, **wrong)
    assert counted(conn, "building") == 0


def test_the_sequence_goes_on_after_codes_that_were_loaded(conn):
    zone = CODES["A"][:12]
    for number in ("00007", "T0117"):
        with conn.cursor() as cur:
            cur.execute(
                "INSERT INTO building (zone, building_code, building_use, status, point, valid_from)"
                " VALUES (%s, %s, 'other', 'in_use', ST_SetSRID(ST_MakePoint(113, 22), 4490), '2000-01-01')",
                (zone, CODES["A"] + number),
            )
    assert building(conn).code == rules.next_building(CODES["A"], 7)
