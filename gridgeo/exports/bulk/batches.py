"""Batches of features as columns: the binary form of COPY taken apart by whole columns, without looking at single rows.

Each message of the protocol is a row, so where rows begin is known; of a column the lengths are read for all rows at once, and with
them where the next column begins. Source: PostgreSQL's documentation of COPY, "Binary Format".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from .columns import Kind

T = TypeVar("T", str, bytes)

#: Days from 1970, where Arrow begins to count, to 2000, where PostgreSQL does.
_DAYS = 10_957
_MICROSECONDS = _DAYS * 86_400 * 1_000_000
_WIDE = {Kind.WHOLE: ">i8", Kind.NUMBER: ">f8", Kind.DAY: ">i4", Kind.MOMENT: ">i8"}
_SINCE = {Kind.DAY: _DAYS, Kind.MOMENT: _MICROSECONDS}
#: China is ahead of Greenwich by so many microseconds.
_AHEAD = 8 * 3_600 * 1_000_000
#: Texts up to so many bytes are cut out in one width and shortened, which is several times as fast as byte by byte.
_SHORT = 64
#: After the last row: where a number or a text is looked for that is not there, something is.
_BEYOND = bytes(_SHORT)


@dataclass(frozen=True)
class Values:
    """A column of a batch, as Arrow keeps one.

    Parameters
    ----------
    known
        Which rows have a value.
    data
        Numbers, days since 1970, microseconds since 1970; of text and bytes all of it, one after the other.
    offsets
        Where each text begins and the last one ends; None of numbers.
    """

    kind: Kind
    known: np.ndarray
    data: np.ndarray
    offsets: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.known)

    def plain(self) -> list:
        """Return the values as Python's own, days and moments (China's) as text, None where there is none."""
        found = self._plain()
        return found if self.known.all() else [value if known else None for value, known in zip(found, self.known.tolist(), strict=True)]

    def _plain(self) -> list:
        if self.kind is Kind.BYTES:
            return _sliced(self.data.tobytes(), self.offsets)
        if self.kind is Kind.TEXT:
            begins = np.zeros(len(self.data) + 1, np.int64)
            np.cumsum((self.data & 0xC0) != 0x80, out=begins[1:])  # all bytes but those that go on with a character
            return _sliced(self.data.tobytes().decode(), begins[self.offsets])
        if self.kind is Kind.DAY:
            return np.datetime_as_string(self.data.astype("datetime64[D]")).tolist()
        if self.kind is Kind.MOMENT:
            return [f"{text}+08:00" for text in np.datetime_as_string((self.data + _AHEAD).astype("datetime64[us]")).tolist()]
        return self.data.tolist()


@dataclass(frozen=True)
class Batch:
    """Some features: a column for each of their properties, and their geometries as WKB, x first."""

    columns: tuple[Values, ...]
    geometry: Values

    def __len__(self) -> int:
        return len(self.geometry)

    def rows(self) -> list[tuple]:
        """Return the properties a row each."""
        return list(zip(*(column.plain() for column in self.columns), strict=True))


@dataclass(frozen=True)
class Lines:
    """Some features: of each what the database wrote of its properties (UTF-8), and their geometries as WKB, x first."""

    texts: list[bytes]
    geometry: Values

    def __len__(self) -> int:
        return len(self.geometry)


def parsed(rows: Sequence[bytes], kinds: Sequence[Kind]) -> list[Values]:
    """Return the columns of rows of COPY in its binary form."""
    data = np.frombuffer(b"".join((*rows, _BEYOND)), np.uint8)
    at = np.zeros(len(rows), np.int64)
    np.cumsum(np.fromiter(map(len, rows), np.int64, len(rows))[:-1], out=at[1:])
    at += 2  # the number of columns
    columns = []
    for kind in kinds:
        length = cut(data, at, 4).view(">i4").ravel().astype(np.int64)
        at += 4
        known, length = length >= 0, np.maximum(length, 0)
        columns.append(_texts(data, at, length, known, kind) if kind in (Kind.TEXT, Kind.BYTES) else _fixed(data, at, known, kind))
        at += length
    return columns


def cut(data: np.ndarray, at: np.ndarray, width: int) -> np.ndarray:
    """Return `width` bytes from each of some places of a buffer, a row each."""
    if not width or not len(at):
        return np.zeros((len(at), width), np.uint8)
    everywhere = np.ndarray((len(data) - width + 1,), np.dtype((np.void, width)), data, strides=(1,))
    return everywhere[at].view(np.uint8).reshape(-1, width)


def of_bytes(parts: Sequence[bytes | None]) -> Values:
    """Return bytes as a column."""
    known = np.fromiter((part is not None for part in parts), bool, len(parts))
    whole = b"".join(part or b"" for part in parts)
    return Values(Kind.BYTES, known, np.frombuffer(whole, np.uint8), _offsets([len(part or b"") for part in parts]))


def of_hex(parts: Sequence[bytes]) -> Values:
    """Return bytes that were written in hexadecimal digits as a column; there is no value where there are no digits."""
    length = np.fromiter(map(len, parts), np.int64, len(parts)) // 2
    data = np.frombuffer(bytes.fromhex(b"".join(parts).decode("ascii")), np.uint8)
    return Values(Kind.BYTES, length > 0, data, _offsets(length))


def _fixed(data: np.ndarray, at: np.ndarray, known: np.ndarray, kind: Kind) -> Values:
    wide = np.dtype(_WIDE[kind])
    found = cut(data, at, wide.itemsize).view(wide).ravel().astype(wide.newbyteorder("<"))
    found[~known] = 0
    return Values(kind, known, found + found.dtype.type(_SINCE.get(kind, 0)))


def _texts(data: np.ndarray, at: np.ndarray, length: np.ndarray, known: np.ndarray, kind: Kind) -> Values:
    return Values(kind, known, _joined(data, at, length), _offsets(length))


def _joined(data: np.ndarray, at: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The bytes of all texts, one after the other."""
    widest = int(length.max(initial=0))
    if (length == widest).all():
        return cut(data, at, widest).ravel()
    if widest <= _SHORT:
        return cut(data, at, widest)[np.arange(widest) < length[:, None]]
    begins = np.cumsum(length) - length
    return data[np.arange(length.sum()) + np.repeat(at - begins, length)]


def _offsets(length: Sequence[int]) -> np.ndarray:
    offsets = np.zeros(len(length) + 1, np.int32)
    np.cumsum(length, out=offsets[1:])
    return offsets


def _sliced(whole: T, ends: np.ndarray) -> list[T]:
    return [whole[start:end] for start, end in pairwise(ends.tolist())]
