"""What must hold of codes, names and periods in the address base; nothing here touches a database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from ..codes import house
from ..errors import Conflict, InvalidInput
from .model import NameKind, Parts, Status

#: the kinds a name can be composed for where none is stored
COMPOSED = (NameKind.FULL, NameKind.ADMINISTRATIVE, NameKind.GEOGRAPHIC)

_AREA = ("province", "city", "district")
_HOUSE = ("compound", "block", "unit", "floor", "room")
_OF_KIND = {
    NameKind.FULL: (*_AREA, "street", "community", "road", "plate", *_HOUSE),
    NameKind.ADMINISTRATIVE: (*_AREA, "street", "community", *_HOUSE),
    NameKind.GEOGRAPHIC: (*_AREA, "road", "plate", *_HOUSE),
}
_NUMBER = re.compile("[0-9A-Za-z-]+")
_SIDES = frozenset("东西南北中")
_DOOR = ("road", "plate")
#: lanes, which repeat in every village: 三巷, 东二巷, 12排
_LANE = re.compile("(?:[东西南北中上下新老]?第?(?:[一二三四五六七八九十]+|[0-9]+)?(?:横巷|巷|坊|里|弄|横|队|排))+")

#: Province and city by the first four digits of their codes. Which city issued a code is the one thing its beginning says for
#: ever; which district it lies in, it does not. Source: GB/T 2260.
_CITIES = {"4403": ("广东省", "深圳市")}

#: houses and buildings have a number of this many digits of their own
_BUILDING_NUMBERS, _HOUSE_NUMBERS = 99_999, 999_999


def is_building(code: str) -> bool:
    """Return whether a normalised code is a building's; others are houses'."""
    return len(code) == 19


def code(text: object) -> str:
    """Return the code of a building (19) or house (25) as it is kept; raises InvalidCode."""
    family = house.BUILDING if len(house.BUILDING.normalise(text)) == 19 else house.HOUSE
    return family.parse(text).value


def building_code(text: object) -> str:
    """Return a building's code as it is kept; raises InvalidCode."""
    return house.BUILDING.parse(text).value


def house_code(text: object) -> str:
    """Return a house's code as it is kept; raises InvalidCode."""
    return house.HOUSE.parse(text).value


def next_building(grid: str, last: int) -> str:
    """Return the code after the last one given in a basic grid. Raises Conflict when the grid has no number left."""
    if last >= _BUILDING_NUMBERS:
        raise Conflict(f"basic grid {grid} has given all its {_BUILDING_NUMBERS:,} numbers: issue in another one")
    return house.build_building(grid, last + 1).value


def next_house(building: str, last: int) -> str:
    """Return the code after the last one given in a building. Raises Conflict when the building has no number left."""
    if last >= _HOUSE_NUMBERS:
        raise Conflict(f"building {building} has given all its {_HOUSE_NUMBERS:,} numbers")
    return house.build_house(building, last + 1).value


def compose(kind: NameKind, parts: Parts) -> str:
    """Return the name of a kind, put together from the parts; empty where nothing below the community is known.

    Source: SZDB/Z 281-2017: the full name has every part, the administrative one neither road nor plate, the
    geographic one neither street nor community.

    >>> compose(NameKind.GEOGRAPHIC, Parts(city="深圳市", district="福田区", road="深南大道", plate="1006"))
    '深圳市福田区深南大道1006号'
    """
    wanted = _OF_KIND[kind]
    if not any(getattr(parts, part) is not None for part in wanted if part in ("road", "compound")):
        return ""
    return written(parts, wanted)


def written(parts: Parts, wanted: tuple[str, ...] = tuple(Parts.__dataclass_fields__)) -> str:
    """Return the wanted parts one after the other. A lane, and a plate without a road, stand behind the village they are of.

    >>> written(Parts(compound="东山新村", road="三巷", plate="5", room="301"))
    '东山新村三巷5号301'
    """
    if parts.compound and "compound" in wanted and (_LANE.fullmatch(parts.road or "") or (parts.plate and not parts.road)):
        door = tuple(part for part in wanted if part in _DOOR)
        rest = tuple(part for part in wanted if part not in _DOOR)
        at = rest.index("compound") + 1
        wanted = (*rest[:at], *door, *rest[at:])
    return "".join([_WRITTEN[part](parts) for part in wanted if getattr(parts, part) is not None])


def city(code: str) -> tuple[str | None, str | None]:
    """Return the province and the city in which a code was issued; None where they are not known here."""
    return _CITIES.get(code[:4], (None, None))


def later(code: str, since: date, on: date) -> None:
    """Raise Conflict unless a day lies after the one something is valid from."""
    if on <= since:
        raise Conflict(f"{code} is valid from {since}: give a later day than {on}")


def come(code: str, on: date, today: date) -> None:
    """Raise Conflict for a day that is still to come: until then it is there, and its status says so."""
    if on > today:
        raise Conflict(f"{code} cannot end on {on}, which is still to come")


def standing(status: Status) -> None:
    """Raise InvalidInput for a status of what is no more: nothing new begins with it."""
    if status.gone:
        raise InvalidInput("status", str(status), "is no status of what is there")


def alike(one: str, others: Iterable[str]) -> None:
    """Raise InvalidInput unless a normalised code and some others are all of buildings, or all of houses."""
    for other in others:
        if is_building(code(other)) != is_building(one):
            raise InvalidInput("into", other, "buildings follow buildings, and houses follow houses")


def located(road: str | None, compound: str | None) -> None:
    """Raise InvalidInput unless an address has a road or a compound."""
    if not (road or compound):
        raise InvalidInput("address", "", "a road or a compound is wanted")


def _plate(parts: Parts) -> str:
    return f"{parts.plate}号" if _NUMBER.fullmatch(parts.plate) else parts.plate


def _block(parts: Parts) -> str:
    if _NUMBER.fullmatch(parts.block):
        return f"{parts.block}栋"
    return f"{parts.block}座" if parts.block in _SIDES else parts.block


def _unit(parts: Parts) -> str:
    return f"{parts.unit}单元" if _NUMBER.fullmatch(parts.unit) else parts.unit


def _floor(parts: Parts) -> str:
    """A room's number holds the floor already."""
    if parts.room is not None:
        return ""
    return f"{parts.floor}层" if parts.floor > 0 else f"负{-parts.floor}层"


_WRITTEN = {
    **{part: lambda parts, part=part: getattr(parts, part) for part in Parts.__dataclass_fields__},
    "plate": _plate,
    "block": _block,
    "unit": _unit,
    "floor": _floor,
}
