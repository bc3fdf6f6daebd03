"""Shapefile, zipped: one a level, in GBK, with a dictionary of its fields and the passport beside it.

A field's name has ten bytes, of which Chinese would take two or three each: names are initials of the pinyin, and
`字段说明.csv` says what they mean. Chinese office software of any age reads GBK; `.cpg` names it for the others. Where a name
has a character GBK lacks, GB18030 is written, of which GBK is a part.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import geopandas
import pyogrio

from ...errors import InvalidInput
from ..model import Sheet

_TEXT_BYTES = 254
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def write(path: Path, sheets: list[Sheet], about: dict[str, str]) -> None:
    """Write a zip with a Shapefile a sheet. Raises InvalidInput for a text a dBASE field cannot hold."""
    loaded = datetime.fromisoformat(about["loaded_at"])
    members: dict[str, bytes] = {"字段说明.csv": dictionary(sheets), "说明.txt": passport(about)}
    for sheet in sheets:
        stem = path.with_name(f"{about['scheme']}_{sheet.name}_{about['crs'].replace(':', '')}")
        _write_one(stem.with_suffix(".shp"), sheet, loaded)
        members |= {stem.with_suffix(part).name: stem.with_suffix(part).read_bytes() for part in PARTS}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, loaded.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


def _write_one(path: Path, sheet: Sheet, loaded: datetime) -> None:
    table = sheet.table.rename(columns={field.name: field.short for field in sheet.fields})
    pyogrio.write_dataframe(
        table,
        path,
        driver="ESRI Shapefile",
        encoding=_encoding(sheet, sheet.table),
        layer_options={"DBF_DATE_LAST_UPDATE": loaded.date().isoformat()},
    )


def _encoding(sheet: Sheet, table: geopandas.GeoDataFrame) -> str:
    encoding = "GBK"
    for column in sheet.text_columns:
        for text in table[column].dropna().unique():
            try:
                size = len(text.encode("gbk"))
            except UnicodeEncodeError:
                encoding, size = "GB18030", len(text.encode("gb18030"))
            if size > _TEXT_BYTES:
                raise InvalidInput(column, text, f"a Shapefile holds {_TEXT_BYTES} bytes of text; choose gpkg")
    return encoding


def dictionary(sheets: Iterable) -> bytes:
    """Return what the short names of fields mean, as CSV."""
    rows = [(sheet.title, field.short, field.zh, field.name, field.note) for sheet in sheets for field in sheet.fields]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("图层", "字段", "中文名", "name", "note"))
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def passport(about: Mapping[str, str]) -> bytes:
    """Return the passport as lines of text."""
    return "".join(f"{name}: {value}\r\n" for name, value in about.items()).encode("utf-8-sig")
