"""GeoJSON (RFC 7946): a FeatureCollection, a Feature, a bare geometry, or one Feature a line."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import orjson

from ...geo.shapes import AREAS, from_geojson
from ...issues import Issue
from ..model import Table
from . import outlines
from .decoding import decode
from .refused import MOST_ROWS, Refused, columns, text

_EPSG = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:[\d.]*:?(\d{4,6})$", re.IGNORECASE)
_CRS84 = re.compile(r"urn:ogc:def:crs:OGC:[\d.]*:CRS84$", re.IGNORECASE)


def read(name: str, path: Path) -> list[Table]:
    """Return the one table of a file. Raises Refused."""
    data = path.read_bytes()
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    notes: list[Issue] = []
    if not _is_utf8(data):
        decoded, notes = decode(data)
        data = decoded.encode()
    document = _document(data)
    del data
    features = _features(document)
    if len(features) > MOST_ROWS:
        raise Refused(f"has {len(features):,} features, {MOST_ROWS:,} is the most")
    shapes, faults, points, lines = outlines.read((feature.get("geometry") for feature in features), partial(from_geojson, heights=True))
    return [Table(name, _columns(features), shapes, _declared(document), (*notes, *faults), points, lines)]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _document(data: bytes) -> dict:
    lines = [line for line in data.replace(b"\x1e", b"\n").splitlines() if line.strip()]
    try:
        if len(lines) > 1 and _whole(lines[0]):
            return {"type": "FeatureCollection", "features": [orjson.loads(line) for line in lines]}
        document = orjson.loads(data.strip(b"\x1e \r\n\t"))
    except orjson.JSONDecodeError as error:
        number = re.search(rb"[\s:\[,-](NaN|Infinity)\b", data)
        extra = f"; JSON has no {number[1].decode()}" if number else ""
        raise Refused(f"is not JSON, or was cut off: {error.msg} at line {error.lineno}, column {error.colno}{extra}") from None
    if not isinstance(document, dict):
        raise Refused("is JSON, but not GeoJSON: an object with a type is wanted")
    return document


def _whole(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _features(document: dict) -> list[dict]:
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise Refused("is a FeatureCollection without a list of features")
        for row, feature in enumerate(features, 1):
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                raise Refused(f"has something else than a Feature as feature {row:,}")
        return features
    if kind == "Feature":
        return [document]
    if kind in AREAS:
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    what = "that is no GeoJSON" if kind is None else f"of type {str(kind)[:40]!r}"
    raise Refused(f"is JSON {what}: a FeatureCollection, a Feature, a Polygon or a MultiPolygon is wanted")


def _columns(features: list[dict]) -> dict[str, list[str | None]]:
    properties = [feature.get("properties") or {} for feature in features]
    if not all(isinstance(one, dict) for one in properties):
        raise Refused("has a feature whose properties are no object")
    names = list(dict.fromkeys(name for one in properties for name in one))
    columns(names)
    return {name: [_cell(one.get(name)) for one in properties] for name in names}


def _cell(value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return ",".join(map(str, value)) or None
    return text(value if not isinstance(value, list | dict) else orjson.dumps(value).decode())


def _declared(document: dict) -> str:
    """Return what the old `crs` member says. Its absence means WGS 84 by the standard, but not in what map services hand out."""
    member = document.get("crs")
    named = member.get("properties") if isinstance(member, dict) else None
    name = named.get("name") if isinstance(named, dict) else None
    if not isinstance(name, str):
        return ""
    epsg = _EPSG.match(name)
    return "EPSG:4326" if _CRS84.match(name) else f"EPSG:{epsg[1]}" if epsg else name[:80]
