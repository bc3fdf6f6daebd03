"""Completeness of the linkage: the share of houses that have persons, organisations, numbers and events, by grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..addresses.model import Status
from . import contents, counts, units
from .counts import Cell, Counted, Measure
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
    cells, sizes = counts.cells(conn, basis, division.block_of, ("house", "covered")), division.sizes
    houses = contents.numbers((cell for measure, some in cells.items() if _is_live(measure) for cell in some), len(sizes))
    covered = [_told(kind, cells.get(("covered", kind, ""), ()), sizes, control) for kind in KINDS]
    rows = zip(division.units, houses, zip(*covered, strict=True), strict=True)
    return [Completeness(unit, count, dict(zip(KINDS, told, strict=True))) for unit, count, told in rows], counted


def _is_live(measure: Measure) -> bool:
    return measure.subject == "house" and Status(measure.status).live


def _told(kind: str, cells: Sequence[Cell], sizes: Sequence[int], control: Control) -> list[int] | list[Told]:
    return contents.numbers(cells, len(sizes)) if is_open_covered(kind) else contents.people(cells, sizes, control)
