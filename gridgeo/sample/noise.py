"""Addresses as people write them, made of houses that are known: for each string the one right answer, or that there is none.

A string is kept only if :class:`~gridgeo.sample.town.Town` finds that exactly one live house fits what it says.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from . import hands, slips
from .draft import Draft, drafted
from .nowhere import leading_nowhere, spoil
from .town import Town

#: Every kind of noise and how often it comes; those that change parts before those that change how parts are written.
_NOISE: list[tuple[Callable, float]] = [
    (slips.drop("province"), 10),
    (slips.drop("city", "province"), 9),
    (slips.drop("district", "city", "province"), 8),
    (slips.drop("street"), 8),
    (slips.drop("community"), 8),
    (slips.drop_road, 9),
    (slips.drop_compound, 7),
    (slips.drop("unit"), 2),
    (slips.drop("block"), 2),
    (slips.alias, 9),
    (slips.other_address, 6),
    (slips.wrong_street, 4),
    (slips.former_division, 5),
    (slips.misspelt("sound"), 6),
    (slips.misspelt("look"), 5),
    (slips.lost, 3),
    (hands.dashes, 3),
    (hands.block_word, 7),
    (hands.room_word, 7),
    (hands.unit_word, 2),
    (hands.floor, 4),
    (hands.numerals, 6),
    (hands.bare_divisions, 4),
    (hands.doubled, 4),
    (hands.remark, 4),
    (hands.phone, 4),
    (hands.late("spaces", hands.spaced), 5),
    (hands.late("punctuation", hands.punctuated), 4),
    (hands.late("lower-case", hands.lower_case), 2),
    (hands.late("full-width", hands.full_width), 4),
    (hands.late("traditional", hands.traditional), 4),
]


def make(houses: pd.DataFrame, names: pd.DataFrame, count: int, seed: int = 1, negatives: float = 0.12) -> pd.DataFrame:
    """Return `count` strings: text, truth (a house's code; None: there is no right answer), kinds (of noise, with spaces), written.

    Parameters
    ----------
    houses
        As of :meth:`gridgeo.sample.addresses.Base.full`.
    names
        code, kind, name: see :attr:`gridgeo.sample.addresses.Base.names`.
    negatives
        Share of strings that lead nowhere: garbage, other cities, houses and rooms that do not exist.
    """
    rng, town = np.random.default_rng([seed, count]), Town(houses, names)
    usable = np.flatnonzero(town.live & ((town.houses["room"].notna() | town.houses["floor"].notna()).to_numpy()))
    retired = np.flatnonzero(~town.live & town.houses["status"].eq("retired").to_numpy())
    rows = []
    while len(rows) < count:
        negative = rng.random() < negatives
        one = leading_nowhere(town, rng, usable) if negative else _somewhere(town, rng, usable, retired)
        if one is not None:
            rows.append(one)
    return pd.DataFrame(rows, columns=["text", "truth", "kinds", "written"], dtype=object)


def _somewhere(town: Town, rng, usable: np.ndarray, retired: np.ndarray) -> tuple | None:
    if len(retired) and rng.random() < 0.03:
        return _of_retired(town, rng, int(rng.choice(retired)))
    row = int(rng.choice(usable))
    draft = drafted(town, row, rng)
    for change in _chosen(rng):
        change(draft, town, rng)
    if town.fitting(draft.meant) != [row]:
        return None
    made = _row(draft, town, town.houses["house_code"].iat[row])
    return made if draft.kinds else None


def written(town: Town, row: int, rng, noisy: bool = True) -> str | None:
    """Return an address for one house, with noise or without; None where no string that leads to it alone was found."""
    for _ in range(20 if noisy else 1):
        draft = drafted(town, row, rng)
        for change in _chosen(rng) if noisy else ():
            change(draft, town, rng)
        if town.fitting(draft.meant) == [row]:
            return draft.text()
    return None


def plain(town: Town, row: int, rng) -> str:
    """Return the address of a house in full, be it there or not."""
    return drafted(town, row, rng).text()


def beyond(town: Town, row: int, rng) -> str | None:
    """Return the address of a room its building does not have."""
    draft = drafted(town, row, rng)
    return draft.text() if spoil(draft, "no-such-room", town, rng) and not town.fitting(draft.meant) else None


def other_name(town: Town, row: int, rng) -> str | None:
    """Return the address of a house with another name, plate or division than today's, None where it has none."""
    draft = drafted(town, row, rng)
    for change in (slips.alias, slips.other_address):
        change(draft, town, rng)
    if not draft.kinds:
        slips.former_division(draft, town, rng)
    return draft.text() if draft.kinds and town.fitting(draft.meant) == [row] else None


def _of_retired(town: Town, rng, row: int) -> tuple | None:
    """A house that is no more: whoever follows it, or nobody."""
    draft = drafted(town, row, rng)
    draft.kinds.append("retired-house")
    heir = town.houses["successor"].iat[row]
    fitting = {town.houses["house_code"].iat[one] for one in town.fitting(draft.meant)}
    if fitting - {heir}:
        return None
    return _row(draft, town, heir)


def _row(draft: Draft, town: Town, truth: str | None) -> tuple[str, str | None, str, str]:
    text = draft.text()
    return text, truth, " ".join(draft.kinds), town.houses["house_code"].iat[draft.row]


def _chosen(rng) -> list[Callable]:
    """One to four kinds of noise, each at most once, changes of parts before changes of the whole."""
    count = rng.choice([1, 2, 3, 4], p=[0.3, 0.35, 0.22, 0.13])
    weight = np.array([weight for _, weight in _NOISE], float)
    return [_NOISE[place][0] for place in sorted(rng.choice(len(_NOISE), count, replace=False, p=weight / weight.sum()))]
