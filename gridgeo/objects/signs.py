"""The sign within a category's symbol: what tells it from the others of its major class, in Chinese and in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .model import Category, Tree

_WORDS = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Sign:
    """One Chinese character, and one or two Latin letters."""

    zh: str
    en: str


def of(tree: Tree) -> dict[int, Sign]:
    """Return the sign of each category of a tree, by its number.

    Within a major class no two are the same as long as their names allow it. Whoever comes first in the tree has the first choice.
    """
    taken: dict[str, set[str]] = {}
    made = {}
    for category in tree.categories:
        used = taken.setdefault(category.major, set())
        sign = Sign(_free(_characters(category), used), _free(_letters(category), used))
        used |= {sign.zh, sign.en}
        made[category.category_id] = sign
    return made


def _free(candidates: Iterator[str], used: set[str]) -> str:
    first = next(candidates, "?")
    return first if first not in used else next((one for one in candidates if one not in used), first)


def _characters(category: Category) -> Iterator[str]:
    yield from (character for character in category.name if character.isalnum())


def _letters(category: Category) -> Iterator[str]:
    """Initials of the first word and another, else a first letter with one that follows: WS (Water supply cover), Bo (Bollard)."""
    words = _WORDS.findall(category.name_en)
    if not words:
        return
    first = words[0][0].upper()
    yield from (first + word[0].upper() for word in words[1:])
    yield from (first + letter.lower() for word in words for letter in word[1:])
    yield from (one[0].upper() + other[0].upper() for one in words for other in words)
