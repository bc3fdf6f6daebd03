"""Who is in charge of the grids of the demo's town: made and loaded as a user loads files."""

from __future__ import annotations

from contextlib import closing

from ..settings import Settings
from .demo_town import SEED, Timed, own


def fill(url: str, profile: str, settings: Settings, timed: Timed) -> None:
    """Make and load grid workers where the town is the demo's own and nobody is in charge of anything."""
    from ..db import connection
    from ..hierarchy import store, workers
    from ..hierarchy.model import GOVERNANCE, keys
    from ..ingest import workers as loading
    from ..sample import workers as sample

    with closing(connection.connect(url)) as conn:
        if not own(conn, profile):
            return
        units = store.frame(conn, store.edition_open(conn, GOVERNANCE).edition_id)
        if len(workers.vacant_among(conn, GOVERNANCE, list(keys(units)))) < len(units):
            return
        conn.rollback()
        with timed("load"), connection.transaction(conn):
            file = sample.write(units, settings.home / "sample" / profile, SEED)
            loading.commit(conn, loading.plan(conn, [file], GOVERNANCE))
