"""Which unit lies above which: as the files say, else where it lies. Never by the beginning of its code, unless asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import geopandas
import numpy as np
import pandas as pd
import shapely

from ..codes import grid
from ..hierarchy.model import Level, keys
from ..issues import Issue
from .notes import ERROR, INFO, WARNING

#: what is left out of a name when it is not found whole, the longer first
_SUFFIXES = ("社区居民委员会", "社区居委会", "街道办事处", "新区", "街道", "社区", "区", "县", "镇", "乡")


def resolve(
    frame: geopandas.GeoDataFrame,
    said: pd.DataFrame,
    levels: Sequence[Level],
    active: geopandas.GeoDataFrame | None = None,
    by_prefix: bool = False,
) -> tuple[np.ndarray, list[Issue]]:
    """Return the key of the parent of every unit of a frame, None where there is none, and what is to be said.

    Parameters
    ----------
    frame
        All units of the edition to be: those of the files, then those carried over, whose `parent` is known already.
    said
        For the units of the files, in the same order: the columns `source`, `row`, `upper_level`, `upper_code`, `upper_name`.
    active
        The edition valid now: where nothing else says it, a unit stays where it is.
    by_prefix
        Take the beginning of the code for the parent where nothing is said: asked for by the user.

    Notes
    -----
    Issues: `unknown-parent`, `ambiguous-parent`, `parents-not-loaded`, `parent-by-prefix`, `parent-by-geometry`.
    """
    return _Search(frame, said, levels, by_prefix).run(active)


class _Search:
    def __init__(self, frame: geopandas.GeoDataFrame, said: pd.DataFrame, levels: Sequence[Level], by_prefix: bool) -> None:
        self.frame, self.said, self.by_prefix = frame, said, by_prefix
        self.order = [level.level for level in levels]
        self.key = keys(frame).to_numpy(object)
        self.level = frame["level"].to_numpy(object)
        self.level_of = dict(zip(self.key, self.level, strict=True))
        self.by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
        for key, level, name in zip(self.key, self.level, frame["name_zh"], strict=True):
            self.by_name[level, name].append(key)
            if (short := _short(name)) != name:
                self.by_name[level, short].append(key)
        self.parent = frame["parent"].to_numpy(object, copy=True)
        self.issues: list[Issue] = []

    def run(self, active: geopandas.GeoDataFrame | None) -> tuple[np.ndarray, list[Issue]]:
        present = set(self.level)
        self.open = self.level != self.order[0]
        self._take_what_is_said(present)
        self._release_orphans()
        if self.by_prefix:
            self._take_prefixes()
        self._take_places()
        if active is not None:
            self._stay(active)
        return self.parent, self.issues

    def _take_what_is_said(self, present: set[str]) -> None:
        absent: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, (level, code, name) in enumerate(self.said[["upper_level", "upper_code", "upper_name"]].itertuples(index=False)):
            if not self.open[at] or not (code or name):
                continue
            above = [level] if level else self.order[: self.order.index(self.level[at])]
            if not present.intersection(above):
                absent[self.said["source"].iat[at], above[-1]].append(at)
                continue
            found = self._named(above, code, name)
            self.open[at] = False
            if len(found) == 1:
                self.parent[at] = found[0]
            elif found:
                self._say(at, "ambiguous-parent", name, f"{len(found)} units of that name: {', '.join(found[:5])}; give the code")
            else:
                self._say(
                    at, "unknown-parent", code or name, f"there is no such {' or '.join(above)}, in these files or in the active edition"
                )
        for (source, level), rows in absent.items():
            text = f"{len(rows):,} units name the {level} above them, but no {level} is loaded: load these first, or together"
            self.issues.append(Issue("parents-not-loaded", WARNING, text, source, field="parent"))

    def _named(self, above: list[str], code: str | None, name: str | None) -> list[str]:
        if code and self.level_of.get(code) in above:
            return [code]
        exact = [key for level in above for key in self.by_name.get((level, name), ())]
        short = [key for level in above for key in self.by_name.get((level, _short(name or "")), ())]
        return list(dict.fromkeys(exact or short)) if name else []

    def _release_orphans(self) -> None:
        """A unit carried over whose parent went looks for a new one."""
        for at in range(len(self.said), len(self.frame)):
            if self.open[at] and self.parent[at] in self.level_of:
                self.open[at] = False
            elif self.open[at]:
                self.parent[at] = None

    def _take_prefixes(self) -> None:
        taken = 0
        for at in np.flatnonzero(self.open):
            code, place = self.frame["code"].iat[at], self.order.index(self.level[at])
            lengths = [grid.LENGTHS[level] for level in reversed(self.order[:place]) if level in grid.LENGTHS]
            found = next((code[:length] for length in lengths if code and code[:length] in self.level_of), None)
            if found:
                self.parent[at], self.open[at], taken = found, False, taken + 1
        if taken:
            text = f"{taken:,} units are placed by the beginning of their code, as asked: where it was issued, not where they are"
            self.issues.append(Issue("parent-by-prefix", WARNING, text, field="parent"))

    def _take_places(self) -> None:
        """Where nothing is said: the unit of the level above that holds a point inside."""
        shapes = self.frame.geometry.to_numpy()
        drawn = ~shapely.is_missing(shapes)
        taken = 0
        for place, level in enumerate(self.order):
            below = np.flatnonzero(self.open & drawn & (self.level == level))
            upper = next((name for name in reversed(self.order[:place]) if (drawn & (self.level == name)).any()), None)
            if not len(below) or upper is None:
                continue
            above = np.flatnonzero(drawn & (self.level == upper))
            above = above[np.argsort(self.key[above].astype(str), kind="stable")]
            child, parent = shapely.STRtree(shapes[above]).query(shapely.point_on_surface(shapes[below]), predicate="intersects")
            first = pd.Series(parent).groupby(child).min()
            self.parent[below[first.index]] = self.key[above[first.to_numpy()]]
            self.open[below[first.index]] = False
            taken += len(first)
        if taken:
            text = f"{taken:,} units are placed under the unit they lie in: the files do not say what is above them"
            self.issues.append(Issue("parent-by-geometry", INFO, text, field="parent"))

    def _stay(self, active: geopandas.GeoDataFrame) -> None:
        before = dict(zip(keys(active), active["parent"], strict=True))
        for at in np.flatnonzero(self.open):
            if before.get(self.key[at]) in self.level_of:
                self.parent[at] = before[self.key[at]]

    def _say(self, at: int, code: str, value: str, message: str) -> None:
        row = self.said.iloc[at]
        self.issues.append(Issue(code, ERROR, message, row["source"], int(row["row"]), "parent", str(value)[:200], units=(self.key[at],)))


def _short(name: str) -> str:
    return next((name[: -len(suffix)] for suffix in _SUFFIXES if name.endswith(suffix)), name)
