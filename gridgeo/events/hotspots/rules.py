"""Exact tests of counts: whether so many are more than chance makes of a rate, or of what was before.

Small numbers must not shout: every count comes with an exact interval, and of many that are tested at once the share of false
discoveries is told.

Source: F. Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936); J. Przyborowski and H. Wilenski, Homogeneity of
results in testing samples from Poisson series, Biometrika 31 (1940); Y. Benjamini and Y. Hochberg, J. R. Statist. Soc. B 57 (1995).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from .model import Interval

#: Half of what an interval of 95 % leaves out.
_TAIL = 0.025

#: Terms of a series or fraction, and the last of them that matters.
_TERMS, _LAST, _TINY = 100_000, 1e-15, 1e-300


def at_least(n: int, mean: float) -> float:
    """Return how likely a Poisson count of this mean is `n` or more.

    >>> round(at_least(5, 1.0), 8)
    0.00365985
    """
    if n <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    scale = math.exp(n * math.log(mean) - mean - math.lgamma(n))
    return min(1.0, scale * _series(n, mean)) if mean < n + 1 else max(0.0, 1.0 - scale * _fraction(n, mean))


def interval(n: int) -> Interval:
    """Return the exact interval of 95 % of the mean of a Poisson count (Garwood).

    >>> [round(bound, 4) for bound in (interval(10).low, interval(10).high)]
    [4.7954, 18.3904]
    """
    top = n + 10 * math.sqrt(n + 1) + 10
    low = 0.0 if n == 0 else _where(lambda mean: at_least(n, mean) - _TAIL, 0.0, top)
    return Interval(low, _where(lambda mean: at_least(n + 1, mean) - (1 - _TAIL), 0.0, top))


def rise(now: int, days: float, before: int, days_before: float) -> tuple[float, Interval]:
    """Return how likely so many, or more, came by chance at the rate there was before, and the interval of 95 % of the ratio of rates.

    Of two Poisson counts the first is a binomial part of both. The interval is that of Clopper and Pearson.
    """
    both, share, odds = now + before, days / (days + days_before), days_before / days
    low = 0.0 if now == 0 else _where(lambda part: successes(now, both, part) - _TAIL, 0.0, 1.0)
    high = 1.0 if before == 0 else _where(lambda part: successes(now + 1, both, part) - (1 - _TAIL), 0.0, 1.0)
    return successes(now, both, share), Interval(_odds(low) * odds, _odds(high) * odds)


def successes(k: int, n: int, share: float) -> float:
    """Return how likely `k` or more of `n` succeed where each does with this share.

    >>> round(successes(8, 10, 0.5), 7)
    0.0546875
    """
    if k <= 0:
        return 1.0
    if k > n or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    a, b = k, n - k + 1
    scale = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(share) + b * math.log1p(-share))
    if share < (a + 1) / (a + b + 2):
        return min(1.0, scale * _beta(a, b, share) / a)
    return max(0.0, 1.0 - scale * _beta(b, a, 1 - share) / b)


def discoveries(chances: Sequence[float], tested: int | None = None) -> list[float]:
    """Return of each test the share of false discoveries if it and all that are at least as striking are believed.

    Parameters
    ----------
    tested
        How many were tested, where only the most striking are given.
    """
    if not len(chances):
        return []
    given = np.asarray(chances, float)
    order = np.argsort(given, kind="stable")
    shares = given[order] * (tested or len(given)) / np.arange(1, len(given) + 1)
    found = np.empty(len(given))
    found[order] = np.minimum(np.minimum.accumulate(shares[::-1])[::-1], 1.0)
    return found.tolist()


def upper(score: float) -> float:
    """Return how likely a standard normal score is this or more."""
    return 0.5 * math.erfc(score / math.sqrt(2))


def _series(n: int, mean: float) -> float:
    term = total = 1.0 / n
    for step in range(1, _TERMS):
        term *= mean / (n + step)
        total += term
        if term < total * _LAST:
            break
    return total


def _fraction(n: int, mean: float) -> float:
    """The continued fraction of the incomplete gamma function, by Lentz's method."""
    b = mean + 1.0 - n
    c, d = 1.0 / _TINY, 1.0 / (b or _TINY)
    found = d
    for step in range(1, _TERMS):
        of, b = -step * (step - n), b + 2.0
        c, d = b + of / c or _TINY, 1.0 / (of * d + b or _TINY)
        found *= c * d
        if abs(c * d - 1.0) < _LAST:
            break
    return found


def _beta(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1) or _TINY)
    found = d
    for m in range(1, _TERMS):
        before = found
        for of in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            c, d = 1.0 + of / c or _TINY, 1.0 / (1.0 + of * d or _TINY)
            found *= c * d
        if abs(found - before) <= _LAST * abs(found):
            break
    return found


def _where(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function that rises is nought."""
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high) or high - low <= 1e-10 * high:
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def _odds(share: float) -> float:
    return math.inf if share >= 1 else share / (1 - share)
