"""What an export is: formats, fields, and the passport that goes into every file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import geopandas

from ..geo.crs import Datum
from ..hierarchy.model import Edition, Scheme


class Format(StrEnum):
    """A file format, by the ending of its file."""

    GEOJSON = "geojson"
    GEOJSONSEQ = "geojsonseq"
    GPKG = "gpkg"
    SHP = "shp"
    CSV = "csv"
    XLSX = "xlsx"
    FGB = "fgb"
    PARQUET = "parquet"
    KML = "kml"

    @property
    def ending(self) -> str:
        """What its files end in: a Shapefile is several files, handed out in a zip."""
        return ".shp.zip" if self is Format.SHP else f".{self}"

    @property
    def media_type(self) -> str:
        """Its media type, as registered where it is."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.GEOJSON: "application/geo+json",
    Format.GEOJSONSEQ: "application/geo+json-seq",
    Format.GPKG: "application/geopackage+sqlite3",
    Format.SHP: "application/zip",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.FGB: "application/flatgeobuf",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.KML: "application/vnd.google-earth.kml+xml",
}


#: The formats of an edition as a whole, in which the same edition gives the same bytes.
OF_EDITIONS = (Format.GEOJSON, Format.GPKG, Format.SHP, Format.CSV, Format.FGB)


@dataclass(frozen=True)
class Order:
    """What is wanted: which levels of an edition, from the top, in which format and which coordinates (x, longitude first).

    `codes` names the units wanted of these levels, in order; none named: all.
    """

    format: Format
    datum: Datum
    levels: tuple[str, ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """What it is taken from. `frame` is as :func:`gridgeo.hierarchy.store.frame` returns it; `authority` is who answers for the data."""

    scheme: Scheme
    edition: Edition
    frame: geopandas.GeoDataFrame
    authority: str = ""


@dataclass(frozen=True)
class Field:
    """A column of an export.

    `short` is its name in a Shapefile, where ten bytes are all there is: initials of the pinyin, as offices write
    them (QCODE, JDMC). `zh` is what is shown to people, `note` what a reader has to know of its values.
    """

    name: str
    short: str
    zh: str
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """Units of one level, or of several, as they go into a file: `table` has the columns of `fields`, in order, then geometry."""

    name: str
    title: str
    fields: tuple[Field, ...]
    table: geopandas.GeoDataFrame

    @property
    def drawn(self) -> bool:
        """Whether any unit has a geometry; a scheme that is only listed has none."""
        return bool(self.table.geometry.notna().any())

    @property
    def text_columns(self) -> list[str]:
        """Names of the columns that hold text."""
        return [field.name for field in self.fields if self.table[field.name].dtype == object]
