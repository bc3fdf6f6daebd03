"""Small districts with buildings, houses and links in them, put in by SQL: what is counted, not how it is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from psycopg2.extras import execute_values

from gridgeo.hierarchy import editions
from gridgeo.hierarchy.model import GOVERNANCE
from tests.districts import CODES, district

A, B, C, D, E = (CODES[letter] for letter in "ABCDE")
MICROS = (A, B, C, D, E)

#: Where a building of each micro-grid stands: in the middle of its letter in :data:`PICTURE`.
PICTURE = """
    AABBCC
    AABBCC
    DDDEEE
"""
AT = {A: (113.01, 22.89), B: (113.03, 22.89), C: (113.05, 22.89), D: (113.015, 22.875), E: (113.045, 22.875)}


def found_district(conn) -> int:
    """Store and activate the drawn district; return the edition's number."""
    edition, _ = editions.stage(conn, GOVERNANCE, district(PICTURE), name="drawn")
    editions.activate(conn, edition.edition_id)
    return edition.edition_id


def units(conn, edition_id: int) -> dict[str, int]:
    """Return the unit_id of each code of an edition."""
    with conn.cursor() as cur:
        cur.execute("SELECT code, unit_id FROM grid_unit_version WHERE edition_id = %s", (edition_id,))
        return dict(cur.fetchall())


def build(conn, edition_id: int, micro: str, number: int = 1, houses: int = 1, use: str = "residential", **facts) -> list[str]:
    """Put a building with houses into a micro-grid; return the houses' codes. `facts`: status, floors, valid_to, house_use, area_m2."""
    code, zone = f"{micro}{number:05}", micro[:12]
    status, floors, valid_to = facts.get("status", "in_use"), facts.get("floors"), facts.get("valid_to")
    with conn.cursor() as cur:
        cur.execute(
            "INSERT INTO building (zone, building_code, building_use, status, floors, point, valid_from, valid_to) "
            "VALUES (%s, %s, %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4490), '2010-01-01', %s)",
            (zone, code, use, status, floors, *AT[micro], valid_to),
        )
        cur.execute(
            "INSERT INTO building_address (zone, building_code, address_no, road, plate, road_key, plate_key, valid_from) "
            "VALUES (%s, %s, 1, '试验路', %s, '试验路', %s, '2010-01-01')",
            (zone, code, str(number), str(number)),
        )
        cur.execute(
            "INSERT INTO building_grid (zone, building_code, edition_id, unit_id, outcome) VALUES (%s, %s, %s, %s, 'inside')",
            (zone, code, edition_id, units(conn, edition_id)[micro]),
        )
        codes = [f"{code}{house:06}" for house in range(1, houses + 1)]
        rows = [
            (zone, house, code, str(100 + at), str(100 + at), facts.get("house_use"), status, facts.get("area_m2"), "2010-01-01", valid_to)
            for at, house in enumerate(codes, 1)
        ]
        columns = "zone, house_code, building_code, room, room_key, house_use, status, area_m2, valid_from, valid_to"
        execute_values(cur, f"INSERT INTO house ({columns}) VALUES %s", rows)
    return codes


def token(name: object) -> bytes:
    """Return the token of somebody or something that only has a name here."""
    return blake2b(repr(name).encode(), digest_size=16).digest()


def link(
    conn, kind: str, role: str, at: Iterable[tuple[object, str]], valid: str = "[2020-01-01,)", recorded: str = "[2020-01-02,)"
) -> None:
    """Link names to places (25 characters) in a role."""
    rows = [(token((kind, name)), kind, place[:12], place, role, valid, recorded, "visit", 0.99) for name, place in at]
    columns = "token, kind, zone, place, role, valid, recorded, method, confidence"
    with conn.cursor() as cur:
        execute_values(cur, f"INSERT INTO linkage.link ({columns}) VALUES %s", rows)


def people(conn, role: str, places: Mapping[str, int]) -> None:
    """Put so many people of a role to each place, all different."""
    link(conn, "person", role, [((role, place, n), place) for place, count in places.items() for n in range(count)])
