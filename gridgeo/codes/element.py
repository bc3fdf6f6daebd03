"""Element codes (要素编码): what is linked to an address, and the two in one code.

A natural person is known by the ID number, a legal person by the credit code, every other thing or event by the
organisation code of the department that answers for it, followed by the department's own number (a lift:
398538336 and 30104403002000082166).

A placed element code is an address code of 25 characters and an element code. Outdoors, where there is no building,
the characters after the basic grid are stars; in a building but in none of its rooms those after the building.

Source: SZDB/Z 281-2017, linkage of elements.
"""

from __future__ import annotations

import re

import numpy as np

from . import arrays, credit, grid, house, person
from .family import Family
from .model import Code, Kind, Reading, Reason, outcome
from .text import starred, without_hyphens

ADDRESS = 25
LEAST, MOST = 10, 64

_ORGANISATION = re.compile("[0-9A-Z]{8}[0-9X]")
_BORN = "(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
_PLACES = {
    "outdoors": re.compile(r"([0-9]{14})\*{11}"),
    "building": re.compile(r"([0-9]{14}[0-9A-Z]{5})\*{6}"),
    "house": re.compile(r"[0-9]{14}[0-9A-Z]{5}[0-9]{6}"),
}
#: What ID numbers look like: a date of birth where they have it, and of 15 digits a province they were issued in. For SQL, too.
PERSONAL = f"^([0-9]{{6}}(19|20)[0-9]{{2}}{_BORN}[0-9]{{3}}[0-9X]|({'|'.join(sorted(person.PROVINCES))})[0-9]{{6}}{_BORN}[0-9]{{3}})$"
_ERRORS = np.uint32(sum(reason.bit for reason in Reason if outcome((reason,)) == "invalid"))


def build(organisation: str, number: str) -> Code:
    """Return the element code of a thing: the department's organisation code (9) and its own number.

    Raises
    ------
    InvalidCode
        For what is no organisation code, or a number of other than digits and capitals.
    """
    return FAMILY.parse(credit.ORGANISATION.parse(organisation).value + without_hyphens(number))


def may_be_personal(text: str) -> bool:
    """Return whether an element code looks like an ID number of 18 or 15 characters, whatever its check character (:data:`PERSONAL`)."""
    return re.fullmatch(PERSONAL, without_hyphens(text)) is not None


def place(address: str, element: str) -> Code:
    """Return the placed code of an element: at a house (25), in a building (19), or outdoors in a basic grid (14).

    Raises
    ------
    InvalidCode
        When one of the two is faulty.
    """
    return PLACED.parse(without_hyphens(address).ljust(ADDRESS, "*") + FAMILY.parse(element).value)


def _read(code: str) -> Reading:
    if not LEAST <= len(code) <= MOST:
        return Reading((Reason.WRONG_LENGTH,))
    if not code.isascii() or not code.isalnum():
        return Reading((Reason.WRONG_CHARACTER,))
    if len(code) == 18:
        for family in (person.FAMILY, credit.FAMILY):
            reading = family.read(code)
            if outcome(reading.reasons) != "invalid":
                return Reading(reading.reasons, family.kind, reading.parts)
    if not _ORGANISATION.fullmatch(code[:9]):
        return Reading((Reason.WRONG_CHARACTER,))
    reasons = () if credit.organisation_check(code[:8]) == code[8] else (Reason.ORGANISATION_CHECK,)
    return Reading(reasons, "thing", {"organisation": code[:9], "number": code[9:]})


def _read_placed(code: str) -> Reading:
    if not ADDRESS + LEAST <= len(code) <= ADDRESS + MOST:
        return Reading((Reason.WRONG_LENGTH,))
    address, element = code[:ADDRESS], code[ADDRESS:]
    where = next((name for name, shape in _PLACES.items() if shape.fullmatch(address)), None)
    if where is None:
        return Reading((Reason.STARS if "*" in address else Reason.WRONG_CHARACTER,))
    reading = _read(element)
    reasons = tuple(dict.fromkeys((*_address_faults(where, address), *reading.reasons)))
    return Reading(reasons, f"{where}/{reading.form}", {"address": address.rstrip("*"), "element": element})


