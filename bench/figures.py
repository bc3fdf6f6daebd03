"""What a benchmark finds, and how time is taken."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

K = TypeVar("K")


@dataclass(frozen=True)
class Figure:
    """One measured thing. `ratio` is how many times ours is better; None for ours and where there is no comparison."""

    what: str
    value: float | None
    unit: str
    ratio: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Goal:
    """A goal, what was measured, and whether that meets it."""

    text: str
    measured: str
    met: bool


@dataclass
class Result:
    """All figures of one benchmark."""

    name: str
    title: str
    figures: list[Figure] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)

    def add(self, what: str, value: float | None, unit: str, ratio: float | None = None, note: str = "") -> None:
        """Add a figure."""
        self.figures.append(Figure(what, value, unit, ratio, note))

    def goal(self, text: str, measured: str, met: bool) -> None:
        """Add a goal."""
        self.goals.append(Goal(text, measured, bool(met)))


def a_second(rows: int, seconds: float) -> str:
    """Say how many thousands of rows that is a second."""
    return f"{rows / seconds / 1e3:,.0f} k a second"


def timed(work: Callable[[], object]) -> float:
    """Return the seconds of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(work: Callable[[], object], times: int, each: AbstractContextManager = nullcontext()) -> float:  # noqa: B008 - it keeps nothing
    """Return the seconds of the run in the middle of some; `each`, as a connection, is entered anew for every run."""
    spent = []
    for _ in range(times):
        with each:
            spent.append(timed(work))
    return float(np.median(spent))


def fastest(work: Callable[[], object], times: int) -> tuple[float, object]:
    """Return the seconds of the fastest of some runs, and what the last one returned: what disturbs only ever slows down."""
    best, made = float("inf"), None
    for _ in range(times):
        made = None
        gc.collect()
        start = time.perf_counter()
        made = work()
        best = min(best, time.perf_counter() - start)
    return best, made


def in_turn(works: Mapping[K, Callable[[], object]], times: int) -> dict[K, float]:
    """Return the seconds of the fastest run of each work, one after the other, round by round: what disturbs them hits all alike."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(times):
        for name, work in works.items():
            best[name] = min(best[name], fastest(work, 1)[0])
    return best


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one core, whatever its libraries would like."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
