"""Events in the drawn city: one of each state, one that not everybody may see, and one that nobody knows the place of."""

from __future__ import annotations

from tests.api.world import A, D

#: What people wrote and where somebody lives: nobody is told that by a collection.
WORDS, HOUSE, ADDRESS = "三楼的老张又吵架了", "4403060010010100001000001", "海滨路1号301"
#: Who leads; the department of the objects as well.
DEPARTMENT = "MB0000011"
#: Numbers of the events by what they are.
CLOSED, OVERDUE, DUE_SOON, OPEN, PAUSED, NOWHERE, HIDDEN = range(1, 8)
LAMP, NOISE = "公用设施/照明/路灯不亮", "住房/噪音/邻里噪音"

_CLASSES = """
INSERT INTO gridgeo.event_class (kind, major, minor, name, major_en, minor_en, name_en, position, grade, colour, public)
VALUES ('event', '公用设施', '照明', '路灯不亮', 'Utilities', 'Lighting', 'Dark lamp', 1, 4, '#4477aa', true),
       ('request', '住房', '噪音', '邻里噪音', 'Housing', 'Noise', 'Noise', 2, 3, '#44aa77', false);
INSERT INTO gridgeo.channel (channel, kind, source, name_zh, name_en) VALUES ('hotline-7', 'hotline', '12345', '热线', 'Hotline');
"""
#: (path, stage, unit, point, reported, due, closed, paused); times are SQL.
_SOON, _LATE = "now() + interval '1 day'", "now() - interval '1 day'"
_LONG_AGO = "timestamptz '2024-03-01T08:00:00Z'"
_BEFORE, _FAR, _NOT = "now() - interval '10 days'", "timestamptz '2099-01-01Z'", "NULL::timestamptz"
_EVENTS = (
    (LAMP, "closed", A, (113.005, 22.895), _LONG_AGO, f"{_LONG_AGO} + interval '3 days'", f"{_LONG_AGO} + interval '1 day'", _NOT),
    (LAMP, "dispatched", D, (113.035, 22.875), "timestamptz '2025-06-01T23:30:00+08:00'", _LATE, _NOT, _NOT),
    (LAMP, "filed", A, (113.006, 22.895), _BEFORE, _SOON, _NOT, _NOT),
    (LAMP, "filed", A, (113.007, 22.895), "now() - interval '9 days'", _FAR, _NOT, _NOT),
    (LAMP, "dispatched", A, (113.008, 22.895), "now() - interval '8 days'", _LATE, _NOT, "now() - interval '2 days'"),
    (LAMP, "rejected", None, None, "now() - interval '7 days'", _LATE, _NOT, _NOT),
    (NOISE, "filed", A, (113.005, 22.896), "now() - interval '6 days'", _FAR, _NOT, _NOT),
)


def add(conn, units: dict[str, int]) -> None:
    """Add the events, numbered from 1."""
    with conn.cursor() as cur:
        cur.execute(_CLASSES)
        for number, (path, stage, unit, point, *times) in enumerate(_EVENTS, 1):
            _put(cur, number, path, stage, point, times)
            there = (number, units.get(unit), "inside" if unit in units else "none")
            cur.execute("INSERT INTO gridgeo.event_grid VALUES (%s, gridgeo.edition_now(), %s, %s)", there)


def _put(cur, number, path, stage, point, times):
    reported, due, closed, paused = times
    given = {"code": f"{DEPARTMENT}{20240000000000 + number}", "path": path, "stage": stage, "department": DEPARTMENT}
    facts = {"lon": point and point[0], "lat": point and point[1], "located": "point" if point else "none"}
    cur.execute(
        f"""INSERT INTO gridgeo.event (event_code, kind, class_id, grade, stage, channel, told, located, address, place, point,
                                       department_code, reported_at, due_at, closed_at, paused_at)
            SELECT %(code)s, k.kind, k.class_id, k.grade, %(stage)s, 'hotline-7', %(told)s, %(located)s, %(address)s, %(place)s,
                   ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490), %(department)s, {reported}, {due}, {closed}, {paused}
              FROM gridgeo.event_class AS k WHERE k.path = %(path)s""",
        {**given, **facts, "told": WORDS, "address": ADDRESS, "place": HOUSE},
    )
