"""Whether a filter lets a row through, worked out without a database. Source: OGC 21-065r2; SQL's three-valued logic."""

from __future__ import annotations

import math
import operator
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta

import shapely

from gridgeo.cql2.model import Array, Folded, Geometry, Interval, Joined, Literal, Node, Not, Predicate, Property, Truth
from gridgeo.cql2.words import ARRAYS, GEOMETRIES, SPATIAL, TEMPORAL
from gridgeo.moments import CHINA

_SIGNS = {"=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_MARKS = re.compile("[\u0300-\u036f]")


def lets(node: Node, row: Mapping[str, object]) -> bool | None:
    """Return whether a filter lets a row through; None where that is not known."""
    if isinstance(node, Truth):
        return node.value
    if isinstance(node, Not):
        inner = lets(node.part, row)
        return None if inner is None else not inner
    if isinstance(node, Joined):
        return _decided([lets(part, row) for part in node.parts], node.word == "OR")
    return _test(node, row)


def _decided(found: list[bool | None], by: bool) -> bool | None:
    return by if by in found else None if None in found else not by


def _test(test: Predicate, row: Mapping[str, object]) -> bool | None:
    if test.word == "NULL":
        return row[test.operands[0].name] is None
    if test.word in TEMPORAL:
        return _temporal(test, row)
    values = [_value(each, row) for each in test.operands]
    if test.word == "IN":
        return _decided([None if None in (values[0], each) else values[0] == each for each in values[1:]], True)
    if test.word == "BETWEEN":
        value, low, high = values
        return _decided([_compared(">=", value, low), _compared("<=", value, high)], False)
    if None in values:
        return None
    if test.word == "LIKE":
        return _like(*values)
    if test.word in SPATIAL:
        return bool(getattr(shapely, test.word[2:].lower())(*values))
    if test.word in ARRAYS:
        return _arrays(test.word, *map(set, values))
    return _compared(test.word, *values)


def _compared(sign: str, left: object, right: object) -> bool | None:
    return None if None in (left, right) else _SIGNS[sign](left, right)


def _value(operand: object, row: Mapping[str, object]) -> object:
    match operand:
        case Property(name):
            return row[name]
        case Literal(value):
            return value
        case Folded(word, of):
            text = _value(of, row)
            return text if text is None else text.lower() if word == "CASEI" else _plain(text)
        case Array(items):
            return [each.value for each in items]
    return _shape(operand)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))


def _shape(of: Geometry) -> shapely.Geometry:
    if of.kind == "BBOX":
        return shapely.box(*of.coordinates)
    if of.kind == "GEOMETRYCOLLECTION":
        return shapely.GeometryCollection([_shape(each) for each in of.coordinates])
    return shapely.geometry.shape({"type": GEOMETRIES[of.kind][0], "coordinates": of.coordinates})


def _like(text: str, pattern: str) -> bool:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    made = [".*" if part == "%" else "." if part == "_" else re.escape(part[-1]) for part in parts]
    return re.fullmatch("".join(made), text, re.DOTALL) is not None


def _arrays(word: str, left: set, right: set) -> bool:
    return {"A_EQUALS": left == right, "A_CONTAINS": left >= right, "A_CONTAINEDBY": left <= right, "A_OVERLAPS": bool(left & right)}[word]


def _temporal(test: Predicate, row: Mapping[str, object]) -> bool | None:
    ends = [_ends(operand, row) for operand in test.operands]
    moments = any(isinstance(end, datetime) or end is datetime for pair in ends for end in pair[2])
    (a, b), (c, d) = (_span(start, end, moments) for start, end, _ in ends)
    if None in (a, c):
        return None
    return {
        "T_BEFORE": b < c,
        "T_AFTER": a > d,
        "T_DISJOINT": b < c or a > d,
        "T_INTERSECTS": not (b < c or a > d),
        "T_EQUALS": (a, b) == (c, d),
        "T_CONTAINS": a < c and b > d,
        "T_DURING": c < a and d > b,
        "T_MEETS": b == c,
        "T_METBY": a == d,
        "T_OVERLAPS": a < c < b < d,
        "T_OVERLAPPEDBY": c < a < d < b,
        "T_STARTS": a == c and b < d,
        "T_STARTEDBY": a == c and b > d,
        "T_FINISHES": a > c and b == d,
        "T_FINISHEDBY": a < c and b == d,
    }[test.word]


def _ends(operand: object, row: Mapping[str, object]) -> tuple[object, object, list]:
    """Start and end, -inf and inf for ever; and what says whether it is of days."""
    if not isinstance(operand, Interval):
        value = _value(operand, row)
        return value, value, [_kind(operand, value)]
    start, end = (each and _value(each, row) for each in (operand.start, operand.end))
    kinds = [_kind(each, each and _value(each, row)) for each in (operand.start, operand.end)]
    return -math.inf if start is None else start, math.inf if end is None else end, kinds


def _kind(operand: object, value: object) -> object:
    return datetime if isinstance(operand, Property) and operand.name.endswith("_at") else value


def _span(start: object, end: object, moments: bool) -> tuple[object, object]:
    if start is None:
        return None, None
    return _number(start, moments, False), _number(end, moments, True)


def _number(value: object, moments: bool, ends: bool) -> float:
    if isinstance(value, float):
        return value
    if not moments:
        return value.toordinal()
    if not isinstance(value, datetime):
        value = datetime.combine(value + timedelta(days=ends), datetime.min.time(), CHINA) - ends * timedelta(microseconds=1)
    return (value - datetime(1970, 1, 1, tzinfo=CHINA)) // timedelta(microseconds=1)
