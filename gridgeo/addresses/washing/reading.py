"""Reading an address from left to right."""

from __future__ import annotations

import re

from . import parts
from .assemble import Draft, Road
from .front import is_elsewhere, take
from .lexicon import Kind, Lexicon
from .names import leads_name

_HAN = "一-鿿㐀-䶿"
_NUMBER_WORD = "[栋座号楼室铺塔,-]|单元"
_SIGN = f"(?:[{_HAN}A-Z]|[0-9]+(?![0-9])(?!{_NUMBER_WORD}))"
_PHASES = f"(?:{parts.PHASE})*"
_NO_ROAD = f"(?!(?:{parts.ORDINAL})?(?:大道|大街|公路|路|街(?![0-9])|径))"
_AT_NUMBER = f"(?=$|[0-9A-Z(;, ]|[东西南北中主副甲乙丙丁][座栋塔楼]|{parts.NAMED_BLOCK}|地下|负|首楼|顶楼|[东西南北]翼|{parts.NEARBY})"

_LANES = re.compile(f"(?:{parts.ORDINAL}(?:横巷|横街|支巷|巷|坊|里|弄|排|横))+")
_VILLAGE_LANES = re.compile(f"(?:{parts.ORDINAL}(?:横巷|横街|支巷|巷|坊|里|弄|排|横|街))+")
_VILLAGE = re.compile(f".*(?:村|围|屋|墟|区|新邨|坊|寮|厦|{parts.ORDINAL}期)$")
_PHASE = re.compile(f"{parts.PHASE}+")
_NUMBERED_AREA = re.compile("(?:宝安|宝城)?(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})区")

_VILLAGE_END = "(?:新村|老村|旧村|老围|旧围|新围|围|村)(?:委会|委)?"
_NAME = re.compile(
    f"{_SIGN}{{1,14}}?(?:"
    f"(?P<road>{parts.ROAD})(?!交|{parts.ROAD}|[口站]|科技|工业)"
    f"|(?P<village>{_VILLAGE_END}){_NO_ROAD}(?!民|庄|镇|口|{parts.WEAK}|{parts.STRONG})"
    f"|(?P<strong>{parts.STRONG}){_NO_ROAD}(?!{parts.STRONG}|{parts.WEAK}|区)"
    f"|(?P<weak>{parts.WEAK}|屋|墟|围){_PHASES}{_AT_NUMBER}"
    f"){_PHASES}"
)
_BARE_NAME = re.compile(f"{_SIGN}{{2,12}}?(?=[0-9A-Z]|[东西南北中主副甲乙丙丁][座栋塔]|{parts.NAMED_BLOCK}|地下|负[0-9])")
_LAST_NAME = re.compile(f"[{_HAN}A-Z0-9]{{2,12}}(?=$|[(;])")

_NEARBY = re.compile(f"(?:{parts.NEARBY})")
_STRETCH = re.compile(
    "[东西南北中上下]段|[一-鿿]{2}段(?=[0-9(;]|$)|[东西南北][侧面边]|路?口(?:旁|边)?|旁边?|边(?=$)|沿线|内(?=$)|段(?=[0-9]|$)"
)
_CROSSING = re.compile(
    "(?:与|和|跟|近|靠|交|-|,|/| )?[^;()0-9]{1,14}?(?:交汇处?|交界处?|交叉口|交叉处|交接处|交口|汇合处|相交处|路口|十字路口)(?:[东西南北]{1,2}(?:侧|角|面)?)?"
)
_REMARK = re.compile("\\(([^()]*)\\)")
_OCCUPANT = re.compile(
    "[^;(]*?(?:有限责任公司|股份有限公司|有限公司|分公司|公司|集团|事务所|经营部|服务部|商行|便利店|专卖店|分店|门店)[^;(]*"
)
_SELF = re.compile("自编(?:号)?")

