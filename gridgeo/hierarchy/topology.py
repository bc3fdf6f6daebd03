"""The topology check: is a frame of units a sound hierarchy of areas that tile?

Each kind of finding is one function here, listed in :data:`FINDINGS` under its issue code.

Places are looked for in the metric plane (EPSG:4547) and given in EPSG:4490. One is reported when it is larger than
the tolerance (1 m2 unless said otherwise: borders of clean real sets differ by up to 0.74 m2 a unit) and not made by
the bend of long edges between the two. Units without a sound geometry are reported and left out of what follows;
where every unit of a level is without one (lists of codes), nothing is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import geopandas
import numpy as np
import pandas as pd
import shapely

from ..geo import crs
from ..issues import Issue, Severity
from .survey import Findings, Survey

TOLERANCE_M2 = 1.0

_REASON = re.compile(r"(?P<reason>[^\[]+)\[(?P<x>\S+) (?P<y>\S+)\]")


def check(
    frame: geopandas.GeoDataFrame,
    tolerance_m2: float = TOLERANCE_M2,
    progress: Callable[[int, int], None] | None = None,
    levels: Sequence[str] | None = None,
) -> list[Issue]:
    """Return what is wrong with the hierarchy and the areas of a frame of units, by kind, then level and unit.

    Parameters
    ----------
    frame
        Units of one edition, EPSG:4490 lon/lat.
    tolerance_m2
        A place must be larger than this, in square metres.
    progress
        Called with the checks done and their total.
    levels
        Names of levels from the top; without them the governance scheme's, else in the order they appear.
    """
    survey = Survey(frame, tolerance_m2, levels)
    issues: list[Issue] = []
    for done, find in enumerate(FINDINGS.values()):
        if progress is not None:
            progress(done, len(FINDINGS))
        issues += find(survey)
    if progress is not None:
        progress(len(FINDINGS), len(FINDINGS))
    return issues


def duplicate_code(survey: Survey) -> Iterator[Issue]:
    """Two units have the same key: the same code, or no code and the same name on one level."""
    keys = pd.Series(survey.key)
    for key, group in keys[keys.duplicated(keep=False)].groupby(keys, sort=True):
        names = "、".join(dict.fromkeys(survey.name[group.index]))
        yield _error("duplicate-code", f"{key} stands for {len(group)} units ({names})", [key], field="code", value=key)


def missing_parent(survey: Survey) -> Iterator[Issue]:
    """A unit names no parent though units of the level above are there."""
    for unit in np.flatnonzero((survey.rank > 0) & pd.isna(survey.declared)):
        message = f"{survey.key[unit]} names no parent, a {survey.above(survey.level[unit])}{_suggestion(survey, unit)}"
        yield _error("missing-parent", message, [survey.key[unit]], field="parent")


def unknown_parent(survey: Survey) -> Iterator[Issue]:
    """A unit names a parent that is not there."""
    for unit in np.flatnonzero(pd.notna(survey.declared) & (survey.parent < 0)):
        key, parent = survey.key[unit], survey.declared[unit]
        message = f"{key} names parent {parent}, which is not there{_suggestion(survey, unit)}"
        yield _error("unknown-parent", message, [key], field="parent", value=str(parent))


def parent_level(survey: Survey) -> Iterator[Issue]:
    """A unit names a parent that is not of the level just above its own; itself, for instance."""
    known = np.flatnonzero(survey.parent >= 0)
    for unit in known[survey.rank[survey.parent[known]] != survey.rank[known] - 1]:
        parent = survey.parent[unit]
        message = f"{survey.key[unit]} ({survey.level[unit]}) names parent {survey.key[parent]}, which is a {survey.level[parent]}"
        yield _error("parent-level", message, survey.key[[unit, parent]], field="parent", value=survey.key[parent])


def empty_geometry(survey: Survey) -> Iterator[Issue]:
    """A unit has no area though others of its level have one."""
    drawn = np.isin(survey.level, np.unique(survey.level[~survey.empty].astype(str)))
    for unit in np.flatnonzero(survey.empty & drawn):
        yield _error("empty-geometry", f"{survey.key[unit]} has no area", [survey.key[unit]], field="geometry")


def invalid_ring(survey: Survey) -> Iterator[Issue]:
    """A unit's rings cross or touch themselves or each other; the reason and, as geometry, the place of the first fault."""
    for unit in np.flatnonzero(~survey.empty & ~survey.valid):
        told = shapely.is_valid_reason(survey.geometry[unit])
        match = _REASON.fullmatch(told)
        place = np.array([float(match["x"]), float(match["y"])]) if match else np.array([np.nan, np.nan])
        point = shapely.Point(place) if np.isfinite(place).all() else None
        where = f" at {place[0]:.7f}, {place[1]:.7f}" if point is not None else ""
        message = f"{survey.key[unit]}: {(match['reason'] if match else told).lower()}{where}"
        yield _error("invalid-ring", message, [survey.key[unit]], field="geometry", geometry=point)


