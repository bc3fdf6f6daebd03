"""The living year of events of the demo's town: made and loaded as a user loads another system's list."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from ..settings import Settings
from .demo_town import SEED, Timed, own, part

_SOURCE = "gridgeo sample"


def wanted(profile: str, events: int | None) -> int:
    """Return how many events to make; raises InvalidInput."""
    from ..sample.events import SIZES

    return part("--events", events, SIZES[profile], profile)


def fill(url: str, profile: str, events: int | None, settings: Settings, timed: Timed) -> None:
    """Make and load the year until now and the one before, where the town is the demo's own and nothing happened in it yet.

    Parameters
    ----------
    events
        How many, 0 for none; None: a tenth of the profile's number.

    Raises
    ------
    InvalidInput
        More events than the profile has, or less than none.
    """
    from .. import sample
    from ..db import connection
    from ..events import classes
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE
    from ..moments import CHINA
    from . import database

    count, folder = wanted(profile, events), settings.home / "sample" / profile
    with closing(connection.connect(url)) as conn:
        if not count or not own(conn, profile) or classes.known(conn):
            return
        with timed("sample"), database.cluster(settings).locked():
            units = store.frame(conn, store.edition_open(conn, GOVERNANCE).edition_id)
            now = datetime.now(UTC).astimezone(CHINA).replace(microsecond=0)
            *lists, _ = sample.write_events(profile, SEED, folder, count, now, units=units)
        conn.rollback()
        with timed("load"), connection.transaction(conn):
            establish(conn, units)
            _load(conn, lists)
            instruct(conn)


def establish(conn, units) -> None:
    """Enter classes and channels, who leads what in a frame of units, and limits: ours, and the sample's."""
    from ..events import channels, classes, limit_rows, limits, tables
    from ..events.routing import matrix, matrix_rows
    from ..sample import routing

    for module in (classes, channels):
        module.put(conn, module.read(tables.ours(module.OURS))[0])
    read = matrix_rows.read(routing.matrix(units), matrix.known(conn), _SOURCE)
    matrix.stage(conn, read.rows, read.departments, None, whole=False)
    matrix.put(conn, None, whole=False)
    limits.load(conn, limit_rows.usual(), _SOURCE)


def instruct(conn) -> None:
    """Put the sample's rules in force, once they are tested on what happened so far."""
    from ..events.routing import reading, rulesets
    from ..sample import routing

    made = rulesets.stage(conn, reading.rules(routing.rules())[0], "规则", _SOURCE)
    rulesets.test(conn, made.set_id)
    rulesets.activate(conn, made.set_id)


def _load(conn, lists: list[Path]) -> None:
    from ..ingest import events

    events.commit(conn, events.plan(conn, lists, _SOURCE, datum="cgcs2000"))
