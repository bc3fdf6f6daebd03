"""Schemes that are made of micro-grids: each unit a union of them, never crossing one (police, fire, a property company).

Source: SZDB/Z 281-2017, work grid: a union of basic grids, 1:1 or 1:n.
"""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import shapely

from ..issues import Issue, Severity
from .model import keys, leaves


def unite(
    frame: geopandas.GeoDataFrame, members: pd.DataFrame, basis: geopandas.GeoDataFrame
) -> tuple[geopandas.GeoDataFrame, list[Issue]]:
    """Return a frame whose units have the union of their members as geometry, and what is wrong with the members.

    Parameters
    ----------
    frame
        The units of the composed scheme; their geometry is replaced.
    members
        Columns `unit` (key of a unit of `frame`) and `member` (code of a micro-grid).
    basis
        The edition of the governance scheme the members belong to.

    Notes
    -----
    Issues: `unknown-member` (no such micro-grid in `basis`), `member-twice` (a micro-grid given to two units),
    `unknown-unit` (a member of a unit that is not in `frame`), `no-members` (a unit of nothing; its geometry is
    None), all errors; `unassigned` (micro-grids of `basis` that no unit has), information.
    """
    micros = basis[leaves(basis) & basis.geometry.notna()]
    area_of = dict(zip(keys(micros), micros.geometry.to_numpy(), strict=True))
    known = members["member"].isin(list(area_of))
    placed = members["unit"].isin(keys(frame))
    twice = members["member"].duplicated() & known
    issues = [
        *_issues("unknown-member", members[~known], "no such micro-grid in the edition valid now"),
        *_issues("unknown-unit", members[~placed], "its unit is not among those given"),
        *_issues("member-twice", members[twice], "a micro-grid belongs to one unit of a scheme"),
    ]
    sound = members[known & placed & ~twice]
    shapes = {unit: _union([area_of[member] for member in group]) for unit, group in sound.groupby("unit")["member"]}
    united = frame.copy()
    united.geometry = [shapes.get(key) for key in keys(frame)]
    for key in keys(frame)[united.geometry.isna().to_numpy()]:
        issues.append(Issue("no-members", Severity.ERROR, f"{key} is made of no micro-grid", units=(key,)))
    rest = sorted(set(area_of) - set(sound["member"]))
    if rest:
        area = _union([area_of[key] for key in rest])
        message = f"{len(rest)} micro-grids belong to no unit: {', '.join(rest[:5])}{' …' if len(rest) > 5 else ''}"
        issues.append(Issue("unassigned", Severity.INFO, message, units=tuple(rest), geometry=area))
    return united, issues


def _union(shapes: list) -> shapely.MultiPolygon:
    """The union of micro-grids; by their shared vertices where they form a clean coverage, else in full."""
    areas = np.array(shapes, dtype=object)
    whole = shapely.coverage_union_all(areas) if shapely.coverage_is_valid(areas) else shapely.union_all(areas)
    return whole if whole.geom_type == "MultiPolygon" else shapely.MultiPolygon([whole])


def _issues(code: str, members: pd.DataFrame, rule: str) -> list[Issue]:
    return [
        Issue(
            code,
            Severity.ERROR,
            f"{row.member} of {row.unit}: {rule}",
            row=row.Index + 1,
            field="member",
            value=str(row.member),
            units=(row.unit,),
        )
        for row in members.itertuples()
    ]
