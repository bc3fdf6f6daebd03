"""In which order features are told, and what comes after one of them."""

from __future__ import annotations

from psycopg2 import sql

from .model import Collection
from .question import Question


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


def by(collection: Collection, question: Question) -> sql.Composable:
    """Return what features `f` are put in order by."""
    if in_own_order(collection, question):
        return sql.SQL(", ").join(sql.SQL(f"f.{name}{' DESC' * down}") for name, down in keys(collection, question))
    return sql.SQL(", ").join(sql.SQL(f"f.{name} {'DESC' if down else 'ASC'} NULLS LAST") for name, down in keys(collection, question))


def after(collection: Collection, question: Question) -> sql.Composable:
    """Return what holds of features after a key, its values `after_0` and so on; in their own order one comparison, for an index."""
    ordered, values = keys(collection, question), question.after
    places = [sql.Placeholder(f"after_{i}") for i in range(len(values))]
    if in_own_order(collection, question):
        names = sql.SQL(", ").join(sql.SQL(f"f.{name}") for name in collection.key)
        beyond = sql.SQL("({}) < ({})" if ordered[0][1] else "({}) > ({})")
        return beyond.format(names, sql.SQL(", ").join(places))
    later = []
    for i, ((name, down), value) in enumerate(zip(ordered, values, strict=True)):
        if value is not None:  # after what is not known comes nothing
            same = [_same(*each) for each in zip(ordered[:i], values[:i], places[:i], strict=True)]
            beyond = sql.SQL(f"(f.{name} {'<' if down else '>'} {{0}} OR f.{name} IS NULL)").format(places[i])
            later.append(sql.SQL(" AND ").join([*same, beyond]))
    return sql.SQL("({})").format(sql.SQL(" OR ").join(later))


def _same(key: tuple[str, bool], value: str | None, place: sql.Placeholder) -> sql.Composable:
    return sql.SQL(f"f.{key[0]} IS NULL") if value is None else sql.SQL(f"f.{key[0]} = {{}}").format(place)
