"""Rows into tables by COPY."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def fill(cur, table: str, rows: Iterable[Sequence[object]]) -> None:
    """Append rows to a table: None and an empty text are null, all else is as `str` writes it, every sign of a text as it is."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    cur.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv)", buffer, size=1 << 20)
