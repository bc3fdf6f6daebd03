"""Managed objects as a file: GeoJSON, GeoPackage, CSV. They come a page at a time, and no more than a page is held.

Coordinates are EPSG:4490, longitude first; GeoJSON, which knows WGS 84 only, takes them as they are: the two differ by centimetres.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
import orjson
import pandas as pd
import pyogrio
import shapely

from .. import __version__
from ..errors import InvalidInput
from ..geo import crs
from ..hierarchy.locate import Snapshot
from ..hierarchy.model import GridUnit
from ..moments import CHINA
from ..objects import categories, store
from ..objects.model import Category, Department, ManagedObject
from .formats import geopackage
from .model import Field, Format, Sheet
from .rules import neutral

FORMATS = (Format.GEOJSON, Format.GPKG, Format.CSV)

#: Levels of the units an object lies in, as columns.
_LEVELS = (("street", "街道"), ("community", "社区"), ("micro", "网格"))

FIELDS = (
    Field("element_code", "BSM", "标识码", "organisation code of the department and a number of its own; as text"),
    Field("object_id", "BJID", "部件编号", "the object's own number, given once and never changed; another database gives others"),
    Field("category_id", "LBID", "类别编号"),
    Field("category", "LB", "类别", "major class, minor class and name"),
    Field("status", "ZT", "状态代码"),
    Field("status_zh", "ZTMC", "状态"),
    Field("name", "MC", "名称"),
    Field("department", "ZRBM", "责任部门"),
    *(
        field
        for level, zh in _LEVELS
        for field in (Field(f"{level}_code", "", f"{zh}代码", "as text; empty where it lies in no unit"), Field(f"{level}_name", "", zh))
    ),
    Field("floor", "LC", "楼层"),
    Field("place", "DZBM", "地址编码", "code of the building (19) or house (25) it belongs to; as text"),
    Field("inspected_on", "XCRQ", "最近巡查"),
    Field("since", "QSRQ", "状态起始"),
    Field("attributes", "SX", "属性", "as JSON"),
    Field("source", "LY", "来源"),
    Field("lon", "JD", "经度", "degrees, EPSG:4490; of a line its middle, of an area a point on it"),
    Field("lat", "WD", "纬度"),
)
_COLUMNS = [field.name for field in FIELDS]
_LAYER_OF = {"Point": "objects", "LineString": "objects_lines", "MultiLineString": "objects_lines"}
_TITLES = {"objects": "部件", "objects_lines": "线状部件", "objects_areas": "面状部件"}
_TYPES = {"objects": "Point", "objects_lines": "MultiLineString", "objects_areas": "MultiPolygon"}


@dataclass(frozen=True)
class Words:
    """What objects name by number only: their categories, statuses (with Chinese names) and units (with the chain above each)."""

    kinds: Mapping[int, Category]
    departments: Mapping[str, Department]
    statuses: Mapping[str, str]
    chains: Mapping[int, Sequence[GridUnit]]

    @classmethod
    def of(cls, conn, today: Snapshot) -> Words:
        """Return the words of today."""
        chains = {unit.unit_id: today.chain(unit) for unit in today.units if unit.leaf}
        statuses = {status: zh for status, (_, zh, _) in store.statuses(conn).items()}
        return cls(categories.known(conn), categories.departments(conn), statuses, chains)

    def record(self, of: ManagedObject) -> dict[str, Any]:
        """Return an object as a row of the fields."""
        kind = self.kinds[of.category_id]
        department = self.departments.get(kind.department_code)
        units = {unit.level: unit for unit in self.chains.get(of.unit_id, ())}
        above = {}
        for level, _ in _LEVELS:
            unit = units.get(level)
            above[f"{level}_code"], above[f"{level}_name"] = (unit.code, unit.name_zh) if unit else (None, None)
        return {
            "element_code": of.element_code,
            "object_id": of.object_id,
            "category_id": of.category_id,
            "category": kind.path,
            "status": str(of.status),
            "status_zh": self.statuses[of.status],
            "name": of.name,
            "department": department.name_zh if department else None,
            **above,
            "floor": of.floor,
            "place": of.place,
            "inspected_on": of.inspected_on and of.inspected_on.isoformat(),
            "since": of.since.isoformat(),
            "attributes": orjson.dumps(dict(of.attributes)).decode() if of.attributes else None,
            "source": of.source,
            "lon": round(of.lon, 9),
            "lat": round(of.lat, 9),
        }


def about(today: Snapshot, count: int, made_at: datetime, authority: str = "") -> dict[str, str]:
    """Return the passport of a file: how many objects it holds, as they were when, and in which edition their units are."""
    edition = today.edition
    return {
        "title": "部件 Managed objects",
        "authority": edition.authority or authority,
        "objects": str(count),
        "made_at": made_at.astimezone(CHINA).isoformat(timespec="seconds"),
        "edition": str(edition.edition_id),
        "edition_name": edition.name,
        "crs": crs.CGCS2000.name,
        "made_by": f"gridgeo {__version__}",
    }


def write(path: Path, kind: Format, pages: Iterable[Sequence[ManagedObject]], words: Words, about: Mapping[str, str]) -> int:
    """Write pages of objects to a file, replacing it, and return how many they were.

    `about` is the passport that goes into the file, where its format has a place for one. Raises InvalidInput for
    another format than those of :data:`FORMATS`.
    """
    if kind not in FORMATS:
        raise InvalidInput("format", str(kind), f"objects are written as {', '.join(FORMATS)}")
    path.unlink(missing_ok=True)
    return _WRITE[kind](path, pages, words, dict(about))


def _csv(path: Path, pages: Iterable[Sequence[ManagedObject]], words: Words, about: dict[str, str]) -> int:
    """As grids are: text quoted and numbers not, a text that a spreadsheet would run as a formula with an apostrophe before it.

    The geometry is EWKT, which says its datum, so that what is written can be loaded.
    """
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow([*_COLUMNS, "geometry"])
        for page in pages:
            writer.writerows([*map(neutral, words.record(each).values()), _ewkt(each)] for each in page)
            count += len(page)
    return count


def _geojson(path: Path, pages: Iterable[Sequence[ManagedObject]], words: Words, about: dict[str, str]) -> int:
    count = 0
    with path.open("wb") as file:
        file.write(orjson.dumps({"type": "FeatureCollection", "name": about["title"], "gridgeo": about})[:-1] + b',"features":[\n')
        for page in pages:
            lines = [_feature(each, words) for each in page]
            file.write((b",\n" if count and lines else b"") + b",\n".join(lines))
            count += len(page)
        file.write(b"\n]}\n")
    return count


def _feature(of: ManagedObject, words: Words) -> bytes:
    shape = shapely.to_geojson(shapely.orient_polygons(_drawn(of)))
    properties = {**words.record(of), "attributes": dict(of.attributes)}
    return b'{"type":"Feature","id":%d,"properties":%b,"geometry":%b}' % (of.object_id, orjson.dumps(properties), shape.encode())


def _geopackage(path: Path, pages: Iterable[Sequence[ManagedObject]], words: Words, about: dict[str, str]) -> int:
    """One layer for points, and where there are any one for lines and one for areas."""
    count, layers = 0, {}
    for page in pages:
        by_layer: dict[str, list[ManagedObject]] = {}
        for each in page:
            by_layer.setdefault(_LAYER_OF.get(_drawn(each).geom_type, "objects_areas"), []).append(each)
        for layer, held in by_layer.items():
            layers[layer] = _append(path, layer, held, words, about)
        count += len(page)
    if not layers:
        layers["objects"] = _append(path, "objects", [], words, about)
    with closing(sqlite3.connect(path)) as package, package:
        geopackage.name_columns(package, layers.values())
    return count


def _append(path: Path, layer: str, held: Sequence[ManagedObject], words: Words, about: dict[str, str]) -> Sheet:
    columns = pd.DataFrame([words.record(each) for each in held], columns=_COLUMNS, dtype=object)
    columns = columns.astype({"object_id": "int64", "category_id": "int64", "floor": "Int16", "lon": float, "lat": float})
    table = geopandas.GeoDataFrame(columns, geometry=[_drawn(each) for each in held], crs=crs.STORAGE)
    pyogrio.write_dataframe(
        table,
        path,
        layer=layer,
        driver="GPKG",
        geometry_type=_TYPES[layer],
        promote_to_multi=layer != "objects",
        append=path.exists(),
        dataset_metadata=None if path.exists() else about,
        layer_options={"IDENTIFIER": f"{_TITLES[layer]} {layer}", "DESCRIPTION": about["title"]},
    )
    return Sheet(layer, _TITLES[layer], FIELDS, table.head(0))


def _drawn(of: ManagedObject) -> shapely.Geometry:
    return of.shape or shapely.Point(of.lon, of.lat)


def _ewkt(of: ManagedObject) -> str:
    return f"SRID={crs.STORAGE};{shapely.to_wkt(_drawn(of), rounding_precision=-1)}"


_WRITE: dict[Format, Callable[..., int]] = {Format.CSV: _csv, Format.GEOJSON: _geojson, Format.GPKG: _geopackage}
