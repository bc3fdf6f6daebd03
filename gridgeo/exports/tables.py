"""Differences between editions and findings in one, as GeoJSON to look at and CSV to work through."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import geopandas
import orjson
import pandas as pd
import shapely

from ..errors import Conflict, InvalidInput
from ..geo import crs
from ..issues import Issue
from .rules import neutral

_FINDING_COLUMNS = ("severity", "code", "message", "units", "area_m2")


def of_findings(findings: Iterable[Issue]) -> geopandas.GeoDataFrame:
    """Return findings as a table, a row each, EPSG:4490 lon/lat; `units` are keys with a space between."""
    findings = list(findings)
    rows = [(str(f.severity), f.code, f.message, " ".join(f.units), f.area_m2) for f in findings]
    table = pd.DataFrame(rows, columns=list(_FINDING_COLUMNS), dtype=object)
    return geopandas.GeoDataFrame(table, geometry=[f.geometry for f in findings], crs=crs.STORAGE)


def records(table: geopandas.GeoDataFrame) -> list[dict]:
    """Return the rows of a table without their geometry, None for what is missing."""
    plain = pd.DataFrame(table.drop(columns="geometry")).astype(object)
    return plain.where(plain.notna(), None).to_dict("records")


def geojson(table: geopandas.GeoDataFrame) -> bytes:
    """Return a table as GeoJSON; a row without a place has a null geometry. Source: RFC 7946."""
    shapes = shapely.to_geojson(table.geometry.to_numpy())
    features = [
        {"type": "Feature", "properties": record, "geometry": shape and orjson.Fragment(shape)}
        for record, shape in zip(records(table), shapes, strict=True)
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features}, option=orjson.OPT_SERIALIZE_NUMPY)


def write(path: Path, table: geopandas.GeoDataFrame, overwrite: bool = False) -> Path:
    """Write a table as GeoJSON or as CSV (UTF-8 with a byte order mark), by the file's ending.

    Raises InvalidInput for another ending, Conflict when the file is there already.
    """
    ending = path.suffix.lower()
    if ending not in (".geojson", ".csv"):
        raise InvalidInput("file", path.name, "its name ends in .geojson or .csv")
    if path.exists() and not overwrite:
        raise Conflict(f"{path} is there already; give --overwrite to replace it")
    workshop = path.with_name(f".{path.name}.part")
    try:
        workshop.write_bytes(geojson(table) if ending == ".geojson" else _csv(table))
        workshop.replace(path)
    finally:
        workshop.unlink(missing_ok=True)
    return path


def _csv(table: geopandas.GeoDataFrame) -> bytes:
    rows = pd.DataFrame(records(table), columns=[name for name in table.columns if name != "geometry"], dtype=object)
    return rows.map(neutral).to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").encode("utf-8-sig")
