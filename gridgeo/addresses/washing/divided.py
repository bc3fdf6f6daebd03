"""A district, street or community at a place of a text: known by name with or without suffix, or told by its suffix alone."""

from __future__ import annotations

import re

from .assemble import Draft
from .divisions import LEVELS, Division, of_office
from .grammar import LANES, NUMBERED_AREA
from .lexicon import Called, Lexicon
from .names import is_before_road, is_own_area, leads_name, stands_alone
from .parts import COUNTING

_COMMITTEE = "社区居民委员会|社区居委会|社区工作站|居民委员会|社区居委|居委会|居委|社区"
_STREET_KIND = re.compile("街道办事处|街道办|街道|街到|街倒|办事处|镇(?![南北东西中])")
_COMMUNITY_KIND = re.compile(_COMMITTEE)
_OFFICES = {"street": re.compile("办事处|办(?!公)"), "community": re.compile("居民委员会|居委会|居委|工作站")}
_INSTITUTION = re.compile("党群|健康|卫生|公园|服务中心|医院|文化|幼儿园|小学")

_OTHER_DISTRICT = re.compile("[一-鿿]{1,3}?(?:新区|合作区|区|县)")
_NO_DISTRICT = re.compile(f".*(?:保税|工业|开发|高新|中心|科技|社|园|小|街|片|[东西南北新老]|住宅|生活|厂|校|院|山|[{COUNTING}])区")
_OTHER_STREET = re.compile("([一-鿿]{2,4}?)(街道办事处|街道办|街道|街到|街倒|办事处|镇(?![南北东西中路道]|政府))")
_OTHER_COMMUNITY = re.compile(f"([一-鿿]{{2,7}}?)({_COMMITTEE})(?!卫生|健康|医院|服务|中心|公园|居)")
#: kinds of streets that are kept as written; all others are 街道
_KEPT = ("镇", "办事处", "街到", "街倒")


def division(text: str, at: int, lexicon: Lexicon, draft: Draft) -> int | None:
    """Take one division; return where it ends, None where there is none."""
    hit = lexicon.division_at(text, at)
    if hit:
        end, called = hit
        taken = _whole(text, at, end, called, draft) if called.whole else _bare(text, at, end, called.every, lexicon, draft)
        if taken:
            return taken
    return _other(text, at, draft)


def _whole(text: str, at: int, end: int, called: Called, draft: Draft) -> int | None:
    one = called.whole[0]
    if one.level == "community" and (_INSTITUTION.match(text, end) or not one.name.endswith("社区")):
        return None
    for level in called.levels:
        if level not in draft.fields:
            office = _OFFICES[level].match(text, end) if level in _OFFICES else None
            return _set(level, one.name, at, office.end() if office else end, draft)
    return _again(at, end, one, draft)


def _again(at: int, end: int, one: Division, draft: Draft) -> int:
    """A level written a second time: the one nearer to the lower parts counts."""
    value, start, stop = draft.fields[one.level]
    if value != one.name:
        draft.leave(start, stop)
        draft.fields[one.level] = (one.name, at, end)
    return end


def _bare(text: str, at: int, end: int, found: tuple[Division, ...], lexicon: Lexicon, draft: Draft) -> int | None:
    levels = {one.level for one in found}
    kind = _STREET_KIND.match(text, end) if levels & {"street", "district"} else None
    if kind:
        return _set("street", text[at:end] + _street(kind[0]), at, kind.end(), draft)
    kind = _COMMUNITY_KIND.match(text, end) if "community" in levels else None
    if kind:
        return _set("community", text[at:end] + "社区", at, kind.end(), draft)
    if _begins_name(text, at, end, levels, lexicon):
        return None
    for level in LEVELS[:1] if is_own_area(text, end) else LEVELS:
        one = next((one for one in found if one.level == level and not one.became), None)
        if one and level not in draft.fields and _may_be_bare(level, draft):
            if level == "community" and not _is_community(text, end, one.name, lexicon, draft):
                return None
            return _set(level, one.name, at, end, draft)
    is_again = "district" in levels and draft.fields.get("district", ("",))[0][:-1] == text[at:end]
    return end if is_again else None


def _begins_name(text: str, at: int, end: int, levels: set[str], lexicon: Lexicon) -> bool:
    """Return whether a bare name is that of something else, or begins a longer one."""
    hit = lexicon.at(text, at)
    if hit and (hit[0] > end or (hit[0] == end and "district" not in levels)):
        return True
    if "district" in levels and (is_own_area(text, end) or NUMBERED_AREA.match(text, end)):
        return False
    return leads_name(text, end) and not is_before_road(text, end, lexicon)


def _may_be_bare(level: str, draft: Draft) -> bool:
    if draft.has_any(LEVELS[LEVELS.index(level) + 1 :]):
        return False
    return level != "community" or "street" in draft.fields


def _is_community(text: str, end: int, name: str, lexicon: Lexicon, draft: Draft) -> bool:
    """Return whether a bare name after a street is its community: one of its own, before a road or a named place."""
    street = draft.fields["street"][0]
    streets = {street, of_office(street), *lexicon.became("street", street)}
    if all(streets.isdisjoint(outer) for outer in lexicon.lies_in("community", name)):
        return False
    return "一" <= text[end : end + 1] <= "鿿" and not LANES.match(text, end) and stands_alone(text, end, lexicon)


def _other(text: str, at: int, draft: Draft) -> int | None:
    """Take a division that is not known, told by its suffix."""
    if "city" in draft.fields and not draft.has_any(("district", "street")):
        found = _OTHER_DISTRICT.match(text, at)
        if found and not _NO_DISTRICT.fullmatch(found[0]):
            return _set("district", found[0], at, found.end(), draft)
    if draft.fields and "street" not in draft.fields:
        found = _OTHER_STREET.match(text, at)
        if found:
            return _set("street", found[1] + _street(found[2]), at, found.end(), draft)
    if draft.fields and "community" not in draft.fields:
        found = _OTHER_COMMUNITY.match(text, at)
        if found:
            return _set("community", found[1] + "社区", at, found.end(), draft)
    return None


def _street(kind: str) -> str:
    return kind if kind in _KEPT else "街道"


def _set(level: str, name: str, at: int, end: int, draft: Draft) -> int:
    if level in draft.fields and draft.fields[level][0] != name:
        draft.leave(*draft.fields[level][1:])
    draft.fields[level] = (name, at, end)
    return end
