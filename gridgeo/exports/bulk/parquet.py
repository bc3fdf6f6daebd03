"""GeoParquet: columns for programs that analyse. Source: GeoParquet 1.1.0; x comes first whatever the system says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson
import pyproj
from arro3.io import write_parquet

from ...geo import crs
from .arrow import Stream, poured
from .drawing import Drawing

_ROWS = 40_000


def write(path: Path, drawings: list[Drawing], about: Mapping[str, str]) -> int:
    """Write one layer, and the passport beside the description of its geometries."""
    (drawing,) = drawings
    metadata = {"geo": orjson.dumps(described(drawing)).decode(), "gridgeo": orjson.dumps(dict(about)).decode()}
    with poured(Stream(drawing, "geometry")) as stream:
        write_parquet(stream, path, compression="zstd(3)", max_row_group_size=_ROWS, key_value_metadata=metadata)
    return stream.count


def described(drawing: Drawing) -> dict:
    """Return what the member `geo` of the file says."""
    types = [] if drawing.geometry == "Unknown" else [drawing.geometry]
    system = pyproj.CRS.from_user_input(crs.definition(drawing.datum)).to_json_dict()
    geometry = {"encoding": "WKB", "geometry_types": types, "crs": system}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}
