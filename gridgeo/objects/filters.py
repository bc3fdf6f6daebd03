"""Filters of objects, in the words of CQL2: `status = 'damaged' AND inspected_on < DATE('2026-01-01')`."""

from __future__ import annotations

from ..cql2 import text
from ..cql2.model import LONGEST, Node, Queryable, Type, by_name
from .model import Status

__all__ = ["LONGEST", "PROPERTIES", "Filter", "parse"]

Filter = Node

#: What may be asked. The statement has the columns `category_id` and `status`, each once, and those of `object` a filter speaks of; a
#: major class is known of the category.
PROPERTIES = by_name(
    (
        Queryable("category", Type.NUMBER, "category_id"),
        Queryable(
            "major",
            Type.TEXT,
            "major",
            among="category_id = ANY (ARRAY(SELECT category_id FROM gridgeo.category WHERE {}))",
        ),
        Queryable("status", Type.TEXT, "status", values=tuple(Status)),
        Queryable("inspected_on", Type.DATE, "inspected_on"),
        Queryable("since", Type.DATE, "since"),
        Queryable("floor", Type.NUMBER, "floor"),
        Queryable("department", Type.TEXT, "left(element_code, 9)"),
    )
)


def parse(written: str) -> Filter:
    """Return the filter a text says; raises ValueError with the place, from 1, and what may stand there.

    >>> parse("status = 'damaged' OR floor < 0 AND category IN (1, 2)").names == {"status", "floor", "category"}
    True
    >>> parse("since = 'May'")
    Traceback (most recent call last):
    ...
    ValueError: at character 9: since (date) is compared with a text: both must be of one type
    """
    return text.parse(written, PROPERTIES)
