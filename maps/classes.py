"""Class breaks of a choropleth: quantiles and natural breaks.

Breaks are the inner limits of classes, ascending; class i holds `breaks[i-1] <= value < breaks[i]`.
Zero is no class: it is drawn on its own, and so is a missing value.
"""

from __future__ import annotations

import numpy as np

CLASSES = 5
BINS = 240
"""Natural breaks are sought between at most this many groups of values: exact up to there, and far finer than a legend beyond."""


def quantile(values: np.ndarray, classes: int = CLASSES) -> list[float]:
    """Return breaks that put about equally many values into each class; fewer breaks where values repeat."""
    values = _classed(values)
    if not len(values):
        return []
    return _tidy(np.quantile(values, np.arange(1, classes) / classes), values)


def natural(values: np.ndarray, classes: int = CLASSES) -> list[float]:
    """Return the breaks that make the classes as uniform as they can be.

    The least sum of squared deviations within classes, by dynamic programming.
    Source: Fisher, "On Grouping for Maximum Homogeneity" (1958); known to cartographers as Jenks' natural breaks.
    """
    values = _classed(values)
    if not len(values):
        return []
    groups = np.unique(values if len(values) <= BINS else np.quantile(values, np.linspace(0, 1, BINS), method="lower"))
    group = np.searchsorted(groups, values, side="right") - 1
    weight = np.bincount(group, minlength=len(groups)).astype(float)
    total, square = (np.bincount(group, values**power, len(groups)) for power in (1, 2))
    weight, total, square = (np.r_[0.0, np.cumsum(column)] for column in (weight, total, square))
    # spread[i, j]: the squared deviation within groups i..j-1
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (square - square[:, None]) - (total - total[:, None]) ** 2 / (weight - weight[:, None])
    spread[np.tril_indices(len(weight))] = np.inf
    best, cut = spread[0], []
    for _ in range(min(classes, len(groups)) - 1):
        options = best[:, None] + spread
        cut.append(options.argmin(axis=0))
        best = options.min(axis=0)
    breaks, end = [], len(groups)
    for choice in reversed(cut):
        end = int(choice[end])
        breaks.append(groups[end])
    return _tidy(np.array(breaks[::-1]), values)


def _classed(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    return np.sort(values[np.isfinite(values) & (values != 0)])


def _tidy(breaks: np.ndarray, values: np.ndarray) -> list[float]:
    """Round to three figures, as a legend is read; leave out what no longer parts the values."""
    rounded = sorted({float(f"{value:.3g}") for value in breaks})
    parts = [value for value in rounded if values[0] < value <= values[-1]]
    kept: list[float] = []
    for value in parts:
        below = kept[-1] if kept else -np.inf
        if np.any((values >= below) & (values < value)):
            kept.append(value)
    return kept
