"""Houses to link to, persons that cannot be, and files of links."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from gridgeo.codes import credit, person
from gridgeo.ingest import links
from gridgeo.linkage import keys
from gridgeo.settings import Settings

ZONE = "449999001001"
BUILDING = f"{ZONE}0100001"
HOUSE, NEXT, THIRD = (f"{BUILDING}{number:06}" for number in (1, 2, 3))
OUTDOORS = f"{ZONE}01"
RETIRED, FOLLOWS = f"{BUILDING}000009", f"{BUILDING}000010"

HEADER = ("code", "place", "role", "valid_from", "valid_to", "method", "source", "evidence", "confidence")
COMPANY = "91350100M000100Y43"


def person_code(number: int) -> str:
    """An ID number of a division that was never issued."""
    return person.build("449999", date(1990, 1, 1) + timedelta(days=number // 500), number % 500 + 1).value


def company_code(number: int) -> str:
    """A credit code registered by that division."""
    return credit.build("9", "1", "449999", f"MA{number:06}").value


def phone(number: int) -> str:
    """A mobile number."""
    return f"1990000{number:04}"


def base(conn) -> None:
    """One building with five houses, one of them retired."""
    with conn.cursor() as cur:
        cur.execute(
            "INSERT INTO gridgeo.building (zone, building_code, building_use, status, point, valid_from) "
            "VALUES (%s, %s, 'residential', 'in_use', ST_SetSRID(ST_MakePoint(113.9, 22.55), 4490), '2010-01-01')",
            (ZONE, BUILDING),
        )
        for code in (HOUSE, NEXT, THIRD, RETIRED, FOLLOWS):
            gone = code == RETIRED
            cur.execute(
                "INSERT INTO gridgeo.house (zone, house_code, building_code, status, valid_from, valid_to) VALUES (%s, %s, %s, %s, %s, %s)",
                (ZONE, code, BUILDING, "retired" if gone else "in_use", "2010-01-01", "2024-01-01" if gone else None),
            )
        cur.execute(
            "INSERT INTO gridgeo.address_successor (zone, code, successor, reason, since) VALUES (%s, %s, %s, 'renumbered', '2024-01-01')",
            (ZONE, RETIRED, FOLLOWS),
        )


def vault(conn, folder: Path):
    """The room's vault, its keys made."""
    return keys.unlock(conn, Settings(home=folder))


def row(code: str, place: str = HOUSE, role: str = "resident", valid_from: str = "2020-01-01", valid_to: str = "", **more: str) -> tuple:
    """One row of a file of links."""
    given = {"code": code, "place": place, "role": role, "valid_from": valid_from, "valid_to": valid_to} | more
    return tuple(given.get(name, "") for name in HEADER)


def file(path: Path, rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER, encoding: str = "utf-8-sig") -> Path:
    """Write a file of links."""
    with path.open("w", encoding=encoding, newline="") as made:
        csv.writer(made).writerows([header, *rows])
    return path


def load(conn, vault, folder: Path, rows: Iterable[Sequence[str]], kind: str = "person", **how):
    """Load rows of one kind; return the plan."""
    plan = links.plan(conn, vault, [file(folder / f"{kind}.csv", rows)], kind, **how)
    links.commit(conn, vault, plan, actor="test", accepted=how.get("accepted", ()))
    forget(conn)
    return plan


def forget(conn) -> None:
    """What a commit would take away: the tables a load worked with."""
    with conn.cursor() as cur:
        cur.execute("DROP TABLE IF EXISTS link_given, link_place, link_double, link_standing")
