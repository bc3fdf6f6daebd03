"""What is told of counts of people: fewer than ten are not told, others are rounded to five, and areas are sums of what is told.

The danger is not one table but two: from the count of a street and those of all its micro-grids but one follows the one.
Rounding each area by itself is no cure: nine people were found that way in one micro-grid of three, where all roundings
happened to point the same way. So the smallest thing ever counted is one role in one whole micro-grid (a *cell*), a cell
is told in one way for ever, and every larger area, of any shape, tells the sum of its cells as told. All answers together
then say no more than the cells do: a cell that is not told could be any number below the threshold, and no answer would
change. For the same reason

- a cell without anybody is not told either: nought is a number below ten;
- roles are not added up: who has two counts under both, and a sum of all who have any would bind the roles to each other;
- arbitrary areas answer for the whole micro-grids they hold, and only the edition valid now is counted.

What this does not hide: who watches a cell from day to day sees when it crosses a step, and learns what it was if
nothing else changed.

Source: Office for National Statistics, comparison of post-tabular statistical disclosure control methods ("the 10-5
rule"); UK LLC, statistical disclosure control (zero is a low count; no low count may follow from what is told).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat

from ..settings import Settings

#: What stands for a cell that is not told.
HIDDEN = -1

#: Links that are no matter of persons, by kind and role: these counts are exact. All others, new roles too, are held back.
_OPEN = {"credit": None, "event": frozenset({"place"})}


@dataclass(frozen=True, slots=True)
class Told:
    """A count of people as it is told, of one cell or of many.

    Parameters
    ----------
    count
        Sum of the cells that are told, None where none is.
    hidden
        Number of cells that are not told: each holds fewer than the threshold, maybe nobody.
    least, most
        Bounds of the true sum, as they follow from what is told.
    """

    count: int | None
    hidden: int
    least: int
    most: int

    def share(self, whole: int) -> float | None:
        """Return the count told as a share of a whole, to three decimals; None where either is missing."""
        return round(min(self.count / whole, 1.0), 3) if whole and self.count is not None else None


@dataclass(frozen=True)
class Control:
    """The rule by which counts are told.

    Parameters
    ----------
    suppress_under
        Counts below are not told; 0 tells all.
    round_to
        Counts are rounded to multiples of this, halves up; 1 tells them exactly.
    """

    suppress_under: int = 10
    round_to: int = 5

    @classmethod
    def of(cls, settings: Settings) -> Control:
        """Return an installation's rule."""
        return cls(settings.suppress_under, max(settings.round_to, 1))

    def cell(self, count: int) -> int:
        """Return what is told of a cell, :data:`HIDDEN` where it is not."""
        if count < self.suppress_under:
            return HIDDEN
        return (count + self.round_to // 2) // self.round_to * self.round_to

    def total(self, counts: Iterable[int], times: Iterable[int] | None = None, nobody: int = 0) -> Told:
        """Return what is told of many cells together.

        Parameters
        ----------
        counts, times
            The cells' true counts, and how many cells have each (one when None).
        nobody
            Further cells, without anybody in them.
        """
        told = hidden = shown = least = most = 0
        for count, many in (*zip(counts, repeat(1) if times is None else times, strict=times is not None), (0, nobody)):
            cell = self.cell(count)
            if cell == HIDDEN:
                hidden += many
                continue
            low = cell - self.round_to // 2
            shown, told = shown + many, told + cell * many
            least, most = least + max(low, self.suppress_under) * many, most + (low + self.round_to - 1) * many
        return Told(told if shown else None, hidden, least, most + hidden * max(self.suppress_under - 1, 0))


#: For those who may see the counts as they are.
EXACT = Control(suppress_under=0, round_to=1)


def is_open(kind: str, role: str) -> bool:
    """Return whether links of a kind and role are no matter of persons, so that their number may be told exactly.

    Organisations, and where events happened. A number may be somebody's own, and an event has a reporter.
    """
    roles = _OPEN.get(kind, frozenset())
    return roles is None or role in roles


def is_open_covered(kind: str) -> bool:
    """Return whether the number of houses that have a link of a kind may be told exactly: only open roles are counted for it then."""
    return kind in _OPEN