_RM = "[A-Z]{0,2}[0-9]{1,5}[A-Z]{0,4}[0-9]{0,3}"
_FL = "(?:负|地下|-|B)?[0-9]{1,3}[A-Z]?"
_PLATE = re.compile(
    "(?P<value>[0-9]{1,5}[A-Z]?(?:号?[-,][0-9]{1,5}[A-Z]?)*)号(?:院|大院)?(?![栋楼])(?P<sub>-?[0-9]{1,3}(?![0-9A-Z栋座楼室号单,-]))?"
)
_BARE_PLATE = re.compile("(?P<value>[0-9]{1,5}[A-Z]?(?:-[0-9]{1,4})?)(?![0-9A-Z]|[栋座楼室号铺]|单元)")
_BLOCK = re.compile(
    "(?:(?P<kind>厂房|宿舍楼?)(?=[0-9A-Z]))?"
    "(?P<value>(?:[东西南北中前后]?[A-Z]{0,2}[0-9]{0,4}[A-Z]{0,4}|[东西南北中主副前后甲乙丙丁戊])(?:栋?[-,][A-Z0-9]{1,4})*)"
    "(?:栋|座|塔楼?|号(?=厂房|宿舍|写字楼|工业厂房|办公楼))(?:(?:工业)?(?:厂房|(?P<after>宿舍楼?)|写字楼|办公楼))?"
)
_NAMED_BLOCK = re.compile(f"(?:{parts.NAMED_BLOCK}|[东西南北]翼)(?![{_HAN}]*(?:大厦|广场|公司))(?P<letter>[A-Z](?=[0-9]{{3,4}}|$))?")
_UNIT = re.compile("(?P<value>[0-9A-Z东西]{1,3}(?:[-,][0-9A-Z]{1,3})*)(?:单元|梯)")
_FLOOR = re.compile(
    f"(?P<value>{_FL}(?:楼?[-,]{_FL})*)楼|(?P<word>首楼|顶楼|地下楼|地下室|夹楼)|F(?P<f>[0-9]{{1,2}})(?![0-9A-Z])|(?P<g>[0-9]{{1,2}})F(?=[0-9]{{2,3}})"
)
_ROOM = re.compile(
    f"(?P<value>#?{_RM}(?:(?:室|号|铺)?[-,][A-Z0-9]{{1,6}})*)(?:号铺|铺位|室|铺|号(?!线)|市(?=$)|单元|区(?=$|[0-9(; ]))?|(?P<letters>[A-Z]{{1,5}}(?:,[A-Z]{{1,3}})*)(?:室|区|单元|座)?(?=$|[;( ])"
)
_SPLIT3 = re.compile("([0-9]{1,3}|[A-Z][0-9]{0,2})-([0-9]{1,2})-([0-9]{3,4}[A-Z]?)(?:室|号)?(?![0-9])")
_SPLIT2 = re.compile("([0-9]{1,2}|[A-Z][0-9]{0,2})-([0-9]{3,4}[A-Z]?)(?:室|号)?(?![0-9-])")
_SUFFIXES = re.compile("(?<=[0-9A-Z])[号栋座楼室铺](?=[-,]|$)|地下(?=[0-9])")


def read(text: str, lexicon: Lexicon) -> Draft:
    """Return what a normalised text holds."""
    draft = Draft(text)
    start, end = _first_here(text, draft)
    Reader(text[:end], start, lexicon, draft).read()
    draft.settle()
    return draft


def _first_here(text: str, draft: Draft) -> tuple[int, int]:
    """Return where the first address of this city starts and ends; what stands before and after is left over."""
    if ";" not in text:
        return 0, len(text)
    start = 0
    pieces = []
    for piece in text.split(";"):
        pieces.append((start, start + len(piece)))
        start += len(piece) + 1
    chosen = next((span for span in pieces if "深圳" in text[span[0] : span[1]]), pieces[0])
    if is_elsewhere(text[pieces[0][0] : pieces[0][1]]) is False:
        chosen = pieces[0]
    draft.fault("two-addresses")
    for span in pieces:
        if span != chosen:
            draft.leave(*span)
    return chosen


