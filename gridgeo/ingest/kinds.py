"""The kinds of files the address base comes in: their columns, what reads each, the queries they go through, what may be wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..db import queries
from ..issues import Severity
from . import words
from .notes import ERROR, INFO, WARNING
from .words import Word


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Parameters
    ----------
    name, code
        What it is called, and the column that says of what a row is.
    read
        What reads each column.
    checks, store
        Queries of its own file, in the order they are run. `store` is done only where something is new or changed.
    tables
        Where the rows end up.
    """

    name: str
    code: str
    read: Mapping[str, Callable[[str], Word]]
    checks: tuple[str, ...]
    store: tuple[str, ...]
    tables: tuple[str, ...]

    @cached_property
    def sql(self) -> dict[str, str]:
        """Its queries: all kinds have `make`, `odd`, `fill`, `count` and `leave_out`, besides their checks and how they are stored."""
        return queries.load(__package__, f"base_{self.name}.sql")

    @property
    def incoming(self) -> str:
        """The temporary table with the files' text."""
        return f"incoming_{self.name}"


_DATED = {"valid_from": words.day, "valid_to": words.day, "source": words.plain}

BUILDINGS = Kind(
    name="buildings",
    code="building_code",
    read={
        "building_code": words.building_code,
        "road": words.name,
        "plate": words.label,
        "compound": words.name,
        "block": words.label,
        "short_name": words.name,
        "building_use": words.meaning("building_use"),
        "status": words.meaning("status"),
        "floors": words.storeys,
        "floors_below": words.basements,
        **_DATED,
    },
    checks=("doubles", "check"),
    store=("add", "change", "end_addresses", "correct_addresses", "add_addresses", "add_short_names"),
    tables=("building", "building_address", "building_grid", "address_name"),
)

HOUSES = Kind(
    name="houses",
    code="house_code",
    read={
        "house_code": words.house_code,
        "building_code": words.building_code,
        "unit": words.label,
        "floor": words.floor,
        "room": words.label,
        "house_use": words.meaning("building_use"),
        "status": words.meaning("status"),
        "area_m2": words.area,
        **_DATED,
    },
    checks=("doubles", "check", "check_their_buildings", "check_rooms"),
    store=("add", "change"),
    tables=("house",),
)

NAMES = Kind(
    name="names",
    code="code",
    read={"code": words.code, "kind": words.meaning("name_kind"), "name": words.name, **_DATED},
    checks=("doubles", "check"),
    store=("add", "change"),
    tables=("address_name",),
)

ADDRESSES = Kind(
    name="addresses",
    code="building_code",
    read={
        "building_code": words.building_code,
        "road": words.name,
        "plate": words.label,
        "compound": words.name,
        "block": words.label,
        **_DATED,
    },
    checks=("doubles", "check"),
    store=("add", "change"),
    tables=("building_address",),
)

SUCCESSORS = Kind(
    name="successors",
    code="code",
    read={"code": words.code, "successor": words.code, "reason": words.meaning("successor_reason"), "valid_from": words.day},
    checks=("doubles", "check"),
    store=("add",),
    tables=("address_successor",),
)

KINDS = {kind.name: kind for kind in (BUILDINGS, HOUSES, NAMES, ADDRESSES, SUCCESSORS)}

#: What is said of each fault a row may have, besides what :mod:`.words` says of a cell.
RULES: dict[str, tuple[Severity, str]] = {
    "no-code": (ERROR, "has no code"),
    "duplicate-code": (ERROR, "has the code of a row above"),
    "unknown-building": (ERROR, "no such building: load the buildings first"),
    "unknown-code": (ERROR, "no such building or house: load those first"),
    "building-gone": (ERROR, "its building is gone"),
    "retired-code": (ERROR, "is gone: a code is never given again"),
    "no-point": (ERROR, "is nowhere: a building needs coordinates or a footprint"),
    "bad-point": (ERROR, "no longitude and latitude in China"),
    "period-reversed": (ERROR, "ends before it begins, or on the same day"),
    "no-name": (ERROR, "has no name"),
    "no-kind": (ERROR, "does not say of what kind the name is"),
    "nothing-written": (ERROR, "has neither road nor compound"),
    "unknown-successor": (ERROR, "no such building or house follows: load those first"),
    "follows-itself": (ERROR, "would follow itself"),
    "duplicate-name": (WARNING, "is in a row above already, and left out"),
    "duplicate-address": (WARNING, "is in a row above already, and left out"),
    "duplicate-successor": (WARNING, "is in a row above already, and left out"),
    "still-there": (WARNING, "is followed, and neither demolished nor retired"),
    "point-outside": (WARNING, "lies in no unit of the edition valid now"),
    "other-building": (WARNING, "is not the building the house's code begins with"),
    "floor-beyond-building": (WARNING, "the building has no such floor"),
    "room-on-other-floor": (WARNING, "speaks of another floor than the row"),
    "no-address": (WARNING, "has neither road nor compound: no address will lead to it"),
    "issuing-grid": (WARNING, "begins with what can be no basic grid's code"),
    "other-address": (INFO, "another address than the one stored, which ends today and goes on leading here"),
    "no-room": (INFO, "has no room number"),
}

#: Accepted, these leave the whole row out, all others only the value that is at fault. The last three say nothing new.
LEAVING_OUT = (
    *("duplicate-code", "unknown-building", "unknown-code", "building-gone", "retired-code"),
    *("no-point", "period-reversed", "no-name", "no-kind", "nothing-written", "unknown-successor", "follows-itself"),
    *("duplicate-name", "duplicate-address", "duplicate-successor"),
)

#: errors that leave nothing to be stored
NEVER_ACCEPTED = frozenset({"datum-undeclared", "datum-unknown"})
