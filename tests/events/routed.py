"""A drawn city with classes and departments, and events in it, to be routed."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count

from gridgeo.codes import credit
from gridgeo.db.comparison import Comparison
from gridgeo.events import store
from gridgeo.events.model import Actor, Duty, Event, Part
from gridgeo.events.routing import matrix
from gridgeo.events.routing.model import Responsibility
from gridgeo.moments import CHINA
from gridgeo.objects.model import Department
from tests.objects import making

DISTRICT, STREET, COMMUNITY, OTHER_COMMUNITY = "999901", "999901001", "999901001001", "999901001002"
A, B, C = "99990100100101", "99990100100102", "99990100100201"
POINTS = {A: making.IN_A, B: making.IN_B, C: making.IN_C}

LAMP, HOLE, GAS, NOISE = "公用设施/照明/路灯不亮", "公用设施/道路/路面破损", "突发事件/燃气/燃气泄漏", "街面秩序/噪声/夜间噪声"

#: Departments nobody has: codes of rows that were never issued.
CODES = [f"ZZ0009{n:02}" + credit.organisation_check(f"ZZ0009{n:02}") for n in range(12)]
LIGHTS, ROADS, PARKS, WATER, POWER, HOUSING, TRAFFIC, GASWORKS, POLICE, FIRE, OFFICE, HALL = CODES
NAMES = ("照明处", "道路处", "园林处", "水务处", "电力处", "住建处", "交通处", "燃气处", "公安分局", "消防大队", "街道办", "区城管局")

_NUMBERS = count(1)


def at(text: str) -> datetime:
    """Return a moment in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


MONDAY = at("2026-11-16T10:00")


def ground(conn) -> dict[str, int]:
    """Draw the city, enter classes, channels and departments; return its units by code."""
    _, units = making.city(conn)
    with conn.cursor() as cur:
        for code, name in zip(CODES, NAMES, strict=True):
            cur.execute("INSERT INTO department VALUES (%s, %s, %s)", (code, name, name))
        cur.execute("INSERT INTO channel (channel, kind, name_zh, name_en) VALUES ('hotline', 'hotline', '热线', 'Hotline'),"
                    " ('sensor', 'sensor', '传感器', 'Sensor')")  # fmt: skip
        for position, (path, grade) in enumerate({LAMP: 3, HOLE: 3, GAS: 1, NOISE: 4}.items(), 1):
            cur.execute(
                "INSERT INTO event_class (kind, major, minor, name, major_en, minor_en, name_en, position, grade, colour, public)"
                " VALUES ('event', %s, %s, %s, 'x', 'x', 'x', %s, %s, '#336699', true)",
                (*path.split("/"), position, grade),
            )
    return units


def event(conn, path: str | None = LAMP, unit: str | None = A, **columns) -> Event:
    """Store an event that was filed and return it."""
    moment = columns.pop("at", MONDAY)
    given = {"grade": 3, "stage": "filed", "reported_at": moment, "filed_at": moment, "kind": "event", "channel": "hotline", **columns}
    given |= {"event_code": f"{LIGHTS}{20261116000000 + next(_NUMBERS)}", "told": "", "located": "point" if unit else "none"}
    with conn.cursor() as cur:
        cur.execute("SELECT class_id FROM event_class WHERE path = %s", (path,))
        given["class_id"] = cur.fetchone()[0] if path else None
        names = ", ".join(given)
        lon, lat = POINTS[unit] if unit else (None, None)
        cur.execute(
            f"INSERT INTO event ({names}, point) VALUES ({', '.join(['%s'] * len(given))}, ST_SetSRID(ST_MakePoint(%s, %s), 4490))"
            " RETURNING event_id",
            [*given.values(), lon, lat],
        )
        event_id = cur.fetchone()[0]
        cur.execute(
            "INSERT INTO event_grid SELECT %(event)s, v.edition_id, v.unit_id, 'inside' FROM grid_unit_version AS v"
            " WHERE v.edition_id = gridgeo.edition_now() AND v.code = %(unit)s",
            {"event": event_id, "unit": unit},
        )
    return store.find(conn, event_id)


def row(path: str, department: str, unit: str = "", part: Part = Part.LEAD, **given) -> Responsibility:
    """Return a row of the matrix, valid since the beginning of the year."""
    return Responsibility(0, path, unit, part, department, **{"valid_from": date(2026, 1, 1), **given})


def give(conn, *rows: Responsibility, whole: bool = False) -> Comparison:
    """Store rows of the matrix."""
    found = matrix.stage(conn, rows, [Department(code, name, name) for code, name in zip(CODES, NAMES, strict=True)], None, whole)
    matrix.put(conn, None, whole)
    return found


def of(department: str, *duties: Duty) -> Actor:
    """Return who acts for a department."""
    return Actor(f"key:{NAMES[CODES.index(department)]}", frozenset(duties or (Duty.HANDLE,)), department)


DISPATCHER = Actor("key:dispatch", frozenset((Duty.DISPATCH,)))
