"""All families of codes by kind, and the names of columns that hold them."""

from __future__ import annotations

from ..errors import InvalidInput
from . import credit, dates, element, event, grid, house, person, phone
from .family import Family
from .model import Code, Kind, Verdict

FAMILIES: dict[Kind, Family] = {
    family.kind: family
    for family in (
        person.FAMILY,
        credit.FAMILY,
        credit.ORGANISATION,
        house.BUILDING,
        house.HOUSE,
        phone.FAMILY,
        event.FAMILY,
        element.FAMILY,
        element.PLACED,
        dates.FAMILY,
        grid.FAMILY,
        grid.WORK_GRID,
    )
}

_BY_COLUMN = {name: family for family in FAMILIES.values() for name in family.columns}


def family(kind: str) -> Family:
    """Return what is known of a kind of codes; raises InvalidInput naming the kinds there are."""
    found = FAMILIES.get(kind)
    if found is None:
        raise InvalidInput("kind", kind, f"there are {', '.join(FAMILIES)}")
    return found


def judge(kind: str, text: object) -> Verdict:
    """Return what is to be said of a code; raises InvalidInput for an unknown kind."""
    return family(kind).judge(text)


def parse(kind: str, text: object) -> Code:
    """Return the code in a text; raises InvalidInput for an unknown kind, InvalidCode for a faulty code."""
    return family(kind).parse(text)


def of_column(name: str) -> Family | None:
    """Return the family of codes that a column of this name holds; None where the name says nothing."""
    return _BY_COLUMN.get("".join(name.split()).lower())
