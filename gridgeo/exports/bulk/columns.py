"""What stands in a file of features: a column for each property, its names, and what the database is asked for it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
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
    """A column.

    Parameters
    ----------
    kind
        What its values are.
    value
        The SQL of a value where features are `f`.
    nested
        Whether a value is JSON, which is told as text where it cannot stand as it is.
    """

    field: Field
    kind: Kind
    value: str
    nested: bool = False

    @property
    def told(self) -> str:
        """The SQL of a value in the type of its kind."""
        return f"{self.value}::{self.kind}"


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
    "event_id": "SJXH",
    "event_code": "SJBM",
    "class_id": "LBXH",
    "class": "LB",
    "grade": "DJ",
    "stage": "JD",
    "state": "BLZT",
    "channel_kind": "QDZL",
    "department_name": "BMMC",
    "happened_at": "FSSJ",
    "reported_at": "SBSJ",
    "filed_at": "LASJ",
    "dispatched_at": "PQSJ",
    "responded_at": "XYSJ",
    "handled_at": "CZSJ",
    "verified_at": "HCSJ",
    "closed_at": "JASJ",
    "due_at": "BJQX",
    "paused_at": "ZTSJ",
    "bounces": "THCS",
    "reopened": "CKCS",
    "stars": "MYD",
}
#: Where one word means different things in two collections.
_SHORT_OF = {
    ("grids", "kind"): "XZ",
    ("addresses", "kind"): "LX",
    ("houses", "area_m2"): "JZMJ",
    ("addresses", "code"): "DZBM",
    ("events", "kind"): "ZL",
}

#: What a file tells otherwise than lists do, so that it is loaded as it was: the use of a house is told where it has one of its own.
_OWN = {("houses", "house_use"): ("own_use", "empty where it is that of its building")}

_KINDS = {Type.TEXT: Kind.TEXT, Type.ARRAY: Kind.TEXT, Type.DATE: Kind.DAY, Type.TIMESTAMP: Kind.MOMENT}
#: Values as text; moments in China's time.
_WRITTEN = {
    Kind.MOMENT: "to_char(f.{} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+08:00\"')",
    Kind.DAY: "f.{}::date",
}


def of(collection: Collection, wanted: Iterable[str] | None = None, written: Container[Kind] = ()) -> list[Column]:
    """Return the columns of a collection, or those wanted; `written` are kinds of values told as text."""
    known = collection.by_name
    return [_column(collection, known[name], written) for name in wanted or known]


def _column(collection: Collection, of: Property, written: Container[Kind]) -> Column:
    short = _SHORT_OF.get((collection.relation, of.name)) or _SHORT.get(of.name, of.name[:10].upper())
    value, own = _OWN.get((collection.relation, of.name), (of.name, ""))
    note = "; ".join(filter(None, [of.title_en, own, of.unit and f"in {of.unit}", of.values and f"one of {', '.join(of.values)}"]))
    kind = _KINDS.get(of.type) or (Kind.WHOLE if of.whole else Kind.NUMBER)
    field = Field(of.name, short, of.title, note)
    if kind in written:
        return Column(field, Kind.TEXT, _WRITTEN[kind].format(value))
    return Column(field, kind, f"f.{value}", of.type is Type.ARRAY)
