"""What changed between two editions: added, removed, moved, renamed and so on, with areas."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import geopandas
import numpy as np
import pandas as pd
import shapely

from ..geo import crs, measure
from .model import Scheme, keys

#: Columns of a comparison, in order.
DIFFERENCE_COLUMNS = (
    *("change", "level", "key", "name_before", "name_after", "detail"),
    *("area_before_m2", "area_after_m2", "moved_m2", "geometry"),
)

#: Borders that differ by less than this (square metres of symmetric difference) have not moved.
TOLERANCE_M2 = 1.0


class Change(StrEnum):
    """What may happen to a unit from one edition to the next. One unit may show several."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    RENAMED = "renamed"
    REPARENTED = "reparented"
    ALTERED = "altered"


_COMPARED = {
    Change.RENAMED: ("name_zh", "name_en"),
    Change.REPARENTED: ("parent",),
    Change.ALTERED: ("kind", "grid_type", "household_count"),
}


def compare(before: geopandas.GeoDataFrame, after: geopandas.GeoDataFrame, tolerance_m2: float = TOLERANCE_M2) -> geopandas.GeoDataFrame:
    """Return one row per change between two frames of units of one scheme, which are matched by their keys.

    `moved_m2` is the area that changed hands: of the symmetric difference where a unit moved, the whole where
    it was added or removed. `geometry` (EPSG:4490, lon/lat) is that area. Rows stand by change, level and key.

    Parameters
    ----------
    before, after
        Frames of units (see :mod:`.model`); an empty one is allowed.
    tolerance_m2
        A symmetric difference up to this is noise.
    """
    old, new = before.set_index(keys(before)), after.set_index(keys(after))
    common = old.index.intersection(new.index, sort=True)
    rows = [_gone(Change.ADDED, new.loc[new.index.difference(old.index)]), _gone(Change.REMOVED, old.loc[old.index.difference(new.index)])]
    a, b = old.loc[common], new.loc[common]
    rows.append(_moved(a, b, tolerance_m2))
    rows += [_told(change, a, b, columns) for change, columns in _COMPARED.items()]
    table = pd.concat([row for row in rows if len(row)] or [_blank()], ignore_index=True)
    order = {change: place for place, change in enumerate(Change)}
    table = table.sort_values(["change", "level", "key"], key=lambda c: c.map(order) if c.name == "change" else c, ignore_index=True)
    return geopandas.GeoDataFrame(table, geometry="geometry", crs=crs.STORAGE)


def by_level(changes: pd.DataFrame, scheme: Scheme) -> Iterator[tuple[tuple[Change, str], pd.DataFrame]]:
    """Yield the rows of a comparison by change and level, from the top: only within a level may their areas be added up."""
    for change in Change:
        for level in scheme.levels:
            rows = changes[(changes["change"] == str(change)) & (changes["level"] == level.level)]
            if len(rows):
                yield (change, level.level), rows


def _gone(change: Change, units: geopandas.GeoDataFrame) -> pd.DataFrame:
    area = measure.area_m2(units.geometry.to_numpy())
    before = change is Change.REMOVED
    return _rows(
        change,
        units,
        name_before=units["name_zh"] if before else None,
        name_after=None if before else units["name_zh"],
        area_before_m2=area if before else np.nan,
        area_after_m2=np.nan if before else area,
        moved_m2=area,
        geometry=units.geometry.to_numpy(),
    )


def _moved(a: geopandas.GeoDataFrame, b: geopandas.GeoDataFrame, tolerance_m2: float) -> pd.DataFrame:
    old, new = a.geometry.to_numpy(), b.geometry.to_numpy()
    # Most units of an edition did not move at all: only those whose vertices differ are measured.
    wkb = shapely.to_wkb(shapely.normalize(old)), shapely.to_wkb(shapely.normalize(new))
    suspects = np.flatnonzero(wkb[0] != wkb[1])
    where = shapely.symmetric_difference(_or_empty(old[suspects]), _or_empty(new[suspects]))
    changed = measure.area_m2(where)
    real = changed > tolerance_m2
    suspects = suspects[real]
    return _rows(
        Change.MOVED,
        b.iloc[suspects],
        name_before=a["name_zh"].iloc[suspects],
        name_after=b["name_zh"].iloc[suspects],
        area_before_m2=measure.area_m2(old[suspects]),
        area_after_m2=measure.area_m2(new[suspects]),
        moved_m2=changed[real],
        geometry=where[real],
    )


def _told(change: Change, a: geopandas.GeoDataFrame, b: geopandas.GeoDataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    old, new = (side[list(columns)].astype(object).where(side[list(columns)].notna(), "") for side in (a, b))
    differs = (old.to_numpy() != new.to_numpy()).any(axis=1)
    a, b, old, new = a[differs], b[differs], old[differs], new[differs]
    detail = [
        "; ".join(f"{column}: {x or '–'} → {y or '–'}" for column, x, y in zip(columns, xs, ys, strict=True) if x != y)
        for xs, ys in zip(old.to_numpy(), new.to_numpy(), strict=True)
    ]
    area = measure.area_m2(b.geometry.to_numpy())
    return _rows(
        change,
        b,
        name_before=a["name_zh"],
        name_after=b["name_zh"],
        detail=detail,
        area_before_m2=measure.area_m2(a.geometry.to_numpy()),
        area_after_m2=area,
        moved_m2=0.0,
        geometry=b.geometry.to_numpy(),
    )


def _rows(change: Change, units: geopandas.GeoDataFrame, **columns) -> pd.DataFrame:
    given = {name: value.to_numpy() if isinstance(value, pd.Series) else value for name, value in columns.items()}
    table = pd.DataFrame({"level": units["level"].to_numpy(), "key": units.index.to_numpy(), "detail": "", **given})
    table["change"] = str(change)
    return table[list(DIFFERENCE_COLUMNS)]


def _blank() -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype=float if column.endswith("_m2") else object) for column in DIFFERENCE_COLUMNS})


def _or_empty(shapes: np.ndarray) -> np.ndarray:
    return np.where(shapely.is_missing(shapes), shapely.MultiPolygon(), shapes)
