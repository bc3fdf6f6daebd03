"""A text on its way to a filter: which token is next, how deep we are, how much was named."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from . import rules
from .model import DEEPEST
from .tokens import Token, tokens

_T = TypeVar("_T")


class Reading:
    """The tokens of a text, taken one after the other. What may not stand where it stands is a ValueError with the place."""

    def __init__(self, text: str) -> None:
        self._tokens, self._next, self._depth, self.count = tokens(text), 0, 0, rules.Count()

    @property
    def token(self) -> Token:
        """The token that is next."""
        return self._tokens[self._next]

    @property
    def ahead(self) -> Token:
        """The token after it."""
        return self._tokens[min(self._next + 1, len(self._tokens) - 1)]

    def calls(self, *words: str) -> bool:
        """Whether one of some functions is next."""
        return self.token.kind == "word" and self.token.says(*words) and self.ahead.says("(")

    def takes(self, word: str) -> bool:
        """Whether a word or sign is next; then go past it."""
        there = self.token.says(word)
        self._next += there
        return there

    def expects(self, word: str) -> None:
        """Go past a word or sign."""
        if not self.takes(word):
            raise self.refused(word)

    def word(self) -> str:
        """Go past a word and return it in capitals."""
        return self.past(lambda: self.token.text.upper())

    def number(self, read: Callable[[int | float], _T]) -> _T:
        """Go past a number and return what a rule reads in it."""
        written = self.token.text
        if self.token.kind != "number" or len(written) > 40:
            raise self.refused("a number of at most 40 characters")
        return self.past(lambda: read(float(written) if set(written) & set(".eE") else int(written)))

    def text(self, read: Callable[[str], _T]) -> _T:
        """Go past a text and return what a rule reads in it."""
        if self.token.kind != "text":
            raise self.refused("a text in single quotes")
        return self.past(lambda: read(self.token.text.replace("''", "'")))

    def listed(self, part: Callable[[], _T]) -> list[tuple[_T, int]]:
        """Go past parts in parentheses, with commas between, and return them with their places."""
        self.expects("(")
        found = [self.placed(part)]
        while self.takes(","):
            found.append(self.placed(part))
        self.expects(")")
        return found

    def placed(self, part: Callable[[], _T]) -> tuple[_T, int]:
        """Go past a part and return it with its place."""
        at = self.token.at
        return part(), at

    def deeper(self, part: Callable[[], _T]) -> _T:
        """Go past a part of a part; raises ValueError where that is too deep."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.wrong(f"deeper than {DEEPEST} NOT and parentheses")
        found = part()
        self._depth -= 1
        return found

    def past(self, make: Callable[[], _T]) -> _T:
        """Go past a token that a rule makes something of."""
        found = self.checked(make)
        self._next += 1
        return found

    def checked(self, make: Callable[[], _T], places: list[int] | None = None) -> _T:
        """Return what a rule makes of something that stands here, or of operands at some places."""
        try:
            return make()
        except rules.Refused as refused:
            raise self.wrong(str(refused), places and places[refused.index]) from None
        except ValueError as wrong:
            raise self.wrong(str(wrong), places and places[0]) from None

    def refused(self, expected: str) -> ValueError:
        """Return the error that something else was expected here."""
        return self.wrong(f"expected {expected}")

    def wrong(self, what: str, at: int | None = None) -> ValueError:
        """Return the error of something wrong here, or at a place."""
        return ValueError(f"at character {at or self.token.at}: {what}")
