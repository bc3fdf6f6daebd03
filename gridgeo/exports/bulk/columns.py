"""What stands in a file of features: a column for each property, its names, and what the database is asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ...cql2.model import Type
from ...features.model import Collection, Property
from ..model import Field


class Kind(StrEnum):
    """What the values of a column are: text, whole numbers, numbers, days, moments, or bytes."""

    TEXT = "text"
    WHOLE = "int8"
    NUMBER = "float8"
    DAY = "date"
    MOMENT = "timestamptz"
    BYTES = "bytea"


@dataclass(frozen=True)
class Column:
    """A column: its names, what its values are, and the SQL of a value where features are `f`."""

    field: Field
    kind: Kind
    told: str


#: Names in a Shapefile, where ten bytes are all there is: initials of the pinyin, as offices write them.
_SHORT: Mapping[str, str] = {
    "code": "CODE",
    "name_zh": "MC",
    "name_en": "YWM",
    "level": "CJ",
    "parent": "SJDM",
    "grid_type": "WGLX",
    "household_count": "HS",
    "area_m2": "MJ",
    "edition": "BB",
    "building_code": "LDBM",
    "building_use": "YT",
    "status": "ZT",
    "floors": "CS",
    "floors_below": "DXCS",
    "road": "DLMC",
    "plate": "MPH",
    "compound": "XQMC",
    "block": "LDH",
    "grid": "WGBM",
    "valid_from": "QYRQ",
    "valid_to": "ZXRQ",
    "recorded_at": "DJSJ",
    "house_code": "FWBM",
    "unit": "DYH",
    "floor": "LC",
    "room": "FH",
    "house_use": "FWYT",
    "name": "MC",
    "source": "LY",
    "object_id": "BJID",
    "element_code": "BSM",
    "category_id": "LBID",
    "category": "LB",
    "major": "SSDL",
    "department": "ZRBM",
    "place": "DZBM",
    "inspected_on": "XJRQ",
    "since": "QYRQ",
    "until": "JZRQ",
    "attributes": "SX",
}
#: Where one word means different things in two collections.
_SHORT_OF = {("grids", "kind"): "XZ", ("addresses", "kind"): "LX", ("houses", "area_m2"): "JZMJ", ("addresses", "code"): "DZBM"}

_KINDS = {Type.TEXT: Kind.TEXT, Type.ARRAY: Kind.TEXT, Type.DATE: Kind.DAY, Type.TIMESTAMP: Kind.MOMENT}
#: A moment as text, in China's time.
_WRITTEN = "to_char(f.{} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI:SS\"+08:00\"')"


def of(collection: Collection, wanted: Iterable[str] | None = None, written: bool = False) -> list[Column]:
    """Return the columns of a collection, or those wanted; `written`: moments as text, for formats that have none."""
    known = collection.by_name
    return [_column(collection, known[name], written) for name in wanted or known]


def _column(collection: Collection, of: Property, written: bool) -> Column:
    short = _SHORT_OF.get((collection.relation, of.name)) or _SHORT.get(of.name, of.name[:10].upper())
    note = "; ".join(filter(None, [of.title_en, of.unit and f"in {of.unit}", of.values and f"one of {', '.join(of.values)}"]))
    kind = _KINDS.get(of.type) or (Kind.WHOLE if of.whole else Kind.NUMBER)
    if kind is Kind.MOMENT and written:
        return Column(Field(of.name, short, of.title, note), Kind.TEXT, _WRITTEN.format(of.name))
    return Column(Field(of.name, short, of.title, note), kind, f"f.{of.name}::{kind}")
