"""Conditions: PostgreSQL lets through the rows a filter says, columns are our own, and every value is a parameter."""

from __future__ import annotations

import random

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from psycopg2 import sql

from gridgeo.cql2 import text
from gridgeo.cql2.sql import Condition, condition
from tests.cql2.judging import lets
from tests.cql2.making import ASKED, DAYS, MOMENTS, TEXTS, trees

_COLUMNS = {
    "id": "integer PRIMARY KEY",
    "floor": "integer",
    "height": "double precision",
    "name": "text",
    "road": "text",
    "stands": "boolean",
    "since": "date",
    "until": "date",
    "seen_at": "timestamptz",
    "left_at": "timestamptz",
    "geom": "geometry(Geometry, 4490)",
    "tags": "text[]",
    "marks": "numeric[]",
    "kind_id": "integer",
}
_OF = {each.column: each.name for each in ASKED.values()} | {"kind_id": "kind"}
_GEOMETRIES = ["POINT (1 1)", "POINT (2.5 2.5)", "MULTIPOINT (1 1, 2 2)", "LINESTRING (0 0, 4 4)", "LINESTRING (1 0, 1 3)"]
_GEOMETRIES += ["POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))", "POLYGON ((1 1, 4 1, 4 3, 1 3, 1 1))"]
_KINDS = {1: "x", 2: "y"}


def _rows() -> list[dict]:
    """Sixty rows, each value of which may be missing."""
    chance = random.Random(4490)
    choices = {
        "floor": range(-2, 5),
        "height": [-1.25, 0.5, 1, 1.5, 3],
        "name": TEXTS,
        "road": TEXTS,
        "stands": [True, False],
        **dict.fromkeys(["since", "until"], DAYS),
        **dict.fromkeys(["seen_at", "left_at"], MOMENTS),
        "geom": [shapely.from_wkt(each) for each in _GEOMETRIES],
        "tags": [[], ["a"], ["a", "b"], ["b", "a", "a"], ["a", "b", "c"]],
        "marks": [[], [1], [1, 2], [2.5], [1.5, 3]],
    }
    rows = [{name: None if chance.random() < 0.2 else chance.choice(list(each)) for name, each in choices.items()} for _ in range(60)]
    return [{"id": n, **row, "kind_id": chance.choice([1, 2])} for n, row in enumerate(rows)]


@pytest.fixture
def things(conn):
    """A table of things, and the same rows by the names of properties."""
    rows = _rows()
    with conn.cursor() as cur:
        cur.execute("CREATE TEMP TABLE kind (kind_id integer, kind text)")
        cur.execute("INSERT INTO kind VALUES (1, 'x'), (2, 'y')")
        cur.execute(f"CREATE TEMP TABLE thing ({', '.join(f'{name} {kind}' for name, kind in _COLUMNS.items())})")
        for row in rows:
            geom = row["geom"] and shapely.to_wkb(shapely.set_srid(row["geom"], 4490), hex=True, include_srid=True)
            given = {**row, "geom": geom}
            cur.execute(f"INSERT INTO thing ({', '.join(given)}) VALUES ({', '.join(f'%({name})s' for name in given)})", given)
    return [{_OF.get(name, name): value for name, value in {**row, "kind_id": _KINDS[row["kind_id"]]}.items()} for row in rows]


def let_through(conn, asked: Condition) -> list[int]:
    with conn.cursor() as cur:
        cur.execute(sql.SQL("SELECT id FROM thing WHERE {} ORDER BY id").format(asked.text), asked.parameters)
        return [each for (each,) in cur.fetchall()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=250, deadline=None)
@given(tree=trees)
def test_the_database_lets_through_what_a_filter_says(conn, things, tree):
    assert let_through(conn, condition(tree, ASKED)) == [row["id"] for row in things if lets(tree, row)], text.write(tree)
