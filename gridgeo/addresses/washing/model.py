"""What a washed address is: how sure, how deep, what was found, what was wrong with the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """How sure a washing is; decided by the rules of :mod:`.rules`, never by a score."""

    EXACT = "A"  # all that is written agrees with exactly one live place, nothing was repaired but its form
    SAFE = "B"  # something was repaired or left out, and still only one live place can be meant
    UNSURE = "C"  # several places, a contradiction, or the deepest part written is not in the base
    NONE = "none"  # no address of this base


class Level(StrEnum):
    """How deep an address leads, the deepest first."""

    HOUSE = "house"
    BUILDING = "building"
    COMPOUND = "compound"
    ROAD = "road"
    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"
    NONE = "none"


class Fault(StrEnum):
    """What is wrong with a text, or what stands in the way of an answer."""

    FORMER_DIVISION = "former-division"
    FORMER_NAME = "former-name"
    FORMER_ADDRESS = "former-address"
    RETIRED_HOUSE = "retired-house"
    RETIRED_BUILDING = "retired-building"
    REBUILT = "rebuilt"
    NOT_LIVE = "not-live"
    HOMOPHONE = "homophone"
    TYPO = "typo"
    MISSING_DISTRICT = "missing-district"
    MISSING_BLOCK = "missing-block"
    WRONG_DISTRICT = "wrong-district"
    WRONG_STREET = "wrong-street"
    WRONG_COMMUNITY = "wrong-community"
    WRONG_AREA = "wrong-area"
    WRONG_ROAD = "wrong-road"
    WRONG_PLATE = "wrong-plate"
    WRONG_COMPOUND = "wrong-compound"
    WRONG_BLOCK = "wrong-block"
    WRONG_UNIT = "wrong-unit"
    WRONG_FLOOR = "wrong-floor"
    ROOM_UNKNOWN = "room-unknown"
    BUILDING_UNKNOWN = "building-unknown"
    AMBIGUOUS = "ambiguous"
    UNPARSED = "unparsed"
    UNCONFIRMED = "unconfirmed"
    NEARBY = "nearby"
    OTHER_NAME = "other-name"
    ELSEWHERE = "elsewhere"
    OUTSIDE_AREA = "outside-area"
    BEYOND_AREA = "beyond-area"
    NOT_AN_ADDRESS = "not-an-address"

    @property
    def zh(self) -> str:
        """What it means, in Chinese."""
        return _FAULTS[self][0]

    @property
    def en(self) -> str:
        """What it means, in English."""
        return _FAULTS[self][1]


_FAULTS: dict[Fault, tuple[str, str]] = {
    Fault.FORMER_DIVISION: ("使用了旧区划名称", "a division is called as it was formerly"),
    Fault.FORMER_NAME: ("使用了曾用名", "a name no longer in use"),
    Fault.FORMER_ADDRESS: ("使用了旧门牌地址", "an address the building had formerly"),
    Fault.RETIRED_HOUSE: ("房屋已注销, 指向承接房屋", "the house is retired; the one that follows it is meant"),
    Fault.RETIRED_BUILDING: ("楼栋已注销, 指向承接楼栋", "the building is retired; the one that follows it is meant"),
    Fault.REBUILT: ("原楼栋已拆除重建", "another building stands in its place"),
    Fault.NOT_LIVE: ("不是现行房屋或楼栋", "planned, demolished or retired, and nothing follows it"),
    Fault.HOMOPHONE: ("同音字", "a character that sounds the same was written"),
    Fault.TYPO: ("错别字、漏字或多字", "a character was mistyped, left out or added"),
    Fault.MISSING_DISTRICT: ("缺少行政区", "no district is written"),
    Fault.MISSING_BLOCK: ("缺少楼栋号", "the block within the compound is not written"),
    Fault.WRONG_DISTRICT: ("行政区与现行区划不符", "today it lies in another district"),
    Fault.WRONG_STREET: ("街道与现行区划不符", "today it lies in another street"),
    Fault.WRONG_COMMUNITY: ("社区与现行区划不符", "today it lies in another community"),
    Fault.WRONG_AREA: ("所在片区与地址库不符", "the area written is not the one it lies in"),
    Fault.WRONG_ROAD: ("道路与地址库不符", "it stands at another road"),
    Fault.WRONG_PLATE: ("门牌号与地址库不符", "it has another plate number"),
    Fault.WRONG_COMPOUND: ("小区或建筑名称与地址库不符", "it belongs to another compound"),
    Fault.WRONG_BLOCK: ("楼栋号与地址库不符", "it has another block number"),
    Fault.WRONG_UNIT: ("单元号与地址库不符", "it has another unit number"),
    Fault.WRONG_FLOOR: ("楼层与地址库不符", "it is on another floor, or the building has no such floor"),
    Fault.ROOM_UNKNOWN: ("房号不在地址库中", "no such room is in the base"),
    Fault.BUILDING_UNKNOWN: ("楼栋不在地址库中", "no such building is in the base"),
    Fault.AMBIGUOUS: ("对应多个地址", "several places fit"),
    Fault.UNPARSED: ("部分内容未能识别", "part of the text was not understood"),
    Fault.UNCONFIRMED: ("部分内容地址库未收录", "something written is not known to the base"),
    Fault.NEARBY: ("只写明在其附近", "it is only near what is written"),
    Fault.OTHER_NAME: ("使用了别名", "an alias or short name in use today"),
    Fault.ELSEWHERE: ("不在本地址库的城市或区域", "it names a city or district that is not of this base"),
    Fault.OUTSIDE_AREA: ("不在指定的默认区域内", "it is not in the default area"),
    Fault.BEYOND_AREA: ("只能查看部分区域, 区域外可能另有此址", "only a part of the city is seen; beyond it there may be another"),
    Fault.NOT_AN_ADDRESS: ("不是地址", "nothing of an address is in it"),
}


_ORDER = {fault: place for place, fault in enumerate(Fault)}


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return faults, each once, in the order they stand in here."""
    return tuple(sorted(set(faults), key=_ORDER.__getitem__))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of today's hierarchy in an answer; its code may be missing."""

    level: str
    code: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Result:
    """A place of the base.

    `code` is a house's, a building's or a grid unit's; None for a road or a compound, which have none. `lon` and `lat`
    (EPSG:4490, degrees) are those of the building, or the middle of the buildings of a compound or road.
    `units` is today's chain, the district first.
    """

    level: Level
    code: str | None
    address: str
    lon: float | None
    lat: float | None
    units: tuple[Unit, ...] = ()
    building: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One change between what was written and the answer: `part` of the address, as written (`before`), as it is (`after`)."""

    part: str
    before: str
    after: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Washed:
    """What a text was washed to.

    Parameters
    ----------
    rule
        Name of the rule that decided the category, of :mod:`.rules`.
    results
        The live place; exactly one with categories A and B, else none.
    candidates
        With category C: what may be meant, at most :data:`.rules.MOST_CANDIDATES`.
    unparsed
        What of the text was not understood.
    """

    text: str
    category: Category
    rule: str
    level: Level = Level.NONE
    coordinates_level: Level = Level.NONE
    results: tuple[Result, ...] = ()
    faults: tuple[Fault, ...] = ()
    edits: tuple[Edit, ...] = ()
    unparsed: str = ""
    candidates: tuple[Result, ...] = ()

    @property
    def result(self) -> Result | None:
        """The one live place, where there is one."""
        return self.results[0] if self.results else None
