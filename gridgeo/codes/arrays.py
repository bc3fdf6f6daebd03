"""Codes by the million: their characters as columns of bytes, and the steps rules for columns are made of.

A block of codes is a matrix of bytes with a row for each *position* and a column for each code, so that a rule about a
position runs over memory in order. Blocks are as long as the processor's cache likes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .model import Reason
from .text import plain

_BLOCK = 1 << 15
_DIRTY = 1
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * (1 << 16), np.uint8)

DIGITS, CAPITALS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def alphabet(signs: str, fold: bool = True) -> np.ndarray:
    """Return the table that leaves some signs as they are, makes capitals of small letters (`fold`), and marks all others."""
    table = np.full(256, _DIRTY, np.uint8)
    table[0] = 0
    for sign in signs:
        table[ord(sign)] = ord(sign)
        if fold:
            table[ord(sign.lower())] = ord(sign)
    return table


def blocks(codes: object) -> Iterator[Sequence[str] | np.ndarray]:
    """Yield codes in blocks: lists of text, or matrices of bytes (n, width) where bytes were given.

    Parameters
    ----------
    codes
        A sequence, array or series of texts; an array of numpy's bytes (`S`); or a matrix of bytes, a row each, zeros at the end.
    """
    if isinstance(codes, np.ndarray) and codes.dtype.kind == "S":
        codes = np.ascontiguousarray(codes).view(np.uint8).reshape(len(codes), codes.dtype.itemsize)
    is_matrix = isinstance(codes, np.ndarray) and codes.dtype == np.uint8 and codes.ndim == 2
    given = codes if is_matrix or isinstance(codes, list | tuple | np.ndarray) else np.asarray(codes, dtype=object)
    for start in range(0, len(given), _BLOCK):
        block = given[start : start + _BLOCK]
        yield block if is_matrix else _texts(block)


def _texts(block) -> list[str]:
    given = block.tolist() if isinstance(block, np.ndarray) else list(block)
    return given if set(map(type, given)) == {str} else [plain(value) for value in given]


def text_of(block: Sequence[str] | np.ndarray, place: int) -> str:
    """Return one code of a block as text."""
    return block[place] if isinstance(block, list) else block[place].tobytes().rstrip(b"\0").decode("latin-1")


def columns(block: Sequence[str] | np.ndarray, width: int, table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the characters of a block of codes by position, their lengths, and the places of codes that must be normalised first.

    There is one position more than `width`: a character there says that the code is too long.
    """
    if isinstance(block, list):
        whole = "".join(block)
        if not whole.isascii() or "\0" in whole:  # no byte of S: a code with such a sign is marked whole
            block = [text if text.isascii() and "\0" not in text else "\1" for text in block]
        rows = np.array(block, dtype=f"S{width + 1}")
        rows = rows.view(np.uint8).reshape(len(block), width + 1)
    else:
        rows = np.zeros((len(block), width + 1), np.uint8)
        rows[:, : block.shape[1]] = block[:, : width + 1]
    signs = np.take(table, rows.T)
    there = signs != 0
    length = there.sum(axis=0, dtype=np.uint8)
    dirty = (signs == _DIRTY).any(axis=0) | (there[1:] > there[:-1]).any(axis=0)
    return signs, length, np.flatnonzero(dirty)


def marked(reason: Reason, where: np.ndarray) -> np.ndarray:
    """Return the bits of a reason where it applies."""
    return np.multiply(where, np.uint32(reason.bit), dtype=np.uint32)


def are_digits(signs: np.ndarray) -> np.ndarray:
    """Return for each code whether all of these positions hold a digit."""
    return ((signs - np.uint8(48)) < 10).all(axis=0)


def number(signs: np.ndarray) -> np.ndarray:
    """Return for each code the number that these positions, four at most, hold; nonsense where they are no digits."""
    total = np.zeros(signs.shape[1], np.uint16)
    for position in signs:
        total = total * np.uint16(10) + (position - np.uint8(48))
    return total


def weighted(values: np.ndarray, weights: Sequence[int]) -> np.ndarray:
    """Return for each code the sum of the values at its positions, each times its weight."""
    total = np.zeros(values.shape[1], np.uint16)
    for position, weight in zip(values, weights, strict=True):
        total += position * np.uint16(weight)
    return total


def is_date(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return whether there is such a day."""
    sound = (day >= 1) & (day <= _DAYS[month]) & (year >= 1)
    leap_days = np.flatnonzero((month == 2) & (day == 29))
    years = year[leap_days]
    sound[leap_days] = ((years % 4 == 0) & (years % 100 != 0)) | ((years % 400 == 0) & (years > 0))
    return sound


def among(signs: np.ndarray, words: frozenset[str]) -> np.ndarray:
    """Return for each code whether two positions hold one of these words of two digits."""
    known = np.zeros(65536, bool)
    known[[ord(word[0]) * 256 + ord(word[1]) for word in words]] = True
    return known[signs[0].astype(np.uint16) * 256 + signs[1]]


def first_of(length: np.ndarray, *steps: tuple[Reason, np.ndarray]) -> np.ndarray:
    """Return bits of the first step that applies to each code: what comes after a wrong length or character says nothing."""
    bits, open_ = np.zeros(len(length), np.uint32), np.ones(len(length), bool)
    for reason, where in steps:
        bits |= marked(reason, where & open_)
        open_ &= ~where
    return bits
