"""Pieces of an address put together: which of several places is the compound, which of several roads has the number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .text import Edit

Piece = tuple[str, int, int]

_INNER = re.compile(".*[阁轩居苑楼堂庭台]")
_ON_ITS_OWN = re.compile(".*(?:大厦|大楼|中心|广场|公寓)")
_ESTATE = re.compile(
    ".*(?:花园|花苑|苑|园|小区|新村|村|城|山庄|豪庭|居|大厦|湾|[区期]|府|庭|华庭|邸|世家|岸|郡|国际|大学|学院|医院|广场|中心)(?:[一二三四五六七八九十0-9]+期)?"
)
_COMMITTEE = re.compile("村委会?")


@dataclass(slots=True)
class Road:
    """A road or lane, and the number that follows it."""

    name: str
    start: int
    end: int
    is_lane: bool = False
    plate: Piece | None = None

    def extend(self, more: str, end: int) -> None:
        """Add a lane."""
        self.name, self.end = self.name + more, end


@dataclass(slots=True)
class Place:
    """A named place, and how many roads stand before it."""

    name: str
    start: int
    end: int
    roads_before: int

    def extend(self, more: str, end: int) -> None:
        """Add an area or a phase."""
        self.name, self.end = self.name + more, end


@dataclass(slots=True)
class Draft:
    """An address being read; `edits` are the changes from the text as given to this one."""

    text: str
    fields: dict[str, Piece] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    roads: list[Road] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    left: list[tuple[str, int, int, bool]] = field(default_factory=list)
    edits: tuple[Edit, ...] = ()

    def has_any(self, names: Iterable[str]) -> bool:
        """Return whether one of some fields is set."""
        return not self.fields.keys().isdisjoint(names)

    def fault(self, name: str) -> None:
        """Note a fault, once."""
        if name not in self.faults:
            self.faults.append(name)

    def leave(self, start: int, end: int, apart: bool = False) -> None:
        """Leave a piece of the text over; one that stands `apart` is not joined to what it touches."""
        value = self.text[start:end].strip(" ,;-()")
        if value:
            self.left.append((value, start, end, apart))

    def place(self, start: int, end: int) -> None:
        """Add a place."""
        self.places.append(Place(_COMMITTEE.sub("村", self.text[start:end]), start, end, len(self.roads)))

    def join(self, name: str, value: str, start: int, end: int, joiner: str) -> None:
        """Set a field, or add to it in the order of the text."""
        if name in self.fields:
            other, begin, stop = self.fields[name]
            value = f"{other}{joiner}{value}" if begin < start else f"{value}{joiner}{other}"
            start, end = min(begin, start), max(stop, end)
        self.fields[name] = (value, start, end)

    def rest(self) -> str:
        """Return what was left over, in order; pieces that touch are one."""
        if not self.left:
            return ""
        told, touched = "", 0
        for value, start, end, apart in sorted(self.left, key=lambda piece: piece[1]):
            told += value if told and touched == start and not apart else f" {value}"
            touched = end
        return told.strip()

    def settle(self) -> None:
        """Decide on the road, the compound and the area."""
        road = self._road()
        if road:
            self.fields["road"] = (road.name, road.start, road.end)
            if road.plate:
                self.join("plate", *road.plate, ",")
        self._settle_places(road)

    def doubt(self) -> None:
        """Leave over everything where no division and no road was found, and most of the text was not understood."""
        left = sum(end - start for _, start, end, apart in self.left if not apart)
        if not self.roads and not self.has_any(("city", "district", "street", "community")) and 2 * left > max(len(self.text), 20):
            self.fields.clear()
            self.left = []
            self.leave(0, len(self.text))

    def _road(self) -> Road | None:
        """The road the number belongs to; the last one where several have a number, or none."""
        numbered = [road for road in self.roads if road.plate] or self.roads
        for road in self.roads:
            if road is not numbered[-1]:
                self.leave(road.start, road.plate[2] if road.plate else road.end)
        return numbered[-1] if numbered else None

    def _settle_places(self, road: Road | None) -> None:
        outer = list(self.places)
        if outer and (outer[-1].roads_before == len(self.roads) or (road and road.is_lane)):
            compound = outer.pop()
            if outer and outer[-1].name == compound.name + "村":
                compound = outer.pop()
            if outer and "block" not in self.fields and _is_inside(outer[-1].name, compound.name):
                self.fields["block"] = (compound.name, compound.start, compound.end)
                compound = outer.pop()
            self.fields["compound"] = (compound.name, compound.start, compound.end)
        if outer:
            self.fields["area"] = ("".join(place.name for place in outer), outer[0].start, outer[-1].end)


def _is_inside(outer: str, inner: str) -> bool:
    return bool(_INNER.fullmatch(inner)) and not _ON_ITS_OWN.fullmatch(inner) and bool(_ESTATE.fullmatch(outer))
