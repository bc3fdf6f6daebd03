"""What became of the events of an invented year: filed, sent on, returned, taken up, handled, closed and rated, and when; a few never.

Times are whole seconds since the midnight a year begins with, one of each event; what lies at or beyond the day a list was made has not
been done when it is made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_HOUR, _DAY = 3600, 86_400

#: shares of events that are rejected, returned by departments, handled by several, rated
_REJECTED, _RETURNED, _JOINT, _RATED = 0.012, 0.041, 0.03, {"event": 0.08, "request": 0.45}
#: so many are sent in again, of the last so many
_AGAIN, _RECENT = 0.02, 60
#: how often each number of stars is given: 4.59 on average
_STARS = (0.02, 0.02, 0.05, 0.17, 0.74)
#: by grade: hours a case may take, and how many most take
_LIMIT_H, _USUAL_H = np.array([24, 48, 120, 168]), np.array([5, 15, 38, 60])
#: of what should be over when a list is made, the share that is not: 99.78 % are. Source: the report of a real district
OPEN = 0.0022
#: for how long the half of them and more have been late
_LATE_DAYS = 150


@dataclass(frozen=True)
class Reported:
    """What is known when events are reported, in the order of their times: their grades (0 to 3), their kinds, and when."""

    at: np.ndarray
    grade: np.ndarray
    kind: np.ndarray


@dataclass(frozen=True)
class Dealt:
    """What became of events: `same` is the event each was sent in again of, or -1; `bounces` by how many departments it was returned.

    `stars` is 0 where nobody rated it.
    """

    rejected: np.ndarray
    same: np.ndarray
    bounces: np.ndarray
    joint: np.ndarray
    filed: np.ndarray
    due: np.ndarray
    sent: np.ndarray
    taken: np.ndarray
    handled: np.ndarray
    closed: np.ndarray
    stars: np.ndarray


def again(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which of so many events are rejected, and of which other each was sent in again (-1: of none)."""
    rejected = rng.random(count) < _REJECTED
    origin = np.arange(count) - rng.integers(1, _RECENT + 1, count)
    twice = (rng.random(count) < _AGAIN) & ~rejected & (origin >= 0)
    twice &= ~twice[origin] & ~rejected[origin]
    return rejected, np.where(twice, origin, -1)


def deal(rng: np.random.Generator, told: Reported, rejected: np.ndarray, same: np.ndarray, made: int, left: float = OPEN) -> Dealt:
    """Return what became of events until a list was made.

    Parameters
    ----------
    rejected, same
        What :func:`again` said of them.
    left
        Of what should be over by then, the share that is not.
    """
    count, gravest = len(told.at), told.grade == 0
    bounces = np.where(rng.random(count) < _RETURNED, np.minimum(rng.geometric(0.72, count), 7), 0)
    joint = (bounces > 1) | (rng.random(count) < _JOINT)
    filed = _then(rng, told.at, np.where(gravest, 0.08, 0.8))
    due = filed + _LIMIT_H[told.grade] * _HOUR
    sent = _then(rng, filed, np.where(gravest, 0.05, 0.6) + 7 * bounces)
    taken = _then(rng, sent, np.where(gravest, 0.2, 2.5))
    handled = _then(rng, taken, _USUAL_H[told.grade] * np.where(joint, 1.4, 1))
    closed = _then(rng, handled, np.full(count, 3.0))
    over = due < made
    late = over & (closed >= made)
    pace = np.where(late, (made - 1 - filed) / (closed - filed), 1)  # what is late is hurried when the day comes
    sent, taken, handled, closed = (filed + ((then - filed) * pace).astype(np.int64) for then in (sent, taken, handled, closed))
    done = ~rejected & (same < 0)
    stay = _staying(rng, np.flatnonzero(over & done), due, made, round(left * int((told.at + _LIMIT_H[told.grade] * _HOUR < made).sum())))
    never = np.iinfo(np.int64).max
    closed[stay] = never
    handled[stay[rng.random(len(stay)) < 0.8]] = never
    taken[np.intersect1d(stay[rng.random(len(stay)) < 0.15], np.flatnonzero(handled == never))] = never
    stars = _stars(rng, done & (closed < made) & (rng.random(count) < np.where(told.kind == "event", *_RATED.values())))
    return Dealt(rejected, same, bounces, joint, filed, due, sent, taken, handled, closed, stars)


def _staying(rng: np.random.Generator, among: np.ndarray, due: np.ndarray, made: int, many: int) -> np.ndarray:
    """Which stay open: the later they were due, the more often."""
    weight = np.exp((due[among] - made) / (_LATE_DAYS * _DAY))
    return rng.choice(among, min(many, len(among)), replace=False, p=weight / weight.sum()) if many else among[:0]


def _stars(rng: np.random.Generator, rated: np.ndarray) -> np.ndarray:
    """Stars for those that are rated, each number as often as it is given."""
    upto = np.round(np.cumsum(_STARS) * rated.sum()).astype(int)
    given = np.repeat(np.arange(1, 6), np.diff(upto, prepend=0))
    stars = np.zeros(len(rated), np.int64)
    stars[rated] = rng.permutation(given)
    return stars


def _then(rng: np.random.Generator, at: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Moments about so many hours later, rarely much later, at an hour people work."""
    count = len(at)
    then = at + (rng.lognormal(np.log(hours), 0.65) * _HOUR).astype(np.int64)
    asleep = (hours > 0.5) & (then % _DAY < 8 * _HOUR)
    then = np.where(asleep, then - then % _DAY + 8 * _HOUR + rng.integers(0, 2 * _HOUR, count), then)
    return np.maximum(then, at + 60 + rng.integers(0, 60, count))
