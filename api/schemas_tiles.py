"""What the OpenAPI document says of sets of tiles. Source: OGC 17-083r4, OGC 20-057 and TileJSON 3.0.0, their schemas."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Schema(BaseModel):
    model_config = ConfigDict(extra="allow")


class Link(_Schema):
    """Where something is; `templated` where {tileMatrix}, {tileRow} and {tileCol} are to be filled in."""

    href: str
    rel: str
    type: str
    title: str
    templated: bool = False


class NamedSet(_Schema):
    """A set of tile matrices, by name."""

    id: str
    title: str
    uri: str
    links: list[Link]


class TileMatrixSets(_Schema):
    """The sets of tile matrices there are."""

    tileMatrixSets: list[NamedSet]


class TileMatrix(_Schema):
    """The squares of one zoom."""

    id: str
    scaleDenominator: float
    cellSize: float
    cornerOfOrigin: Literal["topLeft"]
    pointOfOrigin: list[float] = Field(min_length=2, max_length=2)
    tileWidth: int
    tileHeight: int
    matrixWidth: int
    matrixHeight: int


class TileMatrixSet(_Schema):
    """How tiles are cut, zoom by zoom."""

    id: str
    title: str
    uri: str
    crs: str
    orderedAxes: list[str]
    tileMatrices: list[TileMatrix]


class TileSet(_Schema):
    """A set of tiles."""

    title: str
    dataType: Literal["vector"]
    crs: str
    tileMatrixSetURI: str
    links: list[Link]


class TileSets(_Schema):
    """The sets of tiles of a collection."""

    tilesets: list[TileSet]
    links: list[Link]


class Limits(_Schema):
    """Which tiles of a zoom there are."""

    tileMatrix: str
    minTileRow: int
    maxTileRow: int
    minTileCol: int
    maxTileCol: int


class Major(_Schema):
    """A major class of events, and the property of clusters that counts it."""

    m: str
    major: str
    major_en: str
    kind: Literal["event", "request"]
    colour: str


class TileSetAndJSON(TileSet):
    """A set of tiles as both standards tell it: TileJSON 3.0 and OGC's metadata of a tile set."""

    tilejson: Literal["3.0.0"]
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: list[float] | None = None
    vector_layers: list[dict[str, Any]]
    layers: list[dict[str, Any]]
    tileMatrixSetLimits: list[Limits] = []
    points_from: int | None = Field(None, description="Of objects and events: the zoom from which they are single points.")
    filtered_from: int | None = Field(None, description="Of objects: the zoom from which all filters are answered, and `datetime`.")
    years_from: int | None = Field(None, description="Of events: the zoom from which more than a year of them may be asked for.")
    due_soon: float | None = Field(None, description="Of events: the part of its time that is left when one is due soon.")
    majors: list[Major] | None = Field(None, description="Of events: the major classes that m1, m2 and so on count.")
