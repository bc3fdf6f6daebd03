"""Codes of divisions and grids (区划代码、网格编码): digits that grow by a group with each level.

====================  ======  =====  ==================
district 区            6       6      440304
street 街道            9       3      440304001
community 社区         12      3      440304001001
micro-grid 基础网格    14      2      44030400100101
====================  ======  =====  ==================

A code is given once and never changed; it carries no other meaning. What it begins with is where it was *issued*,
not where the unit lies today: districts were split off and streets moved, and their codes stayed.
There is no check digit.

Source: SZDB/Z 281-2017, 5.2; the ranges of the statistics bureau's division codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ..errors import InvalidCode
from . import arrays
from .family import Family
from .model import Kind, Reading, Reason
from .text import holds_birth, normalise, starred

#: digits of a code by level, from the top
LENGTHS = {"district": 6, "street": 9, "community": 12, "micro": 14}

_LEVELS = {length: level for level, length in LENGTHS.items()}
_GROUPS = ((6, 9), (9, 12), (12, 14))
_WORK_GRID = re.compile(r"[0-9]{9}[A-Z][0-9]{3}")


class DivisionKind(StrEnum):
    """What a street's or a community's number says it was founded as."""

    STREET = "street"  # 街道
    TOWN = "town"  # 镇
    TOWNSHIP = "township"  # 乡
    FUNCTIONAL = "functional"  # 功能区, such as a bonded zone or an airport: no division of the state
    RESIDENTS = "residents"  # 居民委员会
    VILLAGERS = "villagers"  # 村民委员会
    VIRTUAL = "virtual"  # 虚拟社区: stands in the statistics of a functional zone for want of a community


_STREET_KINDS = ((99, DivisionKind.STREET), (199, DivisionKind.TOWN), (399, DivisionKind.TOWNSHIP), (499, DivisionKind.FUNCTIONAL))
_COMMUNITY_KINDS = ((199, DivisionKind.RESIDENTS), (399, DivisionKind.VILLAGERS))
_VIRTUAL_COMMUNITY = 498


@dataclass(frozen=True)
class GridCode:
    """A sound code of a division or a micro-grid."""

    code: str
    level: str

    @property
    def kind(self) -> DivisionKind | None:
        """What the street's or community's own number says; None for other levels and for numbers that say nothing."""
        if self.level not in {"street", "community"}:
            return None
        number = int(self.code[-3:])
        if self.level == "community" and number == _VIRTUAL_COMMUNITY:
            return DivisionKind.VIRTUAL
        kinds = _STREET_KINDS if self.level == "street" else _COMMUNITY_KINDS
        return next((kind for last, kind in kinds if number <= last), None)

    @property
    def in_functional_zone(self) -> bool:
        """Whether the code was issued in a functional zone (street number 4xx)."""
        return self.level != "district" and self.code[6] == "4"

    def prefix(self, level: str) -> str:
        """Return the code of the unit of a level under which this one was issued. It need not be above it today.

        Raises
        ------
        InvalidCode
            For a level below the code's own.
        """
        length = LENGTHS[level]
        if length > len(self.code):
            raise InvalidCode("grid code", self.code, f"a {self.level}'s code says nothing of a {level}")
        return self.code[:length]


def unpad(code: str) -> str:
    """Return a code without the groups of zeros that statistics tables fill it up with: 440306001000 is street 440306001."""
    groups = [code[:6], code[6:9], code[9:12], code[12:]]
    while len(groups) > 1 and not groups[-1].strip("0"):
        groups.pop()
    return "".join(groups)


def parse(text: object) -> GridCode:
    """Return the code in a text, normalised.

    Raises
    ------
    InvalidCode
        When there is something besides digits, the number of digits is none of a level's, the province is none,
        or a group is all zeros, as no number is issued (a padded code is named without its padding).
    """
    code = normalise(text)
    fault = _fault(code)
    if fault:
        raise InvalidCode("grid code", text, fault[1])
    return GridCode(code, _LEVELS[len(code)])


def is_sound(code: str) -> bool:
    """Return whether a normalised text is a code of a division or a micro-grid."""
    return _fault(code) is None


def _fault(code: str) -> tuple[Reason, str] | None:
    """What is wrong with a normalised text, and the way out."""
    if not (code.isascii() and code.isdigit()):
        return Reason.WRONG_CHARACTER, "must be digits only"
    if len(code) not in _LEVELS:
        lengths = ", ".join(f"{length} ({level})" for level, length in LENGTHS.items())
        return Reason.WRONG_LENGTH, f"has {len(code)} digits; must have {lengths}"
    if not "11" <= code[:2] <= "82":
        return Reason.NO_PROVINCE, f"begins with {code[:2]}, which is no province (11 to 82)"
    if unpad(code) != code:
        return Reason.PADDED, f"is filled up with zeros; give {unpad(code)}"
    if any(not code[start:end].strip("0") for start, end in _GROUPS if start < len(code)):
        return Reason.ZERO_GROUP, "has a group of zeros; numbers begin with 001 (micro-grids 01)"
    return None


def level_of(codes) -> np.ndarray:
    """Return the level of each code of an array, None where it is not a sound code. Codes are normalised already.

    The same rules as :func:`parse`, for millions at once.
    """
    text = np.asarray(codes, dtype="U15").reshape(-1)  # a 15th sign marks what is too long
    if not len(text):
        return np.empty(0, dtype=object)
    signs = text.view(np.uint32).reshape(len(text), 15)
    length = np.strings.str_len(text)
    digits = (signs >= ord("0")) & (signs <= ord("9"))
    sound = digits.sum(axis=1) == length
    sound &= (text >= "11") & (text < "83")
    for start, end in _GROUPS:
        sound &= (length <= start) | (signs[:, start:end] > ord("0")).any(axis=1)
    levels = np.full(len(text), None, dtype=object)
    for digit_count, level in _LEVELS.items():
        levels[sound & (length == digit_count)] = level
    return levels


def work_grid(text: object) -> str:
    """Return the code of a work grid (工作网格), normalised: a street's 9 digits, a letter for the department, 3 digits.

    >>> work_grid("440311008h009")
    '440311008H009'

    Raises
    ------
    InvalidCode
        For another form, or a street that is no sound code.
    """
    code = normalise(text)
    if not _WORK_GRID.fullmatch(code):
        raise InvalidCode("work grid code", text, "must be a street's 9 digits, a letter and 3 digits, such as 440311008H009")
    parse(code[:9])
    return code


def issued_soundly(signs: np.ndarray) -> np.ndarray:
    """Return for each column of 6 to 14 digits whether it is a sound code, as :func:`is_sound` says of one."""
    groups = [(signs[start:end] != ord("0")).any(axis=0) for start, end in _GROUPS if start < len(signs)]
    return np.logical_and.reduce([_in_province(signs), *groups])


def _in_province(signs: np.ndarray) -> np.ndarray:
    first, second = signs[0], signs[1]
    least = (first > ord("1")) | (second >= ord("1"))
    most = (first < ord("8")) | ((first == ord("8")) & (second <= ord("2")))
    return (first >= ord("1")) & least & most


def _read(code: str) -> Reading:
    if len(code) not in _LEVELS:
        return Reading((Reason.WRONG_LENGTH,))
    fault = _fault(code)
    return Reading((fault[0],)) if fault else Reading((), _LEVELS[len(code)])


def _screen(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    bits = np.full(len(length), Reason.WRONG_LENGTH.bit, np.uint32)
    for level_length in _LEVELS:
        those = length == level_length
        if those.any():
            bits[those] = _screen_level(signs[:level_length, those], length[those])
    return bits


def _screen_level(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    empty = [(signs[start:end] == ord("0")).all(axis=0) for start, end in _GROUPS if start < len(signs)]
    nowhere = np.zeros(len(length), bool)
    return arrays.first_of(
        length,
        (Reason.WRONG_CHARACTER, ~arrays.are_digits(signs)),
        (Reason.NO_PROVINCE, ~_in_province(signs)),
        (Reason.PADDED, empty[-1] if empty else nowhere),
        (Reason.ZERO_GROUP, np.logical_or.reduce([nowhere, *empty])),
    )


def _read_work_grid(code: str) -> Reading:
    if len(code) != 13:
        return Reading((Reason.WRONG_LENGTH,))
    if not _WORK_GRID.fullmatch(code):
        return Reading((Reason.WRONG_CHARACTER,))
    fault = _fault(code[:9])
    if fault:
        return Reading((fault[0],))
    return Reading((), "work_grid", {"street": code[:9], "department": code[9], "number": code[10:]})


def _screen_work_grid(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    letter = (signs[9] >= ord("A")) & (signs[9] <= ord("Z"))
    shaped = arrays.are_digits(signs[:9]) & letter & arrays.are_digits(signs[10:13])
    wrong = arrays.first_of(length, (Reason.WRONG_LENGTH, length != 13), (Reason.WRONG_CHARACTER, ~shaped))
    return np.where(wrong > 0, wrong, _screen_level(signs[:9], length))


def _mask(code: str) -> str:
    return starred(code, 3, 4) if holds_birth(code) else code


FAMILY = Family(
    kind=Kind.GRID,
    name="grid code",
    name_zh="网格编码",
    expected="6 digits (district), 9 (street), 12 (community) or 14 (micro-grid)",
    expected_zh="区 6 位, 街道 9 位, 社区 12 位, 基础网格 14 位数字",
    read=_read,
    screen=_screen,
    mask=_mask,
    width=14,
    alphabet=arrays.alphabet(arrays.DIGITS + arrays.CAPITALS),
    columns=("网格编码", "网格代码", "区划代码", "区划编码", "grid_code", "gridcode", "wgbm"),
)

WORK_GRID = Family(
    kind=Kind.WORK_GRID,
    name="work grid code",
    name_zh="工作网格编码",
    expected="a street's 9 digits, a letter and 3 digits",
    expected_zh="街道 9 位数字, 1 位字母, 3 位数字",
    read=_read_work_grid,
    screen=_screen_work_grid,
    mask=str,
    width=13,
    alphabet=arrays.alphabet(arrays.DIGITS + arrays.CAPITALS),
    columns=("工作网格编码", "工作网格代码", "work_grid_code"),
)
