"""The squares that tiles are cut by, and what there is of tiles, as clients of OGC API - Tiles are told.

Source: OGC 17-083r4 (Two Dimensional Tile Matrix Set and Tile Set Metadata), 7.1 and annex D.1; OGC 20-057 (API - Tiles, Part 1), 8 and 9.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .model import DEEPEST, Collection, column, row

NAME = "WebMercatorQuad"
URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{NAME}"
_CRS, _CRS84 = "http://www.opengis.net/def/crs/EPSG/0/3857", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

#: Words for links. Source: OGC 20-057, table 1.
TILING_SCHEME, TILING_SCHEMES, TILESETS = (
    f"http://www.opengis.net/def/rel/ogc/1.0/{name}" for name in ("tiling-scheme", "tiling-schemes", "tilesets-vector")
)

MVT = "application/vnd.mapbox-vector-tile"

#: Metres from the middle of the world to its edge; pixels of a tile; metres of a pixel as scales are told by.
_EDGE, _PIXELS, _PIXEL_M = math.pi * 6378137, 256, 0.00028

_TYPES = {"String": "string", "Number": "number"}


def matrix_set() -> dict[str, Any]:
    """Return the definition of WebMercatorQuad down to our deepest zoom: east first, metres of EPSG:3857."""
    return {
        "id": NAME,
        "title": "Google Maps Compatible for the World",
        "uri": URI,
        "crs": _CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(zoom) for zoom in range(DEEPEST + 1)],
    }


def _matrix(zoom: int) -> dict[str, Any]:
    cell = 2 * _EDGE / _PIXELS / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell / _PIXEL_M,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-_EDGE, _EDGE],
        "tileWidth": _PIXELS,
        "tileHeight": _PIXELS,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }


def path(collection: Collection) -> str:
    """Return where a collection's tiles are told of, below the address of the API."""
    return f"/collections/{collection}/tiles/{NAME}"


def summary(collection: Collection, title: str, base: str) -> dict[str, Any]:
    """Return a set of tiles as it stands in the list of them; `base` is the address of the API, without a slash at its end."""
    return {
        "title": title,
        "dataType": "vector",
        "crs": _CRS,
        "tileMatrixSetURI": URI,
        "links": [
            {"href": base + path(collection), "rel": "self", "type": "application/json", "title": title},
            _tiling_scheme(base),
        ],
    }


def metadata(collection: Collection, title: str, base: str, tilejson: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same with where its tiles are, how far it reaches and what its layers hold, from its TileJSON."""
    made = summary(collection, title, base)
    template = f"{base}{path(collection)}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    made["links"].append({"href": template, "rel": "item", "type": MVT, "title": title, "templated": True})
    made["layers"] = [_layer(layer) for layer in tilejson["vector_layers"]]
    if "bounds" in tilejson:
        west, south, east, north = tilejson["bounds"]
        made["boundingBox"] = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": _CRS84, "orderedAxes": ["Lon", "Lat"]}
        made["tileMatrixSetLimits"] = [_limits(zoom, *tilejson["bounds"]) for zoom in range(tilejson["minzoom"], tilejson["maxzoom"] + 1)]
    return made


def _tiling_scheme(base: str) -> dict[str, str]:
    return {"href": f"{base}/tileMatrixSets/{NAME}", "rel": TILING_SCHEME, "type": "application/json", "title": NAME}


def _limits(zoom: int, west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Which tiles of a zoom have anything; clients that read all of them begin with the first."""
    return {
        "tileMatrix": str(zoom),
        "minTileRow": row(north, zoom),
        "maxTileRow": row(south, zoom),
        "minTileCol": column(west, zoom),
        "maxTileCol": column(east, zoom),
    }


def _layer(layer: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: {"type": _TYPES[kind]} for name, kind in layer["fields"].items()}
    return {
        "id": layer["id"],
        "dataType": "vector",
        "minTileMatrix": str(layer["minzoom"]),
        "maxTileMatrix": str(layer["maxzoom"]),
        "propertiesSchema": {"type": "object", "properties": properties},
    }
