"""Events at full size: taken in one by one and many at once, sent on by workers, counted, compared, and looked at for hot spots.

Each beside what the database itself takes for the least of it: rows into a table like ours, a count from scratch, the index alone.
"""

from __future__ import annotations

from contextlib import closing

from gridgeo.cli import demo_events
from gridgeo.db import connection

from . import event_fill, event_intake, event_questions, event_workers
from .event_tiles import event_tiles
from .figures import Result
from .ground import Ground, Loaded, held, say

_EVENTS, _EVENTS_QUICK = 5_000_000, 10_000
_BULK, _BULK_QUICK = 50_000, 1000
#: Events that lie filed when workers begin, and how many similar ones are looked for.
_WAITING, _WAITING_QUICK = 10_000, 300
_LOOKS, _LOOKS_QUICK = 1000, 100


def events(ground: Ground, quick: bool) -> Result:
    """Take events in and send them on; then, where years of them lie, ask."""
    count = _EVENTS_QUICK if quick else _EVENTS
    result = Result("events", f"events: intake, sending on, and numbers of {count:,}; client and server on one machine")
    profile = "small" if quick else "baoan"
    loaded = _prepared(ground, profile, "events")
    with closing(connection.connect(loaded.url)) as conn:
        taken = event_intake.at_once(result, conn, loaded, _BULK_QUICK if quick else _BULK)
        event_intake.one_by_one(result, ground, loaded, 3.0 if quick else 15.0)
        filed = event_workers.FILED * (3 if quick else 40)
        event_workers.sent_on(result, ground.settings, loaded, conn, taken[:filed])
        event_workers.caught_up(result, ground.settings, loaded, conn, taken[filed:][: _WAITING_QUICK if quick else _WAITING])
    loaded = _prepared(ground, profile, "years")  # without what was just taken in, all of it open and of one hour
    with closing(connection.connect(loaded.url)) as conn:
        now = event_fill.filled(result, conn, loaded, count)
        event_questions.numbers(result, conn, loaded, now, count)
        event_questions.pages(result, conn, loaded, now, count)
        event_tiles(result, conn, loaded.snapshot, now, count, event_fill.DAYS)
        event_questions.similar_ones(result, conn, _LOOKS_QUICK if quick else _LOOKS, count)
        event_questions.hot_spots(result, conn, loaded, now)
    return result


def _prepared(ground: Ground, profile: str, name: str) -> Loaded:
    """A district with classes, channels, limits, and who answers for what."""
    say("events: a district and its departments")
    url = ground.database(name)
    with closing(connection.connect(url)) as conn, conn:
        today = held(conn, ground.active(conn, profile))
        demo_events.establish(conn, today.frame)
        demo_events.instruct(conn)
        return Loaded(name, url, today)
