"""Filters as the queries take them: conditions on columns we name, with values that are quoted as any other parameter's."""

from __future__ import annotations

from psycopg2 import sql

from .filters import Comparison, Filter, Joined, Not

#: Under which name queries have what a property says; a major class is known of the category.
_COLUMNS = {
    "category": sql.SQL("category_id"),
    "status": sql.SQL("status"),
    "inspected_on": sql.SQL("inspected_on"),
    "since": sql.SQL("since"),
    "floor": sql.SQL("floor"),
    "department": sql.SQL("left(element_code, 9)"),
    "major": sql.SQL("major"),
}

_TESTS = {
    **{sign: sql.SQL(f"{{}} {sign} {{}}") for sign in ("=", "<>", "<", "<=", ">", ">=", "LIKE")},
    "BETWEEN": sql.SQL("{} BETWEEN {} AND {}"),
    "NULL": sql.SQL("{} IS NULL"),
}

_OF_MAJOR = sql.SQL("category_id = ANY (ARRAY(SELECT category_id FROM gridgeo.category WHERE {}))")


class Condition:
    """A filter as the value of a query's parameter `filter`; with none everything is let through.

    The query must have the columns `category_id` and `status`, each once, and those of `object` that the filter speaks of.
    """

    def __init__(self, asked: Filter | None) -> None:
        self._written = sql.SQL("true") if asked is None else _written(asked)
        self._conn = None

    def __conform__(self, protocol: object) -> Condition:
        return self

    def prepare(self, conn) -> None:
        """Be told whose quoting and encoding it is to be."""
        self._conn = conn

    def getquoted(self) -> bytes:
        """Return the condition as it stands in the statement."""
        return b"(" + self._written.as_string(self._conn).encode() + b")"


def _written(asked: Filter) -> sql.Composable:
    if isinstance(asked, Joined):
        return sql.SQL("({})").format(sql.SQL(f" {asked.word} ").join(map(_written, asked.parts)))
    if isinstance(asked, Not):
        return sql.SQL("(NOT {})").format(_written(asked.part))
    return _OF_MAJOR.format(_test(asked)) if asked.name == "major" else _test(asked)


def _test(asked: Comparison) -> sql.Composable:
    column = _COLUMNS[asked.name]
    if asked.sign == "IN":
        return sql.SQL("{} = ANY ({})").format(column, sql.Literal(list(asked.values)))
    return _TESTS[asked.sign].format(column, *map(sql.Literal, asked.values))
