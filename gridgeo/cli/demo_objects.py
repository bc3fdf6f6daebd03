"""The managed objects of the demo's town: made and loaded as a user loads files."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ..settings import Settings
from .demo_town import SEED, Timed, own, part

_SOURCE = "gridgeo sample"


def wanted(profile: str, objects: int | None) -> int:
    """Return how many objects to make; raises InvalidInput."""
    from ..sample.objects import SIZES

    return part("--objects", objects, SIZES[profile], profile)


def fill(url: str, profile: str, objects: int | None, settings: Settings, timed: Timed) -> None:
    """Make and load objects where the town is the demo's own and has none; their categories, too, where no tree is valid.

    Parameters
    ----------
    objects
        How many, 0 for none; None: a tenth of the profile's number.

    Raises
    ------
    InvalidInput
        More objects than the profile has, or less than none.
    """
    from .. import sample
    from ..db import connection
    from ..hierarchy import store
    from ..hierarchy.model import GOVERNANCE
    from ..ingest import objects_store
    from ..tiles import cells
    from . import database

    count, folder = wanted(profile, objects), settings.home / "sample" / profile
    with closing(connection.connect(url)) as conn:
        if not count or not own(conn, profile) or not objects_store.may_begin(conn):
            return
        with timed("sample"), database.cluster(settings).locked():
            units = store.frame(conn, store.edition_open(conn, GOVERNANCE).edition_id)
            files = sample.write_objects(profile, SEED, folder, count, units=units)
        conn.rollback()
        with timed("load"):
            _load(conn, [file for file in files if file.stem != "categories"], folder / "categories.csv")
        with timed("tiles"), connection.transaction(conn):
            cells.drain(conn)


def _load(conn, files: list[Path], tree: Path) -> None:
    import csv

    from ..db import connection
    from ..errors import NotFound
    from ..ingest import objects
    from ..objects import categories

    with connection.transaction(conn):
        try:
            categories.tree(conn)
        except NotFound:
            with tree.open(encoding="utf-8-sig", newline="") as lines:
                staged = categories.stage(conn, list(csv.DictReader(lines)), "示例 sample", _SOURCE)
            categories.activate(conn, staged)
        objects.commit(conn, objects.plan(conn, files, datum="cgcs2000", storing=True))