class Reader:
    """One pass over a text: where it is, and what was last read."""

    def __init__(self, text: str, start: int, lexicon: Lexicon, draft: Draft) -> None:
        self.text, self.at, self.lexicon, self.draft = text, start, lexicon, draft
        self.last = ""

    def read(self) -> None:
        """Read to the end."""
        self.at = take(self.text, self.at, self.lexicon, self.draft)
        if "elsewhere" in self.draft.faults:
            self.draft.leave(self.at, len(self.text))
            return
        while self.at < len(self.text):
            if not self._step():
                self._skip()

    def _step(self) -> bool:
        sign = self.text[self.at]
        if sign in " ,;-":
            self.at += 1
            return True
        if sign == "(":
            return self._remark()
        if self._after_road() or self._near() or self._number() or self._lane() or self._phase():
            return True
        return self._known() or self._occupant() or self._name() or self._bare_name()

    def _skip(self) -> None:
        end = self.at + 1
        while end < len(self.text) and self.text[end] not in " (;":
            end += 1
        self.draft.leave(self.at, end)
        self.at = end

    def _match(self, pattern: re.Pattern) -> re.Match | None:
        return pattern.match(self.text, self.at)

    def _leave(self, found: re.Match) -> bool:
        self.draft.leave(found.start(), found.end())
        self.at = found.end()
        return True

    def _remark(self) -> bool:
        found = self._match(_REMARK)
        if found:
            return self._leave(found)
        self.at += 1
        return True

    def _after_road(self) -> bool:
        if self.last not in ("road", "lane"):
            return False
        lanes = self._match(_LANES)
        if lanes:
            road = self.draft.roads[-1]
            value, start, _ = road.name
            road.name = (value + lanes[0], start, lanes.end())
            self.at = lanes.end()
            return True
        stretch = self._match(_STRETCH)
        if stretch:
            return self._leave(stretch)
        crossing = self._match(_CROSSING)
        return bool(crossing) and self._leave(crossing)

    def _near(self) -> bool:
        found = self._match(_NEARBY)
        if not found:
            return False
        if self.last == "place":
            (_, start, _), _ = self.draft.places.pop()
            self.draft.leave(start, found.end())
        elif self.last == "plate" and self.draft.roads and self.draft.roads[-1].plate:
            plate = self.draft.roads[-1].plate
            self.draft.roads[-1].plate = None
            self.draft.leave(plate[1], found.end())
        else:
            self.draft.leave(self.at, found.end())
        self.at, self.last = found.end(), "near"
        return True

    def _lane(self) -> bool:
        if self.last != "place" or not self.draft.places:
            return False
        (name, start, end), before = self.draft.places[-1]
        is_village = bool(_VILLAGE.match(name))
        lanes = self._match(_VILLAGE_LANES if is_village else _LANES)
        if not lanes:
            return False
        split = self.at
        if not is_village:
            each = list(re.finditer(f"{parts.ORDINAL}(?:横巷|横街|支巷|巷|坊|里|弄|排|横)", lanes[0]))
            if len(each) > 1:
                split = self.at + each[0].end()
                self.draft.places[-1] = ((name + self.text[self.at : split], start, split), before)
        self._road(split, lanes.end(), is_lane=True)
        return True

    def _road(self, start: int, end: int, is_lane: bool = False) -> None:
        self.draft.roads.append(Road((self.text[start:end], start, end), is_lane))
        self.at, self.last = end, "road"

    def _place(self, start: int, end: int) -> None:
        if "block" in self.draft.fields or "floor" in self.draft.fields or "room" in self.draft.fields:
            self.draft.leave(start, end)
            self.last = "left"
        else:
            self.draft.places.append(
                ((self.text[start:end].replace("村委会", "村").replace("村委", "村"), start, end), len(self.draft.roads))
            )
            self.last = "place"
        self.at = end

    def _phase(self) -> bool:
        found = self._match(_PHASE)
        if not found:
            return False
        if self.last == "place":
            (name, start, _), before = self.draft.places[-1]
            self.draft.places[-1] = ((name + found[0], start, found.end()), before)
            self.at = found.end()
            return True
        numbered = self._match(_NUMBERED_AREA)
        if numbered and self.last in ("", "road"):
            self._place(self.at, numbered.end())
            return True
        return False

    def _known(self) -> bool:
        hit = self.lexicon.at(self.text, self.at)
        if not hit:
            return self._known_division()
        end, entry = hit
        if Kind.ROAD in entry.kinds:
            self._road(self.at, end)
            return True
        if Kind.AREA in entry.kinds and leads_name(self.text, end):
            return False
        self._place(self.at, end)
        return True

    def _known_division(self) -> bool:
        hit = self.lexicon.division_at(self.text, self.at)
        if not hit or leads_name(self.text, hit[0]) or hit[0] == len(self.text):
            return False
        if all(division.level == "community" for division in hit[1]) and not self.text[self.at : hit[0]].endswith("社区"):
            self._place(self.at, hit[0])
            return True
        return False

    def _occupant(self) -> bool:
        found = self._match(_OCCUPANT)
        if not found or re.search("[0-9]", found[0]):
            return False
        return self._leave(found)

    def _name(self) -> bool:
        found = self._match(_NAME)
        if not found:
            return False
        if found["road"]:
            self._road(self._road_start(found), found.end("road"))
        else:
            self._place(self.at, found.end())
        return True

    def _road_start(self, found: re.Match) -> int:
        end = found.end("road")
        for start in range(self.at + 1, end - 2):
            hit = self.lexicon.at(self.text, start)
            if hit and hit[0] == end and Kind.ROAD in hit[1].kinds:
                self._place(self.at, start)
                return start
        return self.at

    def _bare_name(self) -> bool:
        found = self._match(_BARE_NAME) or (self._match(_LAST_NAME) if self._may_end() else None)
        if not found:
            return False
        self._place(self.at, found.end())
        return True

    def _may_end(self) -> bool:
        return bool(self.draft.fields) and not self.draft.places and not self.draft.roads

    def _number(self) -> bool:
        own = self._match(_SELF)
        if own:
            self.draft.leave(self.at, own.end())
            self.at = own.end()
        return self._plate() or self._split() or self._block() or self._unit() or self._floor() or self._bare_plate() or self._room()

    def _set(self, name: str, value: str, end: int, joiner: str) -> bool:
        self.draft.join(name, (_SUFFIXES.sub("", value), self.at, end), joiner)
        self.at, self.last = end, name
        return True

    def _plate(self) -> bool:
        if self.last not in ("road", "lane", "place", "near", "") or (self.last == "" and "street" not in self.draft.fields):
            return False
        found = self._match(_PLATE)
        if not found:
            return False
        value = re.sub("号(?=[-,])", "", found["value"]) + (("-" + found["sub"].lstrip("-")) if found["sub"] else "")
        return self._set_plate(value, found.end())

    def _set_plate(self, value: str, end: int) -> bool:
        piece = (value, self.at, end)
        if self.last == "place" or not self.draft.roads:
            self.draft.join("plate", piece, ",")
        else:
            self.draft.roads[-1].plate = piece
        self.at, self.last = end, "plate"
        return True

    def _bare_plate(self) -> bool:
        is_village = self.last == "place" and bool(_VILLAGE.match(self.draft.places[-1][0][0]))
        if self.last not in ("road", "lane") and not is_village:
            return False
        found = self._match(_BARE_PLATE)
        if not found or (is_village and len(found["value"]) > 3):
            return False
        return self._set_plate(found["value"], found.end())

    def _split(self) -> bool:
        if self.last not in ("place", "block", "plate"):
            return False
        three = self._match(_SPLIT3) if self.last != "block" else None
        if three:
            for name, group in (("block", 1), ("unit", 2), ("room", 3)):
                self.draft.join(name, (three[group], three.start(group), three.end(group)), "-")
            self.at, self.last = three.end(), "room"
            return True
        two = self._match(_SPLIT2)
        if not two:
            return False
        first = "unit" if self.last == "block" else "block"
        self.draft.join(first, (two[1], two.start(1), two.end(1)), "-")
        self.draft.join("room", (two[2], two.start(2), two.end(2)), ",")
        self.at, self.last = two.end(), "room"
        return True

    def _block(self) -> bool:
        found = self._match(_BLOCK)
        if found and found["value"]:
            kind = "宿舍" if (found["kind"] or "").startswith("宿舍") or found["after"] or "宿舍" in found[0] else ""
            return self._set("block", kind + found["value"], found.end(), "-")
        named = self._match(_NAMED_BLOCK)
        if not named or (self.last == "" and not self.draft.fields):
            return False
        return self._set("block", named[0], named.end(), "-")

    def _unit(self) -> bool:
        if self.last == "floor":
            return False
        found = self._match(_UNIT)
        return bool(found) and self._set("unit", found["value"], found.end(), "-")

    def _floor(self) -> bool:
        found = self._match(_FLOOR)
        if not found:
            return False
        word = {"首楼": "1", "顶楼": "顶", "地下楼": "-1", "地下室": "-1", "夹楼": "夹"}.get(found["word"] or "")
        value = word or found["f"] or found["g"] or re.sub("负|地下|B(?=[0-9])", "-", found["value"].replace("楼", ""))
        return self._set("floor", value, found.end(), ",")

    def _room(self) -> bool:
        found = self._match(_ROOM)
        if not found or (self.last in ("", "near") and not self.draft.places):
            return False
        if found["letters"] and self.last not in ("floor", "room", "block"):
            return False
        value = (found["value"] or found["letters"]).lstrip("#")
        if re.search("-|,", value):
            self.draft.fault("range-of-rooms")
        return self._set("room", re.sub("(?<=[0-9A-Z])[室号铺](?=[-,])", "", value), found.end(), ",")
