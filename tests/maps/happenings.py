"""The drawn city with events in it, behind the API: some in each state, two at one place, and some of a class that is not public."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np

from gridgeo.db import connection
from gridgeo.events import counts, intake
from gridgeo.events.model import Given, Kind
from tests.events import life

from . import furniture

#: Where an event is late, and where two lie on one another; the city lies from 113.00 E 22.86 N on.
LATE, TOGETHER = (113.0112, 22.8931), (113.0312, 22.8931)
WORDS = "门口的灯坏了请尽快来修"
SEED = 7
DAY = timedelta(days=1)
#: How many are in each state, besides the late one and the two together, which are open.
STATES = {"open": 20, "due-soon": 4, "overdue": 6, "closed": 30}
HIDDEN = 3

_SET = {
    "open": "filed_at = now(), due_at = now() + interval '9 days'",
    "due-soon": "filed_at = now() - interval '9 days', due_at = now() + interval '1 day'",
    "overdue": "filed_at = now() - interval '9 days', due_at = now() - interval '1 day'",
    "closed": "stage = 'closed', filed_at = now() - interval '9 days', closed_at = now()",
}


def told(**states: int) -> dict[str, int]:
    """Return how many the page shows in each state."""
    return {**STATES, "open": STATES["open"] + 2, "overdue": STATES["overdue"] + 1} | states


def load(url: str) -> SimpleNamespace:
    """Put it all into a database; return the late event, and the classes' numbers by name."""
    with closing(connection.connect(url)) as conn, connection.transaction(conn):
        furniture.bare(conn)
        life.words(conn)
        late = life.report(conn, lon=LATE[0], lat=LATE[1], told=WORDS)
        life.steps(conn, late, *life.SENT)
        _be(conn, [late], "overdue")
        intake.take_in(conn, [life.given(lon=TOGETHER[0], lat=TOGETHER[1], class_path=path) for path in (life.LAMP, life.GAS)], life.WORKER)
        for state, number in STATES.items():
            _be(conn, intake.take_in(conn, _somewhere(state, number), life.WORKER), state)
        intake.take_in(conn, [life.given(lon=LATE[0], lat=LATE[1], class_path=life.NOISE, kind=Kind.REQUEST)] * HIDDEN, life.WORKER)
        with conn.cursor() as cur:
            cur.execute("SELECT name, class_id FROM gridgeo.event_class")
            return SimpleNamespace(late=late, of=dict(cur.fetchall()))


def _somewhere(state: str, number: int) -> list[Given]:
    rng = np.random.default_rng([SEED, list(STATES).index(state)])
    lon, lat = rng.uniform(113.0002, 113.0598, number), rng.uniform(22.8602, 22.8998, number)
    when = datetime.now(UTC) - 10 * DAY
    paths = [life.GAS if n % 3 == 0 else life.LAMP for n in range(number)]
    return [life.given(lon=float(x), lat=float(y), reported_at=when, class_path=path) for x, y, path in zip(lon, lat, paths, strict=True)]


def _be(conn, taken, state: str) -> None:
    """How events stand to their limits, without the days it would take."""
    those = [each.event_id for each in taken]
    counts.shift(conn, those, -1)
    with conn.cursor() as cur:
        cur.execute(f"UPDATE gridgeo.event SET {_SET[state]} WHERE event_id = ANY(%s)", (those,))
    counts.shift(conn, those, 1)
