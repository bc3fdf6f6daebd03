"""Exports read back by GDAL."""

import zipfile
from pathlib import Path

import pandas as pd
import pyogrio


def read(path: Path, layer: str | None = None) -> pd.DataFrame:
    """Return the rows as GDAL gives them, under the names of our own fields, which a Shapefile's dictionary tells."""
    if path.suffix == ".csv":
        return pyogrio.read_dataframe(path, KEEP_GEOM_COLUMNS="NO").replace("", None)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            (shp,) = [name for name in archive.namelist() if name.endswith(".shp")]
            dictionary = pd.read_csv(archive.open("字段说明.csv"), encoding="utf-8-sig")
        table = pyogrio.read_dataframe(f"/vsizip/{path}/{shp}")
        return table.rename(columns=dict(zip(dictionary["字段"], dictionary["name"], strict=True)))
    return pyogrio.read_dataframe(path, layer=layer)
