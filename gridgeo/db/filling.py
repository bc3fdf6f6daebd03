"""Rows into tables by COPY, every sign of a text as it is."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

#: What begins or ends something in COPY's text. (Its CSV ends at a line of ``\\.``, also within a quoted text.)
_SIGNS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def fill(cur, table: str, rows: Iterable[Sequence[object]]) -> None:
    """Append rows to a table; None is null, and all else as `str` writes it."""
    text = "".join(["\t".join(map(_written, row)) + "\n" for row in rows])
    cur.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(text), size=1 << 20)


def _written(value: object) -> str:
    return "\\N" if value is None else str(value).translate(_SIGNS)
