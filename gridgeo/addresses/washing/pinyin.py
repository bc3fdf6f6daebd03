"""How names sound: toneless pinyin, character by character, by the first reading of each.

Names that sound the same have the same `sound` whatever characters they are written with. A character with several readings has
one, always the same, so that it is found unless the other reading was meant.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from pypinyin.pinyin_dict import pinyin_dict


@cache
def _readings() -> dict[int, str]:
    return {point: _toneless(readings.split(",")[0]) for point, readings in pinyin_dict.items()}


def _toneless(reading: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", reading) if sign.isascii() or sign == "\u0308").replace("u\u0308", "v")


@cache
def _spaced() -> dict[int, str]:
    return {point: reading + " " for point, reading in _readings().items()}


@cache
def _first_letters() -> dict[int, str]:
    return {point: reading[:1] for point, reading in _readings().items()}


def sound(name: str) -> str:
    """Return how a name sounds, syllables parted by blanks: 前进1路 is "qian jin 1lu "."""
    return name.translate(_spaced())


def joined(name: str) -> str:
    """Return a name as it is typed in pinyin: qianjin1lu."""
    return name.translate(_readings()).lower()


def initials(name: str) -> str:
    """Return the first letters of a name's pinyin: qj1l."""
    return name.translate(_first_letters()).lower()
