"""What all routes have in common that answer with a file: parameters, what is said of them, and how a browser names what it saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from gridgeo.exports.model import Format
from gridgeo.geo import crs

from . import schemas
from .parameters import CRS, Parameter, one_of

#: The coordinate system of a file.
SYSTEM = replace(
    CRS,
    description=f"Coordinate system of the file, one of {', '.join(crs.OFFERED)}. Always x (longitude, easting) first. "
    "When absent CRS84 for GeoJSON and KML, else EPSG:4490.",
    schema={"type": "string"},
    default=None,
)


def form(usual: Format, kinds: Sequence[Format] = tuple(Format), more: str = "") -> Parameter:
    """Return the parameter `f` of some formats, of which one is usual; `more` is said of them besides."""
    told = ["Format of the file."]
    if Format.SHP in kinds:
        told.append("A Shapefile comes zipped, in GBK, with a dictionary of its fields.")
    if Format.KML in kinds:
        told.append("KML and GeoJSON sequences are WGS 84.")
    schema = {"type": "string", "enum": [str(kind) for kind in kinds], "default": str(usual)}
    return Parameter("f", " ".join([*told, *filter(None, [more])]), one_of(*kinds), schema, usual)


def answers(kinds: Sequence[Format] = tuple(Format)) -> dict[int, dict[str, Any]]:
    """Return what such a route answers, for the OpenAPI document."""
    return {200: {"content": schemas.files(kind.media_type for kind in kinds)}}


def attached(plain: str, chinese: str) -> str:
    """Return Content-Disposition: a file is saved under its Chinese name by who can, else under a plain one."""
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(chinese)}"
