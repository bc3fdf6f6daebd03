"""A copy in a PostGIS database, in a schema of its own: tables with keys, points and shapes in EPSG:4490, indexed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date
from itertools import islice
from typing import Any

import psycopg2
import shapely
from psycopg2 import errors, sql
from psycopg2.extras import execute_values

from ..db import connection
from ..errors import Conflict, EnvironmentIncomplete
from ..geo import crs
from .client import Source
from .copy import TYPES, Copy, Told, cell, columns, is_drawn, shape
from .model import Entity

#: Where it lies when nothing else is said.
SCHEMA = "gridgeo_copy"

#: Things taken in by one statement, and rows of it that are written at a time.
_SOME, _PAGE = 5000, 500

_WORDS = {"INTEGER": "bigint", "DOUBLE": "double precision", "BOOLEAN": "boolean", "DATE": "date"}
_STATE = "copied_state"


class PostGIS(Copy):
    """The schema of a database. Raises DatabaseUnavailable; Conflict for one that is there and is no copy of this source."""

    def __init__(self, url: str, source: Source, schema: str = SCHEMA) -> None:
        super().__init__(source)
        self._schema, self._conn = schema, connection.connect(url, application_name="gridgeo replicate")
        try:
            self._require_ours()
        except Conflict:
            self.close()
            raise

    def _require_ours(self) -> None:
        with connection.transaction(self._conn), self._conn.cursor() as cur:
            if self._is_made(cur):
                cur.execute(self._sql("SELECT source FROM {}", _STATE))
                (known,) = cur.fetchone()
                if known != self.source.url:
                    raise Conflict(f"the schema {self._schema} is a copy of {known} already, not of {self.source.url}")
                return
            cur.execute("SELECT to_regnamespace(quote_ident(%s)) IS NOT NULL", (self._schema,))
            if cur.fetchone()[0]:
                raise Conflict(f"the schema {self._schema} is there already and is no copy")

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()

    @property
    def number(self) -> int | None:
        """Up to which transaction it is true; None before it has begun."""
        with connection.transaction(self._conn), self._conn.cursor() as cur:
            if not self._is_made(cur):
                return None
            cur.execute(self._sql("SELECT number FROM {}", _STATE))
            return cur.fetchone()[0]

    def states(self, entity: Entity) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield key and state of everything of an entity; `geometry` is shapely's, of points too."""
        fields, drawn = columns(entity), is_drawn(entity)
        listed = [sql.SQL("ST_AsBinary(geom)" if drawn else "NULL"), *map(sql.Identifier, fields)]
        with connection.transaction(self._conn), self._conn.cursor() as cur:
            cur.execute(sql.SQL("SELECT key, {} FROM {}").format(sql.SQL(", ").join(listed), self._table(entity.name)))
            for key, geom, *cells in cur:
                state = {name: value.isoformat() if isinstance(value, date) else value for name, value in zip(fields, cells, strict=True)}
                yield key, state | ({"geometry": geom and shapely.from_wkb(bytes(geom))} if drawn else {})

    def transaction(self) -> AbstractContextManager:
        """All of a block, or nothing."""
        return connection.transaction(self._conn)

    def empty(self) -> None:
        """Make the schema, with nothing in it but where it comes from."""
        schema = sql.Identifier(self._schema)
        try:
            with self._conn.cursor() as cur:
                cur.execute("SET LOCAL client_min_messages = warning")
                cur.execute(sql.SQL("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}").format(schema))
                cur.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        except (errors.InsufficientPrivilege, errors.UndefinedFile, errors.FeatureNotSupported) as error:
            remedy = f"let an administrator run CREATE EXTENSION postgis there, and let this user make the schema {self._schema}"
            raise EnvironmentIncomplete("no copy can be made in that database", remedy) from error
        with self._conn.cursor() as cur:
            cur.execute(self._sql("CREATE TABLE {} (source text NOT NULL, number bigint NOT NULL)", _STATE))
            cur.execute(self._sql("INSERT INTO {} VALUES (%s, 0)", _STATE), (self.source.url,))

    def make(self, entity: Entity) -> None:
        """Make the table of an entity, with an index of its shapes."""
        held = [sql.SQL('key text COLLATE "C" PRIMARY KEY')]
        held += [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_word(name))) for name in columns(entity)]
        if is_drawn(entity):
            held.append(sql.SQL(f"geom geometry(Geometry, {crs.STORAGE})"))
        with self._conn.cursor() as cur:
            cur.execute(sql.SQL("CREATE TABLE {} ({})").format(self._table(entity.name), sql.SQL(", ").join(held)))
            cur.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(self._table(entity.name), sql.Literal(entity.name_zh)))
            if is_drawn(entity):
                cur.execute(self._sql("CREATE INDEX ON {} USING gist (geom)", entity.name))

    def put(self, entity: Entity, told: Told) -> None:
        """Take in what things are from then on, some at a time: of each, what it is after all of them."""
        told = iter(told)
        with self._conn.cursor() as cur:
            while some := list(islice(told, _SOME)):
                last = dict(some)
                gone = [key for key, state in last.items() if state is None]
                if gone:
                    cur.execute(self._sql("DELETE FROM {} WHERE key = ANY (%s)", entity.name), (gone,))
                rows = [self._row(entity, key, state) for key, state in last.items() if state is not None]
                execute_values(cur, self._upsert(entity).as_string(cur), rows, self._template(entity), _PAGE)

    def remember(self, number: int) -> None:
        """Write down up to which transaction it is true."""
        with self._conn.cursor() as cur:
            cur.execute(self._sql("UPDATE {} SET number = %s", _STATE), (number,))

    def _upsert(self, entity: Entity) -> sql.Composed:
        names = [*columns(entity), *(["geom"] if is_drawn(entity) else [])]
        known = sql.SQL(", ").join(map(sql.Identifier, ["key", *names]))
        anew = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names)
        statement = sql.SQL("INSERT INTO {} ({}) VALUES %s ON CONFLICT (key) DO UPDATE SET {}")
        return statement.format(self._table(entity.name), known, anew)

    @staticmethod
    def _template(entity: Entity) -> str:
        places = ["%s", *(f"%s::{_word(name)}" for name in columns(entity))]
        return f"({', '.join([*places, *(['ST_GeomFromWKB(%s, 4490)'] if is_drawn(entity) else [])])})"

    @staticmethod
    def _row(entity: Entity, key: str, state: Mapping[str, Any]) -> list[Any]:
        drawn = shape(state) if is_drawn(entity) else None
        geom = [None if drawn is None else psycopg2.Binary(shapely.to_wkb(drawn))] if is_drawn(entity) else []
        return [key, *(cell(state.get(name)) for name in columns(entity)), *geom]

    def _is_made(self, cur) -> bool:
        cur.execute("SELECT to_regclass(quote_ident(%s) || %s) IS NOT NULL", (self._schema, f".{_STATE}"))
        return cur.fetchone()[0]

    def _sql(self, statement: str, table: str) -> sql.Composed:
        return sql.SQL(statement).format(self._table(table))

    def _table(self, name: str) -> sql.Identifier:
        return sql.Identifier(self._schema, name)


def _word(name: str) -> str:
    return "jsonb" if name == "attributes" else _WORDS.get(TYPES.get(name, ""), "text")
