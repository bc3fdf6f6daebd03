"""One file of tiles to be handed over: PMTiles 3, read by MapLibre, QGIS and GDAL without a server.

Source: PMTiles Version 3 Specification.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from ..errors import NotFound
from . import making, seed
from .described import tilejson
from .model import Collection

_E7 = 10**7


def export(conn, path: Path, wanted: seed.Plan, told: Callable[[int], None]) -> tuple[int, int]:
    """Write every tile of a plan that is not empty into a file; return how many tiles and bytes.

    The file appears whole or not at all. Memory holds a directory of the tiles, not the tiles. Raises NotFound where no tile
    holds anything, InvalidInput where there are too many.

    Parameters
    ----------
    told
        Called with the number of tiles looked at so far.
    """
    half = path.with_name(f"{path.name}.part")
    try:
        with half.open("wb") as file:
            writer, made = Writer(file), 0
            with closing(writer.tile_f):  # which nobody else closes where something fails
                for looked, (at, body) in enumerate(seed.tiles(conn, wanted), 1):
                    if body != making.EMPTY:
                        writer.write_tile(zxy_to_tileid(*at), body)
                        made += 1
                    if looked % 100 == 0:
                        told(looked)
                if not made:
                    raise NotFound(
                        "tile that holds anything", f"of {wanted.collection} at zoom {wanted.zooms[0]}-{wanted.zooms[-1]}: nothing to write"
                    )
                writer.finalize(_header(wanted), _metadata(wanted))
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return made, path.stat().st_size


def _header(wanted: seed.Plan) -> dict[str, Any]:
    west, south, east, north = wanted.bounds
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        **{"min_lon_e7": round(west * _E7), "min_lat_e7": round(south * _E7)},
        **{"max_lon_e7": round(east * _E7), "max_lat_e7": round(north * _E7)},
        "center_zoom": wanted.zooms[0],
        **{"center_lon_e7": round((west + east) / 2 * _E7), "center_lat_e7": round((south + north) / 2 * _E7)},
    }


def _metadata(wanted: seed.Plan) -> dict[str, Any]:
    told = tilejson(Collection(wanted.collection), "", wanted.bounds, wanted.levels)
    return {"name": told["name"], "type": "overlay", "vector_layers": told["vector_layers"]}
