"""The words, names, numbers, texts and signs of a text, each with its place. What is no token is refused at once."""

from __future__ import annotations

import re
from typing import NamedTuple

from .model import LONGEST


class Token(NamedTuple):
    """A part of a text; `at` counts characters from 1. Kinds: word, name (in double quotes), number, text, sign, end."""

    kind: str
    text: str
    at: int

    def says(self, *words: str) -> bool:
        """Whether it is one of some words (in capitals) or signs."""
        return self.kind in ("word", "sign") and self.text.upper() in words


# No part of it can match the same text in two ways, so that no text takes longer than its length.
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]++)
      | (?P<word>[^\W\d][\w:.]*+)
      | "(?P<name>[^"]++)"
      | (?P<number>[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)
      | '(?P<text>(?:[^']++|'')*+)'
      | (?P<sign><>|<=|>=|[=<>(),])""",
    re.VERBOSE,
)
_WRONG = {
    "'": "a text that does not end; a quote in a text is written twice",
    '"': "a name that does not end",
    **dict.fromkeys("+-*/^%|", "arithmetic, which is not taken"),
}


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, the last of them its end; raises ValueError with the place of what is none."""
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"at character {at + 1}: {_WRONG.get(text[at], 'what no filter has')}")
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[match.lastgroup], at + 1))
        at = match.end()
    return [*found, Token("end", "", len(text) + 1)]
