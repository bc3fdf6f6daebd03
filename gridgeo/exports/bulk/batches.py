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
import shapely

from ...geo import crs
from .columns import Kind

T = TypeVar("T", str, bytes)

#: Days from 1970, where Arrow begins to count, to 2000, where PostgreSQL does.
_DAYS = 10_957
_MICROSECONDS = _DAYS * 86_400 * 1_000_000
_WIDE = {Kind.WHOLE: ">i8", Kind.NUMBER: ">f8", Kind.DAY: ">i4", Kind.MOMENT: ">i8"}
_SINCE = {Kind.DAY: _DAYS, Kind.MOMENT: _MICROSECONDS}
#: China is ahead of Greenwich by so many microseconds.
_AHEAD = 8 * 3_600 * 1_000_000
#: A point as WKB.
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
#: After the last row: where a number is looked for that is not there, something is.
_BEYOND = bytes(8)


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

    def drawn(self, datum: crs.Datum) -> Batch:
        """Return the batch, its geometries (EPSG:4490) in another datum."""
        if datum.epsg in (crs.CGCS2000.epsg, crs.WGS84.epsg):
            return self
        points = self.points()
        if points is not None:
            return Batch(self.columns, _points(crs.from_storage(points, datum)))
        moved = crs.transform(self.shapes(), crs.CGCS2000, datum)
        return Batch(self.columns, _bytes(shapely.to_wkb(moved, byte_order=1).tolist()))

    def points(self) -> np.ndarray | None:
        """Return the coordinates (n, 2) where every geometry is a point, else None."""
        sized = np.diff(self.geometry.offsets) == _POINT.itemsize
        wkb = self.geometry.data.view(_POINT) if sized.all() else np.zeros(0, _POINT)
        return np.column_stack([wkb["x"], wkb["y"]]) if len(wkb) and (wkb["kind"] == 1).all() else None

    def shapes(self) -> np.ndarray:
        """Return the geometries; None where there is none."""
        return shapely.from_wkb(np.array([*self.geometry.plain(), None], dtype=object)[:-1])

    def rows(self) -> list[tuple]:
        """Return the properties a row each."""
        return list(zip(*(column.plain() for column in self.columns), strict=True))


def parsed(rows: Sequence[bytes], kinds: Sequence[Kind]) -> list[Values]:
    """Return the columns of rows of COPY in its binary form."""
    data = np.frombuffer(b"".join((*rows, _BEYOND)), np.uint8)
    at = np.zeros(len(rows), np.int64)
    np.cumsum(np.fromiter(map(len, rows), np.int64, len(rows))[:-1], out=at[1:])
    at += 2  # the number of columns
    columns = []
    for kind in kinds:
        length = _numbers(data, at, ">i4").astype(np.int64)
        at += 4
        known, length = length >= 0, np.maximum(length, 0)
        columns.append(_texts(data, at, length, known, kind) if kind in (Kind.TEXT, Kind.BYTES) else _fixed(data, at, known, kind))
        at += length
    return columns


def _numbers(data: np.ndarray, at: np.ndarray, wide: str) -> np.ndarray:
    width = np.dtype(wide).itemsize
    return data[at[:, None] + np.arange(width)].view(wide).ravel()


def _fixed(data: np.ndarray, at: np.ndarray, known: np.ndarray, kind: Kind) -> Values:
    wide = _WIDE[kind]
    found = _numbers(data, at, wide).astype(wide.replace(">", "<"))
    found[~known] = 0
    return Values(kind, known, found + found.dtype.type(_SINCE.get(kind, 0)))


def _texts(data: np.ndarray, at: np.ndarray, length: np.ndarray, known: np.ndarray, kind: Kind) -> Values:
    offsets = np.zeros(len(at) + 1, np.int64)
    np.cumsum(length, out=offsets[1:])
    index = np.arange(offsets[-1]) + np.repeat(at - offsets[:-1], length)
    return Values(kind, known, data[index], offsets.astype(np.int32))


def _points(xy: np.ndarray) -> Values:
    made = np.zeros(len(xy), _POINT)
    made["order"], made["kind"], made["x"], made["y"] = 1, 1, xy[:, 0], xy[:, 1]
    offsets = np.arange(len(xy) + 1, dtype=np.int32) * _POINT.itemsize
    return Values(Kind.BYTES, np.ones(len(xy), bool), made.view(np.uint8), offsets)


def _sliced(whole: T, ends: np.ndarray) -> list[T]:
    return [whole[start:end] for start, end in pairwise(ends.tolist())]


def _bytes(parts: list[bytes | None]) -> Values:
    offsets = np.zeros(len(parts) + 1, np.int32)
    np.cumsum([len(part or b"") for part in parts], out=offsets[1:])
    known = np.fromiter((part is not None for part in parts), bool, len(parts))
    return Values(Kind.BYTES, known, np.frombuffer(b"".join(part or b"" for part in parts), np.uint8), offsets)
