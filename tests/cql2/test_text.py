"""Filters as text: what is read, what is refused and where, and within which bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cql2.model import (
    DEEPEST,
    LONGEST,
    MOST_OPERANDS,
    MOST_VERTICES,
    Folded,
    Geometry,
    Interval,
    Joined,
    Literal,
    Not,
    Predicate,
    Property,
    Queryable,
    Type,
    by_name,
)
from gridgeo.cql2.rules import LONGEST_PATTERN, MOST_OPEN
from gridgeo.cql2.text import parse
from gridgeo.cql2.words import ARRAYS, SPATIAL, TEMPORAL
from tests.cql2.making import ASKED


def read(text: str):
    return parse(text, ASKED)


def refused(text: str) -> str:
    with pytest.raises(ValueError) as told:
        read(text)
    return str(told.value)


def test_not_binds_tighter_than_and_and_and_than_or():
    one, two, three = (read(f"floor = {n}") for n in (1, 2, 3))
    assert read("floor = 1 OR floor = 2 AND floor = 3") == Joined("OR", (one, Joined("AND", (two, three))))
    assert read("(floor = 1 OR floor = 2) AND floor = 3") == Joined("AND", (Joined("OR", (one, two)), three))
    assert read("NOT floor = 1 AND floor = 2") == Joined("AND", (Not(one), two))
    assert read("NOT (floor = 1 OR NOT floor = 2)") == Not(Joined("OR", (one, Not(two))))


def test_words_may_be_small_and_names_may_not():
    assert read("not floor between 1 and 2 or name is null") == read("NOT floor BETWEEN 1 AND 2 OR name IS NULL")
    assert read("s_within(geometry, point(1 2))") == read("S_WITHIN(geometry, POINT(1 2))")
    assert refused("Floor = 1").startswith("at character 1: Floor is no property; there are floor, height")
    assert refused("Floor = 1").endswith("; did you mean floor?")


@pytest.mark.parametrize(
    "written, value",
    [
        *[("1", 1), ("-1", -1), ("+2", 2), ("3.0", 3), ("1.5", 1.5), (".5", 0.5), ("1.", 1), ("1e3", 1000), ("1.5E-1", 0.15)],
        ("999999999999999999", 999999999999999999),
    ],
)
def test_numbers(written, value):
    found = read(f"floor = {written}").operands[1].value
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("written", ["nan", "NaN", "inf", "1e400", "1e300", "0x1", "1_0", "１", "9" * 41, "--1", "1.2.3", "1e", "''1''"])
def test_what_is_no_number_is_refused(written):
    assert refused(f"floor = {written}").startswith("at character ")


@pytest.mark.parametrize(
    "written, operand",
    [
        ("name = 'it''s'", Literal("it's")),
        ("name = ''", Literal("")),
        ("name = 'a\\'", Literal("a\\")),
        ("name = '\u5b9d\u5b89\U0001f600'", Literal("宝安\U0001f600")),
        ("stands = FALSE", Literal(False)),
        ("since = DATE('2024-02-29')", Literal(date(2024, 2, 29))),
        ("seen_at = TIMESTAMP('2026-01-01T00:00:00Z')", Literal(datetime(2026, 1, 1, tzinfo=UTC))),
        ("seen_at = TIMESTAMP('2026-01-01T08:00:00.5+08:00')", Literal(datetime(2026, 1, 1, 0, 0, 0, 500000, tzinfo=UTC))),
        ("name = CASEI(ACCENTI('É'))", Folded("CASEI", Folded("ACCENTI", Literal("É")))),
        ("floor = height", Property("height")),
        ('floor = "height"', Property("height")),
        ("T_AFTER(since, INTERVAL('..', until))", Interval(None, Property("until"))),
        ("S_WITHIN(geometry, POINT Z (1 2 3))", Geometry("POINT", (1.0, 2.0))),
        ("S_WITHIN(geometry, MULTIPOINT(1 2, 3 4))", Geometry("MULTIPOINT", ((1.0, 2.0), (3.0, 4.0)))),
        ("S_WITHIN(geometry, BBOX(1,2,9,3,4,9))", Geometry("BBOX", (1.0, 2.0, 3.0, 4.0))),
    ],
)
def test_operands(written, operand):
    assert read(written).operands[1] == operand


def test_a_property_may_stand_on_either_side_and_be_called_in_chinese():
    assert read("5 < floor") == Predicate("<", (Literal(5), Property("floor")))
    assert read("道路 = '前进一路' AND \"道路\" LIKE '前进%'").names == {"道路"}


@pytest.mark.parametrize("word", ["IN (1, 2)", "BETWEEN 1 AND 2", "IS NULL"])
def test_not_may_stand_before_the_sign(word):
    turned = word.replace("IS ", "IS NOT ") if word.startswith("IS") else f"NOT {word}"
    assert read(f"floor {turned}") == Not(read(f"floor {word}"))


REFUSED = {
    "": "at character 1: expected a property (floor, height",
    " ": "at character 2: expected a property",
    "floor": "at character 6: expected how floor is compared: =, <>, <, <=, >, >=, BETWEEN, IN, IS NULL",
    "stands": "at character 7: expected how stands is compared: =, <>, IN, IS NULL",
    "geometry = 1": "at character 1: geometry (geometry), and = takes a boolean or",
    "floor =": "at character 8: expected a property",
    "floor == 1": "at character 8: expected a property",
    "floor != 1": "at character 7: what no filter has",
    "floor NOT = 1": "at character 11: expected how floor is compared",
    "floor = 1 floor = 2": "at character 11: expected AND, OR or the end",
    "(floor = 1": "at character 11: expected )",
    "floor = 1)": "at character 10: expected AND, OR or the end",
    "NOT": "at character 4: expected a property",
    "floor = 1 AND": "at character 14: expected a property",
    "floor = and": "at character 9: expected a property",
    "floor IN ()": "at character 11: expected a property",
    "floor IN (1,)": "at character 13: expected a property",
    "floor IN 1": "at character 10: expected (",
    "floor IN (1, 'x')": "at character 14: floor (number) is compared with a text",
    "floor BETWEEN 1": "at character 16: expected AND",
    "floor BETWEEN 1 AND 'x'": "at character 21: floor (number) is compared with a text",
    "name = floor": "at character 8: name (text) is compared with floor (number)",
    "1 = floor AND 2 = 'x'": "at character 15: expected floor, height",
    "stands < TRUE": "at character 1: stands (boolean), and < takes a date or a number or a text or a timestamp",
    "name LIKE floor": "at character 11: name (text) is compared with floor (number)",
    "name LIKE name": "at character 11: expected a pattern in single quotes",
    "name LIKE 'a\\'": "at character 11: a pattern ends with \\",
    "floor LIKE '1'": "at character 1: floor (number), and LIKE takes a text",
    f"name LIKE '{'%' * (MOST_OPEN + 1)}'": "at character 11: a pattern is longer",
    f"name LIKE '{'x' * (LONGEST_PATTERN + 1)}'": "at character 11: a pattern is longer",
    "1 IS NULL": "at character 1: expected a property before IS NULL",
    "name = 'a": "at character 8: a text that does not end",
    "name = 'a''": "at character 8: a text that does not end",
    "\"name = 'a'": "at character 1: a name that does not end",
    "name = 'a\x00b'": "at character 8: a text holds a control character",
    "name = '\ud800'": "at character 8: a text holds a control character",
    "floor = 1\x00": "at character 10: what no filter has",
    "floor = 1;": "at character 10: what no filter has",
    "floor = 1 --": "at character 11: arithmetic",
    "floor + 1 = 2": "at character 7: arithmetic",
    "floor = (1)": "at character 9: expected a property",
    "floor::text = '1'": "at character 1: floor::text is no property",
    "thing.floor = 1": "at character 1: thing.floor is no property",
    "upper(name) = 'X'": "at character 1: there is no function upper here; there are ACCENTI, A_CONTAINEDBY",
    "floor = (SELECT 1)": "at character 9: expected a property",
    "CASEI(floor) = 'x'": "at character 7: floor (number), and CASEI takes a text",
    "CASEI(name, name) = 'x'": "at character 11: expected )",
    "since = '2026-01-01'": "at character 9: since (date) is compared with a text",
    "since = TIMESTAMP('2026-01-01T00:00:00Z')": "at character 9: since (date) is compared with a timestamp",
    "since = DATE('2026-02-30')": "at character 14: expected a date such as",
    "since = DATE('2026-W01-1')": "at character 14: expected a date such as",
    "since = DATE('infinity')": "at character 14: expected a date such as",
    "since = DATE(now())": "at character 14: expected a text in single quotes",
    "seen_at = TIMESTAMP('2026-01-01T00:00:00')": "at character 21: expected a moment with its zone",
    "seen_at = TIMESTAMP('2026-01-01T24:00:00Z')": "at character 21: expected a moment",
    "seen_at = TIMESTAMP('0001-01-01T00:00:00+14:00')": "at character 21: expected a moment",
    "T_AFTER(since, name)": "at character 16: name (text), and T_AFTER takes a date or an interval or a timestamp",
    "T_AFTER(since)": "at character 14: expected ,",
    "T_AFTER(since, INTERVAL('2026-01-02', '2026-01-01'))": "at character 39: an interval ends before it begins",
    "T_AFTER(since, INTERVAL(floor, '..'))": "at character 25: floor (number), and INTERVAL takes a date or a timestamp",
    "T_AFTER(since, INTERVAL('now', '..'))": "at character 25: expected a date",
    "S_INTERSECTS(floor, POINT(1 2))": "at character 14: floor (number), and S_INTERSECTS takes a geometry",
    "S_INTERSECTS(geometry, POINT(1))": "at character 31: expected a number",
    "S_INTERSECTS(geometry, POINT(1 2 3 4))": "at character 30: a position has 2 numbers",
    "S_INTERSECTS(geometry, POINT(1 NaN))": "at character 32: expected a number",
    "S_INTERSECTS(geometry, POINT(1 1e400))": "at character 32: expected a coordinate",
    "S_INTERSECTS(geometry, POINT(1, 2))": "at character 31: expected a number",
    "S_INTERSECTS(geometry, POINT EMPTY)": "at character 24: POINT is no property",
    "S_INTERSECTS(geometry, LINESTRING(1 2))": "at character 24: a line has two positions",
    "S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1)))": "at character 24: a ring has four positions",
    "S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1, 0 1)))": "at character 24: a ring ends where it begins",
    "S_INTERSECTS(geometry, POLYGON(0 0, 1 0, 1 1, 0 0))": "at character 32: expected (",
    "S_INTERSECTS(geometry, BBOX(1, 2, 3))": "at character 24: a BBOX has 4 or 6 numbers",
    "S_INTERSECTS(geometry, BBOX(1, 5, 3, 4))": "at character 24: the south of a BBOX",
    "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 2))))": "at character 43: expected one of POINT",
    "S_WITHIN(geometry, GEOMETRYCOLLECTION(POINT(1 2)))": "at character 20: S_WITHIN takes no GEOMETRYCOLLECTION",
    "S_DWITHIN(geometry, POINT(1 2), 5)": "at character 1: there is no function S_DWITHIN here",
    "A_CONTAINS(name, ('a'))": "at character 12: name (text), and A_CONTAINS takes an array",
    "A_CONTAINS(tags, (1, 2))": "at character 18: an array of text is compared with one of number",
    "A_CONTAINS(tags, ('a', 1))": "at character 24: a number in an array of text",
    "A_CONTAINS(tags, (name))": "at character 19: expected a value",
    "kind = name": "at character 1: kind is compared with values alone",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_filter_is_refused_at_its_place(text):
    assert refused(text).startswith(REFUSED[text])


def test_an_enumerated_property_is_compared_with_its_values():
    asked = by_name([Queryable("status", Type.TEXT, "status", ("up", "down"))])
    assert parse("status IN ('up', 'down') AND status LIKE 'u%'", asked)
    with pytest.raises(ValueError, match="at character 10: expected 'up' or 'down'"):
        parse("status = 'UP'", asked)


@pytest.mark.parametrize("word", ["NOT ", "NOT(", "(", "CASEI("])
def test_depth_is_bounded(word):
    def deep(n: int) -> str:
        return word * n + ("name" if word == "CASEI(" else "name = 'a'") + ")" * (n if "(" in word else 0) + " = 'a'" * (word == "CASEI(")

    fits = DEEPEST // 2 if word == "NOT(" else DEEPEST
    assert read(deep(fits))
    for n in (fits + 1, 2000):
        assert f"deeper than {DEEPEST}" in refused(deep(n))
    assert "deeper than" in refused(word * 2000)


def test_length_operands_and_vertices_are_bounded():
    assert refused("x" * (LONGEST + 1)) == f"is longer than {LONGEST} characters"
    half = f"floor IN ({','.join(['1'] * (MOST_OPERANDS // 2 - 1))})"
    assert read(f"{half} OR {half}")
    assert f"more than {MOST_OPERANDS} values" in refused(f"{half} OR {half} OR floor = 1")
    assert read(f"S_INTERSECTS(geometry, LINESTRING({','.join(['1 2'] * MOST_VERTICES)}))")
    assert f"more than {MOST_VERTICES} vertices" in refused(
        f"S_INTERSECTS(geometry, LINESTRING({','.join(['1 2'] * (MOST_VERTICES + 1))}))"
    )


_WORDS = [
    *("(", ")", "NOT", "AND", "OR", "=", "<>", "<", "IN", ",", "BETWEEN", "IS", "NULL", "LIKE", "DATE", "TIMESTAMP", "INTERVAL", "CASEI"),
    *(
        "'x'",
        "'",
        '"',
        "1",
        "-",
        "1e9",
        "TRUE",
        "POINT",
        "POLYGON",
        "MULTIPOINT",
        "GEOMETRYCOLLECTION",
        "BBOX",
        "Z",
        "'2026-01-01'",
        "'..'",
    ),
    *(*ASKED, *SPATIAL, *TEMPORAL, *ARRAYS),
]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(_WORDS), max_size=40).map(" ".join) | st.text(max_size=80))
def test_any_text_is_a_filter_or_refused(text):
    try:
        assert read(text).names <= set(ASKED)
    except ValueError as told:
        assert str(told).startswith("at character ")
