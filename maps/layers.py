"""From a frame of units to the file the map is drawn from."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely

from gridgeo.geo import measure
from gridgeo.hierarchy import model
from gridgeo.moments import day

from . import arcs, measures

GRID_TYPES = {"urban": ("城市网格", "Urban"), "enterprise": ("企业网格", "Enterprise"), "village": ("村居网格", "Village")}

FEW = 600
"""Up to so many units of a level the label stands in the middle of the largest inscribed circle; beyond, on a point of the surface."""


def topology(
    frame: geopandas.GeoDataFrame,
    scheme: model.Scheme,
    edition: model.Edition,
    types: Mapping[str, tuple[str, str]] = GRID_TYPES,
    step: float = arcs.STEP,
) -> bytes:
    """Return an edition as one TopoJSON text, UTF-8.

    One object per level of the scheme that has units; each geometry's `id` is the unit's key. What the page needs besides
    (edition, levels, measures with values and class breaks) is in the foreign member `gridgeo`.
    Every vertex is moved by at most half a `step` (degrees); borders stay shared.

    Parameters
    ----------
    frame
        Units as of :data:`gridgeo.hierarchy.model.UNIT_COLUMNS`, EPSG:4490, lon/lat; `area_m2` and `unit_id` are used where present.
    types
        Grid type to its names (zh, en).

    Source: The TopoJSON Format Specification 1.0.
    """
    levels = [level for level in scheme.levels if (frame["level"] == level.level).any()]
    names = [level.level for level in levels]
    frame = _ordered(frame, names)
    keys = model.keys(frame)
    units = measures.table(frame, keys, names) if names else pd.DataFrame()
    built = arcs.build({name: frame.geometry[frame["level"] == name].to_numpy() for name in names}, step)
    properties = _properties(frame, keys, units)
    objects, start = {}, 0
    for name in names:
        geometries = built.objects[name]
        ids = keys.iloc[start : start + len(geometries)]
        facts = properties[start : start + len(geometries)]
        objects[name] = {
            "type": "GeometryCollection",
            "geometries": [_geometry(*row) for row in zip(geometries, ids, facts, strict=True)],
        }
        start += len(geometries)
    bounds = frame.total_bounds if len(frame) and not np.isnan(frame.total_bounds).any() else None
    text = {
        "type": "Topology",
        **({"bbox": bounds.tolist()} if bounds is not None else {}),
        "transform": {"scale": [built.step] * 2, "translate": list(built.origin)},
        "objects": objects,
        "gridgeo": {
            "scheme": {"key": scheme.scheme, "zh": scheme.name_zh, "en": scheme.name_en},
            "edition": _edition(edition),
            "levels": [{"key": level.level, "zh": level.name_zh, "en": level.name_en} for level in levels],
            "measures": measures.describe(units, names, dict(types)) if names else [],
        },
        "arcs": built.arcs,
    }
    return orjson.dumps(text, option=orjson.OPT_SERIALIZE_NUMPY)


def _ordered(frame: geopandas.GeoDataFrame, names: list[str]) -> geopandas.GeoDataFrame:
    rank = frame["level"].map({name: rank for rank, name in enumerate(names)})
    chosen = frame[rank.notna().to_numpy()].assign(rank=rank.dropna())
    ordered = chosen.sort_values(["rank", "code"], kind="stable", na_position="last").reset_index(drop=True)
    if "area_m2" not in ordered:
        ordered["area_m2"] = measure.area_m2(ordered.geometry.to_numpy())
    return ordered


def _properties(frame: geopandas.GeoDataFrame, keys: pd.Series, units: pd.DataFrame) -> list[dict]:
    """Return what is known of each unit, without what is not known."""
    if not len(frame):
        return []
    points = shapely.get_coordinates(_label_points(frame)).round(6).tolist()
    nowhere = (shapely.is_missing(frame.geometry.to_numpy()) | shapely.is_empty(frame.geometry.to_numpy())).tolist()
    points = iter(points)
    known_keys = set(keys)
    columns = {
        "code": frame["code"],
        "name_zh": frame["name_zh"],
        "name_en": frame["name_en"],
        "parent": frame["parent"].where(frame["parent"].isin(known_keys)),
        "kind": frame["kind"].where(frame["kind"] != model.Kind.ADMINISTRATIVE),
        "grid_type": frame["grid_type"],
        "household_count": [None if np.isnan(n) else int(n) for n in units["households"]],
        "summed": units["summed"],
        "area_m2": [None if np.isnan(a) else round(a, 1) for a in units["area_m2"]],
        "ref": ["u" + str(unit) for unit in frame["unit_id"]] if "unit_id" in frame else [None] * len(frame),
        "label": [None if empty else next(points) for empty in nowhere],
    }
    columns["ref"] = [None if isinstance(code, str) else ref for code, ref in zip(frame["code"], columns["ref"], strict=True)]
    rows = zip(*columns.values(), strict=True)
    return [{name: value for name, value in zip(columns, row, strict=True) if _known(value)} for row in rows]


def _known(value) -> bool:
    return isinstance(value, list) or not (value is None or value != value)


def _label_points(frame: geopandas.GeoDataFrame) -> np.ndarray:
    """Return a point within the largest part of each geometry that has one."""
    shapes = frame.geometry.to_numpy()
    some = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    parts, owner = shapely.get_parts(shapes[some], return_index=True)
    largest = pd.Series(shapely.area(parts)).groupby(owner).idxmax().to_numpy()
    shapes, level = parts[largest], frame["level"].to_numpy()[some]
    few = pd.Series(level).map(pd.Series(level).value_counts()).to_numpy() <= FEW
    points = shapely.point_on_surface(shapes)
    if few.any():
        west, south, east, north = shapely.bounds(shapes[few]).T
        tolerance = np.maximum((east - west) + (north - south), 1e-6) / 200
        points[few] = shapely.get_point(shapely.maximum_inscribed_circle(shapes[few], tolerance=tolerance), 0)
    return points


def _geometry(polygons: list | None, key: str, facts: dict) -> dict:
    if polygons is None:
        return {"type": None, "id": key, "properties": facts}
    if len(polygons) == 1:
        return {"type": "Polygon", "id": key, "properties": facts, "arcs": polygons[0]}
    return {"type": "MultiPolygon", "id": key, "properties": facts, "arcs": polygons}


def _edition(edition: model.Edition) -> dict:
    return {
        "id": edition.edition_id,
        "name": edition.name,
        "source": edition.source,
        "authority": edition.authority,
        "from": edition.valid_from and day(edition.valid_from),
        "to": edition.valid_to and day(edition.valid_to),
    }
