"""What a scheme, a level, an edition and a grid unit are.

In bulk, units travel as a *frame*: a :class:`geopandas.GeoDataFrame` in EPSG:4490 (lon/lat order)
with the columns :data:`UNIT_COLUMNS` and an index 0..n-1. Rooms hand frames to each other; only
:mod:`.store` and :mod:`.editions` turn them into rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely

from ..geo import crs

#: The primary scheme: 区 > 街道 > 社区 > 微网格.
GOVERNANCE = "governance"

#: Columns of a frame of units, in order.
UNIT_COLUMNS = ("level", "code", "name_zh", "name_en", "parent", "kind", "grid_type", "household_count", "geometry")


class Kind(StrEnum):
    """Whether a unit is one of the state's divisions, or does the work of one without being one (功能区)."""

    ADMINISTRATIVE = "administrative"
    FUNCTIONAL = "functional"


class SchemeKind(StrEnum):
    """Where a scheme's geometry comes from: boundaries of its own, unions of micro-grids, or nowhere (codes and names only)."""

    DRAWN = "drawn"
    COMPOSED = "composed"
    LISTED = "listed"


class Status(StrEnum):
    """An edition's state at a moment, derived from its valid period."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    RETIRED = "retired"


class Outcome(StrEnum):
    """How a point lies to the units.

    INSIDE: in the inside of exactly one. BOUNDARY: in no inside, on the border of one or more; the
    lower code is chosen. SEVERAL: in the inside of more than one (they overlap); the lower code is
    chosen and all are listed. NONE: in no unit; the nearest is named with its distance.
    """

    INSIDE = "inside"
    BOUNDARY = "boundary"
    SEVERAL = "several"
    NONE = "none"


@dataclass(frozen=True)
class Level:
    """One level of a scheme; rank 0 is the uppermost."""

    level: str
    rank: int
    name_zh: str
    name_en: str
    code_length: int | None = None


@dataclass(frozen=True)
class Scheme:
    """A net of grids of one purpose (网格体系) and its levels from the top."""

    scheme: str
    kind: SchemeKind
    name_zh: str
    name_en: str
    levels: tuple[Level, ...] = ()

    def level(self, name: str) -> Level:
        """Return the level of that name; raises KeyError."""
        return {level.level: level for level in self.levels}[name]


@dataclass(frozen=True)
class Edition:
    """One whole set of a scheme's boundaries. Its period is half-open; both ends None is a draft."""

    edition_id: int
    scheme: str
    name: str
    source: str
    authority: str
    digest: str
    valid_from: datetime | None
    valid_to: datetime | None
    created_at: datetime

    def status(self, when: datetime) -> Status:
        """Return the state at a moment (timezone-aware)."""
        if self.valid_from is None:
            return Status.DRAFT
        if when < self.valid_from:
            return Status.SCHEDULED
        return Status.ACTIVE if self.valid_to is None or when < self.valid_to else Status.RETIRED


@dataclass(frozen=True)
class GridUnit:
    """A grid unit (网格) as it stands in one edition, without its geometry.

    `code` is None where none was ever given. `parent_id` is the unit above it in the same edition;
    it is stored, never read off the code's prefix. `area_m2` is measured in EPSG:4547.
    """

    unit_id: int
    level: str
    code: str | None
    name_zh: str
    name_en: str | None
    parent_id: int | None
    kind: Kind
    grid_type: str | None
    household_count: int | None
    area_m2: float | None
    leaf: bool

    @property
    def key(self) -> str:
        """What stands for this unit in frames and reports."""
        return unit_key(self.level, self.code, self.name_zh)

    @property
    def ref(self) -> str:
        """What stands for this unit in addresses and links: its code, or `u` and its id."""
        return self.code or f"u{self.unit_id}"


def unit_key(level: str, code: str | None, name_zh: str) -> str:
    """Return the key of a unit: its code, or `level:name` where it has none."""
    return code if isinstance(code, str) and code else f"{level}:{name_zh}"


def keys(frame: geopandas.GeoDataFrame) -> pd.Series:
    """Return the key of every row of a frame."""
    return frame["code"].where(frame["code"].notna(), frame["level"] + ":" + frame["name_zh"]).astype(object)


def leaves(frame: geopandas.GeoDataFrame) -> pd.Series:
    """Return for every row of a frame whether no unit stands below it."""
    return ~keys(frame).isin(frame["parent"].dropna())


def frame(rows: Iterable[dict[str, Any]] | pd.DataFrame) -> geopandas.GeoDataFrame:
    """Return a frame of units of whatever columns are given, the missing ones empty, polygons as multipolygons.

    >>> list(frame([{"level": "district", "code": "440306", "name_zh": "宝安区"}]).columns) == list(UNIT_COLUMNS)
    True
    """
    given = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame.from_records(list(rows))
    text = ("level", "code", "name_zh", "name_en", "parent", "kind", "grid_type")
    made: dict[str, Any] = {}
    for column in text:
        values = given[column].to_numpy(object) if column in given else np.full(len(given), None, dtype=object)
        absent = str(Kind.ADMINISTRATIVE) if column == "kind" else None
        # Said to be objects, or pandas takes them for its own strings and None for NaN.
        made[column] = pd.Series(np.where(pd.isna(values), absent, values), dtype=object)
    counts = given["household_count"] if "household_count" in given else pd.Series([None] * len(given), dtype="Int64")
    made["household_count"] = pd.array(counts.to_numpy(), dtype="Int64")
    shapes = np.array(given["geometry"], dtype=object) if "geometry" in given else np.full(len(given), None, dtype=object)
    table = pd.DataFrame({column: made[column] for column in UNIT_COLUMNS if column != "geometry"})
    return geopandas.GeoDataFrame(table, geometry=_multi(shapes), crs=crs.STORAGE)


def _multi(shapes: np.ndarray) -> np.ndarray:
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    out = shapes.copy()
    out[single] = shapely.multipolygons(shapes[single], indices=np.arange(single.sum())) if single.any() else out[single]
    return out
