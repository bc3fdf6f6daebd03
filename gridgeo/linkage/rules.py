"""What must hold of links: forms of codes and places, free text that names nobody, purposes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from ..codes import grid, house, registry
from ..codes.model import Kind, Reason, reasons_of
from ..codes.text import holds_birth, without_hyphens
from ..errors import InvalidCode, InvalidInput
from ..issues import Severity
from .model import KINDS, Link, Method, Purpose

#: Characters of the codes of basic grids, buildings and houses.
OUTDOORS, BUILDING, HOUSE = 14, 19, 25

#: What is said instead of a value that may be somebody's code.
UNSAID = "(not repeated)"

_ERRORS = np.uint32(sum(reason.bit for reason in Reason if reason.severity is Severity.ERROR))

#: Codes that are in their one form as they are, and what is put before them.
_PLAIN: dict[Kind, tuple[re.Pattern, str]] = {
    Kind.PERSON: (re.compile("[0-9]{17}[0-9X]"), ""),
    Kind.CREDIT: (re.compile("[0-9A-Z]{18}"), ""),
    Kind.PHONE: (re.compile("1[3-9][0-9]{9}"), "+86"),
    Kind.EVENT: (re.compile("[0-9A-Z]{1,64}"), ""),
}
_HOUSE = re.compile("[0-9]{14}[0-9A-Z]{5}[0-9]{6}")
_TOKEN = re.compile("[0-9a-fA-F]{32}")
_FORMS = {OUTDOORS: "outdoors", BUILDING: "building", HOUSE: "house"}

_BETWEEN = re.compile("[ -]")
_LONG = re.compile(r"[0-9][0-9 -]{7,}")
_NUMBERS = re.compile(
    r"(?<![0-9])(?:(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}|0[1-9][0-9]{1,2}[ -]?[0-9]{7,8})(?![0-9])"  # mobile, landline
    r"|(?<![0-9A-Z])[0-9](?:[ -]?[0-9]){14}(?:(?:[ -]?[0-9]){2}[ -]?[0-9X])?(?![0-9A-Z])",  # ID numbers
    re.IGNORECASE,
)


def kind_of(name: str) -> Kind:
    """Return a kind of codes that is linked; raises InvalidInput naming them."""
    if name not in KINDS:
        raise InvalidInput("kind", UNSAID, f"there are {', '.join(KINDS)}")
    return Kind(name)


def normal_form(kind: str, code: object) -> str:
    """Return the one form a code is kept and compared in: a 15-digit ID is the one of 18, a number is E.164.

    Raises
    ------
    InvalidCode
        With the rules it breaks and its masked form.
    """
    return registry.parse(kind_of(kind), code).value


def normal_forms(kind: Kind, codes: Sequence[str]) -> tuple[list[str | None], np.ndarray]:
    """Return the forms codes are kept in, None where one is faulty, and the bits of what is to be said of each."""
    family = registry.family(kind)
    bits = family.judge_many(codes)
    plain, before = _PLAIN[kind]
    forms = [
        None if wrong else before + code if plain.fullmatch(code) else family.parse(code).value
        for code, wrong in zip(codes, (bits & _ERRORS).tolist(), strict=True)
    ]
    return forms, bits


def is_faulty(bits: np.ndarray) -> np.ndarray:
    """Return for which codes something of what is to be said is an error."""
    return (bits & _ERRORS) > 0


def fault(kind: Kind, bits: int) -> str:
    """Return in words what is wrong with a code."""
    return registry.family(kind).explain(tuple(reason for reason in reasons_of(bits) if reason.severity is Severity.ERROR))


def place_of(text: str) -> str:
    """Return the address code of a place with 25 characters: a house's, or a building's or a basic grid's filled up with stars.

    Raises
    ------
    InvalidCode
        For what is none of them.

    Source: SZDB/Z 281-2017, linkage of elements.
    """
    if _HOUSE.fullmatch(text):
        return house.HOUSE.parse(text).value
    code = without_hyphens(text).rstrip("*")
    if len(code) == OUTDOORS and code.isascii() and code.isdigit() and grid.is_sound(code):
        return code.ljust(HOUSE, "*")
    if len(code) == OUTDOORS:
        raise InvalidCode("place", UNSAID, "14 digits are a basic grid's code, and this can be none")
    family = house.BUILDING if len(code) == BUILDING else house.HOUSE
    return family.parse(code).value.ljust(HOUSE, "*")


def places_of(texts: Sequence[str]) -> list[str | None]:
    """Return the places of many texts, as :func:`place_of` does one; None where one is faulty."""
    wrong = (house.HOUSE.judge_many(texts) & _ERRORS).tolist()
    return [text if not bad and _HOUSE.fullmatch(text) else _place_or_none(text) for text, bad in zip(texts, wrong, strict=True)]


def _place_or_none(text: str) -> str | None:
    try:
        return place_of(text)
    except InvalidCode:
        return None


def token_of(text: str) -> bytes:
    """Return a token of its 32 hexadecimal digits; raises InvalidInput."""
    if not _TOKEN.fullmatch(text):
        raise InvalidInput("token", UNSAID, "is no token: 32 hexadecimal digits, as answers name it")
    return bytes.fromhex(text)


def form_of(place: str) -> str:
    """Return what a place of 25 characters is: `house`, `building` or `outdoors`."""
    return _FORMS[len(code_of(place))]


def code_of(place: str) -> str:
    """Return the code of a place without its stars."""
    return place.rstrip("*")


def zone_of(place: str) -> str:
    """Return the community a place's code was issued in, the key of its rows."""
    return place[:12]


