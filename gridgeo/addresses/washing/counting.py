"""Reading the numbered parts of an address: plates, blocks, units, floors, rooms, by what stands before them."""

from __future__ import annotations

import re

from . import counted, grammar
from .assemble import Draft

#: parts inside a building
INSIDE = ("block", "unit", "floor", "room")

_NUMBER_SUFFIX = re.compile("(?<=[0-9A-Z])[号栋座楼室铺塔](?=[-,]|$)")
_BELOW = re.compile("负|地下|^B(?=[0-9])|(?<=-)B(?=[0-9])")
_BEFORE_PLATE = ("", "road", "place", "near")


class Counting:
    """A place in a text (`at`), the kind of what was read last (`last`), and all there was to read (`whole`)."""

    def __init__(self, text: str, at: int, draft: Draft) -> None:
        self.text, self.at, self.draft = text, at, draft
        self.whole = text[at:]
        self.last = ""

    def _match(self, pattern: re.Pattern) -> re.Match | None:
        return pattern.match(self.text, self.at)

    def _pass(self, count: int) -> bool:
        self.at += count
        return True

    def _left(self, pattern: re.Pattern) -> bool:
        found = self._match(pattern)
        if not found or found.end() == self.at:
            return False
        self.draft.leave(self.at, found.end())
        return self._pass(found.end() - self.at)

    def _number(self) -> bool:
        """Read one numbered part, of whatever kind may stand after what was read last."""
        if "自" in self.whole and not (self.last == "plate" and self._left(counted.SELF_PLATE)):
            self._left(counted.SELF_NUMBERED)
        return self._plate() or self._split() or self._block() or self._unit() or self._floor() or self._bare_plate() or self._room()

    def _set(self, name: str, value: str, end: int, joiner: str) -> bool:
        self.draft.join(name, _NUMBER_SUFFIX.sub("", value), self.at, end, joiner)
        self.at, self.last = end, name
        return True

    def _plate(self) -> bool:
        if (
            self.last not in _BEFORE_PLATE
            or "号" not in self.whole
            or (self.last == "" and not self.draft.has_any(("district", "street", "community")))
        ):
            return False
        found = self._match(counted.PLATE)
        if not found or (self.last != "road" and self._match(counted.NAMED_NUMBER)):
            return False
        value = found["value"].replace("号", "") + (found["sub"] or "")
        if self.last == "place" and ("plate" in self.draft.fields or any(road.plate for road in self.draft.roads)):
            return self._set("block", value, found.end(), "-")
        return self._set_plate(value, found.end())

    def _bare_plate(self) -> bool:
        is_village = self.last == "place" and bool(grammar.LIKE_VILLAGE.match(self.draft.places[-1].name))
        if self.last != "road" and not is_village:
            return False
        found = self._match(counted.BARE_PLATE)
        return bool(found) and not (is_village and len(found["value"]) > 3) and self._set_plate(found["value"], found.end())

    def _set_plate(self, value: str, end: int) -> bool:
        if self.last == "road":
            self.draft.roads[-1].plate = (value, self.at, end)
        else:
            self.draft.join("plate", value, self.at, end, ",")
        self.at, self.last = end, "plate"
        return True

    def _split(self) -> bool:
        """Block and room, or block, unit and room, with hyphens between: 3-501."""
        if self.last not in ("place", "block", "plate") or "-" not in self.whole:
            return False
        found = self._match(counted.BLOCK_UNIT_ROOM) or self._match(counted.BLOCK_ROOM)
        if not found:
            return False
        first = "unit" if self.last == "block" and found[1].isdigit() else "block"
        for name, group in zip((first, "unit", "room") if found.lastindex == 3 else (first, "room"), range(1, 4), strict=False):
            self.draft.join(name, found[group], found.start(group), found.end(group), "-")
        self.at, self.last = found.end(), "room"
        return True

    def _block(self) -> bool:
        if self.last == "room" or (self.last == "floor" and not self._match(counted.SEAT)):
            return False
        is_basement = "楼" in self.whole and self._match(counted.BASEMENT)
        found = None if is_basement else self._match(counted.BLOCK)
        if found:
            is_dormitory = "宿舍" in found[0]
            return self._set("block", ("宿舍" if is_dormitory else "") + found["value"], found.end(), "-")
        named = self._match(counted.NAMED)
        return bool(named) and bool(self.last or self.draft.fields) and self._set("block", named[0], named.end(), "-")

    def _unit(self) -> bool:
        may_be = self.last != "floor" and ("单" in self.whole or "梯" in self.whole)
        found = self._match(counted.UNIT) if may_be else None
        return bool(found) and self._set("unit", found["value"], found.end(), "-")

    def _floor(self) -> bool:
        may_be = "楼" in self.whole or "F" in self.whole or "下" in self.whole
        found = self._match(counted.FLOOR) if may_be else None
        if not found or ((found["before"] or found["after"]) and "floor" in self.draft.fields):
            return False
        written = found["after"] or found["before"] or _BELOW.sub("-", (found["value"] or "").replace("楼", ""))
        value = counted.FLOOR_WORDS.get(found["word"]) or written.replace("--", "-").lstrip("L")
        return self._set("floor", value, found.end(), ",")

    def _room(self) -> bool:
        found = self._match(counted.ROOM)
        if not found or (self.last in ("", "near", "left") and not self.draft.places and "室" not in found[0]):
            return False
        if found["letters"] and self.last not in INSIDE:
            return False
        value = _NUMBER_SUFFIX.sub("", found["value"] or found["letters"])
        if "-" in value or "," in value:
            self.draft.fault("range-of-rooms")
        return self._set("room", value, found.end(), ",")
