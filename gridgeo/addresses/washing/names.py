"""Whether a name that is known stands for itself where it is written, or only begins a longer one."""

from __future__ import annotations

from .grammar import GENERIC_NAME, LANES, LEADING, NAME
from .lexicon import Kind, Lexicon

#: parts of town that are called so whatever stands before them
#: a name before these is more likely a brand than a part of town: 金地威新中心
_BUILDINGS = frozenset(["大厦", "大楼", "广场", "中心", "公寓", "花园", "家园", "酒店"])
_OWN = ("科技园", "高新")


def leads_name(text: str, end: int) -> bool:
    """Return whether a name that ends here only begins another one: 宝安 in 宝安大道, 福田 in 福田国际创新中心."""
    return bool(LEADING.match(text, end))


def is_own_area(text: str, at: int) -> bool:
    """Return whether a part of town that is called so by itself begins here: 科技园 in 南山科技园."""
    return text.startswith(_OWN, at)


def is_before_road(text: str, end: int, lexicon: Lexicon) -> bool:
    """Return whether a road that is known begins where a name ends."""
    hit = lexicon.at(text, end)
    return bool(hit) and Kind.ROAD in hit[1].kinds and len(hit[1].name) > 2


def stands_alone(text: str, end: int, lexicon: Lexicon, is_area: bool = False, is_bare: bool = False) -> bool:
    """Return whether what follows is a name of its own, or no name: 怀德 before 翠岗工业园, but not 锦绣 before 江南四期."""
    if end == len(text) or not "一" <= text[end] <= "鿿" or LANES.match(text, end) or lexicon.at(text, end):
        return True
    if leads_name(text, end) and not is_own_area(text, end):
        return False
    found = NAME.match(text, end)
    if not found or (found["weak"] and not is_area) or (found["strong"] in _BUILDINGS and is_bare):
        return False
    own = GENERIC_NAME.match(text, end).end()
    return found.start(found.lastgroup or "") - max(end, own) >= (3 if found["weak"] else 2)