def names_somebody(text: str) -> bool:
    """Return whether an ID number, or a number somebody answers, stands in free text: such text is not stored in the clear.

    Numbers of registers may be as long as an ID's; only those are taken for one that hold a date of birth where IDs have it.
    """
    if not _LONG.search(text):  # most texts hold no long number at all
        text = unicodedata.normalize("NFKC", text)
        if not _LONG.search(text):
            return False
    text = unicodedata.normalize("NFKC", text)
    return any(_is_somebody(_BETWEEN.sub("", match[0])) for match in _NUMBERS.finditer(text))


def _is_somebody(number: str) -> bool:
    if len(number) == 15 and number.isdigit():
        return holds_birth(number[:6] + "19" + number[6:])
    return holds_birth(number) if len(number) == 18 else True


def repeated(text: str) -> str:
    """Return as much of a cell as may be repeated in a report: words are, numbers are not."""
    return text[:40] if sum(sign.isnumeric() for sign in text) < 5 else UNSAID


def require_sound(link: Link, roles: Collection[str], methods: Mapping[str, Method]) -> None:
    """Raise InvalidInput for a link that cannot be: its role, method, period, place, or text that names somebody."""
    if link.role not in roles:
        raise InvalidInput("role", repeated(link.role), f"there are {', '.join(sorted(roles))}")
    if link.method not in methods:
        raise InvalidInput("method", repeated(link.method), f"there are {', '.join(methods)}")
    if link.valid_from and link.valid_to and link.valid_to <= link.valid_from:
        raise InvalidInput("valid_to", link.valid_to.isoformat(), "must lie after valid_from: the first day it no longer held")
    if not 0 <= link.confidence <= 1:
        raise InvalidInput("confidence", link.confidence, "0 to 1")
    if place_of(link.place) != link.place:
        raise InvalidInput("place", UNSAID, "must have 25 characters, filled up with stars")
    for field, text in (("source", link.source), ("evidence", link.evidence)):
        if names_somebody(text):
            raise InvalidInput(field, UNSAID, "holds what looks like somebody's number, and is kept in the clear")


def permitted(purpose: str, known: Mapping[str, Purpose], unmask: bool) -> Purpose:
    """Return the purpose of a look-up.

    Raises
    ------
    InvalidInput
        For a purpose not on the list, and where codes are to be shown whole for one that does not allow it.

    Source: Personal Information Protection Law, Art. 6; Shenzhen Data Regulation, Art. 43.
    """
    if purpose not in known:
        raise InvalidInput("purpose", UNSAID, f"give one of {', '.join(known)}")
    if unmask and not known[purpose].unmask:
        allowed = ", ".join(name for name, one in known.items() if one.unmask)
        raise InvalidInput("purpose", purpose, f"does not allow codes to be shown whole; these do: {allowed}")
    return known[purpose]
