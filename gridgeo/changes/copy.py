"""A copy of what is published in a GeoPackage, kept by the change feed; killed at any moment it is as after a whole transaction.

Source: OGC 12-128r18, GeoPackage 1.3 (SQLite with a few tables that say what is what, and geometries in a blob of their own).
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pyproj
import shapely

from ..errors import Conflict
from ..geo import crs
from .client import Outdated, Source
from .model import ENTITIES, Entity

_INTEGERS = (
    "edition_id",
    "unit_id",
    "parent_id",
    "household_count",
    "floors",
    "floors_below",
    "address_no",
    "floor",
    "category_id",
    "object_id",
)
_TYPES = {
    **dict.fromkeys(_INTEGERS, "INTEGER"),
    **dict.fromkeys(("lon", "lat", "area_m2"), "DOUBLE"),
    **dict.fromkeys(("main", "lowest"), "BOOLEAN"),
    **dict.fromkeys(("since", "inspected_on"), "DATE"),
}

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


class Copy:
    """The file. Raises Conflict for one that is there and is no copy of this source."""

    def __init__(self, path: Path, source: Source) -> None:
        self._source = source
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

    def catch_up(self) -> int:
        """Take in everything there is, in one transaction of the file; return the number it is true to.

        Raises as :class:`.client.Source` does; the file is then as it was.
        """
        until, number = self._source.latest(), self.number
        if number is None:
            return self._begin(until)
        if until < number:  # another database under the same address: its numbers are not ours
            return self._begin(until)
        if until > number:
            try:
                with self._transaction():
                    for entity in ENTITIES.values():
                        self._put(entity, self._source.events(entity.name, number, until))
                    self._file.execute("UPDATE gridgeo_copy SET number = ?", (until,))
            except Outdated:
                return self._begin(until)
        return until

    def states(self, entity: Entity) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield key and state of everything of an entity; `geometry` is shapely's, of points too."""
        fields = [name for name in entity.fields if name != "geometry"]
        listed = ", ".join(f'"{name}"' for name in fields)
        for key, geom, *cells in self._file.execute(f"SELECT key, {'geom' if _is_drawn(entity) else 'NULL'}, {listed} FROM {entity.name}"):
            state = {name: _read(name, cell) for name, cell in zip(fields, cells, strict=True)}
            yield key, state | ({"geometry": geom and shapely.from_wkb(geom[8:])} if _is_drawn(entity) else {})

    def _begin(self, number: int) -> int:
        with self._transaction():
            for (name,) in self._file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                self._file.execute(f'DROP TABLE "{name}"')
            for statement in filter(str.strip, _SCHEMA.split(";\n")):
                self._file.execute(statement)
            self._file.execute(
                "INSERT INTO gpkg_spatial_ref_sys VALUES ('CGCS2000', ?, 'EPSG', ?, ?, NULL)", (crs.STORAGE, crs.STORAGE, _wkt())
            )
            for entity in ENTITIES.values():
                self._make(entity)
                self._put(entity, self._source.extract(entity.name, number))
            self._file.execute("INSERT INTO gridgeo_copy VALUES (?, ?)", (self._source.url, number))
            self._file.execute(f"PRAGMA application_id = {_APPLICATION}")
            self._file.execute(f"PRAGMA user_version = {_VERSION}")
        return number

    def _make(self, entity: Entity) -> None:
        drawn = _is_drawn(entity)
        columns = ["fid INTEGER PRIMARY KEY", "key TEXT NOT NULL UNIQUE", *(["geom GEOMETRY"] if drawn else [])]
        columns += [f'"{name}" {_TYPES.get(name, "TEXT")}' for name in entity.fields if name != "geometry"]
        self._file.execute(f"CREATE TABLE {entity.name} ({', '.join(columns)})")
        kind, system = ("features", crs.STORAGE) if drawn else ("attributes", None)
        content = (entity.name, kind, f"{entity.name_zh} {entity.name}", system)
        self._file.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)", content)
        if drawn:
            self._file.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', ?, 0, 0)", (entity.name, crs.STORAGE))

    def _put(self, entity: Entity, told: Iterable[tuple[str, Mapping[str, Any] | None]]) -> None:
        fields, drawn = [name for name in entity.fields if name != "geometry"], _is_drawn(entity)
        names = ["key", *(["geom"] if drawn else []), *(f'"{name}"' for name in fields)]
        put = (
            f"INSERT INTO {entity.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
            f"ON CONFLICT (key) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names[1:])}"
        )
        for key, state in told:
            if state is None:
                self._file.execute(f"DELETE FROM {entity.name} WHERE key = ?", (key,))
            else:
                self._file.execute(put, [key, *([_blob(state)] if drawn else []), *(_cell(state.get(name)) for name in fields)])

    def _transaction(self) -> _Transaction:
        return _Transaction(self._file)


class _Transaction:
    """All of a block, or nothing."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file

    def __enter__(self) -> None:
        self._file.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._file.execute("COMMIT" if kind is None else "ROLLBACK")


def _wkt() -> str:
    return pyproj.CRS.from_epsg(crs.STORAGE).to_wkt("WKT1_GDAL")


def _is_drawn(entity: Entity) -> bool:
    return "geometry" in entity.fields


def _cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def _read(name: str, cell: Any) -> Any:
    if cell is not None and _TYPES.get(name) == "BOOLEAN":
        return bool(cell)
    return orjson.loads(cell) if cell is not None and name == "attributes" else cell


def _blob(state: Mapping[str, Any]) -> bytes | None:
    """The geometry as a GeoPackage has it: a header of eight bytes and WKB; of what has a point only, that."""
    if state.get("geometry") is not None:
        shape = shapely.from_geojson(orjson.dumps(state["geometry"]))
    elif state.get("lon") is not None:
        shape = shapely.Point(state["lon"], state["lat"])
    else:
        return None
    return struct.pack("<2sBBi", b"GP", 0, 1, crs.STORAGE) + shapely.to_wkb(shape, byte_order=1)
