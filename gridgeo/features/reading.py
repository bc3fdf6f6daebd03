"""Reading features: a page, one, how many, all of them as a stream, and how far they reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from psycopg2 import sql

from ..cql2.sql import Condition
from ..db import queries
from . import order, statements
from .conditions import SQL, is_past
from .model import Collection, Extent, Page
from .question import Question
from .statements import Statement
from .versions import Version

#: So many features of a stream are held at once.
_AT_ONCE = 2000

#: So many buildings are few: features are then found through them, else looked at in their order until the page is full.
_FEW = 3000

#: So many features are put in an order that no index has, within the time of a request.
MOST_SORTED = 300_000

#: Filters that were asked, and how many are remembered.
_FILTERS: set[str] = set()
_MOST_FILTERS = 1000

#: Before each text of a GeoJSON text sequence (RFC 8142).
_RECORD = "\x1e"


def page(conn, collection: Collection, question: Question) -> Page:
    """Return the first features asked for, at most as many as the limit is."""
    question = placed(conn, collection, question)
    settled = _settled(conn, collection, question)
    if settled is not None:
        return _page(_prepared(conn, *statements.page(collection, settled)), question)
    if len(collection.key) > 1:
        return _page(_rows(conn, *statements.page(collection, question)), question)
    keys, *rest = _rows(conn, *statements.names(collection, question))[0]
    return _page([(keys and _told(conn, collection, question, keys), *rest)], question)


def _page(rows: list[tuple[str | None, int, list[str | None] | None]], question: Question) -> Page:
    text, found, last = rows[0]
    return Page(text or "", min(found, question.limit), tuple(last) if found > question.limit else None)


def _settled(conn, collection: Collection, question: Question) -> Question | None:
    """The question where its page is found the same way whatever the values are, so that the plan is kept; None where it is not.

    That is so of a place in the list, of ids, of an area where few lie; and of a filter with its values in its words, once it comes again.
    Of all else the planner has to see what is asked; it then looks for keys alone, and what is told of features has a plan made once.
    """
    if question.q is not None or question.units is not None or not order.in_own_order(collection, question):
        return None
    if question.area is not None and not (question.is_narrow and collection.through is None and not is_past(question)):
        return None
    if is_past(question) and question.ids is None:
        return None
    return question if question.only is None else _worded(conn, question)


def _worded(conn, question: Question) -> Question | None:
    """The question with the values of its filter in the words of that; None where nobody asked so before."""
    with conn.cursor() as cur:
        words = cur.mogrify(question.only.condition.text, question.only.condition.parameters).decode().replace("%", "%%")
    if words in _FILTERS:
        return replace(question, only=question.only._replace(condition=Condition(sql.SQL(words))))
    if len(_FILTERS) >= _MOST_FILTERS:
        _FILTERS.clear()
    _FILTERS.add(words)
    return None


def _told(conn, collection: Collection, question: Question, keys: str) -> str:
    """The features of keys, an array, in their order."""
    asked = Question(period=question.period, recorded=question.recorded, properties=question.properties, system=question.system)
    statement, given = statements.told(collection, asked)
    # Whoever was found is told of, listed or not.
    return _prepared(conn, statement, {**given, "keys": keys, "listed": False})[0][0]


def placed(conn, collection: Collection, question: Question) -> Question:
    """Return a question that knows whether there are few buildings in the place it asks about."""
    if collection.through is None or (question.area is None and question.units is None):
        return question
    return replace(question, few=_expected(conn, statements.expected(collection, question)) <= _FEW)


def one(conn, collection: Collection, feature_id: str, question: Question) -> str | None:
    """Return a feature by its id, None where there is none at that time."""
    asked = replace(question, ids=(feature_id,))
    statement, given = statements.named(collection, asked)
    found = _prepared(conn, statement, given) if question.units is None else _rows(conn, statement, given)
    return found[0][0] if found else None


def versioned(conn, collection: Collection, feature_id: str, question: Question) -> tuple[str | None, list[Version]]:
    """Return a feature as :func:`one` does, and its versions as :func:`.versions.of` does: asked at once, for that takes half as long."""
    ((found, *moments),) = _prepared(conn, *statements.versioned(collection, question, feature_id))
    return found, [Version(*each) for each in zip(*moments, strict=True)] if moments[0] else []


def count(conn, collection: Collection, question: Question) -> int:
    """Return how many features there are, on whatever page."""
    return _rows(conn, *statements.number(collection, placed(conn, collection, question)))[0][0]


def is_more(conn, collection: Collection, question: Question, than: int) -> bool:
    """Return whether there are more features than a number; no more of them are looked at."""
    asked = replace(placed(conn, collection, question), limit=min(question.limit or than + 1, than + 1))
    statement, given = statements.selected(collection, asked, [sql.SQL("1")])
    return _rows(conn, sql.SQL("SELECT count(*) FROM ({}) AS found").format(statement), given)[0][0] > than


def estimate(conn, collection: Collection, question: Question) -> int:
    """Return how many features the database expects."""
    return _expected(conn, statements.guess(collection, placed(conn, collection, question)))


def is_sortable(conn, collection: Collection, question: Question) -> bool:
    """Return whether features are wanted in an order they lie in, or are few enough to be put in it."""
    return order.in_own_order(collection, question) or estimate(conn, collection, question) <= MOST_SORTED


def sequence(conn, collection: Collection, question: Question) -> Iterator[bytes]:
    """Yield all features as a GeoJSON text sequence, some at a time; no more than these are held. Needs a transaction."""
    for rows in _pieces(conn, *statements.all_features(collection, placed(conn, collection, question))):
        yield "".join(f"{_RECORD}{feature}\n" for (feature,) in rows).encode()


def table(conn, collection: Collection, question: Question) -> Iterator[list[tuple]]:
    """Yield all features as rows of :func:`.statements.columns`, as :func:`sequence` does."""
    yield from _pieces(conn, *statements.table(collection, placed(conn, collection, question)))


def extent(conn, collection: Collection) -> Extent:
    """Return how far the features of a collection reach, those that anybody may see: of what is not public not even how far."""
    if collection.dated is None:
        *reach, start = _rows(conn, sql.SQL(SQL["reach_of_grids"]), {})[0]
        return Extent(None if reach[0] is None else tuple(reach), start)
    of, day = collection.dated
    first = sql.SQL(SQL["first_event"] if collection.guarded else "SELECT min({}) FROM {}").format(sql.Identifier(day), sql.Identifier(of))
    return Extent(bounds(conn, collection), _rows(conn, first, {})[0][0])


def bounds(conn, collection: Collection) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north (degrees) of a collection other than grids, as its index knows them: no feature is looked at.

    Where not everybody may see all of it they are those of the grids.
    """
    if collection.guarded:
        *reach, _ = _rows(conn, sql.SQL(SQL["reach_of_grids"]), {})[0]
        return None if reach[0] is None else tuple(reach)
    table, column = collection.located
    reach = _rows(conn, sql.SQL(SQL["reach"]), {"table": table, "column": column})
    return reach[0] if reach else None


def _expected(conn, statement: Statement) -> int:
    return _rows(conn, *statement)[0][0][0]["Plan"]["Plan Rows"]


def _rows(conn, statement: sql.Composable, given: dict[str, Any]) -> list[tuple]:
    with conn.cursor() as cur:
        cur.execute(statement, given)
        return cur.fetchall()


def _prepared(conn, statement: str, given: dict[str, Any]) -> list[tuple]:
    with conn.cursor() as cur:
        queries.prepared(cur, statement, given)
        return cur.fetchall()


def _pieces(conn, statement: sql.Composable, given: dict[str, Any]) -> Iterator[list[tuple]]:
    with conn.cursor(name="features") as cur:
        cur.execute(statement, given)
        while found := cur.fetchmany(_AT_ONCE):
            yield found
