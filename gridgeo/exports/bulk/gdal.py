"""A layer written by GDAL, from an Arrow stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyogrio

from ...geo import crs
from ..model import Field
from .arrow import Stream, poured
from .batches import Batch
from .drawing import Drawing


def layer(
    path: Path,
    driver: str,
    drawing: Drawing,
    named: Callable[[Field], str] = lambda field: field.name,
    seen: Callable[[Batch], None] = lambda batch: None,
    **options: object,
) -> int:
    """Write a layer and return how many features it has; `options` are those of :func:`pyogrio.write_arrow`."""
    with poured(Stream(drawing, "geom", named, seen)) as stream:
        pyogrio.write_arrow(
            stream,
            path,
            layer=drawing.name,
            driver=driver,
            geometry_name="geom",
            geometry_type=drawing.geometry,
            crs=crs.definition(drawing.datum),
            **options,
        )
    return stream.count


def flatgeobuf(path: Path, drawings: list[Drawing], about: Mapping[str, str]) -> int:
    """Write a FlatGeobuf: one layer, with a spatial index where every feature is somewhere."""
    (drawing,) = drawings
    try:
        return layer(path, "FlatGeobuf", drawing, seen=_placed, layer_metadata=dict(about), layer_options={"SPATIAL_INDEX": "YES"})
    except _Nowhere:
        path.unlink(missing_ok=True)
        return layer(path, "FlatGeobuf", drawing, layer_metadata=dict(about), layer_options={"SPATIAL_INDEX": "NO"})


def kml(path: Path, drawings: list[Drawing], about: Mapping[str, str]) -> int:
    """Write a KML: one folder, WGS 84, the properties as its extended data."""
    (drawing,) = drawings
    return layer(path, "KML", drawing, dataset_options={"DOCUMENT_ID": drawing.name})


class _Nowhere(Exception):
    """A feature without a geometry."""


def _placed(batch: Batch) -> None:
    if not batch.geometry.known.all():
        raise _Nowhere
