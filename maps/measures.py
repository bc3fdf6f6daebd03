"""What a unit can be coloured by.

A measure is data for the page: its names, its unit, and a column of values for each level that has any.
The page knows no formula; a measure added to MEASURES is on the map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import classes, palette


@dataclass(frozen=True)
class Measure:
    """A value of each unit of a table made by :func:`table`; nan (None for a category) where it has none."""

    key: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    of: Callable[[pd.DataFrame], pd.Series]
    categorical: bool = False


MEASURES = (
    Measure("density", "每平方公里户数", "Households per km²", "户/km²", "per km²", lambda t: t["households"] / (t["area_m2"] / 1e6)),
    Measure("households", "户数", "Households", "户", "households", lambda t: t["households"]),
    Measure("area", "面积", "Area", "km²", "km²", lambda t: t["area_m2"] / 1e6),
    Measure("leaves", "微网格数", "Micro-grids", "个", "micro-grids", lambda t: t["leaves"]),
    Measure("type", "网格类型", "Grid type", "", "", lambda t: t["grid_type"], categorical=True),
)


def table(frame: pd.DataFrame, keys: pd.Series, levels: list[str]) -> pd.DataFrame:
    """Return what measures are made from: level, parent's key, area_m2, grid_type, households, leaves.

    A unit without a household count has the sum of its children's; `summed` says so: "all", or "some" where a unit
    below has none. `leaves` counts the units of the lowest level below it.
    """
    made = pd.DataFrame(
        {
            "level": frame["level"].to_numpy(),
            "parent": frame["parent"].to_numpy(),
            "area_m2": pd.to_numeric(frame["area_m2"]).to_numpy(dtype=float, na_value=np.nan),
            "grid_type": frame["grid_type"].to_numpy(),
            "households": frame["household_count"].to_numpy(dtype=float, na_value=np.nan),
            "leaves": np.nan,
            "summed": None,
        },
        index=pd.Index(keys.to_numpy(), name="key"),
    )
    made.loc[made["level"] == levels[-1], "leaves"] = 1.0
    for level in levels[:0:-1]:
        below = made[made["level"] == level]
        children = below.assign(partly=below["households"].isna() | (below["summed"] == "some")).groupby("parent")
        sums = children[["households", "leaves"]].sum(min_count=1).join(children["partly"].any())
        above = made["level"] == levels[levels.index(level) - 1]
        found = sums.reindex(made.index[above & made["households"].isna()])
        found = found[found["households"].notna()]
        made.loc[found.index, "households"] = found["households"]
        made.loc[found.index, "summed"] = np.where(found["partly"].astype(bool), "some", "all")
        made.loc[above, "leaves"] = sums["leaves"].reindex(made.index[above]).fillna(0).to_numpy()
    made.loc[made["level"] == levels[-1], "leaves"] = np.nan
    if len(levels) == 1 or not (made["level"] == levels[-1]).any():
        made["leaves"] = np.nan
    return made


def describe(units: pd.DataFrame, levels: list[str], types: dict[str, tuple[str, str]]) -> list[dict]:
    """Return the measures that hold anything, each with values (in the order of `units`) and breaks for each level.

    Parameters
    ----------
    types
        Grid type to its names (zh, en).
    """
    described = []
    for measure in MEASURES:
        values = measure.of(units)
        by_level = {}
        for level in levels:
            column = values[(units["level"] == level).to_numpy()]
            if column.notna().any():
                by_level[level] = _categories(column) if measure.categorical else _numbers(column)
        if by_level:
            entry = {"key": measure.key, "zh": measure.name_zh, "en": measure.name_en, "unit": measure.unit_zh, "unit_en": measure.unit_en}
            if measure.categorical:
                present = [key for key in dict.fromkeys([*types, *values.dropna()]) if (values == key).any()]
                colours = palette.categories(present)
                entry["categories"] = [
                    {"key": key, "zh": types.get(key, (key, key))[0], "en": types.get(key, (key, key))[1], "colour": colours[key]}
                    for key in present
                ]
            described.append({**entry, "levels": by_level})
    return described


def _numbers(column: pd.Series) -> dict:
    values = column.to_numpy(dtype=float)
    shown = [None if np.isnan(value) else float(f"{value:.5g}") for value in values]
    rounded = np.array([np.nan if value is None else value for value in shown])
    return {
        "values": [int(value) if value is not None and value.is_integer() else value for value in shown],
        "breaks": {"quantile": classes.quantile(rounded), "natural": classes.natural(rounded)},
    }


def _categories(column: pd.Series) -> dict:
    return {"values": [None if pd.isna(value) else value for value in column]}
