"""Properties as the database writes them itself: JSON of a row, or the cells of a table. Nobody looks at single values after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2 import sql

from ...db import copying
from ..rules import FORMULA
from .columns import Column, Kind

_NUMBERS = (Kind.WHOLE, Kind.NUMBER)
_NEUTRAL = f"CASE WHEN ascii({{0}}) IN ({', '.join(str(ord(sign)) for sign in FORMULA)}) THEN '''' || {{0}} ELSE {{0}} END"
#: Texts a spreadsheet takes for a number, a share, a day or a time, and writes otherwise: 0101, 3/4, 2010-3, 1E5, 5月1日.
_NUMERAL = r"^[-+.]?\d[-+\d .,:/%%eE年月日]*$"
_CODED = f"CASE WHEN {{0}} ~ '{_NUMERAL}' THEN '=\"' || {{0}} || '\"' ELSE {_NEUTRAL} END"


@dataclass(frozen=True)
class Spelling:
    """How features come as lines: what is told of each beside its geometry, what stands between the two, and the options of COPY."""

    told: tuple[sql.Composable, ...]
    between: bytes
    options: sql.Composable


def objects(columns: Sequence[Column]) -> Spelling:
    """Return the spelling of properties as a JSON object."""
    members = sql.SQL(", ").join(_named(column.value if column.nested else column.told, column) for column in columns)
    row = sql.SQL("(SELECT row_to_json(p)::text FROM (SELECT {}) AS p) AS properties").format(members)
    return Spelling((row,), copying.BETWEEN.encode(), copying.AS_JSON)


def cells(columns: Sequence[Column], coded: bool = False) -> Spelling:
    """Return the spelling of properties as cells of CSV: texts quoted, numbers and what is nothing not; no text is run as a formula.

    `coded`: texts that look like numbers or days (codes, rooms) as ="…", which a spreadsheet opened by a double click keeps.
    """
    texts = [column for column in columns if column.kind not in _NUMBERS]
    quoted = sql.SQL(", ").join(sql.Identifier(column.field.name) for column in texts)
    options = sql.SQL("FORMAT csv, FORCE_QUOTE ({})").format(quoted) if texts else sql.SQL("FORMAT csv")
    return Spelling(tuple(_named(_cell(column, coded), column) for column in columns), b",", options)


def _cell(column: Column, coded: bool) -> str:
    return (_CODED if coded else _NEUTRAL).format(column.told) if column.kind is Kind.TEXT else column.told


def _named(told: str, column: Column) -> sql.Composed:
    return sql.SQL("{} AS {}").format(sql.SQL(told), sql.Identifier(column.field.name))
