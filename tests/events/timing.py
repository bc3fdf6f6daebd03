"""Events as rows, put where a test needs them: in any stage, with steps that say when."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from gridgeo.codes import credit
from gridgeo.events import store
from gridgeo.events.limit_rows import Limit
from gridgeo.moments import CHINA
from gridgeo.worktime.model import Amount, Unit

#: Departments nobody has: codes of a row that was never issued.
LIGHTS, PARKS, STREET = (f"ZZ00000{n}" + credit.organisation_check(f"ZZ00000{n}") for n in (1, 2, 3))

_NUMBERS = count(1)


def at(text: str) -> datetime:
    """Return a moment in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def base(conn) -> None:
    """Enter departments, a channel and two classes."""
    with conn.cursor() as cur:
        for code, name in ((LIGHTS, "照明处"), (PARKS, "园林处"), (STREET, "街道办")):
            cur.execute("INSERT INTO department VALUES (%s, %s, %s)", (code, name, name))
        cur.execute("INSERT INTO channel (channel, kind, name_zh, name_en) VALUES ('hotline-1', 'hotline', '热线', 'Hotline')")
        for minor, name, grade in (("照明", "路灯不亮", 3), ("燃气", "燃气泄漏", 1)):
            cur.execute(
                "INSERT INTO event_class (kind, major, minor, name, major_en, minor_en, name_en, position, grade, colour, public)"
                " VALUES ('event', '公用', %s, %s, 'Public', 'x', 'x', 1, %s, '#ff0000', true)",
                (minor, name, grade),
            )


def event(conn, path: str = "公用/照明/路灯不亮", steps=(), **columns):
    """Store an event and return it; `steps` are (action, moment)."""
    given = {"grade": 3, "stage": "filed", "reported_at": at("2026-11-18T09:00"), **columns}
    given = {"event_code": f"{LIGHTS}{20261118000000 + next(_NUMBERS)}", "kind": "event", "channel": "hotline-1", **given}
    given = {"told": "路灯不亮", "located": "none", **given}
    with conn.cursor() as cur:
        cur.execute("SELECT class_id FROM event_class WHERE path = %s", (path,))
        given["class_id"] = cur.fetchone()[0]
        names = ", ".join(given)
        cur.execute(f"INSERT INTO event ({names}) VALUES ({', '.join(['%s'] * len(given))}) RETURNING event_id", list(given.values()))
        event_id = cur.fetchone()[0]
        for number, (action, when) in enumerate(steps, start=1):
            cur.execute(
                "INSERT INTO event_step (event_id, step_no, action, stage, actor, at) VALUES (%s, %s, %s, 'filed', 'key:t', %s)",
                (event_id, number, action, when),
            )
    return store.find(conn, event_id)


def task(conn, event_id: int, department: str = LIGHTS, **columns) -> None:
    """Give a department a task of an event."""
    given = {"event_id": event_id, "task_no": 1, "part": "lead", "department_code": department, "stage": "open", **columns}
    given.setdefault("sent_at", at("2026-11-18T09:00"))
    with conn.cursor() as cur:
        names = ", ".join(given)
        cur.execute(f"INSERT INTO event_task ({names}) VALUES ({', '.join(['%s'] * len(given))})", list(given.values()))


def limit(stage: str, amount: int, unit: str = "hour", working: bool = True, **of) -> Limit:
    """Return a limit."""
    return Limit(of.get("city", ""), of.get("path", ""), of.get("grade"), stage, Amount(amount, Unit(unit), "china" if working else None))


HOUR = timedelta(hours=1)
