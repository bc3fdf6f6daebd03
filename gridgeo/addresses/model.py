"""What a building, a house, and a name of either are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from ..hierarchy.model import GridUnit, Outcome


class Status(StrEnum):
    """What became of a building or house. Only the live may answer a question about today."""

    PLANNED = "planned"
    IN_USE = "in_use"
    UNDER_INVESTIGATION = "under_investigation"
    DEMOLISHED = "demolished"
    RETIRED = "retired"

    @property
    def gone(self) -> bool:
        """Whether it is no more."""
        return self in (Status.DEMOLISHED, Status.RETIRED)

    @property
    def live(self) -> bool:
        """Whether it is there and may be lived or worked in."""
        return self in (Status.IN_USE, Status.UNDER_INVESTIGATION)


class NameKind(StrEnum):
    """The seven kinds of names. Source: SZDB/Z 281-2017."""

    FULL = "full"  # 全称: every part, from the city down
    ADMINISTRATIVE = "administrative"  # 行政名称: without road and plate
    GEOGRAPHIC = "geographic"  # 地理名称: without street and community
    COLLOQUIAL = "colloquial"  # 俗称
    SHORT = "short"  # 简称
    OTHER = "other"  # 其他正式名称
    FORMER = "former"  # 曾用名


class Reason(StrEnum):
    """Why another code follows one."""

    MOVED = "moved"
    RENUMBERED = "renumbered"
    MERGED = "merged"
    SPLIT = "split"
    REPLACED = "replaced"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Address:
    """How a building is written (楼栋地址). A corner building has several; `main` is the one it is called by.

    Parameters
    ----------
    road, plate
        Road or lane, and the number after it without 号.
    compound, block
        Innermost named estate, village, park or building, and the number or letter of the block in it.
    number
        Its place among all the building ever had, from 1.
    """

    road: str | None = None
    plate: str | None = None
    compound: str | None = None
    block: str | None = None
    number: int = 1
    main: bool = True
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


@dataclass(frozen=True)
class Building:
    """A building (楼栋) under its code for life.

    `lon` and `lat` are EPSG:4490 degrees; `footprint` a MultiPolygon there, or None. `address` is the main one of
    the day asked for. `status` is what was recorded last. The period is half-open.
    """

    code: str
    use: str
    status: Status
    floors: int | None
    floors_below: int | None
    lon: float
    lat: float
    footprint: Any
    valid_from: date
    valid_to: date | None
    source: str
    address: Address | None

    @property
    def zone(self) -> str:
        """The community code it was issued under; where it lies today is another question."""
        return self.code[:12]


@dataclass(frozen=True)
class House:
    """A house (房屋): a dwelling, shop, office or workshop in a building, under its code for life.

    `building_code` is the building it is in today, which need not be the one its code begins with.
    """

    code: str
    building_code: str
    unit: str | None
    floor: int | None
    room: str | None
    use: str | None
    status: Status
    area_m2: float | None
    valid_from: date
    valid_to: date | None
    source: str

    @property
    def zone(self) -> str:
        """The community code it was issued under."""
        return self.code[:12]


@dataclass(frozen=True)
class Name:
    """What a building or house is called. `composed` where nobody gave the name: it is put together by the standard's rule."""

    code: str
    kind: NameKind
    name: str
    valid_from: date | None
    valid_to: date | None
    source: str
    composed: bool = False


@dataclass(frozen=True)
class Successor:
    """Who follows a code, why, and since when."""

    code: str
    successor: str
    reason: Reason
    since: date


@dataclass(frozen=True)
class Place:
    """Which unit a building lies in, in one edition: the chain from the uppermost down, empty where it lies in none."""

    edition_id: int
    outcome: Outcome
    chain: tuple[GridUnit, ...]


@dataclass(frozen=True)
class Change:
    """One thing that happened to a building or house on a day."""

    on: date
    what: str
    detail: str


@dataclass(frozen=True)
class Parts:
    """The parts of an address from the province down, each as :class:`Address` and :class:`House` keep it, or None."""

    province: str | None = None
    city: str | None = None
    district: str | None = None
    street: str | None = None
    community: str | None = None
    road: str | None = None
    plate: str | None = None
    compound: str | None = None
    block: str | None = None
    unit: str | None = None
    floor: int | None = None
    room: str | None = None
