"""A small town to look for addresses in: two streets, three communities, invented, in a district that was never issued.

荷塘社区 A B (东泽街道)    柳洲社区 C (东泽街道)    石桥社区 D E (西岭街道)
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from copy import copy
from datetime import UTC, datetime

from gridgeo.addresses import lifecycle, places
from gridgeo.addresses.model import Address, Building
from gridgeo.addresses.washing import base
from gridgeo.addresses.washing.base import Base
from gridgeo.addresses.washing.comparable import key
from gridgeo.db import connection
from gridgeo.hierarchy import editions
from gridgeo.hierarchy.model import GOVERNANCE
from gridgeo.ingest import activation
from tests import districts
from tests.addresses.making import CODES, LONG_AGO, PICTURE, at

NAMES = {
    "440399": "海曲区",
    "440399001": "东泽街道",
    "440399002": "西岭街道",
    "440399001001": "荷塘社区",
    "440399001002": "柳洲社区",
    "440399002001": "石桥社区",
}


@contextmanager
def standing(server, template: str) -> Iterator[Callable[[], AbstractContextManager["Town"]]]:
    """Build the town in a database of its own; what is lent is the town on a connection that is rolled back at the end."""
    name = server.create(template)
    with closing(connection.connect(server.url_of(name))) as conn, conn:
        built = Town(conn)

    @contextmanager
    def lent() -> Iterator[Town]:
        with closing(connection.connect(server.url_of(name))) as conn:
            own = copy(built)
            own.conn = conn
            yield own

    yield lent
    server.drop(name)


class Town:
    """The buildings by a word for each, and what is in memory of them."""

    def __init__(self, conn) -> None:
        self.conn = conn
        edition(conn)
        place = self.place
        self.estate3 = place("A", 0.5, 0.5, Address("前进一路", "12", "东山花园", "3"))
        self.estate4 = place("A", 1.5, 0.5, Address("前进一路", "12", "东山花园", "4"))
        self.village = place("B", 2.5, 0.5, Address("三巷", "5", "新塘村"))
        self.tower = place("C", 4.5, 0.5, Address("前进一路", "20", "金辉大厦"), floors=20)
        self.other_village = place("D", 0.5, 2.5, Address("三巷", "5", "石桥村"))
        self.street8 = place("E", 3.5, 2.5, Address("建设路", "8"))
        self.street9 = place("A", 1.5, 1.5, Address("建设路", "9"))
        self.plant = place("E", 4.5, 2.5, Address("建设路", "30", "宏业工业园", "A"))
        for of, unit, floor, room in (
            *((self.estate3, "1", 5, "501"), (self.estate3, "2", 5, "501"), (self.estate3, "1", 5, "502"), (self.estate3, "2", 6, "601")),
            *((self.estate4, None, 5, "501"), (self.village, None, 3, "301"), (self.other_village, None, 3, "301")),
            *((self.tower, None, 12, "1203"), (self.tower, None, 16, "1601-1602"), (self.street8, None, 1, "101")),
            *((self.street9, None, 1, "101"), (self.plant, None, 2, None), (self.plant, None, 3, None)),
        ):
            lifecycle.mint_house(conn, of.code, unit=unit, floor=floor, room=room, on=LONG_AGO)
        self.name(self.tower.code, "short", "金辉")
        self.name(self.tower.code, "former", "老供销社")
        self.refresh()

    def place(self, grid: str, column: float, row: float, address: Address, **facts) -> Building:
        lon, lat = at(column, row)
        told = {"use": "residential", "floors": 7, "on": LONG_AGO, **facts}
        return lifecycle.mint_building(self.conn, CODES[grid], lon=lon, lat=lat, address=address, **told)

    def name(self, code: str, kind: str, name: str) -> None:
        with self.conn.cursor() as cur:
            cur.execute(
                "INSERT INTO address_name (zone, code, kind, name, name_key, valid_from) VALUES (%s, %s, %s, %s, %s, '2015-06-01')",
                (code[:12], code, kind, name, key(name)),
            )

    def house(self, of: Building, room: str | None, unit: str | None = None, floor: int | None = None) -> str:
        """The code of a house."""
        with self.conn.cursor() as cur:
            cur.execute(
                "SELECT house_code FROM house WHERE building_code = %s AND room IS NOT DISTINCT FROM %s"
                " AND (%s::text IS NULL OR unit = %s) AND (%s::int IS NULL OR floor = %s) ORDER BY house_code",
                (of.code, room, unit, unit, floor, floor),
            )
            return cur.fetchone()[0]

    def refresh(self) -> Base:
        """Make the places anew and read what is in memory."""
        places.refresh(self.conn)
        self.base = base.read(self.conn)
        return self.base


def edition(conn, picture: str = PICTURE, names: dict[str, str] = NAMES, when: datetime = datetime(2024, 1, 1, tzinfo=UTC)):
    """Draw the town's grids and make them valid."""
    frame = districts.district(picture, CODES)
    frame["name_zh"] = [names.get(code, f"{code[-2:]}微网格") for code in frame["code"]]
    draft, _ = editions.stage(conn, GOVERNANCE, frame, name=f"{when:%Y}")
    return activation.activate(conn, draft.edition_id, when)
