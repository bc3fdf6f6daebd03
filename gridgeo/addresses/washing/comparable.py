"""What names and numbers of addresses are compared by.

`key` is for names (roads, compounds, buildings), `number_key` for numbered parts (plate, block, unit, room). Both are idempotent,
never raise, and are None where nothing comparable is left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from . import glyphs, numerals

#: text beyond this many characters is not read
LIMIT = 1000

_NUMERAL = f"[{numerals.SIGNS}]"
_COUNTED = "路街巷坊里道径弄胡号栋幢座单梯层楼房室区期村队组横排村园工厂阶段环桥标线站"
_NUMBERED = re.compile(f"第*(?<!{_NUMERAL})({_NUMERAL}+)(?=[{_COUNTED}])|第+({_NUMERAL}+|(?=[0-9]))")
_NO_KEY = re.compile("[^0-9A-Z〇㐀-䶿一-鿿\U00020000-\U000323af]+")

_ANY_NUMERAL = re.compile(f"{_NUMERAL}+")
_PLAIN_NUMBER = re.compile("[1-9][0-9A-D]{0,7}")
_AND = re.compile("[、,，;；/&和及]+")
_TO = re.compile("[~～—–－−‐-―至到之_]+")
_NO_LABEL = re.compile("[^0-9A-Z,〇㐀-䶿一-鿿\U00020000-\U000323af-]+")
_BELOW = re.compile("^(?:地下|负)(?=[0-9])")
_SUFFIX = re.compile("(?<=[0-9A-Z东西南北中甲乙丙丁戊])(?:号[楼栋幢座房室铺]?|栋|幢|座|单元|梯|楼层|楼|层|房间?|室)(?=$|[,-])")
_INNER = re.compile("(?<=[0-9A-Z东西南北中])(?:号[楼栋幢座]?|栋|幢|座|单元|梯)(?=[0-9A-Z东西南北])")
_ZEROS = re.compile("(?<![0-9A-Z])0+(?=[0-9])")
_JOINERS = re.compile("^[-,]+(?![0-9])|^,+|[-,]+$|(?<=[-,])[-,]+")


def _digits(found: re.Match) -> str:
    written = found[1] or found[2] or ""
    number = numerals.value(written) if written else None
    return written if number is None else str(number)


def _folded(text: str) -> str:
    text = text[:LIMIT]
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)[:LIMIT].translate(glyphs.SIMPLIFIED)
    return text.upper() if text.isascii() else text.translate(glyphs.CAPITALS)


def key(name: str | None) -> str | None:
    """Return what a name is compared by: simplified, half width, capitals, numbered parts in digits, no punctuation or blanks.

    >>> key("前進一路"), key("第3工业区"), key("七星广场")
    ('前进1路', '3工业区', '七星广场')
    """
    if not name:
        return None
    bare = _NO_KEY.sub("", _folded(name))
    return _NUMBERED.sub(_digits, bare) or None


def number_key(label: str | None) -> str | None:
    """Return what a numbered part is compared by: digits and capitals, the part's own suffix and leading zeros left out.

    Hyphens stand for ranges and sub-numbers, commas for lists; what lies below ground is negative.

    >>> [number_key(label) for label in ("第三单元", "1006号之2", "D3栋B座", "地下一层", "Ｂ座", "研发大楼")]
    ['3', '1006-2', 'D3-B', '-1', 'B', '研发大楼']
    """
    if not label:
        return None
    if _PLAIN_NUMBER.fullmatch(label):
        return label
    label = _folded(label)
    while (bare := _bare(label)) != label:
        label = bare
    return label or None


def _bare(label: str) -> str:
    marked = _NO_LABEL.sub("", _TO.sub("-", _AND.sub(",", label)))
    digits = _ANY_NUMERAL.sub(_any_digits, marked.replace("第", ""))
    return _JOINERS.sub("", _ZEROS.sub("", _SUFFIX.sub("", _INNER.sub("-", _BELOW.sub("-", digits)))))


def _any_digits(found: re.Match) -> str:
    number = numerals.value(found[0])
    return found[0] if number is None else str(number)


def keys(values: Iterable[str | None]) -> dict[str | None, str | None]:
    """Return the key of each of some distinct names."""
    return {value: key(value) for value in values}


def number_keys(values: Iterable[str | None]) -> dict[str | None, str | None]:
    """Return the key of each of some distinct labels of numbered parts."""
    return {value: number_key(value) for value in values}
