"""Twelve months of events as bars: numbers for a drawing that stands in the page itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gridgeo.events.statistics import Numbers

#: Width and height of a drawing in its own units, and what is kept free for its words.
WIDTH, HEIGHT, LEFT, BELOW, ABOVE = 720, 230, 72, 32, 14


@dataclass(frozen=True)
class Bar:
    """A month: where its two bars stand, and how high they are."""

    month: date
    numbers: Numbers
    x: float
    wide: float
    reported: float
    ended: float


@dataclass(frozen=True)
class Trend:
    """Months side by side, and the lines of the scale: (value, y)."""

    bars: tuple[Bar, ...]
    scale: tuple[tuple[int, float], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: float = HEIGHT - BELOW


def trend(first: date, months: int, found: Mapping[str, Numbers]) -> Trend:
    """Return months from one on as they are drawn: what was reported and what was closed in each; `found` has them by their first day."""
    days = [date((place := first.year * 12 + first.month - 1 + n) // 12, place % 12 + 1, 1) for n in range(months)]
    held = [(day, found.get(day.isoformat(), Numbers())) for day in days]
    top = _round_up(max((max(of.reported, of.ended) for _, of in held), default=0))
    high, step = HEIGHT - BELOW - ABOVE, (WIDTH - LEFT) / months
    bars = tuple(
        Bar(day, of, round(LEFT + n * step, 1), round(step * 0.36, 1), round(high * of.reported / top, 1), round(high * of.ended / top, 1))
        for n, (day, of) in enumerate(held)
    )
    lines = sorted({0, top // 2 if top % 2 == 0 else 0, top})
    return Trend(bars, tuple((value, round(HEIGHT - BELOW - high * value / top, 1)) for value in lines))


def _round_up(value: int) -> int:
    """The next of 2, 4, 6, 10, 20, 40 … : an end of a scale that people read."""
    size = 1
    while True:
        for of in (2, 4, 6, 10):
            if value <= of * size:
                return of * size
        size *= 10
