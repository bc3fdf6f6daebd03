"""Tiles over HTTP."""

from __future__ import annotations

import pytest

from gridgeo.tiles.model import Tile, column, row
from tests.api.world import IN_A
from tests.tiles.reading import layers

MVT = "application/vnd.mapbox-vector-tile"


def at(z: int, lon: float = IN_A[0], lat: float = IN_A[1]) -> Tile:
    return Tile(z, column(lon, z), row(lat, z))


def path(collection: str, tile: Tile) -> str:
    return f"/collections/{collection}/tiles/WebMercatorQuad/{tile.z}/{tile.y}/{tile.x}"


@pytest.mark.parametrize("collection", ["grids", "objects", "buildings"])
def test_a_tile_is_a_tile(client, collection):
    answer = client.get(path(collection, at(15)))
    assert (answer.status_code, answer.headers["content-type"]) == (200, MVT), answer.text


def test_grids_have_a_layer_a_level(client):
    found = layers(client.get(path("grids", at(14))).content)
    assert set(found) == {"districts", "streets", "communities", "microgrids"}
