"""What COPY brings, as columns or as lines: a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg2 import sql

from ...db import copying
from .batches import Lines, Values, of_hex, parsed
from .columns import Kind
from .spelling import Spelling

#: Features of a batch: columns of so many are worth an array, and their rows lie in the cache of a processor while they are cut up.
_ROWS = 10_000
#: Of the binary form: bytes before the first row.
_HEAD = 19


def batches(conn, statement: sql.Composable, given: dict[str, Any], kinds: Sequence[Kind]) -> Iterator[list[Values]]:
    """Yield the columns of what a statement finds, some rows at a time. The connection does nothing else meanwhile.

    Whoever stops before the end has the statement cancelled, which ends the transaction.
    """
    for rows in copying.rows(conn, statement, given, sql.SQL("FORMAT binary"), _ROWS, _HEAD):
        yield parsed(rows, kinds)


def lines(conn, statement: sql.Composable, given: dict[str, Any], spelt: Spelling) -> Iterator[Lines]:
    """Yield what a statement finds as the database writes it, as :func:`batches` does; its first column is a geometry in digits."""
    for rows in copying.rows(conn, statement, given, spelt.options, _ROWS):
        parts = [row[:-1].partition(spelt.between) for row in rows]
        yield Lines([text for _, _, text in parts], of_hex([geometry for geometry, _, _ in parts]))
