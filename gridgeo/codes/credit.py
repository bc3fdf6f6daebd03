"""Unified social credit codes of legal persons (统一社会信用代码), and the organisation codes inside (组织机构代码).

18 characters of an alphabet without I, O, S, V and Z: who registered it 1, kind 1, region 6 digits, organisation code 9, check 1.
The organisation code has a check of its own. Codes made since 2015 do not always keep to it: a failure there is a
warning, an error only in an organisation code that stands alone.

Source: GB 32100-2015, whose printed example 91350100M000100Y4Z is wrong: Z is not in the alphabet, the check is 3;
GB 11714-1997.
"""

from __future__ import annotations

import re

import numpy as np

from . import arrays
from .family import Family
from .model import PROVINCES, Code, Kind, Reading, Reason
from .person import FAMILY as PERSON
from .text import starred, without_hyphens

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_CHECKS = "0X987654321"  # by the remainder

_SHAPE = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_ORGANISATION_SHAPE = re.compile("[0-9A-Z]{8}[0-9X]")
_REGIONS = PROVINCES | {"10"}  # 100000: registered by the state itself

_VALUE = np.full(256, 255, np.uint8)
_VALUE[[ord(sign) for sign in ALPHABET]] = range(31)
_VALUE_36 = np.full(256, 255, np.uint8)
_VALUE_36[[ord(sign) for sign in arrays.DIGITS + arrays.CAPITALS]] = range(36)


def check_character(body: str) -> str:
    """Return the check character of the first 17. Source: GB 32100-2015, appendix A."""
    return ALPHABET[-sum(ALPHABET.index(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True)) % 31]


def organisation_check(body: str) -> str:
    """Return the check character of the first 8 of an organisation code. Source: GB 11714-1997, appendix A."""
    return _ORGANISATION_CHECKS[sum(int(sign, 36) * weight for sign, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)) % 11]


def build(authority: str, kind: str, region: str, organisation: str) -> Code:
    """Return the credit code of its parts: 1, 1, 6 and 9 characters (8: the check is added).

    Raises
    ------
    InvalidCode
        When the parts make no sound code.
    """
    inner = without_hyphens(organisation)
    if len(inner) == 8 and not inner.strip(ALPHABET):
        inner += organisation_check(inner)
    body = without_hyphens(authority + kind + region) + inner
    sound = len(body) == 17 and not body.strip(ALPHABET)
    return FAMILY.parse(body + check_character(body) if sound else body)


def _read(code: str) -> Reading:
    if len(code) != 18:
        return Reading((Reason.WRONG_LENGTH,))
    if not _SHAPE.fullmatch(code):
        return Reading((Reason.WRONG_CHARACTER,))
    reasons = () if check_character(code[:17]) == code[17] else (Reason.CHECK_CHARACTER,)
    if code[2:4] not in _REGIONS:
        reasons += (Reason.UNKNOWN_REGION,)
    if organisation_check(code[8:16]) != code[16]:
        reasons += (Reason.ORGANISATION_CHECK,)
    return Reading(reasons, "credit", {"authority": code[0], "kind": code[1], "region": code[2:8], "organisation": code[8:17]})


def _read_organisation(code: str) -> Reading:
    if len(code) != 9:
        return Reading((Reason.WRONG_LENGTH,))
    if not _ORGANISATION_SHAPE.fullmatch(code):
        return Reading((Reason.WRONG_CHARACTER,))
    return Reading(() if organisation_check(code[:8]) == code[8] else (Reason.CHECK_CHARACTER,), "organisation")


def _screen(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    values = _VALUE[signs[:18]]
    shaped = (values < 31).all(axis=0) & (values[2:8] < 10).all(axis=0)
    right = (arrays.weighted(values[:17], _WEIGHTS) + values[17]) % 31 == 0
    wrong = arrays.first_of(length, (Reason.WRONG_LENGTH, length != 18), (Reason.WRONG_CHARACTER, ~shaped))
    bits = arrays.marked(Reason.CHECK_CHARACTER, ~right)
    bits |= arrays.marked(Reason.UNKNOWN_REGION, ~arrays.among(signs[2:4], _REGIONS))
    bits |= arrays.marked(Reason.ORGANISATION_CHECK, ~organisation_fits(signs[8:17]))
    return np.where(wrong > 0, wrong, bits)


def organisation_fits(signs: np.ndarray) -> np.ndarray:
    """Return for each column of 9 characters whether the last is the check of the others."""
    remainder = arrays.weighted(_VALUE_36[signs[:8]], _ORGANISATION_WEIGHTS) % 11
    return np.frombuffer(_ORGANISATION_CHECKS.encode(), np.uint8)[remainder] == signs[8]


def organisation_shaped(signs: np.ndarray) -> np.ndarray:
    """Return for each column of 9 characters whether they may stand in an organisation code."""
    return (_VALUE_36[signs[:8]] < 36).all(axis=0) & ((_VALUE_36[signs[8]] < 10) | (signs[8] == ord("X")))


def _screen_organisation(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    return arrays.first_of(
        length,
        (Reason.WRONG_LENGTH, length != 9),
        (Reason.WRONG_CHARACTER, ~organisation_shaped(signs[:9])),
        (Reason.CHECK_CHARACTER, ~organisation_fits(signs[:9])),
    )


def _mask(code: str) -> str:
    """A sound credit code is public; but one in thirty-one ID numbers would pass for one."""
    return starred(code, 3, 4) if PERSON.judge(code).code else code


FAMILY = Family(
    kind=Kind.CREDIT,
    name="credit code",
    name_zh="统一社会信用代码",
    expected="18 digits and capitals without I, O, S, V, Z; the third to the eighth are digits",
    expected_zh="18 位数字和大写字母, 不含 I O S V Z, 第 3 至 8 位为数字",
    read=_read,
    screen=_screen,
    mask=_mask,
    width=18,
    alphabet=arrays.alphabet(arrays.DIGITS + arrays.CAPITALS),
    columns=("统一社会信用代码", "社会信用代码", "信用代码", "统一代码", "uscc", "credit_code", "tyshxydm"),
    normalise=without_hyphens,
)

ORGANISATION = Family(
    kind=Kind.ORGANISATION,
    name="organisation code",
    name_zh="组织机构代码",
    expected="8 digits or capitals, then a digit or X",
    expected_zh="8 位数字或大写字母加 1 位校验码 (数字或 X)",
    read=_read_organisation,
    screen=_screen_organisation,
    mask=str,
    width=9,
    alphabet=arrays.alphabet(arrays.DIGITS + arrays.CAPITALS),
    columns=("组织机构代码", "组织机构代码证", "organisation_code", "organization_code", "zzjgdm"),
    normalise=without_hyphens,
)
