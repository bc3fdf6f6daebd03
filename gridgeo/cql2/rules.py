"""What may be asked: of which operands, of which types, and within which bounds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import chain

from .model import (
    MOST_OPERANDS,
    MOST_VERTICES,
    Array,
    Folded,
    Geometry,
    Interval,
    Literal,
    Operand,
    Predicate,
    Property,
    Queryable,
    Type,
    named,
)
from .words import ARRAYS, COLLECTION, COMPARISONS, SPATIAL, TEMPORAL

#: How long a pattern of LIKE may be, and how many % it may have: each is another search in every text.
LONGEST_PATTERN, MOST_OPEN = 200, 8

_SCALARS = frozenset((Type.TEXT, Type.NUMBER, Type.BOOLEAN, Type.DATE, Type.TIMESTAMP))
_INSTANTS = frozenset((Type.DATE, Type.TIMESTAMP))
_ORDERED = _SCALARS - {Type.BOOLEAN}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII)


class Refused(ValueError):
    """An operand that a predicate does not take: its place among the operands, and the rule."""

    def __init__(self, index: int, rule: str) -> None:
        super().__init__(rule)
        self.index = index


class Count:
    """How much a filter has named so far."""

    def __init__(self) -> None:
        self._operands = self._vertices = 0

    def operand(self) -> None:
        """Count an operand; raises ValueError when they are too many."""
        self._operands += 1
        if self._operands > MOST_OPERANDS:
            raise ValueError(f"more than {MOST_OPERANDS} values and properties")

    def vertex(self) -> None:
        """Count a vertex of a geometry; raises ValueError when they are too many."""
        self._vertices += 1
        if self._vertices > MOST_VERTICES:
            raise ValueError(f"more than {MOST_VERTICES} vertices")


def known(name: str, queryables: Mapping[str, Queryable]) -> Property:
    """Return the property of a name; raises ValueError that names those there are."""
    if name not in queryables:
        close = difflib.get_close_matches(name[:64].lower(), by_lower := {each.lower(): each for each in queryables}, 1)
        mean = f"; did you mean {by_lower[close[0]]}?" if close else ""
        raise ValueError(f"{name[:64]} is no property; there are {', '.join(queryables)}{mean}")
    return Property(name)


def text(value: str) -> Literal:
    """Return a text; raises ValueError for characters that no text has."""
    if _CONTROL.search(value):
        raise ValueError("a text holds a control character")
    return Literal(value)


def number(value: float) -> Literal:
    """Return a number, a whole one as such; raises ValueError when it is not finite or too large."""
    if not abs(value) < 1e300:
        raise ValueError("expected a number below 1e300")
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 2**53)
    return Literal(int(value) if whole else value)


def day(written: object) -> Literal:
    """Return the day of `2026-01-31`; raises ValueError."""
    try:
        if isinstance(written, str) and _DATE.fullmatch(written):
            return Literal(date.fromisoformat(written))
    except ValueError:
        pass
    raise ValueError("expected a date such as '2026-01-31'")


def moment(written: object) -> Literal:
    """Return the moment of `2026-01-31T08:00:00Z`; raises ValueError."""
    try:
        if isinstance(written, str) and _MOMENT.fullmatch(written):
            return Literal(datetime.fromisoformat(written.upper()).astimezone(UTC))
    except (ValueError, OverflowError):
        pass
    raise ValueError("expected a moment with its zone such as '2026-01-31T08:00:00Z'")


def instant(written: object) -> Literal | None:
    """Return the day or moment an interval begins or ends with, None for `..`; raises ValueError."""
    if written == "..":
        return None
    return day(written) if isinstance(written, str) and len(written) <= 10 else moment(written)


def type_of(operand: Operand, queryables: Mapping[str, Queryable]) -> Type:
    """Return of what type an operand is."""
    match operand:
        case Property(name):
            return queryables[name].type
        case Literal(value):
            return literal_type(value)
        case Folded():
            return Type.TEXT
        case Interval():
            return Type.INTERVAL
        case Geometry():
            return Type.GEOMETRY
    return Type.ARRAY


def literal_type(value: object) -> Type:
    """Return of what type a value is."""
    for kind, name in ((bool, Type.BOOLEAN), (int | float, Type.NUMBER), (str, Type.TEXT), (datetime, Type.TIMESTAMP)):
        if isinstance(value, kind):
            return name
    return Type.DATE


def signs(operand: Operand, queryables: Mapping[str, Queryable]) -> str:
    """Return how an operand may be compared."""
    kind = type_of(operand, queryables)
    if kind not in _SCALARS:
        return "IS NULL"
    some = COMPARISONS if kind in _ORDERED else COMPARISONS[:2]
    return ", ".join((*some, *(("BETWEEN",) if kind in _ORDERED else ()), "IN", *(("LIKE",) if kind is Type.TEXT else ()), "IS NULL"))


def folded(word: str, of: Operand, queryables: Mapping[str, Queryable]) -> Folded:
    """Return a text regardless of case or accents; raises Refused for what is no text."""
    _of_type(0, of, (Type.TEXT,), word, queryables)
    return Folded(word, of)


def interval(start: Property | Literal | None, end: Property | Literal | None, queryables: Mapping[str, Queryable]) -> Interval:
    """Return an interval; raises Refused for ends that are no days or moments, or in the wrong order."""
    for index, each in enumerate((start, end)):
        if each is not None:
            _of_type(index, each, _INSTANTS, "INTERVAL", queryables)
    if isinstance(start, Literal) and isinstance(end, Literal) and type(start.value) is type(end.value) and start.value > end.value:
        raise Refused(1, "an interval ends before it begins")
    return Interval(start, end)


def array(items: Iterable[Operand]) -> Array:
    """Return an array; raises Refused for what is no value, or of another type than the first."""
    items = tuple(items)
    for index, item in enumerate(items):
        if not isinstance(item, Literal):
            raise Refused(index, "expected a value: arrays are of values here")
        if (kind := literal_type(item.value)) is not (first := literal_type(items[0].value)):
            raise Refused(index, f"{_article(kind)} in an array of {first}: an array's values are of one type here")
    return Array(items)


def predicate(word: str, operands: tuple[Operand, ...], queryables: Mapping[str, Queryable]) -> Predicate:
    """Return a predicate of operands; raises Refused for what cannot be compared."""
    if word in SPATIAL:
        _of_types(word, operands, (Type.GEOMETRY,), queryables)
        _collections(word, operands)
    elif word in TEMPORAL:
        _of_types(word, operands, (*_INSTANTS, Type.INTERVAL), queryables)
    elif word in ARRAYS:
        _of_types(word, operands, (Type.ARRAY,), queryables)
        _same_items(operands, queryables)
    elif word == "NULL":
        if not isinstance(operands[0], Property):
            raise Refused(0, "expected a property before IS NULL")
    else:
        _comparison(word, operands, queryables)
    _kept_elsewhere(operands, queryables)
    return Predicate(word, operands)


def _comparison(word: str, operands: tuple[Operand, ...], queryables: Mapping[str, Queryable]) -> None:
    if not any(map(named, operands)):
        raise Refused(0, f"expected {', '.join(queryables)}: values alone are not compared")
    of = {"LIKE": (Type.TEXT,), "=": _SCALARS, "<>": _SCALARS, "IN": _SCALARS}.get(word, _ORDERED)
    first = _of_type(0, operands[0], of, word, queryables)
    for index, operand in enumerate(operands[1:], 1):
        if (kind := type_of(operand, queryables)) is not first:
            raise Refused(index, f"{_said(operands[0], first)} is compared with {_said(operand, kind)}: both must be of one type")
    if word == "LIKE":
        _pattern(operands[1])
    if word in ("=", "<>", "IN"):
        _listed(operands, queryables)


def _pattern(operand: Operand) -> None:
    while isinstance(operand, Folded):
        operand = operand.of
    if not isinstance(operand, Literal):
        raise Refused(1, "expected a pattern in single quotes: % is any text, _ any character, \\ takes their meaning")
    plain = re.sub(r"\\.", "", operand.value, flags=re.DOTALL)
    if plain.endswith("\\"):
        raise Refused(1, "a pattern ends with \\, which takes the meaning of a character after it")
    if len(operand.value) > LONGEST_PATTERN or plain.count("%") > MOST_OPEN:
        raise Refused(1, f"a pattern is longer than {LONGEST_PATTERN} characters, or has more than {MOST_OPEN} %")


def _listed(operands: tuple[Operand, ...], queryables: Mapping[str, Queryable]) -> None:
    """Of some properties all values are known: no other is asked for."""
    allowed = next((queryables[each.name].values for each in operands if isinstance(each, Property) and queryables[each.name].values), None)
    for index, operand in enumerate(operands):
        if allowed and isinstance(operand, Literal) and operand.value not in allowed:
            raise Refused(index, "expected " + " or ".join(f"'{each}'" for each in allowed))


def _kept_elsewhere(operands: tuple[Operand, ...], queryables: Mapping[str, Queryable]) -> None:
    names = frozenset(chain.from_iterable(map(named, operands)))
    elsewhere = next((name for name in sorted(names) if queryables[name].among), None)
    if elsewhere and len(names) > 1:
        index = next(index for index, operand in enumerate(operands) if elsewhere in named(operand))
        raise Refused(index, f"{elsewhere} is compared with values alone")


def _collections(word: str, operands: tuple[Operand, ...]) -> None:
    for index, operand in enumerate(operands):
        if word not in ("S_INTERSECTS", "S_DISJOINT", "S_EQUALS") and isinstance(operand, Geometry) and operand.kind == COLLECTION:
            raise Refused(index, f"{word} takes no GEOMETRYCOLLECTION; S_INTERSECTS, S_DISJOINT and S_EQUALS do")


def _same_items(operands: tuple[Operand, ...], queryables: Mapping[str, Queryable]) -> None:
    first, second = (_items(operand, queryables) for operand in operands)
    if first and second and first is not second:
        raise Refused(1, f"an array of {first} is compared with one of {second}")


def _items(operand: Operand, queryables: Mapping[str, Queryable]) -> Type | None:
    if isinstance(operand, Property):
        return queryables[operand.name].items
    return literal_type(operand.items[0].value) if operand.items else None


def _of_types(word: str, operands: tuple[Operand, ...], types: tuple[Type, ...], queryables: Mapping[str, Queryable]) -> None:
    if len(operands) != 2:
        raise Refused(0, f"{word} takes two operands")
    for index, operand in enumerate(operands):
        _of_type(index, operand, types, word, queryables)


def _of_type(index: int, operand: Operand, types: Iterable[Type], word: str, queryables: Mapping[str, Queryable]) -> Type:
    kind = type_of(operand, queryables)
    if kind not in types:
        raise Refused(index, f"{_said(operand, kind)}, and {word} takes {' or '.join(map(_article, sorted(types)))}")
    return kind


def _said(operand: Operand, kind: Type) -> str:
    return f"{operand.name} ({kind})" if isinstance(operand, Property) else _article(kind)


def _article(kind: Type) -> str:
    return f"an {kind}" if kind[0] in "ai" else f"a {kind}"
