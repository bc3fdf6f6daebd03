"""Events as bare rows, to be counted: how they came to be so is not asked."""

from __future__ import annotations

from datetime import UTC, datetime

from gridgeo.events import counts
from tests.objects import making

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)

_CLASS = """
INSERT INTO event_class (kind, major, minor, name, major_en, minor_en, name_en, position, grade, colour, public)
VALUES ('event', '市容环境', '环卫', %(name)s, 'City', 'Cleaning', %(name)s, %(position)s, 3, '#336699', true) RETURNING class_id
"""
_EVENT = """
INSERT INTO event (event_code, kind, class_id, grade, stage, channel, told, located, point, department_code, merged_into, reported_at,
  filed_at, dispatched_at, responded_at, closed_at, due_at, paused_at, bounces, stars)
VALUES (%(event_code)s, 'event', %(class_id)s, 3, %(stage)s, %(channel)s, '', 'point', ST_SetSRID(ST_MakePoint(113, 22.9), 4490),
  %(department_code)s, %(merged_into)s, %(reported_at)s, %(filed_at)s, %(filed_at)s, %(responded_at)s, %(closed_at)s, %(due_at)s,
  %(paused_at)s, %(bounces)s, %(stars)s) RETURNING event_id
"""
_NOTHING = ("class_id", "department_code", "merged_into", "filed_at", "responded_at", "closed_at", "due_at", "paused_at", "stars")


def ground(conn) -> tuple[int, dict[str, int]]:
    """Two classes, two channels, two departments in a drawn city; return the edition and its units by code."""
    edition_id, units = making.city(conn)
    making.tree(conn)
    with conn.cursor() as cur:
        for position, name in enumerate(("暴露垃圾", "道路破损"), 1):
            cur.execute(_CLASS, {"name": name, "position": position})
        cur.execute("INSERT INTO channel (channel, kind, name_zh, name_en) VALUES ('hotline', 'hotline', '热线', 'Hotline'),"
                    " ('inspector', 'inspector', '巡查', 'Inspector')")  # fmt: skip
    return edition_id, units


def classes(conn) -> list[int]:
    """Return the numbers of the two classes."""
    with conn.cursor() as cur:
        cur.execute("SELECT class_id FROM event_class ORDER BY position")
        return [number for (number,) in cur.fetchall()]


def put(conn, edition_id: int, rows: list[dict]) -> list[int]:
    """Put events there and count them; return their numbers. `unit` of a row is where it lies, None: in no unit."""
    made = []
    with conn.cursor() as cur:
        cur.execute("SELECT count(*) FROM event")
        before = cur.fetchone()[0]
        for number, row in enumerate(rows, before + 1):
            nothing = dict.fromkeys(("class_id", "department_code", "merged_into", "filed_at", "responded_at", "closed_at", "due_at"))
            given = {
                **nothing,
                "stage": "reported",
                "channel": "hotline",
                "reported_at": AT,
                "paused_at": None,
                "bounces": 0,
                "stars": None,
            }
            cur.execute(_EVENT, {**given, **row, "event_code": f"{making.LIGHTS}20260302{number:06}"})
            made.append(cur.fetchone()[0])
            outcome = "none" if row.get("unit") is None else "inside"
            cur.execute("INSERT INTO event_grid VALUES (%s, %s, %s, %s)", (made[-1], edition_id, row.get("unit"), outcome))
    counts.shift(conn, made, 1)
    return made
