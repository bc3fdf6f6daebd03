"""Text: GeoJSON, GeoJSON text sequences, CSV. The database writes the properties, what is left is to put the geometries to them.

Source: RFC 7946, and of other coordinates than WGS 84 the member `crs` of the 2008 specification, which GDAL and QGIS read; RFC 8142.
A table has no place for a passport: each row says in which coordinates it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import orjson

from ..formats.geojson import system
from . import places
from .batches import Lines
from .drawing import Drawing


def geojson(path: Path, drawings: list[Drawing[Lines]], about: Mapping[str, str]) -> int:
    """Write one feature collection, a feature a line; the passport is its member `gridgeo`."""
    (drawing,) = drawings
    head = {"type": "FeatureCollection", "name": about["title"], "crs": system(about["crs_definition"]), "gridgeo": dict(about)}
    count = 0
    with path.open("wb") as file:
        file.write(orjson.dumps(head)[:-1] + b',"features":[\n')
        for features in _features(drawing):
            file.write((b",\n" if count else b"") + b",\n".join(features))
            count += len(features)
        file.write(b"\n]}\n")
    return count


def sequence(path: Path, drawings: list[Drawing[Lines]], about: Mapping[str, str]) -> int:
    """Write a GeoJSON text sequence: WGS 84, a feature a line, each after a record separator."""
    (drawing,) = drawings
    count = 0
    with path.open("wb") as file:
        for features in _features(drawing):
            file.write(b"\x1e" + b"\n\x1e".join(features) + b"\n")
            count += len(features)
    return count


def table(path: Path, drawings: list[Drawing[Lines]], about: Mapping[str, str]) -> int:
    """Write CSV with a byte order mark, texts quoted, numbers and what is nothing not."""
    (drawing,) = drawings
    named = ",".join(f'"{name}"' for name in (*(field.name for field in drawing.fields), *drawing.axes, "crs"))
    count = 0
    with path.open("wb") as file:
        file.write(f"\ufeff{named}\r\n".encode())
        for lines in drawing.batches():
            file.writelines(_rows(drawing, lines))
            count += len(lines)
    return count


def _features(drawing: Drawing[Lines]) -> Iterator[list[bytes]]:
    for lines in drawing.batches():
        shapes = places.geojson(lines.geometry)
        yield [b'{"type":"Feature","properties":%b,"geometry":%b}' % each for each in zip(lines.texts, shapes, strict=True)]


def _rows(drawing: Drawing[Lines], lines: Lines) -> Iterable[bytes]:
    row = b'%%b,%%b,"%b"\r\n' % drawing.datum.name.encode()
    return map(row.__mod__, zip(lines.texts, _placed(drawing, lines), strict=True))


def _placed(drawing: Drawing[Lines], lines: Lines) -> list[bytes]:
    """The cells that say where features are."""
    if drawing.geometry == "Point":
        return places.pairs(lines.geometry)
    known = f"SRID={drawing.datum.epsg};".encode() if drawing.datum.epsg else b""
    return [text and b'"%b%b"' % (known, text) for text in places.wkt(lines.geometry)]
