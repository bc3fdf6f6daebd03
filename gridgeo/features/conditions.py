"""What a question asks of the features of a relation: conditions of `f`, and apart from these the values they take.

A condition depends on which parts of a question there are, a value on what they say: so that a statement is written once for many
questions (:mod:`.statements`). Names come from the collection alone, never from a caller; what a caller gives is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import shapely
from psycopg2 import sql

from ..db import queries
from ..geo import crs
from ..moments import CHINA
from . import order
from .model import Collection
from .question import Period, Question

SQL = queries.load(__package__)

_TYPES = {
    **dict.fromkeys(("ids", "zones", "codes"), "text[]"),
    **dict.fromkeys(("numbers", "units"), "bigint[]"),
    **{"q": "text", "area": "geometry"},
}
_PLACES = {name: sql.SQL(f"%({name})s::{kind}") for name, kind in _TYPES.items()}

#: Digits of a code that say where it was issued: tables of the address base are kept by them.
_ZONE = 12


def conditions(collection: Collection, question: Question, paged: bool) -> Iterator[sql.Composable]:
    """Yield what is to hold of features."""
    if question.ids is not None:
        yield _said(collection.named)
    yield from _placed(collection, question)
    if question.q is not None:
        yield _said(collection.searched)
    if question.only is not None:
        yield question.only.condition.text
    if paged and question.after is not None:
        yield order.after(collection, question)


def values(collection: Collection, question: Question) -> dict[str, Any]:
    """Return what the conditions, and the relation, take."""
    given = {**collection.given, **_times(collection, question), "area": None, "units": None, "public": question.public}
    if question.ids is not None:
        given |= _named(question.ids)
    if question.area is not None:
        given["area"] = shapely.to_wkb(shapely.set_srid(question.area, crs.STORAGE), hex=True, include_srid=True)
    if question.units is not None:
        given["units"] = list(question.units)
    if question.q is not None:
        given["q"] = f"%{_escaped(question.q)}%"
    if question.only is not None:
        given |= question.only.condition.parameters
    if question.after is not None:
        given |= {f"after_{i}": value for i, value in enumerate(question.after)}
    return given


def buildings() -> sql.Composed:
    """Return the buildings `b` in the place asked for."""
    return sql.SQL("({}) AS b").format(sql.SQL(SQL["there"].rstrip(";")))


def is_past(question: Question) -> bool:
    """Return whether it is asked of what was, or was believed."""
    return question.period is not None or question.recorded is not None


def _placed(collection: Collection, question: Question) -> Iterator[sql.Composable]:
    """Where features are to lie: asked of each, or of the few buildings that are there."""
    if collection.through is not None and question.few:
        yield sql.SQL(collection.through).format(buildings=sql.SQL("SELECT b.building_code FROM {}").format(buildings()))
        return
    if question.area is not None:
        yield _said(collection.near_then if collection.near_then and is_past(question) else collection.near)
    if question.units is not None and collection.within is not None:
        yield _said(collection.within)


def _said(condition: str) -> sql.Composable:
    """A condition of a collection, its parameters in place."""
    return sql.SQL(condition).format(**_PLACES)


def _named(ids: Iterable[str]) -> dict[str, list]:
    """Ids as the conditions take them: whole, the zones and the codes they begin with, and as numbers where they are some."""
    bare = [text.removeprefix("u") for text in ids]
    numbers = [int(text) for text in bare if text.isascii() and text.isdigit() and len(text) < 19 and text[0] != "0"]
    codes = [text.partition("-")[0] for text in ids]
    return {"ids": list(ids), "zones": sorted({text[:_ZONE] for text in ids}), "codes": codes, "numbers": numbers}


def _times(collection: Collection, question: Question) -> dict[str, Any]:
    """The time a relation is asked for, as days and as instants, and whether what is no more is left out: of today, or of any time.

    `since` and `until` are for what has one moment, from which on it is: who asks for it by its id asks whether it was there.
    """
    now = datetime.now(UTC)
    period = question.period or Period(now, now)
    days = [moment and moment.astimezone(CHINA).date() for moment in period]
    named = question.ids is not None and collection.past_by_id
    speaks = question.only is not None and "status" in question.only.names
    listed = collection.keeps_past and not named and not speaks
    current = listed and question.period is None
    moments = {"start": period.start, "end": period.end, "recorded": question.recorded}
    since, until = question.period or (None, None)
    moments |= {"since": None if question.ids is not None else since, "until": until}
    return {**moments, "first": days[0], "last": days[1], "current": current, "listed": listed}


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
