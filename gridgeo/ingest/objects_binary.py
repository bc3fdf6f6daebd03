"""Rows for COPY in PostgreSQL's binary form, made of arrays: the server parses no number, no day and no geometry again.

Source: PostgreSQL manual, COPY, binary format: 2 bytes with the number of fields; for each its length (-1: null) and bytes,
the higher ones first. A geometry is its EWKB, a jsonb its text after a version number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..geo import crs
from .objects_cells import Cells

SIGNATURE, TRAILER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_CHUNK = 1 << 15
_JSONB_VERSION = b"\1"
_POINT = b"\1" + (0x20000001).to_bytes(4, "little") + crs.STORAGE.to_bytes(4, "little")
_DAY_0 = np.datetime64("2000-01-01")


@dataclass(frozen=True)
class Field:
    """One column.

    `values` are its bytes (n, width); with `index`, those of the different values, and which of them stands in each row. `size` is
    how many of the bytes count, -1 for null; None where all do.
    """

    values: np.ndarray
    size: np.ndarray | None = None
    index: np.ndarray | None = None

    def part(self, rows: slice) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the bytes and the sizes of some rows; no sizes where all are of the full width."""
        if self.index is not None:
            return self.values[self.index[rows]], self.size[self.index[rows]]
        return self.values[rows], None if self.size is None else self.size[rows]

    def __getitem__(self, rows: np.ndarray) -> Field:
        if self.index is not None:
            return Field(self.values, self.size, self.index[rows])
        return Field(self.values[rows], None if self.size is None else self.size[rows])


def number(values: np.ndarray, dtype: str, null: np.ndarray | None = None) -> Field:
    """Return whole numbers as ``>i2``, ``>i4`` or ``>i8``; null where the mask says so."""
    signs = values.astype(dtype).view(np.uint8).reshape(len(values), np.dtype(dtype).itemsize)
    return Field(signs, None if null is None else np.where(null, -1, signs.shape[1]))


def texts(values: np.ndarray) -> Field:
    """Return an array of numpy's bytes (`S`); an empty one is null."""
    signs = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), values.dtype.itemsize)
    size = np.char.str_len(values)
    return Field(signs, np.where(size == 0, -1, size))


def words(cells: Cells, before: bytes = b"") -> Field:
    """Return a column of texts; null where it says nothing. `before` comes in front of each."""
    encoded = [before + word.encode() for word in cells.words]
    return _named(encoded, cells.index)


def jsonb(cells: Cells) -> Field:
    """Return a column of JSON texts."""
    return words(cells, _JSONB_VERSION)


def day(days: np.ndarray) -> Field:
    """Return days (datetime64[D]); NaT is null."""
    null = np.isnat(days)
    return number(np.where(null, 0, (days - _DAY_0).astype(np.int64)), ">i4", null)


def point(lonlat: np.ndarray) -> Field:
    """Return points (n, 2), EPSG:4490 lon/lat; nan is null."""
    signs = np.empty((len(lonlat), len(_POINT) + 16), np.uint8)
    signs[:, : len(_POINT)] = np.frombuffer(_POINT, np.uint8)
    signs[:, len(_POINT) :] = np.ascontiguousarray(lonlat, "<f8").view(np.uint8).reshape(len(lonlat), 16)
    null = np.isnan(lonlat).any(axis=1)
    return Field(signs, np.where(null, -1, signs.shape[1]) if null.any() else None)


def geometries(ewkb: Mapping[int, bytes], rows: int) -> Field:
    """Return the geometries of some rows, null in all others."""
    index = np.full(rows, -1, np.int32)
    index[list(ewkb)] = np.arange(len(ewkb))
    return _named(list(ewkb.values()), index)


def filled(field: Field, usual: Field) -> Field:
    """Return a column with something usual where it is null; `usual` has one row."""
    values, size = field.values, field.size
    if size is None:
        return field
    (own,), own_size = usual.part(slice(0, 1))
    width = max(values.shape[1], len(own))
    wide = np.zeros((len(values), width), np.uint8)
    wide[:, : values.shape[1]] = values
    wide[size < 0, : len(own)] = own
    return Field(wide, np.where(size < 0, len(own) if own_size is None else own_size[0], size), field.index)


def rows(fields: Sequence[Field], count: int) -> Iterator[bytes]:
    """Yield what COPY … (FORMAT binary) takes."""
    yield SIGNATURE
    yield from pieces(fields, count)
    yield TRAILER


def pieces(fields: Sequence[Field], count: int, told: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """Yield the rows alone, some at a time; `told` is called with how many were."""
    for start in range(0, count, _CHUNK):
        yield _piece([field.part(slice(start, min(start + _CHUNK, count))) for field in fields])
        told(min(start + _CHUNK, count))


class Stream:
    """Pieces as the file that COPY reads."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, memoryview(b"")

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size`; none at the end."""
        self._left = self._left or memoryview(next(self._pieces, b""))
        given, self._left = bytes(self._left[:size]), self._left[size:]
        return given


def _named(encoded: list[bytes], index: np.ndarray) -> Field:
    """The different texts, one more of size -1 at the end for an index of -1."""
    size = np.array([*map(len, encoded), -1], np.int32)
    signs = np.array([*encoded, b""], dtype=f"S{max(1, size.max())}")
    return Field(signs.view(np.uint8).reshape(len(signs), -1), size, index)


def _piece(parts: list[tuple[np.ndarray, np.ndarray | None]]) -> bytes:
    count = len(parts[0][0])
    width = 2 + sum(4 + values.shape[1] for values, _ in parts)
    out, kept, at = np.empty((count, width), np.uint8), np.ones((count, width), bool), 2
    out[:, :2] = np.frombuffer(len(parts).to_bytes(2, "big"), np.uint8)
    for values, size in parts:
        wide = values.shape[1]
        sizes = np.full(count, wide) if size is None else size
        out[:, at : at + 4] = sizes.astype(">i4").view(np.uint8).reshape(count, 4)
        out[:, at + 4 : at + 4 + wide] = values
        if size is not None:
            kept[:, at + 4 : at + 4 + wide] = np.arange(wide) < sizes[:, None]
        at += 4 + wide
    return out[kept].tobytes() if any(size is not None for _, size in parts) else out.tobytes()
