"""The parameters that filter managed objects by what is known of them (CQL2 text)."""

from __future__ import annotations

from gridgeo.objects import filters

from .parameters import Parameter, one_of

_LANGUAGE = "cql2-text"

FILTER = Parameter(
    "filter",
    f"Only objects this CQL2 text lets through: {', '.join(filters.PROPERTIES)}, compared with values or each other by =, <>, <, <=, >, "
    ">=, LIKE, IN, BETWEEN, IS NULL, dates by T_BEFORE and its like; joined by AND, OR, NOT: "
    "status = 'damaged' AND inspected_on < DATE('2026-01-01'). Where it speaks of status, those that do not stand are meant, too.",
    filters.parse,
    {"type": "string", "maxLength": filters.LONGEST},
)
LANGUAGE = Parameter("filter-lang", "The language of `filter`.", one_of(_LANGUAGE), {"type": "string", "enum": [_LANGUAGE]}, _LANGUAGE)
