"""What is in some of the lowest units, told: exact where it is open, through :mod:`.disclosure` where it is about people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

from .counts import Cell, Measure
from .disclosure import Control, Told, is_open

#: Heights of buildings, by number of floors.
STOREYS = ("1-3", "4-6", "7-9", "10-33", "34+", "unknown")


@dataclass(frozen=True, slots=True)
class Stock:
    """How many buildings or houses of one use and status there are; `area_m2` is the floor area of those houses whose area is known."""

    use: str
    status: str
    count: int
    area_m2: float | None = None


@dataclass(frozen=True, slots=True)
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


def told(
    cells: Mapping[Measure, Sequence[Cell]], sizes: Sequence[int], roles: Iterable[tuple[str, str]], control: Control
) -> list[Contents]:
    """Return the contents of blocks whose exact counts are `cells`.

    Made measure by measure and not block by block: of all micro-grids of a district there are thousands with little in each.
    All roles there are appear: one that was left out would say that nobody has it.

    Parameters
    ----------
    sizes
        The number of lowest units in each block.
    """
    roles = tuple(roles)
    linked = [_linked(kind, role, cells.get((kind, role, ""), ()), sizes, control) for kind, role in roles]
    storeys: list[dict[str, int]] = [{} for _ in sizes]
    for band in STOREYS:
        for block, count in _sums(cells.get(("storey", band, ""), ())).items():
            storeys[block][band] = count
    parts = sizes, _stocks(cells, "building", len(sizes)), storeys, _stocks(cells, "house", len(sizes))
    of_blocks = zip(*linked, strict=True) if roles else repeat((), len(sizes))
    return [Contents(*part, dict(zip(roles, counts, strict=True))) for *part, counts in zip(*parts, of_blocks, strict=True)]


def numbers(cells: Iterable[Cell], blocks: int) -> list[int]:
    """Return the sum of open counts in each block."""
    sums = _sums(cells)
    return [sums.get(block, 0) for block in range(blocks)]


def people(cells: Iterable[Cell], sizes: Sequence[int], control: Control) -> list[Told]:
    """Return what is told of the same count in the micro-grids of each block; those without a cell have nobody."""
    found: list[tuple[tuple[int, int], ...]] = [()] * len(sizes)
    for block, n, units, _ in cells:
        found[block] += ((n, units),)
    return [_people(control, some, size) for some, size in zip(found, sizes, strict=True)]


@lru_cache(maxsize=16384)
def _people(control: Control, cells: tuple[tuple[int, int], ...], micro_grids: int) -> Told:
    """A table of thousands of micro-grids has a few hundred such counts, most of them nobody."""
    counts, times = zip(*cells, strict=True) if cells else ((), ())
    return control.total(counts, times, micro_grids - sum(times))


def _linked(kind: str, role: str, cells: Sequence[Cell], sizes: Sequence[int], control: Control) -> list[int] | list[Told]:
    return numbers(cells, len(sizes)) if is_open(kind, role) else people(cells, sizes, control)


def _sums(cells: Iterable[Cell]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for block, n, units, _ in cells:
        sums[block] = sums.get(block, 0) + n * units
    return sums


def _stocks(cells: Mapping[Measure, Sequence[Cell]], subject: str, blocks: int) -> list[tuple[Stock, ...]]:
    found: list[list[Stock]] = [[] for _ in range(blocks)]
    for measure in sorted(measure for measure in cells if measure.subject == subject):
        areas: dict[int, float] = {}
        for block, _, _, area_m2 in cells[measure]:
            if area_m2 is not None:
                areas[block] = areas.get(block, 0.0) + area_m2
        for block, count in _sums(cells[measure]).items():
            found[block].append(Stock(measure.of, measure.status, count, round(areas[block], 1) if block in areas else None))
    return [tuple(stocks) for stocks in found]
