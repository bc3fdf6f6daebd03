"""The divisions at the front of an address."""

from __future__ import annotations

import re

from .assemble import Draft
from .divisions import CITY, LEVELS, PROVINCE, Division, elsewhere, of_office
from .grammar import LANES, NUMBERED_AREA
from .lexicon import Lexicon
from .names import is_before_road, is_own_area, leads_name, stands_alone

_COUNTRY = re.compile("中国|中华人民共和国")
_PROVINCE = re.compile("广东省?(?=深圳|[一-鿿]{2}(?:区|县)|$| )")
_CITY = re.compile(
    "深圳市|深圳(?!湾|大学|北站|站|火车|机场|证券|软件园|书城|国际|清华|报业|技术|职业|信息|会展|市民|世界之窗|野生|欢乐|中学|高级|实验|外国语|第)"
)
_STREET_KIND = re.compile("街道办事处|街道办|街道|街到|街倒|办事处|镇(?![南北东西中])")
_COMMUNITY_KIND = re.compile("社区居民委员会|社区居委会|社区工作站|居民委员会|社区居委|居委会|居委|社区")
_OTHER_DISTRICT = re.compile("[一-鿿]{1,3}?(?:新区|合作区|区|县)")
_NO_DISTRICT = re.compile(
    ".*(?:保税|工业|开发|高新|中心|科技|社|园|小|街|片|[东西南北新老]|住宅|生活|厂|校|院|山|[一二三四五六七八九十])区$"
)
_OTHER_STREET = re.compile("([一-鿿]{2,4}?)(街道办事处|街道办|街道|街到|街倒|办事处|镇(?!南|北|东|西|中|路|政府|道))")
_OTHER_COMMUNITY = re.compile(
    "([一-鿿]{2,7}?)(社区居民委员会|社区居委会|社区工作站|居民委员会|居委会|居委|社区)(?!卫生|健康|医院|服务|中心|公园|居)"
)
_OTHER_CITY = re.compile(
    f"({'|'.join(elsewhere('municipality'))})市?|({'|'.join(elsewhere('city'))})市?(?![路街道])|({'|'.join(elsewhere('province'))})(?:省|[一-鿿]{{0,3}}自治区)?"
)
_OFFICES = {"street": re.compile("办事处|办(?!公)"), "community": re.compile("居民委员会|居委会|居委|工作站")}
_INSTITUTION = re.compile("党群|健康|卫生|公园|服务中心|医院|文化|幼儿园|小学")
_SENTENCE = re.compile("[^;]+")
_HERE = re.compile("(?:广东省?)?深圳市")
_FULL = elsewhere("municipality") | elsewhere("city") | elsewhere("province")


def is_elsewhere(text: str) -> bool:
    """Return whether a text begins with another city or province."""
    found = _OTHER_CITY.match(text)
    return bool(found) and not (found[3] == "广东" and not _OTHER_CITY.match(text, found.end()))


def here(text: str, draft: Draft) -> tuple[int, int]:
    """Return where the first address of this city starts and ends; what stands before and after is left over."""
    spans = [(found.start(), found.end()) for found in _SENTENCE.finditer(text)]
    if len(spans) < 2:
        return 0, len(text)
    chosen = spans[0] if not is_elsewhere(text[slice(*spans[0])]) else next((s for s in spans if "深圳" in text[slice(*s)]), spans[0])
    draft.fault("two-addresses")
    for span in spans:
        if span != chosen:
            draft.leave(*span)
    return chosen


def take(text: str, at: int, lexicon: Lexicon, draft: Draft) -> int:
    """Take the divisions off the front of a text; return where the rest begins."""
    start = at
    while at < len(text):
        step = _upper(text, at, draft) or _division(text, at, lexicon, draft) or _from_later(text, at, draft)
        if not step:
            break
        at = step
        while at < len(text) and text[at] in " ,-":
            at += 1
    if draft.fields:
        return at
    at = _elsewhere(text, start, draft)
    later = _HERE.search(text, at) if draft.fields else None
    if not later:
        return at
    draft.fields.clear()
    draft.faults[:] = ["two-addresses"]
    draft.leave(start, later.start())
    return take(text, later.start(), lexicon, draft)


def _from_later(text: str, at: int, draft: Draft) -> int | None:
    """What stands before the city's name is no address: a name, a number, a postal code."""
    found = None if draft.fields or is_elsewhere(text) else _HERE.search(text, at)
    if not found:
        return None
    draft.leave(at, found.start())
    return found.start()


def _elsewhere(text: str, at: int, draft: Draft) -> int:
    found = _OTHER_CITY.match(text, at)
    while found and not found[2] and "province" not in draft.fields:
        draft.fields["province"] = (_FULL[found[1] or found[3]], found.start(), found.end())
        if found[1]:
            draft.fields["city"] = draft.fields.pop("province")
            at, found = found.end(), None
            break
        at = found.end()
        found = _OTHER_CITY.match(text, at)
    if found and found[2]:
        draft.fields["city"] = (_FULL[found[2]], found.start(), found.end())
        at = found.end()
    if draft.fields:
        draft.fault("elsewhere")
    return at


