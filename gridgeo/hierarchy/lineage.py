"""Where the units of an edition came from and what became of them: which lies where which lay, why, and with what share.

Two editions of a scheme are laid over each other, level by level. A piece that an earlier and a later unit have in common makes the
one a predecessor of the other. Pieces no larger than :data:`SLIVER_M2`, or than :data:`SLIVER_SHARE` of the smaller of the two, are
left out: they are one border drawn twice. Why a piece went where it went is read off the pieces and who is who (:class:`Reason`);
the rules stand in docs/howto/editions.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import geopandas
import numpy as np
import pandas as pd
import shapely

from ..geo import crs, measure
from ..geo.coverage import areal
from .difference import TOLERANCE_M2

#: A piece is left out when it is no larger than this, in square metres, or than this share of the smaller of the two units.
SLIVER_M2, SLIVER_SHARE = 1.0, 0.001

#: Columns of a lineage, in order.
LINEAGE_COLUMNS = (
    *("level", "reason", "before", "before_name", "after", "after_name", "area_m2", "houses"),
    *("to_area", "to_households", "from_area", "from_households", "before_id", "after_id", "geometry"),
)

#: Decimals of a share.
_DECIMALS = 9


class Reason(StrEnum):
    """Why a later unit lies where an earlier one lay; of NEW there was none before, of ENDED there is none after."""

    UNCHANGED = "unchanged"
    RENAME = "rename"
    RECODE = "recode"
    REDRAW = "redraw"
    SPLIT = "split"
    MERGE = "merge"
    TRANSFER = "transfer"
    NEW = "new"
    ENDED = "ended"


class Descent(NamedTuple):
    """An earlier unit, a later one, and what they have in common. Units are named by their keys' refs: a code, or u and the id.

    `to_area` and `to_households` are shares of the earlier unit and add up to 1 over those that follow it; `from_area` and
    `from_households` are shares of the later one. `houses` is None where it is not known where houses lie.
    """

    level: str
    reason: Reason
    before: str | None
    before_name: str | None
    after: str | None
    after_name: str | None
    area_m2: float | None
    houses: int | None
    to_area: float | None
    to_households: float | None
    from_area: float | None
    from_households: float | None


@dataclass(frozen=True)
class Lineage:
    """What became of the units of one edition in another.

    Parameters
    ----------
    table
        One row a piece, :data:`LINEAGE_COLUMNS`, `geometry` the piece, EPSG:4490; units that begin stand at the end of their level.
    slivers, slivers_m2
        How many pieces were left out, and their area.
    """

    table: pd.DataFrame
    slivers: int
    slivers_m2: float

    @property
    def bare(self) -> Lineage:
        """The same without geometry, which takes most of the memory."""
        return replace(self, table=pd.DataFrame(self.table.drop(columns="geometry")))

    @cached_property
    def rows(self) -> list[Descent]:
        """The table without its geometry."""
        plain = self.table[list(Descent._fields)].astype(object)
        return [Descent(*row) for row in plain.where(plain.notna(), None).itertuples(index=False, name=None)]

    @cached_property
    def followers(self) -> dict[str, list[Descent]]:
        """What became of each earlier unit, the largest share first."""
        return _by(self.rows, "before")

    @cached_property
    def origins(self) -> dict[str, list[Descent]]:
        """What each later unit was made of, the largest piece first."""
        return _by(self.rows, "after")

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many pieces there are by reason."""
        return {str(reason): int((self.table["reason"] == reason).sum()) for reason in Reason}


def trace(
    before: geopandas.GeoDataFrame, after: geopandas.GeoDataFrame, levels: Iterable[str], homes: pd.DataFrame | None = None
) -> Lineage:
    """Return what became of the units of one edition in another of the same scheme.

    Parameters
    ----------
    before, after
        Frames as :func:`.store.frame` returns them. That one is earlier is not required.
    levels
        From the top; units are compared within a level.
    homes
        How many houses lie in both of two lowest units: columns `before_id`, `after_id`, `n`. Households are taken to be where houses
        are; of a unit without any known, and where None is given, to be spread evenly over its area.
    """
    laid = [_Laid.over(before, after, level) for level in levels]
    left_out = np.concatenate([level.slivers for level in laid] or [np.empty(0)])
    tables = [_table(level, None if homes is None else _counted(level, before, after, homes)) for level in laid]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(LINEAGE_COLUMNS))
    return Lineage(geopandas.GeoDataFrame(table, geometry="geometry", crs=crs.STORAGE), len(left_out), float(left_out.sum()))


