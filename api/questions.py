"""What a request asks of a collection: its parameters, and the question they make."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, TypeVar

from starlette.requests import Request

from gridgeo.cql2 import json, text
from gridgeo.cql2.model import Joined, Literal, Predicate, Type
from gridgeo.cql2.model import Property as Named
from gridgeo.features import collections, statements, systems
from gridgeo.features.model import Collection, Property
from gridgeo.features.question import Filter, Order, Question, filtered
from gridgeo.moments import CHINA

from . import areas, cursors, events, ogc
from .parameters import Parameter, Query, capped, matching, moment, number, one_of, pairs, suggestion
from .periods import DATETIME, RECORDED, without_time
from .problems import Fault, InvalidRequest

T = TypeVar("T")

#: Features on a page.
MOST, USUAL = 10_000, 100
_MOST_IDS = 100
#: The id of a feature; what is written otherwise is none.
ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}", re.ASCII)
_TEXT, _JSON = "cql2-text", "cql2-json"


@dataclass(frozen=True)
class Listed(Parameter):
    """A parameter that is a list with commas between."""

    def as_dict(self) -> dict[str, Any]:
        """Return the parameter object, with how the list is written."""
        return {**super().as_dict(), "style": "form", "explode": False}


def _words(most: int) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        words = tuple(dict.fromkeys(text.split(",")))
        if len(words) > most or not all(words):
            raise ValueError(f"is no list of 1 to {most} words with commas between")
        return words

    return read


def _q(text: str) -> str:
    if not 2 <= len(text.strip()) <= 60:
        raise ValueError("is no text of 2 to 60 characters")
    return text.strip()


_SYSTEM = {"type": "string", "format": "uri", "enum": [system.uri for system in systems.SYSTEMS], "default": systems.CRS84.uri}
_ORDER_OF_AXES = "EPSG 4326 and 4490 have latitude first, 4547 the northing, as their definitions do; CRS84 and 3857 have x first"

#: Its value is None where none is given: some forms of the answer are then of all features.
LIMIT = replace(capped(f"So many features at most on a page; more than {MOST} is taken for {MOST}.", MOST, USUAL), default=None)
BBOX = Listed(
    "bbox",
    "Only what meets this box: its lower and upper corner in the order of axes of bbox-crs, or six numbers with the lowest and highest "
    "height, which are not looked at. In degrees, a west greater than the east crosses the antimeridian.",
    areas.corners,
    {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
)
BBOX_CRS = Parameter("bbox-crs", f"System of bbox. {_ORDER_OF_AXES}.", systems.named, _SYSTEM, systems.CRS84)
CRS = Parameter("crs", f"System of the answer. {_ORDER_OF_AXES}.", systems.named, _SYSTEM, systems.CRS84)
FILTER = Parameter(
    "filter",
    "Only features this CQL2 filter lets through; /collections/{collectionId}/queryables says what may be asked of.",
    str,
    {"type": "string"},
)
_LANGUAGES = {"type": "string", "enum": [_TEXT, _JSON], "default": _TEXT}
LANGUAGE = Parameter("filter-lang", "Language of filter.", one_of(_TEXT, _JSON), _LANGUAGES, _TEXT)
FILTER_CRS = Parameter("filter-crs", f"System of geometries in filter. {_ORDER_OF_AXES}.", systems.named, _SYSTEM, systems.CRS84)
_WORDS = {"type": "array", "items": {"type": "string"}}
PROPERTIES = Listed("properties", "Only these properties, with commas between.", _words(100), _WORDS)
SORTBY = Listed(
    "sortby",
    "Properties to sort by, with commas between; a - before one turns it round. What is not known comes last.",
    _words(5),
    _WORDS,
)
Q = Parameter("q", "A part of a name, or of a code.", _q, {"type": "string", "minLength": 2, "maxLength": 60})
IDS = Listed("ids", "Only features of these ids, with commas between.", _words(_MOST_IDS), _WORDS)
COUNT = Parameter(
    "count",
    "Whether numberMatched is told: exact counts, which takes time; estimate is what the database expects.",
    one_of("none", "estimate", "exact"),
    {"type": "string", "enum": ["none", "estimate", "exact"], "default": "none"},
    "none",
)
CURSOR = Parameter(
    "cursor",
    "Where the list goes on; only as the link next of the page before has it.",
    matching("[A-Za-z0-9_-]{14,1500}", "is no cursor: take the link next of the page before as it is"),
    {"type": "string", "pattern": "^[A-Za-z0-9_-]{14,1500}$"},
)
FORMS = ("json", "html", "geojsonseq", "csv")
FORM = Parameter(
    "f",
    "Form of the answer; it goes before the Accept header. geojsonseq and csv are of all features where no limit is given.",
    one_of(*FORMS),
    {"type": "string", "enum": list(FORMS)},
)

_ALL = (
    ogc.COLLECTION,
    LIMIT,
    BBOX,
    DATETIME,
    RECORDED,
    BBOX_CRS,
    CRS,
    FILTER,
    LANGUAGE,
    FILTER_CRS,
    PROPERTIES,
    SORTBY,
    Q,
    IDS,
    COUNT,
    CURSOR,
    FORM,
)


def _equal(asked: Property) -> Parameter:
    """The parameter of a property: features have it so. Source: OGC 19-079r2, queryables as query parameters."""
    schema = {name: said for name, said in asked.schema.items() if name in ("type", "format")}
    return Parameter(asked.name, f"Only features whose {asked.title_en.lower()} ({asked.title}) is this.", _VALUES[asked.type], schema)


def _day(text: str) -> date:
    return moment(without_time(text)).astimezone(CHINA).date()


_VALUES = {Type.TEXT: str, Type.NUMBER: number, Type.DATE: _day, Type.TIMESTAMP: moment}

#: What the list of each collection takes.
TAKEN = {
    each.id: Query(*_ALL, *(_equal(asked) for asked in each.properties if asked.queryable)) for each in collections.COLLECTIONS.values()
}
#: What lists take of whichever collection.
ITEMS = Query(*{each.name: each for query in TAKEN.values() for each in query.parameters}.values())
#: What does not decide which features a list has, nor their order.
_BESIDE = {"cursor", "limit", "f", "count", "properties", "crs"}


def question(request: Request, collection: Collection, asked: SimpleNamespace) -> Question:
    """Return the question a request asks of a collection; raises InvalidRequest with all that is wrong."""
    faults: list[Fault] = []

    def read(name: str, rule: Callable[[Any], T]) -> T | None:
        given = getattr(asked, name)
        try:
            return None if given is None else rule(given)
        except ValueError as error:
            faults.append(Fault(name, "invalid-parameter", str(error)))
            return None

    area = read("bbox", lambda numbers: systems.box(numbers, getattr(asked, "bbox-crs")))
    only = read("filter", lambda given: _filter(collection, given, asked)) or _filter(collection, None, asked)
    area = only.reach if area is None and only is not None else area
    made = Question(
        ids=asked.ids,
        period=asked.datetime,
        recorded=read("recorded", lambda moment: believed(collection, moment)),
        area=area,
        units=None if faults else ogc.units(request, collection, area),
        only=only,
        q=asked.q,
        properties=read("properties", lambda names: _known(names, collection.by_name)),
        order=read("sortby", lambda words: _order(words, collection)) or (),
        limit=asked.limit,
        system=asked.crs,
        public=not events.works(request),
    )
    after = read("cursor", lambda given: cursors.opened(given, len(statements.keys(collection, made)), *bound_of(request, collection)))
    if faults:
        raise InvalidRequest(faults)
    return made if after is None else replace(made, after=after)


def believed(collection: Collection, moment: datetime | None) -> datetime | None:
    """Return the moment whose beliefs are asked for; raises ValueError for a collection of which they are not kept."""
    if moment is not None and not collection.believed:
        there = ", ".join(each.id for each in collections.COLLECTIONS.values() if each.believed)
        raise ValueError(
            f"is not for {collection.id}: what was believed when is kept of {there} alone; datetime= asks for what was valid then"
        )
    return moment


def kept(collection: Collection, moment: datetime | None) -> datetime | None:
    """Return what :func:`believed` does; raises InvalidRequest."""
    try:
        return believed(collection, moment)
    except ValueError as error:
        raise InvalidRequest([Fault("recorded", "invalid-parameter", str(error))]) from None


def bound_of(request: Request, collection: Collection) -> tuple:
    """Return what a list is asked for, whichever page of it and in whichever form."""
    return collection.id, tuple(sorted((name, given) for name, given in pairs(request) if name not in _BESIDE))


def _filter(collection: Collection, given: str | None, asked: SimpleNamespace) -> Filter | None:
    """What is to hold: a filter, and that properties are what the parameters of their names say."""
    named = ((each.name, getattr(asked, each.name)) for each in collection.properties if each.queryable)
    equal = tuple((name, value) for name, value in named if value is not None)
    if given is None and not equal:
        return None
    return _meant(collection.id, getattr(asked, "filter-lang"), given, equal, getattr(asked, "filter-crs"))


@lru_cache(maxsize=256)
def _meant(collection_id: str, language: str, given: str | None, equal: tuple[tuple[str, Any], ...], system: systems.System) -> Filter:
    """The same, kept: who pages through what a filter lets through asks with it again and again."""
    collection = collections.find(collection_id)
    said = [] if given is None else [(json if language == _JSON else text).parse(given, collection.queryables)]
    whole = [*said, *(Predicate("=", (Named(name), Literal(value))) for name, value in equal)]
    return filtered(collection, whole[0] if len(whole) == 1 else Joined("AND", tuple(whole)), system)


def _order(words: tuple[str, ...], collection: Collection) -> tuple[Order, ...]:
    orders = tuple(Order(word.lstrip("+- "), word.startswith("-")) for word in words)
    _known([order.name for order in orders], collection.sortables)
    if len({order.name for order in orders}) < len(orders):
        raise ValueError("names a property twice")
    return orders


def _known(names, known) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            raise ValueError(f"names what is not one of {', '.join(known)}{suggestion(name, known)}")
    return tuple(names)
