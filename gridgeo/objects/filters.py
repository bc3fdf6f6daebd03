"""Filters of objects, as a text says them: `status = 'damaged' AND inspected_on < DATE('2026-01-01')`.

What is taken is comparisons of a property with literals, joined by AND, OR, NOT and parentheses; AND binds tighter than OR.
No functions, no arithmetic, no geometry. A filter is small: its length, depth and number of values are bounded.
Source: OGC 21-065r2, Common Query Language (CQL2), text encoding.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from .model import Status

#: How long and deep a filter may be, and how many values it may name.
LONGEST, DEEPEST, MOST_VALUES = 2000, 20, 200

Value = int | str | date

_EQUAL, _ORDERED, _NULL = frozenset(("=", "<>", "IN")), frozenset(("=", "<>", "<", "<=", ">", ">=", "IN", "BETWEEN")), frozenset(("NULL",))
_PATTERN = re.compile(r"[0-9A-Z%_]{1,20}", re.ASCII)
_LARGEST = 2**31 - 1


class Property(NamedTuple):
    """What may be asked of a property: the kind of its values, how they may be compared, and which they may be (None: any)."""

    kind: type
    signs: frozenset[str]
    values: tuple[str, ...] | None = None


PROPERTIES = {
    "category": Property(int, _ORDERED),
    "major": Property(str, _EQUAL),
    "status": Property(str, _EQUAL, tuple(Status)),
    "inspected_on": Property(date, _ORDERED | _NULL),
    "since": Property(date, _ORDERED),
    "floor": Property(int, _ORDERED | _NULL),
    "department": Property(str, _EQUAL | {"LIKE"}),
}


@dataclass(frozen=True)
class Comparison:
    """A property compared with values: two of BETWEEN, none of NULL, any number of IN, else one."""

    name: str
    sign: str
    values: tuple[Value, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The properties it speaks of."""
        return frozenset((self.name,))


@dataclass(frozen=True)
class Joined:
    """Several filters that all apply (AND), or one of them (OR)."""

    word: str
    parts: tuple[Filter, ...]

    @property
    def names(self) -> frozenset[str]:
        """The properties they speak of."""
        return frozenset().union(*(part.names for part in self.parts))


@dataclass(frozen=True)
class Not:
    """What a filter does not let through; nor does this what is not known."""

    part: Filter

    @property
    def names(self) -> frozenset[str]:
        """The properties it speaks of."""
        return self.part.names


Filter = Comparison | Joined | Not


def parse(text: str) -> Filter:
    """Return the filter a text says; raises ValueError with the place, from 1, and what may stand there.

    >>> parse("status = 'damaged' OR floor < 0 AND category IN (1, 2)").names == {"status", "floor", "category"}
    True
    >>> parse("1 = 1")
    Traceback (most recent call last):
    ...
    ValueError: at character 1: expected category, major, status, inspected_on, since, floor, department, NOT or (
    """
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    return _Reading(_tokens(text)).whole()


class _Token(NamedTuple):
    kind: str
    text: str
    at: int

    def says(self, *words: str) -> bool:
        return self.kind in ("word", "sign") and self.text.upper() in words


_TOKEN = re.compile(
    r"""(?P<space>[ ]+)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | "(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
      | (?P<number>[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?)
      | '(?P<text>(?:[^']|'')*)'
      | (?P<sign><>|<=|>=|[=<>(),])""",
    re.VERBOSE | re.ASCII,
)


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            what = "a text that does not end; a quote in a text is written twice" if text[at] == "'" else "what no filter has"
            raise ValueError(f"at character {at + 1}: {what}")
        if match.lastgroup != "space":
            found.append(_Token(match.lastgroup, match[match.lastgroup], at + 1))
        at = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