@dataclass(frozen=True)
class _Laid:
    """The units of one level of two editions laid over each other: pieces as positions in both, with area and geometry."""

    level: str
    old: pd.DataFrame
    new: pd.DataFrame
    first: np.ndarray
    second: np.ndarray
    area: np.ndarray
    piece: np.ndarray
    slivers: np.ndarray
    ended: np.ndarray
    born: np.ndarray

    @classmethod
    def over(cls, before: geopandas.GeoDataFrame, after: geopandas.GeoDataFrame, level: str) -> _Laid:
        old, new = (pd.DataFrame(frame[(frame["level"] == level).to_numpy()]) for frame in (before, after))
        first, second, area, piece = _pieces(old, new)
        same = old["unit_id"].to_numpy()[first] == new["unit_id"].to_numpy()[second]
        smaller = np.fmin(old["area_m2"].to_numpy(float)[first], new["area_m2"].to_numpy(float)[second])
        real = same | (area > np.fmax(SLIVER_M2, SLIVER_SHARE * smaller))
        ended, born = (~one["unit_id"].isin(other["unit_id"]).to_numpy() for one, other in ((old, after), (new, before)))
        return cls(level, old, new, first[real], second[real], area[real], piece[real], area[~real], ended, born)

    @property
    def reasons(self) -> np.ndarray:
        """Why each piece went where it went: the first that holds."""
        first, second = self.first, self.second
        follow, origins = np.bincount(first, minlength=len(self.old))[first], np.bincount(second, minlength=len(self.new))[second]
        same = self._column(self.old, first, "unit_id") == self._column(self.new, second, "unit_id")
        alone = (follow == 1) & (origins == 1)
        cut_off = ~same & self.born[second] & (origins == 1)
        taken_in = ~same & self.ended[first] & (follow == 1)
        splits = np.bincount(first, cut_off, len(self.old))[first] > 0
        merges = np.bincount(second, taken_in, len(self.new))[second] > 0
        rules = [
            (alone & same & self._moved(alone & same), Reason.REDRAW),
            (alone & ~same & ~self._differ("code"), Reason.RENAME),
            (alone & self._differ("code"), Reason.RECODE),
            (alone & self._differ("name_zh", "name_en"), Reason.RENAME),
            (alone, Reason.UNCHANGED),
            (same & splits & ~merges, Reason.SPLIT),
            (same & merges & ~splits, Reason.MERGE),
            (same, Reason.REDRAW),
            (cut_off, Reason.SPLIT),
            (taken_in, Reason.MERGE),
        ]
        return np.select([holds for holds, _ in rules], [str(reason) for _, reason in rules], str(Reason.TRANSFER)).astype(object)

    def _moved(self, asked: np.ndarray) -> np.ndarray:
        """Whether the borders of two units differ, of the pieces asked about."""
        moved = np.zeros(len(asked), bool)
        pair = self.old["geometry"].to_numpy()[self.first[asked]], self.new["geometry"].to_numpy()[self.second[asked]]
        unlike = shapely.to_wkb(shapely.normalize(pair[0])) != shapely.to_wkb(shapely.normalize(pair[1]))
        differing = shapely.symmetric_difference(pair[0][unlike], pair[1][unlike])
        moved[np.flatnonzero(asked)[unlike]] = measure.area_m2(differing) > TOLERANCE_M2
        return moved

    def _differ(self, *columns: str) -> np.ndarray:
        pairs = ((self._column(self.old, self.first, name), self._column(self.new, self.second, name)) for name in columns)
        return np.logical_or.reduce([(old != new) & ~(pd.isna(old) & pd.isna(new)) for old, new in pairs])

    @staticmethod
    def _column(side: pd.DataFrame, places: np.ndarray, name: str) -> np.ndarray:
        return side[name].to_numpy()[places]


