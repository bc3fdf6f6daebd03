"""How two spans of time lie to each other. A day is taken whole where it is compared with moments: it begins and ends in Beijing.

Source: OGC 21-065r2, table of temporal functions (Allen's relations); an instant is a span that begins and ends at once.
"""

from __future__ import annotations

from typing import NamedTuple

from psycopg2 import sql


class Span(NamedTuple):
    """When something begins and when it ends, both within."""

    start: sql.Composable
    end: sql.Composable


#: An end of a span: what it is, whether it is a day, and whether it goes on for ever where it has no value.
End = tuple[sql.Composable, bool, bool]

_BEGINS = sql.SQL("({}::timestamp AT TIME ZONE 'Asia/Shanghai')")
_ENDS = sql.SQL("(({} + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' - interval '1 microsecond')")


def span(start: End | None, end: End | None, moments: bool) -> Span:
    """Return a span of days, or of moments; an end that is None is none."""
    kind = "timestamptz" if moments else "date"
    return Span(_end(start, _BEGINS, moments, f"'-infinity'::{kind}"), _end(end, _ENDS, moments, f"'infinity'::{kind}"))


def _end(end: End | None, of_day: sql.SQL, moments: bool, never: str) -> sql.Composable:
    if end is None:
        return sql.SQL(never)
    what, is_day, open_ended = end
    if moments and is_day:
        what = of_day.format(what)
    return sql.SQL("coalesce({}, " + never + ")").format(what) if open_ended else what


def _relation(text: str):
    """A relation of the spans a and b, of which s is when they begin and e when they end."""
    written = sql.SQL("(" + text.format(a_s="{0}", a_e="{1}", b_s="{2}", b_e="{3}") + ")")
    return lambda a, b: written.format(*a, *b)


RELATIONS = {
    "T_BEFORE": _relation("{a_e} < {b_s}"),
    "T_AFTER": _relation("{a_s} > {b_e}"),
    "T_DISJOINT": _relation("{a_e} < {b_s} OR {a_s} > {b_e}"),
    "T_INTERSECTS": _relation("{a_s} <= {b_e} AND {a_e} >= {b_s}"),
    "T_EQUALS": _relation("{a_s} = {b_s} AND {a_e} = {b_e}"),
    "T_CONTAINS": _relation("{a_s} < {b_s} AND {a_e} > {b_e}"),
    "T_DURING": _relation("{a_s} > {b_s} AND {a_e} < {b_e}"),
    "T_MEETS": _relation("{a_e} = {b_s}"),
    "T_METBY": _relation("{a_s} = {b_e}"),
    "T_OVERLAPS": _relation("{a_s} < {b_s} AND {a_e} > {b_s} AND {a_e} < {b_e}"),
    "T_OVERLAPPEDBY": _relation("{b_s} < {a_s} AND {b_e} > {a_s} AND {b_e} < {a_e}"),
    "T_STARTS": _relation("{a_s} = {b_s} AND {a_e} < {b_e}"),
    "T_STARTEDBY": _relation("{a_s} = {b_s} AND {a_e} > {b_e}"),
    "T_FINISHES": _relation("{a_s} > {b_s} AND {a_e} = {b_e}"),
    "T_FINISHEDBY": _relation("{a_s} < {b_s} AND {a_e} = {b_e}"),
}
