"""Reading by code, today and as of a day."""

from datetime import UTC, date, datetime

import pytest

from gridgeo.addresses import lifecycle, store
from gridgeo.addresses.model import Address, NameKind, Reason, Status
from gridgeo.errors import Gone, InvalidCode, NotFound
from gridgeo.hierarchy.model import Outcome
from tests.addresses.making import CODES, LONG_AGO, building, edition, house


def test_a_building_is_found_with_its_houses_in_their_order(conn):
    one = building(conn)
    rooms = [house(conn, one, room) for room in ("502", "501")]
    assert store.building(conn, one.code) == one and store.house(conn, rooms[0].code) == rooms[0]
    assert store.houses(conn, one.code) == [rooms[1], rooms[0]]


def test_codes_are_read_in_any_writing(conn):
    one = building(conn)
    assert store.building(conn, f" {one.code[:7]} {one.code[7:]}").code == one.code


@pytest.mark.parametrize("read", [store.building, store.house, store.names, store.history])
def test_what_is_no_code_is_refused_and_what_is_unknown_not_found(conn, read):
    unknown = "4403990010010100001" if read is not store.house else "4403990010010100001000001"
    with pytest.raises(NotFound):
        read(conn, unknown)
    with pytest.raises(InvalidCode):
        read(conn, "4403")


def test_before_its_first_day_it_is_not_there(conn):
    one = building(conn)
    assert store.building(conn, one.code, LONG_AGO) == one
    with pytest.raises(NotFound, match="2015-05-31"):
        store.building(conn, one.code, date(2015, 5, 31))


def test_what_is_gone_names_who_is_left_in_the_end(conn):
    first, second, third = (building(conn, column) for column in (0.2, 0.4, 0.6))
    lifecycle.retire(conn, first.code, date(2020, 1, 1), successors=[second.code], reason=Reason.REPLACED)
    lifecycle.retire(conn, second.code, date(2021, 1, 1), successors=[third.code], reason=Reason.MERGED)
    with pytest.raises(Gone) as gone:
        store.building(conn, first.code)
    assert (gone.value.successors, gone.value.since) == ((third.code,), date(2020, 1, 1))
    assert [one.successor for one in store.successors(conn, first.code)] == [second.code]
    assert [one.code for one in store.predecessors(conn, third.code)] == [second.code]
    assert store.building(conn, first.code, date(2019, 12, 31)).code == first.code


def test_the_address_is_that_of_the_day(conn):
    one = building(conn)
    lifecycle.renumber(conn, one.code, Address("前进二路", "8"), date(2020, 1, 1))
    assert store.building(conn, one.code).address.road == "前进二路"
    assert store.building(conn, one.code, date(2019, 12, 31)).address.road == "前进一路"
    assert [address.road for address in store.addresses(conn, one.code)] == ["前进二路", "前进一路"]


def test_names_are_composed_where_none_is_stored(conn):
    edition(conn)
    one = building(conn)
    at_home = house(conn, one, unit="2")
    composed = {name.kind: name.name for name in store.names(conn, at_home.code)}
    assert composed == {
        NameKind.FULL: "广东省深圳市district99street01community01前进一路12号东山新村3栋2单元501",
        NameKind.ADMINISTRATIVE: "广东省深圳市district99street01community01东山新村3栋2单元501",
        NameKind.GEOGRAPHIC: "广东省深圳市district99前进一路12号东山新村3栋2单元501",
    }
    with conn.cursor() as cur:
        cur.execute(
            "INSERT INTO address_name (zone, code, kind, name, name_key, valid_from)"
            " VALUES (%s, %s, 'full', '老区委', '老区委', '2018-01-01')",
            (one.zone, one.code),
        )
    stored = store.names(conn, one.code)[0]
    assert (stored.kind, stored.name, stored.composed) == (NameKind.FULL, "老区委", False)
    assert NameKind.FULL not in {name.kind for name in store.names(conn, one.code) if name.composed}
    assert store.names(conn, one.code, date(2017, 1, 1))[0].composed


def test_the_unit_is_that_of_the_edition_valid_then_not_of_the_code(conn):
    edition(conn, when=datetime(2020, 1, 1, tzinfo=UTC))
    one = building(conn, grid=CODES["D"])
    edition(conn, "BBBBCC\nAABBCC\nDDDEEE", datetime(2024, 1, 1, tzinfo=UTC))
    now, then = store.grid_of(conn, one.code), store.grid_of(conn, one.code, datetime(2023, 1, 1, tzinfo=UTC))
    assert (now.outcome, now.chain[-1].code, then.chain[-1].code) == (Outcome.INSIDE, CODES["B"], CODES["A"])
    assert [unit.level for unit in now.chain] == ["district", "street", "community", "micro"]
    with pytest.raises(NotFound, match="no edition valid"):
        store.grid_of(conn, one.code, datetime(2019, 1, 1, tzinfo=UTC))


def test_history_tells_what_happened_in_order(conn):
    edition(conn)
    one, other = building(conn), building(conn, 0.7)
    lifecycle.renumber(conn, one.code, Address("前进二路", "8"), date(2020, 1, 1))
    lifecycle.merge(conn, [one.code], other.code, date(2025, 1, 1))
    told = [(change.on.isoformat(), change.what) for change in store.history(conn, one.code)]
    assert told == [
        ("2015-06-01", "issued"),
        ("2015-06-01", "address"),
        ("2020-01-01", "address-ended"),
        ("2020-01-01", "address"),
        ("2024-01-01", "grid"),
        ("2025-01-01", "retired"),
        ("2025-01-01", "followed-by"),
    ]
    assert ("2025-01-01", "follows") in [(change.on.isoformat(), change.what) for change in store.history(conn, other.code)]


def test_a_planned_building_is_found_and_is_not_live(conn):
    planned = building(conn, status=Status.PLANNED, on=date(2099, 1, 1))
    assert not store.building(conn, planned.code).status.live
