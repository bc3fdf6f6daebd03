"""GeoJSON: one line a feature, its passport in the member `gridgeo`.

Source: RFC 7946. Its §4 knows WGS 84 only; other coordinates "by prior arrangement" are named by the member `crs`
of the 2008 specification, which GDAL and QGIS read. The order is longitude (east) first in all of them. Numbers are
written so that they read back as the very same.
"""

from __future__ import annotations

from pathlib import Path

import orjson
import shapely

from ..model import Sheet

_CRS84 = "urn:ogc:def:crs:OGC:1.3:CRS84"


def write(path: Path, sheets: list[Sheet], about: dict[str, str]) -> None:
    """Write sheets as one feature collection; a feature's id is the unit's code, or `u` and its number."""
    head = {"type": "FeatureCollection", "name": about["title"], "crs": system(about["crs_definition"]), "gridgeo": about}
    with path.open("wb") as file:
        file.write(orjson.dumps(head)[:-1] + b',"features":[\n')
        file.write(b",\n".join(line for sheet in sheets for line in _features(sheet)))
        file.write(b"\n]}\n")


def _features(sheet: Sheet) -> list[bytes]:
    # §3.1.6: outer rings counterclockwise.
    shapes = shapely.to_geojson(shapely.orient_polygons(sheet.table.geometry.to_numpy()))
    columns = sheet.table[[field.name for field in sheet.fields]].astype(object)
    records = columns.where(columns.notna(), None).to_dict("records")
    return [_feature(record, shape) for record, shape in zip(records, shapes, strict=True)]


def _feature(record: dict, shape: str | None) -> bytes:
    ref = orjson.dumps(record["code"] or f"u{record['unit_id']}")
    properties = orjson.dumps(record, option=orjson.OPT_SERIALIZE_NUMPY)
    return b'{"type":"Feature","id":%b,"properties":%b,"geometry":%b}' % (ref, properties, (shape or "null").encode())


def system(definition: str) -> dict:
    """Return the member `crs` that names a coordinate system."""
    if definition == "EPSG:4326":
        name = _CRS84
    elif definition.startswith("EPSG:"):
        name = f"urn:ogc:def:crs:EPSG::{definition.removeprefix('EPSG:')}"
    else:
        name = definition  # a bare "GCJ-02" would be taken for WGS 84 without a word; WKT is understood
    return {"type": "name", "properties": {"name": name}}
