"""Getis-Ord Gi*: whether a grid and those around it together have more than others.

Source: J. K. Ord and A. Getis, Local spatial autocorrelation statistics, Geographical Analysis 27 (1995), formula (6). Why it is not
taken from esda: docs/decisions/0059-hot-spots.md.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import shapely

from ...hierarchy.locate import Snapshot

#: Grids may stand this far apart (degrees, about a metre) and still touch.
_APART = 1e-5

_TOUCHING: WeakKeyDictionary[Snapshot, tuple[np.ndarray, np.ndarray]] = WeakKeyDictionary()


def excess(n: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return by how much counts are more than expected, where chance does as much to small ones as to large (Freeman and Tukey)."""
    return np.sqrt(n) + np.sqrt(n + 1) - np.sqrt(4 * expected + 1)


def scores(values: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the Gi* of each place; nan where it tells nothing.

    Parameters
    ----------
    first, second
        Which places touch, as positions: each pair both ways, none of a place with itself.
    """
    n = len(values)
    held = 1 + np.bincount(first, minlength=n)
    local = values + np.bincount(first, weights=values[second], minlength=n)
    spread = values.std()
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (local - held * values.mean()) / (spread * np.sqrt((n * held - held**2) / (n - 1)))
    return np.where(np.isfinite(found), found, np.nan)


def touching(edition: Snapshot) -> tuple[np.ndarray, np.ndarray]:
    """Return which lowest units touch, a corner is enough, as positions in :attr:`Snapshot.units`; each pair both ways."""
    if edition not in _TOUCHING:
        lowest = np.array([place for place, unit in enumerate(edition.units) if unit.leaf and edition.geometry[place] is not None], int)
        areas = edition.geometry[lowest]
        first, second = shapely.STRtree(areas).query(areas, "dwithin", _APART)
        others = first != second
        _TOUCHING[edition] = lowest[first[others]], lowest[second[others]]
    return _TOUCHING[edition]


def among(edition: Snapshot, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which of some places touch, as positions in `places`."""
    first, second = touching(edition)
    at = np.full(len(edition.units), -1)
    at[places] = np.arange(len(places))
    both = (at[first] >= 0) & (at[second] >= 0)
    return at[first[both]], at[second[both]]
