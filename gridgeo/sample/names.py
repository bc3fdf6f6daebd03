"""Names and codes: of districts and streets the real ones, of communities and micro-grids invented ones.

Codes have the lengths of SZDB/Z 281-2017 (6, 9, 12, 14 digits).
"""

from __future__ import annotations

import numpy as np

from ..hierarchy.model import unit_key
from .terrain import facts

#: How many digits a level adds to the code above it.
_DIGITS = {"community": 3, "micro": 2}


class Table:
    """The rows of every level, without geometry: `districts`, `streets`, `communities`, `micros` (these in the order given).

    Parameters
    ----------
    streets
        Rows of ``streets.csv``.
    community_parent, micro_parent
        Place of the street of each community, and of the community of each micro-grid.
    centre
        A point (n, 2) in each micro-grid, lon/lat: units are numbered from the north-west.
    """

    def __init__(self, streets: list[dict], community_parent: np.ndarray, micro_parent: np.ndarray, centre: np.ndarray, rng) -> None:
        known = [row for row in facts("districts.csv") if any(street["district"] == row["name_zh"] for street in streets)]
        self.districts = [{"level": "district", "code": row["code"] or None, **_names(row), "kind": row["kind"]} for row in known]
        key_of = {row["name_zh"]: unit_key("district", row["code"], row["name_zh"]) for row in self.districts}
        self.streets = [{"level": "street", "code": row["code"], **_names(row), "parent": key_of[row["district"]]} for row in streets]
        count = len(community_parent)
        middle = np.stack([np.bincount(micro_parent, weights=xy, minlength=count) for xy in centre.T], axis=1)
        middle /= np.bincount(micro_parent, minlength=count)[:, None]
        self.communities = _numbered("community", [row["code"] for row in self.streets], community_parent, middle)
        for row, (zh, en) in zip(self.communities, _invented(count, rng), strict=True):
            row |= {"name_zh": f"{zh}社区", "name_en": f"{en} Community"}
        self.micros = _numbered("micro", [row["code"] for row in self.communities], micro_parent, centre)
        for row, community in zip(self.micros, micro_parent, strict=True):
            above, number = self.communities[community], row["code"][-2:]
            row |= {"name_zh": f"{above['name_zh']}{number}微网格", "name_en": f"{above['name_en']}, micro-grid {number}"}


def _names(row: dict) -> dict:
    return {"name_zh": row["name_zh"], "name_en": row["name_en"]}


def _numbered(level: str, codes_above: list[str], parent: np.ndarray, centre: np.ndarray) -> list[dict]:
    """Codes within each parent, numbered in rows from the north, each row from the west."""
    band = np.round(-centre[:, 1] / 0.006)
    order = np.lexsort((centre[:, 0], band, parent))
    first = np.searchsorted(parent[order], parent)
    number = np.empty(len(parent), int)
    number[order] = np.arange(len(parent))
    number -= first
    digits = _DIGITS[level]
    return [
        {"level": level, "code": f"{codes_above[above]}{n + 1:0{digits}d}", "parent": codes_above[above]}
        for above, n in zip(parent, number, strict=True)
    ]


def _invented(count: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Names of two characters as villages of the region have, none twice."""
    characters = facts("characters.csv")
    first, second = ([row for row in characters if row["place"] == place] for place in ("first", "second"))
    pairs = [(a["character"] + b["character"], a["pinyin"] + b["pinyin"]) for a in first for b in second]
    return [pairs[i] for i in rng.permutation(len(pairs))[:count]]
