"""The living year of events of the demo's town: made and loaded as a user loads another system's list."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from ..errors import InvalidInput
from ..settings import Settings
from .demo_town import SEED, Timed, own

#: Of the profile's events, what a first start loads that nobody has to wait for.
_SHARE = 10
_SOURCE = "gridgeo sample"


def wanted(profile: str, events: int | None) -> int:
    """Return how many events to make: a tenth of the profile's where nobody says. Raises InvalidInput for more, or less than none."""
    from ..sample.events import SIZES

    if events is None:
        return SIZES[profile] // _SHARE
    if not 0 <= events <= SIZES[profile]:
        raise InvalidInput("--events", events, f"0 to {SIZES[profile]:,} for {profile}")
    return events


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
            _load(conn, lists, units)


def _load(conn, lists: list[Path], units) -> None:
    from ..events import channels, classes, limit_rows, limits, tables
    from ..events.routing import matrix, matrix_rows, reading, rulesets
    from ..ingest import events
    from ..sample import routing

    for module in (classes, channels):
        module.put(conn, module.read(tables.ours(module.OURS))[0])
    read = matrix_rows.read(routing.matrix(units), matrix.known(conn), _SOURCE)
    matrix.stage(conn, read.rows, read.departments, None, whole=False)
    matrix.put(conn, None, whole=False)
    limits.load(conn, limit_rows.usual(), _SOURCE)
    events.commit(conn, events.plan(conn, lists, _SOURCE, datum="cgcs2000"))
    made = rulesets.stage(conn, reading.rules(routing.rules())[0], "规则", _SOURCE)
    rulesets.test(conn, made.set_id)
    rulesets.activate(conn, made.set_id)
