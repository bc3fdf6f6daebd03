"""What hot spots are said of, and what is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class By(StrEnum):
    """What is looked at: grids and places beside the whole city, classes beside what they were."""

    GRID = "grid"
    BUILDING = "building"
    HOUSE = "house"
    CLASS = "class"


class Before(StrEnum):
    """What a period is beside: the one before it, or the same a year earlier."""

    PERIOD = "period"
    YEAR = "year"


@dataclass(frozen=True)
class Interval:
    """An estimate between two bounds; `high` may be infinite."""

    low: float
    high: float


@dataclass(frozen=True)
class Surroundings:
    """How a grid and those around it compare with all: Gi* (a standard normal score), and its share of false discoveries."""

    score: float
    q: float


@dataclass(frozen=True)
class Spot:
    """A grid (`unit_id`), building or house (`code`) and what came from it.

    Parameters
    ----------
    households
        How many live there.
    expected
        How many events that would be at the city's rate.
    ratio
        Of the events to what was expected: the exact interval of 95 %.
    q
        The share of false discoveries among all that are at least as striking.
    surroundings
        Of grids; None where they tell nothing.
    """

    n: int
    households: int
    expected: float
    ratio: Interval
    q: float
    unit_id: int | None = None
    code: str | None = None
    surroundings: Surroundings | None = None


@dataclass(frozen=True)
class Found:
    """Hot spots, the most certain first, and what they were found among.

    Parameters
    ----------
    n, households
        Of the city, as far as it was looked at: what its rate is made of.
    unjudged
        Events of grids of which nobody says how many households they have.
    tested
        How many grids, buildings or houses were compared.
    """

    n: int
    households: int
    unjudged: int
    tested: int
    spots: Sequence[Spot]


@dataclass(frozen=True)
class Rise:
    """A class of which more came than before: how many, in how many days, and the exact interval of how many times as many a day."""

    class_id: int
    beside: Before
    n: int
    days: float
    before: int
    days_before: float
    ratio: Interval
    q: float
