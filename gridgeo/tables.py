"""Tables of plain text, for screens and letters: Chinese characters are two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a table; numbers stand right, Chinese characters are two columns wide."""
    given = [list(row) for row in rows]
    cells = [list(header), *([_cell(value) for value in row] for row in given)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    right = [bool(given) and all(isinstance(row[i], int | float) or row[i] is None for row in given) for i in range(len(header))]
    return ["  ".join(map(_padded, row, widths, right)).rstrip() for row in cells]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
