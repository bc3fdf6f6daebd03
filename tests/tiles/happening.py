"""Events anywhere in the drawn district, in every state, and which of them are shown as whoever reads the rule would count them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg2.extras import execute_values

from gridgeo.events import assignment
from gridgeo.events.shown import Shown
from tests.events import life
from tests.tiles.making import EAST, NORTH, SOUTH, WEST

NOW = datetime(2026, 11, 16, 4, tzinfo=UTC)
#: Numbers of properties: the major classes of `life.words` in their order.
MAJORS = {life.LAMP: 1, life.GAS: 2, life.NOISE: 3}
#: Since when what was reported is shown though it is over: thirty days before, from the beginning of the day in China.
LATELY = datetime(2026, 10, 16, 16, tzinfo=UTC)
_OVER = ("rejected", "closed", "merged")
_STAGES = ("reported", "filed", "dispatched", "handled", "closed", "closed", "closed", "rejected", "merged")

_EVENT = """
INSERT INTO event (event_code, kind, class_id, grade, stage, channel, told, located, point, department_code, merged_into, reported_at,
  filed_at, due_at, paused_at, closed_at) VALUES %s RETURNING event_id
"""
_ROW = """(%s, 'event', (SELECT class_id FROM event_class WHERE path = %s), %s, %s, 'hotline', '', 'point',
  ST_SetSRID(ST_MakePoint(%s, %s), 4490), %s, %s, %s, %s, %s, %s, %s)"""


@dataclass(frozen=True)
class Happening:
    """An event as it is put there."""

    lon: float
    lat: float
    path: str | None = life.LAMP
    grade: int = 3
    stage: str = "dispatched"
    department: str | None = None
    reported_at: datetime = NOW - timedelta(days=1)
    due_at: datetime | None = None
    paused: bool = False

    @property
    def state(self) -> str:
        """How it stands: the rule in as many words as it has."""
        if self.stage in _OVER:
            return "closed"
        if self.paused or self.due_at is None:
            return "open"
        if self.due_at <= NOW:
            return "overdue"
        left, given = self.due_at - NOW, self.due_at - self.reported_at
        return "due-soon" if left * 5 <= given else "open"

    def is_shown(self, shown: Shown, ids: Mapping[str, int]) -> bool:
        """Whether it is among those that are shown; `ids` are the numbers of classes by path."""
        if shown.lately:
            timely = self.stage not in _OVER or self.reported_at >= LATELY
        else:
            timely = (shown.since or self.reported_at) <= self.reported_at <= (shown.until or self.reported_at)
        return (
            timely
            and (self.stage in shown.stages if shown.stages else self.stage not in ("rejected", "merged"))
            and (not shown.states or self.state in shown.states)
            and (not shown.grades or self.grade in shown.grades)
            and (not shown.classes or ids.get(self.path) in shown.classes)
            and (shown.department is None or self.department == shown.department)
            and (not shown.public or self.path in (life.LAMP, life.GAS))
        )


def some(chance: random.Random, n: int) -> list[Happening]:
    """Return so many events of all kinds, reported in two years."""
    return [
        Happening(
            chance.uniform(WEST, EAST),
            chance.uniform(SOUTH, NORTH),
            chance.choice((*MAJORS, None)),
            chance.randint(1, 4),
            chance.choice(_STAGES),
            chance.choice((life.LIGHTS, life.ROADS, None)),
            at := NOW - timedelta(days=chance.choice((1, 20, 29, 31, 300, 700)) - chance.random()),
            chance.choice((None, at + timedelta(days=1), NOW + timedelta(hours=1), NOW + timedelta(days=900))),
            chance.random() < 0.1,
        )
        for _ in range(n)
    ]


def put(conn, edition_id: int, happenings: Sequence[Happening]) -> dict[int, Happening]:
    """Put events there, say where they lie and count them; return them by number. What is merged is merged into the first there was."""
    with conn.cursor() as cur:
        cur.execute("SELECT count(*), min(event_id) FROM event")
        before, first = cur.fetchone()
        rows = [
            (
                *(f"ZZ9999990{number:014}", one.path, one.grade, one.stage, one.lon, one.lat, one.department),
                *(first if one.stage == "merged" else None, one.reported_at, one.reported_at, one.due_at),
                *(NOW if one.paused else None, NOW if one.stage == "closed" else None),
            )
            for number, one in enumerate(happenings, before)
        ]
        numbers = execute_values(cur, _EVENT, rows, _ROW, 1000, fetch=True)
    assignment.assign(conn, edition_id)
    return dict(zip((number for (number,) in numbers), happenings, strict=True))
