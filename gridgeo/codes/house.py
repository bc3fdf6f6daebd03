"""Codes of buildings (楼栋编码) and houses (房屋编码): given once, never changed, never used again.

========  ==========  ====================================================  ==========================
building  19          the basic grid it was issued in 14, number 5          4403040010010100001
house     25          its building 19, number 6 from 000001 on              4403040010010100001000001
========  ==========  ====================================================  ==========================

Letters occur in the building's five: 44030600960102T0117. There is no check digit, and what a code begins with says
where it was issued, not where the building lies today; a beginning that can be no basic grid's code is a warning.

Source: SZDB/Z 281-2017, 5.2.
"""

from __future__ import annotations

import re

import numpy as np

from . import arrays, grid
from .family import Family
from .model import Code, Kind, Reading, Reason
from .text import holds_birth, starred

_BUILDING = re.compile("[0-9]{14}[0-9A-Z]{5}")
_HOUSE = re.compile("[0-9]{14}[0-9A-Z]{5}[0-9]{6}")


def build_building(basic_grid: str, number: int | str) -> Code:
    """Return the code of a building: the basic grid's 14 digits and a number of its own, 1 to 99999 or with letters.

    Raises
    ------
    InvalidCode
        For another number, or a grid that is no basic grid.
    """
    issued = grid.parse(basic_grid)
    issued.prefix("micro")
    return BUILDING.parse(f"{issued.code}{number:0>5}")


def build_house(building: str, number: int) -> Code:
    """Return the code of a house: its building's code and a number of its own, 1 to 999999.

    Raises
    ------
    InvalidCode
        For another number, or what is no building's code.
    """
    return HOUSE.parse(f"{BUILDING.parse(building).value}{number:06}")


def _read_building(code: str) -> Reading:
    return _read(code, 19, _BUILDING, "building", {"issued_in": code[:14], "number": code[14:]})


def _read_house(code: str) -> Reading:
    return _read(code, 25, _HOUSE, "house", {"issued_in": code[:14], "building": code[:19], "number": code[19:]})


def _read(code: str, length: int, shape: re.Pattern, form: str, parts: dict[str, str]) -> Reading:
    if len(code) != length:
        return Reading((Reason.WRONG_LENGTH,))
    if not shape.fullmatch(code):
        return Reading((Reason.WRONG_CHARACTER,))
    reasons = () if code[14:19] != "00000" and code[19:] != "000000" else (Reason.ZERO_GROUP,)
    return Reading(reasons if grid.is_sound(code[:14]) else (*reasons, Reason.ISSUING_GRID), form, parts)


def _screen_building(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    return _screen(signs, length, 19)


def _screen_house(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    return _screen(signs, length, 25)


def _screen(signs: np.ndarray, length: np.ndarray, wanted: int) -> np.ndarray:
    """There can be nothing but digits, capitals and stars in the columns."""
    shaped = arrays.are_digits(signs[:14]) & (signs[14:19] >= ord("0")).all(axis=0)
    nothing = (signs[14:19] == ord("0")).all(axis=0)
    if wanted == 25:
        shaped &= arrays.are_digits(signs[19:25])
        nothing |= (signs[19:25] == ord("0")).all(axis=0)
    wrong = arrays.first_of(length, (Reason.WRONG_LENGTH, length != wanted), (Reason.WRONG_CHARACTER, ~shaped))
    bits = arrays.marked(Reason.ZERO_GROUP, nothing) | arrays.marked(Reason.ISSUING_GRID, ~grid.issued_soundly(signs[:14]))
    return np.where(wrong > 0, wrong, bits)


def mask_house(code: str) -> str:
    """Return the building's code with stars for the house: an address is shown down to the building."""
    return _mask_building(code[:19]) + "*" * 6


def _mask_building(code: str) -> str:
    return starred(code, 3, 4) if holds_birth(code) else code


_ALPHABET = arrays.alphabet(arrays.DIGITS + arrays.CAPITALS)

BUILDING = Family(
    kind=Kind.BUILDING,
    name="building code",
    name_zh="楼栋编码",
    expected="14 digits and 5 digits or capitals; 25 characters are a house's code",
    expected_zh="14 位数字加 5 位数字或大写字母; 25 位是房屋编码",
    read=_read_building,
    screen=_screen_building,
    mask=_mask_building,
    width=19,
    alphabet=_ALPHABET,
    columns=("楼栋编码", "楼栋代码", "建筑物编码", "建筑编码", "building_code", "buildingcode", "ldbm"),
)

HOUSE = Family(
    kind=Kind.HOUSE,
    name="house code",
    name_zh="房屋编码",
    expected="a building's 19 characters and 6 digits; 19 alone are the building's code",
    expected_zh="楼栋编码 19 位加 6 位数字; 只有 19 位的是楼栋编码",
    read=_read_house,
    screen=_screen_house,
    mask=mask_house,
    width=25,
    alphabet=_ALPHABET,
    columns=("房屋编码", "房屋代码", "房屋编号", "house_code", "housecode", "fwbm"),
)