def _address_faults(where: str, address: str) -> tuple[Reason, ...]:
    if where == "outdoors":
        return () if grid.is_sound(address[:14]) else (Reason.ISSUING_GRID,)
    family = house.BUILDING if where == "building" else house.HOUSE
    return family.read(address.rstrip("*")).reasons


def _screen(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    return _screen_from(signs[:MOST], np.minimum(length, MOST + 1))


def _screen_from(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    wrong = arrays.first_of(
        length,
        (Reason.WRONG_LENGTH, (length < LEAST) | (length > MOST)),
        (Reason.WRONG_CHARACTER, (signs == ord("*")).any(axis=0)),
    )
    thing = arrays.first_of(
        length,
        (Reason.WRONG_CHARACTER, ~credit.organisation_shaped(signs[:9])),
        (Reason.ORGANISATION_CHECK, ~credit.organisation_fits(signs[:9])),
    )
    bits = np.where(wrong > 0, wrong, thing)
    maybe = np.flatnonzero((length == 18) & (wrong == 0))
    for family in (person.FAMILY, credit.FAMILY):
        found = family.screen(signs[:18, maybe], length[maybe])
        sound = (found & _ERRORS) == 0
        bits[maybe[sound]] = found[sound]
        maybe = maybe[~sound]
    return bits


def _screen_placed(signs: np.ndarray, length: np.ndarray) -> np.ndarray:
    size = np.maximum(length.astype(np.int16) - ADDRESS, 0)
    address, star = signs[:ADDRESS], signs[:ADDRESS] == ord("*")
    digits = arrays.are_digits(address[:14])
    outdoors = digits & star[14:].all(axis=0)
    building = digits & ~star[14:19].any(axis=0) & star[19:].all(axis=0)
    in_house = digits & ~star[14:19].any(axis=0) & arrays.are_digits(address[19:])
    starred_, placed = star.any(axis=0), outdoors | building | in_house
    wrong = arrays.first_of(
        length,
        (Reason.WRONG_LENGTH, (size < LEAST) | (size > MOST)),
        (Reason.STARS, ~placed & starred_),
        (Reason.WRONG_CHARACTER, ~placed & ~starred_),
    )
    zero = (building | in_house) & (address[14:19] == ord("0")).all(axis=0) | (in_house & (address[19:] == ord("0")).all(axis=0))
    bits = _screen_from(signs[ADDRESS:], size.astype(np.uint8)) | arrays.marked(Reason.ZERO_GROUP, zero)
    bits |= arrays.marked(Reason.ISSUING_GRID, ~grid.issued_soundly(address[:14]))
    return np.where(wrong > 0, wrong, bits)


def _mask(code: str) -> str:
    """It may be anybody's ID number, and one element of a thing looks like another."""
    return starred(code, 3, 4)


FAMILY = Family(
    kind=Kind.ELEMENT,
    name="element code",
    name_zh="要素编码",
    expected=f"{LEAST} to {MOST} digits and capitals: an ID number, a credit code, or 9 characters of a department and its own number",
    expected_zh="身份证号码, 统一社会信用代码, 或责任单位 9 位代码加其内部编码",
    read=_read,
    screen=_screen,
    mask=_mask,
    width=MOST,
    alphabet=arrays.alphabet(arrays.DIGITS + arrays.CAPITALS),
    columns=("要素编码", "要素代码", "element_code"),
    personal=True,
    normalise=without_hyphens,
)

PLACED = Family(
    kind=Kind.PLACED_ELEMENT,
    name="placed element code",
    name_zh="基于地址的要素编码",
    expected="an address code of 25 characters (stars for what there is not) and an element code",
    expected_zh="25 位地址编码 (缺位用星号) 加要素编码",
    read=_read_placed,
    screen=_screen_placed,
    mask=_mask,
    width=ADDRESS + MOST,
    alphabet=arrays.alphabet(arrays.DIGITS + arrays.CAPITALS + "*"),
    columns=("基于地址的要素编码", "地址要素编码", "placed_element_code"),
    personal=True,
    normalise=without_hyphens,
)
