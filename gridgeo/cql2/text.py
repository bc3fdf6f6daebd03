"""Filters as text: `status = 'damaged' AND S_INTERSECTS(geometry, BBOX(113.8, 22.5, 113.9, 22.6))`.

AND binds tighter than OR, NOT than AND. Of the language are taken: comparisons of properties and values (=, <>, <, <=, >, >=, LIKE,
BETWEEN, IN, IS NULL), CASEI and ACCENTI, spatial, temporal and array functions; neither arithmetic nor other functions.
Source: OGC 21-065r2, Common Query Language (CQL2), annex B.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import rules
from .drawing import Drawing
from .model import Array, Joined, Literal, Node, Not, Operand, Property, Queryable, Truth
from .said import write
from .words import ARRAYS, BBOX, COLLECTION, COMPARISONS, FOLDS, FUNCTIONS, GEOMETRIES, RESERVED

__all__ = ["parse", "write"]

_Placed = tuple[Operand, int]


def parse(text: str, queryables: Mapping[str, Queryable]) -> Node:
    """Return the filter a text says; raises ValueError with the place, from 1, and what may stand there.

    >>> from gridgeo.cql2.model import Queryable, Type
    >>> floor = {"floor": Queryable("floor", Type.NUMBER, "floor")}
    >>> parse("NOT (floor < 0 OR floor IN (1, 2))", floor).names
    frozenset({'floor'})
    >>> parse("floor = 'x'", floor)
    Traceback (most recent call last):
    ...
    ValueError: at character 9: floor (number) is compared with a text: both must be of one type
    """
    return _Filter(text, queryables).whole()


class _Filter(Drawing):
    """A text that is a filter of some properties."""

    def __init__(self, text: str, queryables: Mapping[str, Queryable]) -> None:
        super().__init__(text)
        self._queryables = queryables

    def whole(self) -> Node:
        found = self._either()
        if self.token.kind != "end":
            raise self.refused("AND, OR or the end")
        return found

    def _either(self) -> Node:
        return self._joined("OR", lambda: self._joined("AND", self._single))

    def _joined(self, word: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.takes(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _single(self) -> Node:
        if self.takes("NOT"):
            return Not(self.deeper(self._single))
        if self.takes("("):
            inner = self.deeper(self._either)
            self.expects(")")
            return inner
        if self.token.says("TRUE", "FALSE") and not self.ahead.says(*COMPARISONS, "IN", "NOT", "IS"):
            return Truth(self.word() == "TRUE")
        return self._predicate()

    def _predicate(self) -> Node:
        if self.calls(*FUNCTIONS):
            return self._function()
        first = self.placed(self._scalar)
        if self.takes("IS"):
            negated = self.takes("NOT")
            self.expects("NULL")
            return self._made("NULL", [first], negated)
        negated = self.takes("NOT")
        if not self.token.says("IN", "LIKE", "BETWEEN", *(() if negated else COMPARISONS)):
            said = first[0].name if isinstance(first[0], Property) else "this"
            raise self.refused(f"how {said} is compared: {rules.signs(first[0], self._queryables)}")
        word = self.word()
        return self._made(word, [first, *self._compared(word)], negated)

    def _compared(self, word: str) -> list[_Placed]:
        if word == "IN":
            return self.listed(self._scalar)
        low = self.placed(self._scalar)
        if word != "BETWEEN":
            return [low]
        self.expects("AND")
        return [low, self.placed(self._scalar)]

    def _function(self) -> Node:
        word = self.word()
        self.expects("(")
        first = self.placed(lambda: self._argument(word))
        self.expects(",")
        second = self.placed(lambda: self._argument(word))
        self.expects(")")
        return self._made(word, [first, second])

    def _made(self, word: str, placed: list[_Placed], negated: bool = False) -> Node:
        operands = tuple(operand for operand, _ in placed)
        made = self.checked(lambda: rules.predicate(word, operands, self._queryables), [at for _, at in placed])
        return Not(made) if negated else made

    def _argument(self, word: str) -> Operand:
        if word in ARRAYS and self.token.says("("):
            return self._array()
        if self.calls("INTERVAL"):
            return self._interval()
        if self.calls(BBOX):
            return self.box()
        if self.token.says(*GEOMETRIES, COLLECTION) and self.ahead.says("(", "Z"):
            return self.geometry()
        return self._scalar()

    def _scalar(self) -> Operand:
        self.checked(self.count.operand)
        token = self.token
        match token.kind:
            case "number":
                return self.number(rules.number)
            case "text":
                return self.text(rules.text)
            case "word" if self.calls(*FOLDS):
                return self._folded()
            case "word" if self.calls("DATE", "TIMESTAMP"):
                return self._instant()
            case "word" if token.says("TRUE", "FALSE"):
                return Literal(self.word() == "TRUE")
            case "word" if self.calls(token.text.upper()):
                raise self.wrong(f"there is no function {token.text[:64]} here; there are {', '.join(sorted((*FUNCTIONS, *FOLDS)))}")
        return self._property()

    def _property(self) -> Property:
        token = self.token
        if token.kind not in ("word", "name") or (token.kind == "word" and token.text.upper() in RESERVED):
            raise self.refused(f"a property ({', '.join(self._queryables)}), a value, a function, NOT or (")
        return self.past(lambda: rules.known(token.text, self._queryables))

    def _folded(self) -> Operand:
        word = self.word()
        self.expects("(")
        of, at = self.placed(lambda: self.deeper(self._scalar))
        self.expects(")")
        return self.checked(lambda: rules.folded(word, of, self._queryables), [at])

    def _instant(self) -> Literal:
        read = rules.day if self.word() == "DATE" else rules.moment
        self.expects("(")
        found = self.text(read)
        self.expects(")")
        return found

    def _interval(self) -> Operand:
        self.word()
        self.expects("(")
        start, start_at = self.placed(self._end)
        self.expects(",")
        end, end_at = self.placed(self._end)
        self.expects(")")
        return self.checked(lambda: rules.interval(start, end, self._queryables), [start_at, end_at])

    def _end(self) -> Property | Literal | None:
        self.checked(self.count.operand)
        return self.text(rules.instant) if self.token.kind == "text" else self._property()

    def _array(self) -> Array:
        if self.ahead.says(")"):
            self.expects("(")
            self.expects(")")
            return Array(())
        placed = self.listed(self._scalar)
        return self.checked(lambda: rules.array(operand for operand, _ in placed), [at for _, at in placed])
