"""The bytes of a tile, for whoever may see what is in it."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

from ..events.shown import Shown
from . import buildings, events, grids, kept, objects
from .model import PLAIN, Collection, Filter, Tile

#: A higher level makes tiles hardly smaller and takes three times as long.
_LEVEL = 5


def packed(body: bytes) -> bytes:
    """Return bytes compressed by gzip; the same bytes always come out the same."""
    return gzip.compress(body, _LEVEL, mtime=0)


#: A tile in which nothing is.
EMPTY = packed(b"")


def grids_tile(conn, edition_id: int, at: Tile, drawn: Sequence[tuple[str, int]]) -> bytes:
    """Return a tile of an edition's grids, compressed; `drawn` is what :func:`.grids.levels` said. They are the same for everybody."""
    found, made = grids.kept_or_made(conn, edition_id, at, drawn)
    return found or packed(made)


def objects_tile(conn, at: Tile, wanted: Filter = PLAIN, whole: bool = True) -> bytes:
    """Return a tile of objects, compressed: of the whole city, or of what the transaction sees."""
    if not whole:
        return packed(objects.tile_seen(conn, at, wanted))
    found = kept.get(conn, Collection.OBJECTS, kept.NO_EDITION, at) if wanted.plain else None
    return found or packed(objects.tile(conn, at, wanted))


def buildings_tile(conn, at: Tile) -> bytes:
    """Return a tile of the buildings the transaction sees, compressed."""
    return packed(buildings.tile(conn, at))


def events_tile(conn, at: Tile, shown: Shown, of_units: bool = False) -> bytes:
    """Return a tile of the events the transaction sees, compressed; `of_units` where these are what lies in the caller's units."""
    return packed((events.tile_of_units if of_units else events.tile)(conn, at, shown))
