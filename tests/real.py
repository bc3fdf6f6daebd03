"""The real data beside the project. A test that needs it skips, with the reason, where it is absent."""

from pathlib import Path

import geopandas
import pandas as pd
import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def data(name: str) -> Path:
    """Return the path of a real file or folder, or skip the test."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the real data is not here: {path}")
    return path


def districts_wgs84() -> geopandas.GeoDataFrame:
    """Return the ten districts of Shenzhen, name in `qh`."""
    return geopandas.read_file(data("boundaries/shenzhen_10_districts_wgs84.geojson"))


def districts_gcj02() -> geopandas.GeoDataFrame:
    """Return the nine coded districts as a map service draws them, indexed by code. The file's CRS is not what it says."""
    files = sorted(data("boundaries/shenzhen_districts_gcj02").glob("4403*.geojson"))
    parts = {file.stem: geopandas.read_file(file).geometry.iloc[0] for file in files if file.stem != "440300"}
    return geopandas.GeoDataFrame(geometry=pd.Series(parts, name="geometry"))


def traffic_zones() -> geopandas.GeoDataFrame:
    """Return the 491 traffic zones of Shenzhen, EPSG:3857, number in `TAZID`."""
    return geopandas.read_file(data("boundaries/shenzhen_traffic_zones_3857/SZ_districts.shp"))
