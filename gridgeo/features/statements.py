"""The statement a question makes: one relation, its conditions, an order, and features written as GeoJSON by the database.

Names come from the collection alone, never from a caller; what a caller gives is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import shapely
from psycopg2 import sql

from ..db import queries
from ..moments import CHINA
from .model import Collection
from .question import Period, Question

SQL = queries.load(__package__)

_AREA = sql.SQL("ST_GeomFromWKB(decode(%(area)s, 'hex'), 4490)")
_FEATURE = sql.SQL(
    """'{{"type":"Feature","id":' || to_json(f.id) || ',"geometry":' || coalesce(ST_AsGeoJSON({drawn}, {decimals}, 0), 'null') """
    """|| ',"properties":' || (SELECT row_to_json(p) FROM (SELECT {properties}) AS p) || '}}'"""
)
_ID = sql.SQL("f.id::text")

#: Digits of a code that say where it was issued: tables of the address base are kept by them.
_ZONE = 12

Statement = tuple[sql.Composed, dict[str, Any]]


def features(collection: Collection, question: Question) -> Statement:
    """Return the statement of a page: each feature as text, and its key as texts, for one more than the limit."""
    return _page(collection, question, _feature(collection, question))


def names(collection: Collection, question: Question) -> Statement:
    """Return the statement of a page of ids, and the keys, as :func:`features` does."""
    return _page(collection, question, _ID)


def told(collection: Collection, question: Question) -> Statement:
    """Return the statement of features with their ids, in no order."""
    return selected(collection, question, [_ID, _feature(collection, question)])


def _page(collection: Collection, question: Question, told: sql.Composable) -> Statement:
    found, given = _found(collection, question)
    key = [sql.SQL(f"(f.{name})::text") for name, _ in keys(collection, question)]
    statement = sql.SQL("SELECT {} FROM {} ORDER BY {} LIMIT {}").format(
        sql.SQL(", ").join([told, *key]), found, _order(collection, question), sql.Literal(question.limit + 1)
    )
    return statement, given


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
    found, given = _found(collection, question, also=also)
    order = sql.SQL(" ORDER BY {}").format(_order(collection, question)) if question.order or question.limit else sql.SQL("")
    limit = sql.SQL(" LIMIT {}").format(sql.Literal(question.limit)) if question.limit else sql.SQL("")
    return sql.SQL("SELECT {} FROM {}{}{}").format(sql.SQL(", ").join(told), found, order, limit), given


def columns(collection: Collection, question: Question) -> list[str]:
    """Return the columns of a table: id, properties, and where it is, x (longitude, easting) first whatever the system's order is."""
    plane = ["east", "north"] if question.system.decimals < 9 else ["lon", "lat"]
    return ["id", *_shown(collection, question), *(plane if collection.geometry == "point" else ["wkt"])]


def number(collection: Collection, question: Question) -> Statement:
    """Return the statement of how many features there are, on whatever page."""
    found, given = _found(collection, question, paged=False)
    return sql.SQL("SELECT count(*) FROM {}").format(found), given


def guess(collection: Collection, question: Question) -> Statement:
    """Return the statement of how many features the planner expects."""
    found, given = _found(collection, question, paged=False)
    return sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {}").format(found), given


def buildings(question: Question) -> Statement:
    """Return the statement of how many buildings the planner expects in the place asked for."""
    found, given = _buildings(question)
    return sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {}").format(found), given


def _feature(collection: Collection, question: Question) -> sql.Composed:
    properties = ", ".join(f"f.{name}" for name in _shown(collection, question))
    drawn, decimals = question.system.told.format("f.geom"), question.system.decimals
    return _FEATURE.format(drawn=sql.SQL(drawn), decimals=sql.Literal(decimals), properties=sql.SQL(properties))


def _shown(collection: Collection, question: Question) -> Sequence[str]:
    return question.properties or tuple(each.name for each in collection.properties)


def _found(collection: Collection, question: Question, paged: bool = True, also: Sequence[sql.Composable] = ()) -> Statement:
    """The relation as f with its conditions."""
    given = {**collection.given, **_times(collection, question)}
    conditions = list(also)
    for condition, values in _conditions(collection, question, paged):
        conditions.append(condition)
        given.update(values)
    relation = sql.SQL(f"({SQL[_relation(collection, question)].rstrip(';')}) AS f")
    if not conditions:
        return sql.Composed([relation]), given
    return sql.SQL("{} WHERE {}").format(relation, sql.SQL(" AND ").join(conditions)), given


def _relation(collection: Collection, question: Question) -> str:
    """The relation asked: of what is, or of what was where that is another."""
    return collection.then if collection.then and _past(question) else collection.relation


def _past(question: Question) -> bool:
    return question.period is not None or question.recorded is not None


def _conditions(collection: Collection, question: Question, paged: bool) -> Iterator[tuple[sql.Composable, dict[str, Any]]]:
    if question.ids is not None:
        yield _said(collection.named), _named(question.ids)
    yield from _placed(collection, question)
    if question.q is not None:
        yield _said(collection.searched), {"q": f"%{_escaped(question.q)}%"}
    if question.only is not None:
        yield question.only.condition.text, question.only.condition.parameters
    if paged and question.after is not None:
        yield _after(collection, question), {}


