"""File formats. What a file is, is told by its first bytes; its name must agree. Runs in the reading process only.

Doors: :func:`read`. GeoJSON, CSV, KML, WKT, WKB and DBF are read by parsers of our own, which know nothing but what is
wanted; GDAL reads GeoPackage, FlatGeobuf and the geometry of Shapefiles, arro3 reads Parquet.
"""

from __future__ import annotations

import re
from pathlib import Path

from ..model import Table
from .refused import READ, Refused

_SQLITE = b"SQLite format 3\0"
_SHAPEFILE = bytes.fromhex("0000270a")
_FLATGEOBUF, _PARQUET = b"fgb\x03fgb", b"PAR1"
_KML = re.compile(rb"(<\?xml[^>]*\?>)?\s*(<!--.{0,1000}?-->\s*)*<kml[\s/>]", re.DOTALL)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

#: the endings a kind of file may have
ENDINGS = {
    "geojson": {"geojson", "json", "geojsonl", "geojsons", "geojsonseq", "ndjson", "jsonl"},
    "csv": {"csv", "tsv", "tab", "txt", "wkt"},
    "xlsx": {"xlsx", "xlsm"},
    "zip": {"zip"},
    "gpkg": {"gpkg"},
    "shapefile": {"shp"},
    "flatgeobuf": {"fgb"},
    "parquet": {"parquet", "geoparquet"},
    "kml": {"kml"},
}
_NAMES = {
    "geojson": "JSON",
    "csv": "a text table",
    "xlsx": "an Excel workbook",
    "zip": "a zip",
    "gpkg": "a GeoPackage",
    "shapefile": "a Shapefile",
    "flatgeobuf": "a FlatGeobuf",
    "parquet": "a Parquet file",
    "kml": "a KML",
}


def read(name: str, path: Path) -> list[Table]:
    """Return the tables of one file; `name` is what the user calls it. Raises Refused."""
    kind = sniff(path)
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in ENDINGS[kind]:
        wanted = " or ".join(f".{one}" for one in sorted(ENDINGS[kind]))
        raise Refused(f"is {_NAMES[kind]} by its content, which its name does not say: name it {wanted}")
    if kind == "zip":
        from . import archive

        return [table for inner, place in archive.unpack(name, path) for table in _inside(inner, place)]
    return _reader(kind)(name, path)


def sniff(path: Path) -> str:
    """Return what kind of file it is by its first bytes. Raises Refused for every other kind."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise Refused("is empty")
    if head.startswith(b"PK\x03\x04"):
        from . import archive

        return "xlsx" if archive.is_workbook(path) else "zip"
    if head.startswith(_SQLITE):
        return "gpkg"
    for kind, mark in (("shapefile", _SHAPEFILE), ("flatgeobuf", _FLATGEOBUF), ("parquet", _PARQUET)):
        if head.startswith(mark):
            return kind
    if head.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise Refused("is an empty or split zip")
    return _text_kind(head)


def _text_kind(head: bytes) -> str:
    marked = head.startswith(_MARKS)
    text = head[3:] if head.startswith(_MARKS[0]) else head
    first = text.lstrip()[:1]
    if _KML.match(text.lstrip()):
        return "kml"
    if first == b"<":
        raise Refused(f"is XML (VRT, GML or a web page): export it as {READ}")
    if first in (b"{", b"[", b"\x1e"):
        return "geojson"
    if head.startswith((b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"Rar!", b"7z")) or (b"\0" in head and not marked):
        raise Refused(f"is none of the formats that are read: {READ}, or a zip of them")
    return "csv"


def _inside(name: str, path: Path) -> list[Table]:
    try:
        if sniff(path) == "zip":
            raise Refused("is a zip inside a zip: unpack the outer one")
        return read(name, path)
    except Refused as refusal:
        raise Refused(str(refusal), refusal.name or name) from None


def _reader(kind: str):
    from . import gdal, geojson, kml, parquet, sheets

    return {
        "geojson": geojson.read,
        "csv": sheets.read_csv,
        "xlsx": sheets.read_xlsx,
        "gpkg": gdal.read_gpkg,
        "shapefile": gdal.read_shapefile,
        "flatgeobuf": gdal.read_flatgeobuf,
        "parquet": parquet.read,
        "kml": kml.read,
    }[kind]