class _Reading:
    """A text on its way to a filter: which token is next, how deep we are, how many values there were."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._next, self._depth, self._values = tokens, 0, 0, 0

    def whole(self) -> Filter:
        found = self._either()
        if self._token.kind != "end":
            raise self._refused("AND, OR or the end")
        return found

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _either(self) -> Filter:
        return self._joined("OR", lambda: self._joined("AND", self._single))

    def _joined(self, word: str, part: Callable[[], Filter]) -> Filter:
        parts = [part()]
        while self._takes(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _single(self) -> Filter:
        if self._takes("NOT"):
            return Not(self._deeper(self._single))
        if self._takes("("):
            inner = self._deeper(self._either)
            self._expects(")")
            return inner
        return self._test()

    def _deeper(self, part: Callable[[], Filter]) -> Filter:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"at character {self._token.at}: deeper than {DEEPEST} NOT and parentheses")
        found = part()
        self._depth -= 1
        return found

    def _test(self) -> Filter:
        name = self._name()
        if self._takes("IS"):
            negated = self._takes("NOT")
            return self._turned(negated, Comparison(name, self._sign(name, "NULL")))
        negated = self._takes("NOT")
        sign = self._sign(name, *(PROPERTIES[name].signs & {"IN", "BETWEEN", "LIKE"} if negated else PROPERTIES[name].signs - _NULL))
        return self._turned(negated, Comparison(name, sign, self._compared(name, sign)))

    def _turned(self, negated: bool, test: Comparison) -> Filter:
        return Not(test) if negated else test

    def _compared(self, name: str, sign: str) -> tuple[Value, ...]:
        if sign == "IN":
            return self._list(name)
        if sign == "BETWEEN":
            low = self._value(name)
            self._expects("AND")
            return low, self._value(name)
        return (self._pattern() if sign == "LIKE" else self._value(name),)

    def _list(self, name: str) -> tuple[Value, ...]:
        self._expects("(")
        values = [self._value(name)]
        while self._takes(","):
            values.append(self._value(name))
        self._expects(")")
        return tuple(values)

    def _name(self) -> str:
        token = self._token
        if token.kind not in ("word", "name") or token.text not in PROPERTIES:
            raise self._refused(f"{', '.join(PROPERTIES)}, NOT or (")
        self._next += 1
        return token.text

    def _sign(self, name: str, *signs: str) -> str:
        token = self._token
        if not token.says(*(PROPERTIES[name].signs & set(signs))):
            raise self._refused(f"how {name} is compared: {', '.join(sorted(PROPERTIES[name].signs)).replace('NULL', 'IS NULL')}")
        self._next += 1
        return token.text.upper()

    def _value(self, name: str) -> Value:
        self._values += 1
        if self._values > MOST_VALUES:
            raise ValueError(f"at character {self._token.at}: more than {MOST_VALUES} values")
        kind, _, known = PROPERTIES[name]
        if kind is date:
            return self._date()
        value = self._whole_number() if kind is int else self._text("a text in single quotes")
        if known is not None and value not in known:
            self._next -= 1
            raise self._refused(" or ".join(f"'{each}'" for each in known))
        return value

    def _whole_number(self) -> int:
        token = self._token
        if token.kind != "number" or Decimal(token.text) % 1 or abs(Decimal(token.text)) > _LARGEST:
            raise self._refused(f"a whole number, at most {_LARGEST}")
        self._next += 1
        return int(Decimal(token.text))

    def _date(self) -> date:
        expected = "a date such as DATE('2026-01-31')"
        if not self._takes("DATE"):
            raise self._refused(expected)
        self._expects("(")
        written = self._text(expected)
        try:
            found = datetime.strptime(written, "%Y-%m-%d").date()
        except ValueError:
            self._next -= 1
            raise self._refused(expected) from None
        self._expects(")")
        return found

    def _pattern(self) -> str:
        found = self._text("a text in single quotes")
        if not _PATTERN.fullmatch(found):
            self._next -= 1
            raise self._refused("at most 20 of 0-9, A-Z, % (any) and _ (any one)")
        return found

    def _text(self, expected: str) -> str:
        token = self._token
        if token.kind != "text":
            raise self._refused(expected)
        self._next += 1
        return token.text.replace("''", "'")

    def _takes(self, word: str) -> bool:
        there = self._token.says(word)
        self._next += there
        return there

    def _expects(self, word: str) -> None:
        if not self._takes(word):
            raise self._refused(word)

    def _refused(self, expected: str) -> ValueError:
        return ValueError(f"at character {self._token.at}: expected {expected}")
