"""A small city with buildings: the drawn world of the API, two buildings a community, and what hangs on them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime

from gridgeo.addresses import places
from gridgeo.addresses.washing import text
from gridgeo.codes import person
from gridgeo.codes.model import Kind
from gridgeo.db import connection
from gridgeo.hierarchy import editions, model, store
from gridgeo.linkage import keys
from gridgeo.settings import Settings
from tests.api import world

#: A building in each of two communities, by the letter of the micro-grid it lies in, and a house in each of them.
BUILDING = {world.A: "4403060010010100001", world.D: "4403060020010100001"}
HOUSE = {unit: f"{code}000101" for unit, code in BUILDING.items()}
#: How they are written: road and plate, and the name both have besides.
ADDRESS = {world.A: ("前进一路", "11"), world.D: ("前进二路", "22")}
NAME = {world.A: "海滨大厦", world.D: "劳动大厦"}
TOKEN = {world.A: b"a" * 16, world.D: b"d" * 16}
POINT = {world.A: world.IN_A, world.D: (113.035, 22.875)}

#: Tables of addresses and links whose rows belong to a building, and how rows are counted.
ADDRESSES = ("building", "building_address", "building_grid", "house", "address_name", "address_successor")
LINKS = ("link", "identity")


def city(conn) -> dict[str, int]:
    """Load the drawn city, valid since 2025, and its buildings; return unit ids by code."""
    edition, _ = editions.stage(conn, model.GOVERNANCE, world.frame(False), name="2025")
    editions.activate(conn, edition.edition_id, datetime(2025, 1, 1, tzinfo=UTC))
    table = store.frame(conn, edition.edition_id)
    units = {code: int(unit_id) for code, unit_id in zip(table["code"], table["unit_id"], strict=True) if isinstance(code, str)}
    with conn.cursor() as cur:
        for code in BUILDING:
            for statement, values in _rows(code, units[code], edition.edition_id):
                cur.execute(statement, values)
    places.refresh(conn)
    return units


def _rows(unit: str, unit_id: int, edition_id: int):
    building, house, token = BUILDING[unit], HOUSE[unit], TOKEN[unit]
    zone, (road, plate) = building[:12], ADDRESS[unit]
    yield (
        "INSERT INTO gridgeo.building (zone, building_code, building_use, status, point, valid_from) "
        "VALUES (%s, %s, 'residential', 'in_use', ST_SetSRID(ST_MakePoint(%s, %s), 4490), '2020-01-01')",
        (zone, building, *POINT[unit]),
    )
    yield (
        "INSERT INTO gridgeo.building_address (zone, building_code, address_no, road, road_key, plate, plate_key, valid_from) "
        "VALUES (%s, %s, 1, %s, %s, %s, %s, '2020-01-01')",
        (zone, building, road, text.key(road), plate, text.number_key(plate)),
    )
    yield (
        "INSERT INTO gridgeo.building_grid (zone, building_code, edition_id, unit_id, outcome) VALUES (%s, %s, %s, %s, 'inside')",
        (zone, building, edition_id, unit_id),
    )
    yield (
        "INSERT INTO gridgeo.house (zone, house_code, building_code, status, valid_from) VALUES (%s, %s, %s, 'in_use', '2020-01-01')",
        (zone, house, building),
    )
    for code in (building, house):
        yield (
            "INSERT INTO gridgeo.address_name (zone, code, kind, name, name_key, valid_from) "
            "VALUES (%s, %s, 'short', %s, %s, '2020-01-01')",
            (zone, code, NAME[unit], text.key(NAME[unit])),
        )
    yield (
        "INSERT INTO gridgeo.address_successor (zone, code, successor, reason, since) VALUES (%s, %s, %s, 'merged', '2024-01-01')",
        (zone, house, f"{building}000102"),
    )
    yield (
        "INSERT INTO linkage.identity (token, kind, key_id, sealed) VALUES (%s, 'person', 1, 'x')",
        (token,),
    )
    for place in (house, f"{building}{'*' * 6}"):
        yield "INSERT INTO linkage.cluster_address (zone, place, name) VALUES (%s, %s, 'Incubator')", (place[:12], place)
    for place in (house, f"{building}{'*' * 6}", f"{unit}{'*' * 11}"):
        yield (
            "INSERT INTO linkage.link (token, kind, zone, place, role, valid, method, confidence) "
            "VALUES (%s, 'person', %s, %s, 'resident', '[2020-01-01,)', 'visit', 0.9)",
            (token, place[:12], place),
        )


def loaded(url: str) -> dict[str, int]:
    """Load the city into a database of the test's own; return unit ids by code."""
    with closing(connection.connect(url)) as conn, conn:
        return city(conn)


def sealed(url: str, settings: Settings) -> None:
    """Make the keys of the locked room, and seal with them the codes of :data:`TOKEN`: persons that cannot be."""
    with closing(connection.connect(url)) as conn, conn:
        keys.init(conn, settings)
        vault = keys.unlock(conn, settings)
        people = [person.build("449999", date(1970, 1, 1), number).value for number in range(1, len(TOKEN) + 1)]
        codes = vault.seal_many(Kind.PERSON, list(TOKEN.values()), people)
        with conn.cursor() as cur:
            for token, code in zip(TOKEN.values(), codes, strict=True):
                cur.execute("UPDATE linkage.identity SET key_id = %s, sealed = %s WHERE token = %s", (vault.seal_key_id, code, token))
