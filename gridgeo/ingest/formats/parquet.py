"""GeoParquet, by a reader written in Rust. Geometries are WKB, x first; where the file names no system it is WGS 84 by its standard.

Source: GeoParquet 1.1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import orjson

from ..model import Table
from . import outlines, wkb
from .refused import MOST_ROWS, Refused, columns, text


def read(name: str, path: Path) -> list[Table]:
    """Return the one table of a file. Raises Refused."""
    from arro3.io import read_parquet

    try:
        reader = read_parquet(path)
        described = _described(reader.schema.metadata)
        cells: dict[str, list] = {field: [] for field in reader.schema.names}
        columns(list(cells))
        for batch in reader:
            for field, column in zip(cells, batch.columns, strict=True):
                cells[field] += _plain(column)
            if len(next(iter(cells.values()), ())) > MOST_ROWS:
                raise Refused(f"has more than {MOST_ROWS:,} rows")
    except (OSError, ValueError, RuntimeError) as error:
        raise Refused(f"is damaged or no Parquet file: {str(error).splitlines()[0][:200]}") from None
    where = described.get("primary_column", "geometry")
    geometries = cells.pop(where, None)
    told = {field: [_cell(value) for value in column] for field, column in cells.items()}
    if geometries is None:
        return [Table(name, told)]
    if not all(value is None or isinstance(value, bytes) for value in geometries):
        raise Refused("has geometries that are not WKB")
    shapes, faults, points, lines = outlines.read(geometries, wkb.parse)
    return [Table(name, told, shapes, _declared(described.get("columns", {}).get(where)), tuple(faults), points, lines)]


def _described(metadata: Mapping) -> dict:
    """What the file says of its geometries; nothing where it is Parquet and no more."""
    given = metadata.get(b"geo") or metadata.get("geo")
    try:
        said = orjson.loads(given) if given else {}
    except orjson.JSONDecodeError:
        raise Refused("does not say properly what its geometries are (metadata geo)") from None
    return said if isinstance(said, dict) else {}


def _declared(geometry: object) -> str:
    """The system of a column of geometries: none is said where it is null, and WGS 84 is meant where it is left out."""
    if not isinstance(geometry, dict):
        return ""
    if "crs" not in geometry:
        return "EPSG:4326"
    system = geometry["crs"]
    ids = system.get("id") if isinstance(system, dict) else None
    if isinstance(ids, dict) and ids.get("authority") in ("EPSG", "OGC"):
        return "EPSG:4326" if ids["authority"] == "OGC" else f"EPSG:{ids.get('code')}"
    return str(system.get("name", "without a name"))[:80] if isinstance(system, dict) else ""


def _plain(column) -> list:
    """The values of a column; moments as those of Greenwich, for what zones there are is not known behind the walls."""
    from arro3.core import DataType

    if DataType.is_timestamp(column.type):
        column = column.cast(DataType.timestamp("us", tz="+00:00"))
    return column.to_pylist()


def _cell(value: object) -> str | None:
    return text(value.isoformat() if isinstance(value, date) else value)
