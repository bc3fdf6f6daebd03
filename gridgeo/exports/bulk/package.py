"""GeoPackage: a layer for each collection, with Chinese names of fields and a style QGIS opens it in."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from ..formats import geopackage
from . import gdal, styles
from .drawing import Drawing


def write(path: Path, drawings: list[Drawing], about: Mapping[str, str]) -> int:
    """Write a GeoPackage; the passport is its metadata."""
    count = 0
    for drawing in drawings:
        there = path.exists()
        options = {"IDENTIFIER": f"{drawing.title} {drawing.name}", "DESCRIPTION": about["title"]}
        metadata = None if there else dict(about)
        count += gdal.layer(path, "GPKG", drawing, append=there, dataset_metadata=metadata, layer_options=options)
    with closing(sqlite3.connect(path)) as package, package:
        geopackage.name_columns(package, drawings)
        styles.put(package, drawings)
    return count
