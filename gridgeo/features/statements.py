"""The statement a question makes: one relation, its conditions, an order, and features written as GeoJSON by the database.

What is asked of is looked at for all features; what other tables say beside (:class:`.model.Beside`) is joined to those of a page alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

from psycopg2 import sql

from . import order, versions
from .conditions import SQL, buildings, conditions, is_past, values
from .model import Beside, Collection
from .order import keys
from .question import Question

_FEATURE = sql.SQL(
    """'{{"type":"Feature","id":' || to_json(f.id) || ',"geometry":' || coalesce(ST_AsGeoJSON({drawn}, {decimals}, 0), 'null') """
    """|| ',"properties":' || (SELECT row_to_json(p) FROM (SELECT {properties}) AS p) || '}}'"""
)
#: One row: what is told of the features of a page in their order, how many there are up to one more, and the key of the last.
_PAGE = sql.SQL("SELECT {told}, count(*), max(ARRAY[{key}]) FILTER (WHERE f.n = {limit}) FROM {found}")
_TEXT = "string_agg({}, ',' ORDER BY f.n) FILTER (WHERE f.n <= {})"
_KEYS = "(array_agg(f.{} ORDER BY f.n) FILTER (WHERE f.n <= {}))::text"

#: Statements by what they were written for; so many are kept.
_WRITTEN: dict[Hashable, str] = {}
_MOST = 1000

Statement = tuple[str | sql.Composed, dict[str, Any]]


def page(collection: Collection, question: Question) -> Statement:
    """Return the statement of a page: its features as one text, commas between."""
    return _written(_page_text, collection, question), values(collection, question)


def names(collection: Collection, question: Question) -> Statement:
    """Return the statement of a page of a collection with one key, as :func:`page` does: an array of keys instead of features."""
    return _written(_names_text, collection, question), values(collection, question)


def told(collection: Collection, question: Question) -> Statement:
    """Return the statement of the features of `keys`, an array, as one text in its order."""
    return _written(_told_text, collection, question), values(collection, question)


def named(collection: Collection, question: Question) -> Statement:
    """Return the statement of features asked for by their ids."""
    return _written(_named_text, collection, question), values(collection, question)


def versioned(collection: Collection, question: Question, feature_id: str) -> Statement:
    """Return the statement of a feature and its versions, the moments of these as four arrays; one row, also of what is not there."""
    question = replace(question, ids=(feature_id,))
    given = versions.values(collection, feature_id, question.recorded, question.public) | values(collection, question)
    return _written(_versioned_text, collection, question), given


def _page_text(collection: Collection, question: Question) -> sql.Composable:
    feature = sql.SQL(_TEXT).format(_feature(collection, question), sql.SQL(str(question.limit)))
    return _page(collection, question, feature, whole=True)


def _names_text(collection: Collection, question: Question) -> sql.Composable:
    return _page(collection, question, sql.SQL(_KEYS.format(collection.key[0], question.limit)), whole=False)


def _told_text(collection: Collection, question: Question) -> sql.Composable:
    own = _relation(collection, question)
    keyed = "(SELECT k.n, f.* FROM unnest(%(keys)s::bigint[]) WITH ORDINALITY AS k (key, n) JOIN {} AS f ON f.{} = k.key)"
    found = _beside(sql.SQL(keyed.format("{}", collection.key[0])).format(own), _others(collection, question))
    return sql.SQL("SELECT string_agg({}, ',' ORDER BY f.n) FROM {} AS f").format(_feature(collection, question), found)


def _named_text(collection: Collection, question: Question) -> sql.Composable:
    return _selected(collection, question, [_feature(collection, question)])


def _versioned_text(collection: Collection, question: Question) -> sql.Composable:
    moments = [sql.SQL(f'"{name}"') for name in versions.Version._fields]
    arrays = [sql.SQL("array_agg(v.{} ORDER BY v.start)").format(moment) for moment in moments]
    return sql.SQL("SELECT ({} LIMIT 1), {} FROM ({}) AS v ({})").format(
        _named_text(collection, question),
        sql.SQL(", ").join(arrays),
        sql.SQL(versions.query(collection).rstrip(";")),
        sql.SQL(", ").join(moments),
    )


def _page(collection: Collection, question: Question, told: sql.Composable, whole: bool) -> sql.Composable:
    """A page: as many features as its limit and one, each with its number `n`; whole, or as their own relation has them."""
    others = _others(collection, question)
    early = any(others) and not _asks(question) & {name for each in others for name in each.columns}
    relation = _relation(collection, question) if early else _beside(_relation(collection, question), others)
    limited = sql.SQL("(SELECT f.*, row_number() OVER () AS n FROM (SELECT f.* FROM {} AS f{} ORDER BY {} LIMIT {}) AS f)").format(
        relation, _where(collection, question), order.by(collection, question), sql.SQL(str(question.limit + 1))
    )
    found = _beside(limited, others) if early and whole else limited
    key = sql.SQL(", ").join(sql.SQL(f"(f.{name})::text") for name, _ in keys(collection, question))
    return _PAGE.format(told=told, key=key, limit=sql.SQL(str(question.limit)), found=found + sql.SQL(" AS f"))


def all_features(collection: Collection, question: Question) -> Statement:
    """Return the statement of all features as text; in no order where none is asked for."""
    return selected(collection, question, [_feature(collection, question)])


def table(collection: Collection, question: Question) -> Statement:
    """Return the statement of a table of all features: the columns :func:`columns` names."""
    drawn = question.system.drawn.format("f.geom")
    text = f"ST_AsText({drawn}, {question.system.decimals})"
    places = (f"ST_X({drawn})", f"ST_Y({drawn})") if collection.geometry == "point" else (text,)
    kinds = collection.by_name
    shown = [f"f.{name}" if kinds[name].queryable else f"f.{name}::text" for name in _shown(collection, question)]
    return selected(collection, question, [sql.SQL(each) for each in ("f.id", *shown, *places)])


def selected(collection: Collection, question: Question, told: Sequence[sql.Composable], *also: sql.Composable) -> Statement:
    """Return the statement of what is told of all features `f`; in no order where none is asked for. `also` are more conditions."""
    return _selected(collection, question, told, also), values(collection, question)


def _selected(
    collection: Collection, question: Question, told: Sequence[sql.Composable], also: Sequence[sql.Composable] = ()
) -> sql.Composed:
    ordered = sql.SQL(" ORDER BY {}").format(order.by(collection, question)) if question.order or question.limit else sql.SQL("")
    limit = sql.SQL(f" LIMIT {question.limit}" if question.limit else "")
    return sql.SQL("SELECT {} FROM {}{}{}").format(sql.SQL(", ").join(told), _found(collection, question, also=also), ordered, limit)


def columns(collection: Collection, question: Question) -> list[str]:
    """Return the columns of a table: id, properties, and where it is, x (longitude, easting) first whatever the system's order is."""
    plane = ["east", "north"] if question.system.decimals < 9 else ["lon", "lat"]
    return ["id", *_shown(collection, question), *(plane if collection.geometry == "point" else ["wkt"])]


