"""Filters as JSON: `{"op": "=", "args": [{"property": "status"}, "damaged"]}`; the same language as :mod:`.text`.

Source: OGC 21-065r2, Common Query Language (CQL2), annex C.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import orjson

from . import geometry, rules
from .model import (
    DEEPEST,
    LONGEST,
    Array,
    Folded,
    Geometry,
    Interval,
    Joined,
    Literal,
    Node,
    Not,
    Operand,
    Property,
    Queryable,
    Truth,
)
from .said import written
from .words import ARRAYS, BBOX, COLLECTION, FOLDS, GEOMETRIES, IN_JSON

_T = TypeVar("_T")
_PREDICATES = {name.lower(): word for word, name in IN_JSON.items()}
_KINDS = {name: (word, depth) for word, (name, depth) in GEOMETRIES.items()}
_COLLECTION = "GeometryCollection"


def parse(document: object, queryables: Mapping[str, Queryable]) -> Node:
    """Return the filter a document says, or the JSON text of one.

    Raises ValueError with the place (a JSON pointer) and what may stand there.

    >>> from gridgeo.cql2.model import Queryable, Type
    >>> floor = {"floor": Queryable("floor", Type.NUMBER, "floor")}
    >>> parse('{"op": "=", "args": [{"property": "floor"}, "x"]}', floor)
    Traceback (most recent call last):
    ...
    ValueError: at /args/1: floor (number) is compared with a text: both must be of one type
    """
    return _Reading(queryables).node(_decoded(document), "", 0)


def write(node: Node) -> Any:
    """Return the document of a filter."""
    match node:
        case Truth(value):
            return value
        case Not(part):
            return {"op": "not", "args": [write(part)]}
        case Joined(word, parts):
            return {"op": word.lower(), "args": list(map(write, parts))}
    first, *others = map(_said, node.operands)
    return {"op": IN_JSON[node.word], "args": [first, others] if node.word == "IN" else [first, *others]}


def _decoded(document: object) -> object:
    if not isinstance(document, str | bytes):
        return document
    if len(document) > 4 * LONGEST:
        raise ValueError(f"is longer than {4 * LONGEST} characters")
    try:
        return orjson.loads(document)
    except ValueError as error:
        raise ValueError(f"is no JSON: {error}") from None


class _Reading:
    """A document on its way to a filter: how much was named. Its depth is bounded by what may stand where."""

    def __init__(self, queryables: Mapping[str, Queryable]) -> None:
        self._queryables, self._count = queryables, rules.Count()

    def node(self, given: object, at: str, depth: int) -> Node:
        if isinstance(given, bool):
            return Truth(given)
        op, args = self._called(given, at)
        word = op.lower()
        if word in ("and", "or", "not"):
            return self._joined(word, args, at, depth)
        if word not in _PREDICATES:
            raise _wrong(at, f"there is no op {op[:64]} here; there are and, or, not, {', '.join(IN_JSON.values())}")
        return self._predicate(_PREDICATES[word], args, at, depth)

    def _joined(self, word: str, args: list, at: str, depth: int) -> Node:
        depth += word == "not" or at != ""
        if depth > DEEPEST:
            raise _wrong(at, f"deeper than {DEEPEST}")
        if (word == "not" and len(args) != 1) or (word != "not" and len(args) < 2):
            raise _wrong(f"{at}/args", "expected one filter" if word == "not" else "expected two filters at least")
        parts = tuple(self.node(each, f"{at}/args/{n}", depth) for n, each in enumerate(args))
        return Not(parts[0]) if word == "not" else Joined(word.upper(), parts)

    def _predicate(self, word: str, args: list, at: str, depth: int) -> Node:
        wanted = {"BETWEEN": 3, "NULL": 1}.get(word, 2)
        if len(args) != wanted:
            raise _wrong(f"{at}/args", f"{IN_JSON[word]} takes {wanted} args, not {len(args)}")
        places = [f"{at}/args/{n}" for n in range(wanted)]
        if word == "IN":
            if not (isinstance(args[1], list) and args[1]):
                raise _wrong(places[1], "expected a list of values")
            args, places = [args[0], *args[1]], [places[0], *(f"{places[1]}/{n}" for n in range(len(args[1])))]
        operands = tuple(self._operand(each, place, depth, word in ARRAYS) for each, place in zip(args, places, strict=True))
        return _checked(lambda: rules.predicate(word, operands, self._queryables), *places)

    def _operand(self, given: object, at: str, depth: int, listed: bool = False) -> Operand:
        if listed and isinstance(given, list):
            return self._array(given, at, depth)
        _checked(self._count.operand, at)
        match given:
            case bool():
                return Literal(given)
            case int() | float():
                return _checked(lambda: rules.number(given), at)
            case str():
                return _checked(lambda: rules.text(given), at)
            case {"op": _}:
                return self._folded(given, at, depth + 1)
            case {"type": _}:
                return self._geometry(given, at)
        return self._named(given, at)

    def _named(self, given: object, at: str) -> Operand:
        match given:
            case {"property": name} if len(given) == 1 and isinstance(name, str):
                return _checked(lambda: rules.known(name, self._queryables), at)
            case {"date": written} if len(given) == 1:
                return _checked(lambda: rules.day(written), at)
            case {"timestamp": written} if len(given) == 1:
                return _checked(lambda: rules.moment(written), at)
            case {"interval": [start, end]} if len(given) == 1:
                places = f"{at}/interval/0", f"{at}/interval/1"
                ends = self._end(start, places[0]), self._end(end, places[1])
                return _checked(lambda: rules.interval(*ends, self._queryables), *places)
            case {"bbox": list(numbers)} if len(given) == 1 and len(numbers) <= 6:
                return _checked(lambda: geometry.box(tuple(map(geometry.finite, numbers))), at)
        raise _wrong(
            at, 'expected a value, {"property": …}, {"date": …}, {"timestamp": …}, {"interval": [… , …]}, a geometry or {"bbox": […]}'
        )

    def _end(self, given: object, at: str) -> Property | Literal | None:
        _checked(self._count.operand, at)
        return _checked(lambda: rules.instant(given), at) if isinstance(given, str) else self._named(given, at)

    def _folded(self, given: object, at: str, depth: int) -> Folded:
        op, args = self._called(given, at)
        if op.upper() not in FOLDS or len(args) != 1:
            raise _wrong(at, f"expected {' or '.join(map(str.lower, FOLDS))} of one text; no arithmetic and no other function is taken")
        if depth > DEEPEST:
            raise _wrong(at, f"deeper than {DEEPEST}")
        of = self._operand(args[0], f"{at}/args/0", depth)
        return _checked(lambda: rules.folded(op.upper(), of, self._queryables), f"{at}/args/0")

    def _array(self, given: list, at: str, depth: int) -> Array:
        items = [self._operand(each, f"{at}/{n}", depth) for n, each in enumerate(given)]
        return _checked(lambda: rules.array(items), *(f"{at}/{n}" for n in range(len(items))))

    def _geometry(self, given: dict, at: str) -> Geometry:
        kind, members = given.get("type"), set(given) - {"bbox"}
        if kind == _COLLECTION and members == {"type", "geometries"} and isinstance(given["geometries"], list) and given["geometries"]:
            return Geometry(COLLECTION, tuple(self._member(each, f"{at}/geometries/{n}") for n, each in enumerate(given["geometries"])))
        if not isinstance(kind, str) or kind not in _KINDS or members != {"type", "coordinates"}:
            raise _wrong(at, f"expected a geometry: type ({', '.join((*_KINDS, _COLLECTION))}) and coordinates")
        word, depth = _KINDS[kind]
        coordinates = self._nested(given["coordinates"], depth, f"{at}/coordinates")
        return _checked(lambda: geometry.built(word, coordinates), at)

    def _member(self, given: object, at: str) -> Geometry:
        if not isinstance(given, dict) or given.get("type") not in list(_KINDS):
            raise _wrong(at, f"expected one of {', '.join(_KINDS)}")
        return self._geometry(given, at)

    def _nested(self, given: object, depth: int, at: str) -> tuple:
        if not isinstance(given, list) or not given:
            raise _wrong(at, "expected a list")
        if depth:
            return tuple(self._nested(each, depth - 1, f"{at}/{n}") for n, each in enumerate(given))
        _checked(self._count.vertex, at)
        return _checked(lambda: geometry.position(tuple(map(geometry.finite, given[:4]))), at)

    def _called(self, given: object, at: str) -> tuple[str, list]:
        match given:
            case {"op": str(op), "args": list(args)} if len(given) == 2:
                return op, args
        raise _wrong(at, 'expected true, false or {"op": …, "args": […]}')


def _said(operand: Operand) -> Any:
    match operand:
        case Property(name):
            return {"property": name}
        case Literal(value):
            return _said_value(value)
        case Folded(word, of):
            return {"op": word.lower(), "args": [_said(of)]}
        case Interval(start, end):
            return {"interval": [_said_end(start), _said_end(end)]}
        case Array(items):
            return list(map(_said, items))
    return _drawn(operand)


def _said_value(value: object) -> Any:
    match value:
        case datetime():
            return {"timestamp": written(value)}
        case date():
            return {"date": written(value)}
    return value


def _said_end(end: Property | Literal | None) -> Any:
    if end is None:
        return ".."
    return _said(end) if isinstance(end, Property) else written(end.value)


def _drawn(of: Geometry) -> dict[str, Any]:
    if of.kind == BBOX:
        return {"bbox": list(of.coordinates)}
    if of.kind == COLLECTION:
        return {"type": _COLLECTION, "geometries": list(map(_drawn, of.coordinates))}
    return {"type": GEOMETRIES[of.kind][0], "coordinates": _unnested(of.coordinates)}


def _unnested(coordinates: Sequence) -> list:
    return [_unnested(each) if isinstance(each, tuple) else each for each in coordinates]


def _checked(make: Callable[[], _T], *places: str) -> _T:
    """What a rule makes of operands at some places."""
    try:
        return make()
    except rules.Refused as refused:
        raise _wrong(places[refused.index], str(refused)) from None
    except ValueError as wrong:
        raise _wrong(places[0] if places else "", str(wrong)) from None


def _wrong(at: str, what: str) -> ValueError:
    return ValueError(f"at {at or '/'}: {what}")
