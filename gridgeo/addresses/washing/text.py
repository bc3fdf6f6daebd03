"""Address text brought to one form, step by step, each step named, switchable and told.

`normalise` is idempotent, never raises whatever it is given, and reads at most `LIMIT` characters. `key` and `number_key` (of
`comparable`) say what names and numbered parts are compared by.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import Flag, auto
from functools import cache
from typing import NamedTuple

from . import glyphs, numerals, tidying
from .comparable import key, keys, number_key, number_keys

__all__ = ["ALL", "LIMIT", "Edit", "Normalised", "Step", "key", "keys", "normalise", "number_key", "number_keys"]

#: characters of a text that are read
LIMIT = 500


class Step(Flag):
    """What is done to a text, in this order."""

    LENGTH = auto()  # cut at LIMIT; cannot be switched off
    WIDTH = auto()  # full to half width, compatibility forms, no invisible signs
    SCRIPT = auto()  # traditional to simplified
    CASE = auto()  # capitals
    NOISE = auto()  # introducing words: 地址：
    ORDER = auto()  # lowest part first: 501室, 3栋, 宝安区, 深圳市
    SEPARATORS = auto()  # blanks and punctuation that part nothing; brackets around what belongs to a name
    SPELLING = auto()  # slips in the words after numbers: 3单园, 2搂
    NUMERALS = auto()  # Chinese numerals of numbered parts: 三栋
    SYNONYMS = auto()  # one word for each part: 幢 and 号楼 are 栋, 层 is 楼
    DOUBLED = auto()  # divisions written twice


ALL = ~Step(0)


class Edit(NamedTuple):
    """One change: `before` stood at position `at` of the text as the step found it."""

    step: Step
    before: str
    after: str
    at: int


class Normalised(NamedTuple):
    """A text in its one form, and how it came to it."""

    text: str
    edits: tuple[Edit, ...] = ()


_ROUNDS = 8


def normalise(text: str | None, steps: Step = ALL) -> Normalised:
    """Return a text in its one form, with every change made on the way.

    Parameters
    ----------
    text
        Anything; None is the empty text.
    steps
        The steps to take; the length is always kept in bounds.
    """
    given = text or ""
    edits: list[Edit] = []
    if len(given) > LIMIT:
        edits.append(Edit(Step.LENGTH, given[LIMIT:], "", LIMIT))
        given = given[:LIMIT]
    changes = [change for step, change in _STEPS if step in steps] if steps is not ALL else _CHANGES
    for _ in range(_ROUNDS):
        if _is_tidy(given):
            break
        before = given
        for change in changes:
            given = change(given, edits)
        if given == before:
            break
    return Normalised(given, tuple(edits))


def _is_tidy(text: str) -> bool:
    """Whether a text is surely in its form already; most are, and need not go through every step to show it."""
    return bool(tidying.SIMPLE.fullmatch(text)) and not tidying.BEGINS_WITH_NOISE.match(text) and not tidying.MAY_CHANGE.search(text)


def _sub(step: Step, pattern: re.Pattern, to: str | Callable[[re.Match], str], text: str, edits: list[Edit]) -> str:
    if not pattern.search(text):
        return text

    fill = to if callable(to) else _filler(to)

    def told(found: re.Match) -> str:
        after = fill(found)
        if after != found[0]:
            edits.append(Edit(step, found[0], after, found.start()))
        return after

    return pattern.sub(told, text)


@cache
def _filler(template: str) -> Callable[[re.Match], str]:
    """What :meth:`re.Match.expand` does with numbered groups, the template read once."""
    first, *others = re.split("\\\\([0-9])", template)
    groups, between = [int(group) for group in others[::2]], others[1::2]
    if not groups:
        return lambda found: first
    return lambda found: first + "".join([(found[group] or "") + after for group, after in zip(groups, between, strict=True)])


def _width(text: str, edits: list[Edit]) -> str:
    if not tidying.UNUSUAL.search(text):
        return text
    text = _sub(Step.WIDTH, tidying.INVISIBLE, "", text, edits)
    plain = unicodedata.normalize("NFKC", text)[:LIMIT]
    if plain != text:
        edits.append(Edit(Step.WIDTH, text, plain, 0))
    return plain


def _script(text: str, edits: list[Edit]) -> str:
    return _sub(Step.SCRIPT, tidying.TRADITIONAL, lambda found: found[0].translate(glyphs.SIMPLIFIED), text, edits)


def _case(text: str, edits: list[Edit]) -> str:
    return _sub(Step.CASE, tidying.LOWER, lambda found: found[0].upper(), text, edits)


def _noise(text: str, edits: list[Edit]) -> str:
    if not tidying.MAY_INTRODUCE.search(text):
        return text
    return _sub(Step.NOISE, tidying.INTRODUCED, "", text, edits)


def _order(text: str, edits: list[Edit]) -> str:
    if not tidying.HIGHEST_LAST.search(text) or tidying.DIVISION.match(text) or not tidying.LOWEST_FIRST.fullmatch(text):
        return text
    pieces = re.split("[,，、|]" if re.search("[,，、|]", text) else " +", text)
    turned = ",".join(piece.strip() for piece in reversed(pieces) if piece.strip())
    edits.append(Edit(Step.ORDER, text, turned, 0))
    return turned


def _separators(text: str, edits: list[Edit]) -> str:
    return text if tidying.SIMPLE.fullmatch(text) else _all(Step.SEPARATORS, tidying.SEPARATORS, text, edits)


def _numerals(text: str, edits: list[Edit]) -> str:
    if not tidying.MAY_COUNT.search(text):
        return text

    def digits(found: re.Match) -> str:
        written = next(filter(None, found.groups()), "")
        number = numerals.value(written) if written else ""
        apart = "," if found.string[found.end() : found.end() + 1].isdigit() and written else ""
        return found[0] if number is None else f"{number}{apart}"

    return _sub(Step.NUMERALS, tidying.WRITTEN, digits, text, edits)[:LIMIT]


def _all(step: Step, changes: tuple[tidying.Change, ...], text: str, edits: list[Edit]) -> str:
    there = frozenset(text)
    for needed, pattern, to in changes:
        if not needed or not there.isdisjoint(needed):
            changed = _sub(step, pattern, to, text, edits)
            if changed is not text:
                text, there = changed, frozenset(changed)
    return text


def _where(may: re.Pattern, step: Step, changes: tuple[tidying.Change, ...]) -> Callable[[str, list[Edit]], str]:
    return lambda text, edits: _all(step, changes, text, edits) if may.search(text) else text


_STEPS = (
    (Step.WIDTH, _width),
    (Step.SCRIPT, _script),
    (Step.CASE, _case),
    (Step.NOISE, _noise),
    (Step.ORDER, _order),
    (Step.SEPARATORS, _separators),
    (Step.SPELLING, _where(tidying.MAY_MISSPELL, Step.SPELLING, tidying.SPELLING)),
    (Step.NUMERALS, _numerals),
    (Step.SYNONYMS, _where(tidying.MAY_DIFFER, Step.SYNONYMS, tidying.SYNONYMS)),
    (Step.DOUBLED, _where(tidying.MAY_DOUBLE, Step.DOUBLED, tidying.DOUBLED)),
)
_CHANGES = [change for _, change in _STEPS]
