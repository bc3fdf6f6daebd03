"""Completeness of the linkage: the share of houses that have persons, organisations, numbers and events, by grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ..addresses.model import Status
from . import contents, counts, units
from .counts import Cells, Counted
from .disclosure import Control, Told, is_open_covered
from .model import KINDS
from .units import Unit


@dataclass(frozen=True)
class Completeness:
    """How many of a unit's houses have something linked to them.

    Parameters
    ----------
    houses
        Live houses.
    covered
        Those with a link valid now, by kind of code (events: those that happened there); as they are told (:mod:`.disclosure`) where
        the kind is a matter of persons.
    """

    unit: Unit
    houses: int
    covered: Mapping[str, int | Told]

    def share(self, kind: str) -> float | None:
        """Return the share of the houses that have a kind of codes; None without houses, or where nothing is told.

        Micro-grids that are not told count as having none: of a large unit the share errs low, by as many houses as
        :attr:`Told.most` says.
        """
        covered = self.covered[kind]
        if isinstance(covered, Told):
            return covered.share(self.houses)
        return round(covered / self.houses, 3) if self.houses else None


def by_level(conn, level: str, control: Control, within: str | None = None) -> tuple[list[Completeness], Counted]:
    """Return the completeness of every unit of a level of the governance scheme, the lower code first, and when it was counted.

    Of the units below one only, where it is given (its code, or `u` and its id). Raises NotFound, Conflict when nothing was counted.
    """
    basis, counted = units.counted_edition(conn)
    division = units.of_level(conn, basis, level, within)
    houses: dict[int, int] = defaultdict(int)
    covered: dict[tuple[int, str], list[Cells]] = defaultdict(list)
    for cell in counts.cells(conn, basis, division.block_of, ("house", "covered")):
        if cell.subject == "covered":
            covered[cell.block, cell.of].append(cell)
        elif Status(cell.status).live:
            houses[cell.block] += cell.n * cell.units
    sizes = division.sizes
    return [
        Completeness(unit, houses[block], {kind: _told(kind, covered[block, kind], sizes[block], control) for kind in KINDS})
        for block, unit in enumerate(division.units)
    ], counted


def _told(kind: str, cells: list[Cells], micro_grids: int, control: Control) -> int | Told:
    return contents.number(cells) if is_open_covered(kind) else contents.people(cells, micro_grids, control)
