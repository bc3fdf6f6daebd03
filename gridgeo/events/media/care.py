"""Looking after media: what nobody came to have is removed, and `gridgeo check` reads some of them again."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from functools import partial

from ...db import connection, queries
from ...db.check import Finding, State
from ...db.steady import Steady
from ...errors import ConfigError, Damaged, EnvironmentIncomplete, StoreUnavailable
from ...settings import Settings
from . import places
from .places import Place

SQL = queries.load(__package__)

#: So long after they were announced bytes may still become an event's.
_AFTER = timedelta(days=1)

#: Names removed in one transaction; media `gridgeo check` reads again; seconds between looks.
_AT_ONCE, _READ_AGAIN, _LOOK_S = 100, 300, 3600.0


def sweep(conn, place: Place, after: timedelta = _AFTER) -> int:
    """Remove what was announced long ago and is no event's; return how many names that is. While it lasts nobody announces.

    Files go before their rows do: who dies in between finds them again.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["alone"])
        cur.execute(SQL["forget"], {"after": after, "most": _AT_ONCE})
        names = [bytes(kept).hex() for (kept,) in cur.fetchall()]
    for name in names:
        place.remove(name)
    return len(names)


def examine(conn, settings: Settings) -> list[Finding]:
    """Return what there is to say of media: some, chosen at random, are read again; nothing is changed."""
    amount, size = SQL.rows(conn, "total")[0]
    if not amount:
        return []
    told, wrong = f"{amount:,} media, {size / 1e6:,.0f} MB", []
    try:
        place = places.of(settings)
        chosen = [bytes(kept).hex() for (kept,) in SQL.rows(conn, "some", most=_READ_AGAIN)]
        for name in chosen:
            try:
                place.release(places.sound(place, name))
            except Damaged as error:
                wrong.append(error)
    except (ConfigError, EnvironmentIncomplete, StoreUnavailable) as error:
        return [Finding("media of events", State.ERROR, f"{told}: {error}", "see the settings GRIDGEO_MEDIA and GRIDGEO_MEDIA_KEYS")]
    if wrong:
        hint = "put these files back from a backup (docs/howto/events.md, Pictures and papers)"
        seen = f"{told}; of {len(chosen)} that were read {len(wrong)} are damaged or lost: {wrong[0]}"
        return [Finding("media of events", State.ERROR, seen, hint)]
    return [Finding("media of events", State.OK, f"{told}; {len(chosen)} were read and are as they were")]


class Caretaker(Steady):
    """A thread that sweeps every hour. Any number may run."""

    def __init__(self, url: str, settings: Settings) -> None:
        opened = partial(connection.connect, url, "gridgeo_writer", application_name="gridgeo media", **{"gridgeo.area": "all"})
        super().__init__("gridgeo-media", "media are not looked after", lambda: closing(opened()), self._sweep_all, _LOOK_S)
        self._settings = settings

    def _sweep_all(self, conn) -> None:
        place = places.of(self._settings)
        place.tidy()
        swept = _AT_ONCE
        while swept == _AT_ONCE and not self.stopping.is_set():
            with connection.transaction(conn):
                swept = sweep(conn, place)
