"""Conditions: PostgreSQL lets through the rows a filter says, columns are our own, and every value is a parameter."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from psycopg2 import sql

from gridgeo.cql2 import text
from gridgeo.cql2.model import named
from gridgeo.cql2.sql import EVERYTHING, Condition, condition
from gridgeo.cql2.words import ARRAYS, SPATIAL, TEMPORAL
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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150, deadline=None)
@given(tree=trees)
def test_the_database_lets_through_what_a_filter_says(conn, things, tree):
    assert let_through(conn, condition(tree, ASKED)) == [row["id"] for row in things if lets(tree, row)], text.write(tree)


_SPANS = ["since", "DATE('2026-01-03')", "INTERVAL(since, until)", "INTERVAL('2026-01-02', '2026-01-04')", "INTERVAL('..', '2026-01-03')"]
_SPANS += ["INTERVAL('2026-01-03', '..')", "seen_at", "TIMESTAMP('2026-01-02T16:00:00Z')", "INTERVAL(seen_at, left_at)"]
_PLACES = ["POINT(1 1)", "LINESTRING(0 1, 2 1)", "LINESTRING(0 0, 4 4)", "BBOX(0, 0, 2, 2)", "POLYGON((2 0, 4 0, 4 2, 2 2, 2 0))"]
_LISTS = ["tags", "()", "('a')", "('a', 'b')", "('b', 'a')", "('a', 'b', 'c', 'd')"]


@pytest.mark.parametrize(
    "words, operands", [(TEMPORAL, _SPANS), (SPATIAL, ["geometry", *_PLACES]), (ARRAYS, _LISTS)], ids=["times", "places", "arrays"]
)
def test_every_function_of_every_two_operands_says_what_it_says(conn, things, words, operands):
    for word, first, second in itertools.product(words, operands, operands):
        tree = text.parse(f"{word}({first}, {second})", ASKED)
        if not named(tree.operands[0]):
            continue  # the other way round it is another of the functions
        assert let_through(conn, condition(tree, ASKED)) == [row["id"] for row in things if lets(tree, row)], text.write(tree)


def asked(words: str, **places) -> Condition:
    return condition(text.parse(words, ASKED), ASKED, **places)


def test_a_condition_is_put_into_a_statement_or_given_as_a_parameter(conn, things):
    half = asked("floor < 2 AND name <> '%s {} %(cql_0)s'")
    with conn.cursor() as cur:
        cur.execute("SELECT id FROM thing WHERE %(filter)s AND id < %(most)s ORDER BY id", {"filter": half, "most": 1000})
        assert [each for (each,) in cur.fetchall()] == let_through(conn, half) != []
        cur.execute("SELECT count(*) FROM thing WHERE %(filter)s", {"filter": EVERYTHING})
        assert cur.fetchone() == (len(things),)


@pytest.mark.parametrize("value", ["' OR true --", "%s", "%(cql_9)s", "\\", "') OR (''='", "{}", "$1", "a'; DROP TABLE thing; --"])
def test_a_value_is_never_a_part_of_the_statement(conn, things, value):
    doubled = value.replace("'", "''")
    for words in (f"name = '{doubled}'", f"CASEI(name) IN ('{doubled}', name)", f"A_CONTAINS(tags, ('{doubled}'))", f"kind = '{doubled}'"):
        made = asked(words)
        assert value not in made.text.as_string(conn)
        assert let_through(conn, made) == [row["id"] for row in things if lets(text.parse(words, ASKED), row)]


def test_a_geometry_is_carried_into_the_storage_system(conn, things):
    plain = let_through(conn, asked("S_INTERSECTS(geometry, POINT(1 1.5))"))
    turned = asked("S_INTERSECTS(geometry, POINT(1.5 1))", to_storage=lambda xy: xy[:, ::-1])
    metric = asked("S_INTERSECTS(geometry, POINT(1000 1500))", to_storage=lambda xy: xy / 1000)
    assert plain == let_through(conn, turned) == let_through(conn, metric) != []


@pytest.mark.parametrize(
    "written, to_storage, rule",
    [
        ("POINT(22.5 113.9)", None, "lies beyond ±180 / ±90 degrees; x"),
        ("POINT(1 2)", lambda xy: xy * np.inf, "lies beyond"),
        ("POINT(1 2)", lambda xy: xy * np.nan, "lies beyond"),
        ("BBOX(2000, 1, 1000, 2)", lambda xy: xy / 1000, "only in degrees"),
        ("POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))", None, "no valid geometry: Self-intersection"),
        ("POLYGON((0 0, 1 1, 0 0, 0 0))", None, "no valid geometry"),
        ("LINESTRING(1 1, 1 1)", None, "no valid geometry"),
    ],
)
def test_what_is_no_geometry_there_reaches_no_database(written, to_storage, rule):
    with pytest.raises(ValueError, match=rule):
        asked(f"S_INTERSECTS(geometry, {written})", to_storage=to_storage)


@pytest.mark.parametrize(
    "written, same",
    [
        (
            "BBOX(170, -1, -170, 1)",
            "MULTIPOLYGON (((170 -1, 180 -1, 180 1, 170 1, 170 -1)), ((-180 -1, -170 -1, -170 1, -180 1, -180 -1)))",
        ),
        ("BBOX(1, 1, 1, 1)", "POINT (1 1)"),
        ("BBOX(1, 0, 1, 3)", "LINESTRING (1 0, 1 3)"),
        ("BBOX(0, 0, 2, 1)", "POLYGON ((0 0, 2 0, 2 1, 0 1, 0 0))"),
    ],
)
def test_a_box_may_cross_180_degrees_and_have_no_width(written, same):
    (value,) = asked(f"S_INTERSECTS(geometry, {written})").parameters.values()
    found = shapely.from_wkb(value)
    assert found.equals(shapely.from_wkt(same)) and shapely.get_srid(found) == 4490


def test_a_day_among_moments_is_the_whole_of_its_day_in_beijing(conn):
    with conn.cursor() as cur:
        cur.execute("CREATE TEMP TABLE thing (id integer, seen_at timestamptz)")
        moments = ["2026-01-01T15:59:59.999999Z", "2026-01-01T16:00:00Z", "2026-01-02T15:59:59.999999Z", "2026-01-02T16:00:00Z"]
        cur.execute("INSERT INTO thing SELECT n, at::timestamptz FROM unnest(%s) WITH ORDINALITY AS t (at, n)", (moments,))
    assert let_through(conn, asked("T_BEFORE(seen_at, DATE('2026-01-02'))")) == [1]
    assert let_through(conn, asked("T_INTERSECTS(seen_at, DATE('2026-01-02'))")) == [2, 3]
    assert let_through(conn, asked("T_AFTER(seen_at, DATE('2026-01-02'))")) == [4]


def test_indices_are_used_for_places_days_and_moments(conn, things):
    with conn.cursor() as cur:
        cur.execute("CREATE INDEX ON thing USING gist (geom); CREATE INDEX ON thing (since); CREATE INDEX ON thing (seen_at)")
        cur.execute("CREATE INDEX ON thing (name); ANALYZE thing; SET LOCAL enable_seqscan = off")
        for words, index in {
            "S_INTERSECTS(geometry, BBOX(0, 0, 1, 1))": "thing_geom_idx",
            "S_WITHIN(geometry, BBOX(0, 0, 1, 1))": "thing_geom_idx",
            "T_AFTER(since, DATE('2026-01-03'))": "thing_since_idx",
            "T_DURING(since, INTERVAL('2026-01-02', '2026-01-05'))": "thing_since_idx",
            "T_BEFORE(seen_at, DATE('2026-01-03'))": "thing_seen_at_idx",
            "name IN ('a', 'b')": "thing_name_idx",
        }.items():
            made = asked(words)
            cur.execute(sql.SQL("EXPLAIN SELECT id FROM thing WHERE {}").format(made.text), made.parameters)
            assert index in "\n".join(line for (line,) in cur.fetchall()), words
