"""What a collection is, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from ..cql2.model import Queryable, Type, by_name


@dataclass(frozen=True)
class Property:
    """A property of features.

    Parameters
    ----------
    name
        Of the property, and of its column in the relation.
    type
        Of its values. One of ARRAY is a JSON object and may neither be asked of nor sorted by.
    title, title_en
        For people.
    unit
        Of measure; "" where there is none.
    values
        All it can be, None where that is anything.
    whole
        Of a number: whether it has no decimals.
    sortable
        Whether features may be put in its order.
    role
        What it is to a client that knows no names. Source: OGC 23-058r2, x-ogc-role.
    """

    name: str
    type: Type
    title: str
    title_en: str
    unit: str = ""
    values: tuple[str, ...] | None = None
    whole: bool = True
    sortable: bool = True
    role: str = ""

    @property
    def queryable(self) -> bool:
        """Whether it may be asked of."""
        return self.type is not Type.ARRAY

    @property
    def schema(self) -> dict[str, Any]:
        """The property as JSON Schema."""
        kinds = {
            Type.TEXT: {"type": "string"},
            Type.NUMBER: {"type": "integer" if self.whole else "number"},
            Type.BOOLEAN: {"type": "boolean"},
            Type.DATE: {"type": "string", "format": "date"},
            Type.TIMESTAMP: {"type": "string", "format": "date-time"},
            Type.ARRAY: {"type": "object"},
        }
        said = {"title": f"{self.title} {self.title_en}", **kinds[self.type]}
        more = {"x-ogc-unit": self.unit, "x-ogc-role": self.role, "enum": list(self.values or ())}
        return said | {name: value for name, value in more.items() if value}


class Beside(NamedTuple):
    """What another table says of features: the query of it, which of their columns it goes by, and the columns it adds.

    It says something of each at most once: features are neither more nor fewer with it.
    """

    query: str
    by: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Collection:
    """A collection of features.

    Parameters
    ----------
    id
        Its name in addresses.
    relation
        Of the query that has its features as rows: `id`, `geom` (EPSG:4490), the columns of the key, and of the properties.
    geometry
        point, polygon, multipolygon or any.
    key
        Columns that tell features apart, in the order in which they lie in an index: the order of lists.
    named
        Condition for features of some ids: takes `ids` and `zones`, of grids and objects `numbers`.
    beside
        What others say of the features of its relation; of those of `then` that is in it.
    near
        Condition for features that meet an area: takes `area` (EWKB, hexadecimal).
    within
        Condition for features in some of the lowest units: takes `units`; None where row-level security is about nothing here.
    through
        Condition for features of some buildings, for those that lie in none of their own tables' index: takes `buildings`, a statement. It
        stands for `near` and `within` where the buildings there are few.
    searched
        Condition for features that hold a text: takes `q`, a pattern of LIKE.
    given
        What the relation takes besides.
    located
        (table, column) whose spatial index knows how far features reach; None for the grids, whose edition does.
    dated
        (table, column) of the first day of features; None for the grids.
    keeps_past
        Whether it holds what is no more: that is left out unless a time is named, or its status asked of.
    past_by_id
        Whether what is no more is nevertheless answered under its id.
    then
        Relation of the query that has its features as they were, where they are not dated one by one; and
    near_then
        its condition for features that meet an area.
    believed
        Whether it is known what was believed when.
    of_departments
        Whether a department sees what it has something to do about wherever that lies: row-level security alone says what it sees.
    guarded
        Whether some of its features are not public, so that it is told of the city how far it reaches.
    """

    id: str
    title: str
    title_en: str
    description: str
    relation: str
    geometry: str
    properties: tuple[Property, ...]
    key: tuple[str, ...]
    named: str
    searched: str
    beside: tuple[Beside, ...] = ()
    near: str = "f.geom && {area} AND ST_Intersects(f.geom, {area})"
    within: str | None = None
    through: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    located: tuple[str, str] | None = None
    dated: tuple[str, str] | None = None
    keeps_past: bool = False
    past_by_id: bool = False
    then: str | None = None
    near_then: str | None = None
    believed: bool = False
    of_departments: bool = False
    guarded: bool = False

    @cached_property
    def by_name(self) -> dict[str, Property]:
        """Its properties by name."""
        return {each.name: each for each in self.properties}

    @property
    def leading(self) -> str:
        """The column in whose order features lie: a zone is the beginning of every code."""
        return next(name for name in self.key if name != "zone")

    @cached_property
    def queryables(self) -> dict[str, Queryable]:
        """What filters may ask of, by name; the geometry is called `geometry`."""
        asked = (Queryable(each.name, each.type, f"f.{each.name}", each.values) for each in self.properties if each.queryable)
        return by_name((Queryable("geometry", Type.GEOMETRY, "f.geom"), *asked))

    @property
    def sortables(self) -> tuple[str, ...]:
        """What features may be sorted by."""
        return tuple(each.name for each in self.properties if each.sortable and each.queryable)


class Page(NamedTuple):
    """Features as GeoJSON in one text, commas between, how many, and after which key the next page begins; None where there is none."""

    features: str
    returned: int
    next: tuple[str | None, ...] | None


class Extent(NamedTuple):
    """How far features reach: west, south, east, north in degrees, and their first moment; None where nothing is known."""

    bounds: tuple[float, float, float, float] | None
    start: date | datetime | None
