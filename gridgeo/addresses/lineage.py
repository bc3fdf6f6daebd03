"""The lineage of grid units, with households taken to be where houses are."""

from __future__ import annotations

import geopandas
import pandas as pd

from ..db import queries
from ..errors import InvalidInput
from ..hierarchy import lineage, store
from ..hierarchy.lineage import Lineage
from ..hierarchy.model import Edition

SQL = queries.load(__package__, "lineage.sql")


def between(conn, before: Edition, after: Edition) -> Lineage:
    """Return what became of the units of an edition in another one, drafts too.

    Households are where houses are that are lived in today, as far as it is known of both editions where buildings lie; else they are
    spread evenly. Raises InvalidInput for editions of two schemes.
    """
    if before.scheme != after.scheme:
        raise InvalidInput("to", after.edition_id, f"is an edition of scheme {after.scheme}, the other is of {before.scheme}")
    levels = [level.level for level in store.scheme(conn, before.scheme).levels]
    frames: list[geopandas.GeoDataFrame] = [store.frame(conn, each.edition_id) for each in (before, after)]
    return lineage.trace(*frames, levels, _homes(conn, before.edition_id, after.edition_id))


def _homes(conn, before_id: int, after_id: int) -> pd.DataFrame | None:
    """How many houses lie in both of two lowest units of two editions; None where nothing is known of it."""
    with conn.cursor() as cur:
        cur.execute(SQL["homes"], {"before": before_id, "after": after_id})
        found = pd.DataFrame(cur.fetchall(), columns=["before_id", "after_id", "n"])
    return found if len(found) else None
