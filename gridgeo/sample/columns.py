"""Tables of millions of rows as columns of bytes, written as CSV without a loop over rows.

A column is either a matrix of bytes (n, width), zeros where a text is shorter, or :class:`Words`: the few different
texts, and which of them stands in each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

_CHUNK = 1 << 17
_BOM, _COMMA, _END = b"\xef\xbb\xbf", b",", b"\r\n"
_BREAKING = (",", '"', "\r", "\n")


@dataclass(frozen=True)
class Words:
    """A column of text: `words[index]` row by row."""

    index: np.ndarray
    words: Sequence[str]

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, rows) -> Words:
        return Words(self.index[rows], self.words)

    def bytes(self, rows) -> np.ndarray:
        """Return rows as a matrix of bytes, UTF-8."""
        return byte_matrix(self.words)[self.index[rows]]

    def texts(self) -> np.ndarray:
        """Return the rows as an array of objects: text, None where it is empty."""
        return np.array([word or None for word in self.words], dtype=object)[self.index]


Column = Words | np.ndarray
Columns = dict[str, Column]


def of(texts: Sequence[str | None]) -> Words:
    """Return a column of any texts; None is an empty one."""
    index, words = pd.factorize(np.array([text or "" for text in texts], dtype=object))
    return Words(index, list(words))


def same(text: str, count: int) -> Words:
    """Return a column that says the same in every row."""
    return Words(np.zeros(count, np.int8), [text])


def of_numbers(values: np.ndarray, word=str) -> Words:
    """Return a column of numbers or days, each different one put into words by `word`."""
    found, index = np.unique(values, return_inverse=True)
    spoken, words = pd.factorize(np.array([word(value) for value in found.tolist()], dtype=object))
    return Words(spoken.astype(np.int32)[index], list(words))


def digits(values: np.ndarray, width: int) -> np.ndarray:
    """Return numbers as a matrix of digits, zeros before them."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    out = np.empty((len(values), width), np.uint8)
    for place, power in enumerate(powers):
        out[:, place] = values // power % 10 + 48
    return out


def number(signs: np.ndarray) -> np.ndarray:
    """Return the numbers that a matrix of digits (n, width) stands for."""
    return (signs.astype(np.int64) - 48) @ 10 ** np.arange(signs.shape[1] - 1, -1, -1, dtype=np.int64)


def byte_matrix(words: Sequence[str]) -> np.ndarray:
    """Return texts as a matrix of bytes (n, longest), zeros at the end of the shorter."""
    encoded = np.array([word.encode() for word in words] or [b""], dtype=np.bytes_)
    width = max(encoded.dtype.itemsize, 1)
    return encoded.view(np.uint8).reshape(len(encoded), width)


def texts(column: Column) -> np.ndarray:
    """Return a column as an array of objects: text, None where it is empty."""
    if isinstance(column, Words):
        return column.texts()
    plain = np.ascontiguousarray(column).view(f"S{column.shape[1]}").ravel()
    return plain.astype(str).astype(object)


def frame(columns: Columns) -> pd.DataFrame:
    """Return the columns as a frame of text."""
    return pd.DataFrame({name: pd.Series(texts(column), dtype=object) for name, column in columns.items()})


def from_frame(table: pd.DataFrame) -> Columns:
    """Return a frame of text as columns."""
    return {name: of(values.tolist()) for name, values in table.items()}


def write(columns: Columns, path: Path) -> Path:
    """Write columns as CSV: UTF-8 with a byte order mark, lines ended as spreadsheets like it.

    No text may hold a comma, a quote or the end of a line: nothing is quoted.
    """
    for column in columns.values():
        if isinstance(column, Words):
            assert not any(sign in word for word in column.words for sign in _BREAKING), "a text would have to be quoted"
    count = len(next(iter(columns.values())))
    with path.open("wb") as file:
        file.write(_BOM + _COMMA.join(name.encode() for name in columns) + _END)
        for start in range(0, count, _CHUNK):
            file.write(_lines(columns, slice(start, min(start + _CHUNK, count))))
    return path


def _lines(columns: Columns, rows: slice) -> bytes:
    count = rows.stop - rows.start
    parts: list[np.ndarray] = []
    for column in columns.values():
        parts += [column.bytes(rows) if isinstance(column, Words) else column[rows], _repeated(_COMMA, count)]
    parts[-1] = _repeated(_END, count)
    wide = np.concatenate(parts, axis=1)
    return wide[wide != 0].tobytes()


def _repeated(sign: bytes, count: int) -> np.ndarray:
    return np.broadcast_to(np.frombuffer(sign, np.uint8), (count, len(sign)))
