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
        queries.prepared(cur, SQL["get"], {"collection": collection, "edition_id": edition_id, **at._asdict()})
        found = cur.fetchone()
    return found and bytes(found[0])


def put(conn, made: Sequence[Made], change_no: int) -> bool:
    """Keep tiles of a collection that were made after a change (:func:`number`); return whether all were kept.

    They are not when something has changed since, for they may be of before; nor grids of an edition that is not simplified.
    """
    current = {collection: _current(conn, collection, change_no) for collection in {collection for collection, *_ in made}}
    rows = [
        (str(collection), edition_id, *at, psycopg2.Binary(body))
        for collection, edition_id, at, body in made
        if edition_id in current[collection]
    ]
    # By primary key: two who keep the same tiles in another order would wait for each other.
    rows.sort(key=lambda row: row[:-1])
    with conn.cursor() as cur:
        psycopg2.extras.execute_values(cur, SQL["put"], rows, page_size=200)
    return len(rows) == len(made)


def number(conn, collection: Collection) -> int:
    """Return which change of a collection tiles made from now on are of: asked before they are made."""
    return cells.last_change(conn)[0] if collection is Collection.OBJECTS else _one(conn, "grids_number")[0]


def edition_now(conn) -> int | None:
    """Return the governance edition valid now, by which callers of a part see what they see."""
    return _one(conn, "edition_now")[0]


def _current(conn, collection: Collection, change_no: int) -> set[int]:
    """The editions of which tiles made after a change may be kept; nobody changes anything before the transaction ends."""
    if collection is Collection.OBJECTS:
        return {NO_EDITION} if _one(conn, "lock_shared")[0] and number(conn, collection) == change_no else set()
    if _one(conn, "lock_grids") != (change_no,):
        return set()
    with conn.cursor() as cur:
        cur.execute(SQL["simplified"])
        return {edition_id for (edition_id,) in cur.fetchall()}


def forget(conn, collection: Collection, edition_id: int | None = None) -> int:
    """Forget the tiles kept of a collection, of one edition or of all; return how many.

    Processes that hold tiles in memory are told when the transaction commits.
    """
    if collection is Collection.OBJECTS:
        cells.tell_all(conn)
    else:
        _one(conn, "forget_grids")
    with conn.cursor() as cur:
        cur.execute(SQL["forget"], {"collection": collection, "edition_id": edition_id})
        return cur.rowcount


def forget_ended(conn) -> int:
    """Forget the tiles of editions that ended; return how many."""
    with conn.cursor() as cur:
        cur.execute(SQL["forget_ended"])
        return cur.rowcount


def status(conn) -> list[tuple[str, int, int, int, int]]:
    """Return what is kept: collection, edition, zoom, tiles, bytes."""
    with conn.cursor() as cur:
        cur.execute(SQL["status"])
        return cur.fetchall()


def _one(conn, query: str) -> tuple | None:
    with conn.cursor() as cur:
        cur.execute(SQL[query])
        return cur.fetchone()
