"""Files of every format, made from frames of units or from raw pieces."""

import io
import json
import zipfile
from pathlib import Path

import geopandas
import openpyxl
import shapely

SQUARE = [[114.0, 22.5], [114.01, 22.5], [114.01, 22.51], [114.0, 22.51], [114.0, 22.5]]


def square(east: int = 0, north: int = 0, step: float = 0.01) -> shapely.MultiPolygon:
    """A square of about a kilometre; the next one east or north of it shares an edge."""
    x, y = round(114 + east * step, 9), round(22.5 + north * step, 9)
    return shapely.MultiPolygon([shapely.box(x, y, round(x + step, 9), round(y + step, 9))])


def streets(count: int = 3, **columns) -> geopandas.GeoDataFrame:
    """Streets of Bao'an in a row, `code` and `name`."""
    rows = {"code": [f"4403060{at:02}" for at in range(1, count + 1)], "name": [f"第{at}街道" for at in range(1, count + 1)], **columns}
    return geopandas.GeoDataFrame(rows, geometry=[square(at) for at in range(count)], crs=4490)


def feature(geometry: object, **properties) -> dict:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(ring: list = SQUARE) -> dict:
    return {"type": "Polygon", "coordinates": [ring]}


def geojson(path: Path, frame: geopandas.GeoDataFrame | list | dict, epsg: int | None = 4490) -> Path:
    """Write a FeatureCollection (or whatever object is given) with a crs member, unless `epsg` is None."""
    if isinstance(frame, geopandas.GeoDataFrame):
        frame = json.loads(frame.to_json())["features"]
    document = {"type": "FeatureCollection", "features": frame} if isinstance(frame, list) else frame
    if epsg:
        document["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def csv_text(frame: geopandas.GeoDataFrame, delimiter: str = ",", ends: str = "\n") -> str:
    """A table with the areas as WKT."""
    table = frame.drop(columns="geometry").assign(wkt=shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=9))
    return table.to_csv(index=False, sep=delimiter, lineterminator=ends)


def xlsx(path: Path, rows: list[list], title: str = "网格") -> Path:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def zipped(path: Path, files: dict[str, bytes | Path], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content.read_bytes() if isinstance(content, Path) else content)
    return path


def shapefile(folder: Path, frame: geopandas.GeoDataFrame, encoding: str = "GBK", cpg: bool = True, name: str = "街道") -> Path:
    """Write a Shapefile; without `cpg` nothing says its encoding, as older programs leave it."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.shp"
    frame.to_file(path, encoding=encoding)
    if not cpg:
        path.with_suffix(".cpg").unlink()
        data = bytearray(path.with_suffix(".dbf").read_bytes())
        data[29] = 0
        path.with_suffix(".dbf").write_bytes(data)
    return path


def parts(shp: Path) -> dict[str, Path]:
    """The files of a Shapefile by name, for a zip."""
    return {part.name: part for part in sorted(shp.parent.glob(f"{shp.stem}.*"))}


def zip_bytes(files: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def levels(folder: Path, frame: geopandas.GeoDataFrame, parents: bool = True) -> list[Path]:
    """Write a frame of units as one GeoJSON a level."""
    folder.mkdir(exist_ok=True)
    columns = ["code", "name_zh", "name_en", *(["parent"] if parents else []), "grid_type", "household_count", "geometry"]
    made = []
    for level, units in frame.groupby("level", sort=False):
        plain = geopandas.GeoDataFrame(units[columns].astype({"household_count": object}), geometry="geometry", crs=4490)
        made.append(geojson(folder / f"{level}.geojson", plain))
    return made
