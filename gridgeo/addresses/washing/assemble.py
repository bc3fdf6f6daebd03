"""Pieces of an address put together: which of several places is the compound, which of several roads has the number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Piece = tuple[str, int, int]

_INSIDE = re.compile(".*[阁轩居苑楼堂庭台]$")
_NAMED = re.compile(".*(?:大厦|大楼|中心|广场|公寓)$")
_ESTATE = re.compile(
    ".*(?:花园|花苑|苑|园|小区|新村|村|城|家园|山庄|豪庭|居|大厦|湾|期|区|府|庭|工业区|工业园|名城|华庭|邸|世家|岸|郡|国际)$"
)


@dataclass(slots=True)
class Road:
    """A road and the number that follows it."""

    name: Piece
    is_lane: bool
    plate: Piece | None = None


@dataclass(slots=True)
class Draft:
    """An address being read."""

    text: str
    fields: dict[str, Piece] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    roads: list[Road] = field(default_factory=list)
    places: list[tuple[Piece, int]] = field(default_factory=list)  # with the number of roads before it
    left: list[Piece] = field(default_factory=list)

    def fault(self, name: str) -> None:
        """Note a fault, once."""
        if name not in self.faults:
            self.faults.append(name)

    def leave(self, start: int, end: int) -> None:
        """Leave a piece of the text over."""
        value = self.text[start:end].strip(" ,;-()")
        if value:
            self.left.append((value, start, end))

    def join(self, name: str, piece: Piece, joiner: str) -> None:
        """Set a field, or add to it."""
        if name in self.fields:
            value, start, _ = self.fields[name]
            self.fields[name] = (f"{value}{joiner}{piece[0]}", start, piece[2])
        else:
            self.fields[name] = piece

    def rest(self) -> str:
        """Return what was left over, in order."""
        joined: list[Piece] = []
        for value, start, end in sorted(self.left, key=lambda piece: piece[1]):
            if joined and joined[-1][2] == start:
                joined[-1] = (joined[-1][0] + value, joined[-1][1], end)
            else:
                joined.append((value, start, end))
        return " ".join(value for value, _, _ in joined)

    def settle(self) -> None:
        """Decide on the road, the compound and the area."""
        chosen = self._road()
        if chosen:
            self.fields["road"] = chosen.name
            if chosen.plate:
                self.join("plate", chosen.plate, ",")
        self._settle_places(chosen)

    def _road(self) -> Road | None:
        if not self.roads:
            return None
        numbered = [road for road in self.roads if road.plate]
        chosen = numbered[-1] if numbered else self.roads[-1]
        for road in self.roads:
            if road is not chosen:
                self.leave(road.name[1], road.plate[2] if road.plate else road.name[2])
        return chosen

    def _settle_places(self, chosen: Road | None) -> None:
        if not self.places:
            return
        last, roads_before = self.places[-1]
        roads_after = len(self.roads) - roads_before
        names = [place for place, _ in self.places]
        before_road = roads_after > 0 and not (chosen and chosen.is_lane)
        if not before_road:
            names.pop()
            if names and self._is_block(names[-1][0], last[0]):
                self.fields["block"] = (f"{last[0]}-{self.fields['block'][0]}" if "block" in self.fields else last[0], last[1], last[2])
                last = names.pop()
            self.fields["compound"] = last
        if names:
            self.fields["area"] = ("".join(name[0] for name in names), names[0][1], names[-1][2])

    def _is_block(self, outer: str, inner: str) -> bool:
        return (
            "block" not in self.fields and bool(_INSIDE.fullmatch(inner)) and not _NAMED.fullmatch(inner) and bool(_ESTATE.fullmatch(outer))
        )