def number(collection: Collection, question: Question) -> Statement:
    """Return the statement of how many features there are, on whatever page."""
    return sql.SQL("SELECT count(*) FROM {}").format(_found(collection, question, paged=False)), values(collection, question)


def guess(collection: Collection, question: Question) -> Statement:
    """Return the statement of how many features the planner expects."""
    found = _found(collection, question, paged=False)
    return sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {}").format(found), values(collection, question)


def expected(collection: Collection, question: Question) -> Statement:
    """Return the statement of how many buildings the planner expects in the place asked for."""
    return sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {}").format(buildings()), values(collection, question)


def _feature(collection: Collection, question: Question) -> sql.Composed:
    properties = ", ".join(f"f.{name}" for name in _shown(collection, question))
    drawn, decimals = question.system.told.format("f.geom"), question.system.decimals
    return _FEATURE.format(drawn=sql.SQL(drawn), decimals=sql.SQL(str(decimals)), properties=sql.SQL(properties))


def _shown(collection: Collection, question: Question) -> Sequence[str]:
    return question.properties or tuple(each.name for each in collection.properties)


def _found(collection: Collection, question: Question, paged: bool = True, also: Sequence[sql.Composable] = ()) -> sql.Composed:
    """The relation as f with its conditions."""
    relation = _beside(_relation(collection, question), _others(collection, question))
    return sql.SQL("{} AS f{}").format(relation, _where(collection, question, paged, also))


def _where(collection: Collection, question: Question, paged: bool = True, also: Sequence[sql.Composable] = ()) -> sql.Composable:
    held = [*also, *conditions(collection, question, paged)]
    return sql.SQL(" WHERE {}").format(sql.SQL(" AND ").join(held)) if held else sql.SQL("")


def _relation(collection: Collection, question: Question) -> sql.Composable:
    """The relation asked: of what is, or of what was where that is another."""
    name = collection.then if collection.then and is_past(question) else collection.relation
    return sql.SQL(f"({SQL[name].rstrip(';')})")


def _others(collection: Collection, question: Question) -> Sequence[Beside]:
    """What is to be joined to the relation asked: to that of what was, nothing."""
    return () if collection.then and is_past(question) else collection.beside


def _beside(relation: sql.Composable, others: Sequence[Beside]) -> sql.Composable:
    """A relation with what others say beside."""
    if not others:
        return relation
    joined = [sql.SQL(f" LEFT JOIN ({SQL[each.query].rstrip(';')}) AS {each.query} USING ({each.by})") for each in others]
    return sql.SQL("(SELECT * FROM {} AS own{})").format(relation, sql.Composed(joined))


def _asks(question: Question) -> set[str]:
    """The columns a question puts its conditions to, as far as they may lie beside."""
    within = {"unit_id"} if question.units is not None else set()
    return {each.name for each in question.order} | (set(question.only.names) if question.only else set()) | within


def _written(write: Callable[[Collection, Question], sql.Composable], collection: Collection, question: Question) -> str:
    """The text of a statement: written once for all questions of its kind, which takes longer than to answer one."""
    kind = (write, collection.id, *_kind(question))
    text = _WRITTEN.get(kind)
    if text is None:
        if len(_WRITTEN) >= _MOST:
            _WRITTEN.clear()
        text = _WRITTEN[kind] = write(collection, question).as_string(None)
    return text


def _kind(question: Question) -> tuple[Hashable, ...]:
    """What of a question is in the words of its statement, and not in the values."""
    given = (question.ids, question.area, question.units, question.q)
    only = question.only and (question.only.condition.text.as_string(None), question.only.names)
    after = question.after and tuple(value is None for value in question.after)
    said = (question.few, is_past(question), question.properties, question.order, question.limit, question.system.uri)
    return (*(each is None for each in given), only, after, *said)
