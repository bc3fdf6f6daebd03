"""Columns of millions of cells: taken apart as arrays of bytes, each different text kept once.

No row of a file becomes an object of Python unless its block has quotes in it. A block without them is one array of
bytes: where its commas and line ends stand says what its cells are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import UnreadableFile
from . import bulk
from .bulk import Header, Progress

#: a cell of more bytes is no cell of a row any more, but a document
_WIDEST = 4096
_LINE_FEED, _QUOTE = ord("\n"), b'"'

#: weights of the places of a text in the number it is known by; nobody outside can make two texts that have the same
_WEIGHTS = np.random.default_rng().integers(1, 1 << 63, _WIDEST // 8 + 1, dtype=np.uint64) | np.uint64(1)
_STIR = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Cells:
    """A column: row i says ``words[index[i]]``, nothing where the index is -1."""

    index: np.ndarray
    words: list[str]

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, rows: np.ndarray) -> Cells:
        return Cells(self.index[rows], self.words)

    def at(self, row: int) -> str | None:
        """Return what one row says."""
        return self.words[self.index[row]] if self.index[row] >= 0 else None

    def taken(self, values: Sequence, empty: object, dtype: object) -> np.ndarray:
        """Return for each row the value of its word; `values` are those of the words, `empty` that of an empty cell."""
        return np.array([*values, empty], dtype=dtype)[self.index]

    @classmethod
    def nothing(cls, rows: int) -> Cells:
        """A column without a word in it."""
        return cls(np.full(rows, -1, np.int32), [])

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> Cells:
        """Return a column of texts; None and blanks say nothing."""
        index, words = pd.factorize(np.array([None if text is None or not text.strip() else text for text in texts], dtype=object))
        return cls(index.astype(np.int32), words.tolist())


class Words:
    """A column that comes block by block: the different texts so far, and which of them each row says."""

    def __init__(self) -> None:
        self._place: dict[bytes, int] = {}
        self._parts: list[np.ndarray] = []

    def add(self, texts: np.ndarray) -> None:
        """Take the texts (bytes) of a block."""
        if texts.dtype == "S1" and not texts.view(np.uint8).any():  # of many columns of attributes most have nothing here
            self._parts.append(np.full(len(texts), -1, np.int32))
            return
        index, found = distinct(texts)
        places = [-1 if not text.strip() else self._place.setdefault(text, len(self._place)) for text in found.tolist()]
        self._parts.append(np.array(places, np.int32)[index])

    def cells(self) -> Cells:
        """Return the column."""
        index = np.concatenate(self._parts) if self._parts else np.empty(0, np.int32)
        return Cells(index, [text.decode("utf-8", "replace") for text in self._place])


class Texts:
    """A column of texts that are nearly all different, as bytes side by side."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []

    def add(self, texts: np.ndarray) -> None:
        """Take the texts (bytes) of a block; what is longer than any code could be is cut, and too long still."""
        self._parts.append(texts.astype("S80") if texts.dtype.itemsize > 80 or texts.dtype.kind == "O" else texts)

    def array(self) -> np.ndarray:
        """Return the column, an array of numpy's bytes."""
        width = max((part.dtype.itemsize for part in self._parts), default=1)
        return np.concatenate([part.astype(f"S{width}", copy=False) for part in self._parts]) if self._parts else np.empty(0, "S1")


class Numbers:
    """A column of decimal numbers, nan where a cell is none; what stands there instead is kept by row."""

    def __init__(self) -> None:
        self.odd: dict[int, str] = {}
        self._parts: list[np.ndarray] = []
        self._rows = 0

    def add(self, texts: np.ndarray) -> None:
        """Take the texts (bytes) of a block."""
        values = _decimal(texts)
        for row in np.flatnonzero(np.isnan(values)).tolist():
            if text := texts[row].strip():
                self.odd[self._rows + row] = text.decode("utf-8", "replace")[:80]
        self._parts.append(values)
        self._rows += len(texts)

    def array(self) -> np.ndarray:
        """Return the column."""
        return np.concatenate(self._parts) if self._parts else np.empty(0)


def stream(path: Path, head: Header, wanted: dict[str, Words | Texts | Numbers], progress: Progress = lambda *_: None) -> int:
    """Read a file of text into columns, by the names of its header; return how many rows there are.

    Raises
    ------
    UnreadableFile
        With the line, for rows that do not fit the header and for quotes that do not match.
    """
    places = {place: wanted[name] for place, name in enumerate(head.names) if name in wanted}
    rows, line = 0, head.lines + 1
    for block in closed(bulk.blocks(path, head, progress), path.name):
        columns = (_quoted if _QUOTE in block else _plain)(block, head, path.name, line)
        for place, column in places.items():
            column.add(columns(place))
        rows, line = rows + columns.rows, line + block.count(b"\n")
    return rows


