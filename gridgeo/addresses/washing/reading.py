"""Reading what follows the divisions of an address, from left to right: names, then numbers, each where it stands."""

from __future__ import annotations

import re

from . import beside, grammar
from .assemble import Draft, Road
from .counting import INSIDE, Counting
from .lexicon import Kind, Lexicon
from .names import leads_name, stands_alone

#: signs a numbered part, a named block or a numbered area begins with
_COUNTING = frozenset(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ#一二三四五六七八九十东西南北中前后主副甲乙丙丁戊首顶夹地负自宝新商店铺档厂宿裙研综办写行科教实配门住附辅塔员"
)
_AFTER_NAME = frozenset("栋座")
#: signs of what stands beside a road and is no part of it
_ALONG = re.compile("[段侧面边口旁沿内交汇]")
#: after what another address may begin
_COMPLETE = ("place", "plate", "block", "unit", "floor", "room")


class Reader(Counting):
    """One pass over a text."""

    def __init__(self, text: str, at: int, lexicon: Lexicon, draft: Draft) -> None:
        super().__init__(text, at, draft)
        self.lexicon = lexicon
        self.has_extras = bool(beside.ANY.search(text, at))

    def read(self) -> None:
        """Read to the end."""
        while self.at < len(self.text):
            if not self._step():
                self._skip()

    def _step(self) -> bool:
        sign = self.text[self.at]
        if sign in " ,;-)":
            self.at += 1
            return (sign == "," and self.last in _COMPLETE and self._restart(self._is_district())) or True
        if sign == "(":
            return self._left(beside.REMARK) or self._pass(1)
        if self.has_extras and self._extra():
            return True
        if self.last == "road" and self._after_road():
            return True
        if self.last == "place" and self._after_place():
            return True
        may_count = sign in _COUNTING or self.text[self.at + 1 : self.at + 2] in _AFTER_NAME
        if may_count and (self._numbered_area() or self._number()):
            return True
        return self._known() or (self.has_extras and self._occupant()) or self._name()

    def _extra(self) -> bool:
        """What is no part of an address: telephone numbers, stations, what is only near, another address."""
        return (
            (self.last != "" and self._restart(bool(self._match(beside.RESTART))))
            or self._contact()
            or self._left(beside.TRANSIT)
            or self._near()
        )

    def _after_place(self) -> bool:
        return (self.has_extras and self._left(beside.GATE)) or self._lane() or self._phase()

    def _contact(self) -> bool:
        """A name, a telephone number, a postal code: left over without the word before it."""
        found = self._match(beside.CONTACT)
        if not found:
            return False
        self.draft.leave(found.start(found.lastgroup), found.end(), apart=True)
        self.last = "left"
        return self._pass(found.end() - self.at)

    def _skip(self) -> None:
        """Leave over what is not understood, up to the next name that is known."""
        hit = self.lexicon.at(self.text, self.at)
        if hit:
            self._place(self.at, hit[0])
            return
        end = self.at + 1
        while end < len(self.text) and self.text[end] not in " ,(;" and not self.lexicon.at(self.text, end):
            end += 1
        self.draft.leave(self.at, end)
        self.at = end

    def _is_district(self) -> bool:
        hit = self.lexicon.division_at(self.text, self.at)
        return bool(hit) and any(division.level == "district" and self.text.startswith(division.name, self.at) for division in hit[1].every)

    def _restart(self, begins: bool) -> bool:
        """Leave over the rest where another address begins."""
        if not begins:
            return False
        self.draft.fault("two-addresses")
        self.draft.leave(self.at, len(self.text))
        self.at = len(self.text)
        return True

    def _after_road(self) -> bool:
        lanes = self._match(grammar.LANES)
        if lanes:
            self.draft.roads[-1].extend(lanes[0], lanes.end())
            return self._pass(lanes.end() - self.at)
        return bool(_ALONG.search(self.whole)) and (self._left(grammar.STRETCH) or self._left(grammar.CROSSING))

    def _near(self) -> bool:
        """What is only near: the place or the number before it is not the address."""
        found = self._match(beside.NEAR)
        if not found:
            return False
        start = self.at
        if self.last in INSIDE:
            self.draft.fault("near")
        if self.last == "place":
            start = self.draft.places.pop().start
        elif self.last == "plate" and self.draft.roads and self.draft.roads[-1].plate:
            start = self.draft.roads[-1].plate[1]
            self.draft.roads[-1].plate = None
        self.draft.leave(start, found.end())
        self.at, self.last = found.end(), "near"
        return True

    def _lane(self) -> bool:
        is_village = bool(grammar.LIKE_VILLAGE.match(self.draft.places[-1].name))
        lanes = self._match(grammar.VILLAGE_LANES if is_village else grammar.LANES)
        return bool(lanes) and self._road(self.at, lanes.end(), is_lane=True)

    def _phase(self) -> bool:
        may_be = "区" in self.whole or "期" in self.whole or "园" in self.whole
        found = self._match(grammar.PHASES) if may_be else None
        if not found:
            return False
        self.draft.places[-1].extend(found[0], found.end())
        return self._pass(found.end() - self.at)

    def _numbered_area(self) -> bool:
        numbered = self._match(grammar.NUMBERED_AREA) if self.last in ("", "road") else None
        return bool(numbered) and self._place(self.at, numbered.end())

    def _known(self) -> bool:
        hit = self.lexicon.at(self.text, self.at)
        if hit:
            end, entry = hit
            if Kind.ROAD in entry.kinds:
                return self._road(self.at, end)
            if Kind.COMPOUND in entry.kinds or Kind.NAME in entry.kinds:
                return not leads_name(self.text, end) and self._place(self.at, end)
            return stands_alone(self.text, end, self.lexicon, is_area=True) and self._place(self.at, end)
        return self._known_community()

    def _known_community(self) -> bool:
        hit = self.lexicon.division_at(self.text, self.at)
        if not hit or any(division.level != "community" for division in hit[1].every):
            return False
        return stands_alone(self.text, hit[0], self.lexicon, is_bare=True) and self._place(self.at, hit[0])

    def _occupant(self) -> bool:
        found = self._match(beside.OCCUPANT)
        return bool(found) and not re.search("[0-9]", found[0]) and self._left(beside.OCCUPANT)

    def _name(self) -> bool:
        found = self._match(grammar.NAME)
        if found and found["road"]:
            return self._road(self._road_start(found.end("road")), found.end("road"))
        found = found or self._match(grammar.BARE_NAME) or (self._match(grammar.LAST_NAME) if self._may_end() else None)
        if not found or found[0].isascii():
            return False
        near = beside.NEAR.search(self.text, self.at, found.end()) if self.has_extras else None
        if near:
            self.draft.leave(self.at, near.end())
            self.at, self.last = near.end(), "near"
            return True
        inner = None if self.draft.has_any(INSIDE) else grammar.INNER.fullmatch(found[0])
        if inner and inner["inner"]:
            self._place(self.at, self.at + inner.end("outer"))
            return self._place(self.at, found.end())
        return self._place(self.at, found.end())

    def _road_start(self, end: int) -> int:
        """Return where a road's name begins that is known to begin later than here; what stands before it is a place."""
        for start in range(self.at + 2, end - 2):
            hit = self.lexicon.at(self.text, start)
            is_road = hit and hit[0] == end and Kind.ROAD in hit[1].kinds and not grammar.LANES.fullmatch(self.text, start, end)
            if is_road and not leads_name(self.text, start):
                self._place(self.at, start)
                return start
        return self.at

    def _may_end(self) -> bool:
        return bool(self.draft.fields) and not self.draft.places and not self.draft.roads

    def _road(self, start: int, end: int, is_lane: bool = False) -> bool:
        self.draft.roads.append(Road(self.text[start:end], start, end, is_lane))
        self.at, self.last = end, "road"
        return True

    def _place(self, start: int, end: int) -> bool:
        if self.draft.has_any(INSIDE) and (self.draft.places or self.draft.has_any(INSIDE[1:])):
            self.draft.leave(start, end)
            self.last = "left"
        else:
            self.draft.place(start, end)
            self.last = "place"
        self.at = end
        return True
