"""Filters as the queries take them: the value of their parameter `filter`."""

from __future__ import annotations

from ..cql2 import sql
from .filters import PROPERTIES, Filter


def condition(asked: Filter | None) -> sql.Condition:
    """Return a filter as a condition; with none everything is let through."""
    return sql.EVERYTHING if asked is None else sql.condition(asked, PROPERTIES)
