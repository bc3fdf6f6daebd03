"""From a frame of units to what stands in a file: columns, their names, and the chain above each unit."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from ..geo import crs
from ..hierarchy.model import Scheme
from .model import Field, Format, Order, Sheet, Source

#: Code and name of a unit in a Shapefile, as offices write them: initials of 区, 街道, 社区, 网格.
_OFFICE = {"district": ("QCODE", "QMC"), "street": ("JDCODE", "JDMC"), "community": ("SQCODE", "SQMC"), "micro": ("GRIDCODE", "WGMC")}

#: Formats whose files hold several layers or tables: a level each.
_LAYERED = {Format.GPKG, Format.SHP}

_FIELDS = (
    Field("unit_id", "UID", "单元编号", "the unit's own number, given once and never changed; another database gives others"),
    Field("level", "CJ", "层级", "a level of the scheme"),
    Field("code", "CODE", "代码", "as text; empty where none was ever given"),
    Field("name_zh", "MC", "名称"),
    Field("name_en", "YWM", "英文名称"),
    Field("parent", "SJDM", "上级代码", "code of the unit above, its name where that has none; never read it off the code's prefix"),
    Field("kind", "XZ", "性质", "administrative 行政区划, functional 功能区"),
    Field("grid_type", "WGLX", "网格类型", "enterprise 企业网格, urban 城市网格, village 村居网格"),
    Field("household_count", "HS", "户数"),
    Field("area_m2", "MJ", "面积（平方米）", "measured in the plane of EPSG:4547"),
)


def sheets(source: Source, order: Order) -> list[Sheet]:
    """Return what goes into a file: one sheet a level where its format has layers, else one of all wanted levels."""
    groups = [(level,) for level in order.levels] if order.format in _LAYERED else [order.levels]
    return [_sheet(source, order, group) for group in groups]


def _sheet(source: Source, order: Order, wanted: tuple[str, ...]) -> Sheet:
    scheme, frame = source.scheme, source.frame
    rows = np.flatnonzero((frame["level"].isin(wanted) & (frame["code"].isin(order.codes) | (not order.codes))).to_numpy())
    above = [level.level for level in scheme.levels if level.rank < scheme.level(wanted[-1]).rank]
    fields = _own_fields(wanted) + _fields_above(scheme, above)
    parent = _parents(frame)
    columns = _own_columns(frame, rows, parent) | _columns_above(frame, rows, parent, above)
    geometry = crs.transform(frame.geometry.to_numpy()[rows], crs.CGCS2000, order.datum)
    table = geopandas.GeoDataFrame(pd.DataFrame(columns), geometry=geometry, crs=crs.definition(order.datum))
    title = "、".join(scheme.level(level).name_zh for level in wanted)
    return Sheet("grids" if len(wanted) > 1 else wanted[0], title, fields, table)


def _own_fields(wanted: tuple[str, ...]) -> tuple[Field, ...]:
    code, name = _OFFICE.get(wanted[0], ("CODE", "MC")) if len(wanted) == 1 else ("CODE", "MC")
    short = {"code": code, "name_zh": name}
    return tuple(Field(field.name, short.get(field.name, field.short), field.zh, field.note) for field in _FIELDS)


def _fields_above(scheme: Scheme, above: list[str]) -> tuple[Field, ...]:
    made = []
    for level in map(scheme.level, above):
        code, name = _OFFICE.get(level.level, (f"L{level.rank}CODE", f"L{level.rank}MC"))
        made += [Field(f"{level.level}_code", code, f"{level.name_zh}代码"), Field(f"{level.level}_name", name, f"{level.name_zh}名称")]
    return tuple(made)


def _parents(frame: geopandas.GeoDataFrame) -> np.ndarray:
    """Position of each unit's parent in the frame, -1 where it has none."""
    place = pd.Series(np.arange(len(frame)), index=frame["unit_id"].to_numpy())
    return frame["parent_id"].map(place).fillna(-1).to_numpy(int)


def _own_columns(frame: geopandas.GeoDataFrame, rows: np.ndarray, parent: np.ndarray) -> dict[str, pd.Series]:
    called = frame["code"].where(frame["code"].notna(), frame["name_zh"]).to_numpy(object)
    given = frame.assign(parent=_text(np.where(parent >= 0, called[parent], None))).iloc[rows].reset_index(drop=True)
    columns = {field.name: given[field.name] for field in _FIELDS}
    return {name: column if is_numeric_dtype(column) else _text(column.to_numpy(object)) for name, column in columns.items()}


def _columns_above(frame: geopandas.GeoDataFrame, rows: np.ndarray, parent: np.ndarray, above: list[str]) -> dict[str, pd.Series]:
    """Code and name of the unit of each level above that holds each row."""
    level, code, name = (frame[column].to_numpy(object) for column in ("level", "code", "name_zh"))
    found = {name: np.full(len(rows), -1) for name in above}
    at = parent[rows]
    while (at >= 0).any():
        for upper in above:
            here = (at >= 0) & (level[at] == upper)
            found[upper][here] = at[here]
        at = np.where(at >= 0, parent[at], -1)
    columns = {}
    for upper, where in found.items():
        columns[f"{upper}_code"] = _text(np.where(where >= 0, code[where], None))
        columns[f"{upper}_name"] = _text(np.where(where >= 0, name[where], None))
    return columns


def _text(values: np.ndarray) -> pd.Series:
    """Text as Python's own, None for what is missing, whatever pandas would make of it."""
    return pd.Series(np.where(pd.isna(values), None, values), dtype=object)
