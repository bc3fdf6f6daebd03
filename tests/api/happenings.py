"""What happened in the drawn city, for its pages: lamps that are seen to in time or not, a neighbour's noise, a receipt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gridgeo.events import counts
from gridgeo.events.model import Asked, Event, Kind, Taken
from gridgeo.moments import CHINA
from tests.access import making
from tests.api.eventful import caller
from tests.api.world import D
from tests.events import life

WORDS = "楼上王某整夜喧哗"
NOW = datetime.now(UTC)
TODAY = f"{NOW.astimezone(CHINA):%Y-%m-%d}"
CALLERS = {
    "clerk": caller("read", "accept"),
    "reader": caller("read"),
    "lights": caller("read", "handle", department_code=life.LIGHTS),
    "lights of D": caller("read", "handle", area=D, department_code=life.LIGHTS),
    "worker of D": caller("read", "accept", area=D),
}

_IN_D, _NOWHERE = (dict(zip(("lon", "lat"), at, strict=True)) for at in (making.POINT[D], (113.075, 22.895)))


def fill(conn) -> dict[str, Event | Taken]:
    """Make it happen; return the events by what stands out of them."""
    made = {
        "late": _sent(conn, -30),
        "soon": _sent(conn, 5, since=72),
        "later": _sent(conn, 80, grade=2),
        "noise": _sent(conn, 10, since=72, kind=Kind.REQUEST, class_path=life.NOISE, told=WORDS),
        "there": _sent(conn, 90, **_IN_D),
        "back": _sent(conn, 7),
        "closed": life.report(conn),
        "asked": life.report(conn, receipt=True, **_NOWHERE),
        "refused": life.report(conn, receipt=True, **_NOWHERE),
    }
    life.steps(conn, made["refused"], (life.CLERK, "reject", {"reason": "不属本市管辖，请向铁路部门反映"}))
    life.steps(conn, made["back"], (life.OF_LIGHTS, "return", {"reason": "不归我处"}))
    for what in ("closed", "asked"):
        life.steps(conn, made[what], *life.CLOSED)
    _overdue(conn, made["late"].event_id)
    return made


def _sent(conn, hours: float, since: float = 0, **more) -> Event:
    """A report that the department of lamps is to be done with in so many hours, and has had for so many."""
    dispatch = {"tasks": [Asked(life.LIGHTS)]}
    made = life.steps(conn, life.report(conn, **more), (life.CLERK, "file"), (life.CLERK, "dispatch", dispatch))
    ends = NOW - timedelta(hours=since), NOW + timedelta(hours=hours), made.event_id
    with conn.cursor() as cur:
        cur.execute("UPDATE gridgeo.event_task SET sent_at = %s, due_at = %s WHERE event_id = %s", ends)
    return made


def _overdue(conn, event_id: int) -> None:
    """Let an event be overdue for thirty hours, and a worker have found it so."""
    with conn.cursor() as cur:
        cur.execute("UPDATE gridgeo.event SET due_at = %s WHERE event_id = %s", (NOW - timedelta(hours=30), event_id))
        cur.execute(
            "INSERT INTO gridgeo.event_notice (event_id, kind, due_at, department_code) "
            "SELECT event_id, 'overdue', due_at, %s FROM gridgeo.event WHERE event_id = %s",
            (life.LIGHTS, event_id),
        )
        cur.execute("SELECT gridgeo.edition_now()")
        counts.refresh(conn, cur.fetchone()[0])
