"""Shapefile, zipped: a layer each in GBK, with a dictionary of its fields and the passport beside it.

Where a text has a character GBK lacks, all is written anew in GB18030, of which GBK is a part.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pyogrio

from ...errors import InvalidInput
from ..formats import shapefile
from . import gdal
from .batches import Batch
from .columns import Kind
from .drawing import Drawing

_MOST_BYTES = 254


def write(path: Path, drawings: list[Drawing], about: Mapping[str, str]) -> int:
    """Write a zip with a Shapefile for each layer. Raises InvalidInput for what a Shapefile cannot hold."""
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("字段说明.csv", shapefile.dictionary(drawings))
        archive.writestr("说明.txt", shapefile.passport(about))
        for drawing in drawings:
            stem = path.with_name(f"{drawing.name}_{about['crs'].replace(':', '')}")
            count += _encoded(stem.with_suffix(".shp"), drawing)
            for part in map(stem.with_suffix, shapefile.PARTS):
                archive.write(part, part.name)
                part.unlink()
    return count


def _encoded(path: Path, drawing: Drawing) -> int:
    try:
        return _layer(path, drawing, "GBK")
    except _Rare:
        for part in map(path.with_suffix, shapefile.PARTS):
            part.unlink(missing_ok=True)
        return _layer(path, drawing, "GB18030")


def _layer(path: Path, drawing: Drawing, encoding: str) -> int:
    fits = partial(_fits, drawing, encoding)
    try:
        return gdal.layer(path, "ESRI Shapefile", drawing, _short, fits, encoding=encoding, layer_options={"2GB_LIMIT": "YES"})
    except pyogrio.errors.FeatureError as error:
        raise InvalidInput("format", "shp", f"a Shapefile holds 2 GB: choose gpkg, or a part ({error})") from None


def _short(field) -> str:
    return field.short


def _fits(drawing: Drawing, encoding: str, batch: Batch) -> None:
    """See that each text can be written in an encoding, and is not longer than a field of dBASE."""
    for column, values in zip(drawing.columns, batch.columns, strict=True):
        if values.kind is Kind.TEXT:
            _encodes(values.data.tobytes(), encoding)
            for row in np.flatnonzero(np.diff(values.offsets) > _MOST_BYTES).tolist():
                text = values.data[values.offsets[row] : values.offsets[row + 1]].tobytes().decode()
                if len(text.encode(encoding)) > _MOST_BYTES:
                    raise InvalidInput(column.field.name, text[:40], f"a Shapefile holds {_MOST_BYTES} bytes of text; choose gpkg")


def _encodes(text: bytes, encoding: str) -> None:
    if encoding == "GBK" and not text.isascii():
        try:
            text.decode().encode("gbk")
        except UnicodeEncodeError:
            raise _Rare from None


class _Rare(Exception):
    """A character GBK lacks."""
