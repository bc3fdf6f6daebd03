"""Tiles kept in the database: of the whole city and unfiltered, compressed. Grids by edition, objects until they change."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg2
import psycopg2.extras

from ..db import queries
from . import cells
from .model import Collection, Tile

SQL = queries.load(__package__, "kept.sql")

#: The edition of collections that have none.
NO_EDITION = 0

Made = tuple[Collection, int, Tile, bytes]


def get(conn, collection: Collection, edition_id: int, at: Tile) -> bytes | None:
    """Return the compressed bytes of a tile where they are kept."""
    with conn.cursor() as cur:
        cur.execute(SQL["get"], {"collection": collection, "edition_id": edition_id, **at._asdict()})
        found = cur.fetchone()
    return found and bytes(found[0])


def put(conn, made: Sequence[Made], change_no: int) -> bool:
    """Keep tiles that were made after a change (:func:`.cells.last_change`); return whether they were kept.

    Those of objects are not when something has changed since: they may be of before.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["lock_shared"])
        if not cur.fetchone()[0]:
            return False
        current = cells.last_change(conn)[0] == change_no
        rows = [
            (str(collection), edition_id, *at, psycopg2.Binary(body))
            for collection, edition_id, at, body in made
            if current or collection is not Collection.OBJECTS
        ]
        psycopg2.extras.execute_values(cur, SQL["put"], rows, page_size=200)
    return len(rows) == len(made)


def forget(conn, collection: Collection, edition_id: int | None = None) -> int:
    """Forget the tiles kept of a collection, of one edition or of all; return how many."""
    with conn.cursor() as cur:
        cur.execute(SQL["forget"], {"collection": collection, "edition_id": edition_id})
        return cur.rowcount


def status(conn) -> list[tuple[str, int, int, int, int]]:
    """Return what is kept: collection, edition, zoom, tiles, bytes."""
    with conn.cursor() as cur:
        cur.execute(SQL["status"])
        return cur.fetchall()
