"""What a filter is: predicates of operands, joined by AND, OR and NOT; and what may be asked.

A tree says nothing about how it was written: text and JSON give the same one. Source: OGC 21-065r2, Common Query Language (CQL2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

#: How long (characters) and deep a filter may be, how many operands its predicates may have, and vertices its geometries.
LONGEST, DEEPEST, MOST_OPERANDS, MOST_VERTICES = 16_000, 24, 500, 2000


class Type(StrEnum):
    """Of what type a value is."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INTERVAL = "interval"
    GEOMETRY = "geometry"
    ARRAY = "array"


@dataclass(frozen=True)
class Queryable:
    """A property that may be asked of.

    `column` is what the statement has for it: an SQL expression in words of ours, any % in it doubled. `values` are all it may be
    compared with by = and IN (None: any). Where `among` is given the property is kept elsewhere: it is a condition with {} for a
    predicate on the column there, and such a property is compared with values alone. `items` is the type of an array's items.
    """

    name: str
    type: Type
    column: str
    values: tuple[str, ...] | None = None
    among: str | None = None
    items: Type = Type.TEXT


@dataclass(frozen=True)
class Property:
    """What is known under a name."""

    name: str


@dataclass(frozen=True)
class Literal:
    """A value that is written down: text, number, truth, day, or moment (with its zone)."""

    value: str | int | float | bool | date | datetime


@dataclass(frozen=True)
class Folded:
    """A text regardless of case (CASEI) or of accents (ACCENTI)."""

    word: str
    of: Property | Literal | Folded


@dataclass(frozen=True)
class Interval:
    """From one instant to another, both within; None where it has no end."""

    start: Property | Literal | None
    end: Property | Literal | None


@dataclass(frozen=True)
class Geometry:
    """A geometry as it is written: coordinates x before y in nested tuples as GeoJSON has them; of a BBOX its four numbers.

    A GEOMETRYCOLLECTION has geometries for coordinates. Heights are left out.
    """

    kind: str
    coordinates: tuple


@dataclass(frozen=True)
class Array:
    """Several values."""

    items: tuple[Literal, ...]


Operand = Property | Literal | Folded | Interval | Geometry | Array


@dataclass(frozen=True)
class Predicate:
    """A comparison (=, <>, <, <=, >, >=, LIKE, BETWEEN, IN, NULL), or a spatial (S_…), temporal (T_…) or array function (A_…).

    Of IN the first operand is looked for among the others, of BETWEEN it lies between the second and the third.
    """

    word: str
    operands: tuple[Operand, ...]

    @property
    def names(self) -> frozenset[str]:
        """The properties it speaks of."""
        return frozenset().union(*map(named, self.operands))


@dataclass(frozen=True)
class Joined:
    """Several filters that all apply (AND), or one of them (OR)."""

    word: str
    parts: tuple[Node, ...]

    @property
    def names(self) -> frozenset[str]:
        """The properties they speak of."""
        return frozenset().union(*(part.names for part in self.parts))


@dataclass(frozen=True)
class Not:
    """What a filter does not let through; nor does this what is not known."""

    part: Node

    @property
    def names(self) -> frozenset[str]:
        """The properties it speaks of."""
        return self.part.names


@dataclass(frozen=True)
class Truth:
    """TRUE lets everything through, FALSE nothing."""

    value: bool
    names = frozenset()


Node = Predicate | Joined | Not | Truth


def named(operand: Operand | None) -> frozenset[str]:
    """Return the properties an operand speaks of."""
    match operand:
        case Property(name):
            return frozenset((name,))
        case Folded(_, of):
            return named(of)
        case Interval(start, end):
            return named(start) | named(end)
    return frozenset()


def by_name(queryables: Iterable[Queryable]) -> dict[str, Queryable]:
    """Return what may be asked, by its name, in the order given."""
    return {each.name: each for each in queryables}
