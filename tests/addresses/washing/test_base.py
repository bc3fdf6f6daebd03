"""What washing keeps in memory, and how it is kept up to date."""

import time
from contextlib import closing

import pytest

from gridgeo.addresses import places, units
from gridgeo.addresses.model import Address, Parts
from gridgeo.addresses.units import Agreement, Units
from gridgeo.addresses.washing import base
from gridgeo.addresses.washing.base import sound
from gridgeo.addresses.washing.divisions import Division
from gridgeo.addresses.washing.live import Live
from gridgeo.addresses.washing.wash import wash
from gridgeo.db import connection
from gridgeo.errors import NotFound
from tests.addresses.town import Town

ROWS = [
    (1, "district", "440399", "海曲区", None, 113.0, 22.8),
    (2, "street", "440399001", "东泽街道", 1, 113.0, 22.8),
    (3, "community", "440399001001", "荷塘社区", 2, 113.0, 22.8),
    (4, "micro", "44039900100101", "01微网格", 3, None, None),
]
FACTS = [
    Division("district", "老海县", became=("海曲区",), former=True),
    Division("street", "东泽街道", district="北山区", former=True),
]


def test_what_is_known_is_read_from_the_base(conn):
    town = Town(conn)
    assert {"前进1路", "建设路", "3巷"} <= set(town.base.roads)
    assert town.base.compounds["东山花园"].buildings == 2
    assert town.base.names == {"金辉", "老供销社"}
    assert town.base.units.unit("440399001") in town.base.compounds["东山花园"].units
    assert town.base.lexicon.named("金辉大厦")


def test_an_empty_base_washes_everything_to_nothing(conn):
    empty = base.read(conn)
    assert [one.category for one in wash(conn, ["前进一路1号", ""], empty)] == ["none", "none"]


@pytest.mark.parametrize(
    "level, written, agreement",
    [
        ("district", "海曲区", Agreement.TODAY),
        ("district", "海曲", Agreement.TODAY),
        ("district", "老海县", Agreement.FORMER),
        ("district", "北山区", Agreement.FORMER),
        ("district", "南山区", Agreement.WRONG),
        ("street", "东泽街道", Agreement.TODAY),
        ("street", "东泽镇", Agreement.FORMER),
        ("street", "西岭街道", Agreement.WRONG),
        ("community", "荷塘社区", Agreement.TODAY),
        ("community", "旧荷塘社区", Agreement.FORMER),
    ],
)
def test_a_written_division_agrees_with_today_or_formerly_or_not(level, written, agreement):
    known = Units(7, ROWS, [(3, "community", "旧荷塘社区")], FACTS)
    assert known.agreement(level, written, 4) is agreement


def test_units_are_named_by_code_name_or_id():
    known = Units(7, ROWS, (), FACTS)
    assert known.unit("440399001") == known.unit("东泽") == known.unit("u2") == 2
    assert known.below(2) == [2, 3, 4]
    for ref in ("u9", "北山区", "", "u", "u²"):
        with pytest.raises(NotFound):
            known.unit(ref)


def test_an_address_is_written_from_the_city_down():
    known = Units(7, ROWS, (), FACTS)
    assert units.address(known.chain(4), Parts(road="前进一路", plate="12", room="501")) == "深圳市海曲区东泽街道荷塘社区前进一路12号501"
    assert units.address((), Parts(road="前进一路", plate="12")) == "前进一路12号"


def test_names_that_sound_alike_to_the_region():
    assert sound("兴业路") == sound("新业路")
    assert sound("南山路") == sound("兰山路")
    assert sound("长沙路") != sound("东山路")


def test_what_another_process_loads_is_known_soon(database_url):
    with closing(connection.connect(database_url)) as conn, conn:
        town = Town(conn)
    live = Live(database_url).start()
    try:
        assert "新修路" not in live.base.roads
        with closing(connection.connect(database_url)) as conn, conn:
            town.conn = conn
            town.place("E", 3.6, 2.6, Address("新修路", "1"))
            places.refresh(conn)
        deadline = time.monotonic() + 20
        while "新修路" not in live.base.roads and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "新修路" in live.base.roads
    finally:
        live.stop()


def test_a_reader_sees_the_whole_base(database_url):
    with closing(connection.connect(database_url)) as conn, conn:
        Town(conn)
    live = Live(database_url, "gridgeo_reader").start()
    live.stop()
    assert "建设路" in live.base.roads
