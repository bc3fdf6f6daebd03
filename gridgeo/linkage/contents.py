"""What is in some of the lowest units, told: exact where it is open, through :mod:`.disclosure` where it is about people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .counts import Cells
from .disclosure import Control, Told, is_open

#: Heights of buildings, by number of floors.
STOREYS = ("1-3", "4-6", "7-9", "10-33", "34+", "unknown")


@dataclass(frozen=True)
class Stock:
    """How many buildings or houses of one use and status there are; `area_m2` is the floor area of those houses whose area is known."""

    use: str
    status: str
    count: int
    area_m2: float | None = None


@dataclass(frozen=True)
class Contents:
    """What is in some of the lowest units. A code counts once in each of them.

    `linked` has every role of every kind, open ones with their number, the others as they are told.
    """

    micro_grids: int
    buildings: tuple[Stock, ...]
    storeys: Mapping[str, int]
    houses: tuple[Stock, ...]
    linked: Mapping[tuple[str, str], int | Told]

    def of_kind(self, kind: str) -> dict[str, int | Told]:
        """Return the counts of one kind of codes by role."""
        return {role: count for (of, role), count in self.linked.items() if of == kind}


def told(cells: Iterable[Cells], micro_grids: int, roles: Iterable[tuple[str, str]], control: Control) -> Contents:
    """Return the contents of a block of so many lowest units, whose exact counts are `cells`.

    All roles there are appear: one that was left out would say that nobody has it.
    """
    by_subject: dict[tuple[str, str], list[Cells]] = defaultdict(list)
    for cell in cells:
        by_subject[cell.subject, cell.of].append(cell)
    storeys = {band: number(by_subject["storey", band]) for band in STOREYS}
    return Contents(
        micro_grids=micro_grids,
        buildings=_stock(by_subject, "building"),
        storeys={band: n for band, n in storeys.items() if n},
        houses=_stock(by_subject, "house"),
        linked={(kind, role): _linked(kind, role, by_subject[kind, role], micro_grids, control) for kind, role in roles},
    )


def people(cells: Iterable[Cells], micro_grids: int, control: Control) -> Told:
    """Return what is told of the same count in many micro-grids; those without a cell have nobody."""
    cells = list(cells)
    return control.total([cell.n for cell in cells], [cell.units for cell in cells], micro_grids - sum(cell.units for cell in cells))


def _linked(kind: str, role: str, cells: list[Cells], micro_grids: int, control: Control) -> int | Told:
    return number(cells) if is_open(kind, role) else people(cells, micro_grids, control)


def number(cells: Iterable[Cells]) -> int:
    """Return the sum of counts that are open."""
    return sum(cell.n * cell.units for cell in cells)


def _stock(by_subject: Mapping[tuple[str, str], list[Cells]], subject: str) -> tuple[Stock, ...]:
    found: dict[tuple[str, str], list[Cells]] = defaultdict(list)
    for (of, use), cells in by_subject.items():
        for cell in cells if of == subject else ():
            found[use, cell.status].append(cell)
    return tuple(Stock(use, status, number(cells), _area(cells)) for (use, status), cells in sorted(found.items()))


def _area(cells: list[Cells]) -> float | None:
    known = [cell.area_m2 for cell in cells if cell.area_m2 is not None]
    return round(sum(known), 1) if known else None
