"""A drawn city with classes, channels and departments, reports of it, and the people who work on them."""

from __future__ import annotations

from gridgeo.codes import credit
from gridgeo.events import acting, intake, store
from gridgeo.events.model import Actor, Duty, Event, Given, Taken
from tests.objects.making import IN_A, city


def department(number: int) -> str:
    """Return the code of a department nobody has."""
    return f"ZZ{number:06}" + credit.organisation_check(f"ZZ{number:06}")


LIGHTS, ROADS, PARKS = department(1), department(2), department(3)
LAMP, GAS, NOISE = "公用设施/照明/路灯不亮", "突发事件/燃气/燃气泄漏", "住房/噪音/邻里噪音"

CLERK = Actor("key:clerk000", frozenset((Duty.ACCEPT, Duty.DISPATCH)))
CHECKER = Actor("key:check000", frozenset((Duty.VERIFY,)))
WORKER = Actor("key:worker00", frozenset((Duty.REPORT,)))
REPORTER = Actor("receipt", frozenset((Duty.RECEIPT,)))
OF_LIGHTS, OF_ROADS = (Actor(f"key:{name}", frozenset((Duty.HANDLE,)), code) for name, code in (("lights00", LIGHTS), ("roads000", ROADS)))


def ground(conn) -> dict[str, int]:
    """Make the drawn city with its classes, channels, departments and matrix; return the units by code."""
    _, units = city(conn)
    words(conn)
    return units


def words(conn) -> None:
    """Add classes, channels, departments and a line of the matrix."""
    with conn.cursor() as cur:
        cur.execute(
            """INSERT INTO gridgeo.event_class (kind, major, minor, name, major_en, minor_en, name_en, position, grade, colour, public)
               VALUES ('event', '公用设施', '照明', '路灯不亮', 'Utilities', 'Lighting', 'Dark lamp', 1, 4, '#4477aa', true),
                      ('event', '突发事件', '燃气', '燃气泄漏', 'Emergencies', 'Gas', 'Gas leak', 2, 1, '#aa4444', true),
                      ('request', '住房', '噪音', '邻里噪音', 'Housing', 'Noise', 'Noise', 3, 3, '#44aa77', false)"""
        )
        cur.execute(
            """INSERT INTO gridgeo.channel (channel, kind, source, name_zh, name_en)
               VALUES ('inspector', 'inspector', '', '网格员', 'Grid worker'), ('hotline', 'hotline', '12345', '热线', 'Hotline')"""
        )
        for code, name in ((LIGHTS, "照明处"), (ROADS, "道路处"), (PARKS, "园林处")):
            cur.execute("INSERT INTO gridgeo.department VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (code, name, name))
        cur.execute(
            """INSERT INTO gridgeo.responsibility (class_path, unit_key, part, department_code, valid_from)
               VALUES (%s, '', 'lead', %s, '2020-01-01')""",
            ("公用设施", LIGHTS),
        )


def given(**more) -> Given:
    """Return a report of a dark lamp in A."""
    said = {"channel": "inspector", "told": "路灯不亮", "class_path": LAMP, "lon": IN_A[0], "lat": IN_A[1]}
    return Given(**{**said, **more})


def report(conn, **more) -> Taken:
    """Take one report in."""
    return intake.take_in(conn, [given(**more)], WORKER)[0]


def steps(conn, taken: Taken, *doings) -> Event:
    """Do one thing after another to an event: (actor, action, what is given)."""
    for actor, action, *said in doings:
        acting.act(conn, taken.event_id, action, actor, said[0] if said else {})
    return store.find(conn, taken.event_id)


FILED = ((CLERK, "file"),)
SENT = (*FILED, (CLERK, "dispatch", {"department_code": LIGHTS}))
HANDLED = (*SENT, (OF_LIGHTS, "accept"), (OF_LIGHTS, "handle", {"note": "换了灯泡"}))
CLOSED = (*HANDLED, (CHECKER, "verify"), (CLERK, "close"))
