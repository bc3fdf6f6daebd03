"""FlatGeobuf: one layer, indexed, for programs that read a part of a file."""

from __future__ import annotations

from pathlib import Path

import pyogrio

from ..model import Sheet


def write(path: Path, sheets: list[Sheet], about: dict[str, str]) -> None:
    """Write one sheet. Its order is that of its spatial index; units without geometry leave it without an index."""
    (sheet,) = sheets
    pyogrio.write_dataframe(
        sheet.table,
        path,
        driver="FlatGeobuf",
        geometry_type="MultiPolygon",
        layer_metadata=about,
        layer_options={"SPATIAL_INDEX": "YES" if sheet.table.geometry.notna().all() else "NO"},
    )
