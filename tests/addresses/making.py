"""A small district with buildings and houses in it. Its codes are of a district that was never issued."""

from datetime import UTC, date, datetime

from gridgeo.addresses import lifecycle
from gridgeo.addresses.model import Address, Building, House
from gridgeo.hierarchy import editions
from gridgeo.hierarchy.model import GOVERNANCE, Edition
from gridgeo.ingest import activation
from tests import districts

#: micro-grids by letter: as the drawings' own, in a district whose code can be one
CODES = {letter: code.replace("999901", "440399", 1) for letter, code in districts.CODES.items()}

PICTURE = """
    AABBCC
    AABBCC
    DDDEEE
"""

#: in the middle of A's first cell; one cell is 0.01 degrees
WEST, NORTH, STEP = 113.0, 22.9, 0.01

LONG_AGO = date(2015, 6, 1)


def edition(conn, picture: str = PICTURE, when: datetime = datetime(2024, 1, 1, tzinfo=UTC)) -> Edition:
    """Draw an edition of the governance scheme and make it valid from a moment on."""
    draft, _ = editions.stage(conn, GOVERNANCE, districts.district(picture, CODES), name=f"{when:%Y-%m-%d}")
    return activation.activate(conn, draft.edition_id, when)


def at(column: float, row: float) -> tuple[float, float]:
    """The lon and lat of a place in the drawing, in cells from its upper left corner: whole numbers lie on borders."""
    return round(WEST + column * STEP, 9), round(NORTH - row * STEP, 9)


def building(conn, column: float = 0.5, row: float = 0.5, grid: str = CODES["A"], **facts) -> Building:
    """A building of a name and a road."""
    lon, lat = at(column, row)
    told = {"use": "residential", "address": Address("前进一路", "12", "东山新村", "3"), "floors": 7, "on": LONG_AGO, **facts}
    return lifecycle.mint_building(conn, grid, lon=lon, lat=lat, **told)


def house(conn, of: Building, room: str = "501", **facts) -> House:
    return lifecycle.mint_house(conn, of.code, **{"floor": 5, "room": room, "on": LONG_AGO, **facts})


def counted(conn, table: str) -> int:
    with conn.cursor() as cur:
        cur.execute(f"SELECT count(*) FROM {table}")
        return cur.fetchone()[0]
