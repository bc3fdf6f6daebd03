"""The front of an address: which of several it is, and its divisions from the country down."""

from __future__ import annotations

import re

from .assemble import Draft
from .divided import division
from .divisions import CITY, PROVINCE, elsewhere
from .lexicon import Lexicon
from .parts import either

_COUNTRY = re.compile("中国|中华人民共和国")
_PROVINCE = re.compile("广东省?(?=深圳|[一-鿿]{2}(?:区|县)|$| )")
_CITY = re.compile(
    "深圳市|深圳(?!湾|大学|北站|站|火车|机场|证券|软件园|书城|国际|清华|报业|技术|职业|信息|会展|市民|世界之窗|野生|欢乐|中学|高级|实验|外国语|第)"
)
_OTHER_CITY = re.compile(
    either(
        f"(?P<municipality>{'|'.join(elsewhere('municipality'))})市?",
        f"(?P<city>{'|'.join(elsewhere('city'))})市?(?![路街道])",
        f"(?P<province>{'|'.join(elsewhere('province'))})(?:省|[一-鿿]{{0,3}}自治区)?",
    )
)
_SENTENCE = re.compile("[^;]+")
_HERE = re.compile("(?:广东省?)?深圳市")
_FULL = elsewhere("municipality") | elsewhere("city") | elsewhere("province")


def is_elsewhere(text: str) -> bool:
    """Return whether a text begins with another city or province."""
    found = _OTHER_CITY.match(text)
    return bool(found) and not (found["province"] == "广东" and not _OTHER_CITY.match(text, found.end()))


def here(text: str, draft: Draft) -> tuple[int, int]:
    """Return where the first address of this city starts and ends; what stands before and after is left over."""
    if ";" not in text:
        return 0, len(text)
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
        step = (text[at] in "中广深" and _upper(text, at, draft)) or division(text, at, lexicon, draft) or _from_later(text, at, draft)
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
    """Take the province and the city of an address that is not of here."""
    found = _OTHER_CITY.match(text, at)
    while found:
        level = "province" if found["province"] else "city"
        if level in draft.fields:
            break
        draft.fields[level] = (_FULL[found[found.lastgroup]], found.start(), found.end())
        at = found.end()
        found = _OTHER_CITY.match(text, at) if level == "province" else None
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
