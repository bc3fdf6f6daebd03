"""Texts that are a code: the building or house under it, or what follows that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...codes import house as codes
from ...codes.text import normalise
from . import houses
from .base import Base
from .comparing import Candidate, House, Written
from .parts import HAN

if TYPE_CHECKING:
    from .match import Case

#: what a building found by its code agrees with
CODE = "code"

_HAN = re.compile(f"[{HAN}]")


def code(text: str | None) -> str:
    """Return the code of a building or house that a text is; empty where it is none.

    >>> code(" 4403060010010100001 "), code("建设路8号")
    ('4403060010010100001', '')
    """
    if not text or len(text) > 60 or _HAN.search(text):
        return ""
    given = normalise(text)
    valid = any(family.judge(given).outcome != "invalid" for family in (codes.BUILDING, codes.HOUSE))
    return given if valid else ""


def gather(conn, cases: list[Case], base: Base) -> list[Case]:
    """Give the texts that are a code of the base what is under it, and return them."""
    wanted = {id(case): found for case in cases if (found := code(case.written.text))}
    if not wanted:
        return []
    of_houses = sorted({one for one in wanted.values() if len(one) == 25})
    doors = {row[2]: House._make(row) for row in houses.of_codes(conn, "houses_by_code", of_houses)}
    places = {one for one in wanted.values() if len(one) == 19} | {house.building for house in doors.values()}
    buildings = houses.main(houses.of_codes(conn, "by_code", sorted(places), edition_id=base.units.edition_id))
    found = []
    for case in cases:
        own = wanted.get(id(case), "")
        house = doors.get(own)
        building = buildings.get(house.building if house else own)
        if building:
            said = Written(case.written.text)
            case.written, case.kind = said, 0
            case.chosen = [Candidate(building, said, frozenset({CODE}), frozenset(), houses=[house] if house else [], named=bool(house))]
            found.append(case)
    return found
