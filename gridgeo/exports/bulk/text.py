"""Text: GeoJSON, GeoJSON text sequences, CSV. Numbers are written so that they read back as the very same.

Source: RFC 7946, and of other coordinates than WGS 84 the member `crs` of the 2008 specification, which GDAL and QGIS read; RFC 8142.
A table has no place for a passport: each row says in which coordinates it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import orjson
import shapely

from ...geo import crs
from ..formats.geojson import system
from ..rules import FORMULA, neutral
from .batches import Batch, Values
from .columns import Kind
from .drawing import Drawing

_AT_ONCE = 5_000
#: The first bytes of texts that may be formulas.
_SUSPECT = sorted({sign.encode()[0] for sign in FORMULA})
#: Texts a spreadsheet takes for a number, a share, a day or a time, and writes otherwise: 0101, 3/4, 2010-3, 1E5, 5月1日.
_NUMERAL = re.compile(r"[-+.]?\d[-+\d .,:/%eE年月日]*")


def geojson(path: Path, drawings: list[Drawing], about: Mapping[str, str]) -> int:
    """Write one feature collection, a feature a line; the passport is its member `gridgeo`."""
    (drawing,) = drawings
    head = {"type": "FeatureCollection", "name": about["title"], "crs": system(about["crs_definition"]), "gridgeo": dict(about)}
    count = 0
    with path.open("wb") as file:
        file.write(orjson.dumps(head)[:-1] + b',"features":[\n')
        for lines in _features(drawing):
            file.write((b",\n" if count else b"") + b",\n".join(lines))
            count += len(lines)
        file.write(b"\n]}\n")
    return count


def sequence(path: Path, drawings: list[Drawing], about: Mapping[str, str]) -> int:
    """Write a GeoJSON text sequence: WGS 84, a feature a line, each after a record separator."""
    (drawing,) = drawings
    count = 0
    with path.open("wb") as file:
        for lines in _features(drawing):
            file.write(b"".join(b"\x1e%b\n" % line for line in lines))
            count += len(lines)
    return count


def table(path: Path, drawings: list[Drawing], about: Mapping[str, str], coded: bool = False) -> int:
    """Write CSV with a byte order mark, texts quoted, numbers and what is nothing not; a spreadsheet runs none of it as a formula.

    `coded`: texts that look like numbers or days (codes, rooms) as ="…", which a spreadsheet opened by a double click keeps.
    """
    (drawing,) = drawings
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\ufeff")
        file.write(_lines([[f'"{name}"'] for name in (*(field.name for field in drawing.fields), *places(drawing), "crs")]))
        for batch in drawing.batches():
            cells = [_kept(values, coded) if values.kind is Kind.TEXT else values.plain() for values in batch.columns]
            columns = [*cells, *placed(drawing, batch), [drawing.datum.name] * len(batch)]
            file.write(_lines(map(_written, columns)))
            count += len(batch)
    return count


def places(drawing: Drawing) -> tuple[str, ...]:
    """Return the columns of a table that say where features are."""
    if drawing.geometry == "Point":
        return ("x", "y") if crs.is_planar(drawing.datum) else ("lon", "lat")
    return ("wkt",)


def placed(drawing: Drawing, batch: Batch) -> list[list]:
    """Return these columns: coordinates, x first, or well-known text."""
    if drawing.geometry != "Point":
        system = f"SRID={drawing.datum.epsg};" if drawing.datum.epsg else ""
        return [[text and system + text for text in shapely.to_wkt(batch.shapes(), rounding_precision=-1).tolist()]]
    points = batch.points()
    if points is not None:
        return points.T.tolist()
    shapes = batch.shapes()
    return [[None if at != at else at for at in axis(shapes).tolist()] for axis in (shapely.get_x, shapely.get_y)]


def _features(drawing: Drawing) -> Iterator[list[bytes]]:
    names = [field.name for field in drawing.fields]
    for batch in drawing.batches():
        shapes = shapely.to_geojson(shapely.orient_polygons(batch.shapes())).tolist()  # §3.1.6: outer rings counterclockwise
        rows = [dict(zip(names, row, strict=True)) for row in batch.rows()]
        for start in range(0, len(rows), _AT_ONCE):
            piece = slice(start, start + _AT_ONCE)
            yield [_feature(row, shape) for row, shape in zip(rows[piece], shapes[piece], strict=True)]


def _feature(row: dict, shape: str | None) -> bytes:
    if row.get("attributes"):
        row["attributes"] = orjson.Fragment(row["attributes"])
    return b'{"type":"Feature","properties":%b,"geometry":%b}' % (orjson.dumps(row), (shape or "null").encode())


def _lines(columns: Iterable[list[str]]) -> str:
    return "\r\n".join([*map(",".join, zip(*columns, strict=True)), ""])


def _written(cells: list) -> list[str]:
    """The cells of a column as CSV has them."""
    if not any(isinstance(cell, str) for cell in cells):
        return ["" if cell is None else repr(cell) for cell in cells]
    if any('"' in cell for cell in cells if cell):
        cells = [cell and cell.replace('"', '""') for cell in cells]
    return ["" if cell is None else f'"{cell}"' for cell in cells]


def _kept(values: Values, coded: bool) -> list:
    """The cells of a column of texts, none of which is run as a formula."""
    cells = values.plain()
    if coded:
        return [f'="{cell}"' if cell and _NUMERAL.fullmatch(cell) else neutral(cell) for cell in cells]
    first = np.append(values.data, 0)[values.offsets[:-1]]
    for row in np.flatnonzero(np.isin(first, _SUSPECT)).tolist():
        cells[row] = neutral(cells[row])
    return cells
