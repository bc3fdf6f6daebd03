"""Grids in tiles: an edition simplified once for every zoom, and the bytes of its tiles."""

from __future__ import annotations

import io
from collections.abc import Sequence

import geopandas
import numpy as np
import pandas as pd
import shapely

from ..db import queries
from ..errors import NotFound
from ..hierarchy import store
from ..hierarchy.model import Scheme, SchemeKind
from . import kept, shapes
from .model import EXTENT, GRIDS_DEEPEST, Collection, Tile

SQL = queries.load(__package__, "grids.sql")

#: What is drawn beyond the edges of a tile, so that lines do not end there: 4096ths of it.
_BUFFER = 64

#: Layers are named in the plural where we know it.
_LAYERS = {"district": "districts", "street": "streets", "community": "communities", "micro": "microgrids"}


def layer_of(level: str) -> str:
    """Return the name of a level's layer."""
    return _LAYERS.get(level, level)


def levels(conn, edition_id: int) -> list[tuple[str, int]]:
    """Return the levels of an edition that was prepared, from the top, and from which zoom on each is drawn; else nothing."""
    return SQL.rows(conn, "levels", edition_id=edition_id)


def prepare(conn, edition_id: int, again: bool = False) -> list[tuple[str, int]]:
    """Simplify the grids of an edition for every zoom where that is not done yet; return :func:`levels`.

    Takes some seconds for a large district. Who comes second waits for the first. Raises NotFound for an edition that
    is not there or whose scheme has no areas.
    """
    with conn.cursor() as cur:
        cur.execute(SQL["lock"], {"edition_id": edition_id})
    known = levels(conn, edition_id)
    if known and not again:
        return known
    clear(conn, edition_id)
    edition = store.edition(conn, edition_id)
    scheme = store.scheme(conn, edition.scheme)
    if scheme.kind is SchemeKind.LISTED:
        raise NotFound("areas of scheme", edition.scheme)
    _fill(conn, edition_id, scheme, store.frame(conn, edition_id))
    return levels(conn, edition_id)


def clear(conn, edition_id: int) -> None:
    """Forget the simplified grids of an edition, and the tiles of them that are kept anywhere."""
    kept.forget(conn, Collection.GRIDS, edition_id)
    with conn.cursor() as cur:
        cur.execute(SQL["forget"], {"edition_id": edition_id})
        cur.execute(SQL["forget_levels"], {"edition_id": edition_id})


def tile(conn, edition_id: int, at: Tile, drawn: Sequence[tuple[str, int]]) -> bytes:
    """Return the bytes of a tile of an edition; `drawn` is what :func:`levels` said of it."""
    return _tile(conn, edition_id, at, drawn, kept=False)[1]


def kept_or_made(conn, edition_id: int, at: Tile, drawn: Sequence[tuple[str, int]]) -> tuple[bytes | None, bytes | None]:
    """Return the compressed bytes of a tile where they are kept, else what :func:`tile` returns: one of both, by one question."""
    return _tile(conn, edition_id, at, drawn, kept=True)


def _tile(conn, edition_id: int, at: Tile, drawn: Sequence[tuple[str, int]], kept: bool) -> tuple[bytes | None, bytes | None]:
    zoom = min(at.z, GRIDS_DEEPEST)
    scale = 2 ** (at.z - zoom)
    x, y, side = at.x * EXTENT / scale, at.y * EXTENT / scale, EXTENT / scale
    shown = [level for level, zoom_from in drawn if zoom_from <= at.z]
    edge = _BUFFER / scale
    box = {"west": x - edge, "north": y - edge, "east": x + side + edge, "south": y + side + edge}
    where = {"edition_id": edition_id, "z": at.z, "column": at.x, "row": at.y, "kept": kept}
    placed = {"zoom": zoom, "x": x, "y": y, "scale": scale, **box}
    with conn.cursor() as cur:
        queries.prepared(cur, SQL["tile"], {"levels": shown, "layers": list(map(layer_of, shown)), **where, **placed})
        found, made = cur.fetchone()
    return found and bytes(found), None if made is None else bytes(made)


def _fill(conn, edition_id: int, scheme: Scheme, frame: geopandas.GeoDataFrame) -> None:
    there = [level for level in scheme.levels if (frame["level"] == level.level).any()]
    names = [level.level for level in there]
    world = shapes.to_world(frame.geometry.to_numpy())
    zoom_from = shapes.zooms_from(world, frame["level"].to_numpy(object), names)
    inside = np.floor(shapely.get_coordinates(shapely.point_on_surface(world))).astype(np.int64)
    ref = frame["code"].where(frame["code"].notna(), "u" + frame["unit_id"].astype(str))
    ref_of = dict(zip(frame["unit_id"], ref, strict=True))
    told = pd.DataFrame(
        {
            "unit_id": frame["unit_id"],
            "level": frame["level"],
            "code": ref,
            "name": frame["name_zh"],
            "parent": pd.Series([ref_of.get(one) for one in frame["parent_id"].to_numpy(dtype=np.int64, na_value=-1)], dtype=object),
            "x": inside[:, 0],
            "y": inside[:, 1],
        }
    )
    with conn.cursor() as cur:
        for zoom, positions, areas in shapes.at_zooms(frame, world, names, zoom_from):
            there_is = ~shapely.is_empty(areas)
            rows = told.iloc[positions[there_is]]
            _copy(cur, rows.assign(edition_id=edition_id, zoom=zoom, shape=shapely.to_wkb(areas[there_is], hex=True)))
        for level in there:
            cur.execute(
                SQL["add_level"],
                {"edition_id": edition_id, "level": level.level, "rank": level.rank, "zoom_from": zoom_from[level.level]},
            )


def _copy(cur, rows: pd.DataFrame) -> None:
    text = io.StringIO()
    rows.to_csv(text, index=False, header=False)
    text.seek(0)
    cur.copy_expert(f"COPY tile_grid ({', '.join(rows.columns)}) FROM STDIN (FORMAT csv)", text)
