"""XLSX: a sheet for each layer, every text typed as text, what the columns mean in a hidden sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import openpyxl
import shapely
from openpyxl.cell import WriteOnlyCell

from ...errors import InvalidInput
from . import places
from .batches import Batch
from .drawing import Drawing

#: What a sheet and a cell hold.
_MOST_ROWS, _LONGEST = 1_048_575, 32_767


def write(path: Path, drawings: list[Drawing], about: Mapping[str, str]) -> int:
    """Write a workbook. Raises InvalidInput for more rows than a sheet, or a longer text than a cell holds."""
    with begun() as book:
        count = sum(_sheet(book, drawing) for drawing in drawings)
        notes = book.create_sheet("说明")
        notes.sheet_state = "hidden"
        for name, value in about.items():
            notes.append([name, _typed(notes, value)])
        for drawing in drawings:
            for field in drawing.fields:
                notes.append([drawing.title, field.name, field.zh, field.note])
        book.save(path)
    return count


@contextmanager
def begun() -> Iterator[openpyxl.Workbook]:
    """A workbook that is written as it grows; where that fails its sheets are closed, which is too late when they are collected."""
    book = openpyxl.Workbook(write_only=True)
    try:
        yield book
    except BaseException:
        for sheet in book.worksheets:
            with suppress(Exception):
                sheet.close()
        raise


def _sheet(book: openpyxl.Workbook, drawing: Drawing) -> int:
    sheet, count = book.create_sheet(drawing.name), 0
    sheet.freeze_panes = "A2"
    sheet.append([*(field.name for field in drawing.fields), *drawing.axes, "crs"])
    for batch in drawing.batches():
        count += len(batch)
        if count > _MOST_ROWS:
            raise InvalidInput("format", "xlsx", f"a sheet holds {_MOST_ROWS:,} rows: choose csv or gpkg, or a part")
        for row, *where in zip(batch.rows(), *_placed(drawing, batch), strict=True):
            sheet.append([_typed(sheet, value) for value in (*row, *where, drawing.datum.name)])
    return count


def _placed(drawing: Drawing[Batch], batch: Batch) -> list[list]:
    """The columns that say where features are: coordinates, x first, or well-known text."""
    if drawing.geometry != "Point":
        known = f"SRID={drawing.datum.epsg};" if drawing.datum.epsg else ""
        return [[text and known + text for text in shapely.to_wkt(places.shapes(batch.geometry), rounding_precision=-1).tolist()]]
    points = places.points(batch.geometry)
    if points is not None:
        return points.T.tolist()
    shapes = places.shapes(batch.geometry)
    return [[None if at != at else at for at in axis(shapes).tolist()] for axis in (shapely.get_x, shapely.get_y)]


def _typed(sheet, value: object) -> object:
    """A cell whose text is no formula, whatever it begins with."""
    if not isinstance(value, str):
        return value
    if len(value) > _LONGEST:
        raise InvalidInput("format", "xlsx", f"a cell holds {_LONGEST:,} characters, and an outline has {len(value):,}: choose gpkg")
    plain = "".join(sign for sign in value if sign >= " " or sign in "\t\n\r") if not value.isprintable() else value
    if not plain.startswith("="):
        return plain
    cell = WriteOnlyCell(sheet, plain)
    cell.data_type = "s"
    return cell
