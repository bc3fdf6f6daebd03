"""Characters that mean the same: traditional and simplified, formal numerals, variants found in place names.

Source: OpenCC's table of single characters (t2s). Its phrases are left out: an address is names, and character by character the
result is the same whatever stands beside, so that doing it twice changes nothing.
"""

from __future__ import annotations

import opencc

#: simplified characters of their own in names, though a traditional form of another
_KEPT = "乾著藉瞭"
_VARIANTS = {
    "邨": "村",
    "窰": "窑",
    "甯": "宁",
    "濶": "阔",
    "○": "〇",
    "Ｏ": "O",
    "両": "两",
    "髙": "高",
    "凟": "渎",
    "亊": "事",
}
_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000))


def _simplified() -> dict[int, str]:
    signs = [chr(point) for start, end in _RANGES for point in range(start, end)]
    plain = opencc.OpenCC("t2s").convert("\n".join(signs)).split("\n")
    return {ord(sign): to for sign, to in zip(signs, plain, strict=True) if sign != to and sign not in _KEPT}


SIMPLIFIED = _simplified() | {ord(sign): to for sign, to in _VARIANTS.items()}
CAPITALS = {ord(sign): sign.upper() for sign in "abcdefghijklmnopqrstuvwxyz"}