def _upper(text: str, at: int, draft: Draft) -> int | None:
    country = _COUNTRY.match(text, at)
    if country and at == 0:
        return country.end()
    province = _PROVINCE.match(text, at)
    if province and "district" not in draft.fields:
        draft.fields.setdefault("province", (PROVINCE, at, province.end()))
        return province.end()
    city = _CITY.match(text, at)
    if city and ("district" not in draft.fields or city[0] == CITY):
        draft.fields.setdefault("city", (CITY, at, city.end()))
        return city.end()
    return None


def _division(text: str, at: int, lexicon: Lexicon, draft: Draft) -> int | None:
    hit = lexicon.division_at(text, at)
    if hit:
        end, found = hit
        name = text[at:end]
        whole = [division for division in found if division.name == name]
        taken = _whole(text, at, end, whole, draft) if whole else _bare(text, at, end, found, lexicon, draft)
        if taken:
            return taken
    return _other(text, at, draft)


def _whole(text: str, at: int, end: int, found: list[Division], draft: Draft) -> int | None:
    if found[0].level == "community" and _INSTITUTION.match(text, end):
        return None
    level = next((level for level in LEVELS if any(d.level == level for d in found) and level not in draft.fields), None)
    if level is None:
        return _again(at, end, found[0], draft)
    if level == "community" and not found[0].name.endswith("社区"):
        return None
    office = _OFFICES[level].match(text, end) if level in _OFFICES else None
    end = office.end() if office else end
    return _set(level, found[0].name, at, end, draft)


def _again(at: int, end: int, division: Division, draft: Draft) -> int:
    """A level written a second time: the one nearer to the lower parts counts."""
    value, start, stop = draft.fields[division.level]
    if value != division.name:
        draft.leave(start, stop)
        draft.fields[division.level] = (division.name, at, end)
    return end


def _bare(text: str, at: int, end: int, found: tuple[Division, ...], lexicon: Lexicon, draft: Draft) -> int | None:
    levels = {division.level for division in found}
    name = text[at:end]
    if levels & {"street", "district"}:
        kind = _STREET_KIND.match(text, end)
        if kind:
            return _set("street", name + _street(kind[0]), at, kind.end(), draft)
    if "community" in levels:
        kind = _COMMUNITY_KIND.match(text, end)
        if kind:
            return _set("community", name + "社区", at, kind.end(), draft)
    hit = lexicon.at(text, at)
    if (hit and hit[0] >= end and (hit[0] > end or "district" not in levels)) or (
        leads_name(text, end)
        and not is_before_road(text, end, lexicon)
        and not ("district" in levels and (is_own_area(text, end) or NUMBERED_AREA.match(text, end)))
    ):
        return None
    for level in LEVELS[:1] if is_own_area(text, end) else LEVELS:
        if level in levels and level not in draft.fields and _may_be_bare(level, draft):
            if level == "community" and not (end < len(text) and stands_alone(text, end, lexicon) and _is_before_name(text, end)):
                return None
            if level == "community" and not _lies_in_street(name + "社区", lexicon, draft):
                return None
            whole = next(division.name for division in found if division.level == level and not division.became)
            return _set(level, whole, at, end, draft)
    if "district" in levels and draft.fields.get("district", ("",))[0][:-1] == name:
        return end
    return None


def _lies_in_street(community: str, lexicon: Lexicon, draft: Draft) -> bool:
    street = draft.fields["street"][0]
    streets = {street, of_office(street), *lexicon.became("street", street)}
    return any(streets & found for found in lexicon.lies_in("community", community))


def _is_before_name(text: str, at: int) -> bool:
    return "一" <= text[at] <= "鿿" and not LANES.match(text, at)


def _may_be_bare(level: str, draft: Draft) -> bool:
    below = LEVELS[LEVELS.index(level) + 1 :]
    if any(lower in draft.fields for lower in below):
        return False
    return level != "community" or "street" in draft.fields


def _other(text: str, at: int, draft: Draft) -> int | None:
    """Divisions that are not known, told by their suffix alone."""
    if "district" not in draft.fields and "city" in draft.fields and "street" not in draft.fields:
        found = _OTHER_DISTRICT.match(text, at)
        if found and not _NO_DISTRICT.match(found[0]):
            return _set("district", found[0], at, found.end(), draft)
    if "street" not in draft.fields and draft.fields:
        found = _OTHER_STREET.match(text, at)
        if found:
            return _set("street", found[1] + _street(found[2]), at, found.end(), draft)
    if "community" not in draft.fields and draft.fields:
        found = _OTHER_COMMUNITY.match(text, at)
        if found:
            return _set("community", found[1] + "社区", at, found.end(), draft)
    return None


def _street(kind: str) -> str:
    return kind if kind in ("镇", "办事处", "街到", "街倒") else "街道"


def _set(level: str, name: str, at: int, end: int, draft: Draft) -> int:
    if level in draft.fields and draft.fields[level][0] != name:
        draft.leave(*draft.fields[level][1:])
    draft.fields[level] = (name, at, end)
    return end