def overlap(survey: Survey) -> Iterator[Issue]:
    """Two units of one level share ground."""
    for level in survey.levels:
        for pair, geometry, area in survey.large_overlaps(level):
            a, b = sorted(survey.key[pair])
            yield _error("overlap", f"{a} and {b} overlap by {_m2(area)}", [a, b], area_m2=area, geometry=geometry)


def unfinished(survey: Survey) -> Iterator[Issue]:
    """So many units of a level overlap that not all pairs are listed and its gaps are not looked for."""
    for level in survey.levels:
        if not survey.overlaps(level).complete:
            pairs = len(survey.overlaps(level).units)
            message = f"{pairs:,} pairs of level {level} overlap, and more; the rest is not listed and gaps are not looked for"
            yield _error("unfinished", message, [], field="level", value=level)


def wrong_parent(survey: Survey) -> Iterator[Issue]:
    """A unit lies in another unit of its parent's level more than in the one it names. Geometry: what is not in that one."""
    for level in survey.levels:
        for (unit,), geometry, area in survey.astray(level):
            key, named, actual = survey.key[[unit, survey.parent[unit], survey.homes(level)[unit]]]
            if actual != named:
                message = f"{key} names parent {named} but lies in {actual}: {_m2(area)} of it are outside {named}"
                yield _error("wrong-parent", message, [key, named, actual], field="parent", value=named, area_m2=area, geometry=geometry)


def outside_parent(survey: Survey) -> Iterator[Issue]:
    """A part of a unit is outside its parent, though no other unit holds more of it. Geometry: that part."""
    for level in survey.levels:
        for (unit,), geometry, area in survey.astray(level):
            key, named, actual = survey.key[[unit, survey.parent[unit], survey.homes(level)[unit]]]
            if actual == named:
                message = f"{key} reaches out of its parent {named} by {_m2(area)}"
                yield _error("outside-parent", message, [key, named], area_m2=area, geometry=geometry)


def gap(survey: Survey) -> Iterator[Issue]:
    """Ground that no unit of a level holds: a hole in the level's union, or a part of a parent that no child of it covers.

    What is a hole in the level above already is told there only, and a part of a parent that is in a hole told is
    not told twice. A parent without any child on the level is passed over. Nothing is told where the box of an
    invalid unit reaches. A warning: a lake may be left out on purpose.
    """
    told_above: Findings | None = None
    for level in survey.levels:
        if not survey.overlaps(level).complete:
            told_above = None
            continue
        holes = survey.holes(level)
        new = _beyond(holes, told_above, survey.tolerance_m2)
        for (_, geometry, area), around in zip(new, survey.around(level, new), strict=True):
            yield _gap(f"a hole of {_m2(area)} in level {level}, between {_some(around)}", around, geometry, area)
        bare = _beyond(survey.uncovered(level), holes, survey.tolerance_m2)
        for ((parent,), geometry, area), around in zip(bare, survey.around(level, bare), strict=True):
            message = f"{_m2(area)} of {survey.key[parent]} belong to none of its {level} units; beside {_some(around)}"
            yield _gap(message, [survey.key[parent], *around], geometry, area)
        told_above = holes


#: Each kind of finding and the function that finds it, in the order of the report.
FINDINGS: dict[str, Callable[[Survey], Iterator[Issue]]] = {
    "duplicate-code": duplicate_code,
    "missing-parent": missing_parent,
    "unknown-parent": unknown_parent,
    "parent-level": parent_level,
    "empty-geometry": empty_geometry,
    "invalid-ring": invalid_ring,
    "overlap": overlap,
    "unfinished": unfinished,
    "wrong-parent": wrong_parent,
    "outside-parent": outside_parent,
    "gap": gap,
}


def _beyond(found: Findings, told: Findings | None, tolerance_m2: float) -> Findings:
    """Return the places of which more than the tolerance is not in places told already (which do not overlap)."""
    if told is None or not len(told.geometry):
        return found
    metric, told_metric = crs.to_metric(found.geometry), crs.to_metric(told.geometry)
    which, by = shapely.STRtree(told_metric).query(metric, predicate="intersects")
    held = shapely.area(shapely.intersection(metric[which], told_metric[by]))
    return found.only(found.area_m2 - np.bincount(which, weights=held, minlength=len(metric)) > tolerance_m2)


def _suggestion(survey: Survey, unit: int) -> str:
    home = survey.homes(survey.level[unit])[unit]
    return f"; it lies in {survey.key[home]}" if home >= 0 else ""


def _error(code: str, message: str, units, **details) -> Issue:
    return Issue(code, Severity.ERROR, message, units=tuple(sorted(set(units))), **details)


def _gap(message: str, units, geometry: shapely.Geometry, area_m2: float) -> Issue:
    return Issue("gap", Severity.WARNING, message, units=tuple(sorted(units)), area_m2=area_m2, geometry=geometry)


def _m2(area: float) -> str:
    return f"{area:,.0f} m2" if area >= 100 else f"{area:.3g} m2"


def _some(keys: Sequence[str], most: int = 6) -> str:
    more = f" and {len(keys) - most} more" if len(keys) > most else ""
    return ", ".join(keys[:most]) + more
