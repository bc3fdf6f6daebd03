"""A copy in a GeoPackage, which QGIS and others open.

Source: OGC 12-128r18, GeoPackage 1.3 (SQLite with a few tables that say what is what, and geometries in a blob of their own).
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pyproj
import shapely

from ..errors import Conflict
from ..geo import crs
from .client import Source
from .copy import TYPES, Copy, Told, cell, columns, is_drawn, shape
from .model import Entity

#: "GPKG", and the version 1.3, as SQLite's header has them.
_APPLICATION, _VERSION = 0x47504B47, 10300

_SCHEMA = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL), ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL PRIMARY KEY REFERENCES gpkg_contents (table_name), column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys (srs_id), z TINYINT NOT NULL, m TINYINT NOT NULL);
CREATE TABLE gridgeo_copy (source TEXT NOT NULL, number INTEGER NOT NULL);
"""


class GeoPackage(Copy):
    """The file. Raises Conflict for one that is there and is no copy of this source."""

    def __init__(self, path: Path, source: Source) -> None:
        super().__init__(source)
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA foreign_keys = off")
        tables = {name for (name,) in self._file.execute("SELECT name FROM sqlite_master")}
        known = self._file.execute("SELECT source FROM gridgeo_copy").fetchone() if "gridgeo_copy" in tables else None
        if tables and (known is None or known[0] != source.url):
            self.close()
            raise Conflict(f"{path.name} is there already and is no copy of {source.url}")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def number(self) -> int | None:
        """Up to which transaction it is true; None before it has begun."""
        if not self._file.execute("SELECT 1 FROM sqlite_master WHERE name = 'gridgeo_copy'").fetchone():
            return None
        return self._file.execute("SELECT number FROM gridgeo_copy").fetchone()[0]

    def states(self, entity: Entity) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield key and state of everything of an entity; `geometry` is shapely's, of points too."""
        fields, drawn = columns(entity), is_drawn(entity)
        listed = ", ".join(f'"{name}"' for name in fields)
        for key, geom, *cells in self._file.execute(f"SELECT key, {'geom' if drawn else 'NULL'}, {listed} FROM {entity.name}"):
            state = {name: _read(name, value) for name, value in zip(fields, cells, strict=True)}
            yield key, state | ({"geometry": geom and shapely.from_wkb(geom[8:])} if drawn else {})

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of a block, or nothing."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")

    def empty(self) -> None:
        """Make the tables a GeoPackage has, and no other."""
        for (name,) in self._file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            self._file.execute(f'DROP TABLE "{name}"')
        for statement in filter(str.strip, _SCHEMA.split(";\n")):
            self._file.execute(statement)
        system = (crs.STORAGE, crs.STORAGE, pyproj.CRS.from_epsg(crs.STORAGE).to_wkt("WKT1_GDAL"))
        self._file.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('CGCS2000', ?, 'EPSG', ?, ?, NULL)", system)
        self._file.execute("INSERT INTO gridgeo_copy VALUES (?, 0)", (self.source.url,))
        self._file.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._file.execute(f"PRAGMA user_version = {_VERSION}")

    def make(self, entity: Entity) -> None:
        """Make the table of an entity: a layer where it has a shape."""
        drawn = is_drawn(entity)
        held = ["fid INTEGER PRIMARY KEY", "key TEXT NOT NULL UNIQUE", *(["geom GEOMETRY"] if drawn else [])]
        held += [f'"{name}" {TYPES.get(name, "TEXT")}' for name in columns(entity)]
        self._file.execute(f"CREATE TABLE {entity.name} ({', '.join(held)})")
        kind, system = ("features", crs.STORAGE) if drawn else ("attributes", None)
        content = (entity.name, kind, f"{entity.name_zh} {entity.name}", system)
        self._file.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)", content)
        if drawn:
            self._file.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', ?, 0, 0)", (entity.name, crs.STORAGE))

    def put(self, entity: Entity, told: Told) -> None:
        """Take in what things are from then on, one after the other."""
        fields, drawn = columns(entity), is_drawn(entity)
        names = ["key", *(["geom"] if drawn else []), *(f'"{name}"' for name in fields)]
        put = (
            f"INSERT INTO {entity.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
            f"ON CONFLICT (key) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names[1:])}"
        )
        for key, state in told:
            if state is None:
                self._file.execute(f"DELETE FROM {entity.name} WHERE key = ?", (key,))
            else:
                self._file.execute(put, [key, *([_blob(state)] if drawn else []), *(cell(state.get(name)) for name in fields)])

    def remember(self, number: int) -> None:
        """Write down up to which transaction it is true."""
        self._file.execute("UPDATE gridgeo_copy SET number = ?", (number,))


def _read(name: str, value: Any) -> Any:
    if value is not None and TYPES.get(name) == "BOOLEAN":
        return bool(value)
    return orjson.loads(value) if value is not None and name == "attributes" else value


def _blob(state: Mapping[str, Any]) -> bytes | None:
    """The shape as a GeoPackage has it: a header of eight bytes and WKB."""
    drawn = shape(state)
    return None if drawn is None else struct.pack("<2sBBi", b"GP", 0, 1, crs.STORAGE) + shapely.to_wkb(drawn, byte_order=1)
