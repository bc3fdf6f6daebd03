"""Washed texts as columns of a table, block by block: what stands beside each row of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from .base import Base
from .model import Result, Washed
from .wash import wash

#: texts washed by one set of statements
BLOCK = 2000

#: the columns of an answer, in order
COLUMNS = (
    "wash_category",
    "wash_level",
    "wash_house_code",
    "wash_building_code",
    "wash_address",
    "wash_lon",
    "wash_lat",
    "wash_coordinates_level",
    "wash_district",
    "wash_street",
    "wash_community",
    "wash_grid_code",
    "wash_rule",
    "wash_faults",
    "wash_faults_zh",
    "wash_edits",
    "wash_unparsed",
    "wash_candidates",
)

Cell = str | float | None


def washed(conn, texts: Iterable[str | None], base: Base, default_area: str = "", block: int = BLOCK) -> Iterator[Washed]:
    """Yield what each text means, in order; never more than a block of texts is held. Raises NotFound for an unknown area."""
    given = iter(texts)
    while some := list(islice(given, block)):
        yield from wash(conn, some, base, default_area)


def cells(one: Washed) -> tuple[Cell, ...]:
    """Return an answer as cells, in the order of :data:`COLUMNS`; codes are text.

    Where the answer is unsure the codes are empty, and the candidates are listed: code or address, with semicolons between.
    """
    found = one.result
    units = {unit.level: unit for unit in found.units} if found else {}
    names = [units[level].name if level in units else "" for level in ("district", "street", "community")]
    lowest = found.units[-1].code or "" if found and found.units else ""
    return (
        str(one.category),
        str(one.level),
        found.code if found and found.level == "house" else "",
        found.building or "" if found else "",
        found.address if found else "",
        found.lon if found else None,
        found.lat if found else None,
        str(one.coordinates_level) if found else "",
        *names,
        lowest if found and found.building else "",
        one.rule,
        " ".join(map(str, one.faults)),
        "、".join(fault.zh for fault in one.faults),
        "; ".join(_edit(edit) for edit in one.edits if edit.part != "text"),
        one.unparsed,
        "; ".join(_candidate(candidate) for candidate in one.candidates),
    )


def _edit(edit) -> str:
    return f"{edit.part}: {edit.before or '∅'} → {edit.after}"


def _candidate(one: Result) -> str:
    return f"{one.code} {one.address}" if one.code else one.address
