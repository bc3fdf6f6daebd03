"""GeoPackage: one layer a level, Chinese names of fields beside the short ones, the passport as metadata.

Source: OGC 12-128r18; the names of fields are the Schema extension (Annex F.9), which GDAL reads as alternative
names and QGIS shows as aliases. GDAL has no way to write them from here, nor to leave the clock out of the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyogrio

from ..model import Sheet

_SCHEMA = """
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);
"""
_DEFINITION = "http://www.geopackage.org/spec121/#extension_schema"
_EXTENSION = "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')"
_COLUMN = "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description) VALUES (?, ?, ?, ?, ?)"


def write(path: Path, sheets: list[Sheet], about: dict[str, str]) -> None:
    """Write one layer a sheet; a sheet without any geometry becomes a table of attributes."""
    description = f"{about['authority']} {about['edition_name']}".strip()
    for sheet in sheets:
        pyogrio.write_dataframe(
            sheet.table if sheet.drawn else pd.DataFrame(sheet.table.drop(columns="geometry")),
            path,
            layer=sheet.name,
            driver="GPKG",
            geometry_type="MultiPolygon" if sheet.drawn else None,
            append=path.exists(),
            dataset_metadata=None if path.exists() else about,
            layer_options={"IDENTIFIER": f"{sheet.title} {sheet.name}", "DESCRIPTION": description},
        )
    with closing(sqlite3.connect(path)) as package, package:
        name_columns(package, sheets)
        _stop_clock(package, about["loaded_at"])


def name_columns(package: sqlite3.Connection, sheets: Iterable[Sheet]) -> None:
    """Give the fields of layers their Chinese names."""
    package.executescript(_SCHEMA)
    package.executemany(_EXTENSION, [(table, _DEFINITION) for table in ("gpkg_data_columns", "gpkg_data_column_constraints")])
    rows = [(sheet.name, field.name, field.zh, field.zh, field.note) for sheet in sheets for field in sheet.fields]
    package.executemany(_COLUMN, rows)


def _stop_clock(package: sqlite3.Connection, loaded_at: str) -> None:
    """Give every time in the file that of the edition."""
    moment = datetime.fromisoformat(loaded_at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    package.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
    package.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (moment,))