def _pieces(old: pd.DataFrame, new: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What units of two editions have in common: positions in both, square metres, areas.

    What is drawn the same in both, as most is, is paired without an overlay; a unit without area is paired with itself.
    """
    drawn = old["geometry"].to_numpy(), new["geometry"].to_numpy()
    place = {wkb: i for i, wkb in enumerate(shapely.to_wkb(shapely.normalize(drawn[0]))) if wkb is not None}
    alike = np.array([place.get(wkb, -1) for wkb in shapely.to_wkb(shapely.normalize(drawn[1]))], dtype=int)
    equal = np.flatnonzero(alike >= 0)
    left = np.setdiff1d(np.flatnonzero(~shapely.is_missing(drawn[0])), alike[equal])
    right = np.flatnonzero((alike < 0) & ~shapely.is_missing(drawn[1]))
    second, first = shapely.STRtree(drawn[0][left]).query(drawn[1][right], predicate="intersects")
    first, second = left[first], right[second]
    parts = areal(shapely.intersection(drawn[0][first], drawn[1][second]))
    area = measure.area_m2(parts)
    real = area > 0
    _, here, there = np.intersect1d(old["unit_id"], new["unit_id"], return_indices=True)
    bare = shapely.is_missing(drawn[0][here]) | shapely.is_missing(drawn[1][there])
    return (
        np.concatenate([alike[equal], first[real], here[bare]]),
        np.concatenate([equal, second[real], there[bare]]),
        np.concatenate([new["area_m2"].to_numpy(float)[equal], area[real], np.full(bare.sum(), np.nan)]),
        np.concatenate([drawn[1][equal], parts[real], np.full(bare.sum(), None)]),
    )


def _table(laid: _Laid, houses: np.ndarray | None) -> pd.DataFrame:
    """The rows of a level: its pieces, and the units without any, by the earlier units."""
    gone, come = (np.setdiff1d(np.arange(len(side)), places) for side, places in ((laid.old, laid.first), (laid.new, laid.second)))
    alone = len(gone) + len(come)
    first = np.concatenate([laid.first, gone, np.full(len(come), -1)])
    second = np.concatenate([laid.second, np.full(len(gone), -1), come])
    size = np.where(np.isnan(laid.area), 1.0, laid.area)
    homes = size if houses is None else houses
    shares = {
        "to_area": _shares(laid.first, size, size),
        "to_households": _shares(laid.first, homes, size),
        "from_area": _shares(laid.second, size, size),
        "from_households": _shares(laid.second, homes, size),
    }
    table = pd.DataFrame({name: np.append(share, np.full(alone, np.nan)) for name, share in shares.items()})
    table["level"] = laid.level
    table["reason"] = np.concatenate([laid.reasons, np.full(len(gone), str(Reason.ENDED)), np.full(len(come), str(Reason.NEW))])
    table["area_m2"] = np.concatenate([laid.area, laid.old["area_m2"].to_numpy(float)[gone], laid.new["area_m2"].to_numpy(float)[come]])
    table["houses"] = pd.array([*([None] * len(laid.first) if houses is None else houses.tolist()), *[None] * alone], dtype="Int64")
    table["geometry"] = np.concatenate([laid.piece, laid.old["geometry"].to_numpy()[gone], laid.new["geometry"].to_numpy()[come]])
    for name, side, places in (("before", laid.old, first), ("after", laid.new, second)):
        table[name] = _taken(_refs(side), places)
        table[f"{name}_name"] = _taken(side["name_zh"].to_numpy(object), places)
        table[f"{name}_id"] = pd.array(_taken(side["unit_id"].to_numpy(object), places), dtype="Int64")
    order = np.lexsort((-table["area_m2"].fillna(0).to_numpy(), np.where(first < 0, len(laid.old), first)))
    return table.iloc[order][list(LINEAGE_COLUMNS)]


def _shares(of: np.ndarray, amount: np.ndarray, instead: np.ndarray) -> np.ndarray:
    """The share each row has in the amount of its group; what is rounded off goes to the largest, so that they add up to 1.

    Of a group that has nothing of the amount, its share in what is taken instead.
    """
    amount = np.where(np.bincount(of, amount)[of] > 0, amount, instead) if len(of) else amount
    share = np.round(amount / np.bincount(of, amount)[of], _DECIMALS) if len(of) else amount
    order = np.lexsort((amount, of))
    largest = order[np.append(of[order][1:] != of[order][:-1], True)] if len(of) else order
    share[largest] = np.round(share[largest] + 1 - np.bincount(of, share)[of[largest]], _DECIMALS)
    return share


def _counted(laid: _Laid, before: geopandas.GeoDataFrame, after: geopandas.GeoDataFrame, homes: pd.DataFrame) -> np.ndarray:
    """How many houses there are in each piece of a level."""
    held = [homes[name].map(_above(frame, laid.level)) for name, frame in (("before_id", before), ("after_id", after))]
    counted = homes["n"].groupby(held).sum()
    pieces = pd.MultiIndex.from_arrays([laid.old["unit_id"].to_numpy()[laid.first], laid.new["unit_id"].to_numpy()[laid.second]])
    return counted.reindex(pieces, fill_value=0).to_numpy(np.int64)


def _above(frame: geopandas.GeoDataFrame, level: str) -> dict[int, int]:
    """The unit of a level that each unit lies in, or is."""
    parent, found = dict(zip(frame["unit_id"], frame["parent_id"], strict=True)), {}
    wanted = set(frame["unit_id"][frame["level"] == level])
    for unit in parent:
        above = unit
        while above not in wanted and pd.notna(above):
            above = parent[above]
        if pd.notna(above):
            found[unit] = above
    return found


def _refs(side: pd.DataFrame) -> np.ndarray:
    """What stands for each unit in addresses: its code, or u and its id."""
    return np.where(side["code"].notna(), side["code"], "u" + side["unit_id"].astype(str)).astype(object)


def _taken(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The values at some places, None at -1."""
    return np.append(values, None)[places]


def _by(rows: list[Descent], side: str) -> dict[str, list[Descent]]:
    found: dict[str, list[Descent]] = {}
    for row in sorted(rows, key=lambda row: -(row.area_m2 or 0.0)):
        if getattr(row, side) is not None:
            found.setdefault(getattr(row, side), []).append(row)
    return found
