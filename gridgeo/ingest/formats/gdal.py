"""GeoPackage, FlatGeobuf and Shapefile, by a GDAL that has no other driver left."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from pathlib import Path

from ...errors import UnknownDatum
from ..model import Table
from . import dbf, outlines, wkb
from .refused import MOST_ROWS, Refused, columns, text

_DRIVERS = {"ESRI Shapefile", "GPKG", "FlatGeobuf"}
_NAMES = {".gpkg": "GeoPackage", ".fgb": "FlatGeobuf"}
_MOST_LAYERS = 64
#: What follows a day in a format that knows moments only.
_MIDNIGHT = "T00:00:00"


def read_shapefile(name: str, path: Path) -> list[Table]:
    """Return the one table of a Shapefile; its parts lie beside it as ``input.*``. Raises Refused."""
    place = path.rename(path.with_suffix(".shp"))
    for part in (".shx", ".dbf"):
        if not place.with_suffix(part).exists():
            raise Refused(f"is a Shapefile without its {part} part: give .shp, .shx and .dbf together, or a zip of them")
    for part in (".shp", ".shx"):
        _whole(place.with_suffix(part))
    described, declared_text = place.with_suffix(".prj"), place.with_suffix(".cpg")
    cells, present, notes = dbf.read(
        place.with_suffix(".dbf"), declared_text.read_text("ascii", "replace")[:40] if declared_text.exists() else None
    )
    system = described.read_text("utf-8", "replace")[:10_000] if described.exists() else ""
    for part in (".dbf", ".prj", ".cpg"):
        place.with_suffix(part).unlink(missing_ok=True)
    _, _, geometries, _ = _load(place, columns=[], encoding="UTF-8")
    if len(present) != len(geometries):
        raise Refused(f"has {len(geometries):,} shapes and {len(present):,} rows: the .shp and .dbf do not belong together")
    shapes, faults, points, lines = outlines.read(
        [geometry for geometry, there in zip(geometries, present, strict=True) if there], wkb.parse
    )
    kept = {title: [cell for cell, there in zip(column, present, strict=True) if there] for title, column in cells.items()}
    return [Table(name, kept, shapes, _declared(system), (*notes, *faults), points, lines)]


def _whole(part: Path) -> None:
    """Refuse a part that is not as long as it says (in words of 2 bytes): GDAL would read what is left of it."""
    with part.open("rb") as file:
        said = 2 * int.from_bytes(file.read(28)[24:], "big")
    if said != part.stat().st_size:
        raise Refused(
            f"is a Shapefile whose {part.suffix} part has {part.stat().st_size:,} bytes and says {said:,}: it is damaged or cut off"
        )


def read_gpkg(name: str, path: Path) -> list[Table]:
    """Return a table for each layer with areas, or with rows where none has. Raises Refused."""
    place = path.rename(path.with_suffix(".gpkg"))
    layers = _layers(place)
    spatial = [layer for layer, kind in layers if kind]
    chosen = spatial or [layer for layer, _ in layers]
    if not chosen or len(chosen) > _MOST_LAYERS:
        raise Refused(f"has {len(chosen)} layers; 1 to {_MOST_LAYERS} are read")
    return [_layer(name if len(chosen) == 1 else f"{name}:{layer}", place, layer) for layer in chosen]


def read_flatgeobuf(name: str, path: Path) -> list[Table]:
    """Return the one table of a FlatGeobuf. Raises Refused."""
    table = _layer(name, path.rename(path.with_suffix(".fgb")), None)
    cells = {title: [value and value.removesuffix(_MIDNIGHT) for value in column] for title, column in table.columns.items()}
    return [replace(table, columns=cells)]


def _layer(name: str, place: Path, layer: str | None) -> Table:
    meta, _, geometries, fields = _load(place, layer=layer, datetime_as_string=True)
    titles = columns(list(meta["fields"]))
    cells = {title: [text(value) for value in values.tolist()] for title, values in zip(titles, fields, strict=True)}
    if geometries is None:
        return Table(name, cells)
    shapes, faults, points, lines = outlines.read(geometries, wkb.parse)
    return Table(name, cells, shapes, _declared(meta["crs"] or ""), tuple(faults), points, lines)


def _load(place: Path, **options):
    pyogrio = _pyogrio()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = pyogrio.raw.read(place, return_fids=True, **options)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        ValueError,
        RuntimeError,
        UnicodeError,
    ) as error:
        raise Refused(_said(error, place)) from None
    if len(read[1]) > MOST_ROWS:
        raise Refused(f"has {len(read[1]):,} rows, {MOST_ROWS:,} is the most")
    return read


def _layers(place: Path) -> list[tuple[str, str | None]]:
    pyogrio = _pyogrio()
    try:
        return [(str(layer), kind) for layer, kind in pyogrio.list_layers(place)]
    except (pyogrio.errors.DataSourceError, RuntimeError, UnicodeError) as error:
        raise Refused(_said(error, place)) from None


def _pyogrio():
    """Return the library, provided GDAL really lacks every other driver. Raises Refused.

    With its VRT driver a file renamed ``.gpkg`` would have any other file read that it names.
    """
    for heavy in ("geopandas", "pandas"):  # imported where they are there, though plain reading needs none of them
        sys.modules.setdefault(heavy, None)
    import pyogrio

    if others := set(pyogrio.list_drivers()) - _DRIVERS:
        raise Refused(f"is not read: GDAL still has the driver {sorted(others)[0]}, which is not to be trusted here")
    return pyogrio


def _said(error: Exception, place: Path) -> str:
    reason = str(error).splitlines()[0].replace(str(place), "it").replace(str(place.parent), "")
    return f"is damaged or no {_NAMES.get(place.suffix, 'Shapefile')}: {reason[:200]}"


def _declared(system: str) -> str:
    """Return ``EPSG:n`` of a coordinate system in words; what is not recognised is handed on to be refused by name."""
    from ...geo import crs

    if not system:
        return ""
    try:
        return f"EPSG:{(crs.parse(system) if system.upper().startswith('EPSG:') else crs.from_wkt(system)).epsg}"
    except UnknownDatum:
        return system[:80]
