"""What the change feed tells of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True)
class Entity:
    """A kind of thing that is published.

    Parameters
    ----------
    table
        Where it stands as it is now.
    by_key
        Which row of the table a key `p.key` is of: columns that an index has, and SQL of what each is then.
    fields
        What is published, in order: as the function `state_of` has it (`db/functions/changes.sql`).
    published
        SQL: which rows `t` are published.
    """

    name: str
    table: str
    name_zh: str
    by_key: Mapping[str, str]
    fields: tuple[str, ...]
    published: str = "true"


class Position(NamedTuple):
    """Where a reader is: after a change of a transaction. A number and 0 is before all of its changes."""

    number: int
    change_id: int = 0


@dataclass(frozen=True)
class Event:
    """What became of one thing in a transaction; `state` is JSON text, None of what is no more."""

    number: int
    operation: str
    key: str
    state: str | None


@dataclass(frozen=True)
class Page:
    """Some events in order, and where they go on; None at the end."""

    events: tuple[Event, ...]
    after: Position | None


@dataclass(frozen=True)
class Bounds:
    """The numbers a caller may ask for.

    Parameters
    ----------
    first
        Of the transactions kept; None where nothing ever changed.
    latest
        Of all; 0 where nothing ever changed.
    since
        Changes after this one may be followed: those of a part of the city begin anew with each edition of its grids.
    """

    first: int | None
    latest: int
    since: int

    @property
    def base(self) -> int:
        """The lowest number there is an extract at: changes after it can be followed."""
        return max(self.since, (self.first or 1) - 1)


class Lag(NamedTuple):
    """How far numbering lags: the last number, transactions that wait for theirs, and for how many seconds the first has."""

    latest: int
    waiting: int
    waiting_s: float


@dataclass(frozen=True)
class Transaction:
    """One transaction: when it began, when it was numbered, how many changes by entity and operation (to callers of the whole city)."""

    number: int
    made_at: datetime
    stamped_at: datetime
    entities: dict[str, dict[str, int]] | None


_ZONE = "left(p.key, 12)"
_PART = "split_part(p.key, '/', {})"

_ALL = (
    Entity(
        "edition",
        "edition",
        "版本",
        {"edition_id": "p.key::bigint"},
        ("edition_id", "scheme", "name", "source", "authority", "valid_from", "valid_to"),
        "NOT isempty(t.valid)",
    ),
    Entity(
        "unit",
        "grid_unit_version",
        "网格",
        {"edition_id": f"{_PART.format(1)}::bigint", "unit_id": f"{_PART.format(2)}::bigint"},
        (
            *("edition_id", "unit_id", "scheme", "level", "code", "name_zh", "name_en", "parent_id", "kind", "grid_type"),
            *("household_count", "lowest", "area_m2", "geometry"),
        ),
        "EXISTS (SELECT FROM gridgeo.edition AS e WHERE e.edition_id = t.edition_id AND NOT isempty(e.valid))",
    ),
    Entity(
        "building",
        "building",
        "楼栋",
        {"zone": _ZONE, "building_code": "p.key"},
        (
            *("building_code", "building_use", "status", "floors", "floors_below", "lon", "lat", "valid_from", "valid_to", "source"),
            "geometry",
        ),
    ),
    Entity(
        "address",
        "building_address",
        "楼栋地址",
        {"zone": _ZONE, "building_code": _PART.format(1), "address_no": f"{_PART.format(2)}::smallint"},
        ("building_code", "address_no", "main", "road", "plate", "compound", "block", "valid_from", "valid_to", "source"),
    ),
    Entity(
        "house",
        "house",
        "房屋",
        {"zone": _ZONE, "house_code": "p.key"},
        (
            *("house_code", "building_code", "unit", "floor", "room", "house_use", "status", "area_m2", "valid_from", "valid_to"),
            "source",
        ),
    ),
    Entity(
        "name",
        "address_name",
        "地名",
        {"zone": _ZONE, "code": _PART.format(1), "kind": _PART.format(2)},
        ("code", "kind", "name", "valid_from", "valid_to", "source"),
    ),
    Entity(
        "successor",
        "address_successor",
        "承接关系",
        {"zone": _ZONE, "code": _PART.format(1), "successor": _PART.format(2)},
        ("code", "successor", "reason", "since"),
    ),
    Entity("category", "category", "部件类别", {"category_id": "p.key::integer"}, ("category_id", "major", "minor", "name", "path")),
    Entity(
        "object",
        "object",
        "部件",
        {"object_id": "p.key::bigint"},
        (
            *("object_id", "element_code", "category_id", "status", "name", "lon", "lat", "floor", "place", "inspected_on"),
            *("attributes", "since", "source", "geometry"),
        ),
    ),
    Entity(
        "event",
        "event",
        "事件",
        {"event_id": "p.key::bigint"},
        (
            *("event_id", "event_code", "kind", "class_id", "grade", "stage", "channel", "located", "building_code", "lon", "lat"),
            *("department_code", "merged_into", "happened_at", "reported_at", "filed_at", "dispatched_at", "responded_at", "handled_at"),
            *("verified_at", "closed_at", "due_at", "stage_due_at", "paused_at", "bounces", "reopened", "stars", "version"),
        ),
    ),
)

#: Every entity, by name, in an order in which a copy may take them in: what is referred to comes first.
ENTITIES: dict[str, Entity] = {one.name: one for one in _ALL}
