"""What answers about managed objects look like, for the OpenAPI document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from .schemas import Brief, Link, Schema

_STATUS = "planned, in_use, damaged, out_of_service, missing, removed."


class Department(Schema):
    """Who answers for objects of a category."""

    code: str = Field(description="Its organisation code: what element codes begin with.")
    name_zh: str
    name_en: str


class Attribute(Schema):
    """What objects of a category may have besides."""

    name: str
    kind: Literal["text", "integer", "number", "date", "choice"]
    required: bool | None = None
    unit: str | None = None
    choices: list[str] | None = None
    name_zh: str | None = None
    name_en: str | None = None


class CategoryBrief(Schema):
    """A category in short."""

    category_id: int
    path: str = Field(description="Major class, minor class and name with / between: what it is known by.")
    name: str
    name_en: str
    symbol: str
    colour: str = Field(description="#rrggbb")


class Category(CategoryBrief):
    """A category of managed objects (类别)."""

    geometry_kind: Literal["point", "line", "polygon"]
    department: Department | None
    accuracy: Literal["A", "B", "C"] = Field(description="Where they are is known to 0.5 m (A), 1 m (B), 10 m (C).")
    inspection_days: int | None = Field(description="Days from one inspection to the next.")
    attributes: list[Attribute]


class SignedCategory(Category):
    """A category of the tree valid now, with what stands in its symbol on the map."""

    sign: str = Field(description="What stands in its symbol: one character that tells it from others of its major class.")
    sign_en: str = Field(description="The same in English: one or two letters.")


class Minor(Schema):
    """A minor class (小类)."""

    minor: str
    minor_en: str
    categories: list[SignedCategory]


class Major(Schema):
    """A major class (大类)."""

    major: str
    major_en: str
    colour: str = Field(description="That of its first category.")
    minors: list[Minor]


class TreeBrief(Schema):
    """The tree of categories valid now."""

    tree_id: int
    name: str
    source: str
    valid_from: datetime | None
    categories: int


class StatusTold(Schema):
    """What may be said of an object's state."""

    status: str = Field(description=_STATUS)
    standing: bool = Field(description="Whether it is out there: what is listed, counted and drawn unless asked otherwise.")
    name_zh: str
    name_en: str


class Categories(Schema):
    """The tree of categories, in its order, and the words for an object's state."""

    tree: TreeBrief | None = Field(description="Null while nothing is loaded.")
    majors: list[Major]
    statuses: list[StatusTold]


class ObjectRow(Schema):
    """A managed object in a list."""

    object_id: int = Field(description="Its own number, for ever.")
    element_code: str = Field(description="The organisation code of its department (9 characters) and a number of its own.")
    category_id: int
    category: str = Field(description="The category's path.")
    status: str = Field(description=_STATUS)
    name: str | None
    lon: float
    lat: float
    floor: int | None
    place: str | None = Field(description="Code of the building (19) or house (25) it belongs to.")
    inspected_on: date | None
    since: date = Field(description="From when on its status is as it is.")
    href: str


class Objects(Schema):
    """Managed objects, a page at a time."""

    numberReturned: int
    objects: list[ObjectRow]
    links: list[Link]


class PlaceLink(Schema):
    """The building or house an object belongs to."""

    code: str
    href: str


class Located(Schema):
    """How an object lies in today's grids."""

    outcome: Literal["inside", "boundary", "several", "none"]
    chain: list[Brief] = Field(description="From the uppermost unit down; empty with outcome none.")


class ObjectTold(Schema):
    """A managed object (部件)."""

    object_id: int
    element_code: str
    category: Category
    status: str = Field(description=_STATUS)
    status_zh: str
    status_en: str
    standing: bool
    name: str | None
    lon: float
    lat: float
    floor: int | None
    place: PlaceLink | None
    department: Department | None
    grid: Located
    inspected_on: date | None
    inspection_due: date | None = Field(description="When the next inspection is due, where that can be said.")
    attributes: dict[str, Any]
    since: date
    source: str
    recorded_at: datetime
    links: list[Link]


class ObjectChange(Schema):
    """What an object was for a time."""

    category_id: int
    category: str
    status: str = Field(description=_STATUS)
    lon: float
    lat: float
    valid_from: date | None
    valid_to: date | None = Field(description="The first day it was no longer so; null for what it is.")
    recorded_from: datetime | None
    recorded_to: datetime | None = Field(description="Null for what is believed now.")
    source: str


class ObjectHistory(Schema):
    """What an object is and was, the latest first."""

    object_id: int
    element_code: str
    numberReturned: int
    changes: list[ObjectChange]
    links: list[Link]


class ObjectCount(Schema):
    """How many of one kind: one of `category_id`, `major` and `status` says of which."""

    category_id: int | None = None
    major: str | None = None
    status: str | None = None
    n: int


class UnitCount(Schema):
    """How many a unit holds."""

    unit_id: int
    code: str | None
    n: int
    part: bool = Field(default=False, description="The count is of a part of the unit: what was asked about, and the caller may see.")


class ObjectCounts(Schema):
    """How many objects a unit holds by kind, or how many each unit of a level holds."""

    unit: str | None = Field(default=None, description="The unit asked about; null for all there are.")
    level: str | None = None
    by: Literal["category", "status", "major", "unit"]
    n: int = Field(description="The sum of what is told.")
    part: bool = Field(default=False, description="The caller may see only a part of what is asked about.")
    counts: list[ObjectCount] | None = None
    units: list[UnitCount] | None = Field(default=None, description="All units of the level, those without any too.")


class CategoryCount(Schema):
    """How many of a category."""

    category_id: int
    n: int


class StatusCount(Schema):
    """How many of a status."""

    status: str
    n: int


class ObjectsWithin(Schema):
    """What lies in an area drawn by hand."""

    area_m2: float = Field(description="Square metres in EPSG:4547.")
    n: int
    by_category: list[CategoryCount]
    by_status: list[StatusCount]
    whole: list[str] = Field(description="Lowest units that lie wholly in the area: their codes, or u and an id.")
    cut: list[str] = Field(description="Lowest units the area cuts.")
    numberReturned: int
    objects: list[ObjectRow] = Field(description="The first of them, by their number.")
