"""Sets of tiles as OGC API - Tiles tells of them, a test a requirement (20-057 and 17-083r4)."""

from __future__ import annotations

import math

import pytest

from gridgeo.tiles.model import Collection, Tile

TILING_SCHEME, TILESETS = (f"http://www.opengis.net/def/rel/ogc/1.0/{name}" for name in ("tiling-scheme", "tilesets-vector"))


def linked(told, rel):
    (found,) = [each for each in told["links"] if each["rel"] == rel]
    return found


def test_a_collection_leads_to_its_tiles_step_by_step(client):
    """/req/geodata-tilesets/desc-links, /req/tilesets-list/tileset-links, /req/tileset/tileset-link."""
    for name in Collection:
        collection = client.get(f"/collections/{name}").json()
        (known,) = client.get(linked(collection, TILESETS)["href"]).json()["tilesets"]
        tileset = client.get(linked(known, "self")["href"]).json()
        assert all(tileset[key] == value for key, value in known.items() if key != "links")
        item = linked(tileset, "item")
        assert item["templated"] and item["type"] == "application/vnd.mapbox-vector-tile"
        asked = item["href"].replace("{tileMatrix}", "14").replace("{tileRow}", "7125").replace("{tileCol}", "13333")
        answer = client.get(asked)
        assert (answer.status_code, answer.headers["content-type"]) == (200, item["type"])
    assert not [each for each in client.get("/collections/houses").json()["links"] if each["rel"] == TILESETS]
    assert client.get("/collections/houses/tiles").status_code == client.get("/collections/none/tiles").status_code == 404


def test_a_set_of_tiles_names_what_it_is_of_and_how_it_is_cut(client):
    """17-083r4, table 18: data type, system, tile matrix set by its name and by its definition."""
    tileset = client.get("/collections/objects/tiles/WebMercatorQuad").json()
    definition = client.get(linked(tileset, TILING_SCHEME)["href"]).json()
    assert tileset["dataType"] == "vector" and tileset["crs"] == definition["crs"]
    assert tileset["tileMatrixSetURI"] == definition["uri"]
    layers = {layer["id"]: layer for layer in tileset["layers"]}
    assert set(layers) == {layer["id"] for layer in tileset["vector_layers"]} == {"clusters", "objects"}
    assert layers["objects"]["propertiesSchema"]["properties"]["c"] == {"type": "number"}
    assert {each["id"] for each in definition["tileMatrices"]} >= {layers["objects"]["minTileMatrix"], layers["objects"]["maxTileMatrix"]}
    west, south = tileset["boundingBox"]["lowerLeft"]
    east, north = tileset["boundingBox"]["upperRight"]
    assert [west, south, east, north] == tileset["bounds"] and west < east and south < north
    for limits in tileset["tileMatrixSetLimits"]:
        zoom = int(limits["tileMatrix"])
        first, last = (Tile(zoom, limits[f"{end}TileCol"], limits[f"{end}TileRow"]).bounds for end in ("min", "max"))
        assert first[0] <= west < first[2] and last[0] <= east < last[2] and first[1] < north <= first[3] and last[1] < south <= last[3]


def test_where_nothing_of_a_collection_is_its_bounds_are_those_of_the_grids(client):
    bounds = [client.get(f"/collections/{name}/tiles/WebMercatorQuad").json()["bounds"] for name in Collection]
    assert bounds[0] == bounds[1] == bounds[2]


def test_the_definition_cuts_as_the_tiles_are_cut(client):
    """17-083r4, annex D.1: the published numbers; and each square lies where our tile of the same name does."""
    (known,) = client.get("/tileMatrixSets").json()["tileMatrixSets"]
    definition = client.get(linked(known, "self")["href"]).json()
    by_zoom = {int(each["id"]): each for each in definition["tileMatrices"]}
    assert by_zoom[0]["scaleDenominator"] == pytest.approx(559082264.028717, rel=1e-12)
    assert by_zoom[18]["cellSize"] == pytest.approx(0.597164283559817, rel=1e-9)
    for zoom, matrix in by_zoom.items():
        side = matrix["tileWidth"] * matrix["cellSize"]
        x, y = matrix["matrixWidth"] - 1, matrix["matrixHeight"] // 3
        west, north = matrix["pointOfOrigin"][0] + x * side, matrix["pointOfOrigin"][1] - y * side
        bounds = Tile(zoom, x, y).bounds
        lat = math.degrees(2 * math.atan(math.exp(north / 6378137)) - math.pi / 2)
        assert (math.degrees(west / 6378137), lat) == pytest.approx((bounds[0], bounds[3]), abs=1e-9)
    assert client.get("/tileMatrixSets/WorldCRS84Quad").status_code == 404


def test_what_is_not_there_is_an_error(client):
    """/req/core/tc-error."""
    answer = client.get("/collections/grids/tiles/WebMercatorQuad/3/8/0")
    assert answer.status_code == 404
    assert client.get("/collections/grids/tiles/WebMercatorQuad/3/x/0").status_code == 400


def test_each_class_that_is_told_is_named_by_its_standard(client):
    told = client.get("/conformance").json()["conformsTo"]
    tiles = {each.rsplit("/", 1)[1] for each in told if "ogcapi-tiles" in each}
    assert tiles == {"core", "tileset", "tilesets-list", "geodata-tilesets", "mvt"}
