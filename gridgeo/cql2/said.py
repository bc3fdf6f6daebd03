"""Filters in words again: the text that reads as the same tree."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from .model import Array, Folded, Geometry, Interval, Joined, Literal, Node, Not, Operand, Predicate, Property, Truth
from .words import BBOX, COLLECTION, FUNCTIONS, GEOMETRIES, RESERVED

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def write(node: Node) -> str:
    """Return the text of a filter."""
    match node:
        case Truth(value):
            return str(value).upper()
        case Not(part):
            return f"NOT {_inner(part)}"
        case Joined(word, parts):
            return f" {word} ".join(map(_inner, parts))
    return _predicate(node)


def written(value: date | datetime) -> str:
    """Return a day or a moment as both encodings have it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    return value.isoformat()


def _inner(node: Node) -> str:
    return f"({write(node)})" if isinstance(node, Joined) else write(node)


def _predicate(asked: Predicate) -> str:
    first, *others = map(_operand, asked.operands)
    if asked.word in FUNCTIONS:
        return f"{asked.word}({first}, {others[0]})"
    if asked.word == "NULL":
        return f"{first} IS NULL"
    if asked.word == "IN":
        return f"{first} IN ({', '.join(others)})"
    return f"{first} {asked.word} {' AND '.join(others)}"


def _operand(operand: Operand) -> str:
    match operand:
        case Property(name):
            return name if _PLAIN.fullmatch(name) and name.upper() not in RESERVED else f'"{name}"'
        case Literal(value):
            return _value(value)
        case Folded(word, of):
            return f"{word}({_operand(of)})"
        case Interval(start, end):
            return f"INTERVAL({_end(start)}, {_end(end)})"
        case Array(items):
            return f"({', '.join(map(_operand, items))})"
    return _geometry(operand)


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).upper()
        case str():
            doubled = value.replace("'", "''")
            return f"'{doubled}'"
        case datetime():
            return f"TIMESTAMP('{written(value)}')"
        case date():
            return f"DATE('{written(value)}')"
    return repr(value)


def _end(end: Property | Literal | None) -> str:
    if end is None:
        return "'..'"
    return _operand(end) if isinstance(end, Property) else f"'{written(end.value)}'"


def _geometry(of: Geometry) -> str:
    if of.kind == BBOX:
        return f"BBOX({', '.join(map(repr, of.coordinates))})"
    if of.kind == COLLECTION:
        return f"{of.kind} ({', '.join(map(_geometry, of.coordinates))})"
    nested = _nested(of.coordinates, GEOMETRIES[of.kind][1])
    return f"{of.kind} ({nested})" if of.kind == "POINT" else f"{of.kind} {nested}"


def _nested(coordinates: tuple, depth: int) -> str:
    if depth == 0:
        return " ".join(map(repr, coordinates))
    return f"({', '.join(_nested(each, depth - 1) for each in coordinates)})"
