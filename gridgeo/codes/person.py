"""Citizens' ID numbers and their relatives (公民身份号码): they say who somebody is, so they show themselves masked only.

===================  ==========================================================  ====================================
form                 characters                                                  how sure
===================  ==========================================================  ====================================
``citizen``          region 6, birth 8, sequence 3, check 1                      the standard
``citizen_15``       region 6, birth YYMMDD, sequence 3; ended in 2013           the standard; kept upgraded to 18
``residence_hk``     810000 and as above; ``mo`` 820000, ``tw`` 830000           in wide use
``foreigner``        9, province 2, country 3, birth 8, sequence 3, check 1      the authority's samples of 2023
``foreigner_15``     three letters and twelve digits, before 2023                form only: its check is not public
===================  ==========================================================  ====================================

The region is where the number was first given, under the divisions of that day: an unknown one is a warning, and
only its province is looked at.

Source: GB 11643-1999 (ISO 7064 MOD 11-2); sequences 996 to 999 of the old form: GB 11643-1999, 4.3.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np

from . import arrays, dates
from .family import Family
from .model import PROVINCES, Code, Kind, Reading, Reason
from .text import starred, without_hyphens

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"  # by the remainder

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_SHAPE_15 = re.compile(r"[0-9]{15}")
_SHAPE_FOREIGNER_15 = re.compile(r"[A-Z]{3}[0-9]{12}")
_PERMITS = {"810000": "residence_hk", "820000": "residence_mo", "830000": "residence_tw"}
_CENTENARIANS = "996"


def check_character(body: str) -> str:
    """Return the check character of the first 17 digits. Source: ISO 7064 MOD 11-2."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def build(region: str, birth: date, sequence: int) -> Code:
    """Return the number of a region (6 digits; 9, province and country for a foreigner), a birth and a sequence (odd: male).

    Raises
    ------
    InvalidCode
        When the parts make no sound number.
    """
    body = f"{region}{birth:%Y%m%d}{sequence:03}"
    sound = len(body) == 17 and body.isascii() and body.isdigit()
    return FAMILY.parse(body + check_character(body) if sound else body)


def _read(code: str) -> Reading:
    if len(code) == 15:
        return _read_15(code)
    if len(code) != 18:
        return Reading((Reason.WRONG_LENGTH,))
    if not _SHAPE.fullmatch(code):
        return Reading((Reason.WRONG_CHARACTER,))
    form, known = _form(code)
    reasons = () if known else (Reason.UNKNOWN_REGION,)
    reasons += dates.birth_faults(code[6:14])
    if check_character(code[:17]) != code[17]:
        reasons += (Reason.CHECK_CHARACTER,)
    return Reading(reasons, form, _parts(code, form))


def _read_15(code: str) -> Reading:
    if _SHAPE_FOREIGNER_15.fullmatch(code):
        return Reading((Reason.UNVERIFIED,), "foreigner_15", {"nationality": code[:3]})
    if not _SHAPE_15.fullmatch(code):
        return Reading((Reason.WRONG_CHARACTER,))
    reasons = (Reason.OLD_FORM,)
    if code[:2] not in PROVINCES:
        reasons += (Reason.UNKNOWN_REGION,)
    reasons += dates.birth_faults("19" + code[6:12])
    if code[12:] >= _CENTENARIANS:
        reasons += (Reason.AMBIGUOUS_CENTURY,)
    body = code[:6] + "19" + code[6:]
    value = body + check_character(body)
    return Reading(reasons, "citizen_15", _parts(value, "citizen_15"), value)


def _form(code: str) -> tuple[str, bool]:
    """The form of a number of 18, and whether its region is known."""
    if code[0] == "9":
        return "foreigner", code[1:3] in PROVINCES
    if "81" <= code[:2] <= "83":
        return _PERMITS.get(code[:2] + "0000", ""), code[:6] in _PERMITS
    return "citizen", code[:2] in PROVINCES


def _parts(code: str, form: str) -> dict[str, str]:
    born = dates.day_of(code[6:14])
    parts = {
        "birth": born.isoformat() if born else "",
        "sex": "male" if int(code[16]) % 2 else "female",
        "sequence": code[14:17],
    }
    if form == "foreigner":
        return {"province": code[1:3], "country": code[3:6], **parts}
    return {"region": code[:6], **parts}


def _screen(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    new, old = length == 18, length == 15
    if new.all():
        return _screen_18(signs)
    bits = arrays.marked(Reason.WRONG_LENGTH, ~(new | old))
    bits[new] = _screen_18(signs[:, new])
    bits[old] = _screen_15(signs[:, old])
    return bits


def _screen_18(signs: np.ndarray) -> np.ndarray:
    shaped = arrays.are_digits(signs[:17]) & (arrays.are_digits(signs[17:18]) | (signs[17] == ord("X")))
    foreign = signs[0] == ord("9")
    permit = (signs[0] == ord("8")) & (signs[1] >= ord("1")) & (signs[1] <= ord("3"))
    known = np.where(foreign, arrays.among(signs[1:3], PROVINCES), arrays.among(signs[:2], PROVINCES))
    known = np.where(permit, (signs[2:6] == ord("0")).all(axis=0), known)
    remainder = arrays.weighted(signs[:17] - np.uint8(48), _WEIGHTS) % 11
    bits = arrays.marked(Reason.UNKNOWN_REGION, ~known) | dates.births(signs[6:14])
    bits |= arrays.marked(Reason.CHECK_CHARACTER, np.frombuffer(_CHECKS.encode(), np.uint8)[remainder] != signs[17])
    return np.where(shaped, bits, np.uint32(Reason.WRONG_CHARACTER.bit))


def _screen_15(signs: np.ndarray) -> np.ndarray:
    digits = arrays.are_digits(signs[:15])
    foreign = arrays.are_digits(signs[3:15]) & (signs[:3] >= ord("A")).all(axis=0) & (signs[:3] <= ord("Z")).all(axis=0)
    bits = np.full(len(digits), Reason.OLD_FORM.bit, np.uint32)
    bits |= arrays.marked(Reason.UNKNOWN_REGION, ~arrays.among(signs[:2], PROVINCES)) | dates.births(signs[6:12], 1900)
    bits |= arrays.marked(Reason.AMBIGUOUS_CENTURY, arrays.number(signs[12:15]) >= int(_CENTENARIANS))
    shapeless = np.where(foreign, np.uint32(Reason.UNVERIFIED.bit), np.uint32(Reason.WRONG_CHARACTER.bit))
    return np.where(digits, bits, shapeless)


def _mask(code: str) -> str:
    return starred(code, 3, 4)


FAMILY = Family(
    kind=Kind.PERSON,
    name="ID number",
    name_zh="公民身份号码",
    expected="17 digits and a digit or X; 15 in the old forms",
    expected_zh="17 位数字加 1 位校验码 (数字或 X); 旧号码 15 位",
    read=_read,
    screen=_screen,
    mask=_mask,
    width=18,
    alphabet=arrays.alphabet(arrays.DIGITS + arrays.CAPITALS),
    columns=("身份证", "身份证号", "身份证号码", "公民身份号码", "证件号码", "id_card", "idcard", "id_number", "citizen_id", "sfzh"),
    personal=True,
    normalise=without_hyphens,
)