def _placed(collection: Collection, question: Question) -> Iterator[tuple[sql.Composable, dict[str, Any]]]:
    """Where features are to lie: asked of each, or of the few buildings that are there."""
    if collection.through is not None and question.few:
        buildings, given = _buildings(question)
        yield sql.SQL(collection.through).format(buildings=sql.SQL("SELECT b.building_code FROM {}").format(buildings)), given
        return
    if question.area is not None:
        near = collection.near_then if collection.near_then and _past(question) else collection.near
        yield _said(near), {"area": shapely.to_wkb(question.area, hex=True)}
    if question.units is not None and collection.within is not None:
        yield _said(collection.within), {"units": list(question.units)}


def _buildings(question: Question) -> Statement:
    """The buildings in the place asked for."""
    given = {
        "area": None if question.area is None else shapely.to_wkb(question.area, hex=True),
        "units": None if question.units is None else list(question.units),
    }
    return sql.SQL("({}) AS b").format(sql.SQL(SQL["there"].rstrip(";"))), given


def _said(condition: str) -> sql.Composed:
    """A condition of a collection, its parameters in place."""
    types = {"ids": "text[]", "zones": "text[]", "codes": "text[]", "numbers": "bigint[]", "units": "bigint[]", "q": "text"}
    places = {name: sql.SQL(f"%({name})s::{kind}") for name, kind in types.items()}
    return sql.SQL(condition).format(area=_AREA, **places)


def _named(ids: Iterable[str]) -> dict[str, list]:
    """Ids as the conditions take them: whole, the zones and the codes they begin with, and as numbers where they are some."""
    bare = [text.removeprefix("u") for text in ids]
    numbers = [int(text) for text in bare if text.isascii() and text.isdigit() and len(text) < 19 and text[0] != "0"]
    codes = [text.partition("-")[0] for text in ids]
    return {"ids": list(ids), "zones": sorted({text[:_ZONE] for text in ids}), "codes": codes, "numbers": numbers}


def _times(collection: Collection, question: Question) -> dict[str, Any]:
    """The time a relation is asked for, as days and as instants, and whether what is no more is left out: of today, or of any time."""
    now = datetime.now(UTC)
    period = question.period or Period(now, now)
    days = [moment and moment.astimezone(CHINA).date() for moment in period]
    named = question.ids is not None and collection.past_by_id
    speaks = question.only is not None and "status" in question.only.names
    listed = collection.keeps_past and not named and not speaks
    current = listed and question.period is None
    moments = {"start": period.start, "end": period.end, "recorded": question.recorded}
    return {**moments, "first": days[0], "last": days[1], "current": current, "listed": listed}


def keys(collection: Collection, question: Question) -> list[tuple[str, bool]]:
    """The columns features are in the order of, and whether each goes down: those asked for, and those that tell features apart."""
    if in_own_order(collection, question):
        return [(name, bool(question.order) and question.order[0].descending) for name in collection.key]
    wanted = [(order.name, order.descending) for order in question.order]
    return wanted + [(name, False) for name in collection.key if name not in dict(wanted)]


def in_own_order(collection: Collection, question: Question) -> bool:
    """Return whether features are wanted in the order in which they lie in an index, up or down."""
    order = question.order
    return not order or (order[0].name == collection.leading and (len(order) == 1 or collection.leading == collection.key[-1]))


def _order(collection: Collection, question: Question) -> sql.Composable:
    if in_own_order(collection, question):
        return sql.SQL(", ").join(sql.SQL(f"f.{name}{' DESC' * down}") for name, down in keys(collection, question))
    return sql.SQL(", ").join(sql.SQL(f"f.{name} {'DESC' if down else 'ASC'} NULLS LAST") for name, down in keys(collection, question))


def _after(collection: Collection, question: Question) -> sql.Composable:
    """What comes after a key. In the collection's own order that is one comparison, which an index answers."""
    ordered, values = keys(collection, question), question.after
    if in_own_order(collection, question):
        names = sql.SQL(", ").join(sql.SQL(f"f.{name}") for name in collection.key)
        beyond = sql.SQL("({}) < ({})" if ordered[0][1] else "({}) > ({})")
        return beyond.format(names, sql.SQL(", ").join(map(sql.Literal, values)))
    later = []
    for i, ((name, down), value) in enumerate(zip(ordered, values, strict=True)):
        if value is not None:  # after what is not known comes nothing
            same = [_same(*each) for each in zip(ordered[:i], values[:i], strict=True)]
            beyond = sql.SQL(f"(f.{name} {'<' if down else '>'} {{0}} OR f.{name} IS NULL)").format(sql.Literal(value))
            later.append(sql.SQL(" AND ").join([*same, beyond]))
    return sql.SQL("({})").format(sql.SQL(" OR ").join(later))


def _same(key: tuple[str, bool], value: str | None) -> sql.Composable:
    return sql.SQL(f"f.{key[0]} IS NULL") if value is None else sql.SQL(f"f.{key[0]} = {{}}").format(sql.Literal(value))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
