"""Filters as JSON: what is refused and where, and within which bounds."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cql2.json import parse
from gridgeo.cql2.model import DEEPEST, MOST_OPERANDS, MOST_VERTICES, Truth
from tests.cql2.making import ASKED

FLOOR, NAME, GEOMETRY = {"property": "floor"}, {"property": "name"}, {"property": "geometry"}


def op(name: str, *args: object) -> dict:
    return {"op": name, "args": list(args)}


def refused(document: object) -> str:
    with pytest.raises(ValueError) as told:
        parse(document, ASKED)
    return str(told.value)


def test_a_document_may_be_given_as_its_text():
    document = op("and", op("=", FLOOR, 1), op("not", op("like", NAME, "a%")))
    assert parse(document, ASKED) == parse(orjson.dumps(document), ASKED) == parse(orjson.dumps(document).decode(), ASKED)
    assert parse("true", ASKED) == Truth(True)


REFUSED = [
    ("", "is no JSON"),
    ("{", "is no JSON"),
    ('{"op": "=", "args": [{"property": "floor"}, NaN]}', "is no JSON"),
    ("[" * 5000, "is no JSON"),
    ("null", "at /: expected true, false or"),
    ([], "at /: expected true, false or"),
    (5, "at /: expected true, false or"),
    ({}, "at /: expected true, false or"),
    ({"op": "="}, "at /: expected true, false or"),
    ({"op": 1, "args": []}, "at /: expected true, false or"),
    ({**op("=", FLOOR, 1), "x": 1}, "at /: expected true, false or"),
    (op("=", FLOOR), "at /args: = takes 2 args, not 1"),
    (op("drop", FLOOR), "at /: there is no op drop here; there are and, or, not, ="),
    (op("and", True), "at /args: expected two filters"),
    (op("not", True, True), "at /args: expected one filter"),
    (op("or", True, FLOOR), "at /args/1: expected true, false or"),
    (op("=", {"property": "flor"}, 1), "at /args/0: flor is no property; there are floor, height"),
    (op("=", {"property": ["floor"]}, 1), "at /args/0: expected a value"),
    (op("=", {"property": "floor", "x": 1}, 1), "at /args/0: expected a value"),
    (op("=", FLOOR, None), "at /args/1: expected a value"),
    (op("=", FLOOR, [1]), "at /args/1: expected a value"),
    (op("=", FLOOR, "1"), "at /args/1: floor (number) is compared with a text"),
    (op("=", FLOOR, 10**400), "at /args/1: expected a number below"),
    (op("=", FLOOR, float("nan")), "at /args/1: expected a number below"),
    (op("=", NAME, "a\0"), "at /args/1: a text holds a control character"),
    (op("=", 1, 1), "at /args/0: expected floor, height"),
    (op("in", FLOOR, 1), "at /args/1: expected a list of values"),
    (op("in", FLOOR, []), "at /args/1: expected a list of values"),
    (op("in", FLOOR, [1, "x"]), "at /args/1/1: floor (number) is compared with a text"),
    (op("between", FLOOR, 1), "at /args: between takes 3 args"),
    (op("like", NAME, "a\\"), "at /args/1: a pattern ends with"),
    (op("=", op("casei", FLOOR), "x"), "at /args/0/args/0: floor (number), and CASEI takes a text"),
    (op("=", op("upper", NAME), "x"), "at /args/0: expected casei or accenti"),
    (op("=", {"property": "since"}, {"date": "2026-02-30"}), "at /args/1: expected a date"),
    (op("=", {"property": "since"}, {"date": 20260101}), "at /args/1: expected a date"),
    (op("t_after", {"property": "since"}, {"interval": [".."]}), "at /args/1: expected a value"),
    (op("t_after", {"property": "since"}, {"interval": ["2026-01-02", "2026-01-01"]}), "at /args/1/interval/1: an interval ends"),
    (op("t_after", {"property": "since"}, {"interval": ["..", FLOOR]}), "at /args/1/interval/1: floor (number), and INTERVAL takes"),
    (op("s_within", GEOMETRY, {"type": "Point"}), "at /args/1: expected a geometry"),
    (op("s_within", GEOMETRY, {"type": "point", "coordinates": [1, 2]}), "at /args/1: expected a geometry"),
    (op("s_within", GEOMETRY, {"type": ["Point"], "coordinates": [1, 2]}), "at /args/1: expected a geometry"),
    (op("s_within", GEOMETRY, {"type": "Feature", "geometry": None}), "at /args/1: expected a geometry"),
    (op("s_within", GEOMETRY, {"type": "Point", "coordinates": [1, 2], "crs": {}}), "at /args/1: expected a geometry"),
    (op("s_within", GEOMETRY, {"type": "Point", "coordinates": [1]}), "at /args/1/coordinates: a position has 2"),
    (op("s_within", GEOMETRY, {"type": "Point", "coordinates": [1, True]}), "at /args/1/coordinates: expected a coordinate"),
    (op("s_within", GEOMETRY, {"type": "Point", "coordinates": [1, "2"]}), "at /args/1/coordinates: expected a coordinate"),
    (op("s_within", GEOMETRY, {"type": "Point", "coordinates": [1, 1e308]}), "at /args/1/coordinates: expected a coordinate"),
    (op("s_within", GEOMETRY, {"type": "Point", "coordinates": [[1, 2]]}), "at /args/1/coordinates: expected a coordinate"),
    (op("s_within", GEOMETRY, {"type": "Polygon", "coordinates": [1, 2]}), "at /args/1/coordinates/0: expected a list"),
    (op("s_within", GEOMETRY, {"type": "Polygon", "coordinates": []}), "at /args/1/coordinates: expected a list"),
    (op("s_within", GEOMETRY, {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}), "at /args/1: a ring ends"),
    (op("s_within", GEOMETRY, {"bbox": [1, 2, 3]}), "at /args/1: a BBOX has 4 or 6"),
    (op("s_within", GEOMETRY, {"bbox": [1, 2, 3, None]}), "at /args/1: expected a coordinate"),
    (op("s_within", GEOMETRY, {"type": "GeometryCollection", "geometries": []}), "at /args/1: expected a geometry"),
    (op("s_within", GEOMETRY, {"type": "GeometryCollection", "geometries": [{}]}), "at /args/1/geometries/0: expected one of"),
    (op("a_contains", {"property": "tags"}, ["a", 1]), "at /args/1/1: a number in an array of text"),
    (op("a_contains", {"property": "tags"}, [["a"]]), "at /args/1/0: expected a value"),
]


@pytest.mark.parametrize("document, rule", REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_filter_is_refused_at_its_place(document, rule):
    assert refused(document).startswith(rule)


def test_depth_operands_and_vertices_are_bounded():
    def deep(n: int, name: str = "not") -> object:
        found: object = op("=", FLOOR, 1)
        for _ in range(n):
            found = op(name, found) if name == "not" else op(name, found, True)
        return found

    assert parse(deep(DEEPEST), ASKED) and parse(deep(DEEPEST + 1, "or"), ASKED)
    assert f"deeper than {DEEPEST}" in refused(deep(DEEPEST + 1))
    assert f"deeper than {DEEPEST}" in refused(deep(DEEPEST + 2, "or"))
    assert "deeper than" in refused(deep(900))
    assert f"more than {MOST_OPERANDS} values" in refused(op("in", FLOOR, [1] * 10_000))
    line = {"type": "LineString", "coordinates": [[1, 2]] * (MOST_VERTICES + 1)}
    assert f"more than {MOST_VERTICES} vertices" in refused(op("s_crosses", GEOMETRY, line))


_values = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["floor", "..", "2026-01-01", "Point", "and", "="])
_keys = st.sampled_from(["op", "args", "property", "date", "timestamp", "interval", "bbox", "type", "coordinates", "geometries"])


@settings(deadline=None, max_examples=300)
@given(st.recursive(_values, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=3), max_leaves=20))
def test_any_document_is_a_filter_or_refused(document):
    for whole in (document, op("=", FLOOR, document), op("s_within", GEOMETRY, document), op("and", document, True)):
        try:
            assert parse(whole, ASKED).names <= set(ASKED)
        except ValueError as told:
            assert str(told).startswith(("at /", "is no JSON"))
