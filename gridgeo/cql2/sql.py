"""Filters as conditions of a statement: columns in words of ours, every value a parameter, three-valued as SQL is.

A comparison with what has no value is unknown and lets nothing through; IS NULL finds it. One thing is known nevertheless: an interval
between two properties goes on for ever where one of them has no value, as it does with '..'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from psycopg2 import sql

from . import geometry
from .model import Array, Folded, Geometry, Interval, Joined, Literal, Node, Not, Operand, Predicate, Property, Queryable, Truth, Type
from .rules import literal_type, type_of
from .spans import RELATIONS, End, Span, span
from .words import ARRAYS, COMPARISONS, SPATIAL, TEMPORAL

_SPATIAL = {word: sql.SQL(f"ST_{word[2:].capitalize()}({{}}, {{}})") for word in SPATIAL} | {
    "S_DISJOINT": sql.SQL("(NOT ST_Intersects({}, {}))")  # an index knows what lies near, not what does not
}
_ARRAYS = {
    "A_EQUALS": sql.SQL("({0} @> {1} AND {0} <@ {1})"),
    "A_CONTAINS": sql.SQL("({} @> {})"),
    "A_CONTAINEDBY": sql.SQL("({} <@ {})"),
    "A_OVERLAPS": sql.SQL("({} && {})"),
}
_PREDICATES = {
    **{sign: sql.SQL(f"({{}} {sign} {{}})") for sign in (*COMPARISONS, "LIKE")},
    "BETWEEN": sql.SQL("({} BETWEEN {} AND {})"),
    "NULL": sql.SQL("({} IS NULL)"),
    **_SPATIAL,
}
_FOLDS = {
    "CASEI": sql.SQL("lower({})"),
    "ACCENTI": sql.SQL(r"normalize(regexp_replace(normalize({}, NFD), '[\u0300-\u036f]', '', 'g'), NFC)"),
}
_ITEMS = {Type.TEXT: "text", Type.NUMBER: "numeric", Type.BOOLEAN: "boolean", Type.DATE: "date", Type.TIMESTAMP: "timestamptz"}


@dataclass(frozen=True)
class Condition:
    """A condition with named placeholders, and their values.

    It is put into a statement that is made of parts (`text`, with `parameters` among the statement's), or given whole as the value of
    one of a statement's parameters.
    """

    text: sql.Composable
    parameters: dict[str, Any] = field(default_factory=dict)

    def __conform__(self, protocol: object) -> _Quoted:
        return _Quoted(self)


class _Quoted:
    """A condition as the value of a parameter."""

    def __init__(self, condition: Condition) -> None:
        self._condition, self._conn = condition, None

    def prepare(self, conn) -> None:
        """Be told whose quoting and encoding it is to be."""
        self._conn = conn

    def getquoted(self) -> bytes:
        """Return the condition as it stands in the statement."""
        with self._conn.cursor() as cur:
            return b"(" + cur.mogrify(self._condition.text, self._condition.parameters) + b")"


#: Lets everything through.
EVERYTHING = Condition(sql.SQL("true"))


def condition(node: Node, queryables: Mapping[str, Queryable], to_storage: Callable[[np.ndarray], np.ndarray] | None = None) -> Condition:
    """Return a filter as a condition on the queryables' columns.

    `to_storage` carries points (n, 2), x first, of the system the filter's geometries are given in to EPSG:4490 lon/lat degrees; without
    it they are taken to be there. Raises ValueError for a geometry that is not valid, or lies beyond the earth's degrees.
    """
    writing = _Writing(queryables, to_storage)
    return Condition(writing.node(node), writing.parameters)


class _Writing:
    """A filter on its way to a condition: the values so far."""

    def __init__(self, queryables: Mapping[str, Queryable], to_storage: Callable[[np.ndarray], np.ndarray] | None) -> None:
        self._queryables, self._to_storage = queryables, to_storage
        self.parameters: dict[str, Any] = {}

    def node(self, node: Node) -> sql.Composable:
        match node:
            case Truth(value):
                return sql.SQL(str(value).lower())
            case Not(part):
                return sql.SQL("(NOT {})").format(self.node(part))
            case Joined(word, parts):
                return sql.SQL("({})").format(sql.SQL(f" {word} ").join(map(self.node, parts)))
        return self._asked(node)

    def _asked(self, one: Predicate) -> sql.Composable:
        """A predicate, of what is kept elsewhere asked there."""
        among = next((among for name in one.names if (among := self._queryables[name].among)), None)
        return sql.SQL(among).format(self._predicate(one)) if among else self._predicate(one)

    def _predicate(self, one: Predicate) -> sql.Composable:
        if one.word == "IN":
            return self._among(*one.operands)
        if one.word in TEMPORAL:
            return RELATIONS[one.word](*self._spans(one.operands))
        if one.word in ARRAYS:
            kind = self._kind(one.operands)
            return _ARRAYS[one.word].format(*(self._items(each, kind) for each in one.operands))
        return _PREDICATES[one.word].format(*map(self._operand, one.operands))

    def _among(self, first: Operand, *others: Operand) -> sql.Composable:
        """A value among others: one parameter where all of them are values."""
        if all(isinstance(each, Literal) for each in others):
            return sql.SQL("({} = ANY ({}))").format(self._operand(first), self._given([each.value for each in others]))
        return sql.SQL("({} IN ({}))").format(self._operand(first), sql.SQL(", ").join(map(self._operand, others)))

    def _operand(self, operand: Operand) -> sql.Composable:
        match operand:
            case Property(name):
                return sql.SQL(self._queryables[name].column)
            case Folded(word, of):
                return _FOLDS[word].format(self._operand(of))
            case Geometry():
                return sql.SQL("{}::geometry").format(self._given(geometry.stored(operand, self._to_storage)))
        return self._given(operand.value)

    def _items(self, operand: Property | Array, kind: Type) -> sql.Composable:
        """An array, of the type that both sides have."""
        written = self._operand(operand) if isinstance(operand, Property) else self._given([each.value for each in operand.items])
        return sql.SQL("{}::" + _ITEMS[kind] + "[]").format(written)

    def _kind(self, operands: tuple[Property | Array, ...]) -> Type:
        """Of what type the items of arrays are."""
        for each in operands:
            if isinstance(each, Property):
                return self._queryables[each.name].items
        return next((literal_type(each.items[0].value) for each in operands if each.items), Type.TEXT)

    def _spans(self, operands: tuple[Operand, ...]) -> list[Span]:
        """What operands span in time: in days, or in moments where one of them is no day."""
        ends = [end for each in operands for end in ((each.start, each.end) if isinstance(each, Interval) else (each,)) if end]
        moments = any(not self._is_day(end) for end in ends)
        return [self._span(each, moments) for each in operands]

    def _span(self, operand: Operand, moments: bool) -> Span:
        if isinstance(operand, Interval):
            return span(self._end(operand.start), self._end(operand.end), moments)
        one = self._operand(operand), self._is_day(operand), False
        return span(one, one, moments)

    def _end(self, end: Property | Literal | None) -> End | None:
        return end and (self._operand(end), self._is_day(end), isinstance(end, Property))

    def _is_day(self, operand: Operand) -> bool:
        return type_of(operand, self._queryables) is Type.DATE

    def _given(self, value: object) -> sql.Composable:
        name = f"cql_{len(self.parameters)}"
        self.parameters[name] = value
        return sql.Placeholder(name)