def distinct(texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for an array of bytes (`S`, or objects) which of the different ones stands where, and these."""
    if texts.dtype.kind == "O" or not len(texts):
        index, found = pd.factorize(texts)
        return index, found
    known = numbers(texts)
    index = pd.factorize(known)[0]
    first = np.full(index.max() + 1, len(texts), np.int64)
    _first(first, index)
    found = texts[first]
    if not (found[index] == texts).all():  # two texts are known by one number
        found, index = np.unique(texts, return_inverse=True)
    return index, found


def numbers(texts: np.ndarray) -> np.ndarray:
    """Return for each text of an array (`S`) a number of 64 bits that others hardly ever have."""
    width = -(-texts.dtype.itemsize // 8)
    parts = np.ascontiguousarray(texts.astype(f"S{8 * width}", copy=False)).view(np.uint64).reshape(len(texts), width)
    total = parts[:, 0] * _WEIGHTS[0]
    for place in range(1, width):
        total ^= total >> np.uint64(29)
        total = (total + parts[:, place]) * _WEIGHTS[place]
    return (total ^ (total >> np.uint64(32))) * _STIR


def _first(first: np.ndarray, index: np.ndarray) -> None:
    """Set for each place the row it comes in first: writing backwards, the last to write is the first."""
    first[index[::-1]] = np.arange(len(index) - 1, -1, -1)


def _decimal(texts: np.ndarray) -> np.ndarray:
    try:
        return texts.astype("f8")
    except ValueError:
        plain = np.array([text.decode("utf-8", "replace").strip() or None for text in texts.tolist()], dtype=object)
        return pd.to_numeric(pd.Series(plain, dtype=object), errors="coerce").to_numpy("f8")


def closed(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Put blocks together until every quote that was opened is closed; raises UnreadableFile where one never is."""
    kept, opened = [], False
    for block in blocks:
        kept.append(block)
        opened ^= block.count(_QUOTE) % 2 == 1
        if not opened:
            yield b"".join(kept)
            kept = []
        elif len(kept) > 64:
            raise UnreadableFile(name, "is no proper CSV: a quote is opened and not closed within 64 MB")
    if opened:
        raise UnreadableFile(name, "is no proper CSV: a quote is opened and never closed")


class _plain:
    """The columns of a block without quotes."""

    def __init__(self, block: bytes, head: Header, name: str, line: int) -> None:
        self._signs = np.frombuffer(block, np.uint8)
        end = self._signs == _LINE_FEED
        ends = np.flatnonzero(end | (self._signs == ord(head.delimiter)))
        self.rows, width = int(end.sum()), len(head.names)
        last = end[ends]
        if len(ends) != self.rows * width or not last[width - 1 :: width].all():
            _uneven(np.diff(np.flatnonzero(last), prepend=-1), width, name, line)
        self._end = ends.reshape(self.rows, width)
        self._start = np.concatenate([[0], ends[:-1] + 1]).reshape(self.rows, width)

    def __call__(self, place: int) -> np.ndarray:
        start, size = self._start[:, place], self._end[:, place] - self._start[:, place]
        if not size.any():
            return np.zeros(self.rows, "S1")
        width = int(size.max())
        if width > 256:  # one long text among short ones: side by side they would all be as long
            block = self._signs.tobytes()
            return np.array([block[at : at + n][:_WIDEST] for at, n in zip(start.tolist(), size.tolist(), strict=True)], dtype=object)
        at = start[:, None] + np.arange(width)
        signs = self._signs[np.minimum(at, len(self._signs) - 1)]
        signs[np.arange(width) >= size[:, None]] = 0
        return signs.view(f"S{width}").ravel()


class _quoted:
    """The columns of a block with quotes in it."""

    def __init__(self, block: bytes, head: Header, name: str, line: int) -> None:
        reader = csv.reader(io.StringIO(block.decode(), newline=""), delimiter=head.delimiter, strict=True)
        try:
            rows = list(reader)
        except csv.Error:
            raise UnreadableFile(name, f"is no proper CSV at line {line + reader.line_num - 1:,}: its quotes do not match") from None
        self.rows = len(rows)
        sizes = np.fromiter(map(len, rows), int, len(rows))
        if (sizes != len(head.names)).any():
            _uneven(sizes, len(head.names), name, line)
        self._columns = list(zip(*rows, strict=True))

    def __call__(self, place: int) -> np.ndarray:
        return np.array([text.encode()[:_WIDEST] for text in self._columns[place]], dtype=object)


def _uneven(sizes: np.ndarray, width: int, name: str, line: int) -> None:
    row = int(np.flatnonzero(sizes != width)[0])
    few = sizes[row] < width
    raise UnreadableFile(name, f"is no proper CSV at line {line + row:,}: has {'fewer' if few else 'more'} cells than the header")
