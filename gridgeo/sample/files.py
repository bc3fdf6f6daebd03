"""A sample as files, byte for byte the same for the same seed: what a city's office would hand over."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

import geopandas
import orjson
import pyogrio
import shapely

from ..geo import crs
from ..hierarchy import model
from . import addresses, events, fakes, objects, people, workers
from .profiles import Progress, make
from .variant import changed, police

_FILES = {"district": "districts", "street": "streets", "community": "communities", "micro": "microgrids"}
_NOTE = "Invented by gridgeo. Names and codes of districts and streets are real; borders, communities, micro-grids and counts are made up."
_CRS = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs.STORAGE}"}}

#: Names of the columns of the Shapefile: pinyin initials, as usual.
_SHAPEFILE_COLUMNS = {"code": "GRIDCODE", "name_zh": "WGMC", "parent": "SQCODE", "grid_type": "WGLX", "household_count": "HS"}

#: Houses of the small sample in every form: the profile's own 8,000 would be too many to keep beside the code.
_FEW_HOUSES = 200

#: Likewise, objects.
_FEW_OBJECTS = 500

#: The date every file bears, for the same bytes on any day.
_DATE = (2024, 1, 1)


def write(profile: str, seed: int, folder: Path, progress: Progress | None = None) -> list[Path]:
    """Write a sample as one GeoJSON file a level, from the top, and return the files. EPSG:4490, lon/lat, declared in the file."""
    return _write_levels(make(profile, seed, progress), Path(folder))


def write_all(
    profile: str, seed: int, folder: Path, houses: int | None = None, links: bool = True, progress: Progress | None = None
) -> dict[str, list[Path]]:
    """Write units, the address base and, with `links`, who is linked to it and registrations to check, some of them fakes.

    Returns the files of each: grids, addresses, links, registrations.
    """
    units, folder = make(profile, seed, progress), Path(folder)
    base = addresses.make(profile, seed, houses, progress, units)
    files = {"grids": _write_levels(units, folder), "addresses": addresses.write(base, folder), "links": [], "registrations": []}
    if links:
        folk = people.make(base, seed)
        files |= {"links": people.write(folk, folder), "registrations": [fakes.write(base, folk, folder, seed)]}
    return files


def write_objects(
    profile: str,
    seed: int,
    folder: Path,
    count: int | None = None,
    progress: Progress | None = None,
    units: geopandas.GeoDataFrame | None = None,
) -> list[Path]:
    """Write managed objects and their categories, and return the files (see :func:`.objects.make` and :func:`.objects.write`)."""
    return objects.write(objects.make(profile, seed, count, progress, units), Path(folder))


def write_events(
    profile: str,
    seed: int,
    folder: Path,
    count: int | None = None,
    last: datetime | None = None,
    progress: Progress | None = None,
    units: geopandas.GeoDataFrame | None = None,
) -> list[Path]:
    """Write a year's list of events, that of the year before, and who leads what, and return the files in this order.

    Some of them happen at the houses of buildings.csv and names.csv, where these are in the folder. See :func:`.events.make`.
    """
    places = events.places(Path(folder))
    units = make(profile, seed) if units is None else units
    lists = (events.make(profile, seed, count, last, places, progress, units, before) for before in (False, True))
    return events.write(*lists, Path(folder))


def write_workers(profile: str, seed: int, folder: Path, progress: Progress | None = None) -> Path:
    """Write who is in charge of the units, and return the file (see :func:`.workers.make`)."""
    return workers.write(make(profile, seed, progress), folder, seed)


def write_small(folder: Path, seed: int = 1) -> list[Path]:
    """Write the small sample in every form a user may meet, and a later edition of it; return the files.

    GeoJSON a level; micro-grids as a zipped Shapefile in GBK without ``.cpg`` and as CSV with WKT; police beats as
    unions of micro-grids; in ``later/`` the same district after splits, merges, moves and renames; a few buildings,
    their houses, and who is linked to them, grid workers, and managed objects, as CSV.
    """
    folder = Path(folder)
    frame = make("small", seed)
    micros = frame[frame["level"] == "micro"]
    written = _write_levels(frame, folder)
    written.append(_write_shapefile(micros, folder / "microgrids_gbk.zip"))
    written.append(_write_csv(_with_wkt(micros), folder / "microgrids.csv"))
    written.append(_write_csv(police(frame), folder / "police.csv"))
    written += _write_levels(changed(frame), folder / "later")
    written.append(workers.write(frame, folder, seed))
    base = addresses.make("small", seed, _FEW_HOUSES, units=frame)
    written += [*addresses.write(base, folder), *people.write(people.make(base, seed), folder)]
    return [*written, *objects.write(objects.make("small", seed, _FEW_OBJECTS, units=frame), folder)]


def _write_levels(frame: geopandas.GeoDataFrame, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for level, name in _FILES.items():
        units = frame[frame["level"] == level]
        if len(units):
            written.append(folder / f"{name}.geojson")
            written[-1].write_bytes(_geojson(units))
    return written


def _geojson(units: geopandas.GeoDataFrame) -> bytes:
    """One feature a line, so that a difference between two files is readable."""
    columns = [column for column in model.UNIT_COLUMNS if column != "geometry"]
    values = units[columns].astype(object)
    records = values.where(values.notna(), None).to_dict("records")
    head = orjson.dumps({"type": "FeatureCollection", "invented": True, "note": _NOTE, "crs": _CRS, "features": []})
    lines = [
        b'{"type":"Feature","properties":' + orjson.dumps(record) + b',"geometry":' + _geometry(shape) + b"}"
        for record, shape in zip(records, shapely.orient_polygons(units.geometry.to_numpy()), strict=True)
    ]
    return head.removesuffix(b"]}") + b"\n" + b",\n".join(lines) + b"\n]}\n"


def _geometry(shape: shapely.MultiPolygon) -> bytes:
    parts = [[shapely.get_coordinates(ring).tolist() for ring in shapely.get_rings(part)] for part in shapely.get_parts(shape)]
    return orjson.dumps({"type": "MultiPolygon", "coordinates": parts})


def _with_wkt(units: geopandas.GeoDataFrame) -> list[dict]:
    columns = ["code", "name_zh", "parent", "grid_type", "household_count"]
    wkt = shapely.to_wkt(units.geometry.to_numpy(), rounding_precision=7)
    return [{**row, "wkt": text} for row, text in zip(units[columns].to_dict("records"), wkt, strict=True)]


def _write_csv(rows: list[dict], path: Path) -> Path:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, rows[0], lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return path


def _write_shapefile(units: geopandas.GeoDataFrame, path: Path) -> Path:
    """A Shapefile as many offices hand it over: pinyin columns, GBK, and nothing that says so."""
    table = units[[*_SHAPEFILE_COLUMNS, "geometry"]].rename(columns=_SHAPEFILE_COLUMNS)
    table["HS"] = table["HS"].astype("int32")
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        pyogrio.write_dataframe(table, Path(scratch) / "microgrids.shp", encoding="GBK")
        for suffix in ("shp", "shx", "dbf", "prj"):
            content = bytearray((Path(scratch) / f"microgrids.{suffix}").read_bytes())
            if suffix == "dbf":
                content[1:4] = bytes((_DATE[0] - 1900, *_DATE[1:]))
                content[29] = 0  # the language driver, which would give the encoding away
            archive.writestr(zipfile.ZipInfo(f"microgrids.{suffix}", (*_DATE, 0, 0, 0)), bytes(content), zipfile.ZIP_DEFLATED)
    return path
