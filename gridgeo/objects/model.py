"""What a category, a tree of categories and a managed object are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from ..hierarchy.model import Outcome

#: What `object_count` calls the unit of those that lie in none.
NOWHERE = 0


class Status(StrEnum):
    """What became of an object. Only the standing ones are counted and drawn, unless asked otherwise."""

    PLANNED = "planned"
    IN_USE = "in_use"
    DAMAGED = "damaged"
    OUT_OF_SERVICE = "out_of_service"
    MISSING = "missing"
    REMOVED = "removed"

    @property
    def standing(self) -> bool:
        """Whether it is out there."""
        return self in STANDING


#: The statuses of what is out there.
STANDING = (Status.IN_USE, Status.DAMAGED, Status.OUT_OF_SERVICE)


class GeometryKind(StrEnum):
    """What an object of a category is drawn as."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


class ValueKind(StrEnum):
    """What the value of an attribute is."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True)
class Attribute:
    """What is known of the objects of a category besides what is known of all.

    Parameters
    ----------
    name
        Under which objects bear it: `height_m`.
    unit
        Of a number; empty where it has none.
    choices
        What a value of kind `choice` may be.
    """

    name: str
    kind: ValueKind
    name_zh: str
    name_en: str
    required: bool = False
    unit: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Department:
    """Who answers for objects (责任部门), by the organisation code their element codes begin with."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Category:
    """What an object is, as one tree says it (类别). It is the same category in every tree by its path.

    Parameters
    ----------
    major, minor, name
        大类, 小类, 名称: names of the third level repeat in real trees, so that only the three together say which it is.
    position
        Its place in the tree, from 1.
    accuracy
        How well its place must be known: A 0.5 m, B 1 m, C 10 m.
    inspection_days
        How often it is to be looked at; None where nobody says.
    gone
        It stands in no tree that is valid now. Its objects keep it.
    """

    category_id: int
    major: str
    minor: str
    name: str
    path: str
    position: int
    major_en: str
    minor_en: str
    name_en: str
    geometry_kind: GeometryKind
    department_code: str | None
    accuracy: str
    inspection_days: int | None
    symbol: str
    colour: str
    attributes: tuple[Attribute, ...] = ()
    gone: bool = False


@dataclass(frozen=True)
class Tree:
    """One version of all categories, in their order. Its period is half-open; both ends None is a draft."""

    tree_id: int
    name: str
    source: str
    digest: str
    valid_from: datetime | None
    valid_to: datetime | None
    created_at: datetime
    categories: tuple[Category, ...] = ()
    departments: Mapping[str, Department] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[int, Category]:
        """Every category by its number."""
        return {category.category_id: category for category in self.categories}

    @cached_property
    def by_path(self) -> dict[str, Category]:
        """Every category by its full path."""
        return {category.path: category for category in self.categories}

    @cached_property
    def majors(self) -> tuple[str, ...]:
        """The major classes in their order."""
        return tuple(dict.fromkeys(category.major for category in self.categories))


@dataclass(frozen=True)
class ManagedObject:
    """A managed object (部件) as it is known today.

    Parameters
    ----------
    object_id
        Our number of it, for ever.
    element_code
        Its department's code of it: organisation code and a number of their own. Source: SZDB/Z 281-2017.
    lon, lat
        Where it is, degrees, EPSG:4490; of a line its middle, of a polygon a point on it.
    floor
        The floor it is on, where it is in a building; none is 0.
    place
        The building (19) or house (25) it belongs to.
    since
        From when on its status, category and place are as they are.
    shape
        The line or polygon, shapely, EPSG:4490; None for a point.
    unit_id, outcome
        The lowest unit it lies in, in the governance edition valid now, and how; None while that is not said.
    """

    object_id: int
    element_code: str
    category_id: int
    status: Status
    name: str | None
    lon: float
    lat: float
    floor: int | None
    place: str | None
    inspected_on: date | None
    attributes: Mapping[str, Any]
    since: date
    source: str
    recorded_at: datetime
    shape: Any = None
    unit_id: int | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Change:
    """What an object was at a time: its category, status and place.

    Valid from a day to another (None: still); believed from a moment to another (None: still). One that begins and ends on the
    same day was corrected: it never was so.
    """

    category_id: int
    status: Status
    lon: float
    lat: float
    valid_from: date | None
    valid_to: date | None
    recorded_from: datetime
    recorded_to: datetime | None
    source: str


@dataclass(frozen=True)
class Where:
    """Which objects are meant: those to which all that is given applies.

    Parameters
    ----------
    units
        Lowest units (unit_id) of the governance edition valid now.
    polygon
        A shapely polygon or multipolygon, EPSG:4490; its border belongs to it.
    q
        The beginning of the element code, its department's nine characters at least, a digit among them; or a part of the name.
    only
        What a filter (:func:`.filters.parse`) lets through.
    """

    units: Sequence[int] | None = None
    polygon: Any = None
    categories: Sequence[int] | None = None
    statuses: Sequence[str] | None = None
    q: str | None = None
    only: Any = None
